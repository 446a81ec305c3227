#pragma once
// Where the elements of a matrix lie, as rectangles.
#include <poplar/Graph.hpp>
#include <poplar/Tensor.hpp>
#include <cstddef>
#include <vector>

namespace popops::detail {

/// A rectangle of a matrix that lies on one tile.
struct Block {
  std::size_t rowBegin, rowEnd, columnBegin, columnEnd;
  unsigned tile;
  std::size_t rows() const { return rowEnd - rowBegin; }
  std::size_t columns() const { return columnEnd - columnBegin; }
};

/// The blocks of a matrix {rows, columns}; together they cover it once. `rowMajor`: its elements lie row after row in
/// memory, so that looking at them in that order gives few, long pieces; otherwise column after column.
std::vector<Block> findBlocks(const poplar::Graph &graph, const poplar::Tensor &matrix, bool rowMajor);

} // namespace popops::detail
