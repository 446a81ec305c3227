#include "popgraph/graph/View.hpp"

#include <algorithm>
#include <functional>

namespace popgraph {

using poplar::Tensor;

std::size_t elementCount(std::span<const std::size_t> dims) {
  std::size_t count = 1;
  bool tooMany = false;
  for (const std::size_t d : dims) {
    if (d == 0) return 0;
    tooMany = __builtin_mul_overflow(count, d, &count) || tooMany;
  }
  return tooMany ? ~std::size_t(0) : count; // no wrapped product, which could pass for another tensor's
}

Tensor TensorAccess::affine(GraphState *graph, ElementType type, std::uint32_t variable, std::int64_t offset,
                            std::span<const std::size_t> dims, std::span<const std::int64_t> strides) {
  Tensor t;
  t.graph_ = graph;
  t.type_ = static_cast<std::uint8_t>(type);
  t.variable_ = variable;
  t.offset_ = offset;
  t.rank_ = static_cast<std::uint8_t>(dims.size());
  if (dims.size() <= Tensor::kInlineRank) {
    std::copy(dims.begin(), dims.end(), t.dims_);
    std::copy(strides.begin(), strides.end(), t.strides_);
  } else {
    auto node = std::make_shared<ViewNode>();
    node->dims.assign(dims.begin(), dims.end());
    node->strides.assign(strides.begin(), strides.end());
    t.node_ = std::move(node);
  }
  return t;
}

Tensor TensorAccess::whole(GraphState *graph, ElementType type, std::uint32_t variable,
                           std::span<const std::size_t> dims) {
  std::vector<std::int64_t> strides(dims.size());
  std::int64_t stride = 1;
  for (std::size_t d = dims.size(); d-- > 0;) {
    strides[d] = stride;
    stride *= static_cast<std::int64_t>(dims[d]);
  }
  return affine(graph, type, variable, 0, dims, strides);
}

namespace {

Tensor makeNode(const Tensor &like, ViewNode node) {
  return TensorAccess::withNode(like, std::make_shared<const ViewNode>(std::move(node)));
}

/// Tries to make `a` cover `a` and then `b` along `dimension`.
bool mergeAffine(Tensor &a, const Tensor &b, unsigned dimension) {
  if (!TensorAccess::isAffine(a) || !TensorAccess::isAffine(b)) return false;
  if (TensorAccess::variable(a) != TensorAccess::variable(b)) return false;
  const auto da = TensorAccess::dims(a), db = TensorAccess::dims(b);
  const auto sa = TensorAccess::strides(a), sb = TensorAccess::strides(b);
  for (std::size_t d = 0; d < da.size(); ++d)
    if (d != dimension && da[d] > 1 && sa[d] != sb[d]) return false;
  const std::int64_t delta = TensorAccess::offset(b) - TensorAccess::offset(a);
  std::int64_t stride;
  if (da[dimension] > 1) {
    stride = sa[dimension];
    if (db[dimension] > 1 && sb[dimension] != stride) return false;
  } else {
    stride = db[dimension] > 1 ? sb[dimension] : delta;
  }
  if (delta != stride * static_cast<std::int64_t>(da[dimension])) return false;
  std::vector<std::size_t> dims(da.begin(), da.end());
  std::vector<std::int64_t> strides(sa.begin(), sa.end());
  for (std::size_t d = 0; d < dims.size(); ++d)
    if (d != dimension && dims[d] == 1) strides[d] = 0;
  dims[dimension] += db[dimension];
  strides[dimension] = stride;
  a = TensorAccess::affine(TensorAccess::graph(a), TensorAccess::type(a), TensorAccess::variable(a),
                           TensorAccess::offset(a), dims, strides);
  return true;
}

/// Strides of an affine view under another shape, when it stays affine.
bool reshapeStrides(std::span<const std::size_t> dims, std::span<const std::int64_t> strides,
                    std::span<const std::size_t> newDims, std::vector<std::int64_t> &newStrides) {
  newStrides.assign(newDims.size(), 0);
  std::vector<std::size_t> d;
  std::vector<std::int64_t> s;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 1) continue;
    if (!d.empty() && s.back() == strides[i] * static_cast<std::int64_t>(dims[i])) {
      d.back() *= dims[i];
      s.back() = strides[i];
    } else {
      d.push_back(dims[i]);
      s.push_back(strides[i]);
    }
  }
  // Each merged dimension must be the product of a run of new dimensions.
  std::size_t group = d.size(), left = 1;
  std::int64_t stride = 0;
  for (std::size_t i = newDims.size(); i-- > 0;) {
    if (newDims[i] == 1) continue;
    if (left == 1) {
      if (group == 0) return false;
      --group;
      left = d[group];
      stride = s[group];
    }
    if (left % newDims[i] != 0) return false;
    newStrides[i] = stride;
    stride *= static_cast<std::int64_t>(newDims[i]);
    left /= newDims[i];
  }
  return left == 1 && group == 0;
}

} // namespace

