#pragma once
// A profile in memory: what a file holds, or what a ModelBuilder was told. Views are computed from it.
#include "popgraph/profile/Records.hpp"
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace profiler {

/// One step of a kept run. Per-tile cycles are an index into Model::arrays; -1: `duration` on every tile.
struct Step {
  std::uint32_t program = 0;
  popgraph::profile::StepKind kind = popgraph::profile::StepKind::Compute;
  std::int64_t computeSet = -1;
  std::uint64_t start = 0, duration = 0;
  std::int64_t array = -1;
  std::uint64_t bytesSent = 0, bytesReceived = 0;
};

/// What is known of a per-tile array without unpacking it.
struct ArrayStatistics {
  std::uint64_t sum = 0;
  std::uint32_t max = 0, maxTile = 0, activeTiles = 0;
};

struct Run {
  popgraph::profile::RunRecord record; ///< cycles are sums when `count` is more than 1
  std::uint64_t count = 1;  ///< runs of one program that a ModelBuilder made one of
  bool complete = true;     ///< false: the program stopped or threw inside it; cycles are those seen until then
  bool hasSteps = false;    ///< single steps were kept
  bool truncated = false;   ///< some of its steps were dropped
  std::vector<Step> steps;
};

/// Cycles by which each step of a run moved its end: tiles that do not wait for each other overlap steps, so durations
/// may add up to more than the run took; these add up to the run.
std::vector<std::uint64_t> criticalCycles(const Run &run);

struct Section {
  std::string name;
  std::int64_t version = 0;
  bool complete = false;
  std::uint64_t bytes = 0;
};

struct Model {
  std::string path;                  ///< empty when it did not come from a file
  std::uint32_t formatVersion = 0;   ///< major * 65536 + minor
  std::vector<Section> sections;     ///< of the file
  popgraph::profile::CompileRecord compile;
  std::vector<Run> runs;
  popgraph::profile::TotalsRecord totals;
  std::vector<ArrayStatistics> arrays;
  /// Values of arrays[index], numTiles long; empty function: only the statistics are known.
  std::function<std::vector<std::uint32_t>(std::size_t index)> tileCycles;
  /// Active cycles of each tile by StepKind over the kept steps; empty when unknown.
  std::vector<std::vector<std::uint64_t>> keptCyclesByTile;

  std::uint32_t numTiles() const { return compile.target.numIPUs * compile.target.tilesPerIPU; }
};

} // namespace profiler
