#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>

namespace popops {

/// How many elements of `input` (HALF or FLOAT) lie between levels: entry 0 counts those below levels[0], entry i those
/// from levels[i - 1] on and below levels[i], the last one those from the last level on. `levels` {n} has the type of
/// the input and ascends; `absoluteOfInput`: absolute values are counted. The result {n + 1} is UNSIGNED_INT, or FLOAT
/// with the option useFloatArithmetic (true, false); useFloatArithmeticWithUnsignedIntOutput is accepted. Misuse throws
/// poputil::poplibs_error.
POPLAR_API poplar::Tensor histogram(poplar::Graph &graph, const poplar::Tensor &input, const poplar::Tensor &levels,
                                    bool absoluteOfInput, poplar::program::Sequence &prog,
                                    const poplar::DebugContext &debugContext = {},
                                    const poplar::OptionFlags &options = {});
/// The same into `output` {n + 1}, UNSIGNED_INT or FLOAT; `updateOutput`: added to what it holds.
POPLAR_API void histogram(poplar::Graph &graph, const poplar::Tensor &input, poplar::Tensor &output, bool updateOutput,
                          const poplar::Tensor &levels, bool absoluteOfInput, poplar::program::Sequence &prog,
                          const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {});

} // namespace popops
