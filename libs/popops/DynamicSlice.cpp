// Dynamic slices and updates, one dimension at a time.
//
// Along one dimension the table is a matrix {entries, columns}; vertices take columns, where the table's first row lies
// (createSliceableTensor keeps whole columns on one tile, so that only the offset moves).
#include <popops/DynamicSlice.hpp>
#include <popops/ElementWise.hpp>
#include "libs/popops/detail/Quarters.hpp"
#include "libs/popops/detail/SliceLayout.hpp"
#include "libs/popops/detail/SliceRows.hpp"
#include "libs/popops/detail/WorkerShare.hpp"
#include <poputil/TileMapping.hpp>
#include <poputil/Util.hpp>
#include <poputil/VertexTemplates.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/detail/Options.hpp>
#include <poputil/detail/ShapeText.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>

namespace popops {

using detail::presentLayout;
using detail::SliceLayout;
using poplar::DebugContext;
using poplar::Graph;
using poplar::Interval;
using poplar::OptionFlags;
using poplar::Tensor;
using poplar::program::Sequence;
using poputil::poplibs_error;
using poputil::detail::shapeText;
using Shape = std::vector<std::size_t>;

namespace {

void checkDims(const std::string &function, const Shape &shape, const Shape &dims, const Shape &sizes) {
  if (dims.size() != sizes.size())
    throw poplibs_error(function + ": " + std::to_string(dims.size()) + " dims with " + std::to_string(sizes.size()) +
                        " sizes; one size for each dimension would be right");
  std::vector<bool> seen(shape.size());
  for (std::size_t i = 0; i != dims.size(); ++i) {
    if (dims[i] >= shape.size() || seen[dims[i]])
      throw poplibs_error(function + ": dimension " + std::to_string(dims[i]) + " of a tensor of shape " +
                          shapeText(shape) + (dims[i] < shape.size() ? " is given twice" : " does not exist"));
    seen[dims[i]] = true;
    if (sizes[i] > shape[dims[i]])
      throw poplibs_error(function + ": a slice of " + std::to_string(sizes[i]) + " along dimension " +
                          std::to_string(dims[i]) + " of a tensor of shape " + shapeText(shape));
  }
}

Shape sliceShape(const Shape &shape, const Shape &dims, const Shape &sizes) {
  Shape result = shape;
  for (std::size_t i = 0; i != dims.size(); ++i) result[dims[i]] = sizes[i];
  return result;
}

struct Options {
  bool remap = false, validate = false;
};
Options parse(const std::string &function, const OptionFlags &options) {
  Options result;
  poputil::detail::parseOptions(function, options,
                                {{"remapOutOfBoundIndices", poputil::detail::boolOption(result.remap)},
                                 {"validateIndices", poputil::detail::boolOption(result.validate)}});
  return result;
}

void checkOffset(const std::string &function, const Tensor &t, const Tensor &offset, const Shape &dims,
                 const Shape &sizes) {
  checkDims(function, t.shape(), dims, sizes);
  if (offset.elementType() != poplar::UNSIGNED_INT || offset.numElements() != dims.size())
    throw poplibs_error(function + ": an offset of shape " + offset.shapeToString() + " and type " +
                        offset.elementType().toString() + " for " + std::to_string(dims.size()) +
                        " dims; one unsigned int for each would be right");
}

/// The program's check of an offset that must be inside.
void validateOffset(const std::string &function, Graph &graph, const Shape &shape, const Tensor &offset,
                    const Shape &dims, Sequence &prog, const DebugContext &context) {
  Shape last;
  for (std::size_t dim : dims) last.push_back(shape[dim] - 1);
  detail::validateOffsets(function, graph, shape, offset.reshape({1, dims.size()}), last, prog, context);
}

/// Copies along dimension `dim` between `table` and `window`, which differ in that dimension only.
void alongOne(Graph &graph, const Tensor &table, const Tensor &window, const Tensor &offset, std::size_t dim,
              bool update, bool remap, Sequence &prog, const DebugContext &context) {
  if (window.numElements() == 0) return;
  const unsigned d = static_cast<unsigned>(dim);
  const std::size_t entries = table.dim(d), rows = window.dim(d), columns = table.numElements() / entries;
  const Tensor tableRows = detail::bitsOf(table).dimRoll(d, 0).reshape({entries, columns});
  const Tensor windowRows = detail::bitsOf(window).dimRoll(d, 0).reshape({rows, columns});
  const poplar::ComputeSet cs = graph.addComputeSet({context, update ? "DynamicUpdate" : "DynamicSlice"});
  const poplar::Type type = tableRows.elementType();
  const std::string name = poputil::templateVertex(update ? "popops::DynamicUpdate" : "popops::DynamicSlice", type);
  const unsigned grain = std::max<unsigned>(1, static_cast<unsigned>(8 / graph.getTarget().getTypeSize(type)));
  // Columns go where the table's first row lies, if that is where all rows are, else they are spread.
  const SliceLayout present = presentLayout(graph, tableRows);
  const auto mapping =
      !present.columns.empty()
          ? graph.getTileMapping(tableRows[0])
          : poputil::calcLinearTileMapping(
                graph, {columns}, grain, grain,
                static_cast<unsigned>(poputil::chooseMappingOffset(graph.getTarget().getNumTiles(), table.shape())));
  for (unsigned tile = 0; tile != mapping.size(); ++tile)
    for (const Interval &interval : mapping[tile]) {
      const std::size_t width = interval.size();
      const poplar::VertexRef vertex = graph.addVertex(cs, name);
      graph.setTileMapping(vertex, tile);
      graph.connect(vertex["offset"], offset.reshape({}));
      graph.connect(vertex["table"], tableRows.slice(interval, 1).flatten());
      graph.connect(vertex["window"], windowRows.slice(interval, 1).flatten());
      graph.setInitialValue(vertex["entries"], static_cast<unsigned>(entries));
      graph.setInitialValue(vertex["rows"], static_cast<unsigned>(rows));
      graph.setInitialValue(vertex["columns"], static_cast<unsigned>(width));
      // Workers share the columns when all rows begin at a whole word.
      const bool shared = width % grain == 0;
      graph.setInitialValue(vertex["step"], shared ? detail::workerShare(graph.getTarget(), type, width)
                                                   : static_cast<unsigned>(width));
      graph.setInitialValue(vertex["remap"], remap);
    }
  prog.add(poplar::program::Execute(cs, context));
}

/// The order in which dimensions are sliced: the one that leaves the least first.
std::vector<std::size_t> sliceOrder(const Shape &shape, const Shape &dims, const Shape &sizes) {
  std::vector<std::size_t> order(dims.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return sizes[a] * shape[dims[b]] < sizes[b] * shape[dims[a]]; });
  return order;
}

/// The slice at offset 0.
Tensor firstWindow(const Tensor &t, const Shape &dims, const Shape &sizes) {
  Tensor window = t;
  for (std::size_t i = 0; i != dims.size(); ++i) window = window.slice(0, sizes[i], static_cast<unsigned>(dims[i]));
  return window;
}

/// The offsets, or ones outside if any of them is: slices along the dimensions before it must not reach the output.
Tensor allOrNone(Graph &graph, const Shape &shape, const Shape &dims, const Tensor &offsets, Sequence &prog,
                 const DebugContext &context) {
  using namespace expr;
  std::vector<Tensor> ts{offsets};
  Any inside = Const(true);
  for (unsigned i = 0; i != dims.size(); ++i) {
    ts.push_back(offsets.slice(i, i + 1));
    const Any fits = PlaceHolder(i + 2) < Const(static_cast<unsigned>(shape[dims[i]]));
    inside = i == 0 ? fits : Any(And(inside, fits));
  }
  return map(graph, Select(_1, Const(std::numeric_limits<unsigned>::max()), inside), ts, prog, context);
}

/// A variable for a slice of `t` along one dimension, on the tiles of the first rows of `t`.
Tensor windowOf(Graph &graph, const Tensor &t, std::size_t dim, std::size_t size, const DebugContext &context) {
  return graph.clone(t.slice(0, size, static_cast<unsigned>(dim)), context);
}

} // namespace

