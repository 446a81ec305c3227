#include "popgraph/graph/Mapping.hpp"

#include <map>

namespace popgraph {

void Mapping::normalise() const {
  std::map<std::uint32_t, MappedRange> painted; // by begin, disjoint
  for (const MappedRange &range : log_) {
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
  log_.clear();
  for (const auto &[begin, range] : painted) {
    if (!log_.empty() && log_.back().end == range.begin && log_.back().tile == range.tile)
      log_.back().end = range.end;
    else
      log_.push_back(range);
  }
  normal_ = true;
}

} // namespace popgraph
