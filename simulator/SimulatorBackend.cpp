// The simulated IPU: computes on the host and keeps the clocks of the tiles.
#include "popgraph/api/TargetAccess.hpp"
#include "popgraph/backends/Backend.hpp"
#include "simulator/Clocks.hpp"
#include "simulator/ComputePhase.hpp"

namespace popgraph {

namespace {

using profile::StepKind;
using simulator::Clocks;

class SimulatorBackend final : public Backend {
public:
  SimulatorBackend(std::shared_ptr<const Module> module, Storage &storage)
      : module_(module), machine_(machineOf(module->target)), storage_(storage), compute_(module, machine_, storage),
        clocks_(machine_, module->target.getNumIPUs()), active_(clocks_.tiles(), 0) {
    resetTotals();
  }

  bool execute(std::uint32_t computeSet, std::uint32_t program) override {
    const ComputeSetPlan &plan = module_->computeSets[computeSet];
    const StepPlacement &placement = module_->placement.computeSets[computeSet];
    rearrange(placement.pack, program);
    exchange(placement.before, program);
    rearrange(placement.gather, program);
    const bool allTrue = compute_.run(computeSet, print);
    Phase phase(*this, StepKind::Compute, program, computeSet);
    const std::uint64_t before = clocks_.last();
    for (std::uint32_t t = plan.firstTask; t < plan.firstTask + plan.tasks; ++t)
      phase.spend(module_->tasks[t].tile, compute_.cyclesOf(t));
    const simulator::ComputeSummary &summary = compute_.summary(computeSet);
    auto &total = totals_.computeSets[computeSet];
    ++total.executions;
    total.cycles += clocks_.last() - before;
    total.tileCycles += summary.tileCycles;
    if (summary.maxTileCycles > total.maxTileCycles) {
      total.maxTileCycles = summary.maxTileCycles;
      total.slowestTile = summary.slowestTile;
    }
    for (const auto &[codelet, of] : summary.types) {
      auto &type = totals_.vertexTypes[codelet];
      type.executions += of.executions;
      type.slots += of.slots;
      type.estimatedCycles += of.estimatedCycles;
      type.derivedCycles += of.derivedCycles;
    }
    phase.end();
    rearrange(placement.scatter, program);
    exchange(placement.after, program);
    rearrange(placement.unpack, program);
    return allTrue;
  }

  void copy(std::uint32_t copy, std::uint32_t program) override {
    const StepPlacement &placement = module_->placement.copies[copy];
    rearrange(placement.pack, program);
    exchange(placement.before, program);
    rearrange(placement.gather, program);
    storage_.copy(module_->copies[copy]);
  }

  void transfer(std::uint32_t transfer, std::uint32_t program) override {
    const ExchangePlan &plan = module_->placement.transfers[transfer].before;
    // Only the host's sync group includes the host.
    hostOrLinkExchange(plan, StepKind::HostExchange, program);
  }

  void crossReplica(std::uint32_t copy, std::uint32_t program) override {
    hostOrLinkExchange(module_->placement.crossCopies[copy].before, StepKind::Exchange, program);
  }

  void registers(std::uint32_t access, std::uint32_t program) override {
    // A supervisor vertex on each tile reads and writes them.
    Phase phase(*this, StepKind::Compute, program);
    for (const std::uint32_t tile : module_->registers[access].access.tiles)
      phase.spend(tile, machine_.supervisorOnlyOverheadCycles);
    phase.end();
  }

  std::uint64_t clock() const override { return clocks_.last(); }
  void waitUntil(std::uint64_t clock, std::uint32_t program) override {
    wait(program, [&] { clocks_.join(clock); });
  }

  void sync(std::uint32_t type, std::uint32_t program) override {
    if (static_cast<poplar::SyncType>(type) == poplar::SyncType::INTERNAL)
      waitWithinIPU(program);
    else
      waitForAll(program);
  }

  void branch(Branch kind, std::uint32_t index, std::uint32_t program) override {
    if (kind == Branch::Predicate) // a sync tells all tiles what the tile with the predicate says
      waitForExchange(module_->target.getNumIPUs() > 1, program);
    else if (kind == Branch::Switch) // a number is more than a sync can tell
      exchange(module_->placement.switches[index], program);
    Phase phase(*this, StepKind::Control, program);
    phase.spendAll(machine_.controlBranchCycles);
    phase.end();
  }

  std::uint64_t cycles(std::uint32_t tile) override {
    // Reading the counter takes a supervisor vertex.
    clocks_.advance(tile, machine_.supervisorOnlyOverheadCycles);
    return clocks_[tile];
  }

