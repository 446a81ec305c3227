#include "popgraph/engine/LegacyProfile.hpp"

#include <algorithm>
#include <numeric>
#include <ostream>
#include <spdlog/fmt/fmt.h>

namespace popgraph {

namespace {

using Map = poplar::ProfileValue::Map;
using Vector = poplar::ProfileValue::Vector;

constexpr const char *kCategories[] = {
#define X(name, text, always) text,
    POPGRAPH_MEMORY_CATEGORIES(X)
#undef X
};

template <typename T> Vector list(const std::vector<T> &values) { return Vector(values.begin(), values.end()); }

template <typename T> std::uint64_t sum(const std::vector<T> &values) {
  return std::accumulate(values.begin(), values.end(), std::uint64_t(0));
}

Map target(const profile::TargetRecord &target) {
  const std::uint64_t tiles = std::uint64_t(target.numIPUs) * target.tilesPerIPU;
  return {{"type", target.type},
          {"architecture", target.architecture},
          {"numIPUs", target.numIPUs},
          {"tilesPerIpu", target.tilesPerIPU},
          {"numTiles", tiles},
          {"numReplicas", target.numReplicas},
          {"workersPerTile", target.workersPerTile},
          {"bytesPerTile", target.bytesPerTile},
          {"bytesPerIPU", target.bytesPerTile * target.tilesPerIPU},
          {"totalMemory", target.bytesPerTile * tiles},
          {"clockFrequency", target.clockHz}};
}

Map memory(const profile::CompileRecord &compile) {
  Map categories;
  for (std::size_t c = 0; c < compile.memoryByCategory.size(); ++c)
    categories.emplace(kCategories[c],
                       Map{{"total", sum(compile.memoryByCategory[c])}, {"byTile", list(compile.memoryByCategory[c])}});
  return {{"byCategory", std::move(categories)},
          {"byTile", Map{{"total", list(compile.peakBytesByTile)}}},
          {"total", sum(compile.peakBytesByTile)}};
}

const char *name(profile::StepKind kind) {
  switch (kind) {
  case profile::StepKind::Compute: return "OnTileExecute";
  case profile::StepKind::Exchange: return "DoExchange";
  case profile::StepKind::Sync: return "Sync";
  case profile::StepKind::HostExchange: return "StreamCopy";
  case profile::StepKind::Control: return "Control";
  }
  return "Step";
}

Map step(const profiler::Model &model, const profiler::Step &step) {
  Map map{{"type", name(step.kind)}, {"start", step.start},         {"cycles", step.duration},
          {"program", step.program}, {"bytesSent", step.bytesSent}, {"bytesReceived", step.bytesReceived}};
  if (step.program < model.compile.programs.size()) map.emplace("name", model.compile.programs[step.program].name);
  if (step.computeSet >= 0) map.emplace("computeSet", step.computeSet);
  if (step.array >= 0 && model.tileCycles)
    map.emplace("cyclesByTile", list(model.tileCycles(static_cast<std::size_t>(step.array))));
  return map;
}

/// The last run whose steps were kept, or null.
const profiler::Run *lastRun(const profiler::Model &model) {
  const auto found = std::find_if(model.runs.rbegin(), model.runs.rend(), [](const auto &run) { return run.hasSteps; });
  return found == model.runs.rend() ? nullptr : &*found;
}

} // namespace

poplar::ProfileValue graphProfile(const profiler::Model &model) {
  const profile::CompileRecord &compile = model.compile;
  Map vertices;
  for (const profile::VertexTypeRecord &type : compile.vertexTypes)
    if (type.instances > 0)
      vertices.emplace(type.name, Map{{"instances", type.instances},
                                      {"stateBytes", type.stateBytes},
                                      {"codeBytes", type.codeBytes},
                                      {"tiles", type.tilesWithCode}});
  Vector variables, sets;
  for (const profile::VariableRecord &variable : compile.variables)
    variables.push_back(Map{{"name", variable.name},
                            {"type", variable.type},
                            {"elements", variable.elements},
                            {"bytes", variable.bytes},
                            {"tiles", variable.tiles},
                            {"isConstant", variable.isConstant}});
  for (const profile::ComputeSetRecord &set : compile.computeSets) {
    std::uint64_t count = 0;
    for (const auto &[type, instances] : set.verticesByType) count += instances;
    sets.push_back(Map{{"name", set.name}, {"vertices", count}});
  }
  return Map{{"target", target(compile.target)},
             {"graph", Map{{"numVertices", compile.graph.vertices},
                           {"numEdges", compile.graph.edges},
                           {"numVars", compile.graph.variables},
                           {"numComputeSets", compile.graph.computeSets},
                           {"numPrograms", compile.graph.programs}}},
             {"memory", memory(compile)},
             {"vertexInstances", std::move(vertices)},
             {"vars", std::move(variables)},
             {"computeSets", std::move(sets)}};
}

poplar::ProfileValue executionProfile(const profiler::Model &model) {
  Vector runs, steps;
  std::uint64_t cycles = 0;
  for (const profiler::Run &run : model.runs) {
    cycles += run.record.cycles;
    runs.push_back(Map{{"program", run.record.programIndex},
                       {"name", run.record.name},
                       {"count", run.count},
                       {"cycles", run.record.cycles},
                       {"complete", run.complete}});
  }
  if (const profiler::Run *run = lastRun(model))
    for (const profiler::Step &one : run->steps) steps.push_back(step(model, one));
  Vector sets;
  for (const auto &total : model.totals.computeSets)
    sets.push_back(Map{{"executions", total.executions},
                       {"cycles", total.cycles},
                       {"tileCycles", total.tileCycles},
                       {"maxTileCycles", total.maxTileCycles}});
  return Map{{"simulation", Map{{"cycles", cycles}, {"steps", std::move(steps)}}},
             {"runs", std::move(runs)},
             {"computeSets", std::move(sets)}};
}

void writeIntervals(std::ostream &out, const profiler::Model &model) {
  out << "begin,end,compute,sync,exchange\n";
  const profiler::Run *run = lastRun(model);
  if (!run) return;
  for (const profiler::Step &step : run->steps) {
    const std::uint32_t tiles =
        step.array >= 0 ? model.arrays[static_cast<std::size_t>(step.array)].activeTiles : model.numTiles();
    const bool computes = step.kind == profile::StepKind::Compute || step.kind == profile::StepKind::Control;
    const bool syncs = step.kind == profile::StepKind::Sync;
    out << fmt::format("{},{},{},{},{}\n", step.start, step.start + step.duration, computes ? tiles : 0,
                       syncs ? tiles : 0, computes || syncs ? 0 : tiles);
  }
}

} // namespace popgraph
