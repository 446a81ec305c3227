#include <popops/Cast.hpp>
#include <popops/ElementWise.hpp>
#include <popops/ElementWiseUtil.hpp>
#include <popops/detail/MapInto.hpp>
#include <poputil/Util.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/exceptions.hpp>

namespace popops {

using poplar::Graph;
using poplar::Tensor;

Tensor cast(Graph &graph, const Tensor &src, const poplar::Type &dstType, poplar::program::Sequence &prog,
            const poplar::DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, src, dstType);
  if (src.elementType() == dstType) return di.output(poputil::duplicate(graph, src, prog, {di.context(), "Cast"}));
  return di.output(map(graph, expr::Cast(expr::_1, dstType), {src}, prog, di.context()));
}

void castWithOutput(Graph &graph, const Tensor &src, const Tensor &dst, poplar::program::Sequence &prog,
                    const poplar::DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, src, dst);
  if (src.shape() != dst.shape())
    throw poputil::poplibs_error("popops::cast: a tensor of shape " + src.shapeToString() +
                                 " cannot be cast to one of shape " + dst.shapeToString());
  if (src.elementType() == dst.elementType())
    prog.add(poplar::program::Copy(src, dst, false, di.context()));
  else
    mapWithOutput(graph, expr::Cast(expr::_1, dst.elementType()), {src}, dst, prog, di.context());
}

poplar::program::Program cast(Graph &graph, const Tensor &src, const Tensor &dst,
                              const poplar::DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, src, dst);
  poplar::program::Sequence prog(di.context());
  castWithOutput(graph, src, dst, prog, di.context());
  return prog;
}

void cast(Graph &graph, const Tensor &src, const Tensor &dst, poplar::ComputeSet cs) {
  detail::mapIntoComputeSet("popops::cast", graph, expr::Cast(expr::_1, dst.elementType()), {src}, dst, cs);
}

Tensor cast(Graph &graph, const Tensor &src, const poplar::Type &dstType, poplar::ComputeSet cs,
            const poplar::DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, src, dstType, cs);
  const Tensor dst = createOutputForElementWiseOp(graph, {src}, dstType, {di.context(), "Cast"});
  cast(graph, src, dst, cs);
  return di.output(dst);
}

Tensor checkAccuracyWhenCast(Graph &graph, const Tensor &input, poplar::Type outputType, double tolerance,
                             poplar::program::Sequence &prog, const poplar::DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, input, outputType, tolerance);
  if (input.elementType() != poplar::FLOAT || input.numElements() != 1 ||
      (outputType != poplar::HALF && outputType != poplar::FLOAT))
    throw poputil::poplibs_error("popops::checkAccuracyWhenCast: an input of shape " + input.shapeToString() +
                                 " and type " + input.elementType().toString() + " for output type " +
                                 outputType.toString() + "; one float, for half or float, would be right");
  using namespace expr;
  const auto error = Abs(Cast(Cast(_1, outputType), poplar::FLOAT) - _1);
  return di.output(
      map(graph, IsFinite(Cast(_1, outputType)) && error <= Const(tolerance) * Abs(_1), {input}, prog, di.context()));
}

} // namespace popops
