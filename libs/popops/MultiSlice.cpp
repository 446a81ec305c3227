// Look-ups and updates of many rows, in several tables (groups) at once:
//
//            columns           A table is cut into blocks, one on each tile. A look-up of a block takes the offsets
//        +-----+-----+         that fall into it. When entries are cut, too, each tile of a column of blocks then
// entries|  0  |  2  |         picks its share of the rows, for each from the block that has it.
//        +-----+-----+
//        |  1  |  3  |         Updates need no second step: rows go to all blocks of their columns.
//        +-----+-----+
#include <popops/DynamicSlice.hpp>
#include "libs/popops/detail/SliceLayout.hpp"
#include "libs/popops/detail/SliceRows.hpp"
#include <popops/Cast.hpp>
#include <poputil/VertexTemplates.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>
#include <numeric>
#include <optional>

namespace popops {

using namespace detail;
using poplar::ComputeSet;
using poplar::DebugContext;
using poplar::Graph;
using poplar::OptionFlags;
using poplar::Tensor;
using poplar::Type;
using poplar::program::Execute;
using poplar::program::Sequence;
using poputil::poplibs_error;
using Shape = std::vector<std::size_t>;

namespace {

SliceLayout layoutOf(const Graph &graph, const SlicePlan &plan, const SliceRows &table, std::size_t group,
                     std::size_t groups, const SliceOptions &options) {
  const Type type = table.rows.elementType();
  const std::size_t entries = table.rows.dim(0), columns = table.rows.dim(1);
  if (plan.entries() != 0) return plannedLayout(graph, plan, type, entries, columns, group);
  SliceLayout layout = presentLayout(graph, table.rows);
  if (!layout.columns.empty()) return layout;
  // A table that lies otherwise is brought to where look-ups are cheapest.
  const SlicePlan made = planSlices(graph.getTarget(), type, groups, entries, columns,
                                    {table.offsets.numElements() * table.size}, options);
  return plannedLayout(graph, made, type, entries, columns, group);
}

/// `things` of `bytes` each for every worker, so that no two store to one 8-byte word.
unsigned stepFor(const poplar::Target &target, std::size_t things, std::size_t bytes) {
  const std::size_t grain = 8 / std::gcd<std::size_t>(8, std::max<std::size_t>(1, bytes));
  const std::size_t workers = target.getNumWorkerContexts();
  return static_cast<unsigned>(
      std::max<std::size_t>(1, ((things + workers - 1) / workers + grain - 1) / grain * grain));
}

class Lookup {
public:
  Lookup(Graph &graph, const DebugContext &context)
      : graph_(graph), context_(context), first_(graph.addComputeSet({context, "lookup"})) {}

  /// The rows {look-ups * size, columns} at the offsets of `table`.
  Tensor add(const SliceRows &table, const SliceLayout &layout) {
    const std::size_t n = table.offsets.numElements(), blocks = layout.entryBlocks();
    std::vector<Tensor> columns;
    for (const ColumnBlock &block : layout.columns) {
      const std::size_t width = block.end - block.begin;
      std::vector<Tensor> parts;
      for (std::size_t e = 0; e != blocks; ++e) parts.push_back(lookUp(table, layout, block, e, n, width));
      if (blocks == 1) {
        columns.push_back(parts[0]);
        continue;
      }
      std::vector<Tensor> rows;
      for (std::size_t e = 0; e != blocks; ++e)
        if (layout.share(n, e) != layout.share(n, e + 1))
          rows.push_back(pick(table, layout, parts, layout.share(n, e), layout.share(n, e + 1), width, block.tiles[e]));
      columns.push_back(poplar::concat(rows));
    }
    return poplar::concat(columns, 1);
  }

  void execute(Sequence &prog) const {
    prog.add(Execute(first_, context_));
    if (second_) prog.add(Execute(*second_, context_));
  }

private:
  Tensor variable(Type type, std::size_t rows, std::size_t width, unsigned tile, const char *name) {
    const Tensor t = graph_.addVariable(type, {rows, width}, {context_, name});
    graph_.setTileMapping(t, tile);
    return t;
  }

