// The part of poplar::Graph about tiles: mappings of tensors and virtual graphs.
#include <poplar/Graph.hpp>

#include <algorithm>
#include <map>
#include <numeric>
#include <spdlog/fmt/fmt.h>

#include "popgraph/api/TargetAccess.hpp"
#include "popgraph/graph/GraphState.hpp"
#include "popgraph/graph/GraphView.hpp"
#include "popgraph/graph/View.hpp"

namespace poplar {

using popgraph::Run;

unsigned Graph::numTiles() const { return view_ ? static_cast<unsigned>(view_->tiles.size()) : state_->numTiles; }
unsigned Graph::physicalTile(unsigned tile) const { return view_ ? view_->tiles[tile] : tile; }
const Target &Graph::getTarget() const { return view_ ? view_->target : state_->target; }

void Graph::setTileMapping(const Tensor &tensor, unsigned tile) {
  popgraph::checkOwn(*state_, tensor, "setTileMapping");
  const unsigned tiles = numTiles();
  if (tile >= tiles)
    throw invalid_tile_mapping(
        fmt::format("Graph::setTileMapping: tile {} of '{}' does not exist: the target has {} tiles", tile,
                    tensor.numElements() ? tensor.getVarStr() : "", tiles));
  tile = physicalTile(tile);
  Run run;
  if (popgraph::singleRun(tensor, run)) {
    state_->editMapping(run.variable).set(run.offset, run.offset + run.count, tile);
    return;
  }
  popgraph::Mapping *mapping = nullptr;
  std::uint32_t variable = 0;
  popgraph::forEachRunInMemory(tensor, [&](const Run &r) {
    if (!mapping || r.variable != variable) mapping = &state_->editMapping(variable = r.variable);
    mapping->set(r.offset, r.offset + r.count, tile);
  });
}

void Graph::setTileMapping(const Tensor &tensor, const TileToTensorMapping &mapping) {
  popgraph::checkOwn(*state_, tensor, "setTileMapping");
  const std::size_t elements = tensor.numElements();
  const unsigned tiles = numTiles();
  const Tensor flat = tensor.flatten();
  for (std::size_t tile = 0; tile < mapping.size(); ++tile) {
    if (mapping[tile].empty()) continue;
    if (tile >= tiles)
      throw invalid_tile_mapping(
          fmt::format("Graph::setTileMapping: tile {} of '{}' does not exist: the target has {} tiles", tile,
                      elements ? tensor.getVarStr() : "", tiles));
    for (const Interval &interval : mapping[tile]) {
      if (interval.end() > elements || interval.begin() > interval.end())
        throw invalid_tile_mapping(
            fmt::format("Graph::setTileMapping: interval [{}, {}) on tile {} is outside the {} elements of {}",
                        interval.begin(), interval.end(), tile, elements, tensor.getVarStr()));
      setTileMapping(flat.slice(interval.begin(), interval.end()), static_cast<unsigned>(tile));
    }
  }
}

Graph::TileToTensorMapping Graph::getTileMapping(const Tensor &tensor, bool *isComplete, bool allowExternal) const {
  popgraph::checkOwn(*state_, tensor, "getTileMapping");
  TileToTensorMapping result(numTiles());
  std::vector<unsigned> local; // top-level tile -> tile of the view
  if (view_) {
    local.assign(state_->numTiles, popgraph::kNoTile);
    for (unsigned i = 0; i < view_->tiles.size(); ++i) local[view_->tiles[i]] = i;
  }
  bool complete = true;
  std::size_t at = 0;
  popgraph::forEachTile(state_->tables, tensor, [&](std::size_t count, std::uint32_t tile) {
    const std::size_t begin = at;
    at += count;
    if (tile == popgraph::kNoTile) {
      complete = false;
      return;
    }
    if (view_ && (tile = local[tile]) == popgraph::kNoTile) {
      if (allowExternal) return;
      throw invalid_tile_mapping(fmt::format(
          "Graph::getTileMapping: '{}' is partly on a tile outside this virtual graph", tensor.getVarStr()));
    }
    auto &list = result[tile];
    if (!list.empty() && list.back().end() == begin)
      list.back() = Interval(list.back().begin(), at);
    else
      list.emplace_back(begin, at);
  });
  if (isComplete) *isComplete = complete;
  return result;
}

Graph::TileToTensorMapping Graph::getTileMapping(const Tensor &tensor, bool requireComplete, bool allowExternal) const {
  bool complete;
  TileToTensorMapping result = getTileMapping(tensor, &complete, allowExternal);
  if (requireComplete && !complete)
    throw invalid_tile_mapping(fmt::format(
        "Graph::getTileMapping: some elements of '{}' have no tile; map them with setTileMapping", tensor.getVarStr()));
  return result;
}

Graph Graph::createVirtualGraph(const std::vector<unsigned> &tiles) {
  auto view = std::make_shared<View>();
  const unsigned all = numTiles();
  if (tiles.empty()) throw invalid_tile_mapping("Graph::createVirtualGraph: needs at least one tile");
  std::vector<bool> taken(all, false);
  std::map<unsigned, unsigned> tilesOfIpu;
  for (unsigned tile : tiles) {
    if (tile >= all)
      throw invalid_tile_mapping(
          fmt::format("Graph::createVirtualGraph: tile {} does not exist: the target has {} tiles", tile, all));
    if (taken[tile])
      throw invalid_tile_mapping(fmt::format("Graph::createVirtualGraph: tile {} is listed twice", tile));
    taken[tile] = true;
    view->tiles.push_back(physicalTile(tile));
    ++tilesOfIpu[view->tiles.back() / state_->target.getTilesPerIPU()];
  }
  // A part of every IPU is a graph of as many smaller IPUs; anything else counts as one.
  const bool even = std::all_of(tilesOfIpu.begin(), tilesOfIpu.end(),
                                [&](const auto &ipu) { return ipu.second == tilesOfIpu.begin()->second; });
  const auto ipus = even ? static_cast<unsigned>(tilesOfIpu.size()) : 1u;
  const auto &whole = detail::TargetAccess::data(state_->target);
  view->target = popgraph::makeTarget(whole.type, ipus,
                                      popgraph::withTiles(whole.machine, static_cast<unsigned>(tiles.size()) / ipus));
  Graph result(state_);
  result.view_ = std::move(view);
  return result;
}

Graph Graph::createVirtualGraph(unsigned lowerTile, unsigned upperTile) {
  if (lowerTile > upperTile || upperTile > numTiles())
    throw invalid_tile_mapping(
        fmt::format("Graph::createVirtualGraph: tiles [{}, {}) do not exist: the target has {} tiles", lowerTile,
                    upperTile, numTiles()));
  std::vector<unsigned> tiles(upperTile - lowerTile);
  std::iota(tiles.begin(), tiles.end(), lowerTile);
  return createVirtualGraph(tiles);
}
Graph Graph::createVirtualGraph(unsigned numTiles) { return createVirtualGraph(0, numTiles); }

Graph Graph::getTopLevelGraph() { return Graph(state_); }

unsigned Graph::convertTileToTopLevelGraphTile(unsigned tile) const {
  if (tile >= numTiles())
    throw invalid_tile_mapping(fmt::format("Graph: tile {} does not exist: the target has {} tiles", tile, numTiles()));
  return physicalTile(tile);
}

unsigned Graph::convertPhysicalTileToVirtualTile(unsigned physicalTile) const {
  if (!view_) return convertTileToTopLevelGraphTile(physicalTile);
  const auto found = std::find(view_->tiles.begin(), view_->tiles.end(), physicalTile);
  if (found == view_->tiles.end())
    throw invalid_tile_mapping(fmt::format("Graph: tile {} of the device is not in this virtual graph", physicalTile));
  return static_cast<unsigned>(found - view_->tiles.begin());
}

unsigned Graph::convertPhysicalTileToVirtualTile(unsigned ipu, unsigned physicalTileOnIpu) const {
  const unsigned perIpu = state_->target.getTilesPerIPU();
  if (ipu >= state_->target.getNumIPUs() || physicalTileOnIpu >= perIpu)
    throw invalid_tile_mapping(fmt::format("Graph: tile {} of IPU {} does not exist: there are {} IPUs of {} tiles",
                                           physicalTileOnIpu, ipu, state_->target.getNumIPUs(), perIpu));
  return convertPhysicalTileToVirtualTile(ipu * perIpu + physicalTileOnIpu);
}

} // namespace poplar
