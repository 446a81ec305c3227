#pragma once
// Compute sets on the host, and the cycles that their tiles take.
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "popgraph/backends/Backend.hpp"
#include "simulator/ComputeCycles.hpp"

namespace popgraph::simulator {

/// What the tiles of a compute set did together.
struct ComputeSummary {
  std::uint64_t tileCycles = 0, maxTileCycles = 0;
  std::uint32_t slowestTile = 0;
  std::vector<std::pair<std::uint32_t, profile::TotalsRecord::VertexTypeTotal>> types; ///< by codelet
};

/// Counters that tests read: runs of the tasks of all engines. A task is what one tile does in a compute set.
struct ComputeCounters {
  std::uint64_t counted = 0; ///< its codelets counted slots
  std::uint64_t known = 0;   ///< its cycles were known from an earlier run: its vertices' state decides them
};
ComputeCounters computeCounters();

/// Runs compute sets. Cycles that follow from the state of the vertices are counted once; the codelets then run in the
/// form that does not count. With POPGRAPH_CHECKED=1 they count always, and cycles that are not the known ones end the
/// run.
class ComputePhase {
public:
  ComputePhase(std::shared_ptr<const Module> module, const Machine &machine, Storage &storage);

  /// Returns whether no compute() returned false. What vertices print goes to `print`.
  bool run(std::uint32_t computeSet, const std::function<void(const std::string &)> &print);
  /// Of the last run.
  std::uint64_t cyclesOf(std::uint32_t task) const { return taskCycles_[task]; }
  const ComputeSummary &summary(std::uint32_t computeSet) const { return sets_[computeSet].summary; }

private:
  struct Set {
    std::uint32_t fixed = 0; ///< tasks whose cycles follow from the state
    bool counted = false;    ///< and have been counted
    ComputeSummary summary;
  };

  void count(std::uint32_t task, const std::uint32_t *slots, bool isKnown);
  void summarise(const ComputeSetPlan &plan, ComputeSummary &summary);

  std::shared_ptr<const Module> module_;
  const Machine &machine_;
  Storage &storage_;
  TileRunner runner_;
  bool checked_;
  std::vector<Set> sets_;
  std::vector<std::uint8_t> fixed_; ///< by task
  std::vector<std::uint64_t> taskCycles_;
  std::vector<GroupTotals> groupTotals_;
  std::vector<std::uint32_t> typeAt_; ///< by codelet: its place in the summary that is being made
  std::atomic<std::uint32_t> wrongTask_;
};

} // namespace popgraph::simulator
