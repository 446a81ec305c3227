#include <popops/TopK.hpp>
#include "libs/popops/detail/SortRows.hpp"
#include <poputil/TileMapping.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/exceptions.hpp>
#include <ostream>

namespace popops {

using poplar::DebugContext;
using poplar::Graph;
using poplar::Tensor;
using poplar::program::Sequence;
using poputil::poplibs_error;

namespace {

const char *nameOf(SortOrder o) {
  return o == SortOrder::NONE ? "NONE" : o == SortOrder::ASCENDING ? "ASCENDING" : "DESCENDING";
}

detail::SortedRows extremes(const std::string &function, Graph &graph, Sequence &prog, const Tensor &keys,
                            const Tensor &values, const TopKParams &params, const DebugContext &debugContext) {
  const std::size_t n = keys.rank() == 0 ? 0 : keys.dim(keys.rank() - 1);
  if (keys.rank() == 0 || params.k > n)
    throw poplibs_error(function + ": " + std::to_string(params.k) + " elements of each row of a tensor of shape " +
                        keys.shapeToString() + "; at most the size of its innermost dimension would be right");
  detail::checkSortable(function, keys, values);
  std::vector<std::size_t> shape = keys.shape();
  shape.back() = params.k;
  if (params.k == 0 || keys.numElements() == 0) {
    const auto empty = [&](poplar::Type type) { return graph.addVariable(type, shape, debugContext); };
    return {empty(keys.elementType()), empty(poplar::UNSIGNED_INT),
            values.valid() ? empty(values.elementType()) : Tensor()};
  }
  const auto rows = [&](const Tensor &t) { return t.valid() ? t.reshape({t.numElements() / n, n}) : t; };
  detail::SortedRows result = detail::sortRows(function, graph, rows(keys), rows(values), params.k, params.largest,
                                               prog, {debugContext, "TopK"});
  const bool reversed = params.sortOrder == (params.largest ? SortOrder::ASCENDING : SortOrder::DESCENDING);
  for (Tensor *t : {&result.keys, &result.numbers, &result.values})
    if (t->valid()) *t = (reversed ? t->reverse(1) : *t).reshape(shape);
  return result;
}

} // namespace

std::ostream &operator<<(std::ostream &os, const SortOrder &o) { return os << nameOf(o); }

std::ostream &operator<<(std::ostream &os, const TopKParams &p) {
  return os << "{k=" << p.k << ", largest=" << (p.largest ? "true" : "false") << ", sortOrder=" << p.sortOrder
            << ", stableSort=" << (p.stableSort ? "true" : "false") << "}";
}

Tensor createTopKInput(Graph &graph, const poplar::Type &type, const std::vector<std::size_t> &shape,
                       const TopKParams &params, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, type, shape, params);
  if (shape.empty() || params.k > shape.back())
    throw poplibs_error("popops::createTopKInput: " + std::to_string(params.k) +
                        " elements of each row of a tensor whose innermost dimension has " +
                        std::to_string(shape.empty() ? 0 : shape.back()));
  const Tensor result = graph.addVariable(type, shape, di.context());
  poputil::mapTensorLinearlyWithOffset(
      graph, result, static_cast<unsigned>(poputil::chooseMappingOffset(graph.getTarget().getNumTiles(), shape)));
  return di.output(result);
}

Tensor topK(Graph &graph, Sequence &prog, const Tensor &t, const TopKParams &params, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t, params);
  return di.output(extremes("popops::topK", graph, prog, t, Tensor(), params, di.context()).keys);
}

std::pair<Tensor, Tensor> topKKeyValue(Graph &graph, Sequence &prog, const Tensor &keys, const Tensor &values,
                                       const TopKParams &params, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, keys, values, params);
  const auto found = extremes("popops::topKKeyValue", graph, prog, keys, values, params, di.context());
  return di.output(std::make_pair(found.keys, found.values));
}

std::pair<Tensor, Tensor> topKWithPermutation(Graph &graph, Sequence &prog, const Tensor &t, const TopKParams &params,
                                              const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t, params);
  const auto found = extremes("popops::topKWithPermutation", graph, prog, t, Tensor(), params, di.context());
  return di.output(std::make_pair(found.keys, found.numbers));
}

} // namespace popops

template <> poplar::ProfileValue poputil::toProfileValue(const popops::SortOrder &t) { return popops::nameOf(t); }

template <> poplar::ProfileValue poputil::toProfileValue(const popops::TopKParams &t) {
  return poplar::ProfileValue::Map{{"k", toProfileValue(t.k)},
                                   {"largest", toProfileValue(t.largest)},
                                   {"sortOrder", toProfileValue(t.sortOrder)},
                                   {"stableSort", toProfileValue(t.stableSort)}};
}
