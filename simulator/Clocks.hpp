#pragma once
// One cycle counter for each tile. Between synchronisations tiles run on at their own pace. A counter's zero is the
// tile's own release of a sync, so that after a sync all counters of an IPU are equal, though the releases are not.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "popgraph/machine/Floorplan.hpp"

namespace popgraph::simulator {

class Clocks {
public:
  Clocks(const Machine &machine, std::uint32_t ipus)
      : plan_(machine), minSync_(machine.minSyncDelay), globalSync_(machine.globalSyncCycles),
        now_(std::size_t(machine.tilesPerIPU) * ipus, 0) {
    if (ipus > 1) { // there and back over the ladder of IPUs
      const std::uint32_t hops = 1 + ipus / 2 / 2;
      globalSync_ +=
          static_cast<std::uint64_t>(std::lround(2 * hops * machine.syncHopNanoseconds * 1e-9 * machine.clockHz));
    }
  }

  std::uint32_t tiles() const { return static_cast<std::uint32_t>(now_.size()); }
  std::uint64_t operator[](std::uint32_t tile) const { return base_ + now_[tile]; }
  void advance(std::uint32_t tile, std::uint64_t cycles) {
    last_ = std::max(last_, now_[tile] += cycles);
    even_ = false;
  }
  void advanceAll(std::uint64_t cycles) { base_ += cycles; }
  std::uint64_t first() const { return base_ + (even_ ? last_ : *std::min_element(now_.begin(), now_.end())); }
  std::uint64_t last() const { return base_ + last_; }

  /// Internal sync: each tile's signal takes its way to the root, the last decides, and the release takes the way back.
  /// The way back cancels against the tile's clock, whose zero it delays as much; so it counts for the last tile.
  void syncWithinIPUs() {
    last_ = 0;
    for (std::size_t begin = 0; begin < now_.size(); begin += plan_.tiles()) {
      std::uint64_t arrival = 0;
      for (std::uint32_t t = 0; t < plan_.tiles(); ++t)
        arrival = std::max(arrival, now_[begin + t] + 2 * std::uint64_t(plan_.syncDelay(t)));
      std::fill_n(now_.begin() + static_cast<std::ptrdiff_t>(begin), plan_.tiles(), arrival + minSync_);
      last_ = std::max(last_, arrival + minSync_);
    }
    even_ = now_.size() == plan_.tiles();
  }
  /// External sync: all IPUs, and the host.
  void syncAll() { setAll(last() + globalSync_); }
  /// All tiles wait for the last, and until `clock`, at no cost: the host or another replica stands between.
  void join(std::uint64_t clock) { setAll(std::max(clock, last())); }

private:
  void setAll(std::uint64_t clock) {
    base_ = clock;
    last_ = 0;
    even_ = true;
    std::fill(now_.begin(), now_.end(), 0);
  }

  Floorplan plan_;
  std::uint64_t minSync_, globalSync_;
  std::uint64_t base_ = 0;         ///< what all clocks have in common
  std::vector<std::uint64_t> now_; ///< and what each has beyond
  std::uint64_t last_ = 0;         ///< the largest of these
  bool even_ = true;               ///< these are known to be equal
};

} // namespace popgraph::simulator
