// The part of poplar::Graph about the order of elements in memory.
#include <poplar/Graph.hpp>

#include <algorithm>
#include <spdlog/fmt/fmt.h>

#include "popgraph/graph/GraphState.hpp"

namespace poplar {

namespace {

/// A run of a flat tensor: elements [at, at + run.count) of the tensor are `run` of a variable.
struct PlacedRun {
  std::size_t at;
  popgraph::Run run;
};

std::vector<PlacedRun> placedRuns(const Tensor &tensor) {
  std::vector<PlacedRun> result;
  std::size_t at = 0;
  for (const popgraph::Run &run : popgraph::contiguousRuns(tensor)) {
    result.push_back({at, run});
    at += run.count;
  }
  return result;
}

bool inMemoryOrder(const PlacedRun &a, const PlacedRun &b) {
  return a.run.variable != b.run.variable ? a.run.variable < b.run.variable : a.run.offset < b.run.offset;
}

} // namespace

std::vector<std::vector<Interval>> Graph::getSortedContiguousRegions(const Tensor &tensor, ArrayRef<Interval> regions,
                                                                     bool removeAliasedIntervals,
                                                                     std::vector<std::size_t> *aliases) const {
  const Tensor flat = tensor.flatten();
  std::vector<PlacedRun> runs;
  for (const Interval &region : regions)
    for (PlacedRun placed : placedRuns(flat.slice(region.begin(), region.end()))) {
      placed.at += region.begin();
      runs.push_back(placed);
    }
  std::stable_sort(runs.begin(), runs.end(), inMemoryOrder);
  std::vector<std::vector<Interval>> result;
  if (aliases) aliases->clear();
  std::size_t end = 0; // in memory, of the group being built
  std::uint32_t variable = ~0u;
  for (const PlacedRun &placed : runs) {
    std::size_t skip = 0;
    if (removeAliasedIntervals && placed.run.variable == variable && placed.run.offset < end)
      skip = std::min<std::size_t>(end - placed.run.offset, placed.run.count);
    if (aliases)
      for (std::size_t i = 0; i < skip; ++i) aliases->push_back(placed.at + i);
    if (skip == placed.run.count) continue;
    const bool continues = placed.run.variable == variable && placed.run.offset + skip == end;
    if (!continues) result.emplace_back();
    auto &group = result.back();
    const std::size_t from = placed.at + skip, to = placed.at + placed.run.count;
    if (continues && !group.empty() && group.back().end() == from)
      group.back() = Interval(group.back().begin(), to);
    else
      group.emplace_back(from, to);
    variable = placed.run.variable;
    end = std::size_t(placed.run.offset) + placed.run.count;
  }
  return result;
}

void Graph::reorderToSimplify(Tensor *tensor, ArrayRef<Tensor *> others, bool) const {
  if (tensor->rank() != 1)
    throw poplar_error(
        fmt::format("Graph::reorderToSimplify: needs tensors of rank 1, this has shape {}", tensor->shapeToString()));
  for (Tensor *other : others)
    if (other->rank() != 1 || other->numElements() != tensor->numElements())
      throw poplar_error(fmt::format("Graph::reorderToSimplify: shapes {} and {} differ", tensor->shapeToString(),
                                     other->shapeToString()));
  std::vector<PlacedRun> runs = placedRuns(*tensor);
  if (std::is_sorted(runs.begin(), runs.end(), inMemoryOrder)) return;
  std::stable_sort(runs.begin(), runs.end(), inMemoryOrder);
  const auto permute = [&](Tensor &t) {
    std::vector<Tensor> parts;
    for (const PlacedRun &placed : runs) parts.push_back(t.slice(placed.at, placed.at + placed.run.count));
    t = concat(parts);
  };
  permute(*tensor);
  for (Tensor *other : others) permute(*other);
}

} // namespace poplar
