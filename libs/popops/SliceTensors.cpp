// Tensors that are laid out for slices: tables, slices, offsets.
#include <popops/DynamicSlice.hpp>
#include "libs/popops/detail/Quarters.hpp"
#include "libs/popops/detail/SliceLayout.hpp"
#include "libs/popops/detail/SliceRows.hpp"
#include <poputil/TileMapping.hpp>
#include <poputil/Util.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/detail/ShapeText.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>

namespace popops {

using namespace detail;
using poplar::DebugContext;
using poplar::Graph;
using poplar::OptionFlags;
using poplar::Tensor;
using poplar::Type;
using poplar::program::Sequence;
using poputil::poplibs_error;
using Shape = std::vector<std::size_t>;

namespace {

std::size_t product(const Shape &shape) {
  std::size_t n = 1;
  for (std::size_t size : shape) n *= size;
  return n;
}

void checkShape(const std::string &function, const Shape &shape, const Shape &dims, const Shape &sizes) {
  bool fits = dims.size() == sizes.size() && !dims.empty();
  for (std::size_t i = 0; fits && i != dims.size(); ++i)
    fits = dims[i] < shape.size() && sizes[i] <= shape[dims[i]] && std::count(dims.begin(), dims.end(), dims[i]) == 1;
  if (!fits)
    throw poplibs_error(function + ": slices of sizes " + poputil::detail::shapeText(sizes) + " along dimensions " +
                        poputil::detail::shapeText(dims) + " of a tensor of shape " +
                        poputil::detail::shapeText(shape));
}

// Slices that lie like their table take up to one part in so many of a tile.
constexpr std::size_t kShareOfSlices = 8;

/// The sliced dimensions of a table.
Shape slicedSizes(const Shape &shape, const Shape &dims) {
  Shape result;
  for (std::size_t d : dims) result.push_back(shape[d]);
  return result;
}

/// A run of rows of a matrix, and the block and copy whose tiles have it.
struct RowRun {
  std::size_t begin, end, block, copy;
};

/// A matrix {rows, columns} of blocks, one run of rows below the other. Each block is one run of memory.
Tensor blockMatrix(Graph &graph, const Type &type, std::size_t rows, std::size_t columns, const SliceLayout &layout,
                   const std::vector<RowRun> &runs, const DebugContext &context) {
  const Tensor flat = graph.addVariable(type, {rows * columns}, context);
  std::size_t at = 0;
  std::vector<Tensor> byColumns;
  for (const ColumnBlock &block : layout.columns) {
    std::vector<Tensor> parts;
    for (const RowRun &run : runs) {
      const std::size_t height = run.end - run.begin, width = block.end - block.begin;
      const Tensor part = flat.slice(at, at + height * width);
      at += height * width;
      graph.setTileMapping(part, layout.tile(block, run.block, run.copy));
      parts.push_back(part.reshape({height, width}));
    }
    byColumns.push_back(poplar::concat(parts));
  }
  return poplar::concat(byColumns, 1);
}

Tensor plannedTable(Graph &graph, const Type &type, const Shape &shape, const Shape &dims, const Shape &sizes,
                    const SlicePlan &plan, std::size_t group, const DebugContext &context) {
  if (plan.entries() == 0) return createSliceableTensor(graph, type, shape, dims, sizes, 0, context);
  const Shape sliced = slicedSizes(shape, dims);
  const std::size_t entries = product(sliced), elements = product(shape);
  if (elements == 0) return graph.addVariable(type, shape, context);
  const SliceLayout layout = plannedLayout(graph, plan, type, entries, elements / entries, group);
  std::vector<RowRun> runs;
  for (std::size_t e = 0; e != layout.entryBlocks(); ++e)
    runs.push_back({e * layout.blockEntries, std::min(entries, (e + 1) * layout.blockEntries), e, 0});
  const Tensor rows = blockMatrix(graph, type, entries, elements / entries, layout, runs, context);
  return fromRows(rows, shape, dims, sliced, 1)[0];
}

Tensor plannedSlices(Graph &graph, const Type &type, const Shape &shape, const Shape &dims, const Shape &sizes,
                     std::size_t n, const SlicePlan &plan, std::size_t group, const DebugContext &context) {
  const Shape stacked = slicesShape(shape, dims, sizes, n);
  const std::size_t rows = n * product(sizes), elements = product(stacked);
  if (elements == 0) return graph.addVariable(type, stacked, context);
  const std::size_t columns = elements / rows, entries = product(slicedSizes(shape, dims));
  // Without a plan: like the table that createSliceableTensor would make, its columns over the tiles.
  const SlicePlan used = plan.entries() != 0 ? plan : SlicePlan(entries, columns, 1, columns);
  const SliceLayout layout = plannedLayout(graph, used, type, entries, columns, group);
  std::vector<RowRun> runs;
  const std::size_t roundSize = layout.roundSize(rows);
  for (std::size_t begin = 0; begin < rows; begin += roundSize)
    for (const LookupRange &range : shareLookups(std::min(roundSize, rows - begin), layout.copies))
      for (std::size_t e = 0; e != layout.entryBlocks(); ++e)
        if (layout.share(range, e) != layout.share(range, e + 1))
          runs.push_back({begin + layout.share(range, e), begin + layout.share(range, e + 1), e, range.copy});
  return fromRows(blockMatrix(graph, type, rows, columns, layout, runs, context), shape, dims, sizes, n);
}

/// One tensor for each group, stacked.
template <class Make> Tensor grouped(const std::string &function, std::size_t groups, Make make) {
  if (groups == 0) throw poplibs_error(function + ": a groupSize of 0; it must be at least 1");
  std::vector<Tensor> result;
  for (std::size_t g = 0; g != groups; ++g) result.push_back(make(g).expand({0}));
  return poplar::concat(result);
}

Tensor offsetsTensor(Graph &graph, const Shape &shape, const DebugContext &context) {
  const Tensor result = graph.addVariable(poplar::UNSIGNED_INT, shape, context);
  poputil::mapTensorLinearly(graph, result);
  return result;
}

} // namespace

Tensor createSliceableTensor(Graph &graph, const Type &type, const Shape &shape, const Shape &dims, const Shape &sizes,
                             const SlicePlan &plan, const OptionFlags &options, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, type, shape, dims, sizes, plan, options);
  parseSliceOptions("popops::createSliceableTensor", options);
  checkShape("popops::createSliceableTensor", shape, dims, sizes);
  return di.output(plannedTable(graph, type, shape, dims, sizes, plan, 0, di.context()));
}

