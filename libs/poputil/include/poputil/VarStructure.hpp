#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/Api.hpp>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace poputil {

/// The largest n such that the innermost dimension of `t` comes in blocks of n elements that are neighbours in memory
/// and on one tile. Throws poplibs_error for a tensor of rank 0.
POPLAR_API unsigned detectInnermostGrouping(const poplar::Graph &graph, const poplar::Tensor &t);

/// A dimension and the number of its elements that lie together.
using GroupingInfo = std::pair<unsigned, unsigned>;
/// Which dimensions make up the innermost block of neighbours in memory, innermost first, with their block sizes.
POPLAR_API std::vector<GroupingInfo> detectDimGroupings(const poplar::Graph &graph, const poplar::Tensor &t);

/// An unmapped tensor whose memory order keeps each block of an even partition contiguous: dimension i is cut into
/// nPartitions[i] parts of ceil(shape[i] / nPartitions[i]) elements, the last one smaller.
POPLAR_API poplar::Tensor createPartitionableTensor(poplar::Graph &graph, const poplar::Type &type,
                                                    const std::vector<std::size_t> &shape,
                                                    const std::vector<std::size_t> &nPartitions,
                                                    const poplar::DebugContext &debugContext = {});
/// Calls `f` with the partition's coordinates and slice for each block that createPartitionableTensor keeps together.
POPLAR_API void iterateTensorPartitions(
    const poplar::Tensor &t, const std::vector<std::size_t> &nPartitions,
    const std::function<void(const std::vector<std::size_t> &i, const poplar::Tensor &s)> &f);

} // namespace poputil
