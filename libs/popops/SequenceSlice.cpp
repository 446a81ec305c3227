// Vertices take columns of both tensors, spread over the tiles.
#include <popops/SequenceSlice.hpp>
#include <poputil/TileMapping.hpp>
#include <poputil/Util.hpp>
#include <poputil/VertexTemplates.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/exceptions.hpp>

namespace popops {

using poplar::Graph;
using poplar::Interval;
using poplar::Tensor;
using poputil::poplibs_error;

namespace {

const char kFunction[] = "popops::sequenceSlice";

void check(const Tensor &in, const Tensor &out, const Tensor &lengths, const Tensor &from, const Tensor &to) {
  const bool fits = in.rank() != 0 && out.rank() == in.rank() && in.elementType() == out.elementType();
  if (!fits || (in.numElements() != 0 && out.numElements() != 0 && in[0].shape() != out[0].shape()))
    throw poplibs_error(std::string(kFunction) + ": tIn of shape " + in.shapeToString() + " and type " +
                        in.elementType().toString() + " with tOut of shape " + out.shapeToString() + " and type " +
                        out.elementType().toString() + "; they may differ in dimension 0 only");
  for (const Tensor &t : {lengths, from, to})
    if (t.rank() != 1 || t.shape() != lengths.shape() || t.elementType() != poplar::UNSIGNED_INT)
      throw poplibs_error(std::string(kFunction) + ": lengths and offsets of shapes " + lengths.shapeToString() + " " +
                          from.shapeToString() + " " + to.shapeToString() + " and types " +
                          lengths.elementType().toString() + ", " + from.elementType().toString() + ", " +
                          to.elementType().toString() + "; [runs] of unsigned int each would be right");
  if (!out.isParallelWriteable())
    throw poplibs_error(std::string(kFunction) + ": tOut of shape " + out.shapeToString() +
                        " contains constants or an element more than once");
}

} // namespace

void sequenceSlice(Graph &graph, const Tensor &tIn, const Tensor &tOut, const Tensor &tN, const Tensor &tInOffset,
                   const Tensor &tOutOffset, bool zeroUnused, poplar::program::Sequence &prog,
                   const poplar::DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, tIn, tOut, tN, tInOffset, tOutOffset, zeroUnused);
  check(tIn, tOut, tN, tInOffset, tOutOffset);
  if (tIn.numElements() == 0 || tOut.numElements() == 0) return;
  const std::size_t bytes = graph.getTarget().getTypeSize(tIn.elementType());
  if (bytes != 1 && bytes != 2 && bytes != 4)
    throw poplibs_error(std::string(kFunction) + ": tensors of type " + tIn.elementType().toString() +
                        "; a type of 1, 2 or 4 bytes would be right");
  const poplar::Type bits = bytes == 1   ? poplar::UNSIGNED_CHAR
                            : bytes == 2 ? poplar::UNSIGNED_SHORT
                                         : poplar::UNSIGNED_INT;
  const std::size_t columns = tIn.numElements() / tIn.dim(0);
  const auto rowsOf = [&](const Tensor &t) {
    const Tensor rows = t.reshape({t.dim(0), columns});
    return rows.elementType() == bits ? rows : rows.reinterpret(bits);
  };
  const Tensor in = rowsOf(tIn), out = rowsOf(tOut);
  const poplar::DebugContext context(di.context(), "SequenceSlice");
  const poplar::ComputeSet cs = graph.addComputeSet(context);
  const unsigned grain = static_cast<unsigned>(8 / bytes);
  const auto mapping = poputil::calcLinearTileMapping(
      graph, {columns}, grain, grain,
      static_cast<unsigned>(poputil::chooseMappingOffset(graph.getTarget().getNumTiles(), tIn.shape())));
  for (unsigned tile = 0; tile != mapping.size(); ++tile)
    for (const auto &share : poputil::splitRegions(mapping[tile], grain, graph.getTarget().getNumWorkerContexts()))
      for (const Interval &part : share) {
        const poplar::VertexRef vertex = graph.addVertex(cs, poputil::templateVertex("popops::SequenceSlice", bits));
        graph.setTileMapping(vertex, tile);
        graph.connect(vertex["in"], in.slice(part, 1).flatten());
        graph.connect(vertex["out"], out.slice(part, 1).flatten());
        graph.connect(vertex["lengths"], tN);
        graph.connect(vertex["from"], tInOffset);
        graph.connect(vertex["to"], tOutOffset);
        graph.setInitialValue(vertex["columns"], static_cast<unsigned>(part.size()));
        graph.setInitialValue(vertex["inRows"], static_cast<unsigned>(tIn.dim(0)));
        graph.setInitialValue(vertex["outRows"], static_cast<unsigned>(tOut.dim(0)));
        graph.setInitialValue(vertex["zeroUnused"], zeroUnused);
      }
  prog.add(poplar::program::Execute(cs, context));
}

} // namespace popops
