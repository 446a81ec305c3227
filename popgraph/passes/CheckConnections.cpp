#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>

#include "popgraph/ir/Walk.hpp"
#include "popgraph/passes/Passes.hpp"

namespace popgraph {

void checkConnections(const Module &module) {
  const GraphTables &tables = module.tables;
  const std::vector<bool> used = executedComputeSets(module);
  for (std::uint32_t v = 0; v < tables.vertices.size(); ++v) {
    const VertexRow &vertex = tables.vertices[v];
    if (!used[vertex.computeSet]) continue;
    const CodeletInfo &info = tables.codelets[vertex.codelet];
    const auto &fields = info.codelet().fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].access == codelets::Access::State) {
        if (fields[i].shape != codelets::FieldShape::Scalar && tables.state[vertex.firstState + info.place[i]] == 0)
          throw poplar::no_size_specified(fmt::format(
              "field '{}' of {} has no size; give it values with setInitialValue, or a size with setFieldSize",
              fields[i].name, tables.describeVertex(v)));
        continue;
      }
      const EdgeRow &edge = tables.edges[vertex.firstEdge + info.place[i]];
      if (edge.kind() == EdgeRow::None)
        throw poplar::graph_connection_error(
            fmt::format("field '{}' of {} is not connected", fields[i].name, tables.describeVertex(v)));
      if (edge.kind() != EdgeRow::List) continue;
      for (std::uint32_t k = 0; k < edge.b; ++k)
        if (tables.subEdges[edge.a + k].kind() == EdgeRow::None)
          throw poplar::graph_connection_error(
              fmt::format("field '{}'[{}] of {} is not connected; its size was set to {}", fields[i].name, k,
                          tables.describeVertex(v), edge.b));
    }
  }
}

} // namespace popgraph