Tensor TensorAccess::withNode(const Tensor &like, std::shared_ptr<const ViewNode> node) {
  Tensor t = like;
  t.rank_ = static_cast<std::uint8_t>(node->dims.size());
  t.node_ = std::move(node);
  return t;
}

Tensor TensorAccess::concat(std::vector<Tensor> parts, unsigned dimension) {
  std::vector<std::size_t> shape(dims(parts.front()).begin(), dims(parts.front()).end());
  shape[dimension] = 0;
  for (const Tensor &part : parts) shape[dimension] += dims(part)[dimension];
  const Tensor first = parts.front();
  std::vector<Tensor> merged;
  merged.reserve(parts.size());
  for (Tensor &part : parts) {
    if (elementCount(dims(part)) == 0) continue;
    if (kind(part) == ViewNode::Kind::Concat && node(part).dimension == dimension) {
      for (const Tensor &inner : node(part).parts)
        if (merged.empty() || !mergeAffine(merged.back(), inner, dimension)) merged.push_back(inner);
    } else if (merged.empty() || !mergeAffine(merged.back(), part, dimension)) {
      merged.push_back(std::move(part));
    }
  }
  if (merged.size() == 1) return merged.front();
  if (merged.empty()) {
    const std::vector<std::int64_t> strides(shape.size(), 0);
    return affine(graph(first), type(first), isAffine(first) ? variable(first) : 0, 0, shape, strides);
  }
  ViewNode node;
  node.kind = ViewNode::Kind::Concat;
  node.dims = std::move(shape);
  node.dimension = dimension;
  node.parts = std::move(merged);
  node.starts.reserve(node.parts.size());
  std::size_t at = 0;
  for (const Tensor &part : node.parts) {
    node.starts.push_back(at);
    at += dims(part)[dimension];
  }
  return makeNode(first, std::move(node));
}

Tensor TensorAccess::reshape(const Tensor &t, std::span<const std::size_t> newDims) {
  const auto old = dims(t);
  if (std::equal(old.begin(), old.end(), newDims.begin(), newDims.end())) return t;
  if (isAffine(t)) {
    std::vector<std::int64_t> newStrides(newDims.size(), 0);
    if (elementCount(old) == 0 || reshapeStrides(old, strides(t), newDims, newStrides))
      return affine(graph(t), type(t), variable(t), offset(t), newDims, newStrides);
  } else if (kind(t) == ViewNode::Kind::Concat) {
    // The parts can be reshaped one by one when some new dimension splits at the same places.
    const ViewNode &n = node(t);
    const std::size_t outer = elementCount(old.first(n.dimension));
    const std::size_t inner = elementCount(old.subspan(n.dimension + 1));
    std::size_t before = 1;
    for (std::size_t j = 0; j < newDims.size() && before <= outer; before *= newDims[j], ++j) {
      const std::size_t after = elementCount(newDims.subspan(j + 1));
      if (before != outer || after == 0) continue;
      if (!std::all_of(n.parts.begin(), n.parts.end(),
                       [&](const Tensor &p) { return dims(p)[n.dimension] * inner % after == 0; }))
        continue;
      std::vector<Tensor> parts;
      std::vector<std::size_t> partDims(newDims.begin(), newDims.end());
      for (const Tensor &part : n.parts) {
        partDims[j] = dims(part)[n.dimension] * inner / after;
        parts.push_back(reshape(part, partDims));
      }
      return concat(std::move(parts), static_cast<unsigned>(j));
    }
  } else {
    return reshape(node(t).parts.front(), newDims);
  }
  ViewNode node;
  node.kind = ViewNode::Kind::Reshape;
  node.dims.assign(newDims.begin(), newDims.end());
  node.parts = {t};
  return makeNode(t, std::move(node));
}

Tensor TensorAccess::withType(const Tensor &t, ElementType type) {
  Tensor result = t;
  result.type_ = static_cast<std::uint8_t>(type);
  if (t.node_ && !t.node_->parts.empty()) {
    ViewNode node = *t.node_;
    for (Tensor &part : node.parts) part = withType(part, type);
    result.node_ = std::make_shared<const ViewNode>(std::move(node));
  }
  return result;
}

