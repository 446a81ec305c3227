#include <poplar/Tensor.hpp>

#include <algorithm>
#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>

#include "popgraph/graph/GraphState.hpp"
#include "popgraph/graph/View.hpp"

namespace poplar {

using popgraph::ElementType;
using popgraph::TensorAccess;
using popgraph::ViewNode;
using Dims = std::vector<std::size_t>;
using Strides = std::vector<std::int64_t>;

namespace {

std::string textOfShape(std::span<const std::size_t> dims) {
  std::string text = "[";
  for (std::size_t i = 0; i < dims.size(); ++i) text += (i ? "," : "") + std::to_string(dims[i]);
  return text + "]";
}

void checkValid(const Tensor &t, const char *function) {
  if (!t.valid()) throw poplar_error(fmt::format("Tensor::{} called on a tensor that refers to no variable", function));
}

void checkDim(const Tensor &t, std::size_t dimension, const char *function) {
  checkValid(t, function);
  if (dimension >= t.rank())
    throw index_error(fmt::format("Tensor::{}: dimension {} does not exist in a tensor of shape {}", function,
                                  dimension, t.shapeToString()));
}

void checkRank(std::size_t rank, const char *function) {
  if (rank > 255)
    throw poplar_error(fmt::format("Tensor::{}: {} dimensions; at most 255 are possible", function, rank));
}

Dims dimsOf(const Tensor &t) {
  const auto d = TensorAccess::dims(t);
  return Dims(d.begin(), d.end());
}

/// A finer view again under the dimensions of a reshape, of which dimension d now has the size n.
Tensor coarsen(const Tensor &fine, const Tensor &like, unsigned d, std::size_t n) {
  Dims dims = dimsOf(like);
  dims[d] = n;
  return TensorAccess::reshape(fine, dims);
}

/// Applies an affine change of one dimension, pushed down to the affine parts. `change(dims, strides, offset)` edits
/// the affine form; `onSplit(node)` handles a view that is a concatenation along that very dimension.
template <typename Change, typename OnSplit>
Tensor alongDimension(const Tensor &t, unsigned dimension, Change &&change, OnSplit &&onSplit) {
  switch (TensorAccess::kind(t)) {
  case ViewNode::Kind::Affine: {
    Dims dims = dimsOf(t);
    const auto s = TensorAccess::strides(t);
    Strides strides(s.begin(), s.end());
    std::int64_t offset = TensorAccess::offset(t);
    change(dims[dimension], strides[dimension], offset);
    return TensorAccess::affine(TensorAccess::graph(t), TensorAccess::type(t), TensorAccess::variable(t), offset, dims,
                                strides);
  }
  case ViewNode::Kind::Concat: {
    const ViewNode &node = TensorAccess::node(t);
    if (node.dimension == dimension) return onSplit(node);
    std::vector<Tensor> parts;
    for (const Tensor &part : node.parts) parts.push_back(alongDimension(part, dimension, change, onSplit));
    return TensorAccess::concat(std::move(parts), node.dimension);
  }
  case ViewNode::Kind::Reshape: break;
  }
  popgraph::Refined fine;
  if (popgraph::refine(t, fine) && fine.groupSize(dimension) <= 1) {
    const std::size_t at[] = {fine.first[dimension]};
    const Tensor base = fine.groupSize(dimension) == 1 ? fine.base : fine.base.expand(ArrayRef<std::size_t>(at, 1));
    const Tensor changed = alongDimension(base, fine.first[dimension], change, onSplit);
    return coarsen(changed, t, dimension, changed.dim(fine.first[dimension]));
  }
  return alongDimension(TensorAccess::restructure(t), dimension, change, onSplit);
}

/// Elements [begin, end) of the dimensions [level, last] of a finer view taken as one: whole boxes, in order.
void sliceGroup(const Tensor &fine, unsigned level, unsigned last, std::size_t begin, std::size_t end,
                std::vector<Tensor> &boxes) {
  if (begin == end) return;
  std::size_t row = 1; // elements of the group for each step of dimension `level`
  for (unsigned d = level + 1; d <= last; ++d) row *= fine.dim(d);
  const auto partRow = [&](std::size_t index, std::size_t from, std::size_t to) {
    sliceGroup(fine.slice(index, index + 1, level), level + 1, last, from, to, boxes);
  };
  const std::size_t first = (begin + row - 1) / row, past = end / row;
  if (first > past) return partRow(past, begin % row, end % row);
  if (begin % row != 0) partRow(begin / row, begin % row, row);
  if (first < past) boxes.push_back(fine.slice(first, past, level));
  if (end % row != 0) partRow(past, 0, end % row);
}

} // namespace

Tensor::Tensor() : graph_(nullptr), variable_(0), type_(0), rank_(0), offset_(0) {}

Type Tensor::elementType() const {
  checkValid(*this, "elementType");
  return popgraph::typeOf(TensorAccess::type(*this));
}

std::vector<std::size_t> Tensor::shape() const { return dimsOf(*this); }

std::size_t Tensor::dim(unsigned i) const {
  checkDim(*this, i, "dim");
  return node_ ? node_->dims[i] : dims_[i];
}

std::size_t Tensor::numElements() const {
  checkValid(*this, "numElements");
  return popgraph::elementCount(TensorAccess::dims(*this));
}

Tensor Tensor::operator[](std::size_t i) const {
  if (rank_ == 0 || i >= (node_ ? node_->dims[0] : dims_[0])) {
    checkValid(*this, "operator[]");
    throw index_error(fmt::format("Tensor::operator[]: index {} is outside a tensor of shape {}", i, shapeToString()));
  }
  if (!node_) { // the hot path of graph construction: copies only what the result has
    Tensor t;
    t.graph_ = graph_;
    t.variable_ = variable_;
    t.type_ = type_;
    t.rank_ = static_cast<std::uint8_t>(rank_ - 1);
    t.offset_ = offset_ + static_cast<std::int64_t>(i) * strides_[0];
    for (unsigned d = 0; d < t.rank_; ++d) t.dims_[d] = dims_[d + 1], t.strides_[d] = strides_[d + 1];
    return t;
  }
  const Dims dims = dimsOf(*this);
  return TensorAccess::reshape(slice(i, i + 1, 0), std::span<const std::size_t>(dims).subspan(1));
}

Tensor Tensor::slice(std::size_t begin, std::size_t end, unsigned dimension) const {
  if (dimension >= rank_ || begin > end || end > (node_ ? node_->dims[dimension] : dims_[dimension])) {
    checkDim(*this, dimension, "slice");
    throw index_error(fmt::format("Tensor::slice: [{}, {}) of dimension {} is outside a tensor of shape {}", begin, end,
                                  dimension, shapeToString()));
  }
  if (!node_) {
    Tensor t(*this);
    t.offset_ += static_cast<std::int64_t>(begin) * strides_[dimension];
    t.dims_[dimension] = end - begin;
    return t;
  }
  if (begin == 0 && end == node_->dims[dimension]) return *this;
  const Dims dims = dimsOf(*this);
  if (node_->kind == ViewNode::Kind::Reshape && dims[0] != 0 &&
      popgraph::elementCount(std::span<const std::size_t>(dims).first(dimension)) == 1) {
    const std::size_t row = popgraph::elementCount(std::span<const std::size_t>(dims).subspan(dimension + 1));
    Dims result = dims;
    result[dimension] = end - begin;
    return TensorAccess::reshape(TensorAccess::flatRange(*this, begin * row, end * row), result);
  }
  popgraph::Refined fine;
  if (begin < end && popgraph::refine(*this, fine) && fine.groupSize(dimension) > 1) {
    std::vector<Tensor> boxes;
    const unsigned level = fine.first[dimension], last = fine.first[dimension + 1] - 1;
    sliceGroup(fine.base, level, last, begin, end, boxes);
    for (Tensor &box : boxes) {
      std::size_t n = 1;
      for (unsigned d = level; d <= last; ++d) n *= box.dim(d);
      box = coarsen(box, *this, dimension, n);
    }
    return TensorAccess::concat(std::move(boxes), dimension);
  }
  return alongDimension(
      *this, dimension,
      [&](std::size_t &n, std::int64_t &stride, std::int64_t &offset) {
        n = end - begin;
        offset += static_cast<std::int64_t>(begin) * stride;
      },
      [&](const ViewNode &node) {
        // Concatenations may have very many parts: start at the one that holds `begin`.
        const auto after = std::upper_bound(node.starts.begin(), node.starts.end(), begin);
        std::vector<Tensor> parts;
        for (auto i = static_cast<std::size_t>(after - node.starts.begin()) - 1; i < node.parts.size(); ++i) {
          const std::size_t at = node.starts[i], n = node.parts[i].dim(node.dimension);
          if (at >= end) break;
          const std::size_t from = std::clamp(begin, at, at + n) - at, to = std::clamp(end, at, at + n) - at;
          if (from < to) parts.push_back(node.parts[i].slice(from, to, node.dimension));
        }
        if (parts.empty()) parts.push_back(node.parts.front().slice(0, 0, node.dimension));
        return TensorAccess::concat(std::move(parts), node.dimension);
      });
}

Tensor Tensor::slice(ArrayRef<std::size_t> begin, ArrayRef<std::size_t> end) const {
  checkValid(*this, "slice");
  if (begin.size() != end.size() || begin.size() > rank_)
    throw index_error(fmt::format("Tensor::slice: {} begins and {} ends for a tensor of shape {}", begin.size(),
                                  end.size(), shapeToString()));
  Tensor t = *this;
  for (unsigned d = 0; d < begin.size(); ++d) t = t.slice(begin[d], end[d], d);
  return t;
}

std::vector<Tensor> Tensor::slices(ArrayRef<Interval> intervals, unsigned dimension) const {
  std::vector<Tensor> result;
  for (const Interval &i : intervals) result.push_back(slice(i.begin(), i.end(), dimension));
  return result;
}

std::vector<Tensor> Tensor::slices(const std::vector<std::vector<Interval>> &intervals, unsigned dimension) const {
  std::vector<Tensor> result;
  for (const auto &list : intervals) {
    std::vector<Tensor> parts;
    for (const Interval &i : list) parts.push_back(slice(i.begin(), i.end(), dimension));
    result.push_back(parts.empty() ? slice(0, 0, dimension) : concat(parts, dimension));
  }
  return result;
}

std::vector<Tensor> Tensor::slices(ArrayRef<unsigned> indices, unsigned dimension) const {
  std::vector<Tensor> result;
  const std::size_t drop[] = {dimension};
  for (unsigned i : indices) result.push_back(slice(i, i + 1, dimension).squeeze(ArrayRef<std::size_t>(drop, 1)));
  return result;
}

Tensor Tensor::index(ArrayRef<std::size_t> indices) const {
  Tensor t = *this;
  for (std::size_t i : indices) t = t[i];
  return t;
}

Tensor Tensor::flatten() const {
  const std::size_t n = numElements();
  return TensorAccess::reshape(*this, std::span<const std::size_t>(&n, 1));
}

Tensor Tensor::flatten(unsigned dimBegin, unsigned dimEnd) const {
  checkValid(*this, "flatten");
  if (dimBegin > dimEnd || dimEnd > rank_)
    throw index_error(fmt::format("Tensor::flatten: dimensions [{}, {}) do not exist in a tensor of shape {}", dimBegin,
                                  dimEnd, shapeToString()));
  const Dims dims = dimsOf(*this);
  const std::size_t n = popgraph::elementCount(std::span<const std::size_t>(dims).subspan(dimBegin, dimEnd - dimBegin));
  return reshapePartial(dimBegin, dimEnd, ArrayRef<std::size_t>(&n, 1));
}

Tensor Tensor::reshape(ArrayRef<std::size_t> shape) const {
  checkValid(*this, "reshape");
  checkRank(shape.size(), "reshape");
  const std::span<const std::size_t> dims(shape.begin(), shape.size());
  if (popgraph::elementCount(dims) != numElements())
    throw poplar_error(fmt::format("Tensor::reshape: {} elements of shape {} cannot have the shape {}", numElements(),
                                   shapeToString(), textOfShape(dims)));
  return TensorAccess::reshape(*this, dims);
}

Tensor Tensor::reshapePartial(unsigned beginIndex, unsigned endIndex, ArrayRef<std::size_t> newDims) const {
  checkValid(*this, "reshapePartial");
  if (beginIndex > endIndex || endIndex > rank_)
    throw index_error(fmt::format("Tensor::reshapePartial: dimensions [{}, {}) do not exist in a tensor of shape {}",
                                  beginIndex, endIndex, shapeToString()));
  const Dims old = dimsOf(*this);
  Dims dims(old.begin(), old.begin() + beginIndex);
  dims.insert(dims.end(), newDims.begin(), newDims.end());
  dims.insert(dims.end(), old.begin() + endIndex, old.end());
  return reshape(dims);
}

Tensor Tensor::dimShuffle(ArrayRef<unsigned> permutation) const {
  checkValid(*this, "dimShuffle");
  std::vector<bool> seen(rank_, false);
  bool good = permutation.size() == rank_;
  for (unsigned d : permutation) {
    if (d >= rank_ || seen[d]) good = false;
    if (d < rank_) seen[d] = true;
  }
  if (!good)
    throw index_error(fmt::format("Tensor::dimShuffle: the argument is no permutation of the {} dimensions of {}",
                                  rank_, shapeToString()));
  const std::vector<unsigned> order(permutation.begin(), permutation.end());
  switch (TensorAccess::kind(*this)) {
  case ViewNode::Kind::Affine: {
    const auto d = TensorAccess::dims(*this);
    const auto s = TensorAccess::strides(*this);
    Dims dims(rank_);
    Strides strides(rank_);
    for (unsigned i = 0; i < rank_; ++i) dims[i] = d[order[i]], strides[i] = s[order[i]];
    return TensorAccess::affine(graph_, TensorAccess::type(*this), variable_, offset_, dims, strides);
  }
  case ViewNode::Kind::Concat: {
    std::vector<Tensor> parts;
    for (const Tensor &part : node_->parts) parts.push_back(part.dimShuffle(order));
    const auto place = std::find(order.begin(), order.end(), node_->dimension) - order.begin();
    return TensorAccess::concat(std::move(parts), static_cast<unsigned>(place));
  }
  case ViewNode::Kind::Reshape: break;
  }
  popgraph::Refined fine;
  if (!popgraph::refine(*this, fine)) return TensorAccess::restructure(*this).dimShuffle(order);
  std::vector<unsigned> fineOrder;
  Dims dims;
  for (unsigned d : order) {
    dims.push_back(node_->dims[d]);
    for (unsigned f = fine.first[d]; f < fine.first[d + 1]; ++f) fineOrder.push_back(f);
  }
  return TensorAccess::reshape(fine.base.dimShuffle(fineOrder), dims);
}

Tensor Tensor::dimShufflePartial(ArrayRef<unsigned> source, ArrayRef<unsigned> destination) const {
  checkValid(*this, "dimShufflePartial");
  const unsigned none = ~0u;
  std::vector<unsigned> order(rank_, none);
  std::vector<bool> moved(rank_, false);
  if (source.size() != destination.size())
    throw index_error(
        fmt::format("Tensor::dimShufflePartial: {} dimensions for {} places", source.size(), destination.size()));
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source[i] >= rank_ || destination[i] >= rank_ || order[destination[i]] != none || moved[source[i]])
      throw index_error(fmt::format("Tensor::dimShufflePartial: dimension {} to place {} does not fit shape {}",
                                    source[i], destination[i], shapeToString()));
    order[destination[i]] = source[i];
    moved[source[i]] = true;
  }
  unsigned next = 0;
  for (unsigned &place : order) {
    if (place != none) continue;
    while (moved[next]) ++next;
    place = next++;
  }
  return dimShuffle(order);
}

