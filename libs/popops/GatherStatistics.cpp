#include <popops/GatherStatistics.hpp>
#include <popops/Cast.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Reduce.hpp>
#include <poputil/Util.hpp>
#include <poputil/VertexTemplates.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/detail/Options.hpp>
#include <poputil/exceptions.hpp>

namespace popops {

using poplar::DebugContext;
using poplar::Graph;
using poplar::Interval;
using poplar::OptionFlags;
using poplar::Tensor;
using poplar::program::Sequence;
using poputil::poplibs_error;

namespace {

bool wantsFloat(const OptionFlags &options) {
  bool real = false, other = false;
  poputil::detail::parseOptions("popops::histogram", options,
                                {{"useFloatArithmetic", poputil::detail::boolOption(real)},
                                 {"useFloatArithmeticWithUnsignedIntOutput", poputil::detail::boolOption(other)}});
  return real;
}

/// Counts on each tile, then their sum: UNSIGNED_INT {levels + 1}.
Tensor count(Graph &graph, const Tensor &input, const Tensor &levels, bool absolute, Sequence &prog,
             const DebugContext &context) {
  const poplar::Type type = input.elementType();
  if ((type != poplar::HALF && type != poplar::FLOAT) || levels.elementType() != type || levels.rank() != 1 ||
      levels.numElements() == 0)
    throw poplibs_error("popops::histogram: an input of shape " + input.shapeToString() + " and type " +
                        type.toString() + " with levels of shape " + levels.shapeToString() + " and type " +
                        levels.elementType().toString() +
                        "; half or float, and levels [n] of the same type would be right");
  const std::size_t bins = levels.numElements() + 1;
  Tensor flat = input.flatten();
  graph.reorderToSimplify(&flat, {}, false);
  const poplar::ComputeSet cs = graph.addComputeSet({context, "count"});
  std::vector<Tensor> partials;
  const auto mapping = graph.getTileMapping(flat);
  for (unsigned tile = 0; tile != mapping.size(); ++tile)
    for (const auto &share : poputil::splitRegionsBetweenWorkers(graph.getTarget(), mapping[tile], 1, 2)) {
      const Tensor counts = graph.addVariable(poplar::UNSIGNED_INT, {1, bins}, {context, "counts"});
      graph.setTileMapping(counts, tile);
      const poplar::VertexRef vertex = graph.addVertex(cs, poputil::templateVertex("popops::Histogram", type));
      graph.setTileMapping(vertex, tile);
      graph.connect(vertex["in"], flat.slices(share));
      graph.connect(vertex["levels"], levels);
      graph.connect(vertex["counts"], counts.flatten());
      graph.setInitialValue(vertex["absolute"], absolute);
      partials.push_back(counts);
    }
  if (partials.empty()) {
    const Tensor zeros = graph.addConstant(poplar::UNSIGNED_INT, {1, bins}, 0u, {context, "counts"});
    graph.setTileMapping(zeros, 0);
    partials.push_back(zeros);
  } else {
    prog.add(poplar::program::Execute(cs, context));
  }
  return reduce(graph, poplar::concat(partials), {0}, Operation::ADD, prog, context);
}

} // namespace

Tensor histogram(Graph &graph, const Tensor &input, const Tensor &levels, bool absoluteOfInput, Sequence &prog,
                 const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, input, levels, absoluteOfInput, options);
  const DebugContext context(di.context(), "Histogram");
  const bool real = wantsFloat(options);
  const Tensor counts = count(graph, input, levels, absoluteOfInput, prog, context);
  return di.output(real ? cast(graph, counts, poplar::FLOAT, prog, context) : counts);
}

void histogram(Graph &graph, const Tensor &input, Tensor &output, bool updateOutput, const Tensor &levels,
               bool absoluteOfInput, Sequence &prog, const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, input, output, updateOutput, levels, absoluteOfInput, options);
  const DebugContext context(di.context(), "Histogram");
  wantsFloat(options);
  const poplar::Type type = output.elementType();
  if (output.rank() != 1 || output.numElements() != levels.numElements() + 1 ||
      (type != poplar::UNSIGNED_INT && type != poplar::FLOAT))
    throw poplibs_error("popops::histogram: an output of shape " + output.shapeToString() + " and type " +
                        type.toString() + " for levels of shape " + levels.shapeToString() +
                        "; one element more, of unsigned int or float, would be right");
  const Tensor counts = count(graph, input, levels, absoluteOfInput, prog, context);
  if (updateOutput)
    mapInPlace(graph, expr::_1 + expr::Cast(expr::_2, type), {output, counts}, prog, context);
  else
    castWithOutput(graph, counts, output, prog, context);
}

} // namespace popops
