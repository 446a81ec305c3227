#include <poputil/TileMapping.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>
#include <functional>
#include <numeric>

namespace poputil {

using poplar::Graph;
using poplar::Interval;
using poplar::Target;
using poplar::Tensor;
using poplar::Type;
using Mapping = std::vector<std::vector<Interval>>;

namespace {

// Below this a tile's share costs more in vertices and exchange code than it saves.
constexpr unsigned kMinBytesPerTile = 128;

unsigned minElements(const Target &target, const Type &type) {
  const unsigned bytes = static_cast<unsigned>(target.getTypeSize(type));
  return (kMinBytesPerTile + bytes - 1) / bytes;
}

std::size_t product(const std::vector<std::size_t> &shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t(1), std::multiplies<>());
}

Mapping linearMapping(unsigned numTiles, std::size_t elements, unsigned minPerTile, unsigned grain, unsigned offset,
                      bool ascending) {
  if (grain == 0) throw poplibs_error("poputil::calcLinearTileMapping: grainSize is 0; it must be at least 1");
  Mapping mapping(numTiles);
  if (elements == 0) return mapping;
  const std::size_t grains = (elements + grain - 1) / grain;
  const std::size_t minGrains = std::max<std::size_t>(1, (minPerTile + grain - 1) / grain);
  const std::size_t tiles = std::clamp<std::size_t>(grains / minGrains, 1, numTiles);
  std::size_t begin = 0;
  for (std::size_t i = 0; i != tiles; ++i) {
    const std::size_t end = std::min(elements, grains * (i + 1) / tiles * grain);
    if (begin != end)
      mapping[transformTileIndex(static_cast<unsigned>(i), numTiles, offset, ascending)].emplace_back(begin, end);
    begin = end;
  }
  return mapping;
}

} // namespace

unsigned transformTileIndex(unsigned tile, unsigned numTiles, unsigned offset, bool ascending) {
  const unsigned rotated = (tile + offset) % numTiles;
  return ascending ? rotated : numTiles - 1 - rotated;
}

unsigned invTransformTileIndex(unsigned tile, unsigned numTiles, unsigned offset, bool ascending) {
  const unsigned rotated = ascending ? tile : numTiles - 1 - tile;
  return (rotated + numTiles - offset % numTiles) % numTiles;
}

Mapping calcLinearTileMapping(const Graph &graph, const std::vector<std::size_t> &shape, unsigned minElementsPerTile,
                              unsigned grainSize, unsigned offset, bool ascendingOrder) {
  return calcLinearTileMapping(graph.getTarget(), shape, minElementsPerTile, grainSize, offset, ascendingOrder);
}

Mapping calcLinearTileMapping(const Target &target, const std::vector<std::size_t> &shape, unsigned minElementsPerTile,
                              unsigned grainSize, unsigned offset, bool ascendingOrder) {
  return linearMapping(target.getNumTiles(), product(shape), minElementsPerTile, grainSize, offset, ascendingOrder);
}

Mapping calcLinearTileMapping(const Graph &graph, const Tensor &t, unsigned offset, bool ascendingOrder) {
  POPLIBS_CHECK_TENSORS(graph, t);
  return calcLinearTileMapping(graph.getTarget(), t.shape(), t.elementType(), offset, ascendingOrder);
}

Mapping calcLinearTileMapping(const Target &target, const std::vector<std::size_t> &shape, const Type &elementType,
                              unsigned offset, bool ascendingOrder) {
  return linearMapping(target.getNumTiles(), product(shape), minElements(target, elementType),
                       target.getVectorWidth(elementType), offset, ascendingOrder);
}

std::pair<Graph::TileToTensorMapping, unsigned> calcLinearTileMappingAndNewOffset(const Graph &graph, const Tensor &t,
                                                                                  unsigned offset) {
  POPLIBS_CHECK_TENSORS(graph, t);
  Mapping mapping = calcLinearTileMapping(graph, t, offset);
  const auto used = std::count_if(mapping.begin(), mapping.end(), [](const auto &tile) { return !tile.empty(); });
  const unsigned next = static_cast<unsigned>((offset + static_cast<std::size_t>(used)) % mapping.size());
  return {std::move(mapping), next};
}

