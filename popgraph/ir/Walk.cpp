#include "popgraph/ir/Walk.hpp"

namespace popgraph {

std::vector<bool> executedComputeSets(const Module &module) {
  std::vector<bool> used(module.tables.computeSets.size(), false);
  for (const Step &step : module.steps)
    if (step.kind == Step::Kind::Execute) used[step.a] = true;
  return used;
}

std::vector<bool> executedModules(const Module &module) {
  std::vector<bool> used(module.tables.modules.size(), false);
  for (const RowGroup &group : module.groups) used[module.tables.codelets[group.codelet].moduleIndex] = true;
  return used;
}

std::string describePeer(const GraphTables &tables, const TransferPlan &transfer) {
  switch (transfer.peer) {
  case TransferPlan::Peer::Stream: return "a copy of stream '" + tables.streams[transfer.id].handle() + "'";
  case TransferPlan::Peer::RemoteBuffer:
    return "a copy of remote buffer '" + tables.remoteBuffers[transfer.id].handle() + "'";
  case TransferPlan::Peer::HostFunction:
    return "a call of host function '" + tables.hostFunctions[transfer.id].name + "'";
  }
  return "a transfer";
}

} // namespace popgraph
