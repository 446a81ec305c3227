#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/GraphElements.hpp>
#include <poplar/Interval.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>
#include <vector>

namespace popops {

/// Adds vertices on `tile` that zero the elements of `t` in `tileRegions` (of its flattened view).
POPLAR_API void zero(poplar::Graph &graph, const poplar::Tensor &t, const std::vector<poplar::Interval> &tileRegions,
                     unsigned tile, poplar::ComputeSet zeroCS);
/// Adds vertices on `tile` that zero `t`.
POPLAR_API void zero(poplar::Graph &graph, const poplar::Tensor &t, unsigned tile, poplar::ComputeSet zeroCS);
/// Adds vertices that zero the elements of `t` named by `mapping`, one list of regions for each tile.
POPLAR_API void zero(poplar::Graph &graph, const poplar::Tensor &t,
                     const std::vector<std::vector<poplar::Interval>> &mapping, poplar::ComputeSet zeroCS);
/// Zeroes `t`, each element on its tile.
POPLAR_API void zero(poplar::Graph &graph, const poplar::Tensor &t, poplar::program::Sequence &prog,
                     const poplar::DebugContext &debugContext = {});

} // namespace popops