  Tensor lookUp(const SliceRows &table, const SliceLayout &layout, const ColumnBlock &block, std::size_t e,
                std::size_t n, std::size_t width) {
    const Type type = table.rows.elementType();
    const std::size_t begin = e * layout.blockEntries, end = std::min(layout.entries, begin + layout.blockEntries),
                      length = table.size * width;
    const Tensor part = variable(type, n * table.size, width, block.tiles[e], "slices");
    const poplar::VertexRef vertex = graph_.addVertex(first_, poputil::templateVertex("popops::MultiSlice", type));
    graph_.setTileMapping(vertex, block.tiles[e]);
    graph_.connect(vertex["offsets"], table.offsets);
    graph_.connect(vertex["table"], table.rows.slice({begin, block.begin}, {end, block.end}).flatten());
    graph_.connect(vertex["slices"], part.flatten());
    graph_.setInitialValue(vertex["first"], static_cast<unsigned>(begin));
    graph_.setInitialValue(vertex["entries"], static_cast<unsigned>(end - begin));
    graph_.setInitialValue(vertex["rows"], static_cast<unsigned>(table.size));
    graph_.setInitialValue(vertex["columns"], static_cast<unsigned>(width));
    graph_.setInitialValue(vertex["zero"], layout.entryBlocks() == 1);
    const std::size_t bytes = graph_.getTarget().getTypeSize(type);
    const bool byLookups = n >= graph_.getTarget().getNumWorkerContexts();
    graph_.setInitialValue(vertex["lookupStep"], byLookups ? stepFor(graph_.getTarget(), n, length * bytes) : 0u);
    graph_.setInitialValue(vertex["elementStep"], byLookups ? 0u : stepFor(graph_.getTarget(), length, bytes));
    return part;
  }

  Tensor pick(const SliceRows &table, const SliceLayout &layout, const std::vector<Tensor> &parts, std::size_t begin,
              std::size_t end, std::size_t width, unsigned tile) {
    if (!second_) second_ = graph_.addComputeSet({context_, "pick"});
    const Type type = table.rows.elementType();
    const Tensor result = variable(type, end - begin, width, tile, "picked");
    const poplar::VertexRef vertex =
        graph_.addVertex(*second_, poputil::templateVertex("popops::MultiSlicePick", type));
    graph_.setTileMapping(vertex, tile);
    std::vector<Tensor> shares;
    for (const Tensor &part : parts) shares.push_back(part.slice(begin, end).flatten());
    graph_.connect(vertex["offsets"], table.offsets.slice(begin, end));
    graph_.connect(vertex["parts"], shares);
    graph_.connect(vertex["slices"], result.flatten());
    graph_.setInitialValue(vertex["entries"], static_cast<unsigned>(layout.entries));
    graph_.setInitialValue(vertex["blockEntries"], static_cast<unsigned>(layout.blockEntries));
    graph_.setInitialValue(vertex["columns"], static_cast<unsigned>(width));
    graph_.setInitialValue(vertex["lookupStep"],
                           stepFor(graph_.getTarget(), end - begin, width * graph_.getTarget().getTypeSize(type)));
    return result;
  }

