#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>

namespace popops {

/// Copies runs of rows (elements along dimension 0) between two tensors: of run i, tN[i] rows from row tInOffset[i] of
/// `tIn` to row tOutOffset[i] of `tOut`. Rows outside either are left out. `zeroUnused`: other rows of `tOut` become 0,
/// else they stay. The tensors differ in dimension 0 only; lengths and offsets are UNSIGNED_INT {runs}. Misuse throws
/// poputil::poplibs_error.
POPLAR_API void sequenceSlice(poplar::Graph &graph, const poplar::Tensor &tIn, const poplar::Tensor &tOut,
                              const poplar::Tensor &tN, const poplar::Tensor &tInOffset,
                              const poplar::Tensor &tOutOffset, bool zeroUnused, poplar::program::Sequence &prog,
                              const poplar::DebugContext &debugContext = {});

} // namespace popops
