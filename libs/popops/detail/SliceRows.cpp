#include "libs/popops/detail/SliceRows.hpp"
#include <popops/ElementWise.hpp>
#include <popops/Reduce.hpp>
#include <poputil/Util.hpp>
#include <poputil/TileMapping.hpp>
#include <poputil/detail/ShapeText.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>
#include <limits>

namespace popops::detail {

using poplar::Graph;
using poplar::Tensor;
using poputil::poplibs_error;
using poputil::detail::shapeText;
using Shape = std::vector<std::size_t>;

namespace {

/// The dimensions that are sliced, in the order given, then the others.
std::vector<unsigned> slicedFirst(std::size_t rank, const Shape &dims) {
  std::vector<unsigned> order(dims.begin(), dims.end());
  for (unsigned d = 0; d != rank; ++d)
    if (std::find(dims.begin(), dims.end(), d) == dims.end()) order.push_back(d);
  return order;
}

std::size_t product(const Shape &shape) {
  std::size_t n = 1;
  for (std::size_t size : shape) n *= size;
  return n;
}

Shape sizesOf(const Shape &shape, const std::vector<unsigned> &order) {
  Shape result;
  for (unsigned d : order) result.push_back(shape[d]);
  return result;
}

/// The offset of each row of each slice, or the largest number where the slice does not lie inside.
Tensor rowOffsets(Graph &graph, const Shape &shape, const Tensor &offsets, const Shape &sizes, bool remap,
                  poplar::program::Sequence &prog, const poplar::DebugContext &context) {
  using namespace expr;
  const std::size_t rows = product(sizes);
  // Rows within a slice, in the order of its elements.
  std::vector<unsigned> within;
  for (std::size_t i = 0; i != rows; ++i) {
    const auto at = poputil::unflattenIndex(sizes, i);
    within.push_back(static_cast<unsigned>(poputil::flattenIndex(shape, at)));
  }
  const Tensor constant = graph.addConstant<unsigned>(poplar::UNSIGNED_INT, {1, rows}, within, {context, "within"});
  poputil::mapTensorLinearly(graph, constant);
  std::vector<Tensor> ts{constant};
  Any sum = _1;
  Any inside = Const(true);
  std::size_t stride = 1;
  for (std::size_t d = shape.size(); d-- > 0;) {
    ts.push_back(offsets.slice(d, d + 1, 1));
    const PlaceHolder offset(static_cast<unsigned>(ts.size()));
    const Any fits = offset <= Const(static_cast<unsigned>(shape[d] - sizes[d]));
    const Any place = offset * Const(static_cast<unsigned>(stride));
    if (remap) {
      sum = Add(sum, Select(place, Cast(Const(0u), poplar::UNSIGNED_INT), fits));
    } else {
      sum = Add(sum, place);
      inside = ts.size() == 2 ? fits : Any(And(inside, fits));
    }
    stride *= shape[d];
  }
  if (!remap) sum = Select(sum, Const(std::numeric_limits<unsigned>::max()), inside);
  return map(graph, sum, ts, prog, {context, "offsets"}).flatten();
}

} // namespace

void checkSlices(const std::string &function, const Tensor &t, const Tensor &offsets, const Shape &dims,
                 const Shape &sizes) {
  if (dims.empty() || dims.size() != sizes.size())
    throw poplibs_error(function + ": " + std::to_string(dims.size()) + " dims with " + std::to_string(sizes.size()) +
                        " sizes for a tensor of shape " + t.shapeToString() +
                        "; one size for each dimension, and at least one, would be right");
  std::vector<bool> seen(t.rank());
  for (std::size_t i = 0; i != dims.size(); ++i) {
    if (dims[i] >= t.rank() || seen[dims[i]])
      throw poplibs_error(function + ": dimension " + std::to_string(dims[i]) + " of a tensor of shape " +
                          t.shapeToString() + (dims[i] < t.rank() ? " is given twice" : " does not exist"));
    seen[dims[i]] = true;
    if (sizes[i] == 0 || sizes[i] > t.dim(static_cast<unsigned>(dims[i])))
      throw poplibs_error(function + ": slices of size " + std::to_string(sizes[i]) + " along dimension " +
                          std::to_string(dims[i]) + " of a tensor of shape " + t.shapeToString());
  }
  if (offsets.rank() != 2 || offsets.dim(1) != dims.size() || offsets.elementType() != poplar::UNSIGNED_INT)
    throw poplibs_error(function + ": offsets of shape " + offsets.shapeToString() + " and type " +
                        offsets.elementType().toString() + "; [n," + std::to_string(dims.size()) +
                        "] of unsigned int would be right");
}

void checkUpdates(const std::string &function, const Tensor &t, const Tensor &s, const Shape &shape) {
  if (s.rank() == 0 || s.dim(0) != t.dim(0) || s[0].shape() != shape || s.elementType() != t.elementType())
    throw poplibs_error(function + ": updates of shape " + (s.rank() == 0 ? s : s[0]).shapeToString() + " and type " +
                        s.elementType().toString() + " for a tensor of shape " + t[0].shapeToString() + " and type " +
                        t.elementType().toString() + "; the shape " + shapeText(shape) + " would be right");
  if (!t.isParallelWriteable())
    throw poplibs_error(function + ": the tensor of shape " + t[0].shapeToString() +
                        " contains constants or an element more than once");
}

void validateOffsets(const std::string &function, Graph &graph, const Shape &shape, const Tensor &offsets,
                     const Shape &last, poplar::program::Sequence &prog, const poplar::DebugContext &context) {
  if (offsets.numElements() == 0) return;
  using namespace expr;
  const Tensor largest = reduce(graph, offsets, {0}, Operation::MAX, prog, {context, "validateIndices"});
  std::vector<Tensor> ts;
  Any inside = Const(true);
  for (unsigned d = 0; d != last.size(); ++d) {
    ts.push_back(largest[d]);
    const Any fits = PlaceHolder(d + 1) <= Const(static_cast<unsigned>(last[d]));
    inside = d == 0 ? fits : Any(And(inside, fits));
  }
  const Tensor isInside = map(graph, inside, ts, prog, {context, "validateIndices"});
  const std::string message = function + ": indices are outside a tensor of shape " + shapeText(shape) +
                              "; the last ones inside are " + shapeText(last) + ", the largest given";
  prog.add(poplar::program::If(isInside, poplar::program::Sequence(),
                               poplar::program::ErrorProgram(message, largest, context), context));
}

Shape slicesShape(const Shape &shape, const Shape &dims, const Shape &sizes, std::size_t n) {
  Shape result = shape;
  for (std::size_t i = 0; i != dims.size(); ++i) result[dims[i]] = sizes[i];
  result.insert(result.begin(), n);
  return result;
}

Tensor tableRows(const Tensor &t, const Shape &dims) {
  std::size_t entries = 1;
  for (std::size_t d : dims) entries *= t.dim(static_cast<unsigned>(d));
  const std::size_t columns = entries == 0 ? 0 : t.numElements() / entries;
  return t.dimShuffle(slicedFirst(t.rank(), dims)).reshape({entries, columns});
}

SliceRows sliceRows(Graph &graph, const Tensor &t, const Tensor &offsets, const Shape &dims, const Shape &sizes,
                    bool single, bool remap, poplar::program::Sequence &prog, const poplar::DebugContext &context) {
  const Shape sliced(sizesOf(t.shape(), std::vector<unsigned>(dims.begin(), dims.end())));
  SliceRows result;
  result.rows = tableRows(t, dims);
  if (dims.size() == 1 && !remap && (!single || sizes[0] == 1)) {
    result.offsets = offsets.flatten();
    result.size = sizes[0];
  } else {
    result.offsets = rowOffsets(graph, sliced, offsets, sizes, remap, prog, context);
    result.size = 1;
  }
  return result;
}

Tensor fromRows(const Tensor &rows, const Shape &shape, const Shape &dims, const Shape &sizes, std::size_t n) {
  const std::vector<unsigned> order = slicedFirst(shape.size(), dims);
  Shape stored{n};
  std::vector<unsigned> back(shape.size() + 1);
  for (unsigned i = 0; i != order.size(); ++i) {
    stored.push_back(i < sizes.size() ? sizes[i] : shape[order[i]]);
    back[order[i] + 1] = i + 1;
  }
  return rows.reshape(stored).dimShuffle(back);
}

Tensor toRows(const Tensor &slices, const Shape &shape, const Shape &dims, const Shape &sizes, std::size_t n) {
  std::vector<unsigned> order{0};
  for (unsigned d : slicedFirst(shape.size(), dims)) order.push_back(d + 1);
  const std::size_t rows = n * product(sizes);
  return slices.dimShuffle(order).reshape({rows, slices.numElements() / rows});
}

} // namespace popops::detail