  Graph &graph_;
  DebugContext context_;
  ComputeSet first_;
  std::optional<ComputeSet> second_;
};

void addUpdates(Graph &graph, ComputeSet cs, const SliceRows &table, const SliceLayout &layout, const Tensor &rows,
                const Tensor *scale, const char *op) {
  const Type type = table.rows.elementType();
  const poplar::Target &target = graph.getTarget();
  const std::size_t bytes = target.getTypeSize(type);
  for (const ColumnBlock &block : layout.columns)
    for (std::size_t e = 0; e != layout.entryBlocks(); ++e) {
      const std::size_t begin = e * layout.blockEntries, end = std::min(layout.entries, begin + layout.blockEntries),
                        width = block.end - block.begin, length = table.size * width;
      const poplar::VertexRef vertex = graph.addVertex(
          cs, poputil::templateVertex("popops::MultiUpdate", type, std::string("popops::UpdateOp::") + op));
      graph.setTileMapping(vertex, block.tiles[e]);
      graph.connect(vertex["offsets"], table.offsets);
      graph.connect(vertex["table"], table.rows.slice({begin, block.begin}, {end, block.end}).flatten());
      graph.connect(vertex["slices"], rows.slice(block.begin, block.end, 1).flatten());
      if (scale)
        graph.connect(vertex["scale"], scale->reshape({}));
      else
        graph.connect(vertex["scale"], 1);
      graph.setInitialValue(vertex["first"], static_cast<unsigned>(begin));
      graph.setInitialValue(vertex["entries"], static_cast<unsigned>(end - begin));
      graph.setInitialValue(vertex["rows"], static_cast<unsigned>(table.size));
      graph.setInitialValue(vertex["columns"], static_cast<unsigned>(width));
      // Slices of several entries may overlap: their workers share the elements.
      const bool byEntries = table.size == 1 && length * bytes < 8 * target.getNumWorkerContexts();
      graph.setInitialValue(vertex["entryStep"], byEntries ? stepFor(target, end - begin, width * bytes) : 0u);
      graph.setInitialValue(vertex["elementStep"], byEntries ? 0u : stepFor(target, length, bytes));
    }
}

Tensor slice(const std::string &function, Graph &graph, const Tensor &t, const Tensor &offsets, const Shape &dims,
             const Shape &sizes, Sequence &prog, const SlicePlan &plan, const OptionFlags &flags,
             const DebugContext &debugContext) {
  const SliceOptions options = parseSliceOptions(function, flags);
  const std::size_t groups = t.dim(0);
  const DebugContext context(debugContext, "MultiSlice");
  checkSlices(function, t[0], offsets[0], dims, sizes);
  std::vector<Tensor> results;
  if (offsets.dim(1) == 0 || t.numElements() == 0) {
    Shape shape = slicesShape(t[0].shape(), dims, sizes, offsets.dim(1));
    shape.insert(shape.begin(), groups);
    const Tensor result = graph.addVariable(t.elementType(), shape, context);
    graph.setTileMapping(result, 0);
    if (result.numElements() != 0)
      throw poplibs_error(function + ": a table of shape " + t[0].shapeToString() + " has nothing to look up");
    return result;
  }
  std::vector<SliceRows> tables;
  for (std::size_t g = 0; g != groups; ++g)
    tables.push_back(
        sliceRows(graph, t[g], offsets[g], dims, sizes, plan.entrySplit() > 1, options.remap, prog, context));
  Lookup lookup(graph, context);
  for (std::size_t g = 0; g != groups; ++g) {
    SliceLayout layout = layoutOf(graph, plan, tables[g], g, groups, options);
    if (layout.entryBlocks() > 1 && tables[g].size > 1)
      tables[g] = sliceRows(graph, t[g], offsets[g], dims, sizes, true, options.remap, prog, context);
    results.push_back(fromRows(lookup.add(tables[g], layout), t[g].shape(), dims, sizes, offsets.dim(1)).expand({0}));
  }
  lookup.execute(prog);
  return poplar::concat(results);
}

struct Update {
  const char *op;
  const Tensor *scale;
};

void update(const std::string &function, Graph &graph, const Tensor &t, const Tensor &s, const Tensor &offsets,
            const Shape &dims, const Shape &sizes, Sequence &prog, const SlicePlan &plan, const OptionFlags &flags,
            const DebugContext &debugContext, Update what) {
  const SliceOptions options = parseSliceOptions(function, flags);
  const DebugContext context(debugContext, "MultiUpdate");
  checkSlices(function, t[0], offsets[0], dims, sizes);
  checkUpdates(function, t, s, slicesShape(t[0].shape(), dims, sizes, offsets.dim(1)));
  const Type type = t.elementType();
  const bool computes = std::string(what.op) != "Store";
  if (computes && type != poplar::HALF && type != poplar::FLOAT && type != poplar::INT && type != poplar::UNSIGNED_INT)
    throw poplibs_error(function + ": a tensor of type " + type.toString() +
                        "; half, float, int or unsigned int would be right");
  Tensor scale;
  if (what.scale) {
    scale = *what.scale;
    const bool narrows = type == poplar::HALF && scale.elementType() == poplar::FLOAT;
    if (scale.numElements() != 1 || (scale.elementType() != type && !narrows))
      throw poplibs_error(function + ": a scale of shape " + scale.shapeToString() + " and type " +
                          scale.elementType().toString() + "; one element of type " + type.toString() +
                          " would be right");
    if (narrows) scale = cast(graph, scale, type, prog, context);
  }
  if (s.numElements() == 0) return;
  const std::size_t groups = t.dim(0);
  std::vector<SliceRows> tables;
  std::vector<SliceLayout> layouts;
  for (std::size_t g = 0; g != groups; ++g) {
    tables.push_back(
        sliceRows(graph, t[g], offsets[g], dims, sizes, plan.entrySplit() > 1, options.remap, prog, context));
    layouts.push_back(layoutOf(graph, plan, tables[g], g, groups, options));
    if (layouts[g].entryBlocks() > 1 && tables[g].size > 1)
      tables[g] = sliceRows(graph, t[g], offsets[g], dims, sizes, true, options.remap, prog, context);
  }
  const ComputeSet cs = graph.addComputeSet({context, what.op});
  for (std::size_t g = 0; g != groups; ++g)
    addUpdates(graph, cs, tables[g], layouts[g], toRows(s[g], t[g].shape(), dims, sizes, offsets[g].dim(0)),
               what.scale ? &scale : nullptr, what.op);
  prog.add(Execute(cs, context));
}

/// Throws unless both have a leading dimension of groups.
void checkGroups(const std::string &function, const Tensor &t, const Tensor &offsets) {
  if (t.rank() == 0 || offsets.rank() == 0 || t.dim(0) != offsets.dim(0) || t.dim(0) == 0)
    throw poplibs_error(function + ": a tensor of shape " + t.shapeToString() + " with offsets of shape " +
                        offsets.shapeToString() + "; both must have the same number of groups first");
}

} // namespace

Tensor multiSlice(Graph &graph, const Tensor &t, const Tensor &offsets, const Shape &dims, const Shape &sizes,
                  Sequence &prog, const SlicePlan &plan, const OptionFlags &options, const DebugContext &debugContext) {
  return slice("popops::multiSlice", graph, t.expand({0}), offsets.expand({0}), dims, sizes, prog, plan, options,
               debugContext)[0];
}

Tensor groupedMultiSlice(Graph &graph, const Tensor &t, const Tensor &offsets, const Shape &dims, const Shape &sizes,
                         Sequence &prog, const SlicePlan &plan, const OptionFlags &options,
                         const DebugContext &debugContext) {
  checkGroups("popops::groupedMultiSlice", t, offsets);
  return slice("popops::groupedMultiSlice", graph, t, offsets, dims, sizes, prog, plan, options, debugContext);
}

// One-group and grouped forms of the updates: name, operation, and with `scale` where there is one.
#define POPOPS_UPDATE(Name, op)                                                                                        \
  void multi##Name(Graph &graph, const Tensor &t, const Tensor &s, const Tensor &offsets, const Shape &dims,           \
                   const Shape &sizes, Sequence &prog, const SlicePlan &plan, const OptionFlags &options,              \
                   const DebugContext &debugContext) {                                                                 \
    update("popops::multi" #Name, graph, t.expand({0}), s.expand({0}), offsets.expand({0}), dims, sizes, prog, plan,   \
           options, debugContext, {op, nullptr});                                                                      \
  }                                                                                                                    \
  void groupedMulti##Name(Graph &graph, const Tensor &t, const Tensor &s, const Tensor &offsets, const Shape &dims,    \
                          const Shape &sizes, Sequence &prog, const SlicePlan &plan, const OptionFlags &options,       \
                          const DebugContext &debugContext) {                                                          \
    checkGroups("popops::groupedMulti" #Name, t, offsets);                                                             \
    update("popops::groupedMulti" #Name, graph, t, s, offsets, dims, sizes, prog, plan, options, debugContext,         \
           {op, nullptr});                                                                                             \
  }
POPOPS_UPDATE(Update, "Store")
POPOPS_UPDATE(UpdateMax, "Max")
POPOPS_UPDATE(UpdateMul, "Mul")
#undef POPOPS_UPDATE

void multiUpdateAdd(Graph &graph, const Tensor &t, const Tensor &s, const Tensor &offsets, const Tensor &scale,
                    const Shape &dims, const Shape &sizes, Sequence &prog, const SlicePlan &plan,
                    const OptionFlags &options, const DebugContext &debugContext) {
  update("popops::multiUpdateAdd", graph, t.expand({0}), s.expand({0}), offsets.expand({0}), dims, sizes, prog, plan,
         options, debugContext, {"Add", &scale});
}

void groupedMultiUpdateAdd(Graph &graph, const Tensor &t, const Tensor &s, const Tensor &offsets, const Tensor &scale,
                           const Shape &dims, const Shape &sizes, Sequence &prog, const SlicePlan &plan,
                           const OptionFlags &options, const DebugContext &debugContext) {
  checkGroups("popops::groupedMultiUpdateAdd", t, offsets);
  update("popops::groupedMultiUpdateAdd", graph, t, s, offsets, dims, sizes, prog, plan, options, debugContext,
         {"Add", &scale});
}

} // namespace popops