void mapTensorLinearly(Graph &graph, const Tensor &t, unsigned minElementsPerTile, unsigned grainSize) {
  POPLIBS_CHECK_TENSORS(graph, t);
  graph.setTileMapping(t, calcLinearTileMapping(graph, t.shape(), minElementsPerTile, grainSize));
}

void mapTensorLinearly(Graph &graph, const Tensor &t) {
  POPLIBS_CHECK_TENSORS(graph, t);
  graph.setTileMapping(t, calcLinearTileMapping(graph, t));
}

void mapTensorLinearlyWithOffset(Graph &graph, const Tensor &t, unsigned minElementsPerTile, unsigned grainSize,
                                 unsigned offset, bool ascendingOrder) {
  POPLIBS_CHECK_TENSORS(graph, t);
  graph.setTileMapping(t,
                       calcLinearTileMapping(graph, t.shape(), minElementsPerTile, grainSize, offset, ascendingOrder));
}

void mapTensorLinearlyWithOffset(Graph &graph, const Tensor &t, unsigned offset, bool ascendingOrder) {
  POPLIBS_CHECK_TENSORS(graph, t);
  graph.setTileMapping(t, calcLinearTileMapping(graph, t, offset, ascendingOrder));
}

std::size_t chooseMappingOffset(std::size_t numTiles, const std::vector<std::size_t> &shape) {
  return chooseMappingOffset(numTiles, shape, 0);
}

std::size_t chooseMappingOffset(std::size_t numTiles, const std::vector<std::size_t> &shape, std::size_t seed) {
  if (numTiles == 0) throw poplibs_error("poputil::chooseMappingOffset: numTiles is 0; it must be at least 1");
  std::uint64_t hash = 0x9E3779B97F4A7C15ull ^ seed;
  for (std::size_t d : shape) {
    hash = (hash ^ d) * 0xD6E8FEB86659FD93ull;
    hash ^= hash >> 32;
  }
  return hash % numTiles;
}

unsigned getTileImbalance(const Graph::TileToTensorMapping &mapping, unsigned minElementsPerTile, unsigned grainSize) {
  if (mapping.empty() || grainSize == 0)
    throw poplibs_error("poputil::getTileImbalance: an empty mapping or a grainSize of 0");
  std::size_t total = 0, most = 0;
  for (const auto &tile : mapping) {
    std::size_t elements = 0;
    for (const Interval &interval : tile) elements += interval.size();
    total += elements;
    most = std::max(most, elements);
  }
  std::size_t fair = (total + mapping.size() - 1) / mapping.size();
  fair = std::max<std::size_t>((fair + grainSize - 1) / grainSize * grainSize, minElementsPerTile);
  return static_cast<unsigned>(most > fair ? most - fair : 0);
}

unsigned getTileImbalance(const Graph &graph, const Tensor &t, unsigned minElementsPerTile, unsigned grainSize) {
  POPLIBS_CHECK_TENSORS(graph, t);
  return getTileImbalance(graph.getTileMapping(t), minElementsPerTile, grainSize);
}

namespace {

bool dimIsSplit(const Graph &graph, const Tensor &t, unsigned dimension, unsigned tilesPerPlace, const char *function) {
  if (dimension >= t.rank())
    throw poplibs_error(std::string("poputil::") + function + ": dimension " + std::to_string(dimension) +
                        " of a tensor of shape " + t.shapeToString());
  const Tensor rows = t.dimRoll(dimension, 0).flatten(0, 1);
  const std::size_t rowSize = t.dim(dimension) == 0 ? 0 : t.numElements() / t.dim(dimension);
  constexpr unsigned kNone = ~0u;
  std::vector<unsigned> placeOfRow(t.dim(dimension), kNone);
  const auto mapping = graph.getTileMapping(rows);
  for (unsigned tile = 0; tile != mapping.size(); ++tile)
    for (const Interval &interval : mapping[tile])
      for (std::size_t row = interval.begin() / rowSize; row * rowSize < interval.end(); ++row) {
        const unsigned place = tile / tilesPerPlace;
        if (placeOfRow[row] == kNone)
          placeOfRow[row] = place;
        else if (placeOfRow[row] != place)
          return true;
      }
  return false;
}

} // namespace

