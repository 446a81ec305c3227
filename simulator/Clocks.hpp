#pragma once
// One cycle counter for each tile. Between synchronisations tiles run on at their own pace.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "popgraph/machine/Machine.hpp"

namespace popgraph::simulator {

class Clocks {
public:
  Clocks(std::uint32_t tilesPerIPU, std::uint32_t ipus)
      : tilesPerIPU_(tilesPerIPU), now_(std::size_t(tilesPerIPU) * ipus, 0) {}

  std::uint32_t tiles() const { return static_cast<std::uint32_t>(now_.size()); }
  std::uint64_t operator[](std::uint32_t tile) const { return now_[tile]; }
  void advance(std::uint32_t tile, std::uint64_t cycles) { now_[tile] += cycles; }
  void advanceAll(std::uint64_t cycles) {
    for (std::uint64_t &tile : now_) tile += cycles;
  }
  std::uint64_t first() const { return *std::min_element(now_.begin(), now_.end()); }
  std::uint64_t last() const { return *std::max_element(now_.begin(), now_.end()); }
  /// Tiles wait for the last of their IPU, and then the time the signal takes.
  void syncWithinIPUs(std::uint64_t cycles) {
    for (std::size_t begin = 0; begin < now_.size(); begin += tilesPerIPU_) {
      const auto from = now_.begin() + static_cast<std::ptrdiff_t>(begin), to = from + tilesPerIPU_;
      std::fill(from, to, *std::max_element(from, to) + cycles);
    }
  }
  void syncAll(std::uint64_t cycles) { std::fill(now_.begin(), now_.end(), last() + cycles); }
  void reset() { std::fill(now_.begin(), now_.end(), 0); }

private:
  std::uint32_t tilesPerIPU_;
  std::vector<std::uint64_t> now_;
};

} // namespace popgraph::simulator
