#include <popnn/LogSoftmax.hpp>
#include <popops/ElementWise.hpp>
#include <popops/ElementWiseUtil.hpp>
#include <popops/Reduce.hpp>
#include <poputil/exceptions.hpp>

namespace popnn {

using namespace popops::expr;
using poplar::DebugContext;
using poplar::Graph;
using poplar::Tensor;
using poplar::program::Sequence;

void logSoftmaxInPlace(Graph &graph, const Tensor &t, Sequence &prog, const DebugContext &debugContext) {
  const poplar::Type type = t.elementType();
  if (t.rank() == 0 || (type != poplar::HALF && type != poplar::FLOAT))
    throw poputil::poplibs_error("popnn::logSoftmax: a tensor of shape " + t.shapeToString() + " and type " +
                                 type.toString() + "; half or float of rank 1 or more would be right");
  if (t.numElements() == 0)
    return;
  const DebugContext context(debugContext, "LogSoftmax");
  const std::size_t last = t.rank() - 1;
  const Tensor most = popops::reduce(graph, t, {last}, popops::Operation::MAX, prog, context).expand({last});
  const Tensor powers = popops::map(graph, Exp(Cast(_1, poplar::FLOAT) - Cast(_2, poplar::FLOAT)), {t, most}, prog,
                                    context);
  const Tensor sum = popops::reduce(graph, powers, {last}, popops::Operation::ADD, prog, context).expand({last});
  popops::mapInPlace(graph, Cast(Cast(_1, poplar::FLOAT) - Cast(_2, poplar::FLOAT) - Log(_3), type), {t, most, sum},
                     prog, context);
}

Tensor logSoftmax(Graph &graph, const Tensor &t, Sequence &prog, const DebugContext &debugContext) {
  const Tensor result =
      popops::createOutputForElementWiseOp(graph, {t}, t.elementType(), {debugContext, "LogSoftmax"});
  prog.add(poplar::program::Copy(t, result, false, debugContext));
  logSoftmaxInPlace(graph, result, prog, debugContext);
  return result;
}

} // namespace popnn
