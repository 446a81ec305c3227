#ifndef poplar_TensorCloneMethod_hpp
#define poplar_TensorCloneMethod_hpp

namespace poplar {

/// Which order in memory a clone of a tensor gets. The tile of each element is always that of the original.
enum class TensorCloneMethod {
  PRESERVE_ORDER_AND_ALIASES,                 ///< order of the original; elements that were one stay one
  CREATE_NEW_ORDER,                           ///< a fresh variable in row-major order
  PRESERVE_ORDER_UNLESS_ALIASES,              ///< order of the original, or row-major if it has aliases
  GATHER_AND_PRESERVE_TILE_ORDER_AND_ALIASES  ///< the elements of each tile together, in their order
};

/// What happens to the outer dimension of cloneN's result.
enum class TensorCloneDuplicationMethod {
  DUPLICATE_BY_OUTER_DIMENSION,  ///< copies follow one another
  DUPLICATE_BY_TILE_CONTIGUOUS   ///< copies of a tile's elements are consecutive on that tile
};

} // namespace poplar

#endif