Tensor TensorAccess::flatRange(const Tensor &t, std::size_t begin, std::size_t end) {
  const std::size_t flat[] = {end - begin};
  const auto shape = dims(t);
  if (begin == 0 && end == elementCount(shape)) return reshape(t, flat);
  if (kind(t) == ViewNode::Kind::Reshape) return flatRange(node(t).parts.front(), begin, end);
  std::size_t d = 0;
  while (d < shape.size() && shape[d] == 1) ++d;
  if (begin == end || d == shape.size()) {
    const std::int64_t zero[] = {0};
    const Tensor &leaf = t;
    return affine(graph(t), type(t), isAffine(leaf) ? variable(leaf) : 0, 0, flat, zero);
  }
  // Split into the part rows at both ends and the whole rows between.
  const unsigned dimension = static_cast<unsigned>(d);
  const std::size_t row = elementCount(shape.subspan(d + 1));
  const std::size_t first = (begin + row - 1) / row, last = end / row;
  std::vector<Tensor> parts;
  const auto partRow = [&](std::size_t index, std::size_t from, std::size_t to) {
    if (from < to) parts.push_back(flatRange(t.slice(index, index + 1, dimension), from, to));
  };
  if (begin / row == end / row) {
    partRow(begin / row, begin % row, end % row);
  } else {
    if (begin % row != 0) partRow(begin / row, begin % row, row);
    if (first < last) {
      const std::size_t whole[] = {(last - first) * row};
      parts.push_back(reshape(t.slice(first, last, dimension), whole));
    }
    if (end % row != 0) partRow(last, 0, end % row);
  }
  return concat(std::move(parts), 0);
}

std::size_t pieceCount(const Tensor &t) {
  std::size_t count = 0;
  anyLeaf(t, [&](const Tensor &) { return ++count, false; });
  return count;
}

bool refine(const Tensor &t, Refined &refined) {
  if (TensorAccess::kind(t) != ViewNode::Kind::Reshape) return false;
  const Tensor &inner = TensorAccess::node(t).parts.front();
  if (!TensorAccess::isAffine(inner)) return false;
  const auto from = TensorAccess::dims(inner), to = TensorAccess::dims(t);
  // Walk both shapes from the right and split where either has a boundary.
  std::vector<std::size_t> fine;                 // innermost first
  std::vector<unsigned> after(to.size() + 1, 0); // dimensions of `fine` that belong to later dimensions of `to`
  std::size_t i = from.size(), left = 1;
  for (std::size_t d = to.size(); d-- > 0;) {
    for (std::size_t need = to[d]; need > 1;) {
      while (left == 1 && i > 0) left = from[--i];
      const std::size_t step = std::min(left, need);
      if (step <= 1 || left % step != 0 || need % step != 0) return false;
      fine.push_back(step);
      left /= step;
      need /= step;
    }
    after[d] = static_cast<unsigned>(fine.size());
  }
  if (left != 1) return false;
  const auto n = static_cast<unsigned>(fine.size());
  std::reverse(fine.begin(), fine.end());
  refined.base = TensorAccess::reshape(inner, fine);
  if (!TensorAccess::isAffine(refined.base)) return false;
  refined.first.clear();
  for (unsigned places : after) refined.first.push_back(n - places);
  return true;
}

Tensor TensorAccess::restructure(const Tensor &t) {
  if (kind(t) != ViewNode::Kind::Reshape) return t;
  const auto shape = dims(t);
  const std::vector<StridedRun> runs = stridedRuns(t);
  std::size_t run = 0, used = 0;
  // Takes the next elements of the run list and builds dimension `level` and those inside it.
  const std::function<Tensor(std::size_t)> build = [&](std::size_t level) -> Tensor {
    std::vector<Tensor> parts;
    if (level + 1 == shape.size()) {
      std::size_t need = shape[level];
      while (need > 0) {
        const StridedRun &r = runs[run];
        const std::size_t take = std::min<std::size_t>(need, r.count - used);
        const std::size_t length[] = {take};
        const std::int64_t stride[] = {r.stride};
        parts.push_back(affine(graph(t), type(t), r.variable, r.offset + static_cast<std::int64_t>(used) * r.stride,
                               length, stride));
        need -= take;
        used += take;
        if (used == r.count) ++run, used = 0;
      }
    } else {
      for (std::size_t i = 0; i < shape[level]; ++i) {
        const std::size_t front[] = {0};
        parts.push_back(build(level + 1).expand(poplar::ArrayRef<std::size_t>(front, 1)));
      }
    }
    return concat(std::move(parts), 0);
  };
  return build(0);
}

} // namespace popgraph