Tensor createSliceableTensor(Graph &graph, const poplar::Type &type, const Shape &shape, const Shape &dims,
                             const Shape &sizes, std::size_t minGrainSize, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, type, shape, dims, sizes, minGrainSize);
  checkDims("popops::createSliceableTensor", shape, dims, sizes);
  // Each tile takes some of the elements that are not sliced, for all positions, as one run of memory.
  std::vector<unsigned> order;
  Shape stored;
  std::size_t sliced = 1;
  for (std::size_t dim : dims) {
    order.push_back(static_cast<unsigned>(dim));
    sliced *= shape[dim];
  }
  for (unsigned d = 0; d != shape.size(); ++d)
    if (std::find(dims.begin(), dims.end(), d) == dims.end()) order.push_back(d);
  for (unsigned d : order) stored.push_back(shape[d]);
  std::vector<unsigned> inverse(order.size());
  for (unsigned i = 0; i != order.size(); ++i) inverse[order[i]] = i;
  const std::size_t elements = std::accumulate(shape.begin(), shape.end(), std::size_t(1), std::multiplies<>());
  const Tensor variable = graph.addVariable(type, {elements}, di.context());
  if (elements == 0) return di.output(variable.reshape(shape));
  const poplar::Target &target = graph.getTarget();
  const unsigned grain = minGrainSize != 0 ? static_cast<unsigned>(minGrainSize) : target.getVectorWidth(type);
  const unsigned first = static_cast<unsigned>(poputil::chooseMappingOffset(target.getNumTiles(), shape));
  const auto mapping = poputil::calcLinearTileMapping(graph, {elements / sliced}, grain, grain, first);
  std::vector<std::pair<Interval, unsigned>> columns;
  for (unsigned tile = 0; tile != mapping.size(); ++tile)
    for (const Interval &interval : mapping[tile]) columns.emplace_back(interval, tile);
  std::sort(columns.begin(), columns.end());
  std::vector<Tensor> blocks;
  for (const auto &[interval, tile] : columns) {
    const Tensor block = variable.slice(interval.begin() * sliced, interval.end() * sliced);
    graph.setTileMapping(block, tile);
    blocks.push_back(block.reshape({sliced, interval.size()}));
  }
  return di.output(poplar::concat(blocks, 1).reshape(stored).dimShuffle(inverse));
}

