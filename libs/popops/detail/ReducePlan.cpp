#include "libs/popops/detail/ReducePlan.hpp"
#include <algorithm>
#include <cmath>

namespace popops::detail {

namespace {

// A step of its own: synchronisation, launch of workers, fixed part of the exchange.
constexpr double kStepCycles = 300;
// Slots of the codelet for a group of columns: to start on it, and columns that one slot combines.
constexpr double kSlotsPerGroup = 18, kColumnsPerGroup = 4;
// Columns of a block that is brought to a tile: 128 bytes of float, below which the exchange is all beginnings.
constexpr std::size_t kMinColumnsOfBlock = 32;

} // namespace

ReducePlan::ReducePlan(const poplar::Target &target, std::size_t bytes)
    : tiles_(target.getNumTiles()), workers_(target.getNumWorkerContexts()), bytes_(static_cast<double>(bytes)),
      exchange_(target.getExchangeBytesPerCycle()) {}

double ReducePlan::step(double rows, double columns) const {
  const double groups = std::ceil(columns / kColumnsPerGroup);
  return kStepCycles + rows * columns * bytes_ / exchange_ +
         std::ceil(groups / workers_) * workers_ * (kSlotsPerGroup + rows);
}

std::pair<double, std::size_t> ReducePlan::best(std::size_t pieces, std::size_t columns) {
  const auto found = known_.find({pieces, columns});
  if (found != known_.end()) return found->second;
  // The last step is spread over the tiles, down to one column each.
  const double spread = std::ceil(static_cast<double>(columns) / static_cast<double>(tiles_));
  std::pair<double, std::size_t> result{step(static_cast<double>(pieces), spread), pieces};
  for (std::size_t groups = 2; groups * 2 <= pieces; groups = std::max(groups + 1, groups * 5 / 4)) {
    const double rows = std::ceil(static_cast<double>(pieces) / static_cast<double>(groups));
    const double cycles = step(rows, static_cast<double>(columns)) + best(groups, columns).first;
    if (cycles < result.first) result = {cycles, groups};
  }
  return known_[{pieces, columns}] = result;
}

ReducePlan::Grid ReducePlan::grid(std::size_t rows, std::size_t columns) {
  Grid result{1, 1, INFINITY};
  for (std::size_t down = 1; down <= std::min(rows, tiles_); down = std::max(down + 1, down * 9 / 8)) {
    const std::size_t across =
        std::clamp<std::size_t>(tiles_ / down, 1, std::max<std::size_t>(1, columns / kMinColumnsOfBlock));
    const double height = std::ceil(static_cast<double>(rows) / static_cast<double>(down));
    const double width = std::ceil(static_cast<double>(columns) / static_cast<double>(across));
    const double cycles = step(height, width) + best(down, static_cast<std::size_t>(width)).first;
    if (cycles < result.cycles) result = {down, across, cycles};
  }
  return result;
}

double ReducePlan::whereTheyAre(std::size_t elements, std::size_t blocks, std::size_t columns, std::size_t pieces) {
  // Workers share columns or rows: each of their slots, one in every cycle of the tile, combines some elements.
  const double slots = static_cast<double>(elements) / kColumnsPerGroup;
  return kStepCycles + slots + static_cast<double>(blocks) * workers_ * kSlotsPerGroup + best(pieces, columns).first;
}

} // namespace popops::detail
