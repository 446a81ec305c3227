// No element written by one vertex may be touched by another vertex of the same compute set.
#include <algorithm>
#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>

#include "popgraph/ir/Walk.hpp"
#include "popgraph/passes/Passes.hpp"

namespace popgraph {

namespace {

struct Write {
  std::uint32_t variable, begin, end, vertex;
};

bool before(const Write &a, const Write &b) {
  return a.variable != b.variable ? a.variable < b.variable : a.begin < b.begin;
}

std::string fieldAt(const Module &module, std::uint32_t v, std::uint32_t variable, std::uint32_t element,
                    bool written) {
  const GraphTables &tables = module.tables;
  std::string name = "?";
  forEachEdge(tables, tables.vertices[v], [&](const codelets::Field &field, const EdgeRow &edge) {
    if (written != (field.access != codelets::Access::Input)) return;
    forEachRunOf(tables, edge, [&](const Run &run) {
      if (run.variable == variable && run.offset <= element && element < run.offset + run.count) name = field.name;
    });
  });
  return name;
}

[[noreturn]] void race(const Module &module, std::uint32_t writer, std::uint32_t other, bool otherWrites,
                       std::uint32_t variable, std::uint32_t begin, std::uint32_t end) {
  const GraphTables &tables = module.tables;
  const auto full = [&](std::uint32_t v, bool written) {
    return fmt::format("{}.{}", tables.codeletOf(tables.vertices[v]).name,
                       fieldAt(module, v, variable, begin, written));
  };
  throw poplar::graph_cycle_error(
      fmt::format("elements [{}, {}) of '{}' are {} by {} (vertex {}) and written to elsewhere in the same compute set "
                  "'{}', by {} (vertex {}); "
                  "put the vertices into different compute sets",
                  begin, end, tables.variableName(variable), otherWrites ? "written" : "read", full(other, otherWrites),
                  other, tables.computeSetName(tables.vertices[writer].computeSet), full(writer, true), writer));
}

void checkSet(const Module &module, const ComputeSetPlan &plan, std::vector<Write> &writes) {
  const GraphTables &tables = module.tables;
  writes.clear();
  bool sorted = true;
  for (std::uint32_t row = plan.firstRow; row < plan.firstRow + plan.rows; ++row) {
    const std::uint32_t v = module.rows[row];
    forEachEdge(tables, tables.vertices[v], [&](const codelets::Field &field, const EdgeRow &edge) {
      if (field.access == codelets::Access::Input) return;
      forEachRunOf(tables, edge, [&](const Run &run) {
        const Write write{run.variable, run.offset, run.offset + run.count, v};
        if (!writes.empty() && before(write, writes.back())) sorted = false;
        writes.push_back(write);
      });
    });
  }
  if (!sorted) std::sort(writes.begin(), writes.end(), before);
  // Two fields of one vertex may share elements and become one write; everything else must be disjoint.
  std::size_t kept = 0;
  for (std::size_t i = 1; i < writes.size(); ++i) {
    Write &last = writes[kept];
    const Write &next = writes[i];
    if (last.variable == next.variable && next.begin < last.end) {
      if (last.vertex != next.vertex)
        race(module, last.vertex, next.vertex, true, next.variable, next.begin, std::min(last.end, next.end));
      last.end = std::max(last.end, next.end);
    } else {
      writes[++kept] = next;
    }
  }
  if (!writes.empty()) writes.resize(kept + 1);
  std::size_t hint = 0;
  for (std::uint32_t row = plan.firstRow; row < plan.firstRow + plan.rows; ++row) {
    const std::uint32_t v = module.rows[row];
    forEachEdge(tables, tables.vertices[v], [&](const codelets::Field &field, const EdgeRow &edge) {
      if (field.access != codelets::Access::Input) return;
      forEachRunOf(tables, edge, [&](const Run &run) {
        // The first write that ends after the run begins; neighbouring vertices find it beside the last one.
        const auto endsBefore = [&](const Write &w) {
          return w.variable != run.variable ? w.variable < run.variable : w.end <= run.offset;
        };
        std::size_t i = hint;
        if (i > writes.size() || (i > 0 && !endsBefore(writes[i - 1])) ||
            (i + 1 < writes.size() && endsBefore(writes[i + 1])))
          i = static_cast<std::size_t>(std::partition_point(writes.begin(), writes.end(), endsBefore) - writes.begin());
        while (i < writes.size() && endsBefore(writes[i])) ++i;
        hint = i;
        for (; i < writes.size() && writes[i].variable == run.variable && writes[i].begin < run.offset + run.count; ++i)
          if (writes[i].vertex != v)
            race(module, writes[i].vertex, v, false, run.variable, std::max(run.offset, writes[i].begin),
                 std::min(run.offset + run.count, writes[i].end));
      });
    });
  }
}

} // namespace

void checkRaces(const Module &module) {
  std::vector<Write> writes;
  for (const ComputeSetPlan &plan : module.computeSets)
    if (plan.rows > 1) checkSet(module, plan, writes);
}

} // namespace popgraph
