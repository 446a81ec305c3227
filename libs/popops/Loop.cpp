#include <popops/Loop.hpp>
#include <popops/ElementWise.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/exceptions.hpp>
#include <limits>

namespace popops {

using poplar::DebugContext;
using poplar::Graph;
using poplar::Tensor;
using poplar::program::Copy;
using poplar::program::Program;
using poplar::program::Sequence;
using poputil::poplibs_error;

namespace {

// Counters live on the first tile, beside the predicates that control code reads.
constexpr unsigned kCounterTile = 0;

void checkCounter(const char *function, const Tensor &count, const Tensor &limit) {
  const poplar::Type type = count.elementType();
  if (count.numElements() != 1 || limit.numElements() != 1 || type != limit.elementType() ||
      (type != poplar::INT && type != poplar::UNSIGNED_INT))
    throw poplibs_error(std::string(function) + ": a count of shape " + count.shapeToString() + " and type " +
                        type.toString() + " with a limit of shape " + limit.shapeToString() + " and type " +
                        limit.elementType().toString() + "; one element of int or unsigned int each would be right");
}

Tensor beforeLimit(Graph &graph, const Tensor &count, const Tensor &limit, int step, Sequence &prog,
                   const DebugContext &debugContext) {
  const auto op = step > 0 ? expr::BinaryOpType::LESS_THAN : expr::BinaryOpType::GREATER_THAN;
  return map(graph, op, count.reshape({}), limit.reshape({}), prog, {debugContext, "more"});
}

} // namespace

Sequence countedLoop(Graph &graph, std::size_t begin, std::size_t end, std::size_t step,
                     const CountedLoopBodyType &body, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, begin, end, step);
  if (step == 0 || end < begin || end + step > std::numeric_limits<unsigned>::max())
    throw poplibs_error("popops::countedLoop: from " + std::to_string(begin) + " below " + std::to_string(end) +
                        " in steps of " + std::to_string(step) +
                        "; the step must be positive, the end not below the begin, and all fit 32 bits");
  const DebugContext context(di.context(), "CountedLoop");
  const Tensor counter = graph.addVariable(poplar::UNSIGNED_INT, {1}, {context, "counter"});
  const Tensor start = graph.addConstant(poplar::UNSIGNED_INT, {1}, static_cast<unsigned>(begin), {context, "start"});
  graph.setTileMapping(counter, kCounterTile);
  graph.setTileMapping(start, kCounterTile);
  Sequence step1{body(counter)};
  addInPlace(graph, counter, static_cast<unsigned>(step), step1, context);
  const std::size_t times = (end - begin + step - 1) / step;
  return Sequence{Copy(start, counter, false, context),
                  poplar::program::Repeat(static_cast<unsigned>(times), step1, context)};
}

Sequence countedLoop(Graph &graph, std::size_t count, const CountedLoopBodyType &body,
                     const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, count);
  return countedLoop(graph, 0, count, 1, body, di.context());
}

Tensor addForLoopCounterVertex(Graph &graph, const Tensor &count, const Tensor &countLimit, int countStep,
                               unsigned tile, Sequence &prog, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, count, countLimit, countStep, tile);
  checkCounter("popops::addForLoopCounterVertex", count, countLimit);
  const poplar::Type type = count.elementType();
  const Tensor step = graph.addConstant(type, {}, countStep, {di.context(), "step"});
  graph.setTileMapping(step, tile);
  addInPlace(graph, count.reshape({}), step, prog, di.context());
  return di.output(beforeLimit(graph, count, countLimit, countStep, prog, di.context()));
}

Sequence countedForLoop(Graph &graph, const Tensor &count, int initialCount, const Tensor &countLimit, int countStep,
                        const Program &body, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, count, initialCount, countLimit, countStep);
  checkCounter("popops::countedForLoop", count, countLimit);
  const poplar::Type type = count.elementType();
  if (countStep == 0 || (type == poplar::UNSIGNED_INT && (initialCount < 0 || countStep < 0)))
    throw poplibs_error("popops::countedForLoop: from " + std::to_string(initialCount) + " in steps of " +
                        std::to_string(countStep) + " with a counter of type " + type.toString() +
                        "; the step must not be 0, nor a value negative for an unsigned counter");
  const DebugContext context(di.context(), "CountedForLoop");
  const Tensor start = graph.addConstant(type, {1}, initialCount, {context, "start"});
  graph.setTileMapping(start, kCounterTile);
  Sequence condition, loop{body};
  const Tensor more = beforeLimit(graph, count, countLimit, countStep, condition, context);
  addInPlace(graph, count, countStep, loop, context);
  return Sequence{Copy(start, count.flatten(), false, context),
                  poplar::program::RepeatWhileTrue(condition, more, loop, context)};
}

Sequence countedForLoop(Graph &graph, int initialCount, const Tensor &countLimit, int countStep, const Program &body,
                        const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, initialCount, countLimit, countStep);
  const Tensor count = graph.addVariable(countLimit.elementType(), {1}, {di.context(), "counter"});
  graph.setTileMapping(count, kCounterTile);
  return countedForLoop(graph, count, initialCount, countLimit, countStep, body, di.context());
}

} // namespace popops
