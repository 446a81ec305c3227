#include "libs/poplin/detail/BlockedMatrix.hpp"
#include <algorithm>
#include <vector>

namespace poplin::detail {

using poplar::Tensor;

BlockedMatrix::BlockedMatrix(poplar::Graph &graph, const poplar::Type &type, std::size_t groups, std::size_t rows,
                             std::size_t columns, std::size_t rowBlock, std::size_t columnBlock,
                             const poplar::DebugContext &debugContext)
    : rows_(rows), columns_(columns), rowBlock_(std::max<std::size_t>(1, rowBlock)),
      columnBlock_(std::max<std::size_t>(1, columnBlock)),
      storage_(graph.addVariable(type, {groups * rows * columns}, debugContext)) {
  if (groups * rows * columns == 0) {
    view_ = storage_.reshape({groups, rows, columns});
    return;
  }
  // Bands of blocks, each a row of blocks: a slice of the view then finds its blocks without looking at all others.
  std::vector<Tensor> matrices, bands, blocks;
  for (std::size_t g = 0; g != groups; ++g) {
    bands.clear();
    for (std::size_t r = 0; r != rowBlocks(); ++r) {
      const std::size_t blockRows = std::min(rows_, (r + 1) * rowBlock_) - r * rowBlock_;
      blocks.clear();
      for (std::size_t c = 0; c != columnBlocks(); ++c)
        blocks.push_back(block(g, r, c).reshape({blockRows, blockSize(r, c) / blockRows}));
      bands.push_back(blocks.size() == 1 ? blocks[0] : poplar::concat(blocks, 1));
    }
    matrices.push_back((bands.size() == 1 ? bands[0] : poplar::concat(bands, 0)).expand({0}));
  }
  view_ = matrices.size() == 1 ? matrices[0] : poplar::concat(matrices, 0);
}

std::size_t BlockedMatrix::blockOffset(std::size_t group, std::size_t row, std::size_t column) const {
  const std::size_t rowBegin = row * rowBlock_, bandRows = std::min(rows_, rowBegin + rowBlock_) - rowBegin;
  return (group * rows_ + rowBegin) * columns_ + bandRows * column * columnBlock_;
}

std::size_t BlockedMatrix::blockSize(std::size_t row, std::size_t column) const {
  return (std::min(rows_, (row + 1) * rowBlock_) - row * rowBlock_) *
         (std::min(columns_, (column + 1) * columnBlock_) - column * columnBlock_);
}

Tensor BlockedMatrix::block(std::size_t group, std::size_t row, std::size_t column) const {
  const std::size_t begin = blockOffset(group, row, column);
  return storage_.slice(begin, begin + blockSize(row, column));
}

Tensor BlockedMatrix::blocks(std::size_t group, std::size_t row, std::size_t firstColumn, std::size_t count) const {
  const std::size_t last = std::min(firstColumn + count, columnBlocks()) - 1;
  return storage_.slice(blockOffset(group, row, firstColumn), blockOffset(group, row, last) + blockSize(row, last));
}

} // namespace poplin::detail
