#pragma once
// Views (poplar::Tensor) from the inside. A view is one of
//
//   affine    element (i0, i1, …) is element  offset + i0*s0 + i1*s1 + …  of one variable
//   concat    parts side by side along one dimension
//   reshape   the elements of another view, in row-major order, under another shape
//
// Slices, shuffles, reversals and so on push through concat into affine parts, so a view of a view stays one of these.
// Only a reshape that cuts across strides stays lazy; it is taken apart when something slices inside it.
//
//     t = a{4,6}: affine, strides 6 1          t.dimShuffle({1,0}): affine, strides 1 6
//     t.dimShuffle({1,0}).flatten():           reshape of it   (24 elements, still no per-element memory)
#include <cstddef>
#include <cstdint>
#include <memory>
#include <poplar/Tensor.hpp>
#include <span>
#include <vector>

#include "popgraph/base/Types.hpp"

namespace popgraph {

struct ViewNode {
  enum class Kind : std::uint8_t { Affine, Concat, Reshape };
  Kind kind = Kind::Affine;
  std::vector<std::size_t> dims;
  std::vector<std::int64_t> strides;  ///< Affine
  unsigned dimension = 0;             ///< Concat
  std::vector<poplar::Tensor> parts;  ///< Concat: two or more, none empty; Reshape: one
  std::vector<std::size_t> starts;    ///< Concat: where each part begins along the dimension
};

/// `count` elements of a variable, `stride` apart, the first at `offset`.
struct StridedRun {
  std::uint32_t variable;
  std::int64_t offset;
  std::uint64_t count;
  std::int64_t stride;
};

/// [offset, offset + count) of a variable.
struct Run {
  std::uint32_t variable;
  std::uint32_t offset;
  std::uint32_t count;
  friend bool operator==(const Run &, const Run &) = default;
};

/// Opens poplar::Tensor to the core.
struct TensorAccess {
  using Tensor = poplar::Tensor;
  static GraphState *graph(const Tensor &t) { return t.graph_; }
  static ElementType type(const Tensor &t) { return static_cast<ElementType>(t.type_); }
  static ViewNode::Kind kind(const Tensor &t) { return t.node_ ? t.node_->kind : ViewNode::Kind::Affine; }
  static bool isAffine(const Tensor &t) { return kind(t) == ViewNode::Kind::Affine; }
  static std::span<const std::size_t> dims(const Tensor &t) {
    return t.node_ ? std::span<const std::size_t>(t.node_->dims) : std::span<const std::size_t>(t.dims_, t.rank_);
  }
  /// Of an affine view.
  static std::span<const std::int64_t> strides(const Tensor &t) {
    return t.node_ ? std::span<const std::int64_t>(t.node_->strides)
                   : std::span<const std::int64_t>(t.strides_, t.rank_);
  }
  static std::uint32_t variable(const Tensor &t) { return t.variable_; }
  static std::int64_t offset(const Tensor &t) { return t.offset_; }
  static const ViewNode &node(const Tensor &t) { return *t.node_; }

  static Tensor affine(GraphState *graph, ElementType type, std::uint32_t variable, std::int64_t offset,
                       std::span<const std::size_t> dims, std::span<const std::int64_t> strides);
  /// Row-major view of a whole variable.
  static Tensor whole(GraphState *graph, ElementType type, std::uint32_t variable, std::span<const std::size_t> dims);
  /// Joins parts (equal graph, type and other dimensions); merges neighbours that are one affine view.
  static Tensor concat(std::vector<Tensor> parts, unsigned dimension);
  static Tensor reshape(const Tensor &t, std::span<const std::size_t> dims);
  static Tensor withType(const Tensor &t, ElementType type);
  /// Graph and type of `like`, the rest from the node.
  static Tensor withNode(const Tensor &like, std::shared_ptr<const ViewNode> node);
  /// Elements [begin, end) of the flattened view, as rank 1.
  static Tensor flatRange(const Tensor &t, std::size_t begin, std::size_t end);
  /// The same view without a reshape node at the top.
  static Tensor restructure(const Tensor &t);
};

/// One run, when the view is consecutive elements of one variable (an empty view counts, with count 0).
bool singleRun(const poplar::Tensor &t, Run &run);
/// Runs of the flattened view in order; neighbouring runs that continue each other are merged.
std::vector<StridedRun> stridedRuns(const poplar::Tensor &t);
std::vector<Run> contiguousRuns(const poplar::Tensor &t);
std::size_t elementCount(std::span<const std::size_t> dims);

} // namespace popgraph
