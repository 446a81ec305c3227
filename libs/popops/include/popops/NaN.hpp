#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>

namespace popops {

/// A BOOL scalar: whether any element of `src` (HALF or FLOAT) is not a number.
POPLAR_API poplar::Tensor hasNaN(poplar::Graph &graph, const poplar::Tensor &src, poplar::program::Sequence &prog,
                                 const poplar::DebugContext &debugContext = {});
/// A BOOL scalar: whether any element of `src` (HALF or FLOAT) is infinite or not a number.
POPLAR_API poplar::Tensor hasNaNOrInf(poplar::Graph &graph, const poplar::Tensor &src, poplar::program::Sequence &prog,
                                      const poplar::DebugContext &debugContext = {});

} // namespace popops
