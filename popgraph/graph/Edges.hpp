#pragma once
// Ways to look at vertices and their edges.
#include "popgraph/graph/GraphState.hpp"

namespace popgraph {

/// Calls f(run) for each contiguous run of an edge row (not a list).
template <typename F> void forEachRunOf(const GraphTables &tables, const EdgeRow &edge, F &&f) {
  if (edge.kind() == EdgeRow::Run) {
    if (edge.b > 0) f(Run{edge.id(), edge.a, edge.b});
  } else if (edge.kind() == EdgeRow::View) {
    for (std::uint32_t i = 0; i < edge.a; ++i) {
      const ViewRun &run = tables.viewRuns[edge.id() + i];
      if (run.stride == 1 || run.count == 1) {
        f(Run{run.variable, run.offset, run.count});
      } else {
        for (std::uint32_t k = 0; k < run.count; ++k)
          f(Run{run.variable, static_cast<std::uint32_t>(run.offset + static_cast<std::int64_t>(k) * run.stride), 1});
      }
    }
  }
}

/// Calls f(field, edge) for every edge of a vertex; sub-edges of a rank 2 field one by one.
template <typename F> void forEachEdge(const GraphTables &tables, const VertexRow &vertex, F &&f) {
  const CodeletInfo &info = tables.codelets[vertex.codelet];
  const auto &fields = info.codelet().fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].access == codelets::Access::State) continue;
    const EdgeRow &edge = tables.edges[vertex.firstEdge + info.place[i]];
    if (edge.kind() == EdgeRow::List)
      for (std::uint32_t k = 0; k < edge.b; ++k) f(fields[i], tables.subEdges[edge.a + k]);
    else
      f(fields[i], edge);
  }
}

} // namespace popgraph
