#pragma once
// What gather and scatter have in common: vectors of starts, and windows of which some dimensions have a start.
#include <poplar/Tensor.hpp>
#include <cstddef>
#include <string>
#include <vector>

namespace popops::detail {

/// The indices as UNSIGNED_INT {vectors, entries}. Throws poplibs_error when dimension `indexVectorDim` does not have
/// `entries`, or the type is not an integer of 32 bits.
poplar::Tensor indexVectors(const std::string &function, const poplar::Tensor &indices, std::size_t indexVectorDim,
                            std::size_t entries);

/// Throws poplibs_error unless windows of these sizes fit a tensor of this shape and `map` names some dimensions.
void checkWindow(const std::string &function, const std::vector<std::size_t> &shape,
                 const std::vector<std::size_t> &sizes, const std::vector<unsigned> &map);

struct SlicedDims {
  std::vector<std::size_t> dims, sizes;
};
/// The dimensions named by `map` and the window's sizes along them.
SlicedDims slicedDims(const std::vector<std::size_t> &sizes, const std::vector<unsigned> &map);

/// The part of `t` that windows can reach: dimensions that `map` does not name are cut to the window's size.
poplar::Tensor cropOthers(const poplar::Tensor &t, const std::vector<std::size_t> &sizes,
                          const std::vector<unsigned> &map);

} // namespace popops::detail
