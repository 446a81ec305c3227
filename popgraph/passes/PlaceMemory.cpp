// Bytes of every tile by category, and whether they fit.
#include <algorithm>
#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>

#include "popgraph/api/TargetAccess.hpp"
#include "popgraph/base/Log.hpp"
#include "popgraph/ir/Walk.hpp"
#include "popgraph/passes/Passes.hpp"

namespace popgraph {

namespace {

using profile::MemoryCategory;

std::uint32_t roundUp(std::uint64_t bytes, std::uint32_t to) {
  return static_cast<std::uint32_t>((bytes + to - 1) / to * to);
}

/// Nominal bytes of a rank 2 field's table, which is not part of the vertex itself.
std::uint32_t tableBytes(const codelets::Field &field, std::uint32_t entries) {
  if (field.shape == codelets::FieldShape::VectorList) return 4 * entries;
  return (field.inner == codelets::Layout::OnePtr || field.inner == codelets::Layout::ShortSpan ? 4 : 8) * entries;
}

class MemoryCount {
public:
  explicit MemoryCount(Module &module)
      : module_(module), tables_(module.tables), machine_(machineOf(module.target)),
        numTiles_(module.target.getNumTiles()) {
    for (auto &list : module_.placement.memory)
      if (list.empty()) list.assign(numTiles_, 0);
  }

  void count() {
    variables();
    vertices();
    for (std::uint32_t t = 0; t < numTiles_; ++t)
      if (usesTile(t)) {
        at(MemoryCategory::Stack, t) =
            machine_.workers * std::max(stack_[t], machine_.workerStackBytes) + machine_.supervisorStackBytes;
        at(MemoryCategory::ControlCode, t) =
            machine_.controlCodeBytesPerStep * static_cast<std::uint32_t>(module_.steps.size());
      }
    auto &peak = module_.placement.peakBytes;
    peak.assign(numTiles_, 0);
    for (std::size_t c = 0; c < module_.placement.memory.size(); ++c)
      for (std::uint32_t t = 0; t < numTiles_; ++t) peak[t] += module_.placement.memory[c][t];
  }

  void checkFits(bool allow) {
    const auto &peak = module_.placement.peakBytes;
    const std::uint32_t room = machine_.bytesPerTile - machine_.unloadableTailBytes;
    const auto over = std::count_if(peak.begin(), peak.end(), [&](std::uint32_t bytes) { return bytes > room; });
    if (over == 0) return;
    const auto tile = static_cast<std::uint32_t>(std::max_element(peak.begin(), peak.end()) - peak.begin());
    std::string text = fmt::format("out of memory: tile {} needs {} bytes but has {} ({} tile{} over).", tile,
                                   peak[tile], room, over, over == 1 ? " is" : "s are");
    text += " By category:";
    constexpr const char *names[] = {
#define X(name, text, always) text,
        POPGRAPH_MEMORY_CATEGORIES(X)
#undef X
    };
    for (std::size_t c = 0; c < module_.placement.memory.size(); ++c)
      if (const std::uint32_t bytes = module_.placement.memory[c][tile]) text += fmt::format(" {} {}", names[c], bytes);
    text += ". Largest owners on this tile:";
    for (const auto &[bytes, name] : largestOwners(tile)) text += fmt::format(" '{}' {};", name, bytes);
    text.back() = '.';
    if (allow)
      log().warn(text);
    else
      throw poplar::graph_memory_allocation_error(text);
  }

private:
  std::uint32_t &at(MemoryCategory category, std::uint32_t tile) {
    return module_.placement.memory[static_cast<std::size_t>(category)][tile];
  }
  bool usesTile(std::uint32_t tile) const {
    return std::any_of(module_.placement.memory.begin(), module_.placement.memory.end(),
                       [&](const auto &list) { return list[tile] != 0; });
  }

  void variables() {
    for (std::uint32_t v = 0; v < tables_.variables.size(); ++v) {
      const VariableRow &row = tables_.variables[v];
      const MemoryCategory category = row.isConstant ? MemoryCategory::Constant : MemoryCategory::Variable;
      for (const MappedRange &range : tables_.mappingOf(v)) {
        const std::uint64_t bytes = std::uint64_t(range.end - range.begin) * elementBytes(row.type);
        at(category, range.tile) += roundUp(bytes, bytes >= 8 ? 8 : 4); // vector accesses need 8 bytes
      }
    }
  }