Tensor Tensor::dimRoll(unsigned dimension, unsigned newIndex) const {
  checkDim(*this, dimension, "dimRoll");
  checkDim(*this, newIndex, "dimRoll");
  return dimShufflePartial(ArrayRef<unsigned>(&dimension, 1), ArrayRef<unsigned>(&newIndex, 1));
}

Tensor Tensor::transpose() const {
  checkValid(*this, "transpose");
  if (rank_ != 2)
    throw index_error(fmt::format("Tensor::transpose: needs a tensor of rank 2, this has shape {}", shapeToString()));
  const unsigned order[] = {1, 0};
  return dimShuffle(ArrayRef<unsigned>(order, 2));
}

Tensor Tensor::expand(ArrayRef<std::size_t> indices) const {
  checkValid(*this, "expand");
  const Dims old = dimsOf(*this);
  Dims dims;
  for (std::size_t d = 0; d <= old.size(); ++d) {
    for (std::size_t i : indices) {
      if (i > old.size())
        throw index_error(fmt::format("Tensor::expand: place {} does not exist in shape {}", i, shapeToString()));
      if (i == d) dims.push_back(1);
    }
    if (d < old.size()) dims.push_back(old[d]);
  }
  checkRank(dims.size(), "expand");
  return TensorAccess::reshape(*this, dims);
}

