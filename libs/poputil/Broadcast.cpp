#include <poputil/Broadcast.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>
#include <initializer_list>

namespace poputil {

namespace {

using Shape = std::vector<std::size_t>;

void checkValid(const char *function, std::initializer_list<const poplar::Tensor *> ts) {
  for (const poplar::Tensor *t : ts)
    if (!t->valid()) throw poplibs_error(std::string(function) + ": an invalid tensor; it refers to no variable");
}

/// The common shape of two, or false when a dimension differs and neither is 1.
bool commonShape(const Shape &a, const Shape &b, Shape &result) {
  result.assign(std::max(a.size(), b.size()), 1);
  for (std::size_t i = 0; i != result.size(); ++i) {
    const std::size_t da = i < a.size() ? a[a.size() - 1 - i] : 1;
    const std::size_t db = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (da != db && da != 1 && db != 1) return false;
    result[result.size() - 1 - i] = da == 1 ? db : da;
  }
  return true;
}

Shape commonShapeOrThrow(const poplar::Tensor &a, const poplar::Tensor &b) {
  checkValid("poputil::broadcastToMatch", {&a, &b});
  Shape shape;
  if (!commonShape(a.shape(), b.shape(), shape))
    throw poplibs_error("poputil::broadcastToMatch: shapes " + a.shapeToString() + " and " + b.shapeToString() +
                        " do not fit; from the right, sizes must be equal or 1");
  return shape;
}

void prependDims(poplar::Tensor &t, unsigned rank) {
  if (t.rank() < rank) t = t.expand(Shape(rank - t.rank(), 0));
}

} // namespace

void expandToMatchRanks(poplar::Tensor &a, poplar::Tensor &b) {
  checkValid("poputil::expandToMatchRanks", {&a, &b});
  prependDims(a, b.rank());
  prependDims(b, a.rank());
}

void broadcastToMatch(poplar::Tensor &a, const std::vector<std::size_t> &shape) {
  checkValid("poputil::broadcastToMatch", {&a});
  poplar::Tensor view = a;
  prependDims(view, static_cast<unsigned>(shape.size()));
  bool fits = view.rank() == shape.size();
  for (unsigned i = 0; fits && i != view.rank(); ++i) fits = view.dim(i) == shape[i] || view.dim(i) == 1;
  if (!fits) {
    std::string wanted;
    for (std::size_t d : shape) wanted.append(wanted.empty() ? "" : ",").append(std::to_string(d));
    throw poplibs_error("poputil::broadcastToMatch: a tensor of shape " + a.shapeToString() +
                        " cannot be broadcast to [" + wanted + "]; from the right, its sizes must be equal or 1");
  }
  for (unsigned i = 0; i != view.rank(); ++i)
    if (view.dim(i) != shape[i]) view = view.broadcast(static_cast<unsigned>(shape[i]), i);
  a = view;
}

void broadcastToMatch(poplar::Tensor &a, poplar::Tensor &b) {
  const Shape shape = commonShapeOrThrow(a, b);
  broadcastToMatch(a, shape);
  broadcastToMatch(b, shape);
}

void broadcastToMatch(poplar::Tensor &a, poplar::Tensor &b, poplar::Tensor &c) {
  broadcastToMatch(a, b);
  broadcastToMatch(a, c);
  broadcastToMatch(b, a.shape());
}

bool canBroadcastToMatch(const poplar::Tensor &a, const poplar::Tensor &b) {
  Shape shape;
  return commonShape(a.shape(), b.shape(), shape);
}

} // namespace poputil
