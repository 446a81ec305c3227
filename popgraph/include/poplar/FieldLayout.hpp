#ifndef poplar_FieldLayout_hpp
#define poplar_FieldLayout_hpp

#include "poplar/detail/Api.hpp"

#include <ostream>

namespace poplar {

namespace layout {

/// How a vertex field holds a vector: pointer and size.
enum class Vector {
  NotAVector,
  Span,         ///< 32-bit pointer, 32-bit size
  ShortSpan,    ///< 20-bit pointer and 12-bit size in one word
  OnePtr,       ///< 32-bit pointer, no size
  ScaledPtr32,  ///< 16-bit pointer in units of 4 bytes, no size
  ScaledPtr64,  ///< 16-bit pointer in units of 8 bytes, no size
  ScaledPtr128  ///< 16-bit pointer in units of 16 bytes, no size
};

/// How a vertex field holds a vector of vectors.
enum class VectorList {
  NotAVector,
  OnePtr,        ///< one pointer, rows of equal size
  ScaledPtr32,   ///< pointers in units of 4 bytes
  ScaledPtr64,   ///< pointers in units of 8 bytes
  ScaledPtr128,  ///< pointers in units of 16 bytes
  DeltaN,        ///< base, and per row an 18-bit offset and a 14-bit size in bytes
  DeltaNElements ///< base, and per row an 18-bit offset and a 14-bit size in elements
};

/// Name of the enumerator.
POPLAR_API const char *to_string(Vector layout);
POPLAR_API const char *to_string(VectorList layout);
POPLAR_API std::ostream &operator<<(std::ostream &stream, Vector layout);
POPLAR_API std::ostream &operator<<(std::ostream &stream, VectorList layout);

} // namespace layout

} // namespace poplar

#endif
