#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/Api.hpp>
#include <cstddef>
#include <vector>

/// Slices at places named by a tensor of indices, INT or UNSIGNED_INT. Slices that do not lie inside are 0. Options are
/// those of multiSlice. Misuse throws poputil::poplibs_error.
namespace popops {

/// Limits of a gather along one axis.
struct GatherParams {
  GatherParams() = default;
  /// At most this many elements of the operand for one tile.
  GatherParams(std::size_t maxElementsPerTile_) : maxElementsPerTile(maxElementsPerTile_) {}
  std::size_t maxElementsPerTile = 65535; ///< a hint; the layout keeps tiles even
};

/// A new tensor laid out for gather along `axis`.
POPLAR_API poplar::Tensor createGatherInput(poplar::Graph &graph, const poplar::Type &type,
                                            const std::vector<std::size_t> &operandShape, unsigned axis,
                                            GatherParams params = GatherParams(),
                                            const poplar::DebugContext &debugContext = {});
/// Elements of `input` along `axis`: dimension `axis` is replaced by the dimensions of `indices`.
POPLAR_API poplar::Tensor gather(poplar::Graph &graph, const poplar::Tensor &input, const poplar::Tensor &indices,
                                 unsigned axis, poplar::program::Sequence &prog, GatherParams params,
                                 const poplar::DebugContext &debugContext = {},
                                 const poplar::OptionFlags &options = {});

/// A new tensor laid out for the general gather.
POPLAR_API poplar::Tensor createGatherInput(poplar::Graph &graph, const poplar::Type &type,
                                            const std::vector<std::size_t> &inputShape,
                                            const std::vector<std::size_t> &sliceSizes,
                                            const std::vector<unsigned> &startIndexMap,
                                            const poplar::DebugContext &debugContext = {});
/// Slices of `sliceSizes` elements. Dimension `indexVectorDim` of `indices` (its rank: none, vectors of one element)
/// holds vectors of starts; entry j of a vector is the start along dimension startIndexMap[j], other starts are 0.
/// Dimensions `collapsedSliceDims`, of size 1, vanish from the slices. `offsetDims` are the dimensions of the result
/// that the others become; its remaining dimensions are those of `indices` without indexVectorDim, all in order.
POPLAR_API poplar::Tensor gather(poplar::Graph &graph, const poplar::Tensor &input, const poplar::Tensor &indices,
                                 std::size_t indexVectorDim, const std::vector<std::size_t> &offsetDims,
                                 const std::vector<std::size_t> &sliceSizes,
                                 const std::vector<std::size_t> &collapsedSliceDims,
                                 const std::vector<unsigned> &startIndexMap, poplar::program::Sequence &prog,
                                 const poplar::DebugContext &debugContext = {},
                                 const poplar::OptionFlags &options = {});

} // namespace popops
