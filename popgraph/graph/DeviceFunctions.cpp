// Free functions that append programs about the device itself: cycle counters, floating point behaviour, seeds.
#include <poplar/CSRFunctions.hpp>
#include <poplar/CycleCount.hpp>
#include <poplar/Graph.hpp>

#include "popgraph/graph/ProgramNode.hpp"

namespace poplar {

namespace {

program::Program stamp(Graph &graph, const Tensor &into, unsigned tile, const DebugContext &context) {
  graph.setTileMapping(into, tile);
  auto node = std::make_shared<popgraph::ProgramNode>(popgraph::ProgramKind::CycleStamp);
  node->name = context.getPathName();
  node->tensors = {into};
  node->id = tile;
  return popgraph::ProgramAccess::make(std::move(node));
}

} // namespace

Tensor cycleCount(Graph &graph, program::Sequence &sequence, unsigned tile, SyncType syncType,
                  const DebugContext &context) {
  const DebugContext named(context, "cycleCount");
  const Tensor before = graph.addVariable(UNSIGNED_INT, {2}, DebugContext(named, "before"));
  const Tensor result = graph.addVariable(UNSIGNED_INT, {2}, DebugContext(named, "count"));
  program::Sequence wrapped(named);
  wrapped.add(program::Sync(syncType, named));
  wrapped.add(stamp(graph, before, tile, named));
  wrapped.add(sequence);
  // The second stamp subtracts the first, so that the count needs no vertex of its own.
  const program::Program after = stamp(graph, result, tile, named);
  popgraph::ProgramAccess::node(after)->tensors.push_back(before);
  wrapped.add(after);
  sequence = wrapped;
  return result;
}

Tensor cycleStamp(Graph &graph, program::Sequence &sequence, unsigned tile, SyncType syncType,
                  const DebugContext &context) {
  const DebugContext named(context, "cycleStamp");
  const Tensor result = graph.addVariable(UNSIGNED_INT, {2}, named);
  sequence.add(program::Sync(syncType, named));
  sequence.add(stamp(graph, result, tile, named));
  return result;
}

void setFloatingPointBehaviour(Graph &, program::Sequence &sequence, const FloatingPointBehaviour &,
                               const DebugContext &context) {
  sequence.add(program::Sequence(DebugContext(context, "setFloatingPointBehaviour")));
}

void setStochasticRounding(Graph &, program::Sequence &sequence, bool, const DebugContext &context) {
  sequence.add(program::Sequence(DebugContext(context, "setStochasticRounding")));
}

} // namespace poplar
