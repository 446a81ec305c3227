#include <popops/Encoding.hpp>
#include "libs/popops/detail/WorkerShare.hpp"
#include <poputil/VertexTemplates.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>
#include <iterator>

namespace popops {

using poplar::ComputeSet;
using poplar::DebugContext;
using poplar::Graph;
using poplar::Interval;
using poplar::Tensor;
using poplar::program::Sequence;
using poputil::poplibs_error;

namespace {

void oneHot(Graph &graph, const Tensor &indices, const Tensor &encoded, Sequence &prog, const Tensor *on,
            const Tensor *off, const DebugContext &debugContext) {
  const poplar::Type indexType = indices.elementType(), type = encoded.elementType();
  if (indices.rank() != 1 || encoded.rank() != 2 || encoded.dim(0) != indices.dim(0))
    throw poplibs_error("popops::encodeOneHot: indices of shape " + indices.shapeToString() + " and encoded of shape " +
                        encoded.shapeToString() + "; [n] and [n,classes] would be right");
  if (indexType != poplar::INT && indexType != poplar::UNSIGNED_INT)
    throw poplibs_error("popops::encodeOneHot: indices of type " + indexType.toString() +
                        "; int or unsigned int would be right");
  const poplar::Type types[] = {poplar::HALF,         poplar::FLOAT, poplar::INT,         poplar::UNSIGNED_INT,
                                poplar::BOOL,         poplar::CHAR,  poplar::SIGNED_CHAR, poplar::UNSIGNED_CHAR};
  if (std::find(std::begin(types), std::end(types), type) == std::end(types))
    throw poplibs_error("popops::encodeOneHot: encoded of type " + type.toString() +
                        "; half, float, int, unsigned int, bool or a type of 8 bits would be right");
  for (const Tensor *value : {on, off})
    if (value && (value->numElements() != 1 || value->elementType() != type))
      throw poplibs_error("popops::encodeOneHot: an on or off value of shape " + value->shapeToString() + " and type " +
                          value->elementType().toString() + "; one element of type " + type.toString() +
                          " would be right");
  if (encoded.numElements() == 0) return;
  const ComputeSet cs = graph.addComputeSet({debugContext, "OneHot"});
  const std::size_t classes = encoded.dim(1);
  const Tensor flat = encoded.flatten();
  const auto mapping = graph.getTileMapping(flat);
  for (unsigned tile = 0; tile != mapping.size(); ++tile)
    for (const Interval &interval : mapping[tile]) {
      const poplar::VertexRef vertex =
          graph.addVertex(cs, poputil::templateVertex("popops::EncodeOneHot", indexType, type));
      graph.setTileMapping(vertex, tile);
      const std::size_t firstRow = interval.begin() / classes, lastRow = (interval.end() - 1) / classes;
      graph.connect(vertex["indices"], indices.slice(firstRow, lastRow + 1));
      graph.connect(vertex["out"], flat.slice(interval));
      graph.setInitialValue(vertex["step"], detail::workerShare(graph.getTarget(), type, interval.size()));
      graph.setInitialValue(vertex["column"], static_cast<unsigned>(interval.begin() % classes));
      graph.setInitialValue(vertex["classes"], static_cast<unsigned>(classes));
      if (on)
        graph.connect(vertex["on"], on->reshape({}));
      else
        graph.connect(vertex["on"], 1);
      if (off)
        graph.connect(vertex["off"], off->reshape({}));
      else
        graph.connect(vertex["off"], 0);
    }
  prog.add(poplar::program::Execute(cs, debugContext));
}

template <class T>
void count(Graph &graph, const Tensor &t, T start, Sequence &prog, const DebugContext &debugContext) {
  const poplar::Type type = t.elementType();
  if (t.rank() != 1 || (type != poplar::INT && type != poplar::UNSIGNED_INT))
    throw poplibs_error("popops::iota: a tensor of shape " + t.shapeToString() + " and type " + type.toString() +
                        "; rank 1 and int or unsigned int would be right");
  if (t.numElements() == 0) return;
  const ComputeSet cs = graph.addComputeSet({debugContext, "Iota"});
  const auto mapping = graph.getTileMapping(t);
  for (unsigned tile = 0; tile != mapping.size(); ++tile)
    for (const Interval &interval : mapping[tile]) {
      const poplar::VertexRef vertex = graph.addVertex(cs, poputil::templateVertex("popops::Iota", type));
      graph.setTileMapping(vertex, tile);
      graph.connect(vertex["out"], t.slice(interval));
      graph.setInitialValue(vertex["step"], detail::workerShare(graph.getTarget(), type, interval.size()));
      const T first = static_cast<T>(static_cast<unsigned>(start) + static_cast<unsigned>(interval.begin()));
      if (type == poplar::INT)
        graph.setInitialValue(vertex["start"], static_cast<int>(first));
      else
        graph.setInitialValue(vertex["start"], static_cast<unsigned>(first));
    }
  prog.add(poplar::program::Execute(cs, debugContext));
}

} // namespace

void encodeOneHot(Graph &graph, const Tensor &indices, const Tensor &encoded, Sequence &prog,
                  const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, indices, encoded);
  oneHot(graph, indices, encoded, prog, nullptr, nullptr, di.context());
}

void encodeOneHot(Graph &graph, const Tensor &indices, const Tensor &encoded, Sequence &prog, const Tensor &on,
                  const Tensor &off, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, indices, encoded, on, off);
  oneHot(graph, indices, encoded, prog, &on, &off, di.context());
}

void iota(Graph &graph, const Tensor &t, unsigned startInteger, Sequence &prog, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t, startInteger);
  count(graph, t, startInteger, prog, di.context());
}

void iota(Graph &graph, const Tensor &t, int startInteger, Sequence &prog, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t, startInteger);
  count(graph, t, startInteger, prog, di.context());
}

} // namespace popops
