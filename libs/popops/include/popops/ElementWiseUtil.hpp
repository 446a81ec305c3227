#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/Api.hpp>
#include <vector>

namespace popops {

/// A new tensor for the result of an element-wise operation on inputs of one common shape after broadcasting: laid out
/// like the input of full shape that spreads best over the tiles, or linearly when none qualifies.
POPLAR_API poplar::Tensor createOutputForElementWiseOp(poplar::Graph &graph, const std::vector<poplar::Tensor> &inputs,
                                                       const poplar::Type &outputType,
                                                       const poplar::DebugContext &debugContext = {});

} // namespace popops