bool dimIsSplitOverTiles(const Graph &graph, const Tensor &t, unsigned dimension) {
  POPLIBS_CHECK_TENSORS(graph, t);
  return dimIsSplit(graph, t, dimension, 1, "dimIsSplitOverTiles");
}

bool dimIsSplitOverIPUs(const Graph &graph, const Tensor &t, unsigned dimension) {
  POPLIBS_CHECK_TENSORS(graph, t);
  return dimIsSplit(graph, t, dimension, graph.getTarget().getTilesPerIPU(), "dimIsSplitOverIPUs");
}

Tensor createBroadcastOperand(Graph &graph, const Tensor &fullTensor, const Type &type, unsigned dim,
                              bool ditherMapping, const poplar::DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, fullTensor, type, dim, ditherMapping);
  if (dim >= fullTensor.rank())
    throw poplibs_error("poputil::createBroadcastOperand: dim " + std::to_string(dim) + " of a tensor of shape " +
                        fullTensor.shapeToString());
  const std::size_t size = fullTensor.dim(dim);
  Tensor result = graph.addVariable(type, {size}, di.context());
  const std::size_t rowSize = size == 0 ? 0 : fullTensor.numElements() / size;
  if (rowSize == 0) {
    mapTensorLinearly(graph, result);
    return di.output(result);
  }
  // Each element goes to a tile that uses it; among those to the one that holds the fewest so far.
  const auto mapping = graph.getTileMapping(fullTensor.dimRoll(dim, 0));
  std::vector<std::vector<unsigned>> users(size);
  for (unsigned tile = 0; tile != mapping.size(); ++tile)
    for (const Interval &interval : mapping[tile])
      for (std::size_t row = interval.begin() / rowSize; row * rowSize < interval.end(); ++row)
        if (users[row].empty() || users[row].back() != tile) users[row].push_back(tile);
  const std::size_t start = ditherMapping ? chooseMappingOffset(mapping.size(), fullTensor.shape(), dim) : 0;
  std::vector<unsigned> load(mapping.size());
  Mapping chosen(mapping.size());
  for (std::size_t row = 0; row != size; ++row) {
    auto &tiles = users[row];
    std::rotate(tiles.begin(), tiles.begin() + static_cast<std::ptrdiff_t>(start % tiles.size()), tiles.end());
    const unsigned best =
        *std::min_element(tiles.begin(), tiles.end(), [&](unsigned a, unsigned b) { return load[a] < load[b]; });
    ++load[best];
    if (!chosen[best].empty() && chosen[best].back().end() == row)
      chosen[best].back() = Interval(chosen[best].back().begin(), row + 1);
    else
      chosen[best].emplace_back(row, row + 1);
  }
  graph.setTileMapping(result, chosen);
  return di.output(result);
}

namespace {

void checkIpu(const char *function, const Graph &graph, unsigned ipu) {
  if (ipu >= graph.getTarget().getNumIPUs())
    throw poplibs_error(std::string(function) + ": IPU " + std::to_string(ipu) + " of a target with " +
                        std::to_string(graph.getTarget().getNumIPUs()));
}

} // namespace

Tensor cloneToIpu(Graph &graph, const Tensor &t, unsigned dstIPU, const poplar::DebugContext &debugContext,
                  poplar::TensorCloneMethod method) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t, dstIPU, method);
  const Target &target = graph.getTarget();
  checkIpu("poputil::cloneToIpu", graph, dstIPU);
  const unsigned tilesPerIpu = target.getTilesPerIPU();
  Tensor result = graph.clone(t, di.context(), method);
  const auto mapping = graph.getTileMapping(t);
  Mapping moved(mapping.size());
  for (unsigned tile = 0; tile != mapping.size(); ++tile) {
    auto &place = moved[tile % tilesPerIpu + dstIPU * tilesPerIpu];
    place.insert(place.end(), mapping[tile].begin(), mapping[tile].end());
  }
  graph.setTileMapping(result, moved);
  return di.output(result);
}

