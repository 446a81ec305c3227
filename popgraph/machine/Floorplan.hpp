#pragma once
// Where the tiles of one IPU are, and what distance costs. Tiles lie in rows and columns with several lanes at each
// crossing; two lanes share an exchange bus. Logical numbers fill one stack of pairs after the other, in a snake:
//
//   column          0               1                      tile 0, 1: row 0, column 0, lanes 0 and 2
//   lanes      {0,2}  {1,3}    {0,2}  {1,3}                tile 2, 3: row 1, the same lanes
//   row 0       0,1   90,91    92,93   …                   … at the last row the next stack begins, upwards
//   row 1       2,3   88,89     …
//
// Every tile counts cycles from its own release of the last synchronisation. Releases reach tiles at different times
// (syncDelay), which makes route times between such clocks negative as often as not.
#include <cstdint>
#include <vector>

#include "popgraph/machine/Machine.hpp"

namespace popgraph {

/// Cycles from a place to the root of the internal sync, one way.
std::uint64_t syncDelay(const Machine &machine, std::uint32_t row, std::uint32_t column);

class Floorplan {
public:
  explicit Floorplan(const Machine &machine);

  struct Place {
    std::uint16_t row, column, lane;
  };
  std::uint32_t tiles() const { return static_cast<std::uint32_t>(places_.size()); }
  Place place(std::uint32_t tile) const { return places_[tile]; }
  /// The tile that shares this tile's exchange bus; the tile itself where there is none.
  std::uint32_t partner(std::uint32_t tile) const { return paired_ && (tile ^ 1) < tiles() ? tile ^ 1 : tile; }
  /// Cycles from a word's send, on the sender's clock, until the receiver's mux must listen, on the receiver's.
  std::int32_t routeCycles(std::uint32_t from, std::uint32_t to) const;
  /// Cycles from the last word at the mux until it is in memory and the receiver's exchange code returns.
  std::uint32_t landingCycles(std::uint32_t tile) const { return landing_ + landingRow_ * places_[tile].row; }
  /// Cycles that a signal takes between this tile and the root of the synchronisation tree, beyond the nearest tile's.
  std::uint32_t syncDelay(std::uint32_t tile) const { return syncDelay_[tile]; }
  std::uint32_t maxSyncDelay() const;

private:
  std::vector<Place> places_;
  std::vector<std::uint32_t> syncDelay_;
  std::uint32_t columns_, landing_, landingRow_;
  bool paired_;
};

} // namespace popgraph
