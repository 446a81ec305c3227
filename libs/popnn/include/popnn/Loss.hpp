#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>
#include <utility>

namespace popnn {

/// SUM_SQUARED_LOSS: half the sum of squared differences. CROSS_ENTROPY_LOSS: minus the sum of expected times the
/// logarithm of the outputs, which are taken to be a softmax.
enum LossType { SUM_SQUARED_LOSS, CROSS_ENTROPY_LOSS };

/// \name Loss and its gradient
/// `modelOutputs` {batch, classes}, HALF or FLOAT. `expected` is {batch} INT or UNSIGNED_INT class numbers
/// (MASKED_LABEL_CODE: the row has loss and deltas 0 and is not counted), or {batch, classes} of the outputs' type.
/// `loss` {batch} and `deltas` {batch, classes} have the outputs' type; deltas are the gradient of the loss: outputs
/// minus expected (for cross entropy at the input of the softmax). `numCorrect` is an UNSIGNED_INT scalar: rows whose
/// largest output is the expected class. Misuse throws poputil::poplibs_error.
/// @{
/// The outputs carry the factor `modelOutputScaling`; deltas are multiplied by `deltasScale` (one element each, of the
/// outputs' type).
POPLAR_API poplar::program::Program calcLoss(poplar::Graph &graph, const poplar::Tensor &modelOutputs,
                                             const poplar::Tensor &expected, const poplar::Tensor &loss,
                                             const poplar::Tensor &deltas, const poplar::Tensor &deltasScale,
                                             const poplar::Tensor &modelOutputScaling, LossType lossType,
                                             const poplar::DebugContext &debugContext = {});
/// Without factors.
POPLAR_API poplar::program::Program calcLoss(poplar::Graph &graph, const poplar::Tensor &modelOutputs,
                                             const poplar::Tensor &expected, const poplar::Tensor &loss,
                                             const poplar::Tensor &deltas, LossType lossType,
                                             const poplar::DebugContext &debugContext = {});
/// With factors, and the number of correct rows.
POPLAR_API poplar::program::Program calcLoss(poplar::Graph &graph, const poplar::Tensor &modelOutputs,
                                             const poplar::Tensor &expected, const poplar::Tensor &loss,
                                             const poplar::Tensor &deltas, const poplar::Tensor &deltasScale,
                                             const poplar::Tensor &modelOutputScaling,
                                             const poplar::Tensor &numCorrect, LossType lossType,
                                             const poplar::DebugContext &debugContext = {});
/// Without factors, and the number of correct rows.
POPLAR_API poplar::program::Program calcLoss(poplar::Graph &graph, const poplar::Tensor &modelOutputs,
                                             const poplar::Tensor &expected, const poplar::Tensor &loss,
                                             const poplar::Tensor &deltas, const poplar::Tensor &numCorrect,
                                             LossType lossType, const poplar::DebugContext &debugContext = {});
/// Only the number of correct rows; `expected` holds class numbers.
POPLAR_API poplar::program::Program calcAccuracy(poplar::Graph &graph, const poplar::Tensor &modelOutputs,
                                                 const poplar::Tensor &expected, const poplar::Tensor &numCorrect,
                                                 const poplar::DebugContext &debugContext = {});
/// @}

/// \name Extremes of rows
/// Of a HALF, FLOAT, INT or UNSIGNED_INT tensor {rows, columns}; indices are UNSIGNED_INT {rows}, the first of equal
/// elements.
/// @{
/// Index of each row's largest element.
POPLAR_API poplar::Tensor argMax(poplar::Graph &graph, const poplar::Tensor &input, poplar::program::Sequence &prog,
                                 const poplar::DebugContext &debugContext = {});
/// Value and index of each row's largest element.
POPLAR_API std::pair<poplar::Tensor, poplar::Tensor> maxAndArgMax(poplar::Graph &graph, const poplar::Tensor &input,
                                                                  poplar::program::Sequence &prog,
                                                                  const poplar::DebugContext &debugContext = {});
/// Index of each row's smallest element.
POPLAR_API poplar::Tensor argMin(poplar::Graph &graph, const poplar::Tensor &input, poplar::program::Sequence &prog,
                                 const poplar::DebugContext &debugContext = {});
/// Value and index of each row's smallest element.
POPLAR_API std::pair<poplar::Tensor, poplar::Tensor> minAndArgMin(poplar::Graph &graph, const poplar::Tensor &input,
                                                                  poplar::program::Sequence &prog,
                                                                  const poplar::DebugContext &debugContext = {});
/// @}

} // namespace popnn
