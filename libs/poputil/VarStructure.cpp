#include <poputil/VarStructure.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>
#include <numeric>

namespace poputil {

using poplar::Graph;
using poplar::Interval;
using poplar::Tensor;

namespace {

/// Elements of a flat view that follow its first element in memory without a gap and on its tile.
std::size_t leadingRun(const Graph &graph, const Tensor &flat) {
  const auto regions = flat.getContiguousRegions();
  const std::size_t run = regions.empty() ? 0 : regions.front().size();
  for (const auto &tile : graph.getTileMapping(flat.slice(0, run), false))
    for (const Interval &interval : tile)
      if (interval.begin() == 0) return interval.size();
  return run;
}

} // namespace

unsigned detectInnermostGrouping(const Graph &graph, const Tensor &t) {
  POPLIBS_CHECK_TENSORS(graph, t);
  if (t.rank() == 0)
    throw poplibs_error("poputil::detectInnermostGrouping: a tensor of rank 0 has no innermost dimension");
  if (t.numElements() == 0) return 1;
  const std::size_t inner = t.dim(t.rank() - 1);
  const Tensor rows = t.flatten().reshape({t.numElements() / inner, inner});
  // The first row stands for the others, as layouts repeat along the outer dimensions; the group must divide the row.
  std::size_t group = std::min(inner, leadingRun(graph, rows[0]));
  for (std::size_t start = group; start < inner; start += group)
    group = std::gcd(group, std::min(inner - start, leadingRun(graph, rows[0].slice(start, inner))));
  return static_cast<unsigned>(std::gcd(group, inner));
}

std::vector<GroupingInfo> detectDimGroupings(const Graph &graph, const Tensor &t) {
  POPLIBS_CHECK_TENSORS(graph, t);
  std::vector<GroupingInfo> result;
  if (t.numElements() == 0) return result;
  // Layouts repeat, so the lines through element 0 stand for the whole tensor.
  const auto tileOf = [&](const Tensor &element) {
    const auto mapping = graph.getTileMapping(element, false);
    return std::find_if(mapping.begin(), mapping.end(), [](const auto &tile) { return !tile.empty(); }) -
           mapping.begin();
  };
  Tensor origin = t;
  while (origin.rank() != 0) origin = origin[0];
  const auto start = origin.getVarRegions().front();
  const auto originTile = tileOf(origin);
  const auto line = [&](unsigned dim) {
    Tensor view = t.dimRoll(dim, t.rank() - 1);
    while (view.rank() > 1) view = view[0];
    return view;
  };
  std::size_t block = 1;
  std::vector<bool> used(t.rank());
  for (bool found = true; found;) {
    found = false;
    for (unsigned dim = t.rank(); dim-- > 0 && !found;) {
      if (used[dim] || t.dim(dim) == 1) continue;
      const Tensor elements = line(dim);
      std::size_t run = 1;
      for (; run != elements.dim(0); ++run) {
        const auto place = elements[run].getVarRegions().front();
        if (place.var != start.var || place.interval.begin() != start.interval.begin() + run * block ||
            tileOf(elements[run]) != originTile)
          break;
      }
      const std::size_t group = std::gcd(run, t.dim(dim));
      if (group == 1) continue;
      result.emplace_back(dim, static_cast<unsigned>(group));
      if (group != t.dim(dim)) return result;
      used[dim] = found = true;
      block *= group;
    }
  }
  return result;
}

Tensor createPartitionableTensor(Graph &graph, const poplar::Type &type, const std::vector<std::size_t> &shape,
                                 const std::vector<std::size_t> &nPartitions,
                                 const poplar::DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, type, shape, nPartitions);
  if (shape.size() != nPartitions.size())
    throw poplibs_error("poputil::createPartitionableTensor: " + std::to_string(nPartitions.size()) +
                        " partition counts for " + std::to_string(shape.size()) + " dimensions");
  for (std::size_t i = 0; i != shape.size(); ++i) {
    if (nPartitions[i] == 0)
      throw poplibs_error("poputil::createPartitionableTensor: 0 partitions of dimension " + std::to_string(i));
    const std::size_t part = (shape[i] + nPartitions[i] - 1) / nPartitions[i];
    const std::size_t whole = part == 0 ? 0 : shape[i] / part * part;
    if (nPartitions[i] == 1 || part == 0) continue;
    if (whole != shape[i]) { // an even part and a smaller last block
      auto evenShape = shape, restShape = shape;
      auto evenParts = nPartitions, restParts = nPartitions;
      evenShape[i] = whole;
      evenParts[i] = whole / part;
      restShape[i] = shape[i] - whole;
      restParts[i] = 1;
      return di.output(poplar::concat(createPartitionableTensor(graph, type, evenShape, evenParts, di.context()),
                                      createPartitionableTensor(graph, type, restShape, restParts, di.context()),
                                      static_cast<unsigned>(i)));
    }
  }
  // Parts divide every dimension, into fewer than were asked for where those of the rest are empty: memory order is all
  // block coordinates, then the position in the block.
  std::vector<std::size_t> stored;
  std::vector<unsigned> order;
  const unsigned rank = static_cast<unsigned>(shape.size());
  for (unsigned i = 0; i != rank; ++i) {
    const std::size_t part = (shape[i] + nPartitions[i] - 1) / nPartitions[i];
    stored.push_back(part == 0 ? 1 : shape[i] / part);
    order.push_back(i);
    order.push_back(rank + i);
  }
  for (unsigned i = 0; i != rank; ++i) stored.push_back(shape[i] / stored[i]);
  return di.output(graph.addVariable(type, stored, di.context()).dimShuffle(order).reshape(shape));
}

void iterateTensorPartitions(const Tensor &t, const std::vector<std::size_t> &nPartitions,
                             const std::function<void(const std::vector<std::size_t> &, const Tensor &)> &f) {
  if (t.rank() != nPartitions.size())
    throw poplibs_error("poputil::iterateTensorPartitions: " + std::to_string(nPartitions.size()) +
                        " partition counts for a tensor of shape " + t.shapeToString());
  std::vector<std::size_t> index(nPartitions.size());
  const std::function<void(const Tensor &, std::size_t)> visit = [&](const Tensor &part, std::size_t dim) {
    if (dim == nPartitions.size()) {
      f(index, part);
      return;
    }
    const std::size_t size = t.dim(static_cast<unsigned>(dim));
    const std::size_t step = (size + nPartitions[dim] - 1) / nPartitions[dim];
    for (std::size_t i = 0; step != 0 && i * step < size; ++i) {
      index[dim] = i;
      visit(part.slice(i * step, std::min(size, (i + 1) * step), static_cast<unsigned>(dim)), dim + 1);
    }
  };
  visit(t, 0);
}

} // namespace poputil