Tensor createGroupedSliceableTensor(Graph &graph, const Type &type, std::size_t groupSize, const Shape &shape,
                                    const Shape &dims, const Shape &sizes, const SlicePlan &plan,
                                    const OptionFlags &options, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, type, groupSize, shape, dims, sizes, plan, options);
  const std::string function = "popops::createGroupedSliceableTensor";
  parseSliceOptions(function, options);
  checkShape(function, shape, dims, sizes);
  return di.output(grouped(function, groupSize, [&](std::size_t g) {
    return plannedTable(graph, type, shape, dims, sizes, plan, g, di.context());
  }));
}

Tensor createSliceTensor(Graph &graph, const Tensor &t, const Shape &dims, const Shape &sizes, std::size_t numIndices,
                         const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t, dims, sizes, numIndices);
  checkShape("popops::createSliceTensor", t.shape(), dims, sizes);
  Tensor window = t;
  for (std::size_t i = 0; i != dims.size(); ++i) window = window.slice(0, sizes[i], static_cast<unsigned>(dims[i]));
  if (numIndices == 0)
    return di.output(variableLike(graph, t, slicesShape(t.shape(), dims, sizes, 0), di.context()));
  if (window.numElements() == 0) return di.output(graph.cloneN(window, numIndices, di.context()));
  std::size_t most = 0; // elements of a tile
  for (const auto &tile : graph.getTileMapping(window)) {
    std::size_t elements = 0;
    for (const poplar::Interval &interval : tile) elements += interval.size();
    most = std::max(most, elements);
  }
  const poplar::Target &target = graph.getTarget();
  const std::size_t bytes = most * numIndices * target.getTypeSize(t.elementType());
  if (!presentLayout(graph, tableRows(t, dims)).columns.empty() && bytes <= target.getBytesPerTile() / kShareOfSlices)
    return di.output(graph.cloneN(window, numIndices, di.context()));
  const Tensor spread = variableLike(graph, t, slicesShape(t.shape(), dims, sizes, numIndices), di.context());
  poputil::mapTensorLinearly(graph, spread);
  return di.output(spread);
}

Tensor createSliceTensor(Graph &graph, const Type &type, const Shape &shape, const Shape &dims, const Shape &sizes,
                         std::size_t numIndices, const SlicePlan &plan, const OptionFlags &options,
                         const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, type, shape, dims, sizes, numIndices, plan, options);
  parseSliceOptions("popops::createSliceTensor", options);
  checkShape("popops::createSliceTensor", shape, dims, sizes);
  return di.output(plannedSlices(graph, type, shape, dims, sizes, numIndices, plan, 0, di.context()));
}

