#include <popops/AllTrue.hpp>
#include <popops/Reduce.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/exceptions.hpp>

namespace popops {

poplar::Tensor allTrue(poplar::Graph &graph, poplar::Tensor A, poplar::program::Sequence &prog,
                       const poplar::DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, A);
  if (A.elementType() != poplar::BOOL)
    throw poputil::poplibs_error("popops::allTrue: the tensor has the type " + A.elementType().toString() +
                                 "; it must be bool");
  return di.output(reduce(graph, A.flatten(), {0}, Operation::LOGICAL_AND, prog, {di.context(), "AllTrue"}));
}

} // namespace popops
