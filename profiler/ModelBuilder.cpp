#include "profiler/ModelBuilder.hpp"
#include "popgraph/profile/Schema.hpp"
#include <algorithm>
#include <iterator>
#include <xxhash.h>

namespace profiler {

using namespace popgraph::profile;

void ModelBuilder::compiled(const CompileRecord &record) {
  model_ = Model();
  model_.compile = record;
  running_ = false;
}

/// Drops the steps of the finished last run and, where there are many runs, makes it one with an earlier run of its
/// program: the one before it, so that the order of programs stays visible, or, where programs take turns, any.
void ModelBuilder::foldLastRun() {
  constexpr std::size_t kMaxRuns = 1000;
  std::vector<Run> &runs = model_.runs;
  if (runs.empty())
    return;
  Run &last = runs.back();
  last.steps = {};
  last.hasSteps = last.truncated = false;
  const auto isSame = [&](const Run &run) {
    return run.complete && run.record.programIndex == last.record.programIndex && run.record.name == last.record.name;
  };
  if (!last.complete || runs.size() <= kMaxRuns)
    return;
  const auto end = std::prev(runs.end());
  auto into = end;
  if (isSame(*std::prev(end)))
    into = std::prev(end);
  else
    into = std::find_if(runs.begin(), end, isSame);
  if (into == end)
    return;
  into->count += last.count;
  into->record.cycles += last.record.cycles;
  for (std::size_t kind = 0; kind < kNumStepKinds; ++kind)
    into->record.cyclesByKind[kind] += last.record.cyclesByKind[kind];
  into->record.endMicroseconds = last.record.endMicroseconds;
  runs.pop_back();
}

void ModelBuilder::beginRun(std::uint32_t programIndex, const std::string &name) {
  foldLastRun();
  model_.arrays.clear();
  kept_ = std::make_shared<std::vector<std::vector<std::uint32_t>>>();
  keptValues_ = 0;
  byHash_.clear();
  model_.tileCycles = [kept = kept_](std::size_t index) { return kept->at(index); };
  model_.keptCyclesByTile.assign(kNumStepKinds, std::vector<std::uint64_t>(model_.numTiles()));
  Run &run = model_.runs.emplace_back();
  run.record.programIndex = programIndex;
  run.record.name = name;
  run.complete = false;
  run.hasSteps = true;
  running_ = true;
}

void ModelBuilder::step(const StepRecord &record) {
  if (!running_)
    return;
  Run &run = model_.runs.back();
  if (run.steps.size() >= maxSteps_) {
    run.truncated = true;
    return;
  }
  Step &step = run.steps.emplace_back();
  step.program = record.program;
  step.kind = record.kind;
  step.computeSet = record.computeSet;
  step.start = record.start;
  step.duration = record.duration;
  step.bytesSent = record.bytesSent;
  step.bytesReceived = record.bytesReceived;
  std::vector<std::uint64_t> &byTile = model_.keptCyclesByTile[static_cast<std::size_t>(record.kind)];
  if (!record.cyclesByTile) {
    for (std::uint64_t &cycles : byTile)
      cycles += record.duration;
    return;
  }
  for (std::size_t tile = 0; tile < byTile.size(); ++tile)
    byTile[tile] += record.cyclesByTile[tile];
  step.array = static_cast<std::int64_t>(arrayOf(record.cyclesByTile));
}

/// Index of an array with these values; steps that repeat share one.
std::size_t ModelBuilder::arrayOf(const std::uint32_t *cyclesByTile) {
  const std::size_t tiles = model_.numTiles();
  const std::vector<std::uint32_t> values(cyclesByTile, cyclesByTile + tiles);
  const std::uint64_t hash = XXH3_64bits(values.data(), tiles * sizeof(std::uint32_t));
  const auto [first, last] = byHash_.equal_range(hash);
  for (auto entry = first; entry != last; ++entry)
    if ((*kept_)[entry->second] == values)
      return entry->second;
  ArrayStatistics &statistics = model_.arrays.emplace_back();
  for (std::size_t tile = 0; tile < tiles; ++tile) {
    statistics.sum += values[tile];
    statistics.activeTiles += values[tile] != 0;
    if (values[tile] > statistics.max) {
      statistics.max = values[tile];
      statistics.maxTile = static_cast<std::uint32_t>(tile);
    }
  }
  if (keptValues_ + tiles <= kMaxKeptValues) {
    keptValues_ += tiles;
    byHash_.emplace(hash, kept_->size());
    kept_->push_back(values);
  } else {
    kept_->emplace_back();
  }
  return kept_->size() - 1;
}

void ModelBuilder::endRun(const RunRecord &run, const TotalsRecord &totalsSoFar) {
  if (!running_)
    return;
  Run &last = model_.runs.back();
  last.record = run;
  last.complete = true;
  running_ = false;
  model_.totals = totalsSoFar;
}

} // namespace profiler
