#include <popops/HostSliceTensor.hpp>
#include <poputil/TileMapping.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/detail/ShapeText.hpp>
#include <poputil/exceptions.hpp>

namespace popops {

using poplar::DebugContext;
using poplar::Graph;
using poplar::Tensor;
using poplar::Type;
using Shape = std::vector<std::size_t>;

namespace {

std::size_t firstTile(const Graph &graph, const Shape &shape, bool isRead) {
  return poputil::chooseMappingOffset(graph.getTarget().getNumTiles(), shape, isRead);
}

} // namespace

IndicesAndTensor createHostSliceableTensor(Graph &graph, const Type &type, const Shape &shape, bool isRead,
                                           std::size_t offset, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, type, shape, isRead, offset);
  if (shape.size() != 2)
    throw poputil::poplibs_error("popops::createHostSliceableTensor: a shape of " + poputil::detail::shapeText(shape) +
                                 "; [rows,elements of a row] would be right");
  IndicesAndTensor result;
  result.tensor = createHostTransferableTensor(graph, type, shape, isRead, offset, {di.context(), "rows"});
  result.indices = graph.addVariable(poplar::UNSIGNED_INT, {shape[0]}, {di.context(), "indices"});
  graph.setTileMapping(result.indices, static_cast<unsigned>(offset % graph.getTarget().getNumTiles()));
  return result;
}

IndicesAndTensor createHostSliceableTensor(Graph &graph, const Type &type, const Shape &shape, bool isRead,
                                           const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, type, shape, isRead);
  return createHostSliceableTensor(graph, type, shape, isRead, firstTile(graph, shape, isRead), di.context());
}

Tensor createHostTransferableTensor(Graph &graph, const Type &type, const Shape &shape, bool, std::size_t offset,
                                    const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, type, shape, offset);
  const Tensor result = graph.addVariable(type, shape, di.context());
  poputil::mapTensorLinearlyWithOffset(graph, result, static_cast<unsigned>(offset % graph.getTarget().getNumTiles()));
  return di.output(result);
}

Tensor createHostTransferableTensor(Graph &graph, const Type &type, const Shape &shape, bool isRead,
                                    const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, type, shape, isRead);
  return di.output(
      createHostTransferableTensor(graph, type, shape, isRead, firstTile(graph, shape, isRead), di.context()));
}

} // namespace popops
