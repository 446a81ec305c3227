#include "profiler/views/VertexView.hpp"

namespace profiler {

VertexView makeVertexView(const Model &model) {
  VertexView view;
  for (std::size_t i = 0; i < model.compile.vertexTypes.size(); ++i) {
    const popgraph::profile::VertexTypeRecord &type = model.compile.vertexTypes[i];
    if (type.instances == 0) // a library's codelet that this graph does not use
      continue;
    VertexView::Row &row = view.rows.emplace_back();
    row.name = type.name;
    row.kind = type.kind;
    row.instances = type.instances;
    row.stateBytes = type.stateBytes;
    row.totalStateBytes = type.instances * type.stateBytes;
    row.codeBytes = type.codeBytes;
    row.tilesWithCode = type.tilesWithCode;
    row.totalCodeBytes = std::uint64_t(type.codeBytes) * type.tilesWithCode;
    if (i < model.totals.vertexTypes.size()) {
      row.executions = model.totals.vertexTypes[i].executions;
      row.slots = model.totals.vertexTypes[i].slots;
      row.estimatedCycles = model.totals.vertexTypes[i].estimatedCycles;
      row.derivedCycles = model.totals.vertexTypes[i].derivedCycles;
    }
    view.totalStateBytes += row.totalStateBytes;
    view.totalCodeBytes += row.totalCodeBytes;
  }
  return view;
}

} // namespace profiler
