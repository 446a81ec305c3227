#include <popops/Pad.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/exceptions.hpp>
#include <cstdint>
#include <functional>

namespace popops {

using poplar::Graph;
using poplar::Interval;
using poplar::Tensor;
using poputil::poplibs_error;
using Amounts = std::vector<std::ptrdiff_t>;
using padding::MappingMethod;

namespace {

std::string amounts(std::ptrdiff_t lower, std::ptrdiff_t upper, unsigned dim, const Tensor &t) {
  return "popops::pad: padding of " + std::to_string(lower) + " and " + std::to_string(upper) + " of dimension " +
         std::to_string(dim) + " of a tensor of shape " + t.shapeToString();
}

/// The part of `t` that negative amounts leave.
Tensor crop(const Tensor &t, std::ptrdiff_t lower, std::ptrdiff_t upper, unsigned dim) {
  if (dim >= t.rank()) throw poplibs_error(amounts(lower, upper, dim, t) + "; there is no such dimension");
  const auto size = static_cast<std::ptrdiff_t>(t.dim(dim));
  const std::ptrdiff_t begin = lower < 0 ? -lower : 0, end = size + (upper < 0 ? upper : 0);
  if (begin > size || end < 0 || begin > end)
    throw poplibs_error(amounts(lower, upper, dim, t) + "; more than there is would be cut off");
  return t.slice(static_cast<std::size_t>(begin), static_cast<std::size_t>(end), dim);
}

void checkCounts(const Tensor &t, const Amounts &lower, const Amounts &upper) {
  if (lower.size() != t.rank() || upper.size() != t.rank())
    throw poplibs_error("popops::pad: " + std::to_string(lower.size()) + " lower and " + std::to_string(upper.size()) +
                        " upper amounts for a tensor of shape " + t.shapeToString() +
                        "; one of each for every dimension would be right");
}

/// A constant or variable of one element, as often as needed.
Tensor repeated(const Tensor &value, const std::vector<std::size_t> &shape) {
  Tensor view = value.reshape(std::vector<std::size_t>(shape.size(), 1));
  for (unsigned d = 0; d != shape.size(); ++d) view = view.broadcast(static_cast<unsigned>(shape[d]), d);
  return view;
}

/// Maps each element of `added` to the tile of the element of `t` next to it along `dim`.
void mapLikeEdge(Graph &graph, const Tensor &added, const Tensor &edge, unsigned dim) {
  for (std::size_t i = 0; i != added.dim(dim); ++i)
    graph.setTileMapping(added.slice(i, i + 1, dim).flatten(), graph.getTileMapping(edge.flatten()));
}

using MakeValue = std::function<Tensor(const std::vector<std::size_t> &shape)>;

Tensor padWith(Graph &graph, const Tensor &t, std::ptrdiff_t lower, std::ptrdiff_t upper, unsigned dim,
               const MakeValue &make, MappingMethod method) {
  Tensor view = crop(t, lower, upper, dim);
  const Tensor inner = view;
  for (const bool front : {true, false}) {
    const std::ptrdiff_t amount = front ? lower : upper;
    if (amount <= 0) continue;
    std::vector<std::size_t> shape = inner.shape();
    shape[dim] = static_cast<std::size_t>(amount);
    const Tensor added = make(shape);
    if (method == MappingMethod::ZERO || (method == MappingMethod::EDGE && inner.numElements() == 0))
      graph.setTileMapping(added, 0);
    else if (method == MappingMethod::EDGE)
      mapLikeEdge(graph, added, front ? inner.slice(0, 1, dim) : inner.slice(inner.dim(dim) - 1, inner.dim(dim), dim),
                  dim);
    view = front ? poplar::concat(added, view, dim) : poplar::concat(view, added, dim);
  }
  return view;
}

template <class T> MakeValue constant(Graph &graph, const Tensor &t, T value, MappingMethod method) {
  return [&graph, type = t.elementType(), value, method](const std::vector<std::size_t> &shape) {
    // A constant for every element only where each is to lie on a tile of its own choice.
    if (method == MappingMethod::EDGE) return graph.addConstant(type, shape, value, "padding");
    return repeated(graph.addConstant(type, {1}, value, "padding"), shape);
  };
}

MakeValue variable(const Tensor &t, const Tensor &value) {
  if (value.numElements() != 1 || value.elementType() != t.elementType())
    throw poplibs_error("popops::pad: a value of shape " + value.shapeToString() + " and type " +
                        value.elementType().toString() + " for a tensor of type " + t.elementType().toString() +
                        "; one element of that type would be right");
  return [value](const std::vector<std::size_t> &shape) { return repeated(value, shape); };
}

Tensor padAll(Graph &graph, Tensor t, const Amounts &lower, const Amounts &upper, const MakeValue &make,
              MappingMethod method) {
  checkCounts(t, lower, upper);
  for (unsigned d = 0; d != lower.size(); ++d) t = padWith(graph, t, lower[d], upper[d], d, make, method);
  return t;
}

} // namespace

Tensor pad(Graph &graph, const Tensor &t, const Amounts &paddingLower, const Amounts &paddingUpper, float val,
           MappingMethod mappingMethod) {
  POPLIBS_CHECK_TENSORS(graph, t);
  return padAll(graph, t, paddingLower, paddingUpper, constant(graph, t, val, mappingMethod), mappingMethod);
}
Tensor pad(Graph &graph, const Tensor &t, const Amounts &paddingLower, const Amounts &paddingUpper, int val,
           MappingMethod mappingMethod) {
  POPLIBS_CHECK_TENSORS(graph, t);
  return padAll(graph, t, paddingLower, paddingUpper, constant(graph, t, val, mappingMethod), mappingMethod);
}
// A tensor has its tiles already.
Tensor pad(Graph &graph, const Tensor &t, const Amounts &paddingLower, const Amounts &paddingUpper, const Tensor &val,
           MappingMethod) {
  POPLIBS_CHECK_TENSORS(graph, t, val);
  return padAll(graph, t, paddingLower, paddingUpper, variable(t, val), MappingMethod::NONE);
}
Tensor pad(Graph &graph, const Tensor &t, std::ptrdiff_t paddingLower, std::ptrdiff_t paddingUpper, unsigned dim,
           float val, MappingMethod mappingMethod) {
  POPLIBS_CHECK_TENSORS(graph, t);
  return padWith(graph, t, paddingLower, paddingUpper, dim, constant(graph, t, val, mappingMethod), mappingMethod);
}
Tensor pad(Graph &graph, const Tensor &t, std::ptrdiff_t paddingLower, std::ptrdiff_t paddingUpper, unsigned dim,
           int val, MappingMethod mappingMethod) {
  POPLIBS_CHECK_TENSORS(graph, t);
  return padWith(graph, t, paddingLower, paddingUpper, dim, constant(graph, t, val, mappingMethod), mappingMethod);
}
Tensor pad(Graph &graph, const Tensor &t, std::ptrdiff_t paddingLower, std::ptrdiff_t paddingUpper, unsigned dim,
           const Tensor &val, MappingMethod) {
  POPLIBS_CHECK_TENSORS(graph, t, val);
  return padWith(graph, t, paddingLower, paddingUpper, dim, variable(t, val), MappingMethod::NONE);
}

Tensor pad(const Tensor &t, std::ptrdiff_t paddingLower, std::ptrdiff_t paddingUpper, unsigned dim,
           padding::Type type) {
  const Tensor inner = crop(t, paddingLower, paddingUpper, dim);
  const auto size = static_cast<std::ptrdiff_t>(inner.dim(dim));
  const std::ptrdiff_t most = type == padding::Type::EDGE ? PTRDIFF_MAX * (size > 0) : size - 1;
  if ((paddingLower > 0 && paddingLower > most) || (paddingUpper > 0 && paddingUpper > most))
    throw poplibs_error(amounts(paddingLower, paddingUpper, dim, t) +
                        "; there are not as many elements to take it from");
  std::vector<Tensor> parts;
  const auto at = [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
    return inner.slice(static_cast<std::size_t>(begin), static_cast<std::size_t>(end), dim);
  };
  const bool edge = type == padding::Type::EDGE;
  if (paddingLower > 0)
    parts.push_back(edge ? at(0, 1).broadcast(static_cast<unsigned>(paddingLower), dim)
                         : at(1, paddingLower + 1).reverse(dim));
  parts.push_back(inner);
  if (paddingUpper > 0)
    parts.push_back(edge ? at(size - 1, size).broadcast(static_cast<unsigned>(paddingUpper), dim)
                         : at(size - 1 - paddingUpper, size - 1).reverse(dim));
  return poplar::concat(parts, dim);
}

Tensor pad(const Tensor &t, const Amounts &paddingLower, const Amounts &paddingUpper, padding::Type type) {
  checkCounts(t, paddingLower, paddingUpper);
  Tensor view = t;
  for (unsigned d = 0; d != paddingLower.size(); ++d) view = pad(view, paddingLower[d], paddingUpper[d], d, type);
  return view;
}

} // namespace popops
