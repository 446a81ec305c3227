#include <popops/Cast.hpp>
#include "libs/popops/detail/Quarters.hpp"
#include <popops/ElementWise.hpp>
#include <popops/ElementWiseUtil.hpp>
#include <popops/detail/MapInto.hpp>
#include <poputil/TileMapping.hpp>
#include <poputil/Util.hpp>
#include <poputil/VertexTemplates.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/exceptions.hpp>

namespace popops {

using detail::bitsOf;
using detail::isQuarter;
using poplar::Graph;
using poplar::Tensor;

namespace {

void castQuarters(Graph &graph, const Tensor &src, const Tensor &dst, poplar::ComputeSet cs) {
  for (const Tensor *t : {&src, &dst}) {
    if (!isQuarter(*t) && t->elementType() != poplar::HALF && t->elementType() != poplar::FLOAT)
      throw poputil::poplibs_error("popops::cast: type " + src.elementType().toString() + " cannot be cast to " +
                                   dst.elementType().toString() + "; quarters convert from and to half and float");
    if (isQuarter(*t) && t->numElements() != 0 && !t->hasMetadata())
      throw poputil::poplibs_error("popops::cast: the QUARTER tensor of shape " + t->shapeToString() +
                                   " has no metadata; give cast a metadata tensor, or Graph::addVariable");
  }
  if (src.shape() != dst.shape())
    throw poputil::poplibs_error("popops::cast: a tensor of shape " + src.shapeToString() +
                                 " cannot be cast to one of shape " + dst.shapeToString());
  if (src.numElements() == 0) return;
  const Tensor given = isQuarter(src) ? src.getMetadata() : dst.getMetadata();
  const Tensor wanted = isQuarter(dst) ? dst.getMetadata() : given;
  Tensor in = bitsOf(src).flatten(), out = bitsOf(dst).flatten();
  graph.reorderToSimplify(&out, {&in}, false);
  const auto mapping = graph.getTileMapping(out);
  constexpr unsigned kGrain = 8; // no two vertices store to one word
  for (unsigned tile = 0; tile != mapping.size(); ++tile)
    for (const auto &share : poputil::splitRegionsBetweenWorkers(
             graph.getTarget(), graph.getSortedContiguousRegions(out, mapping[tile]), kGrain, kGrain)) {
      const poplar::VertexRef vertex =
          graph.addVertex(cs, poputil::templateVertex("popops::CastQuarter", in.elementType(), out.elementType()));
      graph.setTileMapping(vertex, tile);
      graph.connect(vertex["in"], in.slices(share));
      graph.connect(vertex["out"], out.slices(share));
      graph.connect(vertex["inMetadata"], given.reinterpret(poplar::UNSIGNED_CHAR));
      graph.connect(vertex["outMetadata"], wanted.reinterpret(poplar::UNSIGNED_CHAR));
    }
}

/// A QUARTER tensor laid out like `src`.
Tensor quartersLike(Graph &graph, const Tensor &src, const poplar::Type &dstType, const Tensor &metadata,
                    const poplar::DebugContext &debugContext) {
  if (dstType != poplar::QUARTER)
    throw poputil::poplibs_error("popops::cast: tensors of type " + dstType.toString() +
                                 " have no metadata; leave it out, or cast to QUARTER");
  if (metadata.elementType() != poplar::QUARTER_METADATA || metadata.numElements() != 1)
    throw poputil::poplibs_error("popops::cast: metadata is a tensor of type " + metadata.elementType().toString() +
                                 " and shape " + metadata.shapeToString() +
                                 "; poputil::createConstantMetadataTensor makes one that is right");
  const Tensor dst = graph.addVariable(dstType, metadata, src.shape(), debugContext);
  if (src.numElements() != 0) graph.setTileMapping(dst, graph.getTileMapping(src));
  return dst;
}

} // namespace

Tensor cast(Graph &graph, const Tensor &src, const poplar::Type &dstType, poplar::program::Sequence &prog,
            const poplar::DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, src, dstType);
  if (dstType == poplar::QUARTER && src.elementType() != dstType)
    throw poputil::poplibs_error("popops::cast: a tensor of type " + src.elementType().toString() +
                                 " to QUARTER needs a metadata tensor after the type");
  if (isQuarter(src) && src.elementType() != dstType) {
    const poplar::ComputeSet cs = graph.addComputeSet({di.context(), "Cast"});
    const Tensor dst = cast(graph, src, dstType, cs, di.context());
    prog.add(poplar::program::Execute(cs, di.context()));
    return di.output(dst);
  }
  if (src.elementType() == dstType) return di.output(poputil::duplicate(graph, src, prog, {di.context(), "Cast"}));
  return di.output(map(graph, expr::Cast(expr::_1, dstType), {src}, prog, di.context()));
}

Tensor cast(Graph &graph, const Tensor &src, const poplar::Type &dstType, const Tensor &metadata,
            poplar::program::Sequence &prog, const poplar::DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, src, dstType, metadata);
  const Tensor dst = quartersLike(graph, src, dstType, metadata, {di.context(), "Cast"});
  castWithOutput(graph, src, dst, prog, di.context());
  return di.output(dst);
}

Tensor cast(Graph &graph, const Tensor &src, const poplar::Type &dstType, const Tensor &metadata, poplar::ComputeSet cs,
            const poplar::DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, src, dstType, metadata, cs);
  const Tensor dst = quartersLike(graph, src, dstType, metadata, {di.context(), "Cast"});
  castQuarters(graph, src, dst, cs);
  return di.output(dst);
}

void castWithOutput(Graph &graph, const Tensor &src, const Tensor &dst, poplar::program::Sequence &prog,
                    const poplar::DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, src, dst);
  if (src.shape() != dst.shape())
    throw poputil::poplibs_error("popops::cast: a tensor of shape " + src.shapeToString() +
                                 " cannot be cast to one of shape " + dst.shapeToString());
  if (isQuarter(src) || isQuarter(dst)) {
    if (isQuarter(src) && isQuarter(dst) && src.hasMetadata() == dst.hasMetadata() &&
        (!src.hasMetadata() || src.getMetadata() == dst.getMetadata())) {
      prog.add(poplar::program::Copy(src, dst, false, di.context()));
      return;
    }
    const poplar::ComputeSet cs = graph.addComputeSet({di.context(), "Cast"});
    castQuarters(graph, src, dst, cs);
    prog.add(poplar::program::Execute(cs, di.context()));
    return;
  }
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
  if (isQuarter(src) || isQuarter(dst)) return castQuarters(graph, src, dst, cs);
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
