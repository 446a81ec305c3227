#ifndef poplar_VariableMappingMethod_hpp
#define poplar_VariableMappingMethod_hpp

namespace poplar {

/// How a new variable is put on tiles.
enum class VariableMappingMethod {
  NONE,  ///< on none: the caller maps it
  LINEAR ///< in equal consecutive parts over all tiles of the graph
};

} // namespace poplar

#endif
