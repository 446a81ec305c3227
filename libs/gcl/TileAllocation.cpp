#include <algorithm>
#include <gcl/TileAllocation.hpp>
#include <poputil/exceptions.hpp>
#include <string>

namespace gcl {

std::vector<unsigned> perIPUTiles(const poplar::Graph &graph, unsigned offset, unsigned count, bool, bool) {
  const unsigned tilesPerIPU = graph.getTarget().getTilesPerIPU(), tiles = graph.getTarget().getNumTiles();
  if (offset > tilesPerIPU || count > tilesPerIPU - offset)
    throw poputil::poplibs_error("gcl::perIPUTiles: " + std::to_string(count) + " tiles after " +
                                 std::to_string(offset) + " others; an IPU has " + std::to_string(tilesPerIPU));
  std::vector<unsigned> result;
  for (unsigned first = 0; first < tiles; first += tilesPerIPU)
    for (unsigned tile = first + offset; tile < first + offset + count; ++tile) result.push_back(tile);
  return result;
}

unsigned getMinIoTiles(const poplar::Graph &graph) {
  return std::min(32u, std::max(1u, graph.getTarget().getTilesPerIPU() / 2));
}

} // namespace gcl
