#pragma once
#include <popops/EncodingConstants.hpp>
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>

namespace popops {

/// Element i of the result {rows} is params[i][indices[i]]: NaN for an index out of range, 0 for MASKED_LABEL_CODE.
/// `params` {rows, width} is HALF or FLOAT, `indices` {rows} UNSIGNED_INT. Misuse throws poputil::poplibs_error.
POPLAR_API poplar::Tensor selectScalarFromRows(poplar::Graph &graph, const poplar::Tensor &params,
                                               const poplar::Tensor &indices, poplar::program::Sequence &prog,
                                               const poplar::DebugContext &debugContext = {});

} // namespace popops
