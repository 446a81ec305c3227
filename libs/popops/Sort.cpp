#include <popops/Sort.hpp>
#include "libs/popops/detail/SortRows.hpp"
#include <poputil/Util.hpp>
#include <poputil/exceptions.hpp>

namespace popops {

using poplar::DebugContext;
using poplar::Graph;
using poplar::Tensor;
using poplar::program::Copy;
using poplar::program::Sequence;
using poputil::poplibs_error;

namespace {

/// Rows along `dim`: {other elements, size of dim}.
Tensor rowsAlong(const Tensor &t, unsigned dim) {
  return t.dimRoll(dim, t.rank() - 1).reshape({t.numElements() / t.dim(dim), t.dim(dim)});
}

Tensor back(const Tensor &rows, const Tensor &like, unsigned dim) {
  return rows.reshape(like.dimRoll(dim, like.rank() - 1).shape()).dimRoll(like.rank() - 1, dim);
}

void check(const std::string &function, const Tensor &keys, const Tensor &values, unsigned dim) {
  if (dim >= keys.rank())
    throw poplibs_error(function + ": dimension " + std::to_string(dim) + " of a tensor of shape " +
                        keys.shapeToString());
  detail::checkSortable(function, keys, values);
}

void checkWriteable(const std::string &function, const Tensor &t) {
  if (!t.isParallelWriteable())
    throw poplibs_error(function + ": the tensor of shape " + t.shapeToString() +
                        " contains constants or an element more than once");
}

} // namespace

Tensor sort(Graph &graph, const Tensor &t, unsigned dim, Sequence &prog, const DebugContext &debugContext) {
  check("popops::sort", t, Tensor(), dim);
  const Tensor result = graph.clone(t, {debugContext, "sorted"});
  if (t.numElements() == 0) return result;
  const auto sorted = detail::sortRows("popops::sort", graph, rowsAlong(t, dim), Tensor(), t.dim(dim), false, prog,
                                       {debugContext, "Sort"});
  prog.add(Copy(back(sorted.keys, t, dim), result, false, debugContext));
  return result;
}

void sortInPlace(Graph &graph, const Tensor &t, unsigned dim, Sequence &prog, const DebugContext &debugContext) {
  check("popops::sortInPlace", t, Tensor(), dim);
  checkWriteable("popops::sortInPlace", t);
  if (t.numElements() == 0) return;
  const auto sorted = detail::sortRows("popops::sortInPlace", graph, rowsAlong(t, dim), Tensor(), t.dim(dim), false,
                                       prog, {debugContext, "Sort"});
  prog.add(Copy(back(sorted.keys, t, dim), t, false, debugContext));
}

Tensor sortKeyValue(Graph &graph, const Tensor &k, const Tensor &v, unsigned dim, Sequence &prog,
                    const DebugContext &debugContext) {
  check("popops::sortKeyValue", k, v, dim);
  const Tensor result = graph.clone(v, {debugContext, "sorted"});
  if (k.numElements() == 0) return result;
  const auto sorted = detail::sortRows("popops::sortKeyValue", graph, rowsAlong(k, dim), rowsAlong(v, dim), k.dim(dim),
                                       false, prog, {debugContext, "SortKeyValue"});
  prog.add(Copy(back(sorted.values, v, dim), result, false, debugContext));
  return result;
}

void sortKeyValueInPlace(Graph &graph, const Tensor &k, const Tensor &v, unsigned dim, Sequence &prog,
                         const DebugContext &debugContext) {
  check("popops::sortKeyValueInPlace", k, v, dim);
  checkWriteable("popops::sortKeyValueInPlace", k);
  checkWriteable("popops::sortKeyValueInPlace", v);
  if (k.numElements() == 0) return;
  const auto sorted = detail::sortRows("popops::sortKeyValueInPlace", graph, rowsAlong(k, dim), rowsAlong(v, dim),
                                       k.dim(dim), false, prog, {debugContext, "SortKeyValue"});
  prog.add(Copy(back(sorted.keys, k, dim), k, false, debugContext));
  prog.add(Copy(back(sorted.values, v, dim), v, false, debugContext));
}

} // namespace popops
