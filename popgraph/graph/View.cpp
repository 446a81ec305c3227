#include "popgraph/graph/View.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace popgraph {

using poplar::Tensor;

std::size_t elementCount(std::span<const std::size_t> dims) {
  return std::accumulate(dims.begin(), dims.end(), std::size_t(1), std::multiplies<>());
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
  std::vector<Tensor> merged;
  for (Tensor &part : parts) {
    if (elementCount(dims(part)) == 0) continue;
    if (kind(part) == ViewNode::Kind::Concat && node(part).dimension == dimension) {
      for (const Tensor &inner : node(part).parts)
        if (merged.empty() || !mergeAffine(merged.back(), inner, dimension)) merged.push_back(inner);
    } else if (merged.empty() || !mergeAffine(merged.back(), part, dimension)) {
      merged.push_back(part);
    }
  }
  if (merged.size() == 1) return merged.front();
  std::vector<std::size_t> shape(dims(parts.front()).begin(), dims(parts.front()).end());
  shape[dimension] = 0;
  for (const Tensor &part : parts) shape[dimension] += dims(part)[dimension];
  if (merged.empty()) {
    const std::vector<std::int64_t> strides(shape.size(), 0);
    const Tensor &first = parts.front();
    return affine(graph(first), type(first), isAffine(first) ? variable(first) : 0, 0, shape, strides);
  }
  ViewNode node;
  node.kind = ViewNode::Kind::Concat;
  node.dims = std::move(shape);
  node.dimension = dimension;
  node.parts = std::move(merged);
  std::size_t at = 0;
  for (const Tensor &part : node.parts) {
    node.starts.push_back(at);
    at += dims(part)[dimension];
  }
  return makeNode(parts.front(), std::move(node));
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

namespace {

template <typename F>
void affineRuns(std::uint32_t variable, std::int64_t offset, std::span<const std::size_t> dims,
                std::span<const std::int64_t> strides, F &&emit) {
  // Merge dimensions that continue each other, then count through the outer ones.
  std::size_t d[256];
  std::int64_t s[256];
  std::size_t n = 0;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0) return;
    if (dims[i] == 1) continue;
    if (n > 0 && s[n - 1] == strides[i] * static_cast<std::int64_t>(dims[i])) {
      d[n - 1] *= dims[i];
      s[n - 1] = strides[i];
    } else {
      d[n] = dims[i];
      s[n++] = strides[i];
    }
  }
  if (n == 0) {
    emit(StridedRun{variable, offset, 1, 1});
    return;
  }
  std::vector<std::size_t> index(n, 0);
  while (true) {
    emit(StridedRun{variable, offset, d[n - 1], s[n - 1]});
    std::size_t level = n - 1;
    while (level-- > 0) {
      offset += s[level];
      if (++index[level] < d[level]) break;
      offset -= s[level] * static_cast<std::int64_t>(d[level]);
      index[level] = 0;
    }
    if (level == std::size_t(-1)) return;
  }
}

template <typename F> void forEachRun(const Tensor &t, F &&emit) {
  switch (TensorAccess::kind(t)) {
  case ViewNode::Kind::Affine:
    affineRuns(TensorAccess::variable(t), TensorAccess::offset(t), TensorAccess::dims(t), TensorAccess::strides(t),
               emit);
    break;
  case ViewNode::Kind::Reshape: forEachRun(TensorAccess::node(t).parts.front(), emit); break;
  case ViewNode::Kind::Concat: {
    const ViewNode &node = TensorAccess::node(t);
    const std::function<void(const std::vector<Tensor> &, unsigned)> walk = [&](const std::vector<Tensor> &parts,
                                                                                unsigned outer) {
      if (outer == 0) {
        for (const Tensor &part : parts) forEachRun(part, emit);
        return;
      }
      const std::size_t n = TensorAccess::dims(parts.front())[0];
      std::vector<Tensor> rows(parts.size());
      for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t p = 0; p < parts.size(); ++p) rows[p] = parts[p][i];
        walk(rows, outer - 1);
      }
    };
    walk(node.parts, node.dimension);
    break;
  }
  }
}

} // namespace

bool singleRun(const Tensor &t, Run &run) {
  if (!TensorAccess::isAffine(t)) return false;
  const auto dims = TensorAccess::dims(t);
  const auto strides = TensorAccess::strides(t);
  std::int64_t expected = 1;
  std::size_t count = 1;
  for (std::size_t d = dims.size(); d-- > 0;) {
    count *= dims[d];
    if (dims[d] == 1) continue;
    if (strides[d] != expected && dims[d] != 0) {
      if (count == 0) break;
      // An empty view has no elements whose place could matter.
      if (elementCount(dims) != 0) return false;
    }
    expected = strides[d] * static_cast<std::int64_t>(dims[d]);
  }
  run = Run{TensorAccess::variable(t), static_cast<std::uint32_t>(TensorAccess::offset(t)),
            static_cast<std::uint32_t>(elementCount(dims))};
  return true;
}

std::vector<StridedRun> stridedRuns(const Tensor &t) {
  std::vector<StridedRun> runs;
  forEachRun(t, [&](const StridedRun &r) {
    if (!runs.empty()) {
      StridedRun &last = runs.back();
      if (last.variable == r.variable) {
        const std::int64_t next = last.offset + last.stride * static_cast<std::int64_t>(last.count);
        // A single element may continue any run; two single elements start one only when adjacent.
        if (r.offset == next && (r.count == 1 || (r.stride == last.stride))) {
          last.count += r.count;
          return;
        }
        if (last.count == 1 && r.stride == 1 && r.offset == last.offset + 1) {
          last.stride = 1;
          last.count += r.count;
          return;
        }
      }
    }
    runs.push_back(r);
  });
  return runs;
}

std::vector<Run> contiguousRuns(const Tensor &t) {
  std::vector<Run> runs;
  const auto add = [&](std::uint32_t variable, std::uint32_t offset, std::uint32_t count) {
    if (!runs.empty() && runs.back().variable == variable && runs.back().offset + runs.back().count == offset)
      runs.back().count += count;
    else
      runs.push_back(Run{variable, offset, count});
  };
  forEachRun(t, [&](const StridedRun &r) {
    if (r.stride == 1)
      add(r.variable, static_cast<std::uint32_t>(r.offset), static_cast<std::uint32_t>(r.count));
    else
      for (std::uint64_t i = 0; i < r.count; ++i)
        add(r.variable, static_cast<std::uint32_t>(r.offset + static_cast<std::int64_t>(i) * r.stride), 1);
  });
  return runs;
}

} // namespace popgraph
