#include "popgraph/machine/Floorplan.hpp"

#include <algorithm>
#include <cstdlib>

namespace popgraph {

std::uint64_t syncDelay(const Machine &machine, std::uint32_t row, std::uint32_t column) {
  const bool far = column >= (std::uint64_t(machine.columns) + 1) / 2;
  const std::uint64_t folded = far ? machine.columns - 1 - column : column;
  return std::uint64_t(row) * machine.syncRowCycles + folded * machine.syncColumnCycles +
         (far ? machine.syncFarHalfCycles : 0);
}

Floorplan::Floorplan(const Machine &machine)
    : columns_(machine.columns), landing_(machine.exchangeLandingCycles), landingRow_(machine.exchangeLandingRowCycles),
      paired_(machine.tilesPerSharedExchangeBus == 2 && machine.lanes % 2 == 0) {
  const std::uint32_t together = paired_ ? 2 : 1;        // tiles on one bus
  const std::uint32_t stacks = machine.lanes / together; // at one column
  const std::uint32_t perStack = machine.rows * together;
  places_.reserve(machine.tilesPerIPU);
  syncDelay_.reserve(machine.tilesPerIPU);
  for (std::uint32_t t = 0; t < machine.tilesPerIPU; ++t) {
    const std::uint32_t stack = t / perStack, up = t % perStack / together;
    const std::uint32_t row = stack % 2 == 0 ? up : machine.rows - 1 - up;
    const std::uint32_t column = stack / stacks, lane = stack % stacks + stacks * (t % together);
    places_.push_back(
        {static_cast<std::uint16_t>(row), static_cast<std::uint16_t>(column), static_cast<std::uint16_t>(lane)});
    syncDelay_.push_back(static_cast<std::uint32_t>(popgraph::syncDelay(machine, row, column)));
  }
}

std::uint32_t Floorplan::maxSyncDelay() const { return *std::max_element(syncDelay_.begin(), syncDelay_.end()); }

std::int32_t Floorplan::routeCycles(std::uint32_t from, std::uint32_t to) const {
  // The published function of third parties' reverse engineering (RE), which measurement C8 follows exactly for all
  // 1,471 receivers. Columns fold about the middle of the chip; a word travels along its column in one of two
  // directions, crosses to the receiver's column, and meets a clock that is ahead or behind.
  const Place s = places_[from], d = places_[to];
  const auto columns = static_cast<std::int32_t>(columns_), half = (columns + 1) / 2;
  const std::int32_t farS = s.column >= half, farD = d.column >= half;
  const auto fold = [&](std::int32_t column) { return column < half ? column : columns - 1 - column; };
  const std::int32_t foldS = fold(s.column), foldD = fold(d.column);
  const std::int32_t side = d.lane >= 2 ? (farD == (d.lane & 1) ? 2 : 4) : (farD == d.lane ? 1 : 5);
  const std::int32_t along = 6 * (foldD - foldS - (farS ^ (s.lane & 1))) + side;
  const std::int32_t within = s.column - half * farS;
  const std::int32_t across = farS == farD ? within + 1 : columns - within;
  return 8 * farS - d.column + 4 * (foldS - foldD) + across + 2 * (std::int32_t(s.row) - d.row) + std::abs(along) - 31;
}

} // namespace popgraph
