// One element of each row, chosen by an index tensor: comparisons of the index with the numbers of the columns.
#include <popops/ElementWise.hpp>
#include <popops/Reduce.hpp>
#include <popops/SelectScalarFromRows.hpp>
#include <popops/UpdateScalarInRows.hpp>
#include <poputil/TileMapping.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/exceptions.hpp>
#include <limits>
#include <numeric>

namespace popops {

using namespace expr;
using poplar::DebugContext;
using poplar::Graph;
using poplar::Tensor;
using poplar::program::Sequence;

namespace {

void check(const char *function, const Tensor &params, const Tensor &indices) {
  const poplar::Type type = params.elementType();
  if (params.rank() != 2 || indices.rank() != 1 || indices.dim(0) != params.dim(0) ||
      indices.elementType() != poplar::UNSIGNED_INT || (type != poplar::HALF && type != poplar::FLOAT))
    throw poputil::poplibs_error(std::string(function) + ": params of shape " + params.shapeToString() + " and type " +
                                 type.toString() + " with indices of shape " + indices.shapeToString() + " and type " +
                                 indices.elementType().toString() +
                                 "; [rows,width] of half or float with [rows] of unsigned int would be right");
}

Tensor columnNumbers(Graph &graph, std::size_t width, const DebugContext &context) {
  std::vector<unsigned> numbers(width);
  std::iota(numbers.begin(), numbers.end(), 0u);
  const Tensor columns = graph.addConstant<unsigned>(poplar::UNSIGNED_INT, {width}, numbers, {context, "columns"});
  poputil::mapTensorLinearly(graph, columns);
  return columns;
}

Any constant(double value, poplar::Type type) { return Cast(Const(static_cast<float>(value)), type); }

const double kNaN = std::numeric_limits<double>::quiet_NaN();

} // namespace

Tensor selectScalarFromRows(Graph &graph, const Tensor &params, const Tensor &indices, Sequence &prog,
                            const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, params, indices);
  check("popops::selectScalarFromRows", params, indices);
  const DebugContext context(di.context(), "SelectScalarFromRows");
  const poplar::Type type = params.elementType();
  const std::size_t width = params.dim(1);
  const Tensor chosen = map(graph, Select(_1, constant(0, type), _2 == _3),
                            {params, indices.expand({1}), columnNumbers(graph, width, context)}, prog, context);
  const Tensor result = reduce(graph, chosen, {1}, Operation::ADD, prog, context);
  mapInPlace(graph,
             Select(_1, Select(constant(0, type), constant(kNaN, type), _2 == Const(MASKED_LABEL_CODE)),
                    _2 < Const(static_cast<unsigned>(width))),
             {result, indices}, prog, context);
  return di.output(result);
}

void updateScalarInRows(Graph &graph, const Tensor &params, const Tensor &indices, Sequence &prog,
                        const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, params, indices);
  check("popops::updateScalarInRows", params, indices);
  const DebugContext context(di.context(), "UpdateScalarInRows");
  const poplar::Type type = params.elementType();
  const std::size_t width = params.dim(1);
  const Any kept = _2 < Const(static_cast<unsigned>(width)) || _2 == Const(MASKED_LABEL_CODE);
  mapInPlace(graph, Select(Select(_1 - constant(1, type), _1, _2 == _3), constant(kNaN, type), kept),
             {params, indices.expand({1}), columnNumbers(graph, width, context)}, prog, context);
}

} // namespace popops
