#include "profiler/ModelBuilder.hpp"
#include "popgraph/profile/Schema.hpp"
#include <algorithm>
#include <iterator>

namespace profiler {

using namespace popgraph::profile;

void ModelBuilder::compiled(const CompileRecord &record) {
  model_ = Model();
  model_.compile = record;
  running_ = false;
}

/// Makes the finished last run one with an earlier run of its program: the one before it, so that the order of
/// programs stays visible, or, where programs take turns for long, any.
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
  if (!last.complete)
    return;
  const auto end = std::prev(runs.end());
  auto into = end;
  if (runs.size() > 1 && isSame(*std::prev(end)))
    into = std::prev(end);
  else if (runs.size() > kMaxRuns)
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
  step.array = static_cast<std::int64_t>(model_.arrays.size());
  ArrayStatistics &statistics = model_.arrays.emplace_back();
  for (std::size_t tile = 0; tile < byTile.size(); ++tile) {
    const std::uint32_t cycles = record.cyclesByTile[tile];
    byTile[tile] += cycles;
    statistics.sum += cycles;
    statistics.activeTiles += cycles != 0;
    if (cycles > statistics.max) {
      statistics.max = cycles;
      statistics.maxTile = static_cast<std::uint32_t>(tile);
    }
  }
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
