#include <popops/Sort.hpp>
#include "libs/popops/detail/SortRows.hpp"
#include <poputil/Util.hpp>
#include <poputil/detail/OpRecord.hpp>
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
  POPLIBS_OP_RECORD(di, graph, debugContext, t, dim);
  check("popops::sort", t, Tensor(), dim);
  const Tensor result = graph.clone(t, {di.context(), "sorted"});
  if (t.numElements() == 0) return di.output(result);
  const auto sorted = detail::sortRows("popops::sort", graph, rowsAlong(t, dim), Tensor(), t.dim(dim), false, prog,
                                       {di.context(), "Sort"});
  prog.add(Copy(back(sorted.keys, t, dim), result, false, di.context()));
  return di.output(result);
}

void sortInPlace(Graph &graph, const Tensor &t, unsigned dim, Sequence &prog, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t, dim);
  check("popops::sortInPlace", t, Tensor(), dim);
  checkWriteable("popops::sortInPlace", t);
  if (t.numElements() == 0) return;
  const auto sorted = detail::sortRows("popops::sortInPlace", graph, rowsAlong(t, dim), Tensor(), t.dim(dim), false,
                                       prog, {di.context(), "Sort"});
  prog.add(Copy(back(sorted.keys, t, dim), t, false, di.context()));
}

Tensor sortKeyValue(Graph &graph, const Tensor &k, const Tensor &v, unsigned dim, Sequence &prog,
                    const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, k, v, dim);
  check("popops::sortKeyValue", k, v, dim);
  const Tensor result = graph.clone(v, {di.context(), "sorted"});
  if (k.numElements() == 0) return di.output(result);
  const auto sorted = detail::sortRows("popops::sortKeyValue", graph, rowsAlong(k, dim), rowsAlong(v, dim), k.dim(dim),
                                       false, prog, {di.context(), "SortKeyValue"});
  prog.add(Copy(back(sorted.values, v, dim), result, false, di.context()));
  return di.output(result);
}

void sortKeyValueInPlace(Graph &graph, const Tensor &k, const Tensor &v, unsigned dim, Sequence &prog,
                         const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, k, v, dim);
  check("popops::sortKeyValueInPlace", k, v, dim);
  checkWriteable("popops::sortKeyValueInPlace", k);
  checkWriteable("popops::sortKeyValueInPlace", v);
  if (k.numElements() == 0) return;
  const auto sorted = detail::sortRows("popops::sortKeyValueInPlace", graph, rowsAlong(k, dim), rowsAlong(v, dim),
                                       k.dim(dim), false, prog, {di.context(), "SortKeyValue"});
  prog.add(Copy(back(sorted.keys, k, dim), k, false, di.context()));
  prog.add(Copy(back(sorted.values, v, dim), v, false, di.context()));
}

} // namespace popops
