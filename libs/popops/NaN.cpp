#include <popops/NaN.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Reduce.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/exceptions.hpp>

namespace popops {

using poplar::DebugContext;
using poplar::Graph;
using poplar::Tensor;
using poplar::program::Sequence;

namespace {

Tensor any(const char *function, Graph &graph, const Tensor &src, const expr::Expr &test, Sequence &prog,
           const DebugContext &context) {
  if (src.elementType() != poplar::HALF && src.elementType() != poplar::FLOAT)
    throw poputil::poplibs_error(std::string(function) + ": a tensor of shape " + src.shapeToString() + " and type " +
                                 src.elementType().toString() + "; half or float would be right");
  const Tensor found = map(graph, test, {src.flatten()}, prog, context);
  return reduce(graph, found, {0}, Operation::LOGICAL_OR, prog, context);
}

} // namespace

Tensor hasNaN(Graph &graph, const Tensor &src, Sequence &prog, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, src);
  return di.output(any("popops::hasNaN", graph, src, expr::IsNaN(expr::_1), prog, {di.context(), "HasNaN"}));
}

Tensor hasNaNOrInf(Graph &graph, const Tensor &src, Sequence &prog, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, src);
  return di.output(
      any("popops::hasNaNOrInf", graph, src, expr::Not(expr::IsFinite(expr::_1)), prog, {di.context(), "HasNaNOrInf"}));
}

} // namespace popops
