#include "popgraph/passes/ElementConstraints.hpp"

#include <algorithm>
#include <spdlog/fmt/fmt.h>

#include "popgraph/api/TargetAccess.hpp"
#include "popgraph/base/Log.hpp"
#include "popgraph/ir/Walk.hpp"

namespace popgraph {

namespace {

constexpr std::uint32_t kAccessBytes = 8;

/// The edges that a codelet's constraints name: calls f(constraint, edge, edge).
template <typename F> void forEachPair(const GraphTables &tables, const VertexRow &vertex, F &&f) {
  const codelets::Codelet &codelet = tables.codelets[vertex.codelet].codelet();
  const auto edgeOf = [&](std::uint32_t field) -> const EdgeRow * {
    const EdgeRow *found = nullptr;
    forEachEdge(tables, vertex, [&](const codelets::Field &one, const EdgeRow &edge) {
      if (&one == &codelet.fields[field] && edge.kind() == EdgeRow::Run) found = &edge;
    });
    return found;
  };
  for (const codelets::ApartFields &pair : codelet.apart) {
    const EdgeRow *a = edgeOf(pair.a), *b = edgeOf(pair.b);
    if (a && b) f(pair, *a, *b);
  }
}

ApartVariables pairOf(std::uint32_t tile, const EdgeRow &a, const EdgeRow &b, bool region) {
  return {tile, std::min(a.id(), b.id()), std::max(a.id(), b.id()), region};
}

/// Calls f(task, row group) for vertices whose codelet has constraints.
template <typename F> void forEachConstrained(const Module &module, F &&f) {
  for (std::uint32_t t = 0; t < module.tasks.size(); ++t)
    for (std::uint32_t g = module.tasks[t].firstGroup; g < module.tasks[t].firstGroup + module.tasks[t].groups; ++g)
      if (!module.tables.codelets[module.groups[g].codelet].codelet().apart.empty()) f(t, module.groups[g]);
}

/// Only what lies on the vertex's own tile: the rest comes in buffers.
bool isOnTile(const GraphTables &tables, std::uint32_t variable, std::uint32_t tile) {
  const auto mapping = tables.mappingOf(variable);
  return std::any_of(mapping.begin(), mapping.end(), [&](const MappedRange &range) { return range.tile == tile; });
}

} // namespace

ElementSpan::ElementSpan(const Machine &machine, std::uint64_t address, std::uint64_t bytes, bool region) {
  const std::uint64_t border = machine.interleavedOffset;
  const auto grain = [&](std::uint64_t at) {
    return std::uint64_t(machine.memoryElementBytes) * (at < border ? 1 : 2);
  };
  const auto down = [&](std::uint64_t at) {
    const std::uint64_t from = at < border ? 0 : border;
    return region ? from : from + (at - from) / grain(at) * grain(at);
  };
  const std::uint64_t last = address + std::max<std::uint64_t>(bytes, 1) - 1;
  begin = down(address);
  end = region ? (last < border ? border : ~std::uint64_t(0)) : down(last) + grain(last);
}

std::vector<ApartVariables> wantedApart(const Module &module) {
  std::vector<ApartVariables> result;
  forEachConstrained(module, [&](std::uint32_t task, const RowGroup &group) {
    const std::uint32_t tile = module.tasks[task].tile;
    for (std::uint32_t row = group.firstRow; row < group.firstRow + group.rows; ++row)
      forEachPair(module.tables, module.tables.vertices[module.rows[row]],
                  [&](const codelets::ApartFields &pair, const EdgeRow &a, const EdgeRow &b) {
                    if (isOnTile(module.tables, a.id(), tile) && isOnTile(module.tables, b.id(), tile))
                      result.push_back(pairOf(tile, a, b, pair.region));
                  });
  });
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

void findStalls(Module &module) {
  Placement &placement = module.placement;
  if (placement.apart.empty()) return;
  const Machine &machine = machineOf(module.target);
  const auto find = [&](std::uint32_t tile, std::uint32_t variable) {
    const TileLayout &layout = placement.layouts[placement.layoutOfTile[tile]];
    const auto first = placement.blocks.begin() + layout.first;
    return std::find_if(first, first + layout.blocks, [&](const MemoryBlock &block) {
      return holdsVariable(block.category) && block.owner == variable;
    });
  };
  for (const ApartVariables &pair : placement.apart) {
    const auto a = find(pair.tile, pair.a), b = find(pair.tile, pair.b);
    if (ElementSpan(machine, a->address, a->bytes, pair.region)
            .meets(ElementSpan(machine, b->address, b->bytes, pair.region)))
      placement.together.push_back(pair);
  }
  if (placement.together.empty()) return;
  placement.stalls.assign(module.tasks.size(), 0);
  std::string first;
  forEachConstrained(module, [&](std::uint32_t task, const RowGroup &group) {
    const std::uint32_t tile = module.tasks[task].tile;
    for (std::uint32_t row = group.firstRow; row < group.firstRow + group.rows; ++row) {
      const VertexRow &vertex = module.tables.vertices[module.rows[row]];
      const codelets::Codelet &codelet = module.tables.codelets[vertex.codelet].codelet();
      forEachPair(module.tables, vertex, [&](const codelets::ApartFields &pair, const EdgeRow &a, const EdgeRow &b) {
        if (!std::binary_search(placement.together.begin(), placement.together.end(), pairOf(tile, a, b, pair.region)))
          return;
        const auto bytes = [&](const EdgeRow &edge, std::uint32_t field) {
          std::uint64_t elements = 0;
          forEachRunOf(module.tables, edge, [&](const Run &run) { elements += run.count; });
          return elements * elementBytes(codelet.fields[field].type);
        };
        const std::uint64_t met = std::min(bytes(a, pair.a), bytes(b, pair.b));
        placement.stalls[task] += static_cast<std::uint32_t>((met + kAccessBytes - 1) / kAccessBytes);
        if (first.empty())
          first =
              fmt::format("accesses of '{}' and '{}' of {} on tile {} meet: '{}' and '{}' do not lie in different {}",
                          codelet.fields[pair.a].name, codelet.fields[pair.b].name, codelet.name, tile,
                          module.tables.variableName(a.id()), module.tables.variableName(b.id()),
                          pair.region ? "regions" : "memory elements");
      });
    }
  });
  log().warn("constraints of codelets are not met for {} pairs of variables, which costs cycles: {}. Connect different "
             "variables, or map fewer elements to the tile so that each fits in elements of its own.",
             placement.together.size(), first);
}

} // namespace popgraph
