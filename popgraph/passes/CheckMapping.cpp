#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>

#include "popgraph/ir/Walk.hpp"
#include "popgraph/passes/Passes.hpp"

namespace popgraph {

namespace {

/// Checks that every element of a run has a tile. A variable that is mapped as a whole is recognised at once.
class MappingCheck {
public:
  explicit MappingCheck(const GraphTables &tables) : tables_(tables), hints_(tables.variables.size(), 0) {}

  template <typename Who> void operator()(const Run &run, Who &&who) {
    const auto &ranges = tables_.mappingOf(run.variable);
    if (ranges.size() == 1 && ranges[0].begin == 0 && ranges[0].end == tables_.variables[run.variable].elements) return;
    std::size_t hint = hints_[run.variable];
    forEachMapped(ranges, run.offset, run.offset + run.count, hint,
                  [&](std::uint32_t begin, std::uint32_t end, std::uint32_t tile) {
                    if (tile == kNoTile)
                      throw poplar::invalid_tile_mapping(fmt::format(
                          "elements [{}, {}) of '{}' have no tile, but {} uses them; map them with setTileMapping",
                          begin, end, tables_.variableName(run.variable), who()));
                  });
    hints_[run.variable] = static_cast<std::uint32_t>(hint);
  }

private:
  const GraphTables &tables_;
  std::vector<std::uint32_t> hints_;
};

} // namespace

void checkMapping(const Module &module) {
  const GraphTables &tables = module.tables;
  const std::vector<bool> used = executedComputeSets(module);
  MappingCheck check(tables);
  for (std::uint32_t v = 0; v < tables.vertices.size(); ++v) {
    const VertexRow &vertex = tables.vertices[v];
    if (!used[vertex.computeSet]) continue;
    if (vertex.tile == kNoTile)
      throw poplar::invalid_tile_mapping(
          fmt::format("{} has no tile; map it with setTileMapping", tables.describeVertex(v)));
    forEachEdge(tables, vertex, [&](const codelets::Field &field, const EdgeRow &edge) {
      forEachRunOf(tables, edge, [&](const Run &run) {
        check(run, [&] { return fmt::format("field '{}' of {}", field.name, tables.describeVertex(v)); });
      });
    });
  }
  for (const CopyBlock &block : module.copyBlocks)
    for (std::uint64_t k = 0; k < block.count; ++k) {
      const auto n = static_cast<std::uint32_t>(block.length);
      const auto at = [&](std::uint64_t begin, std::int64_t stride) {
        return static_cast<std::uint32_t>(static_cast<std::int64_t>(begin) + static_cast<std::int64_t>(k) * stride);
      };
      check(Run{block.sourceVariable, at(block.source, block.sourceStride), n}, [] { return std::string("a Copy"); });
      check(Run{block.destinationVariable, at(block.destination, block.destinationStride), n},
            [] { return std::string("a Copy"); });
    }
  for (const TransferPlan &transfer : module.transfers)
    for (const auto *runs : {&transfer.runs, &transfer.offset})
      for (const Run &run : *runs) check(run, [&] { return describePeer(tables, transfer); });
  for (const CrossReplicaPlan &copy : module.crossCopies)
    for (const auto *runs : {&copy.source, &copy.destination})
      for (const Run &run : *runs) check(run, [] { return std::string("a CrossReplicaCopy"); });
  for (const RegisterPlan &access : module.registers)
    for (const Run &run : access.runs) check(run, [] { return std::string("an access to registers"); });
  for (const HandlePlan &handle : module.handles)
    for (const Run &run : handle.runs) check(run, [&] { return fmt::format("the host handle '{}'", handle.name); });
  for (const ScalarPlace &scalar : module.scalars)
    check(Run{scalar.variable, scalar.element, 1}, [] { return std::string("a control program"); });
  for (const PrintPlan &print : module.prints)
    for (const Run &run : print.runs) check(run, [&] { return fmt::format("PrintTensor '{}'", print.title); });
}

} // namespace popgraph