Tensor copyToIpu(Graph &graph, const Tensor &t, poplar::program::Sequence &prog, unsigned dstIPU,
                 const poplar::DebugContext &debugContext, poplar::TensorCloneMethod method) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t, dstIPU, method);
  checkIpu("poputil::copyToIpu", graph, dstIPU);
  Tensor result = cloneToIpu(graph, t, dstIPU, di.context(), method);
  prog.add(poplar::program::Copy(t, result, false, di.context()));
  return di.output(result);
}

Tensor createIpuCopy(Graph &graph, const Tensor &t, unsigned dstIpu, Tensor &copySrc, Tensor &copyDst,
                     const poplar::DebugContext &debugContext, poplar::TensorCloneMethod method) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t, dstIpu, method);
  checkIpu("poputil::createIpuCopy", graph, dstIpu);
  Tensor result = cloneToIpu(graph, t, dstIpu, di.context(), method);
  Tensor source = t.flatten(), destination = result.flatten();
  graph.reorderToSimplify(&destination, {&source}, false);
  const auto runs = graph.getSortedContiguousRegions(destination, {Interval(0, destination.numElements())}, true);
  std::vector<Interval> intervals;
  for (const auto &run : runs) intervals.insert(intervals.end(), run.begin(), run.end());
  if (!intervals.empty()) {
    source = poplar::concat(source.slices(intervals));
    destination = poplar::concat(destination.slices(intervals));
  }
  copySrc = source;
  copyDst = destination;
  return di.output(result);
}

Tensor cloneToGraph(Graph &srcGraph, Graph &dstGraph, const Tensor &t, const poplar::DebugContext &debugContext,
                    poplar::TensorCloneMethod method) {
  POPLIBS_OP_RECORD(di, srcGraph, debugContext, t, method);
  auto mapping = srcGraph.getTileMapping(t);
  const unsigned tiles = dstGraph.getTarget().getNumTiles();
  for (std::size_t tile = tiles; tile < mapping.size(); ++tile)
    if (!mapping[tile].empty())
      throw poplibs_error("poputil::cloneToGraph: a tensor of shape " + t.shapeToString() + " with elements on tile " +
                          std::to_string(tile) + "; the other graph has " + std::to_string(tiles) + " tiles");
  mapping.resize(tiles);
  Tensor result = dstGraph.clone(t, di.context(), method);
  dstGraph.setTileMapping(result, mapping);
  return di.output(result);
}

std::pair<Tensor, unsigned> cloneAndExpandAliasing(Graph &graph, const Tensor &t, unsigned offset,
                                                   const poplar::DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t, offset);
  if (!t.containsAliases()) return {graph.clone(t, di.context()), offset};
  Tensor result = graph.addVariable(t.elementType(), t.shape(), di.context());
  const Tensor flat = result.flatten();
  graph.setTileMapping(flat, graph.getTileMapping(t.flatten()));
  std::vector<bool> first(flat.numElements());
  for (const auto &run : graph.getSortedContiguousRegions(t.flatten(), {Interval(0, flat.numElements())}, true))
    for (const Interval &interval : run)
      std::fill(first.begin() + static_cast<std::ptrdiff_t>(interval.begin()),
                first.begin() + static_cast<std::ptrdiff_t>(interval.end()), true);
  std::vector<Interval> others;
  for (std::size_t i = 0; i != first.size(); ++i)
    if (!first[i]) {
      if (!others.empty() && others.back().end() == i)
        others.back() = Interval(others.back().begin(), i + 1);
      else
        others.emplace_back(i, i + 1);
    }
  const Tensor repeats = poplar::concat(flat.slices(others));
  auto [mapping, next] = calcLinearTileMappingAndNewOffset(graph, repeats, offset);
  graph.setTileMapping(repeats, mapping);
  return {result, next};
}

} // namespace poputil
