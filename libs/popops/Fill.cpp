#include <popops/Fill.hpp>
#include <popops/Zero.hpp>
#include "libs/popops/detail/WorkerShare.hpp"
#include <poplar/IeeeHalf.hpp>
#include <poputil/Util.hpp>
#include <poputil/detail/Parts.hpp>
#include <poputil/VertexTemplates.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>
#include <cmath>

namespace popops {

using poplar::ComputeSet;
using poplar::Graph;
using poplar::Interval;
using poplar::Tensor;

namespace detail {

namespace {

void setValue(Graph &graph, poplar::VertexRef vertex, const poplar::Type &type, FillValue value) {
  const poplar::FieldRef field = vertex["value"];
  if (type == poplar::HALF)
    graph.setInitialValueHalf(field, poplar::IeeeHalf(value.real).bit16());
  else if (type == poplar::FLOAT)
    graph.setInitialValue(field, static_cast<float>(value.real));
  else if (!value.isReal && value.real < 0)
    graph.setInitialValue(field, static_cast<long long>(value.integer));
  else if (!value.isReal)
    graph.setInitialValue(field, static_cast<unsigned long long>(value.integer));
  else if (std::trunc(value.real) == value.real && std::fabs(value.real) < 9e18)
    graph.setInitialValue(field, static_cast<long long>(value.real));
  else
    throw poputil::poplibs_error("popops::fill: the value " + std::to_string(value.real) +
                                 " is not an integer but the tensor has the type " + type.toString());
}

} // namespace

void fill(Graph &graph, const Tensor &t, const std::vector<Interval> &tileRegions, unsigned tile, ComputeSet fillCS,
          FillValue value) {
  const Tensor flat = t.flatten();
  const poplar::Type type = t.elementType();
  const auto groups = graph.getSortedContiguousRegions(flat, tileRegions);
  const poplar::Target &target = graph.getTarget();
  if (groups.size() == 1) {
    const std::size_t elements = poputil::intervalSequenceNumElements(groups);
    const std::size_t parts = poputil::detail::verticesOfTile(target, elements);
    for (const auto &part : poputil::detail::cut(groups[0], (elements + parts - 1) / parts)) {
      const poplar::VertexRef vertex = graph.addVertex(fillCS, poputil::templateVertex("popops::Fill", type));
      graph.setTileMapping(vertex, tile);
      const Tensor run = poplar::concat(flat.slices(part));
      graph.connect(vertex["out"], run);
      graph.setInitialValue(vertex["step"], workerShare(target, type, run.numElements()));
      setValue(graph, vertex, type, value);
    }
    return;
  }
  const unsigned grain = std::max<unsigned>(1, static_cast<unsigned>(8 / target.getTypeSize(type)));
  for (const auto &share : poputil::splitRegionsBetweenWorkers(target, groups, grain, 2 * grain)) {
    const poplar::VertexRef vertex = graph.addVertex(fillCS, poputil::templateVertex("popops::Fill2d", type));
    graph.setTileMapping(vertex, tile);
    graph.connect(vertex["out"], flat.slices(share));
    setValue(graph, vertex, type, value);
  }
}

void fill(Graph &graph, const Tensor &t, const std::vector<std::vector<Interval>> &mapping, ComputeSet fillCS,
          FillValue value) {
  for (unsigned tile = 0; tile != mapping.size(); ++tile)
    if (!mapping[tile].empty()) fill(graph, t, mapping[tile], tile, fillCS, value);
}

void fill(Graph &graph, const Tensor &t, poplar::program::Sequence &prog, FillValue value,
          const poplar::DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t);
  if (t.numElements() == 0) return;
  if (!t.isParallelWriteable())
    throw poputil::poplibs_error("popops::fill: the tensor of shape " + t.shapeToString() +
                                 " contains constants or an element more than once");
  const ComputeSet cs = graph.addComputeSet({di.context(), "Fill"});
  Tensor flat = t.flatten();
  graph.reorderToSimplify(&flat, {}, false);
  fill(graph, flat, graph.getTileMapping(flat), cs, value);
  prog.add(poplar::program::Execute(cs, di.context()));
}

} // namespace detail

void zero(Graph &graph, const Tensor &t, const std::vector<Interval> &tileRegions, unsigned tile, ComputeSet zeroCS) {
  fill(graph, t, tileRegions, tile, zeroCS, 0);
}
void zero(Graph &graph, const Tensor &t, unsigned tile, ComputeSet zeroCS) { fill(graph, t, tile, zeroCS, 0); }
void zero(Graph &graph, const Tensor &t, const std::vector<std::vector<Interval>> &mapping, ComputeSet zeroCS) {
  fill(graph, t, mapping, zeroCS, 0);
}
void zero(Graph &graph, const Tensor &t, poplar::program::Sequence &prog, const poplar::DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t);
  detail::fill(graph, t, prog, detail::fillValue(0), {di.context(), "Zero"});
}

} // namespace popops
