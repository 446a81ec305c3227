#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/Api.hpp>
#include <cstddef>
#include <vector>

namespace popops {

/// A circular buffer of the last `size` tensors of one shape. It refers to the graph, which must outlive it.
class POPLAR_API CircBuf {
public:
  /// An empty buffer of `size` tensors; the position starts so that the first add() stores to place 0. Throws
  /// poputil::poplibs_error for a size of 0.
  CircBuf(poplar::Graph &graph, const poplar::Type &dataType, unsigned size, const std::vector<std::size_t> &shape,
          const poplar::DebugContext &debugContext = {});
  /// What was added `i` adds before the last one, as a new tensor; 0 is the last. Throws poputil::poplibs_error when
  /// `i` is not below the size.
  poplar::Tensor prev(unsigned i, poplar::program::Sequence &seq, const poplar::DebugContext &debugContext = {});
  /// Stores `t`, which has the shape and type of the buffer, in place of the oldest.
  void add(const poplar::Tensor &t, poplar::program::Sequence &seq, const poplar::DebugContext &debugContext = {});
  /// Place of the last one added: UNSIGNED_INT {1}.
  poplar::Tensor getIndex() const { return index_; }
  /// How many tensors the buffer holds.
  unsigned size() const { return size_; }
  /// Where the elements of one of the tensors lie.
  poplar::Graph::TileToTensorMapping getTileMapping() const;

private:
  poplar::Graph &graph_;
  unsigned size_;
  std::vector<std::size_t> shape_;
  poplar::Tensor index_, history_;
};

} // namespace popops
