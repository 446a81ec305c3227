#include "popgraph/graph/Mapping.hpp"

#include <algorithm>
#include <map>

namespace popgraph {

namespace {

/// The ranges of calls in their order, of which the last wins where they overlap.
std::vector<MappedRange> paint(const std::vector<MappedRange> &log) {
  std::map<std::uint32_t, MappedRange> painted; // by begin, disjoint
  for (const MappedRange &range : log) {
    auto at = painted.lower_bound(range.begin);
    if (at != painted.begin()) --at;
    while (at != painted.end() && at->second.begin < range.end) {
      const MappedRange old = at->second;
      if (old.end <= range.begin) {
        ++at;
        continue;
      }
      at = painted.erase(at);
      if (old.begin < range.begin) painted[old.begin] = {old.begin, range.begin, old.tile};
      if (old.end > range.end)
        at = painted.insert_or_assign(range.end, MappedRange{range.end, old.end, old.tile}).first;
    }
    painted[range.begin] = range;
  }
  std::vector<MappedRange> ranges;
  ranges.reserve(painted.size());
  for (const auto &[begin, range] : painted) ranges.push_back(range);
  return ranges;
}

} // namespace

void Mapping::normalise() const {
  // Most tensors are mapped once, piece by piece.
  std::vector<MappedRange> ranges = log_;
  std::sort(ranges.begin(), ranges.end(),
            [](const MappedRange &a, const MappedRange &b) { return a.begin < b.begin; });
  const auto overlap = std::adjacent_find(ranges.begin(), ranges.end(), [](const MappedRange &a, const MappedRange &b) {
    return b.begin < a.end;
  });
  if (overlap != ranges.end()) ranges = paint(log_);
  log_.clear();
  for (const MappedRange &range : ranges) {
    if (!log_.empty() && log_.back().end == range.begin && log_.back().tile == range.tile)
      log_.back().end = range.end;
    else
      log_.push_back(range);
  }
  normal_ = true;
}

} // namespace popgraph
