// Where the elements of a view are. Parts of a view that lie within one mapped range are never looked at in detail.
#include <algorithm>

#include "popgraph/graph/GraphState.hpp"
#include "popgraph/graph/View.hpp"

namespace popgraph {

using poplar::Tensor;

namespace {

class TileWalk {
public:
  TileWalk(const GraphTables &tables, const std::function<void(std::size_t, std::uint32_t)> &emit)
      : tables_(tables), emit_(emit) {}

  void walk(const Tensor &t) {
    Run run;
    if (singleRun(t, run)) return consecutive(tables_.mappingOf(run.variable), run.offset, run.offset + run.count);
    if (TensorAccess::kind(t) == ViewNode::Kind::Reshape) return walk(TensorAccess::node(t).parts.front());
    if (TensorAccess::isAffine(t)) {
      // Dimensions that continue each other are one.
      dims_.clear();
      strides_.clear();
      const auto dims = TensorAccess::dims(t);
      const auto strides = TensorAccess::strides(t);
      for (std::size_t d = 0; d < dims.size(); ++d) {
        if (dims[d] == 1) continue;
        if (!dims_.empty() && strides_.back() == strides[d] * static_cast<std::int64_t>(dims[d])) {
          dims_.back() *= dims[d];
          strides_.back() = strides[d];
        } else {
          dims_.push_back(dims[d]);
          strides_.push_back(strides[d]);
        }
      }
      return box(tables_.mappingOf(TensorAccess::variable(t)), TensorAccess::offset(t), 0);
    }
    const ViewNode &node = TensorAccess::node(t);
    if (elementCount(std::span(node.dims).first(node.dimension)) == 1) {
      for (const Tensor &part : node.parts) walk(part);
      return;
    }
    anyStridedRun(t, [&](const StridedRun &r) {
      dims_.assign(1, r.count);
      strides_.assign(1, r.stride);
      box(tables_.mappingOf(r.variable), r.offset, 0);
      return false;
    });
  }

private:
  using Ranges = std::vector<MappedRange>;

  void consecutive(const Ranges &ranges, std::uint32_t begin, std::uint32_t end) {
    forEachMapped(ranges, begin, end, hint_,
                  [&](std::uint32_t from, std::uint32_t to, std::uint32_t tile) { emit_(to - from, tile); });
  }

  /// The range or gap around an element: [begin, end) and its tile.
  MappedRange around(const Ranges &ranges, std::int64_t element) {
    const auto after = std::upper_bound(ranges.begin(), ranges.end(), element,
                                        [](std::int64_t e, const MappedRange &range) { return e < range.end; });
    if (after != ranges.end() && after->begin <= element) return *after;
    const std::uint32_t begin = after == ranges.begin() ? 0 : std::prev(after)->end;
    return {begin, after == ranges.end() ? 0xffffffffu : after->begin, kNoTile};
  }

  /// The dimensions from `level` on, beginning at `offset`.
  void box(const Ranges &ranges, std::int64_t offset, std::size_t level) {
    std::int64_t low = offset, high = offset;
    std::size_t count = 1;
    for (std::size_t d = level; d < dims_.size(); ++d) {
      const std::int64_t reach = static_cast<std::int64_t>(dims_[d] - 1) * strides_[d];
      (reach < 0 ? low : high) += reach;
      count *= dims_[d];
    }
    const MappedRange range = around(ranges, low);
    if (high < range.end) return emit_(count, range.tile);
    const std::int64_t stride = strides_[level];
    if (level + 1 < dims_.size()) {
      for (std::size_t i = 0; i < dims_[level]; ++i)
        box(ranges, offset + static_cast<std::int64_t>(i) * stride, level + 1);
      return;
    }
    for (std::size_t left = count; left > 0;) {
      const MappedRange here = around(ranges, offset);
      const std::int64_t room =
          stride > 0 ? (std::int64_t(here.end) - 1 - offset) / stride : (offset - std::int64_t(here.begin)) / -stride;
      const std::size_t take = std::min(left, static_cast<std::size_t>(room) + 1);
      emit_(take, here.tile);
      left -= take;
      offset += static_cast<std::int64_t>(take) * stride;
    }
  }

  const GraphTables &tables_;
  const std::function<void(std::size_t, std::uint32_t)> &emit_;
  std::size_t hint_ = 0;
  std::vector<std::size_t> dims_;
  std::vector<std::int64_t> strides_;
};

} // namespace

void forEachTile(const GraphTables &tables, const Tensor &tensor,
                 const std::function<void(std::size_t count, std::uint32_t tile)> &emit) {
  if (elementCount(TensorAccess::dims(tensor)) > 0) TileWalk(tables, emit).walk(tensor);
}

} // namespace popgraph
