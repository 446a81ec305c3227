#pragma once
// Ways to look at vertices and their edges that several passes share.
#include <vector>

#include "popgraph/graph/Edges.hpp"
#include "popgraph/ir/Module.hpp"

namespace popgraph {

/// Which compute sets some step executes.
std::vector<bool> executedComputeSets(const Module &module);
/// Which codelet modules have a vertex in an executed compute set. Needs the rows of stage Scheduled.
std::vector<bool> executedModules(const Module &module);

} // namespace popgraph
