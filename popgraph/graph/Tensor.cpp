#include <poplar/Tensor.hpp>

#include <algorithm>
#include <cstring>
#include <iostream>
#include <numeric>
#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>
#include <sstream>

#include "popgraph/graph/GraphState.hpp"
#include "popgraph/graph/View.hpp"

namespace poplar {

using popgraph::ElementType;
using popgraph::Run;
using popgraph::TensorAccess;
using popgraph::ViewNode;
using Dims = std::vector<std::size_t>;
using Strides = std::vector<std::int64_t>;

namespace {

std::string shapeText(std::span<const std::size_t> dims) {
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

Dims dimsOf(const Tensor &t) {
  const auto d = TensorAccess::dims(t);
  return Dims(d.begin(), d.end());
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
  return alongDimension(TensorAccess::restructure(t), dimension, change, onSplit);
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
  const std::span<const std::size_t> dims(shape.begin(), shape.size());
  if (popgraph::elementCount(dims) != numElements())
    throw poplar_error(fmt::format("Tensor::reshape: {} elements of shape {} cannot have the shape {}", numElements(),
                                   shapeToString(), shapeText(dims)));
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
  return TensorAccess::restructure(*this).dimShuffle(order);
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
  const std::size_t after[] = {dimension + std::size_t(1)};
  return expand(ArrayRef<std::size_t>(after, 1)).broadcast(scale, dimension + 1).flatten(dimension, dimension + 2);
}

Tensor Tensor::reverse(unsigned dimension) const {
  checkDim(*this, dimension, "reverse");
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

bool Tensor::isContiguous() const {
  checkValid(*this, "isContiguous");
  Run run;
  return popgraph::singleRun(*this, run) || popgraph::contiguousRuns(*this).size() <= 1;
}

bool Tensor::containsAliases() const {
  checkValid(*this, "containsAliases");
  Run run;
  if (popgraph::singleRun(*this, run)) return false;
  std::vector<Run> runs = popgraph::contiguousRuns(*this);
  std::sort(runs.begin(), runs.end(), [](const Run &a, const Run &b) {
    return a.variable != b.variable ? a.variable < b.variable : a.offset < b.offset;
  });
  for (std::size_t i = 1; i < runs.size(); ++i)
    if (runs[i].variable == runs[i - 1].variable && runs[i].offset < runs[i - 1].offset + runs[i - 1].count)
      return true;
  return false;
}

bool Tensor::containsConstant() const {
  checkValid(*this, "containsConstant");
  if (TensorAccess::isAffine(*this)) return numElements() > 0 && graph_->isConstant(variable_);
  for (const popgraph::StridedRun &run : popgraph::stridedRuns(*this))
    if (graph_->isConstant(run.variable)) return true;
  return false;
}

bool Tensor::isParallelWriteable() const { return !containsConstant() && !containsAliases(); }

bool Tensor::intersectsWith(const Tensor &other) const {
  checkValid(*this, "intersectsWith");
  checkValid(other, "intersectsWith");
  std::vector<Run> mine = popgraph::contiguousRuns(*this);
  const auto less = [](const Run &a, const Run &b) {
    return a.variable != b.variable ? a.variable < b.variable : a.offset < b.offset;
  };
  std::sort(mine.begin(), mine.end(), less);
  // Merge, so that the run that may reach into a place is the one before it.
  std::vector<Run> merged;
  for (const Run &run : mine) {
    if (!merged.empty() && merged.back().variable == run.variable &&
        run.offset <= merged.back().offset + merged.back().count)
      merged.back().count = std::max(merged.back().count, run.offset + run.count - merged.back().offset);
    else
      merged.push_back(run);
  }
  for (const Run &run : popgraph::contiguousRuns(other)) {
    auto after = std::lower_bound(merged.begin(), merged.end(), Run{run.variable, run.offset + run.count, 0}, less);
    if (after == merged.begin()) continue;
    const Run &candidate = *std::prev(after);
    if (candidate.variable == run.variable && candidate.offset + candidate.count > run.offset && run.count > 0)
      return true;
  }
  return false;
}

std::vector<Interval> Tensor::getContiguousRegions() const {
  checkValid(*this, "getContiguousRegions");
  std::vector<Interval> result;
  std::size_t at = 0;
  for (const Run &run : popgraph::contiguousRuns(*this)) {
    result.emplace_back(at, at + run.count);
    at += run.count;
  }
  return result;
}

std::vector<VariableInterval> Tensor::getVarRegions() const {
  checkValid(*this, "getVarRegions");
  std::vector<VariableInterval> result;
  for (const Run &run : popgraph::contiguousRuns(*this))
    result.emplace_back(VariableRef(run.variable, 0), Interval(run.offset, std::size_t(run.offset) + run.count));
  return result;
}

bool Tensor::constantValue(double &value) const {
  checkValid(*this, "getConstantValue");
  if (numElements() != 1) return false;
  const Run run = popgraph::contiguousRuns(*this).front();
  return graph_->constantValue(run.variable, run.offset, TensorAccess::type(*this), value);
}

std::string Tensor::shapeToString() const { return shapeText(TensorAccess::dims(*this)); }

std::string Tensor::getVarStr() const {
  checkValid(*this, "getVarStr");
  const auto runs = popgraph::stridedRuns(*this);
  return runs.empty() ? std::string() : graph_->variableName(runs.front().variable);
}

std::string Tensor::getDebugStr() const {
  if (!valid()) return "invalid tensor";
  std::ostringstream out;
  out << elementType().toString() << ' ' << shapeToString() << " of";
  std::size_t shown = 0;
  const auto runs = popgraph::stridedRuns(*this);
  for (const auto &run : runs) {
    if (++shown > 8) {
      out << " and " << runs.size() - 8 << " more";
      break;
    }
    out << ' ' << graph_->variableName(run.variable) << '[' << run.offset << ':' << run.count;
    if (run.stride != 1 && run.count > 1) out << " step " << run.stride;
    out << ']';
  }
  return out.str();
}

void Tensor::dump(std::ostream &out) const { out << getDebugStr() << '\n'; }
void Tensor::dump() const { dump(std::cout); }

void Tensor::dumpRegions(std::ostream &out) const {
  for (const VariableInterval &region : getVarRegions())
    out << graph_->variableName(region.var.id()) << '[' << region.interval.begin() << ',' << region.interval.end()
        << ")\n";
}
void Tensor::dumpRegions() const { dumpRegions(std::cout); }

bool operator==(const Tensor &a, const Tensor &b) {
  if (a.valid() != b.valid()) return false;
  if (!a.valid()) return true;
  return TensorAccess::graph(a) == TensorAccess::graph(b) && TensorAccess::type(a) == TensorAccess::type(b) &&
         a.shape() == b.shape() && popgraph::contiguousRuns(a) == popgraph::contiguousRuns(b);
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
  const std::size_t at[] = {dimension};
  return concat(first, second.expand(ArrayRef<std::size_t>(at, 1)), dimension);
}

std::ostream &operator<<(std::ostream &out, const Tensor &tensor) { return out << tensor.getDebugStr(); }

} // namespace poplar
