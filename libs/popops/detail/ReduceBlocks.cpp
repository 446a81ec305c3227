#include "libs/popops/detail/ReduceBlocks.hpp"
#include <algorithm>
#include <tuple>

namespace popops::detail {

using poplar::Interval;

namespace {

/// Part of line `line` (a row, or a column when the order is column-major), or all of lines [line, lineEnd).
struct Strip {
  std::size_t line, lineEnd, begin, end;
};

void addStrips(std::vector<Strip> &strips, const Interval &interval, std::size_t length) {
  std::size_t at = interval.begin();
  while (at < interval.end()) {
    const std::size_t line = at / length, offset = at % length;
    const std::size_t whole = offset == 0 ? (interval.end() - at) / length : 0;
    if (whole != 0) {
      strips.push_back({line, line + whole, 0, length});
      at += whole * length;
    } else {
      const std::size_t end = std::min(interval.end(), (line + 1) * length);
      strips.push_back({line, line + 1, offset, offset + (end - at)});
      at = end;
    }
  }
}

} // namespace

std::vector<Block> findBlocks(const poplar::Graph &graph, const poplar::Tensor &matrix, bool rowMajor) {
  std::vector<Block> blocks;
  const std::size_t length = matrix.dim(rowMajor ? 1 : 0);
  if (matrix.numElements() == 0)
    return blocks;
  const auto mapping = graph.getTileMapping(rowMajor ? matrix.flatten() : matrix.transpose().flatten());
  for (unsigned tile = 0; tile != mapping.size(); ++tile) {
    std::vector<Strip> strips;
    for (const Interval &interval : mapping[tile])
      addStrips(strips, interval, length);
    std::sort(strips.begin(), strips.end(), [](const Strip &a, const Strip &b) {
      return std::tie(a.begin, a.end, a.line) < std::tie(b.begin, b.end, b.line);
    });
    for (std::size_t i = 0; i != strips.size();) {
      Strip joined = strips[i++];
      while (i != strips.size() && strips[i].begin == joined.begin && strips[i].end == joined.end &&
             strips[i].line == joined.lineEnd)
        joined.lineEnd = strips[i++].lineEnd;
      if (rowMajor)
        blocks.push_back({joined.line, joined.lineEnd, joined.begin, joined.end, tile});
      else
        blocks.push_back({joined.begin, joined.end, joined.line, joined.lineEnd, tile});
    }
  }
  return blocks;
}

} // namespace popops::detail
