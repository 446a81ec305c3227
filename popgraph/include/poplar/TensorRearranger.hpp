#ifndef poplar_TensorRearranger_hpp
#define poplar_TensorRearranger_hpp
/// \file
/// A permutation that brings a tensor into the order of its variables.

#include <cstddef>
#include <vector>

#include <poplar/ArrayRef.hpp>
#include <poplar/Interval.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>

namespace poplar {

/// Made by Graph::getSimplifyingRearranger: permutes the elements of flat tensors of one size, and back. Permuting
/// several tensors alike keeps element-wise operations between them right.
class POPLAR_API TensorRearranger {
public:
  /// Of no elements.
  TensorRearranger() = default;
  /// Number of elements of the tensors that it permutes.
  std::size_t numElements() const;
  /// The elements of a tensor of rank 1 in the new order. Throws poplar_error for another shape.
  Tensor rearrange(const Tensor &tensor) const;
  /// The opposite of rearrange().
  Tensor undoRearrangement(const Tensor &tensor) const;
  /// Where intervals of the old order are in the new one; each may come apart.
  std::vector<Interval> rearrange(ArrayRef<Interval> intervals) const;
  /// Where intervals of the new order are in the old one.
  std::vector<Interval> undoRearrangement(ArrayRef<Interval> intervals) const;

private:
  friend class Graph;
  // Intervals of the old order, in the new order.
  std::vector<Interval> order_;
};

} // namespace poplar

#endif