Tensor Tensor::squeeze(ArrayRef<std::size_t> indices) const {
  checkValid(*this, "squeeze");
  const Dims old = dimsOf(*this);
  std::vector<bool> drop(old.size(), false);
  for (std::size_t i : indices) {
    if (i >= old.size() || old[i] != 1)
      throw index_error(fmt::format("Tensor::squeeze: dimension {} of shape {} is not of size 1", i, shapeToString()));
    drop[i] = true;
  }
  Dims dims;
  for (std::size_t d = 0; d < old.size(); ++d)
    if (!drop[d]) dims.push_back(old[d]);
  return TensorAccess::reshape(*this, dims);
}

Tensor Tensor::broadcast(unsigned n, unsigned dimension) const {
  checkDim(*this, dimension, "broadcast");
  if (n == 1) return *this;
  if (std::size_t count; __builtin_mul_overflow(numElements(), n, &count))
    throw index_error(fmt::format("Tensor::broadcast: {} times {} elements do not fit in 64 bits", n, numElements()));
  if (dim(dimension) == 1) {
    return alongDimension(
        *this, dimension,
        [&](std::size_t &size, std::int64_t &stride, std::int64_t &) {
          size = n;
          stride = 0;
        },
        [](const ViewNode &) -> Tensor { throw poplar_error("Tensor::broadcast: a view of size 1 has two parts"); });
  }
  const std::size_t at[] = {dimension};
  return expand(ArrayRef<std::size_t>(at, 1)).broadcast(n, dimension).flatten(dimension, dimension + 2);
}

