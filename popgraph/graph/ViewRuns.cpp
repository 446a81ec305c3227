// The elements of a view: runs in the order of the view, and runs in the order of memory.
#include <algorithm>
#include <functional>

#include "popgraph/graph/View.hpp"

namespace popgraph {

using poplar::Tensor;

namespace {

/// Calls emit(run) for the rows of an affine view until it returns false. Dimensions that continue each other are one.
template <typename F>
bool affineRuns(std::uint32_t variable, std::int64_t offset, std::span<const std::size_t> dims,
                std::span<const std::int64_t> strides, F &&emit) {
  std::size_t d[256];
  std::int64_t s[256];
  std::size_t n = 0;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0) return true;
    if (dims[i] == 1) continue;
    if (n > 0 && s[n - 1] == strides[i] * static_cast<std::int64_t>(dims[i])) {
      d[n - 1] *= dims[i];
      s[n - 1] = strides[i];
    } else {
      d[n] = dims[i];
      s[n++] = strides[i];
    }
  }
  if (n == 0) return emit(StridedRun{variable, offset, 1, 1});
  std::vector<std::size_t> index(n, 0);
  while (true) {
    if (!emit(StridedRun{variable, offset, d[n - 1], s[n - 1]})) return false;
    std::size_t level = n - 1;
    while (level-- > 0) {
      offset += s[level];
      if (++index[level] < d[level]) break;
      offset -= s[level] * static_cast<std::int64_t>(d[level]);
      index[level] = 0;
    }
    if (level == std::size_t(-1)) return true;
  }
}

/// Calls emit(run) for the runs of the flattened view in order until it returns false.
template <typename F> bool forEachRun(const Tensor &t, F &&emit) {
  switch (TensorAccess::kind(t)) {
  case ViewNode::Kind::Affine:
    return affineRuns(TensorAccess::variable(t), TensorAccess::offset(t), TensorAccess::dims(t),
                      TensorAccess::strides(t), emit);
  case ViewNode::Kind::Reshape: return forEachRun(TensorAccess::node(t).parts.front(), emit);
  case ViewNode::Kind::Concat: break;
  }
  const ViewNode &node = TensorAccess::node(t);
  const std::function<bool(const std::vector<Tensor> &, unsigned)> walk = [&](const std::vector<Tensor> &parts,
                                                                              unsigned outer) {
    if (outer == 0)
      return std::all_of(parts.begin(), parts.end(), [&](const Tensor &part) { return forEachRun(part, emit); });
    const std::size_t n = TensorAccess::dims(parts.front())[0];
    std::vector<Tensor> rows(parts.size());
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t p = 0; p < parts.size(); ++p) rows[p] = parts[p][i];
      if (!walk(rows, outer - 1)) return false;
    }
    return true;
  };
  return walk(node.parts, node.dimension);
}

/// Splits strided runs into consecutive elements and joins neighbours; calls emit(run) until it returns false.
template <typename F> void forEachContiguousRun(const Tensor &t, F &&emit) {
  Run open{0, 0, 0};
  const auto add = [&](std::uint32_t variable, std::int64_t offset, std::uint64_t count) {
    const auto begin = static_cast<std::uint32_t>(offset), size = static_cast<std::uint32_t>(count);
    if (open.count > 0 && open.variable == variable && open.offset + open.count == begin) {
      open.count += size;
      return true;
    }
    const bool more = open.count == 0 || emit(open);
    open = Run{variable, begin, size};
    return more;
  };
  const bool all = forEachRun(t, [&](const StridedRun &r) {
    if (r.stride == 1) return add(r.variable, r.offset, r.count);
    for (std::uint64_t i = 0; i < r.count; ++i)
      if (!add(r.variable, r.offset + static_cast<std::int64_t>(i) * r.stride, 1)) return false;
    return true;
  });
  if (all && open.count > 0) emit(open);
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

bool isContiguous(const Tensor &t) {
  std::size_t runs = 0;
  forEachContiguousRun(t, [&](const Run &) { return ++runs < 2; });
  return runs < 2;
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
          return true;
        }
        if (last.count == 1 && r.stride == 1 && r.offset == last.offset + 1) {
          last.stride = 1;
          last.count += r.count;
          return true;
        }
      }
    }
    runs.push_back(r);
    return true;
  });
  return runs;
}

