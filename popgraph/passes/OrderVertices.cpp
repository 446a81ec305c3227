// Rows of each compute set by tile and codelet, so that running them is one call per group. Within a group the order is
// that of the first edge's place in memory (then of the vertex number), which keeps neighbours together and does not
// depend on the order in which a user's loops over tiles and codelets made the vertices.
#include <algorithm>

#include "popgraph/ir/Walk.hpp"
#include "popgraph/passes/Passes.hpp"

namespace popgraph {

void orderVertices(Module &module) {
  const GraphTables &tables = module.tables;
  const std::vector<bool> used = executedComputeSets(module);
  const auto sets = static_cast<std::uint32_t>(tables.computeSets.size());

  // Codelets by name: their numbers depend on the order of addCodelets calls.
  std::vector<std::uint32_t> byName(tables.codelets.size()), rank(tables.codelets.size());
  for (std::uint32_t i = 0; i < byName.size(); ++i) byName[i] = i;
  std::sort(byName.begin(), byName.end(), [&](std::uint32_t a, std::uint32_t b) {
    return tables.codelets[a].codelet().name < tables.codelets[b].codelet().name;
  });
  for (std::uint32_t i = 0; i < byName.size(); ++i) rank[byName[i]] = i;

  // Counting sort by compute set, then each set on its own.
  module.computeSets.assign(sets, {});
  for (std::uint32_t v = 0; v < tables.vertices.size(); ++v) {
    const std::uint32_t set = tables.vertices[v].computeSet;
    if (used[set]) ++module.computeSets[set].rows;
  }
  std::uint32_t total = 0;
  for (ComputeSetPlan &plan : module.computeSets) {
    plan.firstRow = total;
    total += plan.rows;
  }
  module.rows.resize(total);
  std::vector<std::uint32_t> next(sets);
  for (std::uint32_t s = 0; s < sets; ++s) next[s] = module.computeSets[s].firstRow;
  for (std::uint32_t v = 0; v < tables.vertices.size(); ++v) {
    const std::uint32_t set = tables.vertices[v].computeSet;
    if (used[set]) module.rows[next[set]++] = v;
  }

  struct Key {
    std::uint64_t place;   // tile, codelet
    std::uint64_t address; // variable, offset of the first edge
  };
  const auto keyOf = [&](std::uint32_t v) {
    const VertexRow &vertex = tables.vertices[v];
    Key key{(std::uint64_t(vertex.tile) << 32) | rank[vertex.codelet], 0};
    const CodeletInfo &info = tables.codelets[vertex.codelet];
    if (info.edges > 0) {
      EdgeRow edge = tables.edges[vertex.firstEdge];
      if (edge.kind() == EdgeRow::List) edge = edge.b > 0 ? tables.subEdges[edge.a] : EdgeRow::none();
      if (edge.kind() == EdgeRow::Run) key.address = (std::uint64_t(edge.id()) << 32) | edge.a;
      if (edge.kind() == EdgeRow::View && edge.a > 0) {
        const ViewRun &run = tables.viewRuns[edge.id()];
        key.address = (std::uint64_t(run.variable) << 32) | run.offset;
      }
    }
    return key;
  };
  const auto less = [&](std::uint32_t a, std::uint32_t b) {
    const Key ka = keyOf(a), kb = keyOf(b);
    return ka.place != kb.place ? ka.place < kb.place : ka.address != kb.address ? ka.address < kb.address : a < b;
  };
  for (ComputeSetPlan &plan : module.computeSets) {
    const auto begin = module.rows.begin() + plan.firstRow, end = begin + plan.rows;
    if (!std::is_sorted(begin, end, less)) std::sort(begin, end, less);
    plan.firstTask = static_cast<std::uint32_t>(module.tasks.size());
    for (std::uint32_t row = plan.firstRow; row < plan.firstRow + plan.rows;) {
      const VertexRow &vertex = tables.vertices[module.rows[row]];
      if (module.tasks.size() == plan.firstTask || module.tasks.back().tile != vertex.tile)
        module.tasks.push_back({vertex.tile, static_cast<std::uint32_t>(module.groups.size()), 0});
      RowGroup group{vertex.codelet, row, 0};
      while (row < plan.firstRow + plan.rows) {
        const VertexRow &other = tables.vertices[module.rows[row]];
        if (other.tile != vertex.tile || other.codelet != vertex.codelet) break;
        ++row;
      }
      group.rows = row - group.firstRow;
      module.groups.push_back(group);
      ++module.tasks.back().groups;
    }
    plan.tasks = static_cast<std::uint32_t>(module.tasks.size()) - plan.firstTask;
  }
}

} // namespace popgraph
