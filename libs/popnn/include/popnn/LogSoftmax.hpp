#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>

namespace popnn {

/// The logarithm of softmax along the innermost dimension, stored to t. HALF or FLOAT of rank 1 or more, else throws
/// poputil::poplibs_error.
POPLAR_API void logSoftmaxInPlace(poplar::Graph &graph, const poplar::Tensor &t, poplar::program::Sequence &prog,
                                  const poplar::DebugContext &debugContext = {});
/// The same as a new tensor.
POPLAR_API poplar::Tensor logSoftmax(poplar::Graph &graph, const poplar::Tensor &t, poplar::program::Sequence &prog,
                                     const poplar::DebugContext &debugContext = {});

} // namespace popnn
