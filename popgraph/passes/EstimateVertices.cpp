// Cycles that the user gave: set for a vertex, or by the estimator of its type. They override those of the code.
#include <algorithm>

#include "popgraph/passes/Passes.hpp"

namespace popgraph {

void estimateVertices(Module &module, const GraphState &graph) {
  const GraphTables &tables = module.tables;
  std::vector<const poplar::PerfEstimateFunc *> estimators(tables.codelets.size());
  bool any = !tables.perfEstimates.empty();
  for (std::uint32_t c = 0; c < estimators.size(); ++c)
    any = (estimators[c] = graph.perfEstimator(c)) != nullptr || any;
  if (!any) return;

  std::vector<PerfEstimateRow> estimates = tables.perfEstimates;
  std::stable_sort(estimates.begin(), estimates.end(),
                   [](const auto &a, const auto &b) { return a.vertex < b.vertex; });
  module.rowEstimates.assign(module.rows.size(), Module::kNoEstimate);
  for (std::size_t row = 0; row < module.rows.size(); ++row) {
    const std::uint32_t vertex = module.rows[row];
    // The last estimate set for the vertex counts.
    auto after = std::upper_bound(estimates.begin(), estimates.end(), vertex,
                                  [](std::uint32_t v, const auto &e) { return v < e.vertex; });
    if (after != estimates.begin() && std::prev(after)->vertex == vertex)
      module.rowEstimates[row] = std::prev(after)->cycles;
    else if (const auto *estimator = estimators[tables.vertices[vertex].codelet])
      module.rowEstimates[row] = (*estimator)(poplar::VertexIntrospector(&graph, vertex), graph.target).cycles;
  }
}

} // namespace popgraph
