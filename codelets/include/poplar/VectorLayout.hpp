#ifndef poplar_VectorLayout_hpp
#define poplar_VectorLayout_hpp
/// \file
/// Ways in which an array field of a vertex can be stored on the device.

namespace poplar {

/// Storage of a one-dimensional field. Every layout gives the same elements; they differ in the bytes of vertex
/// state they take and in whether the field knows its size.
enum class VectorLayout : unsigned {
  SPAN,          ///< pointer and 32-bit size
  SHORT_SPAN,    ///< pointer and 11-bit size in one word
  ONE_PTR,       ///< pointer only: no size()
  SCALED_PTR32,  ///< 16-bit pointer to 4-byte aligned data: no size()
  SCALED_PTR64,  ///< 16-bit pointer to 8-byte aligned data: no size()
  SCALED_PTR128, ///< 16-bit pointer to 16-byte aligned data: no size()
  COMPACT_PTR    ///< older name of a pointer without size; stored as ONE_PTR
};

/// Storage of a two-dimensional field whose rows are described by offsets from one base.
enum class VectorListLayout : unsigned {
  DELTAN,         ///< packed (offset, size) per row
  DELTANELEMENTS, ///< as DELTAN, offsets in elements
  COMPACT_DELTAN  ///< older name of DELTAN
};

} // namespace poplar

#endif
