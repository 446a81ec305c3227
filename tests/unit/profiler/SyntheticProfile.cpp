#include "SyntheticProfile.hpp"
#include <algorithm>

namespace synthetic {

using namespace popgraph::profile;

namespace {

constexpr std::uint64_t kHostCycles = 2500, kExchangeCycles = 180, kSyncCycles = 126, kControlCycles = 12;

enum Program { Root, In, Loop, Body, Compute, Exchange, Barrier };

std::uint64_t slowest(const Options &options, std::uint32_t iteration) {
  std::uint64_t most = 0;
  for (std::uint32_t tile = 0; tile < options.tiles; ++tile)
    most = std::max<std::uint64_t>(most, computeCycles(tile, iteration));
  return most;
}

std::vector<std::uint32_t> &category(CompileRecord &record, MemoryCategory which, std::uint32_t tiles) {
  std::vector<std::uint32_t> &bytes = record.memoryByCategory[static_cast<std::size_t>(which)];
  bytes.resize(tiles);
  return bytes;
}

} // namespace

CompileRecord compileRecord(const Options &options) {
  CompileRecord record;
  record.programName = "synthetic";
  record.engineName = "engine";
  record.popgraphVersion = "0.1.0";
  record.target = {"IPU", "gc200", "ipu2", 1, options.tiles, 6, 1, 638976, 1.33e9, 4, {{"syncCycles", "126"}}};
  record.options = {{"autoReport.all", "true", false}, {"debug.allowOutOfMemory", "false", true}};
  record.graph = {options.tiles * 6ull, options.tiles * 18ull, 3, 2, 1, 7};
  record.vertexTypes = {{"popgraph::MatMulVertex<half,float>", "MultiVertex", options.tiles * 1ull, 24, 640,
                         options.tiles},
                        {"popgraph::Reduce<float>", "Vertex", options.tiles * 5ull, 12, 208, options.tiles}};
  record.computeSets = {{options.computeSetName, {{0, options.tiles}}},
                        {"reduce/Partial", {{1, options.tiles * 5ull}}}};
  record.programs = {{"Sequence", "main", {In, Loop}, -1, 0},
                     {"StreamCopy", "in", {}, -1, 0},
                     {"Repeat", "steps", {Body}, -1, options.iterations},
                     {"Sequence", "", {Exchange, Barrier, Compute}, -1, 0},
                     {"OnTileExecute", options.computeSetName, {}, 0, 0},
                     {"DoExchange", "gather", {}, -1, 0},
                     {"Sync", "", {}, -1, 0}};
  record.controlPrograms = {Root};
  const std::uint64_t tiles = options.tiles;
  record.variables = {{"weights", "half", tiles * 16000, tiles * 32000, options.tiles, 32000, false},
                      {"partials", "float", tiles * 2000, tiles * 8000, options.tiles, 8000, false},
                      {"one", "float", 1, 4, 1, 4, true}};
  record.peakBytesByTile.resize(options.tiles);
  record.liveness = {{0, 5000, 64, 1}, {1, 7000, 128, 0}};
  for (std::uint32_t tile = 0; tile < options.tiles; ++tile) {
    category(record, MemoryCategory::Variable, options.tiles)[tile] = variableBytes(tile);
    category(record, MemoryCategory::VertexCode, options.tiles)[tile] = codeBytes(tile);
    category(record, MemoryCategory::Stack, options.tiles)[tile] = 1024;
    category(record, MemoryCategory::Message, options.tiles)[tile] = messageBytes(tile);
    record.peakBytesByTile[tile] = variableBytes(tile) + codeBytes(tile) + 1024 + messageBytes(tile);
  }
  record.compilePhases = {{"place", 0.25}, {"codegen", 0.5}};
  return record;
}

std::uint64_t cyclesOfRun(const Options &options) {
  std::uint64_t cycles = kHostCycles;
  for (std::uint32_t i = 0; i < options.iterations; ++i)
    cycles += kControlCycles + kExchangeCycles + kSyncCycles + slowest(options, i);
  return cycles;
}

void tell(Sink &sink, const Options &options) {
  sink.compiled(compileRecord(options));
  TotalsRecord totals;
  totals.computeSets.resize(2);
  totals.vertexTypes.resize(2);
  std::vector<std::uint32_t> cycles(options.tiles), hostCycles(options.tiles);
  hostCycles[0] = kHostCycles;
  for (std::uint32_t run = 0; run < options.runs; ++run) {
    sink.beginRun(0, "main");
    RunRecord record;
    record.name = "main";
    record.startMicroseconds = 1000.0 * run;
    record.endMicroseconds = 1000.0 * run + 400;
    auto step = [&](std::uint32_t program, StepKind kind, std::uint64_t duration, const std::uint32_t *byTile,
                    std::int64_t computeSet, std::uint64_t bytes) {
      if (sink.wantsSteps())
        sink.step({program, kind, computeSet, record.cycles, duration, byTile, bytes, bytes});
      record.cycles += duration;
      record.cyclesByKind[static_cast<std::size_t>(kind)] += duration;
    };
    step(In, StepKind::HostExchange, kHostCycles, hostCycles.data(), -1, 4096);
    for (std::uint32_t i = 0; i < options.iterations; ++i) {
      step(Loop, StepKind::Control, kControlCycles, nullptr, -1, 0);
      for (std::uint32_t tile = 0; tile < options.tiles; ++tile)
        cycles[tile] = tile % 3 ? 0 : kExchangeCycles;
      step(Exchange, StepKind::Exchange, kExchangeCycles, cycles.data(), -1, options.tiles * 256ull);
      step(Barrier, StepKind::Sync, kSyncCycles, nullptr, -1, 0);
      TotalsRecord::ComputeSetTotal &total = totals.computeSets[0];
      for (std::uint32_t tile = 0; tile < options.tiles; ++tile) {
        cycles[tile] = computeCycles(tile, i);
        total.tileCycles += cycles[tile];
        if (cycles[tile] > total.maxTileCycles) {
          total.maxTileCycles = cycles[tile];
          total.slowestTile = tile;
        }
      }
      step(Compute, StepKind::Compute, slowest(options, i), cycles.data(), 0, 0);
      ++total.executions;
      total.cycles += slowest(options, i);
      totals.vertexTypes[0].executions += options.tiles;
      totals.vertexTypes[0].slots += options.tiles * 150ull;
      totals.vertexTypes[0].estimatedCycles += 1000;
      totals.vertexTypes[0].derivedCycles += 900;
    }
    sink.endRun(record, totals);
  }
}

} // namespace synthetic
