// The part of poplar::Graph about the order of elements in memory.
#include <poplar/Graph.hpp>

#include <algorithm>
#include <spdlog/fmt/fmt.h>

#include "popgraph/graph/GraphState.hpp"

namespace poplar {

using popgraph::TensorAccess;

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

bool inMemoryOrder(const PlacedRun &a, const PlacedRun &b) { return popgraph::inMemoryOrder(a.run, b.run); }

void checkFlat(const Tensor &tensor, std::size_t elements, const char *function) {
  if (!tensor.valid()) throw poplar_error(fmt::format("{}: the tensor refers to no variable", function));
  if (tensor.rank() != 1 || tensor.numElements() != elements)
    throw poplar_error(
        fmt::format("{}: needs a tensor of shape [{}], this has shape {}", function, elements, tensor.shapeToString()));
}

} // namespace

std::vector<std::vector<Interval>> Graph::getSortedContiguousRegions(const Tensor &tensor, ArrayRef<Interval> regions,
                                                                     bool removeAliasedIntervals,
                                                                     std::vector<std::size_t> *aliases) const {
  popgraph::checkOwn(*state_, tensor, "getSortedContiguousRegions");
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
  const TensorRearranger order = getSimplifyingRearranger(*tensor);
  for (Tensor *other : others) checkFlat(*other, order.numElements(), "Graph::reorderToSimplify");
  if (order.order_.size() <= 1) return;
  *tensor = order.rearrange(*tensor);
  for (Tensor *other : others) *other = order.rearrange(*other);
}

TensorRearranger Graph::getSimplifyingRearranger(const Tensor &tensor) const {
  popgraph::checkOwn(*state_, tensor, "getSimplifyingRearranger");
  checkFlat(tensor, tensor.numElements(), "Graph::getSimplifyingRearranger");
  std::vector<PlacedRun> runs = placedRuns(tensor);
  TensorRearranger result;
  if (std::is_sorted(runs.begin(), runs.end(), inMemoryOrder)) {
    if (tensor.numElements() > 0) result.order_.emplace_back(0, tensor.numElements());
    return result;
  }
  std::stable_sort(runs.begin(), runs.end(), inMemoryOrder);
  for (const PlacedRun &placed : runs) result.order_.emplace_back(placed.at, placed.at + placed.run.count);
  return result;
}

std::size_t TensorRearranger::numElements() const {
  std::size_t count = 0;
  for (const Interval &part : order_) count += part.size();
  return count;
}

Tensor TensorRearranger::rearrange(const Tensor &tensor) const {
  checkFlat(tensor, numElements(), "TensorRearranger::rearrange");
  return order_.empty() ? tensor : concat(tensor.slices(order_));
}

namespace {

/// Intervals of the new order in the order of the old one: the inverse permutation.
std::vector<Interval> inverse(const std::vector<Interval> &order) {
  std::vector<std::pair<std::size_t, Interval>> places;
  std::size_t at = 0;
  for (const Interval &part : order) {
    places.emplace_back(part.begin(), Interval(at, at + part.size()));
    at += part.size();
  }
  std::sort(places.begin(), places.end());
  std::vector<Interval> result;
  for (const auto &place : places) result.push_back(place.second);
  return result;
}

/// Where intervals go when elements [order[0]) come first, then those of order[1], and so on.
std::vector<Interval> moved(const std::vector<Interval> &order, ArrayRef<Interval> intervals) {
  // The parts by where they come from, with where they go.
  const std::vector<Interval> to = inverse(order);
  std::vector<std::size_t> from;
  std::size_t end = 0;
  for (const Interval &part : to) {
    from.push_back(end);
    end += part.size();
  }
  std::vector<Interval> result;
  for (const Interval &interval : intervals) {
    if (interval.begin() > interval.end() || interval.end() > end)
      throw index_error(
          fmt::format("TensorRearranger: [{}, {}) is outside {} elements", interval.begin(), interval.end(), end));
    for (std::size_t at = interval.begin(); at < interval.end();) {
      const auto i = static_cast<std::size_t>(std::upper_bound(from.begin(), from.end(), at) - from.begin()) - 1;
      const std::size_t take = std::min(interval.end(), from[i] + to[i].size()) - at;
      const std::size_t place = to[i].begin() + (at - from[i]);
      if (!result.empty() && result.back().end() == place)
        result.back() = Interval(result.back().begin(), place + take);
      else
        result.emplace_back(place, place + take);
      at += take;
    }
  }
  return result;
}

} // namespace

Tensor TensorRearranger::undoRearrangement(const Tensor &tensor) const {
  checkFlat(tensor, numElements(), "TensorRearranger::undoRearrangement");
  return order_.empty() ? tensor : concat(tensor.slices(inverse(order_)));
}

std::vector<Interval> TensorRearranger::rearrange(ArrayRef<Interval> intervals) const {
  return moved(order_, intervals);
}
std::vector<Interval> TensorRearranger::undoRearrangement(ArrayRef<Interval> intervals) const {
  return moved(inverse(order_), intervals);
}

namespace {

/// Size of the smallest part of dimension d that, repeated, makes the whole.
std::size_t repeatedPart(const Tensor &tensor, unsigned d) {
  const std::size_t n = tensor.dim(d);
  if (n <= 1) return n;
  if (TensorAccess::isAffine(tensor)) return TensorAccess::strides(tensor)[d] == 0 ? 1 : n;
  // What is repeated has no element in two places only if all of it is; most candidates fail at once.
  for (std::size_t part = 1; part <= n / 2; ++part) {
    if (n % part != 0 || tensor.slice(0, 1, d) != tensor.slice(part, part + 1, d)) continue;
    bool same = true;
    for (std::size_t at = part; same && at < n; at += part)
      same = tensor.slice(0, part, d) == tensor.slice(at, at + part, d);
    if (same) return part;
  }
  return n;
}

} // namespace

Tensor Graph::findUnbroadcastTensor(const Tensor &tensor) const {
  popgraph::checkOwn(*state_, tensor, "findUnbroadcastTensor");
  Tensor result = tensor;
  if (tensor.numElements() == 0) return result;
  for (unsigned d = 0; d < tensor.rank(); ++d) result = result.slice(0, repeatedPart(result, d), d);
  return result;
}

} // namespace poplar
