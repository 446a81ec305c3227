// Rows of each compute set by tile and codelet, so that running them is one call per group. Within a group the order is
// that of the first edge's place in memory, which keeps neighbours together, then of the other edges and the state. So
// neither results nor cycles depend on the order in which a user's loops made the vertices. A tile's rows are one task;
// where a tile is a whole processor they are several, so that its threads share them.
#include <algorithm>

#include "popgraph/ir/Walk.hpp"
#include "popgraph/passes/Passes.hpp"

namespace popgraph {

bool runsTilesInParts(const Module &module) { return module.target.getTargetType() == poplar::TargetType::CPU; }

namespace {

// Tasks of a tile that is a whole processor: enough to keep threads evenly busy.
constexpr std::uint32_t kPartsOfTile = 64;

int compare(std::uint32_t a, std::uint32_t b) { return a < b ? -1 : a > b; }

/// By what an edge is connected to; row numbers of views and lists depend on the order of connecting.
int compareEdges(const GraphTables &tables, const EdgeRow &x, const EdgeRow &y) {
  if (const int c = compare(x.kind(), y.kind())) return c;
  if (const int c = compare(x.b, y.b)) return c;
  switch (x.kind()) {
  case EdgeRow::Run:
    if (const int c = compare(x.id(), y.id())) return c;
    return compare(x.a, y.a);
  case EdgeRow::View: {
    if (const int c = compare(x.a, y.a)) return c;
    for (std::uint32_t i = 0; i < x.a; ++i) {
      const ViewRun &r = tables.viewRuns[x.id() + i], &s = tables.viewRuns[y.id() + i];
      if (const int c = compare(r.variable, s.variable)) return c;
      if (const int c = compare(r.offset, s.offset)) return c;
      if (const int c = compare(r.count, s.count)) return c;
      if (const int c = compare(static_cast<std::uint32_t>(r.stride), static_cast<std::uint32_t>(s.stride))) return c;
    }
    return 0;
  }
  case EdgeRow::List:
    for (std::uint32_t k = 0; k < x.b; ++k)
      if (const int c = compareEdges(tables, tables.subEdges[x.a + k], tables.subEdges[y.a + k])) return c;
    return 0;
  case EdgeRow::None: break;
  }
  return 0;
}

/// Two vertices of one codelet, by all their edges and their state: equal ones are the same to every pass after this.
int compareVertices(const GraphTables &tables, std::uint32_t a, std::uint32_t b) {
  const VertexRow &x = tables.vertices[a], &y = tables.vertices[b];
  const CodeletInfo &info = tables.codelets[x.codelet];
  for (std::uint32_t e = 0; e < info.edges; ++e)
    if (const int c = compareEdges(tables, tables.edges[x.firstEdge + e], tables.edges[y.firstEdge + e])) return c;
  const auto &fields = info.codelet().fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].access != codelets::Access::State) continue;
    const std::uint32_t wx = x.firstState + info.place[i], wy = y.firstState + info.place[i];
    if (fields[i].shape == codelets::FieldShape::Scalar) {
      for (std::uint32_t w = 0; w < (elementBytes(fields[i].type) + 3) / 4; ++w)
        if (const int c = compare(tables.state[wx + w], tables.state[wy + w])) return c;
    } else {
      const std::vector<char> &p = *tables.stateArrays[tables.state[wx]], &q = *tables.stateArrays[tables.state[wy]];
      if (p != q) return p < q ? -1 : 1;
    }
  }
  return 0;
}

/// Whether the vertices of rows [begin, end), of one tile, can run at the same time on several threads: workers of a
/// tile share its globals and, where there is one worker, its random numbers.
bool independent(const Module &module, std::uint32_t begin, std::uint32_t end) {
  for (std::uint32_t row = begin; row < end; ++row) {
    const CodeletInfo &info = module.tables.codelets[module.tables.vertices[module.rows[row]].codelet];
    if (info.module->globalsBytes > 0 || info.module->readsContext) return false;
  }
  return true;
}

/// The task of a tile's rows [begin, end), or the tasks.
void addTasks(Module &module, std::uint32_t tile, std::uint32_t begin, std::uint32_t end) {
  std::uint32_t part = end - begin;
  if (runsTilesInParts(module) && independent(module, begin, end)) part = (part + kPartsOfTile - 1) / kPartsOfTile;
  const auto codeletOf = [&](std::uint32_t row) { return module.tables.vertices[module.rows[row]].codelet; };
  for (std::uint32_t row = begin, taskEnd = begin; row < end;) {
    if (row == taskEnd) {
      module.tasks.push_back({tile, static_cast<std::uint32_t>(module.groups.size()), 0});
      taskEnd = std::min(end, row + part);
    }
    RowGroup group{codeletOf(row), row, 0};
    while (row < taskEnd && codeletOf(row) == group.codelet) ++row;
    group.rows = row - group.firstRow;
    module.groups.push_back(group);
    ++module.tasks.back().groups;
  }
}

} // namespace

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
    std::uint32_t vertex;
  };
  const auto keyOf = [&](std::uint32_t v) {
    const VertexRow &vertex = tables.vertices[v];
    Key key{(std::uint64_t(vertex.tile) << 32) | rank[vertex.codelet], 0, v};
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
  const auto less = [&](const Key &a, const Key &b) {
    if (a.place != b.place) return a.place < b.place;
    if (a.address != b.address) return a.address < b.address;
    const int order = compareVertices(tables, a.vertex, b.vertex);
    return order != 0 ? order < 0 : a.vertex < b.vertex;
  };
  std::vector<Key> keys; // side by side: vertices and edges of a set may lie far apart
  for (ComputeSetPlan &plan : module.computeSets) {
    const auto begin = module.rows.begin() + plan.firstRow, end = begin + plan.rows;
    if (!std::is_sorted(begin, end, [&](std::uint32_t a, std::uint32_t b) { return less(keyOf(a), keyOf(b)); })) {
      keys.clear();
      keys.reserve(plan.rows);
      for (auto row = begin; row != end; ++row) keys.push_back(keyOf(*row));
      std::sort(keys.begin(), keys.end(), less);
      std::transform(keys.begin(), keys.end(), begin, [](const Key &key) { return key.vertex; });
    }
    plan.firstTask = static_cast<std::uint32_t>(module.tasks.size());
    const std::uint32_t last = plan.firstRow + plan.rows;
    for (std::uint32_t row = plan.firstRow, tileEnd; row < last; row = tileEnd) {
      const std::uint32_t tile = tables.vertices[module.rows[row]].tile;
      for (tileEnd = row; tileEnd < last && tables.vertices[module.rows[tileEnd]].tile == tile;) ++tileEnd;
      addTasks(module, tile, row, tileEnd);
    }
    plan.tasks = static_cast<std::uint32_t>(module.tasks.size()) - plan.firstTask;
  }
}

} // namespace popgraph
