#pragma once
// Views (poplar::Tensor) from the inside. A view is one of
//
//   affine    element (i0, i1, …) is element  offset + i0*s0 + i1*s1 + …  of one variable
//   concat    parts side by side along one dimension
//   reshape   the elements of another view, in row-major order, under another shape
//
// Slices, shuffles, reversals and so on push through concat into affine parts, so a view of a view stays one of these.
// A reshape that joins dimensions which do not continue each other stays lazy. Its dimensions are then groups of those
// of a finer affine view (see Refined), and most functions work on the groups; only where no such view exists is the
// reshape taken apart into runs.
//
//     t = a{4,6}: affine, strides 6 1          t.dimShuffle({1,0}): affine, strides 1 6
//     t.dimShuffle({1,0}).flatten():           reshape of it: one dimension, the group of 6 and 4
#include <cstddef>
#include <cstdint>
#include <functional>
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
  std::vector<std::int64_t> strides; ///< Affine
  unsigned dimension = 0;            ///< Concat
  std::vector<poplar::Tensor> parts; ///< Concat: two or more, none empty; Reshape: one
  std::vector<std::size_t> starts;   ///< Concat: where each part begins along the dimension
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

/// A reshape of an affine view by way of a finer one: dimension d of the reshape is the dimensions
/// [first[d], first[d + 1]) of `base`, flattened; a dimension of size 1 may be no dimension of `base`.
struct Refined {
  poplar::Tensor base;
  std::vector<unsigned> first;
  unsigned groupSize(unsigned d) const { return first[d + 1] - first[d]; }
};
/// False when there is none: the view is no reshape, or one of a concatenation, or its dimensions cut across.
bool refine(const poplar::Tensor &t, Refined &refined);

/// Calls f(part) for the affine parts of a view, in no particular order, until it returns true; whether it did.
template <typename F> bool anyLeaf(const poplar::Tensor &t, F &&f) {
  if (TensorAccess::isAffine(t)) return f(t);
  for (const poplar::Tensor &part : TensorAccess::node(t).parts)
    if (anyLeaf(part, f)) return true;
  return false;
}
/// Affine parts of a view: what its memory grows with.
std::size_t pieceCount(const poplar::Tensor &t);

/// One run, when the view is consecutive elements of one variable (an empty view counts, with count 0).
bool singleRun(const poplar::Tensor &t, Run &run);
/// As singleRun, for any view; stops at the second run.
bool isContiguous(const poplar::Tensor &t);
/// Runs of the flattened view in order; neighbouring runs that continue each other are merged.
std::vector<StridedRun> stridedRuns(const poplar::Tensor &t);
std::vector<Run> contiguousRuns(const poplar::Tensor &t);
/// Calls f(run) for runs in the order of the view until it returns true; whether it did.
bool anyStridedRun(const poplar::Tensor &t, const std::function<bool(const StridedRun &)> &f);

inline bool inMemoryOrder(const Run &a, const Run &b) {
  return a.variable != b.variable ? a.variable < b.variable : a.offset < b.offset;
}

/// The distinct elements of an affine view, without dimensions of size 1 and repetition: strides positive, largest
/// first.
struct MemoryOrder {
  std::int64_t offset = 0;
  std::vector<std::size_t> dims;
  std::vector<std::int64_t> strides;
  std::vector<unsigned> from; ///< dimension of the view that each was
  std::uint64_t extent = 1;   ///< from the first element to past the last
  bool repeats = false;       ///< the view has each element more than once
  bool nested = false;        ///< rows do not reach into each other: this order is that of memory, each element once
};
MemoryOrder memoryOrder(const poplar::Tensor &affine);

/// Calls f(run) for the elements of a view: as few runs as possible, sorted within affine parts that are nested.
void forEachRunInMemory(const poplar::Tensor &t, const std::function<void(const Run &)> &f);
/// The elements of a view, each once, by variable and offset. `overlap`, if given, tells whether affine parts share
/// elements, or have some twice without repeating all.
std::vector<Run> distinctRuns(const poplar::Tensor &t, bool *overlap = nullptr);
std::size_t elementCount(std::span<const std::size_t> dims);

} // namespace popgraph
