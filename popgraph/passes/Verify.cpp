// What each stage promises, checked. A failure here is a fault of ours, never of the user's.
#include "popgraph/api/TargetAccess.hpp"
#include "popgraph/ir/Walk.hpp"
#include "popgraph/passes/ElementConstraints.hpp"
#include "popgraph/passes/ExchangeSchedule.hpp"
#include "popgraph/passes/Passes.hpp"
#include "popgraph/passes/Require.hpp"
#include "popgraph/passes/TilePacker.hpp"

namespace popgraph {

namespace {

void verifySteps(const Module &module) {
  const auto n = static_cast<std::uint32_t>(module.steps.size());
  for (std::uint32_t i = 0; i < n; ++i) {
    const Step &step = module.steps[i];
    require(step.program < module.programs.size(), "step {} has no program", i);
    switch (step.kind) {
    case Step::Kind::Execute:
      require(step.a < module.tables.computeSets.size(), "step {}: compute set {}", i, step.a);
      require(step.b <= module.scalars.size(), "step {}: scalar {}", i, step.b);
      break;
    case Step::Kind::Copy: require(step.a < module.copies.size(), "step {}: copy {}", i, step.a); break;
    case Step::Kind::Transfer: require(step.a < module.transfers.size(), "step {}: transfer {}", i, step.a); break;
    case Step::Kind::HostCall:
      require(step.a < module.tables.hostFunctions.size(), "step {}: host function {}", i, step.a);
      break;
    case Step::Kind::CrossReplica:
      require(step.a < module.crossCopies.size(), "step {}: cross-replica copy {}", i, step.a);
      break;
    case Step::Kind::Registers: require(step.a < module.registers.size(), "step {}: registers {}", i, step.a); break;
    case Step::Kind::LoopBegin: require(step.b > i && step.b < n, "step {}: loop end {}", i, step.b); break;
    case Step::Kind::LoopEnd: require(step.b <= i && step.b > 0, "step {}: loop begin {}", i, step.b); break;
    case Step::Kind::JumpIfZero:
    case Step::Kind::JumpIfNonZero:
      require(step.a < module.scalars.size(), "step {}: scalar {}", i, step.a);
      [[fallthrough]];
    case Step::Kind::Jump:
    case Step::Kind::Call: require(step.b < n, "step {}: target {}", i, step.b); break;
    case Step::Kind::Switch:
      require(step.a < module.switches.size(), "step {}: switch {}", i, step.a);
      for (const auto &[value, target] : module.switches[step.a].cases)
        require(target < n, "step {}: case {}", i, value);
      require(module.switches[step.a].defaultTarget < n, "step {}: default case", i);
      break;
    case Step::Kind::Print:
    case Step::Kind::Abort: require(step.a < module.prints.size(), "step {}: print {}", i, step.a); break;
    case Step::Kind::CycleStamp: require(step.a < module.stamps.size(), "step {}: stamp {}", i, step.a); break;
    default: break;
    }
  }
  require(n == 0 || module.steps.back().kind == Step::Kind::End || module.steps.back().kind == Step::Kind::Return,
          "the last step goes on to nowhere");
  for (const std::uint32_t entry : module.entries) require(entry < n, "a program starts at step {}", entry);
}

void verifyRows(const Module &module) {
  const GraphTables &tables = module.tables;
  std::vector<bool> seen(tables.vertices.size(), false);
  for (std::size_t s = 0; s < module.computeSets.size(); ++s) {
    const ComputeSetPlan &plan = module.computeSets[s];
    std::uint32_t row = plan.firstRow;
    require(within(plan.firstRow, plan.rows, module.rows.size()) &&
                within(plan.firstTask, plan.tasks, module.tasks.size()),
            "compute set {} is out of range", s);
    for (std::uint32_t t = plan.firstTask; t < plan.firstTask + plan.tasks; ++t) {
      const TileTask &task = module.tasks[t];
      // Only a tile that is a whole processor has several tasks.
      const std::uint32_t next = t == plan.firstTask ? 0 : module.tasks[t - 1].tile + (runsTilesInParts(module) ? 0 : 1);
      require(next <= task.tile, "tasks of compute set {} are out of order", s);
      require(task.tile < module.target.getNumTiles(), "task on tile {}", task.tile);
      require(within(task.firstGroup, task.groups, module.groups.size()), "task {} is out of range", t);
      for (std::uint32_t g = task.firstGroup; g < task.firstGroup + task.groups; ++g) {
        const RowGroup &group = module.groups[g];
        require(group.firstRow == row, "group {} starts at row {}", g, group.firstRow);
        require(group.codelet < tables.codelets.size() && within(row, group.rows, module.rows.size()),
                "group {} is out of range", g);
        row += group.rows;
        for (std::uint32_t r = group.firstRow; r < row; ++r) {
          const std::uint32_t v = module.rows[r];
          const VertexRow &vertex = tables.vertices[v];
          require(v < seen.size(), "row {} is of vertex {}", r, v);
          require(!seen[v], "vertex {} has two rows", v);
          seen[v] = true;
          require(vertex.computeSet == s && vertex.codelet == group.codelet && vertex.tile == task.tile,
                  "row {} is misplaced", r);
          forEachEdge(tables, vertex, [&](const codelets::Field &, const EdgeRow &edge) {
            forEachRunOf(tables, edge, [&](const Run &run) { verifyRun(module, run); });
          });
        }
      }
    }
    require(row == plan.firstRow + plan.rows, "compute set {} lost rows", s);
  }
}

void verifyExchange(const Module &module) {
  const Placement &placement = module.placement;
  const Floorplan floorplan(machineOf(module.target));
  const std::uint64_t wordBytes = machineOf(module.target).exchangeBytesPerCycle;
  std::vector<ExchangeSend> sends;
  std::vector<ExchangeReceive> receives;
  const auto check = [&](const ExchangePlan &plan) {
    require(within(plan.firstTile, plan.tiles, placement.exchangeTiles.size()), "exchange plan out of range");
    std::uint64_t in = 0, out = 0;
    for (std::uint32_t i = plan.firstTile; i < plan.firstTile + plan.tiles; ++i) {
      in += placement.exchangeTiles[i].bytesIn;
      out += placement.exchangeTiles[i].bytesOut;
      require(i == plan.firstTile || placement.exchangeTiles[i - 1].tile < placement.exchangeTiles[i].tile,
              "exchange tiles out of order");
    }
    require(in == plan.bytesIn && out == plan.bytesOut, "exchange bytes do not add up");
    if (!plan.scheduled) return;
    require(within(plan.firstSend, plan.sends, placement.sends.size()) &&
                within(plan.firstReceive, plan.receives, placement.receives.size()),
            "exchange schedule out of range");
    sends.assign(placement.sends.begin() + plan.firstSend, placement.sends.begin() + plan.firstSend + plan.sends);
    receives.assign(placement.receives.begin() + plan.firstReceive,
                    placement.receives.begin() + plan.firstReceive + plan.receives);
    verifySchedule(floorplan, sends, receives, placement.exchangeReceivers);
    for (const ExchangeReceive &receive : receives) in -= receive.words * wordBytes;
    for (const ExchangeSend &send : sends) out -= send.words * wordBytes;
    require(plan.crossesIPUs || (in == 0 && out == 0), "scheduled words are not those that tiles want");
  };
  for (const auto *list : {&placement.computeSets, &placement.copies, &placement.transfers, &placement.crossCopies})
    for (const StepPlacement &step : *list) {
      check(step.before);
      check(step.after);
    }
  for (const ExchangePlan &plan : placement.switches) check(plan);
}

/// No two blocks of a tile that are live in the same step overlap, and code lies where it can run.
void verifyMemory(const Module &module) {
  const Placement &placement = module.placement;
  const Machine &machine = machineOf(module.target);
  std::vector<const MemoryBlock *> open; // blocks that reach beyond the address at hand
  for (const TileLayout &layout : placement.layouts) {
    open.clear();
    for (std::uint32_t b = layout.first; b < layout.first + layout.blocks; ++b) {
      const MemoryBlock &block = placement.blocks[b];
      std::erase_if(open, [&](const MemoryBlock *other) {
        return other->address + other->bytes <= block.address;
      });
      for (const MemoryBlock *other : open)
        require(!TilePacker::overlap(placement.liveness, other->liveSet, block.liveSet),
                "blocks at {} and {} overlap while both are live", other->address, block.address);
      open.push_back(&block);
      const bool isCode = block.category == profile::MemoryCategory::VertexCode ||
                          block.category == profile::MemoryCategory::ControlCode ||
                          block.category == profile::MemoryCategory::InternalExchangeCode ||
                          block.category == profile::MemoryCategory::HostExchangeCode;
      require(!isCode || block.address >= machine.bytesPerTile ||
                  block.address + block.bytes <= machine.interleavedOffset,
              "code at {} cannot run", block.address);
    }
  }
  // What codelets want apart is apart, or known not to be.
  require(placement.apart == wantedApart(module), "constraints of codelets are missing");
  for (const ApartVariables &pair : placement.apart) {
    const TileLayout &layout = placement.layouts[placement.layoutOfTile[pair.tile]];
    const auto spanOf = [&](std::uint32_t variable) {
      for (std::uint32_t b = layout.first; b < layout.first + layout.blocks; ++b)
        if (const MemoryBlock &block = placement.blocks[b]; holdsVariable(block.category) && block.owner == variable)
          return ElementSpan(machine, block.address, block.bytes, pair.region);
      require(false, "variable {} has no address on tile {}", variable, pair.tile);
      return ElementSpan(machine, 0, 0, false);
    };
    const bool meet = spanOf(pair.a).meets(spanOf(pair.b));
    require(meet == std::binary_search(placement.together.begin(), placement.together.end(), pair),
            "variables {} and {} on tile {} share a memory element", pair.a, pair.b, pair.tile);
  }
  require(placement.stalls.empty() == placement.together.empty(), "stalls of what is apart");
}

} // namespace

void verify(const Module &module) {
  verifySteps(module);
  for (const ScalarPlace &scalar : module.scalars) verifyRun(module, Run{scalar.variable, scalar.element, 1});
  if (module.stage >= Stage::Scheduled) verifyRows(module);
  if (module.stage >= Stage::Routed) {
    verifyExchange(module);
    verifyMemory(module);
  }
}

} // namespace popgraph
