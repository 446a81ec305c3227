#pragma once
#include <popops/Expr.hpp>
#include <poplar/Graph.hpp>
#include <poplar/detail/Api.hpp>
#include <vector>

namespace popops {
namespace detail {

/// Adds vertices to `cs` that store the value of `e` to `out`. Throws poplibs_error (starting with `function`) like
/// mapWithOutput, and when an operand overlaps `out` without being it, as that needs a step more.
POPLAR_API void mapIntoComputeSet(poplar::StringRef function, poplar::Graph &graph, const expr::Expr &e,
                                  const std::vector<poplar::Tensor> &ts, const poplar::Tensor &out,
                                  poplar::ComputeSet cs);

} // namespace detail
} // namespace popops