  void vertices() {
    stack_.assign(numTiles_, 0);
    std::vector<std::uint64_t> codeOnTile; // (tile, codelet) pairs that hold a copy
    for (const TileTask &task : module_.tasks) {
      for (std::uint32_t g = task.firstGroup; g < task.firstGroup + task.groups; ++g) {
        const RowGroup &group = module_.groups[g];
        const CodeletInfo &info = tables_.codelets[group.codelet];
        const codelets::Codelet &codelet = info.codelet();
        codeOnTile.push_back((std::uint64_t(task.tile) << 32) | group.codelet);
        at(MemoryCategory::VertexState, task.tile) += group.rows * roundUp(codelet.nominalBytes, 4);
        stack_[task.tile] = std::max(stack_[task.tile], codelet.stackBytes);
        const bool hasTables = std::any_of(codelet.fields.begin(), codelet.fields.end(), [](const codelets::Field &f) {
          return f.shape != codelets::FieldShape::Scalar &&
                 (f.access == codelets::Access::State || f.shape != codelets::FieldShape::Vector);
        });
        if (hasTables) fieldTables(task.tile, group, info);
      }
    }
    std::sort(codeOnTile.begin(), codeOnTile.end());
    codeOnTile.erase(std::unique(codeOnTile.begin(), codeOnTile.end()), codeOnTile.end());
    for (const std::uint64_t key : codeOnTile)
      at(MemoryCategory::VertexCode, static_cast<std::uint32_t>(key >> 32)) +=
          roundUp(tables_.codelets[static_cast<std::uint32_t>(key)].codelet().codeBytes, 4);
  }

  void fieldTables(std::uint32_t tile, const RowGroup &group, const CodeletInfo &info) {
    const auto &fields = info.codelet().fields;
    for (std::uint32_t row = group.firstRow; row < group.firstRow + group.rows; ++row) {
      const VertexRow &vertex = tables_.vertices[module_.rows[row]];
      for (std::size_t i = 0; i < fields.size(); ++i) {
        const codelets::Field &field = fields[i];
        if (field.access == codelets::Access::State) {
          if (field.shape == codelets::FieldShape::Vector)
            at(MemoryCategory::VertexFieldData, tile) += roundUp(
                std::uint64_t(tables_.state[vertex.firstState + info.place[i] + 1]) * elementBytes(field.type), 4);
          continue;
        }
        const EdgeRow &edge = tables_.edges[vertex.firstEdge + info.place[i]];
        if (edge.kind() != EdgeRow::List) continue;
        const auto category = field.shape == codelets::FieldShape::VectorList ? MemoryCategory::VectorListDescriptor
                                                                              : MemoryCategory::VertexFieldData;
        at(category, tile) += tableBytes(field, edge.b);
      }
    }
  }

  std::vector<std::pair<std::uint64_t, std::string>> largestOwners(std::uint32_t tile) const {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> owners;
    for (std::uint32_t v = 0; v < tables_.variables.size(); ++v) {
      std::uint64_t bytes = 0;
      for (const MappedRange &range : tables_.mappingOf(v))
        if (range.tile == tile)
          bytes += std::uint64_t(range.end - range.begin) * elementBytes(tables_.variables[v].type);
      if (bytes > 0) owners.emplace_back(bytes, v);
    }
    const std::size_t shown = std::min<std::size_t>(5, owners.size());
    std::partial_sort(
        owners.begin(), owners.begin() + static_cast<std::ptrdiff_t>(shown), owners.end(),
        [](const auto &a, const auto &b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
    std::vector<std::pair<std::uint64_t, std::string>> result;
    for (std::size_t i = 0; i < shown; ++i)
      result.emplace_back(owners[i].first, tables_.variableName(owners[i].second));
    return result;
  }

  Module &module_;
  const GraphTables &tables_;
  const Machine &machine_;
  std::uint32_t numTiles_;
  std::vector<std::uint32_t> stack_;
};

} // namespace

void placeMemory(Module &module, bool allowOutOfMemory) {
  MemoryCount memory(module);
  memory.count();
  memory.checkFits(allowOutOfMemory);
}

} // namespace popgraph
