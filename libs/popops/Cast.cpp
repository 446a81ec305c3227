#include <popops/Cast.hpp>
#include <popops/ElementWise.hpp>
#include <popops/ElementWiseUtil.hpp>
#include <popops/detail/MapInto.hpp>
#include <poputil/Util.hpp>
#include <poputil/exceptions.hpp>

namespace popops {

using poplar::Graph;
using poplar::Tensor;

Tensor cast(Graph &graph, const Tensor &src, const poplar::Type &dstType, poplar::program::Sequence &prog,
            const poplar::DebugContext &debugContext) {
  if (src.elementType() == dstType)
    return poputil::duplicate(graph, src, prog, {debugContext, "Cast"});
  return map(graph, expr::Cast(expr::_1, dstType), {src}, prog, debugContext);
}

void castWithOutput(Graph &graph, const Tensor &src, const Tensor &dst, poplar::program::Sequence &prog,
                    const poplar::DebugContext &debugContext) {
  if (src.shape() != dst.shape())
    throw poputil::poplibs_error("popops::cast: a tensor of shape " + src.shapeToString() +
                                 " cannot be cast to one of shape " + dst.shapeToString());
  if (src.elementType() == dst.elementType())
    prog.add(poplar::program::Copy(src, dst, false, debugContext));
  else
    mapWithOutput(graph, expr::Cast(expr::_1, dst.elementType()), {src}, dst, prog, debugContext);
}

poplar::program::Program cast(Graph &graph, const Tensor &src, const Tensor &dst,
                              const poplar::DebugContext &debugContext) {
  poplar::program::Sequence prog(debugContext);
  castWithOutput(graph, src, dst, prog, debugContext);
  return prog;
}

void cast(Graph &graph, const Tensor &src, const Tensor &dst, poplar::ComputeSet cs) {
  detail::mapIntoComputeSet("popops::cast", graph, expr::Cast(expr::_1, dst.elementType()), {src}, dst, cs);
}

Tensor cast(Graph &graph, const Tensor &src, const poplar::Type &dstType, poplar::ComputeSet cs,
            const poplar::DebugContext &debugContext) {
  const Tensor dst = createOutputForElementWiseOp(graph, {src}, dstType, {debugContext, "Cast"});
  cast(graph, src, dst, cs);
  return dst;
}

} // namespace popops