Tensor createDynamicSliceOutput(Graph &graph, const Tensor &t, const Tensor &offset, const Shape &dims,
                                const Shape &sizes, const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t, offset, dims, sizes, options);
  parse("popops::createDynamicSliceOutput", options);
  checkOffset("popops::createDynamicSliceOutput", t, offset, dims, sizes);
  return di.output(graph.clone(firstWindow(t, dims, sizes), di.context()));
}

Graph::TileToTensorMapping getSliceMapping(Graph &graph, const Tensor &t, const Shape &dims, const Shape &sizes) {
  POPLIBS_CHECK_TENSORS(graph, t);
  checkDims("popops::getSliceMapping", t.shape(), dims, sizes);
  return graph.getTileMapping(firstWindow(t, dims, sizes));
}

void dynamicSliceWithOutput(Graph &graph, const Tensor &output, const Tensor &t, const Tensor &offset,
                            const Shape &dims, const Shape &sizes, Sequence &prog, const DebugContext &debugContext,
                            const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, output, t, offset, dims, sizes, options);
  const std::string function = "popops::dynamicSlice";
  const auto [remap, validate] = parse(function, options);
  checkOffset(function, t, offset, dims, sizes);
  const Shape shape = sliceShape(t.shape(), dims, sizes);
  if (output.shape() != shape || output.elementType() != t.elementType())
    throw poplibs_error(function + ": an output of shape " + output.shapeToString() + " and type " +
                        output.elementType().toString() + " for a slice of shape " + shapeText(shape) + " and type " +
                        t.elementType().toString() + " of a tensor of shape " + t.shapeToString());
  if (dims.empty()) {
    prog.add(poplar::program::Copy(t, output, false, di.context()));
    return;
  }
  if (validate) validateOffset(function, graph, t.shape(), offset, dims, prog, di.context());
  Tensor offsets = offset.flatten();
  const auto order = sliceOrder(t.shape(), dims, sizes);
  if (!remap && dims.size() > 1) offsets = allOrNone(graph, t.shape(), dims, offsets, prog, di.context());
  Tensor table = t;
  for (std::size_t i = 0; i != order.size(); ++i) {
    const std::size_t k = order[i];
    const bool last = i + 1 == order.size();
    const Tensor window = last ? output : windowOf(graph, table, dims[k], sizes[k], {di.context(), "slice"});
    alongOne(graph, table, window, offsets[k], dims[k], false, remap, prog, di.context());
    table = window;
  }
}

