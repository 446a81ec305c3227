#pragma once
// Where the elements of one variable are: an append log of setTileMapping calls, sorted and merged at the first query.
// The last call wins.
#include <cstdint>
#include <vector>

namespace popgraph {

/// Elements [begin, end) are on `tile`.
struct MappedRange {
  std::uint32_t begin, end, tile;
  friend bool operator==(const MappedRange &, const MappedRange &) = default;
};

class Mapping {
public:
  void set(std::uint32_t begin, std::uint32_t end, std::uint32_t tile) {
    if (begin == end) return;
    if (!log_.empty()) {
      MappedRange &last = log_.back();
      if (begin == last.end && tile == last.tile) { // also keeps element-by-element mapping small
        last.end = end;
        return;
      }
      if (begin < last.end) normal_ = false;
    }
    log_.push_back({begin, end, tile});
  }
  /// Disjoint ranges in order; gaps have no tile. Not safe to call from two threads before the first call returned.
  const std::vector<MappedRange> &ranges() const {
    if (!normal_) normalise();
    return log_;
  }
  bool empty() const { return log_.empty(); }

private:
  void normalise() const;
  mutable std::vector<MappedRange> log_;
  mutable bool normal_ = true;
};

/// Walks the ranges that cover [begin, end): calls f(begin, end, tile) for each piece, with kNoTile for gaps. `hint` is
/// the index of the range found last; neighbouring queries then need no search.
inline constexpr std::uint32_t kNoTile = 0xffffffffu;
template <typename F>
void forEachMapped(const std::vector<MappedRange> &ranges, std::uint32_t begin, std::uint32_t end, std::size_t &hint,
                   F &&f) {
  std::size_t i = hint;
  if (i >= ranges.size() || ranges[i].begin > begin || ranges[i].end <= begin) {
    if (i + 1 < ranges.size() && ranges[i].end <= begin && ranges[i + 1].end > begin) {
      ++i;
    } else {
      std::size_t low = 0, high = ranges.size();
      while (low < high) {
        const std::size_t mid = (low + high) / 2;
        if (ranges[mid].end <= begin) low = mid + 1;
        else high = mid;
      }
      i = low;
    }
  }
  hint = i < ranges.size() ? i : 0;
  while (begin < end) {
    if (i == ranges.size() || ranges[i].begin >= end) {
      f(begin, end, kNoTile);
      return;
    }
    const MappedRange &range = ranges[i];
    if (range.begin > begin) {
      f(begin, range.begin, kNoTile);
      begin = range.begin;
    }
    const std::uint32_t to = range.end < end ? range.end : end;
    f(begin, to, range.tile);
    begin = to;
    ++i;
  }
}

} // namespace popgraph
