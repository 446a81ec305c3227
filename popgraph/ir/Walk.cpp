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

} // namespace popgraph
