#pragma once
// Pictures of graphs in the language of Graphviz.
#include <ostream>
#include <vector>

#include "popgraph/graph/GraphState.hpp"

namespace popgraph {

/// Vertices of the compute sets for which `shown` is set, and the variables that they read and write.
void writeVertexGraph(const GraphTables &tables, const std::vector<bool> &shown, std::ostream &out);
/// As above, with one node for each compute set.
void writeComputeGraph(const GraphTables &tables, const std::vector<bool> &shown, std::ostream &out);

} // namespace popgraph
