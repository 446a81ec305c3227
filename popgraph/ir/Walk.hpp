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

} // namespace popgraph
