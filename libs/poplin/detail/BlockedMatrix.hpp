#pragma once
// A matrix whose blocks lie in memory one after the other.
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Tensor.hpp>
#include <cstddef>

namespace poplin::detail {

/// Groups of {rows, columns}, cut into blocks of {rowBlock, columnBlock}; the last block along a dimension is smaller.
/// In memory: group after group, band of blocks after band, block after block, each block row after row.
class BlockedMatrix {
public:
  BlockedMatrix(poplar::Graph &graph, const poplar::Type &type, std::size_t groups, std::size_t rows,
                std::size_t columns, std::size_t rowBlock, std::size_t columnBlock,
                const poplar::DebugContext &debugContext);

  /// {groups, rows, columns}.
  const poplar::Tensor &view() const { return view_; }
  /// All elements in memory order.
  const poplar::Tensor &storage() const { return storage_; }
  std::size_t rowBlocks() const { return (rows_ + rowBlock_ - 1) / rowBlock_; }
  std::size_t columnBlocks() const { return (columns_ + columnBlock_ - 1) / columnBlock_; }
  /// Where a block starts in storage(), and how many elements it has.
  std::size_t blockOffset(std::size_t group, std::size_t row, std::size_t column) const;
  std::size_t blockSize(std::size_t row, std::size_t column) const;
  /// A block's elements, row after row: a slice of storage().
  poplar::Tensor block(std::size_t group, std::size_t row, std::size_t column) const;
  /// Up to `count` blocks of a band, which lie one after the other.
  poplar::Tensor blocks(std::size_t group, std::size_t row, std::size_t firstColumn, std::size_t count) const;

private:
  std::size_t rows_, columns_, rowBlock_, columnBlock_;
  poplar::Tensor storage_, view_;
};

} // namespace poplin::detail