Tensor createGroupedSliceTensor(Graph &graph, const Type &type, std::size_t groupSize, const Shape &shape,
                                const Shape &dims, const Shape &sizes, std::size_t numIndices, const SlicePlan &plan,
                                const OptionFlags &options, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, type, groupSize, shape, dims, sizes, numIndices, plan, options);
  const std::string function = "popops::createGroupedSliceTensor";
  parseSliceOptions(function, options);
  checkShape(function, shape, dims, sizes);
  return di.output(grouped(function, groupSize, [&](std::size_t g) {
    return plannedSlices(graph, type, shape, dims, sizes, numIndices, plan, g, di.context());
  }));
}

Tensor createIndicesTensor(Graph &graph, const Shape &dims, std::size_t numIndices, const SlicePlan &,
                           const OptionFlags &options, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, dims, numIndices, options);
  parseSliceOptions("popops::createIndicesTensor", options);
  return di.output(offsetsTensor(graph, {numIndices, dims.size()}, di.context()));
}

Tensor createGroupedIndicesTensor(Graph &graph, std::size_t groupSize, const Shape &dims, std::size_t numIndices,
                                  const SlicePlan &, const OptionFlags &options, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, groupSize, dims, numIndices, options);
  parseSliceOptions("popops::createGroupedIndicesTensor", options);
  return di.output(offsetsTensor(graph, {groupSize, numIndices, dims.size()}, di.context()));
}

Tensor createSliceableTensorFromSlice(Graph &graph, const Tensor &s, const Shape &dims, const Shape &numSlices,
                                      const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, s, dims, numSlices);
  checkShape("popops::createSliceableTensorFromSlice", s.shape(), dims, Shape(numSlices.size(), 0));
  const std::size_t copies = product(numSlices);
  if (copies == 0)
    throw poplibs_error("popops::createSliceableTensorFromSlice: numSlices " + poputil::detail::shapeText(numSlices) +
                        "; none may be 0");
  // {copies along each of dims, shape of s}: each copy's number goes before its dimension.
  Shape split = numSlices, joined = s.shape();
  for (std::size_t size : s.shape()) split.push_back(size);
  std::vector<unsigned> order;
  for (unsigned d = 0; d != s.rank(); ++d) {
    const auto at = std::find(dims.begin(), dims.end(), d);
    if (at != dims.end()) {
      order.push_back(static_cast<unsigned>(at - dims.begin()));
      joined[d] *= numSlices[static_cast<std::size_t>(at - dims.begin())];
    }
    order.push_back(static_cast<unsigned>(numSlices.size()) + d);
  }
  return di.output(graph.cloneN(s, copies, di.context()).reshape(split).dimShuffle(order).reshape(joined));
}

Tensor multiSlice(Graph &graph, const Tensor &t, poplar::ArrayRef<unsigned> offsets, std::size_t dim, Sequence &prog,
                  const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t, offsets, dim, options);
  const bool validate = parseSliceOptions("popops::multiSlice", options).validate;
  checkShape("popops::multiSlice", t.shape(), {dim}, {1});
  const DebugContext context(di.context(), "MultiSlice");
  const unsigned d = static_cast<unsigned>(dim);
  const Tensor result = createSliceTensor(graph, t, {dim}, {1}, offsets.size(), context);
  if (result.numElements() == 0) return di.output(result);
  Tensor zeros; // for places outside
  std::vector<Tensor> rows;
  for (unsigned offset : offsets) {
    if (validate && offset >= t.dim(d))
      prog.add(poplar::program::Abort("popops::multiSlice: index " + std::to_string(offset) +
                                      " is outside dimension " + std::to_string(dim) + " of a tensor of shape " +
                                      t.shapeToString(), context));
    if (offset >= t.dim(d) && !zeros.valid()) {
      zeros = graph.addConstant(t.elementType(), {1}, 0, {context, "outside"});
      graph.setTileMapping(zeros, 0);
    }
    Tensor row = offset < t.dim(d) ? t.slice(offset, offset + 1, d) : zeros;
    if (offset >= t.dim(d))
      row = zeros.broadcast(static_cast<unsigned>(result[0].numElements()), 0).reshape(result[0].shape());
    rows.push_back(row.expand({0}));
  }
  prog.add(poplar::program::Copy(poplar::concat(rows), result, false, context));
  return di.output(result);
}

void multiUpdateAdd(Graph &graph, const Tensor &t, const Tensor &s, poplar::ArrayRef<unsigned> offsets,
                    const Tensor &scale, std::size_t dim, Sequence &prog, const DebugContext &debugContext,
                    const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t, s, offsets, scale, dim, options);
  const Tensor at =
      graph.addConstant<unsigned>(poplar::UNSIGNED_INT, {offsets.size(), 1}, offsets.data(), {di.context(), "offsets"});
  poputil::mapTensorLinearly(graph, at);
  multiUpdateAdd(graph, t, s, at, scale, {dim}, {1}, prog, SlicePlan(), options, di.context());
}

} // namespace popops