  void beginRun(profile::Sink *sink, std::uint64_t clock) override {
    sink_ = sink;
    origin_ = std::max(clock, clocks_.last());
    clocks_.join(clock);
    std::fill(std::begin(byKind_), std::end(byKind_), 0);
  }
  void endRun(profile::RunRecord &run) override {
    run.cycles = clocks_.last() - origin_;
    std::copy(std::begin(byKind_), std::end(byKind_), run.cyclesByKind);
    sink_ = nullptr;
  }
  const profile::TotalsRecord &totals() const override { return totals_; }
  void resetTotals() override {
    totals_ = {};
    totals_.computeSets.resize(module_->tables.computeSets.size());
    totals_.vertexTypes.resize(module_->tables.codelets.size());
  }

private:
  /// One phase of a superstep: collects active cycles by tile and reports them.
  class Phase {
  public:
    Phase(SimulatorBackend &backend, StepKind kind, std::uint32_t program, std::int64_t computeSet = -1)
        : b_(backend), wanted_(backend.sink_ && backend.sink_->wantsSteps()),
          first_(wanted_ ? backend.clocks_.first() : 0), last_(backend.clocks_.last()) {
      record_.kind = kind;
      record_.program = program;
      record_.computeSet = computeSet;
      if (wanted_) std::fill(b_.active_.begin(), b_.active_.end(), 0);
    }
    bool wanted() const { return wanted_; }
    /// The clock of the tile that is first in it, where the phase is wanted.
    std::uint64_t first() const { return first_; }
    void spend(std::uint32_t tile, std::uint64_t cycles) {
      b_.clocks_.advance(tile, cycles);
      if (wanted_) b_.active_[tile] = static_cast<std::uint32_t>(cycles);
    }
    void spendAll(std::uint64_t cycles) {
      b_.clocks_.advanceAll(cycles);
      if (wanted_) std::fill(b_.active_.begin(), b_.active_.end(), static_cast<std::uint32_t>(cycles));
    }
    void end(std::uint64_t sent = 0, std::uint64_t received = 0) {
      const std::uint64_t now = b_.clocks_.last();
      b_.byKind_[static_cast<std::size_t>(record_.kind)] += now - last_;
      if (!wanted_) return;
      record_.start = first_ - std::min(first_, b_.origin_);
      record_.duration = now - first_;
      record_.cyclesByTile = b_.active_.data();
      record_.bytesSent = sent;
      record_.bytesReceived = received;
      b_.sink_->step(record_);
    }

  private:
    SimulatorBackend &b_;
    bool wanted_;
    std::uint64_t first_, last_;
    profile::StepRecord record_;
  };

  /// An exchange that all tiles wait for.
  void hostOrLinkExchange(const ExchangePlan &plan, StepKind kind, std::uint32_t program) {
    waitForAll(program);
    Phase phase(*this, kind, program);
    clocks_.advanceAll(plan.cycles);
    for (std::uint32_t i = plan.firstTile; i < plan.firstTile + plan.tiles; ++i)
      active_[module_->placement.exchangeTiles[i].tile] = module_->placement.exchangeTiles[i].cycles;
    phase.end(plan.bytesOut, plan.bytesIn);
  }

  template <typename Wait> void wait(std::uint32_t program, Wait &&wait) {
    Phase phase(*this, StepKind::Sync, program);
    if (phase.wanted())
      for (std::uint32_t t = 0; t < clocks_.tiles(); ++t)
        active_[t] = static_cast<std::uint32_t>(clocks_[t] - phase.first());
    wait();
    if (phase.wanted()) // how long each tile waited
      for (std::uint32_t t = 0; t < clocks_.tiles(); ++t)
        active_[t] = static_cast<std::uint32_t>(clocks_[t] - phase.first() - active_[t]);
    phase.end();
  }
  void waitWithinIPU(std::uint32_t program) {
    wait(program, [&] { clocks_.syncWithinIPUs(); });
  }
  void waitForAll(std::uint32_t program) {
    wait(program, [&] { clocks_.syncAll(); });
  }
  void waitForExchange(bool crossesIPUs, std::uint32_t program) {
    if (crossesIPUs)
      waitForAll(program);
    else
      waitWithinIPU(program);
  }

  void exchange(const ExchangePlan &plan, std::uint32_t program) {
    if (plan.cycles == 0) return;
    waitForExchange(plan.crossesIPUs, program);
    Phase phase(*this, StepKind::Exchange, program);
    for (std::uint32_t i = plan.firstTile; i < plan.firstTile + plan.tiles; ++i) {
      const ExchangeTile &tile = module_->placement.exchangeTiles[i];
      phase.spend(tile.tile, tile.cycles);
    }
    phase.end(plan.bytesOut, plan.bytesIn);
  }

  void rearrange(const RearrangePlan &plan, std::uint32_t program) {
    if (plan.count == 0) return;
    Phase phase(*this, StepKind::Compute, program);
    for (std::uint32_t i = plan.first; i < plan.first + plan.count; ++i)
      phase.spend(module_->placement.rearranges[i].tile, module_->placement.rearranges[i].cycles);
    phase.end();
  }

  std::shared_ptr<const Module> module_;
  const Machine &machine_;
  Storage &storage_;
  simulator::ComputePhase compute_;
  Clocks clocks_;
  std::vector<std::uint32_t> active_;
  std::uint64_t origin_ = 0, byKind_[5] = {};
  profile::Sink *sink_ = nullptr;
  profile::TotalsRecord totals_;
};

} // namespace

std::unique_ptr<Backend> makeSimulatorBackend(std::shared_ptr<const Module> module, Storage &storage) {
  return std::make_unique<SimulatorBackend>(std::move(module), storage);
}

} // namespace popgraph
