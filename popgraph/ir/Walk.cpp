#include "popgraph/ir/Walk.hpp"

namespace popgraph {

std::vector<bool> executedComputeSets(const Module &module) {
  std::vector<bool> used(module.tables.computeSets.size(), false);
  for (const Step &step : module.steps)
    if (step.kind == Step::Kind::Execute) used[step.a] = true;
  return used;
}

} // namespace popgraph
