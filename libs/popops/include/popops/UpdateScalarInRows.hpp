#pragma once
#include <popops/EncodingConstants.hpp>
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>

namespace popops {

/// Subtracts 1 from params[i][indices[i]] for each row i. A row with an index out of range becomes NaN; one with
/// MASKED_LABEL_CODE stays. `params` {rows, width} is HALF or FLOAT, `indices` {rows} UNSIGNED_INT. Misuse throws
/// poputil::poplibs_error.
POPLAR_API void updateScalarInRows(poplar::Graph &graph, const poplar::Tensor &params, const poplar::Tensor &indices,
                                   poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {});

} // namespace popops
