#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>
#include <poputil/DebugInfo.hpp>

/// a <- scaleA * a +/- scaleB * b, in place. a and b have one shape; each is HALF or FLOAT, INT or UNSIGNED_INT (a and
/// b
/// may mix HALF and FLOAT; then, and with FLOAT scales of HALF data, the arithmetic is float). Scales are host numbers
/// or tensors of one element. Options: optimizeForSpeed, scaleFloatToHalfTolerance. Misuse throws
/// poputil::poplibs_error.
namespace popops {

/// DEFAULT: scaleA * a + scaleB * b. X_MINUS_AX_PLUS_BY: a - scaleA * a + scaleB * b.
enum class ScaledAddSpecialisation { DEFAULT, X_MINUS_AX_PLUS_BY };

/// a += scaleB * b.
POPLAR_API void scaledAddTo(poplar::Graph &graph, poplar::Tensor a, poplar::Tensor b, float scaleB,
                            poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},
                            const poplar::OptionFlags &options = {});
/// a += scaleB * b with a scale tensor.
POPLAR_API void scaledAddTo(poplar::Graph &graph, poplar::Tensor a, poplar::Tensor b, poplar::Tensor scaleB,
                            poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},
                            const poplar::OptionFlags &options = {});
/// a = scaleA * a + scaleB * b with scale tensors.
POPLAR_API void scaledAddTo(poplar::Graph &graph, poplar::Tensor a, poplar::Tensor scaleA, poplar::Tensor b,
                            poplar::Tensor scaleB, poplar::program::Sequence &prog,
                            const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {});
/// The form named by `speciality`, with scale tensors.
POPLAR_API void scaledAddTo(poplar::Graph &graph, poplar::Tensor a, poplar::Tensor scaleA, poplar::Tensor b,
                            poplar::Tensor scaleB, poplar::program::Sequence &prog, ScaledAddSpecialisation speciality,
                            const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {});
/// a = scaleA * a + scaleB * b.
POPLAR_API void scaledAddTo(poplar::Graph &graph, poplar::Tensor a, float scaleA, poplar::Tensor b, float scaleB,
                            poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},
                            const poplar::OptionFlags &options = {});
/// The form named by `speciality`.
POPLAR_API void scaledAddTo(poplar::Graph &graph, poplar::Tensor a, float scaleA, poplar::Tensor b, float scaleB,
                            poplar::program::Sequence &prog, ScaledAddSpecialisation speciality,
                            const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {});
/// a -= scaleB * b.
POPLAR_API void scaledSubtractFrom(poplar::Graph &graph, poplar::Tensor a, poplar::Tensor b, float scaleB,
                                   poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},
                                   const poplar::OptionFlags &options = {});
/// a -= scaleB * b with a scale tensor.
POPLAR_API void scaledSubtractFrom(poplar::Graph &graph, poplar::Tensor a, poplar::Tensor b, poplar::Tensor scaleB,
                                   poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},
                                   const poplar::OptionFlags &options = {});
/// a = scaleA * a - scaleB * b with scale tensors.
POPLAR_API void scaledSubtractFrom(poplar::Graph &graph, poplar::Tensor a, poplar::Tensor scaleA, poplar::Tensor b,
                                   poplar::Tensor scaleB, poplar::program::Sequence &prog,
                                   const poplar::DebugContext &debugContext = {},
                                   const poplar::OptionFlags &options = {});
/// a = scaleA * a - scaleB * b.
POPLAR_API void scaledSubtractFrom(poplar::Graph &graph, poplar::Tensor a, float scaleA, poplar::Tensor b, float scaleB,
                                   poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},
                                   const poplar::OptionFlags &options = {});

} // namespace popops

namespace poputil {
/// The enumerator's name.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const popops::ScaledAddSpecialisation &t);
} // namespace poputil