bool anyStridedRun(const Tensor &t, const std::function<bool(const StridedRun &)> &f) {
  return !forEachRun(t, [&](const StridedRun &run) { return !f(run); });
}

std::vector<Run> contiguousRuns(const Tensor &t) {
  std::vector<Run> runs;
  forEachContiguousRun(t, [&](const Run &run) {
    runs.push_back(run);
    return true;
  });
  return runs;
}

MemoryOrder memoryOrder(const Tensor &affine) {
  MemoryOrder order;
  order.offset = TensorAccess::offset(affine);
  const auto dims = TensorAccess::dims(affine);
  const auto strides = TensorAccess::strides(affine);
  for (unsigned d = 0; d < dims.size(); ++d) {
    if (dims[d] <= 1) continue;
    if (strides[d] == 0) {
      order.repeats = true;
      continue;
    }
    if (strides[d] < 0) order.offset += static_cast<std::int64_t>(dims[d] - 1) * strides[d];
    order.from.push_back(d);
  }
  std::stable_sort(order.from.begin(), order.from.end(),
                   [&](unsigned a, unsigned b) { return std::abs(strides[a]) > std::abs(strides[b]); });
  for (unsigned d : order.from) {
    order.dims.push_back(dims[d]);
    order.strides.push_back(std::abs(strides[d]));
  }
  order.nested = true;
  std::int64_t extent = 1;
  for (std::size_t i = order.dims.size(); i-- > 0;) {
    order.nested = order.nested && order.strides[i] >= extent;
    extent += static_cast<std::int64_t>(order.dims[i] - 1) * order.strides[i];
  }
  order.extent = static_cast<std::uint64_t>(extent);
  return order;
}

void forEachRunInMemory(const Tensor &t, const std::function<void(const Run &)> &f) {
  if (elementCount(TensorAccess::dims(t)) == 0) return;
  anyLeaf(t, [&](const Tensor &leaf) {
    Run whole;
    if (singleRun(leaf, whole)) {
      f(whole);
      return false;
    }
    const MemoryOrder order = memoryOrder(leaf);
    affineRuns(TensorAccess::variable(leaf), order.offset, order.dims, order.strides, [&](const StridedRun &run) {
      const auto at = [&](std::uint64_t i) {
        return static_cast<std::uint32_t>(run.offset + static_cast<std::int64_t>(i) * run.stride);
      };
      if (run.stride == 1)
        f(Run{run.variable, at(0), static_cast<std::uint32_t>(run.count)});
      else
        for (std::uint64_t i = 0; i < run.count; ++i) f(Run{run.variable, at(i), 1});
      return true;
    });
    return false;
  });
}

std::vector<Run> distinctRuns(const Tensor &t, bool *overlap) {
  std::vector<Run> runs;
  bool sorted = true;
  forEachRunInMemory(t, [&](const Run &run) {
    if (!runs.empty()) {
      Run &last = runs.back();
      if (last.variable == run.variable && last.offset + last.count == run.offset) {
        last.count += run.count;
        return;
      }
      sorted = sorted && inMemoryOrder(last, run);
    }
    runs.push_back(run);
  });
  if (!sorted) std::sort(runs.begin(), runs.end(), inMemoryOrder);
  std::size_t kept = 0;
  if (overlap) *overlap = false;
  for (std::size_t i = 1; i < runs.size(); ++i) {
    Run &last = runs[kept];
    const Run &next = runs[i];
    const std::uint32_t end = last.offset + last.count;
    if (last.variable != next.variable || next.offset > end) {
      runs[++kept] = next;
      continue;
    }
    if (overlap && next.offset < end) *overlap = true;
    last.count = std::max(end, next.offset + next.count) - last.offset;
  }
  if (!runs.empty()) runs.resize(kept + 1);
  return runs;
}

} // namespace popgraph
