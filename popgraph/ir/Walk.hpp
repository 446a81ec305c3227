#pragma once
// Ways to look at vertices and their edges that several passes share.
#include <string>
#include <vector>

#include "popgraph/graph/Edges.hpp"
#include "popgraph/ir/Module.hpp"

namespace popgraph {

/// Which compute sets some step executes.
std::vector<bool> executedComputeSets(const Module &module);
/// Which codelet modules have a vertex in an executed compute set. Needs the rows of stage Scheduled.
std::vector<bool> executedModules(const Module &module);

/// "a copy of stream 'x'" and the like, for messages.
std::string describePeer(const GraphTables &tables, const TransferPlan &transfer);

/// Calls f(run, writes) for what a step reads and writes of variables, reads first; of Execute only the verdict of
/// its vertices, not their edges.
template <typename F> void forEachAccess(const Module &module, const Step &step, F &&f) {
  const auto all = [&](const std::vector<Run> &runs, bool writes) {
    for (const Run &run : runs) f(run, writes);
  };
  switch (step.kind) {
  case Step::Kind::Execute:
    if (step.b > 0) f(Run{module.scalars[step.b - 1].variable, module.scalars[step.b - 1].element, 1}, true);
    break;
  case Step::Kind::Copy: {
    const CopyPlan &copy = module.copies[step.a];
    for (const bool writes : {false, true})
      for (std::uint32_t b = copy.firstBlock; b < copy.firstBlock + copy.blocks; ++b) {
        const CopyBlock &block = module.copyBlocks[b];
        const std::uint64_t first = writes ? block.destination : block.source;
        const std::int64_t stride = writes ? block.destinationStride : block.sourceStride;
        for (std::uint64_t k = 0; k < block.count; ++k)
          f(Run{writes ? block.destinationVariable : block.sourceVariable,
                static_cast<std::uint32_t>(static_cast<std::int64_t>(first) + static_cast<std::int64_t>(k) * stride),
                static_cast<std::uint32_t>(block.length)},
            writes);
      }
    break;
  }
  case Step::Kind::Transfer:
    all(module.transfers[step.a].offset, false);
    all(module.transfers[step.a].runs, module.transfers[step.a].toDevice);
    break;
  case Step::Kind::CrossReplica:
    all(module.crossCopies[step.a].source, false);
    all(module.crossCopies[step.a].destination, false); // a replica that nobody sends to keeps what it has
    all(module.crossCopies[step.a].destination, true);
    break;
  case Step::Kind::Registers: {
    const RegisterPlan &plan = module.registers[step.a];
    all(plan.runs, plan.access.kind == RegisterAccess::Kind::ModifyFloat ||
                       plan.access.kind == RegisterAccess::Kind::ReadSeeds);
    break;
  }
  case Step::Kind::JumpIfZero:
  case Step::Kind::JumpIfNonZero:
    f(Run{module.scalars[step.a].variable, module.scalars[step.a].element, 1}, false);
    break;
  case Step::Kind::Switch:
    f(Run{module.switches[step.a].control.variable, module.switches[step.a].control.element, 1}, false);
    break;
  case Step::Kind::Print:
  case Step::Kind::Abort: all(module.prints[step.a].runs, false); break;
  case Step::Kind::CycleStamp:
    if (module.stamps[step.a].minus.count > 0) f(module.stamps[step.a].minus, false);
    f(module.stamps[step.a].result, true);
    break;
  default: break;
  }
}

} // namespace popgraph
