#ifndef poplar_FunctionBufferMappingType_hpp
#define poplar_FunctionBufferMappingType_hpp

namespace poplar {

/// Where the code of a function is kept while it is not on the tiles.
enum class FunctionBufferMappingType {
  REMOTE, ///< in memory outside the device
};

} // namespace poplar

#endif
