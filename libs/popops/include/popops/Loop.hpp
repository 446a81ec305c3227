#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>
#include <cstddef>
#include <functional>

namespace popops {

/// Builds the body of a loop from its counter, an UNSIGNED_INT tensor of shape {1}.
using CountedLoopBodyType = std::function<poplar::program::Program(const poplar::Tensor &)>;

/// A program that runs the body for each value of the counter from `begin` below `end` in steps of `step`. Throws
/// poputil::poplibs_error when step is 0, end is below begin, or a value does not fit 32 bits.
POPLAR_API poplar::program::Sequence countedLoop(poplar::Graph &graph, std::size_t begin, std::size_t end,
                                                 std::size_t step, const CountedLoopBodyType &body,
                                                 const poplar::DebugContext &debugContext = {});
/// The same for 0, 1, ... count - 1.
POPLAR_API poplar::program::Sequence countedLoop(poplar::Graph &graph, std::size_t count,
                                                 const CountedLoopBodyType &body,
                                                 const poplar::DebugContext &debugContext = {});

/// Appends, on `tile`, an addition of `countStep` to `count` and returns a BOOL scalar: whether the sum is still before
/// `countLimit` in the direction of the step. Both tensors have one element of the same integer type.
POPLAR_API poplar::Tensor addForLoopCounterVertex(poplar::Graph &graph, const poplar::Tensor &count,
                                                  const poplar::Tensor &countLimit, int countStep, unsigned tile,
                                                  poplar::program::Sequence &prog,
                                                  const poplar::DebugContext &debugContext = {});
/// A program that runs `body` while `count`, starting with `initialCount` and growing by `countStep` each time, is
/// below `countLimit` (above it for a negative step). All have one element of type INT or UNSIGNED_INT.
POPLAR_API poplar::program::Sequence countedForLoop(poplar::Graph &graph, const poplar::Tensor &count, int initialCount,
                                                    const poplar::Tensor &countLimit, int countStep,
                                                    const poplar::program::Program &body,
                                                    const poplar::DebugContext &debugContext = {});
/// The same with a counter of its own.
POPLAR_API poplar::program::Sequence countedForLoop(poplar::Graph &graph, int initialCount,
                                                    const poplar::Tensor &countLimit, int countStep,
                                                    const poplar::program::Program &body,
                                                    const poplar::DebugContext &debugContext = {});

} // namespace popops
