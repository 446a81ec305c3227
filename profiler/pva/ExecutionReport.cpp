#include <pva/ExecutionReport.hpp>

#include <algorithm>
#include <numeric>

#include "profiler/pva/ReportData.hpp"

namespace pva {

using detail::ReportData;
using popgraph::profile::StepKind;

namespace {

/// Which programs of the profile a Block holds, itself included.
std::vector<bool> insideOf(const ReportData &data, std::uint32_t block) {
  const auto &programs = data.model.compile.programs;
  std::vector<bool> inside(programs.size());
  std::vector<std::uint32_t> open{block};
  inside[block] = true;
  while (!open.empty()) {
    const std::uint32_t program = open.back();
    open.pop_back();
    for (const std::uint32_t child : programs[program].children)
      if (!inside[child]) {
        inside[child] = true;
        open.push_back(child);
      }
  }
  return inside;
}

std::vector<Block> blocksOf(const std::shared_ptr<const ReportData> &data, std::size_t run) {
  struct Stretch {
    std::uint32_t program;
    std::uint64_t from, to;
  };
  std::vector<Stretch> found;
  const std::vector<profiler::Step> &steps = data->model.runs[run].steps;
  for (std::uint32_t program = 0; program < data->model.compile.programs.size(); ++program) {
    if (data->programs[program].type != Program::Type::Block) continue;
    const std::vector<bool> inside = insideOf(*data, program);
    bool open = false;
    for (const profiler::Step &step : steps) {
      const std::uint64_t end = step.start + step.duration;
      if (!inside[step.program])
        open = false;
      else if (open)
        found.back().to = std::max(found.back().to, end);
      else
        found.push_back({program, step.start, end}), open = true;
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const Stretch &a, const Stretch &b) { return a.from < b.from; });
  std::vector<Block> result;
  for (const Stretch &stretch : found) result.emplace_back(Program(data, stretch.program), stretch.from, stretch.to);
  return result;
}

std::uint64_t cyclesOf(const ReportData &data, int kind) {
  std::uint64_t cycles = 0;
  for (const profiler::Run &run : data.model.runs)
    cycles += kind < 0 ? run.record.cycles : run.record.cyclesByKind[kind];
  return cycles;
}

std::uint64_t cyclesOf(const ReportData &data, StepKind kind) { return cyclesOf(data, static_cast<int>(kind)); }

/// The cycles of the tiles of one IPU in a step.
std::vector<std::uint64_t> onIpu(const ReportData &data, std::size_t step, std::size_t ipu) {
  const std::vector<std::uint64_t> all = data.cyclesByTile(step);
  const auto tiles = static_cast<std::ptrdiff_t>(data.model.compile.target.tilesPerIPU);
  const auto first = all.begin() + static_cast<std::ptrdiff_t>(ipu) * tiles;
  return {first, first + tiles};
}

} // namespace

std::uint64_t StepOnIpu::cycles() const {
  const auto cycles = onIpu(*data_, index_, ipu_);
  return cycles.empty() ? 0 : *std::max_element(cycles.begin(), cycles.end());
}

ActiveCycles StepOnIpu::activeCycles() const {
  const std::uint64_t start = data_->step(index_).start;
  std::uint64_t least = 0, most = 0;
  for (const std::uint64_t cycles : onIpu(*data_, index_, ipu_)) {
    if (cycles == 0) continue;
    least = least == 0 ? cycles : std::min(least, cycles);
    most = std::max(most, cycles);
  }
  return ActiveCycles(CycleRange(start, start), CycleRange(start + least, start + most));
}

double StepOnIpu::tileBalance() const {
  const auto cycles = onIpu(*data_, index_, ipu_);
  const std::uint64_t most = this->cycles();
  const std::uint64_t sum = std::accumulate(cycles.begin(), cycles.end(), std::uint64_t(0));
  return most == 0 ? 0 : static_cast<double>(sum) / (static_cast<double>(most) * static_cast<double>(cycles.size()));
}

double StepOnIpu::activeTileBalance() const {
  const auto cycles = onIpu(*data_, index_, ipu_);
  const auto active = cycles.size() - static_cast<std::size_t>(std::count(cycles.begin(), cycles.end(), 0u));
  return active == 0 ? 0 : tileBalance() * static_cast<double>(cycles.size()) / static_cast<double>(active);
}

std::string StepComputeSet::name() const { return computeset().name(); }
ComputeSet StepComputeSet::computeset() const {
  return ComputeSet(data_, static_cast<std::size_t>(data_->step(index_).computeSet));
}
std::vector<std::uint64_t> StepComputeSet::cyclesByTile() const { return data_->cyclesByTile(index_); }

Program Step::program() const { return Program(data_, data_->steps[index_].program); }
std::uint64_t Step::cyclesFrom() const { return data_->step(index_).start; }
std::uint64_t Step::cyclesTo() const { return data_->step(index_).start + data_->step(index_).duration; }
std::vector<std::uint64_t> Step::cyclesByTile() const { return data_->cyclesByTile(index_); }
std::vector<StepComputeSet> Step::computeSets() const {
  std::vector<StepComputeSet> result;
  if (data_->step(index_).computeSet >= 0) result.emplace_back(data_, index_);
  return result;
}
std::vector<StepOnIpu> Step::ipus() const {
  std::vector<StepOnIpu> result;
  for (std::size_t ipu = 0; ipu < data_->model.compile.target.numIPUs; ++ipu) result.emplace_back(data_, index_, ipu);
  return result;
}
std::uint64_t Step::dataIn() const { return data_->step(index_).bytesReceived; }
std::uint64_t Step::dataOut() const { return data_->step(index_).bytesSent; }

std::uint64_t Cycles::total() const { return cyclesOf(*data_, -1); }
std::uint64_t Cycles::compute() const { return cyclesOf(*data_, StepKind::Compute); }
std::uint64_t Cycles::exchange() const { return cyclesOf(*data_, StepKind::Exchange); }
std::uint64_t Cycles::sync() const { return cyclesOf(*data_, StepKind::Sync); }
std::uint64_t Cycles::hostExchange() const { return cyclesOf(*data_, StepKind::HostExchange); }
std::uint64_t Cycles::control() const { return cyclesOf(*data_, StepKind::Control); }

std::string Run::name() const { return data_->model.runs[index_].record.name; }
std::size_t Run::programIndex() const { return data_->model.runs[index_].record.programIndex; }
std::uint64_t Run::count() const { return data_->model.runs[index_].count; }
std::vector<Step> Run::steps() const {
  std::vector<Step> result;
  for (std::size_t i = data_->firstStep[index_]; i < data_->firstStep[index_ + 1]; ++i) result.emplace_back(data_, i);
  return result;
}
std::vector<Block> Run::blocks() const { return blocksOf(data_, index_); }
std::uint64_t Run::cycles() const { return data_->model.runs[index_].record.cycles; }
HostTime Run::microseconds() const {
  const auto &record = data_->model.runs[index_].record;
  return HostTime(record.startMicroseconds, record.endMicroseconds);
}

Cycles ExecutionReport::totalCycles() const { return Cycles(data_); }
std::vector<Run> ExecutionReport::runs() const {
  std::vector<Run> result;
  for (std::size_t i = 0; i < data_->model.runs.size(); ++i) result.emplace_back(data_, i);
  return result;
}
std::vector<Step> ExecutionReport::steps() const {
  std::vector<Step> result;
  for (std::size_t i = 0; i < data_->steps.size(); ++i) result.emplace_back(data_, i);
  return result;
}
std::vector<Block> ExecutionReport::blocks() const {
  std::vector<Block> result;
  for (std::size_t run = 0; run < data_->model.runs.size(); ++run)
    for (Block &block : blocksOf(data_, run)) result.push_back(std::move(block));
  return result;
}

} // namespace pva
