#pragma once
// Cycles of a tile in the compute phase, from the slots that its vertices issued.
#include <cstdint>

#include "popgraph/ir/Module.hpp"
#include "popgraph/machine/Machine.hpp"
#include "popgraph/runtime/Storage.hpp"

namespace popgraph::simulator {

/// A worker issues one slot every machine.slotCycles cycles, however many run. Vertices go in row order to the worker
/// that is free first (the lowest number among equals); a MultiVertex takes all workers and lasts as long as its
/// longest; a supervisor vertex issues every cycle while no worker runs. `groupSlots[g]` receives all slots of each group.
std::uint64_t taskCycles(const Module &module, const Machine &machine, const Storage &storage, std::uint32_t task,
                         const std::uint32_t *slots, std::uint64_t *groupSlots);

} // namespace popgraph::simulator