Tensor dynamicSlice(Graph &graph, const Tensor &t, const Tensor &offset, const Shape &dims, const Shape &sizes,
                    Sequence &prog, const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t, offset, dims, sizes, options);
  checkOffset("popops::dynamicSlice", t, offset, dims, sizes);
  const Tensor output = graph.clone(firstWindow(t, dims, sizes), {di.context(), "slice"});
  dynamicSliceWithOutput(graph, output, t, offset, dims, sizes, prog, di.context(), options);
  return di.output(output);
}

void dynamicUpdate(Graph &graph, const Tensor &t, const Tensor &s, const Tensor &offset, const Shape &dims,
                   const Shape &sizes, Sequence &prog, const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t, s, offset, dims, sizes, options);
  const std::string function = "popops::dynamicUpdate";
  const auto [remap, validate] = parse(function, options);
  checkOffset(function, t, offset, dims, sizes);
  const Shape shape = sliceShape(t.shape(), dims, sizes);
  if (s.shape() != shape || s.elementType() != t.elementType())
    throw poplibs_error(function + ": an update of shape " + s.shapeToString() + " and type " +
                        s.elementType().toString() + " for a slice of shape " + shapeText(shape) + " and type " +
                        t.elementType().toString() + " of a tensor of shape " + t.shapeToString());
  if (!t.isParallelWriteable())
    throw poplibs_error(function + ": the tensor of shape " + t.shapeToString() +
                        " contains constants or an element more than once");
  if (dims.empty()) {
    prog.add(poplar::program::Copy(s, t, false, di.context()));
    return;
  }
  if (validate) validateOffset(function, graph, t.shape(), offset, dims, prog, di.context());
  // Slice all dimensions but the last, update in that slice, and put the slices back, innermost first.
  const Tensor offsets = offset.flatten();
  const auto order = sliceOrder(t.shape(), dims, sizes);
  std::vector<Tensor> tables{t};
  for (std::size_t i = 0; i + 1 < order.size(); ++i) {
    const std::size_t k = order[i];
    tables.push_back(windowOf(graph, tables.back(), dims[k], sizes[k], {di.context(), "slice"}));
    alongOne(graph, tables[i], tables[i + 1], offsets[k], dims[k], false, remap, prog, di.context());
  }
  tables.push_back(s);
  for (std::size_t i = order.size(); i-- > 0;) {
    const std::size_t k = order[i];
    alongOne(graph, tables[i], tables[i + 1], offsets[k], dims[k], true, remap, prog, di.context());
  }
}

} // namespace popops
