#pragma once
// Cycles of a tile in the compute phase, from the slots that its vertices issued.
#include <cstdint>

#include "popgraph/ir/Module.hpp"
#include "popgraph/machine/Machine.hpp"
#include "popgraph/runtime/Storage.hpp"

namespace popgraph::simulator {

/// What a group of vertices did.
struct GroupTotals {
  std::uint64_t slots = 0;                              ///< all that it issued, whatever was estimated
  std::uint64_t estimatedCycles = 0, derivedCycles = 0; ///< of the vertices with an estimate
};

/// A worker issues one slot every machine.slotCycles cycles, however many run. Vertices go in row order to the worker
/// that is free first (the lowest number among equals); a MultiVertex takes all workers, which take its shares in the
/// same way, and lasts as long as its longest; a supervisor vertex issues every cycle while no worker runs. Estimates of
/// the program take the place of what was counted. `totals[g]` receives those of each group.
std::uint64_t taskCycles(const Module &module, const Machine &machine, const Storage &storage, std::uint32_t task,
                         const std::uint32_t *slots, GroupTotals *totals);

} // namespace popgraph::simulator
