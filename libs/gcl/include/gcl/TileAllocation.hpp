#ifndef gcl_TileAllocation_hpp
#define gcl_TileAllocation_hpp
/// \file
/// Tiles for collectives and host transfers that run beside computation.

#include <vector>

#include <poplar/Graph.hpp>
#include <poplar/detail/Api.hpp>

namespace gcl {

/// `count` tiles of each IPU of the graph, after `offset` others: calls with ranges that do not overlap give tiles that
/// do not. The list is for Graph::createVirtualGraph. `sorted` and `tilePairs` ask for ascending numbers and for both
/// tiles of a pair, which any list of this function has where `offset` and `count` are even. Throws
/// poputil::poplibs_error where an IPU has fewer tiles.
POPLAR_API std::vector<unsigned> perIPUTiles(const poplar::Graph &graph, unsigned offset, unsigned count,
                                             bool sorted = true, bool tilePairs = true);

/// The least number of tiles of an IPU to set aside for transfers: 32, or half the tiles of a smaller IPU.
POPLAR_API unsigned getMinIoTiles(const poplar::Graph &graph);

} // namespace gcl

#endif
