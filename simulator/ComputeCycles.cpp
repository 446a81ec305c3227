#include "simulator/ComputeCycles.hpp"

#include <algorithm>
#include <vector>

namespace popgraph::simulator {

namespace {

/// Cycles of each worker; workers are few, so the one that is free first is found by looking at all.
class Workers {
public:
  explicit Workers(const Machine &machine)
      : count_(std::min<std::uint32_t>(machine.workers, kMost)), slotCycles_(machine.slotCycles) {
    std::fill_n(busy_, count_, 0);
  }
  /// Gives out vertices in their order; returns the sum of their slots. Of fresh workers that have one vertex each, or
  /// equal ones, the longest is known without giving them out.
  std::uint64_t take(const std::uint32_t *slots, std::uint32_t vertices) {
    std::uint64_t sum = 0;
    std::uint32_t least = ~0u, most = 0;
    for (std::uint32_t i = 0; i < vertices; ++i) {
      sum += slots[i];
      least = std::min(least, slots[i]);
      most = std::max(most, slots[i]);
    }
    if (fresh_ && vertices <= count_) {
      for (std::uint32_t w = 0; w < vertices; ++w) busy_[w] = slots[w] * slotCycles_;
      fresh_ = false;
    } else if (fresh_ && least == most) {
      for (std::uint32_t w = 0; w < count_; ++w)
        busy_[w] = most * slotCycles_ * (vertices / count_ + (w < vertices % count_));
      fresh_ = false;
    } else {
      for (std::uint32_t i = 0; i < vertices; ++i) take(slots[i] * slotCycles_);
    }
    return sum;
  }
  void take(std::uint64_t cycles) {
    fresh_ = false;
    std::uint32_t first = 0;
    for (std::uint32_t w = 1; w < count_; ++w)
      if (busy_[w] < busy_[first]) first = w;
    busy_[first] += cycles;
  }
  std::uint64_t longest() const { return *std::max_element(busy_, busy_ + count_); }

private:
  static constexpr std::uint32_t kMost = 64;
  std::uint32_t count_;
  std::uint64_t slotCycles_;
  bool fresh_ = true;
  std::uint64_t busy_[kMost];
};

} // namespace

std::uint64_t taskCycles(const Module &module, const Machine &machine, const Storage &storage, std::uint32_t taskIndex,
                         const std::uint32_t *slots, GroupTotals *totals) {
  using codelets::VertexKind;
  const TileTask &task = module.tasks[taskIndex];
  const std::uint32_t shares = workersOf(machine.architecture);
  Workers workers(machine);
  std::uint64_t whole = 0; // cycles of vertices that have the tile for themselves
  bool anyWorker = false, anyMulti = false;
  const auto estimate = [&](std::uint32_t row) {
    return module.rowEstimates.empty() ? Module::kNoEstimate : module.rowEstimates[row];
  };
  for (std::uint32_t g = task.firstGroup; g < task.firstGroup + task.groups; ++g) {
    const RowGroup &group = module.groups[g];
    const VertexKind kind = module.tables.codelets[group.codelet].codelet().kind;
    const std::uint32_t *of = slots + storage.slotOf(g);
    if (kind == VertexKind::Vertex && module.rowEstimates.empty()) {
      totals[g] = {workers.take(of, group.rows), 0, 0};
      anyWorker = true;
      continue;
    }
    GroupTotals total;
    const auto compare = [&](std::uint64_t given, std::uint64_t derived) {
      total.estimatedCycles += given;
      total.derivedCycles += derived;
    };
    for (std::uint32_t i = 0; i < group.rows; ++i) {
      const std::uint64_t given = estimate(group.firstRow + i);
      const bool has = given != Module::kNoEstimate;
      switch (kind) {
      case VertexKind::Vertex: {
        // An estimate is the vertex's time while its worker has one slot in slotCycles, to the cycle.
        const std::uint64_t derived = std::uint64_t(of[i]) * machine.slotCycles;
        workers.take(has ? given : derived);
        total.slots += of[i];
        if (has) compare(given, derived);
        anyWorker = true;
        break;
      }
      case VertexKind::MultiVertex: {
        Workers own(machine);
        total.slots += own.take(of + i * shares, shares);
        const std::uint64_t longest = own.longest();
        if (has) compare(given, longest);
        whole += (anyMulti ? machine.vectorLaunchOverhead : 0) + (has ? given : longest);
        anyMulti = true;
        break;
      }
      case VertexKind::Supervisor:
        whole += has ? given : of[i];
        total.slots += of[i];
        if (has) compare(given, of[i]);
        break;
      }
    }
    totals[g] = total;
  }
  const std::uint32_t overhead =
      anyWorker || anyMulti ? machine.computeSetOverheadCycles : machine.supervisorOnlyOverheadCycles;
  const std::uint32_t stalls = module.placement.stalls.empty() ? 0 : module.placement.stalls[taskIndex];
  return overhead + stalls + whole + workers.longest();
}

} // namespace popgraph::simulator