Tensor Tensor::subSample(unsigned stride, unsigned dimension) const {
  checkDim(*this, dimension, "subSample");
  if (stride == 0) throw index_error("Tensor::subSample: the stride must be at least 1");
  popgraph::Refined fine;
  if (popgraph::refine(*this, fine) && fine.groupSize(dimension) > 1) {
    const unsigned last = fine.first[dimension + 1] - 1;
    if (fine.base.dim(last) % stride == 0)
      return coarsen(fine.base.subSample(stride, last), *this, dimension, dim(dimension) / stride);
  }
  return alongDimension(
      *this, dimension,
      [&](std::size_t &n, std::int64_t &step, std::int64_t &) {
        n = (n + stride - 1) / stride;
        step *= stride;
      },
      [&](const ViewNode &node) {
        std::vector<Tensor> parts;
        std::size_t at = 0;
        for (const Tensor &part : node.parts) {
          const std::size_t n = part.dim(node.dimension), skip = (stride - at % stride) % stride;
          if (skip < n) parts.push_back(part.slice(skip, n, node.dimension).subSample(stride, node.dimension));
          at += n;
        }
        return TensorAccess::concat(std::move(parts), node.dimension);
      });
}

Tensor Tensor::upsample(unsigned scale, unsigned dimension, UpsampleMethod) const {
  checkDim(*this, dimension, "upsample");
  if (scale == 0) return slice(0, 0, dimension);
  const std::size_t after[] = {dimension + std::size_t(1)};
  return expand(ArrayRef<std::size_t>(after, 1)).broadcast(scale, dimension + 1).flatten(dimension, dimension + 2);
}

