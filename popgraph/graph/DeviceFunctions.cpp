// Free functions that append programs about the device itself: cycle counters, floating point behaviour, seeds.
#include <poplar/CSRFunctions.hpp>
#include <poplar/CycleCount.hpp>
#include <poplar/Graph.hpp>
#include <poplar/RandomSeed.hpp>

#include <spdlog/fmt/fmt.h>

#include "popgraph/graph/ProgramNode.hpp"

namespace poplar {

using popgraph::makeNode;
using popgraph::ProgramAccess;
using popgraph::ProgramKind;
using popgraph::RegisterAccess;

namespace {

program::Program stamp(Graph &graph, const Tensor &into, unsigned tile, const DebugContext &context) {
  graph.setTileMapping(into, tile);
  auto node = makeNode(ProgramKind::CycleStamp, context);
  node->tensors = {into};
  node->id = graph.convertTileToTopLevelGraphTile(tile);
  return ProgramAccess::make(std::move(node));
}

unsigned bits(const Graph &graph, const FloatingPointBehaviour &b) {
  return graph.getTarget().makeFpIctlValue(b.inv, b.div0, b.oflo, b.esr, b.nanoo);
}

/// An access to the registers of all tiles of the graph; `tensor` may be invalid.
program::Program access(const Graph &graph, RegisterAccess::Kind kind, unsigned clear, unsigned set,
                        const Tensor &tensor, const DebugContext &context) {
  auto node = makeNode(ProgramKind::Registers, context);
  if (tensor.valid()) node->tensors = {tensor};
  node->registers.kind = kind;
  node->registers.clear = clear;
  node->registers.set = set;
  for (unsigned tile = 0; tile < graph.getTarget().getNumTiles(); ++tile)
    node->registers.tiles.push_back(graph.convertTileToTopLevelGraphTile(tile));
  return ProgramAccess::make(std::move(node));
}

/// One row for each tile of the graph, on that tile.
Tensor rowPerTile(Graph &graph, std::vector<std::size_t> shape, const DebugContext &context) {
  const Tensor tensor = graph.addVariable(UNSIGNED_INT, shape, context);
  for (unsigned tile = 0; tile < shape[0]; ++tile) graph.setTileMapping(tensor[tile], tile);
  return tensor;
}

void checkShape(const Tensor &tensor, const std::vector<std::size_t> &shape, const char *function) {
  if (!tensor.valid()) throw control_program_error(fmt::format("{}: the tensor refers to no variable", function));
  if (tensor.elementType() != UNSIGNED_INT || tensor.shape() != shape)
    throw control_program_error(fmt::format("{}: the tensor must be unsigned int {{{}}}, not {} {}", function,
                                            fmt::join(shape, ","), tensor.elementType().toString(),
                                            tensor.shapeToString()));
}

std::vector<std::size_t> seedShape(const Graph &graph) {
  return {graph.getTarget().getNumTiles(), graph.getTarget().getNumWorkerContexts(), 4};
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
  ProgramAccess::node(after)->tensors.push_back(before);
  wrapped.add(after);
  sequence = wrapped;
  return result;
}

Tensor cycleStamp(Graph &graph, program::Sequence &sequence, unsigned tile, SyncType syncType,
                  const DebugContext &context) {
  return cycleStamp(graph, sequence, std::vector<unsigned>{tile}, syncType, context).front();
}

std::vector<Tensor> cycleStamp(Graph &graph, program::Sequence &sequence, const std::vector<unsigned> &tiles,
                               SyncType syncType, const DebugContext &context) {
  const DebugContext named(context, "cycleStamp");
  sequence.add(program::Sync(syncType, named));
  std::vector<Tensor> results;
  for (const unsigned tile : tiles) {
    results.push_back(graph.addVariable(UNSIGNED_INT, {2}, named));
    sequence.add(stamp(graph, results.back(), tile, named));
  }
  return results;
}

void setFloatingPointBehaviour(Graph &graph, program::Sequence &sequence, const FloatingPointBehaviour &behaviour,
                               const DebugContext &context) {
  sequence.add(access(graph, RegisterAccess::Kind::ModifyFloat, ~0u, bits(graph, behaviour), Tensor(),
                      DebugContext(context, "setFloatingPointBehaviour")));
}

void setFloatingPointBehaviour(Graph &graph, program::Sequence &sequence, const Tensor &saved,
                               const DebugContext &context) {
  checkShape(saved, {graph.getTarget().getNumTiles()}, "setFloatingPointBehaviour");
  sequence.add(
      access(graph, RegisterAccess::Kind::WriteFloat, 0, 0, saved, DebugContext(context, "setFloatingPointBehaviour")));
}

Tensor getAndModifyFloatingPointBehaviour(Graph &graph, program::Sequence &sequence,
                                          const FloatingPointBehaviour &clear, const FloatingPointBehaviour &set,
                                          const DebugContext &context) {
  const DebugContext named(context, "getAndModifyFloatingPointBehaviour");
  const Tensor saved = rowPerTile(graph, {graph.getTarget().getNumTiles()}, named);
  sequence.add(access(graph, RegisterAccess::Kind::ModifyFloat, bits(graph, clear), bits(graph, set), saved, named));
  return saved;
}

void setStochasticRounding(Graph &graph, program::Sequence &sequence, bool enable, const DebugContext &context) {
  const unsigned esr = graph.getTarget().makeFpIctlValue(false, false, false, true, false);
  sequence.add(access(graph, RegisterAccess::Kind::ModifyFloat, esr, enable ? esr : 0, Tensor(),
                      DebugContext(context, "setStochasticRounding")));
}

Tensor getHwSeeds(Graph &graph, program::Sequence &sequence, const DebugContext &context) {
  const DebugContext named(context, "getHwSeeds");
  const Tensor seeds = rowPerTile(graph, seedShape(graph), named);
  sequence.add(access(graph, RegisterAccess::Kind::ReadSeeds, 0, 0, seeds, named));
  return seeds;
}

void setHwSeeds(Graph &graph, const Tensor &seeds, program::Sequence &sequence, const DebugContext &context) {
  checkShape(seeds, seedShape(graph), "setHwSeeds");
  sequence.add(access(graph, RegisterAccess::Kind::WriteSeeds, 0, 0, seeds, DebugContext(context, "setHwSeeds")));
}

} // namespace poplar
