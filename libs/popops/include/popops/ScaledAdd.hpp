#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>
#include <poputil/DebugInfo.hpp>

/// A <- scaleA * A +/- scaleB * B, in place. A and B have one shape; each is HALF or FLOAT, INT or UNSIGNED_INT (A and
/// B
/// may mix HALF and FLOAT; then, and with FLOAT scales of HALF data, the arithmetic is float). Scales are host numbers
/// or tensors of one element. Options: optimizeForSpeed, scaleFloatToHalfTolerance. Misuse throws
/// poputil::poplibs_error.
namespace popops {

/// DEFAULT: scaleA * A + scaleB * B. X_MINUS_AX_PLUS_BY: A - scaleA * A + scaleB * B.
enum class ScaledAddSpecialisation { DEFAULT, X_MINUS_AX_PLUS_BY };

/// A += scaleB * B.
POPLAR_API void scaledAddTo(poplar::Graph &graph, poplar::Tensor A, poplar::Tensor B, float scaleB,
                            poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},
                            const poplar::OptionFlags &options = {});
/// A += scaleB * B with a scale tensor.
POPLAR_API void scaledAddTo(poplar::Graph &graph, poplar::Tensor A, poplar::Tensor B, poplar::Tensor scaleB,
                            poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},
                            const poplar::OptionFlags &options = {});
/// A = scaleA * A + scaleB * B with scale tensors.
POPLAR_API void scaledAddTo(poplar::Graph &graph, poplar::Tensor A, poplar::Tensor scaleA, poplar::Tensor B,
                            poplar::Tensor scaleB, poplar::program::Sequence &prog,
                            const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {});
/// The form named by `speciality`, with scale tensors.
POPLAR_API void scaledAddTo(poplar::Graph &graph, poplar::Tensor A, poplar::Tensor scaleA, poplar::Tensor B,
                            poplar::Tensor scaleB, poplar::program::Sequence &prog, ScaledAddSpecialisation speciality,
                            const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {});
/// A = scaleA * A + scaleB * B.
POPLAR_API void scaledAddTo(poplar::Graph &graph, poplar::Tensor A, float scaleA, poplar::Tensor B, float scaleB,
                            poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},
                            const poplar::OptionFlags &options = {});
/// The form named by `speciality`.
POPLAR_API void scaledAddTo(poplar::Graph &graph, poplar::Tensor A, float scaleA, poplar::Tensor B, float scaleB,
                            poplar::program::Sequence &prog, ScaledAddSpecialisation speciality,
                            const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {});
/// A -= scaleB * B.
POPLAR_API void scaledSubtractFrom(poplar::Graph &graph, poplar::Tensor A, poplar::Tensor B, float scaleB,
                                   poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},
                                   const poplar::OptionFlags &options = {});
/// A -= scaleB * B with a scale tensor.
POPLAR_API void scaledSubtractFrom(poplar::Graph &graph, poplar::Tensor A, poplar::Tensor B, poplar::Tensor scaleB,
                                   poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},
                                   const poplar::OptionFlags &options = {});
/// A = scaleA * A - scaleB * B with scale tensors.
POPLAR_API void scaledSubtractFrom(poplar::Graph &graph, poplar::Tensor A, poplar::Tensor scaleA, poplar::Tensor B,
                                   poplar::Tensor scaleB, poplar::program::Sequence &prog,
                                   const poplar::DebugContext &debugContext = {},
                                   const poplar::OptionFlags &options = {});
/// A = scaleA * A - scaleB * B.
POPLAR_API void scaledSubtractFrom(poplar::Graph &graph, poplar::Tensor A, float scaleA, poplar::Tensor B, float scaleB,
                                   poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},
                                   const poplar::OptionFlags &options = {});

} // namespace popops

namespace poputil {
/// The enumerator's name.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const popops::ScaledAddSpecialisation &t);
} // namespace poputil