Tensor Tensor::reverse(unsigned dimension) const {
  checkDim(*this, dimension, "reverse");
  popgraph::Refined fine;
  if (popgraph::refine(*this, fine)) {
    for (unsigned d = fine.first[dimension]; d < fine.first[dimension + 1]; ++d) fine.base = fine.base.reverse(d);
    return TensorAccess::reshape(fine.base, dimsOf(*this));
  }
  return alongDimension(
      *this, dimension,
      [&](std::size_t &n, std::int64_t &stride, std::int64_t &offset) {
        if (n > 0) offset += static_cast<std::int64_t>(n - 1) * stride;
        stride = -stride;
      },
      [&](const ViewNode &node) {
        std::vector<Tensor> parts;
        for (auto part = node.parts.rbegin(); part != node.parts.rend(); ++part)
          parts.push_back(part->reverse(node.dimension));
        return TensorAccess::concat(std::move(parts), node.dimension);
      });
}

Tensor Tensor::reinterpret(const Type &type) const {
  checkValid(*this, "reinterpret");
  const ElementType to = popgraph::elementTypeOf(type);
  if (popgraph::elementBytes(to) != popgraph::elementBytes(TensorAccess::type(*this)))
    throw type_error(
        fmt::format("Tensor::reinterpret: {} has another size than {}", type.toString(), elementType().toString()));
  return TensorAccess::withType(*this, to);
}

