#ifndef poplar_SerializationFormat_hpp
#define poplar_SerializationFormat_hpp

namespace poplar {

/// How tensors and graphs are written: Binary is CBOR, JSON is text. Both hold the same tree.
enum class SerializationFormat { Binary, JSON };

} // namespace poplar

#endif
