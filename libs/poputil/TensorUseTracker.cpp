// Uses of a variable are kept as intervals with a tile each. Resolving cuts the variable where the set of users changes:
//
//   tile 0   |=========|                 pieces   |  A  |  B  | C |   (unused)
//   tile 1         |=========|           users    | {0} |{0,1}|{1}|
//
// Pieces with the same users are taken together and shared out between these users, in full grains.
#include <poputil/TileMapping.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>
#include <map>
#include <set>

namespace poputil {

using poplar::Graph;
using poplar::Interval;
using poplar::VariableRef;

struct TensorUseTracker::State {
  struct Use {
    Interval interval;
    unsigned tile;
  };
  unsigned numTiles, startTile;
  bool ascending;
  std::map<VariableRef, std::vector<Use>> uses;

  /// Tiles in the order in which elements are shared out.
  unsigned rank(unsigned tile) const { return invTransformTileIndex(tile, numTiles, startTile % numTiles, ascending); }
};

namespace {

using Users = std::vector<unsigned>;

struct Piece {
  Interval interval;
  Users users;
};

template <class Uses> std::vector<Piece> cutByUsers(const Uses &uses) {
  std::map<std::size_t, std::vector<std::pair<bool, unsigned>>> events;
  for (const auto &use : uses) {
    events[use.interval.begin()].emplace_back(true, use.tile);
    events[use.interval.end()].emplace_back(false, use.tile);
  }
  std::vector<Piece> pieces;
  std::map<unsigned, unsigned> open;
  std::size_t last = 0;
  for (const auto &[place, changes] : events) {
    if (!open.empty() && place != last) {
      Users users;
      for (const auto &user : open) users.push_back(user.first);
      pieces.push_back({Interval(last, place), std::move(users)});
    }
    last = place;
    for (const auto &[starts, tile] : changes) {
      unsigned &count = open[tile];
      count = starts ? count + 1 : count - 1;
      if (count == 0) open.erase(tile);
    }
  }
  return pieces;
}

/// Lets pieces grow over the elements between them, up to the ends of the variable.
void coverAll(std::vector<Piece> &pieces, std::size_t elements) {
  for (std::size_t i = 0; i != pieces.size(); ++i) {
    const std::size_t begin = i == 0 ? 0 : pieces[i - 1].interval.end();
    const std::size_t end = i + 1 == pieces.size() ? elements : pieces[i].interval.end();
    pieces[i].interval = Interval(begin, end);
  }
}

} // namespace

TensorUseTracker::TensorUseTracker(unsigned numTiles, unsigned startTile, bool ascendingMappingOrder)
    : state_(new State{numTiles, startTile, ascendingMappingOrder, {}}) {
  if (numTiles == 0) throw poplibs_error("poputil::TensorUseTracker: numTiles is 0; it must be at least 1");
}
TensorUseTracker::TensorUseTracker(const TensorUseTracker &other) : state_(new State(*other.state_)) {}
TensorUseTracker::TensorUseTracker(TensorUseTracker &&other) noexcept = default;
TensorUseTracker &TensorUseTracker::operator=(const TensorUseTracker &other) {
  state_.reset(new State(*other.state_));
  return *this;
}
TensorUseTracker &TensorUseTracker::operator=(TensorUseTracker &&other) noexcept = default;
TensorUseTracker::~TensorUseTracker() = default;

void TensorUseTracker::add(const Graph &, unsigned tile, const poplar::Tensor &t) {
  if (tile >= state_->numTiles)
    throw poplibs_error("poputil::TensorUseTracker::add: tile " + std::to_string(tile) + " of " +
                        std::to_string(state_->numTiles));
  for (const auto &region : t.getVarRegions())
    if (region.interval.size() != 0) state_->uses[region.var].push_back({region.interval, tile});
}

void TensorUseTracker::add(TensorUseTracker other) {
  for (auto &[variable, uses] : other.state_->uses) {
    if (other.state_->numTiles > state_->numTiles)
      for (const auto &use : uses)
        if (use.tile >= state_->numTiles)
          throw poplibs_error("poputil::TensorUseTracker::add: tile " + std::to_string(use.tile) + " of " +
                              std::to_string(state_->numTiles));
    auto &own = state_->uses[variable];
    own.insert(own.end(), uses.begin(), uses.end());
  }
}

void TensorUseTracker::resolve(const Graph &graph, unsigned grainSize, unsigned minElementsPerTile,
                               bool extendPartialUsage, MappingMethod mappingMethod) {
  if (grainSize == 0) throw poplibs_error("poputil::TensorUseTracker::resolve: grainSize is 0; it must be at least 1");
  const bool halos = mappingMethod == MappingMethod::OptimizeHaloRegions;
  for (auto &[variable, uses] : state_->uses) {
    std::vector<Piece> pieces = cutByUsers(uses);
    if (extendPartialUsage) coverAll(pieces, graph.getVariable(variable).numElements());
    if (halos) // a shared piece goes to the one of its users that has the piece before, or after it
      for (std::size_t i = 0; i != pieces.size(); ++i)
        for (const std::size_t beside : {i - 1, i + 1}) {
          if (pieces[i].users.size() == 1 || beside >= pieces.size() || pieces[beside].users.size() != 1) continue;
          const unsigned tile = pieces[beside].users[0];
          if (std::binary_search(pieces[i].users.begin(), pieces[i].users.end(), tile)) pieces[i].users = {tile};
        }
    std::map<Users, std::vector<Interval>> byUsers;
    for (const Piece &piece : pieces) byUsers[piece.users].push_back(piece.interval);
    uses.clear();
    for (auto &[users, intervals] : byUsers) {
      Users tiles = users;
      std::sort(tiles.begin(), tiles.end(), [&](unsigned a, unsigned b) { return state_->rank(a) < state_->rank(b); });
      std::size_t total = 0;
      for (const Interval &interval : intervals) total += interval.size();
      const std::size_t least = std::max<std::size_t>(std::max(minElementsPerTile, grainSize), 1);
      const std::size_t shares = std::clamp<std::size_t>(total / least, 1, tiles.size());
      const std::size_t grains = (total + grainSize - 1) / grainSize;
      std::size_t share = 0, done = 0;
      for (const Interval &interval : intervals)
        for (std::size_t at = interval.begin(); at != interval.end();) {
          std::size_t boundary = std::min(total, grains * (share + 1) / shares * grainSize);
          while (boundary == done) boundary = std::min(total, grains * (++share + 1) / shares * grainSize);
          const std::size_t take = std::min(boundary - done, interval.end() - at);
          uses.push_back({Interval(at, at + take), tiles[share]});
          at += take;
          done += take;
        }
    }
  }
}

void TensorUseTracker::mapTensorsByUse(Graph &graph, unsigned grainSize, unsigned minElementsPerTile,
                                       bool extendPartialUsage, MappingMethod mappingMethod) {
  resolve(graph, grainSize, minElementsPerTile, extendPartialUsage, mappingMethod);
  for (const auto &[variable, uses] : state_->uses) {
    const poplar::Tensor flat = graph.getVariable(variable).flatten();
    for (const auto &use : uses) graph.setTileMapping(flat.slice(use.interval), use.tile);
  }
}

bool TensorUseTracker::empty() const { return state_->uses.empty(); }

} // namespace poputil