Tensor concat(ArrayRef<Tensor> tensors, unsigned dimension) {
  if (tensors.empty()) throw poplar_error("concat: needs at least one tensor");
  const Tensor &first = tensors[0];
  for (const Tensor &t : tensors) {
    checkDim(t, dimension, "concat");
    if (TensorAccess::graph(t) != TensorAccess::graph(first))
      throw poplar_error("concat: the tensors belong to different graphs");
    if (TensorAccess::type(t) != TensorAccess::type(first))
      throw type_error(fmt::format("concat: element types {} and {} differ", first.elementType().toString(),
                                   t.elementType().toString()));
    bool same = t.rank() == first.rank();
    for (unsigned d = 0; same && d < t.rank(); ++d) same = d == dimension || t.dim(d) == first.dim(d);
    if (!same)
      throw poplar_error(fmt::format("concat: shapes {} and {} differ outside dimension {}", first.shapeToString(),
                                     t.shapeToString(), dimension));
  }
  return TensorAccess::concat(std::vector<Tensor>(tensors.begin(), tensors.end()), dimension);
}

Tensor append(const Tensor &first, const Tensor &second, unsigned dimension) {
  checkDim(first, dimension, "append");
  checkValid(second, "append");
  if (second.rank() + 1 != first.rank())
    throw poplar_error(fmt::format("append: a tensor of shape {} cannot be appended to one of shape {}; it needs one "
                                   "dimension less",
                                   second.shapeToString(), first.shapeToString()));
  const std::size_t at[] = {dimension};
  return concat(first, second.expand(ArrayRef<std::size_t>(at, 1)), dimension);
}

} // namespace poplar
