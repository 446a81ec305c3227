#pragma once
#include <popops/EncodingConstants.hpp>
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>

namespace popops {

/// Row i of `encoded` {n, classes} becomes 1 in column indices[i] and 0 elsewhere; rows with an index out of range or
/// MASKED_LABEL_CODE become all 0. `indices` {n} is INT or UNSIGNED_INT. Misuse throws poputil::poplibs_error.
POPLAR_API void encodeOneHot(poplar::Graph &graph, const poplar::Tensor &indices, const poplar::Tensor &encoded,
                             poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {});
/// The same with the values of `on` and `off`, tensors of one element of the type of `encoded`.
POPLAR_API void encodeOneHot(poplar::Graph &graph, const poplar::Tensor &indices, const poplar::Tensor &encoded,
                             poplar::program::Sequence &prog, const poplar::Tensor &on, const poplar::Tensor &off,
                             const poplar::DebugContext &debugContext = {});

/// Element i of `t` (rank 1, INT or UNSIGNED_INT) becomes startInteger + i.
POPLAR_API void iota(poplar::Graph &graph, const poplar::Tensor &t, unsigned startInteger,
                     poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {});
/// The same from a signed start.
POPLAR_API void iota(poplar::Graph &graph, const poplar::Tensor &t, int startInteger, poplar::program::Sequence &prog,
                     const poplar::DebugContext &debugContext = {});

} // namespace popops
