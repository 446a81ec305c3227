// Look-ups and updates of many rows, in several tables (groups) at once:
//
//            columns           A table is cut into blocks, one on each tile. A look-up of a block takes the offsets
//        +-----+-----+         that fall into it. When entries are cut, too, each tile of a column of blocks then
// entries|  0  |  2  |         picks its share of the rows, for each from the block that has it.
//        +-----+-----+
//        |  1  |  3  |         Updates need no second step: rows go to all blocks of their columns.
//        +-----+-----+
//
// Copies of the table share the look-ups (parallel); rounds go one after the other through the same memory (serial).
#include <popops/DynamicSlice.hpp>
#include "libs/popops/detail/SliceLayout.hpp"
#include "libs/popops/detail/SliceRows.hpp"
#include <popops/ElementWise.hpp>
#include <popops/Reduce.hpp>
#include <popops/Zero.hpp>
#include <poputil/VertexTemplates.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/detail/Parts.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>
#include <numeric>
#include <optional>

namespace popops {

using namespace detail;
using poplar::ComputeSet;
using poplar::DebugContext;
using poplar::Graph;
using poplar::Interval;
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
  const SlicePlan made = planSlices("popops::embedding::plan", graph.getTarget(), type, groups, entries, columns,
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
  Lookup(Graph &graph, const DebugContext &context) : graph_(graph), context_(context) {}

  /// The rows {look-ups * size, columns} at the offsets of `table`.
  Tensor add(const SliceRows &table, const SliceLayout &layout) {
    const std::size_t n = table.offsets.numElements(), blocks = layout.entryBlocks();
    const auto ranges = layout.ranges(n);
    std::size_t longest = 0;
    for (const LookupRange &range : ranges) longest = std::max(longest, range.end - range.begin);
    const Type type = table.rows.elementType();
    std::vector<Tensor> columns;
    for (const ColumnBlock &block : layout.columns) {
      const std::size_t width = block.end - block.begin;
      // With several blocks of entries: where each round's look-ups of a copy go before they are picked.
      std::vector<std::vector<Tensor>> parts(blocks == 1 ? 0 : layout.copies);
      for (std::size_t copy = 0; copy != parts.size(); ++copy)
        for (std::size_t e = 0; e != blocks; ++e)
          parts[copy].push_back(variable(type, longest, width, layout.tile(block, e, copy), "slices"));
      std::vector<Tensor> rows;
      for (const LookupRange &range : ranges) {
        const std::size_t count = range.end - range.begin;
        if (blocks == 1) {
          rows.push_back(variable(type, count * table.size, width, layout.tile(block, 0, range.copy), "slices"));
          lookUp(table, layout, block, 0, range, rows.back());
          continue;
        }
        std::vector<Tensor> found;
        for (std::size_t e = 0; e != blocks; ++e) {
          found.push_back(parts[range.copy][e].slice(0, count));
          lookUp(table, layout, block, e, range, found.back());
        }
        for (std::size_t e = 0; e != blocks; ++e)
          if (layout.share(range, e) != layout.share(range, e + 1))
            rows.push_back(pick(table, layout, found, range, e, layout.tile(block, e, range.copy)));
      }
      columns.push_back(poplar::concat(rows));
    }
    return poplar::concat(columns, 1);
  }

  void execute(Sequence &prog) const {
    for (const Round &round : rounds_) {
      prog.add(Execute(round.lookUp, context_));
      if (round.pick) prog.add(Execute(*round.pick, context_));
    }
  }

private:
  struct Round {
    ComputeSet lookUp;
    std::optional<ComputeSet> pick;
  };

  Round &round(std::size_t number) {
    while (rounds_.size() <= number) rounds_.push_back({graph_.addComputeSet({context_, "lookup"}), {}});
    return rounds_[number];
  }

  Tensor variable(Type type, std::size_t rows, std::size_t width, unsigned tile, const char *name) {
    const Tensor t = graph_.addVariable(type, {rows, width}, {context_, name});
    graph_.setTileMapping(t, tile);
    return t;
  }

  void lookUp(const SliceRows &table, const SliceLayout &layout, const ColumnBlock &block, std::size_t e,
              const LookupRange &range, const Tensor &part) {
    const std::size_t n = range.end - range.begin;
    const std::size_t vertices = std::min(n, poputil::detail::verticesOfTile(graph_.getTarget(), part.numElements()));
    for (std::size_t i = 0; i != vertices; ++i)
      addLookUp(table, layout, block, e, range, Interval(n * i / vertices, n * (i + 1) / vertices), part);
  }

  /// Some of the look-ups of a range, counted from its first.
  void addLookUp(const SliceRows &table, const SliceLayout &layout, const ColumnBlock &block, std::size_t e,
                 const LookupRange &range, const Interval &lookups, const Tensor &part) {
    const Type type = table.rows.elementType();
    const std::size_t begin = e * layout.blockEntries, end = std::min(layout.entries, begin + layout.blockEntries),
                      n = lookups.size(), width = block.end - block.begin, length = table.size * width;
    const poplar::VertexRef vertex =
        graph_.addVertex(round(range.round).lookUp, poputil::templateVertex("popops::MultiSlice", type));
    graph_.setTileMapping(vertex, layout.tile(block, e, range.copy));
    graph_.connect(vertex["offsets"], table.offsets.slice(range.begin + lookups.begin(), range.begin + lookups.end()));
    graph_.connect(vertex["table"], table.rows.slice({begin, block.begin}, {end, block.end}).flatten());
    graph_.connect(vertex["slices"], part.slice(lookups.begin() * table.size, lookups.end() * table.size).flatten());
    graph_.setInitialValue(vertex["first"], static_cast<unsigned>(begin));
    graph_.setInitialValue(vertex["entries"], static_cast<unsigned>(end - begin));
    graph_.setInitialValue(vertex["rows"], static_cast<unsigned>(table.size));
    graph_.setInitialValue(vertex["columns"], static_cast<unsigned>(width));
    graph_.setInitialValue(vertex["zero"], layout.entryBlocks() == 1);
    const std::size_t bytes = graph_.getTarget().getTypeSize(type);
    const bool byLookups = n >= graph_.getTarget().getNumWorkerContexts();
    graph_.setInitialValue(vertex["lookupStep"], byLookups ? stepFor(graph_.getTarget(), n, length * bytes) : 0u);
    graph_.setInitialValue(vertex["elementStep"], byLookups ? 0u : stepFor(graph_.getTarget(), length, bytes));
  }

  /// The share of block `e` of a range of look-ups, of which each block has found some.
  Tensor pick(const SliceRows &table, const SliceLayout &layout, const std::vector<Tensor> &found,
              const LookupRange &range, std::size_t e, unsigned tile) {
    auto &computeSet = round(range.round).pick;
    if (!computeSet) computeSet = graph_.addComputeSet({context_, "pick"});
    const Type type = table.rows.elementType();
    const std::size_t begin = layout.share(range, e), end = layout.share(range, e + 1), width = found[0].dim(1);
    const Tensor result = variable(type, end - begin, width, tile, "picked");
    const poplar::VertexRef vertex =
        graph_.addVertex(*computeSet, poputil::templateVertex("popops::MultiSlicePick", type));
    graph_.setTileMapping(vertex, tile);
    std::vector<Tensor> shares;
    for (const Tensor &part : found) shares.push_back(part.slice(begin - range.begin, end - range.begin).flatten());
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
  std::vector<Round> rounds_;
};

struct Update {
  const char *op;
  const Tensor *scale;
};

/// Updates of several tables at once. Additions may be shared by copies of a table: those but the first start from
/// zero and are added to the table in the end.
class Updates {
public:
  Updates(Graph &graph, const DebugContext &context, Update what)
      : graph_(graph), context_(context), what_(what), adds_(std::string(what.op) == "Add") {}

  void add(const SliceRows &table, const SliceLayout &layout, const Tensor &rows) {
    const Type type = table.rows.elementType();
    const auto ranges = layout.ranges(table.offsets.numElements(), adds_ ? layout.copies : 1);
    for (const ColumnBlock &block : layout.columns)
      for (std::size_t e = 0; e != layout.entryBlocks(); ++e) {
        const std::size_t begin = e * layout.blockEntries, end = std::min(layout.entries, begin + layout.blockEntries);
        const Tensor own = table.rows.slice({begin, block.begin}, {end, block.end}).flatten();
        std::vector<Tensor> sums;
        for (std::size_t copy = 1; adds_ && copy < layout.copies; ++copy) {
          sums.push_back(graph_.addVariable(type, {1, own.numElements()}, {context_, "sums"}));
          graph_.setTileMapping(sums.back(), layout.tile(block, e, copy));
        }
        for (const LookupRange &range : ranges)
          addVertex(table, layout, block, e, range, rows, range.copy == 0 ? own : sums[range.copy - 1].flatten());
        if (sums.empty()) continue;
        sums_.push_back(poplar::concat(sums));
        summed_.push_back(own);
      }
  }

  void execute(Sequence &prog) {
    if (!sums_.empty()) zero(graph_, poplar::concat(sums_, 1), prog, {context_, "sums"});
    for (ComputeSet cs : rounds_) prog.add(Execute(cs, context_));
    if (sums_.empty()) return;
    const Tensor sums = poplar::concat(sums_, 1), summed = poplar::concat(summed_);
    if (sums.dim(0) == 1)
      addInPlace(graph_, summed, sums[0], prog, {context_, "sums"});
    else
      reduceWithOutput(graph_, sums, summed, {0}, {Operation::ADD, true}, prog, {context_, "sums"});
  }

private:
  void addVertex(const SliceRows &table, const SliceLayout &layout, const ColumnBlock &block, std::size_t e,
                 const LookupRange &range, const Tensor &rows, const Tensor &to) {
    while (rounds_.size() <= range.round) rounds_.push_back(graph_.addComputeSet({context_, what_.op}));
    const Type type = table.rows.elementType();
    const poplar::Target &target = graph_.getTarget();
    const std::size_t bytes = target.getTypeSize(type), begin = e * layout.blockEntries,
                      entries = std::min(layout.entries, begin + layout.blockEntries) - begin,
                      width = block.end - block.begin, length = table.size * width;
    const poplar::VertexRef vertex =
        graph_.addVertex(rounds_[range.round],
                         poputil::templateVertex("popops::MultiUpdate", type,
                                                 std::string("popops::UpdateOp::") + what_.op,
                                                 what_.scale ? what_.scale->elementType() : type));
    graph_.setTileMapping(vertex, layout.tile(block, e, range.copy));
    graph_.connect(vertex["offsets"], table.offsets.slice(range.begin, range.end));
    graph_.connect(vertex["table"], to);
    graph_.connect(vertex["slices"],
                   rows.slice({range.begin * table.size, block.begin}, {range.end * table.size, block.end}).flatten());
    if (what_.scale)
      graph_.connect(vertex["scale"], what_.scale->reshape({}));
    else
      graph_.connect(vertex["scale"], 1);
    graph_.setInitialValue(vertex["first"], static_cast<unsigned>(begin));
    graph_.setInitialValue(vertex["entries"], static_cast<unsigned>(entries));
    graph_.setInitialValue(vertex["rows"], static_cast<unsigned>(table.size));
    graph_.setInitialValue(vertex["columns"], static_cast<unsigned>(width));
    // Slices of several entries may overlap: their workers share the elements.
    const bool byEntries = table.size == 1 && length * bytes < 8 * target.getNumWorkerContexts();
    graph_.setInitialValue(vertex["entryStep"], byEntries ? stepFor(target, entries, width * bytes) : 0u);
    graph_.setInitialValue(vertex["elementStep"], byEntries ? 0u : stepFor(target, length, bytes));
  }

  Graph &graph_;
  DebugContext context_;
  Update what_;
  bool adds_;
  std::vector<ComputeSet> rounds_;
  std::vector<Tensor> sums_, summed_; ///< {copies, elements} for each block, and the block
};

/// Runs checks of one group, whose errors name the shapes of all of them, too.
template <class Check> void checkGroup(bool isGrouped, const std::vector<const Tensor *> &whole, Check check) {
  try {
    check();
  } catch (const poplibs_error &e) {
    if (!isGrouped) throw;
    std::string text = e.what();
    for (const Tensor *t : whole) text.append(t == whole[0] ? "; in groups of " : " ").append(t->shapeToString());
    throw poplibs_error(text);
  }
}

bool isGrouped(const std::string &function) { return function.find("grouped") != std::string::npos; }

Tensor slice(const std::string &function, Graph &graph, const Tensor &t, const Tensor &offsets, const Shape &dims,
             const Shape &sizes, Sequence &prog, const SlicePlan &plan, const OptionFlags &flags,
             const DebugContext &debugContext) {
  SliceOptions options = parseSliceOptions(function, flags);
  options.usedForSlice = true;
  options.usedForUpdate = false;
  const std::size_t groups = t.dim(0);
  const DebugContext context(debugContext, "MultiSlice");
  checkGroup(isGrouped(function), {&t, &offsets}, [&] { checkSlices(function, t[0], offsets[0], dims, sizes); });
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

void update(const std::string &function, Graph &graph, const Tensor &t, const Tensor &s, const Tensor &offsets,
            const Shape &dims, const Shape &sizes, Sequence &prog, const SlicePlan &plan, const OptionFlags &flags,
            const DebugContext &debugContext, Update what) {
  SliceOptions options = parseSliceOptions(function, flags);
  options.usedForSlice = false;
  options.usedForUpdate = true;
  options.adds = std::string(what.op) == "Add";
  const DebugContext context(debugContext, "MultiUpdate");
  checkGroup(isGrouped(function), {&t, &s, &offsets}, [&] {
    checkSlices(function, t[0], offsets[0], dims, sizes);
    checkUpdates(function, t, s, slicesShape(t[0].shape(), dims, sizes, offsets.dim(1)));
  });
  const Type type = t.elementType();
  const bool computes = std::string(what.op) != "Store";
  if (computes && type != poplar::HALF && type != poplar::FLOAT && type != poplar::INT && type != poplar::UNSIGNED_INT)
    throw poplibs_error(function + ": a tensor of type " + type.toString() +
                        "; half, float, int or unsigned int would be right");
  if (what.scale) {
    const Type scaleType = what.scale->elementType();
    const bool wider = type == poplar::HALF && scaleType == poplar::FLOAT;
    if (what.scale->numElements() != 1 || (scaleType != type && !wider))
      throw poplibs_error(function + ": a scale of shape " + what.scale->shapeToString() + " and type " +
                          scaleType.toString() + "; one element of type " + type.toString() + " would be right");
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
  Updates updates(graph, context, what);
  for (std::size_t g = 0; g != groups; ++g)
    updates.add(tables[g], layouts[g], toRows(s[g], t[g].shape(), dims, sizes, offsets[g].dim(0)));
  updates.execute(prog);
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
  POPLIBS_OP_RECORD(di, graph, debugContext, t, offsets, dims, sizes, plan, options);
  return di.output(slice("popops::multiSlice", graph, t.expand({0}), offsets.expand({0}), dims, sizes, prog, plan,
                         options, di.context())[0]);
}

Tensor groupedMultiSlice(Graph &graph, const Tensor &t, const Tensor &offsets, const Shape &dims, const Shape &sizes,
                         Sequence &prog, const SlicePlan &plan, const OptionFlags &options,
                         const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t, offsets, dims, sizes, plan, options);
  checkGroups("popops::groupedMultiSlice", t, offsets);
  return di.output(
      slice("popops::groupedMultiSlice", graph, t, offsets, dims, sizes, prog, plan, options, di.context()));
}

// One-group and grouped forms of the updates: name, operation, and with `scale` where there is one.
#define POPOPS_UPDATE(Name, op)                                                                                        \
  void multi##Name(Graph &graph, const Tensor &t, const Tensor &s, const Tensor &offsets, const Shape &dims,           \
                   const Shape &sizes, Sequence &prog, const SlicePlan &plan, const OptionFlags &options,              \
                   const DebugContext &debugContext) {                                                                 \
    POPLIBS_OP_RECORD(di, graph, debugContext, t, s, offsets, dims, sizes, plan, options);                             \
    update("popops::multi" #Name, graph, t.expand({0}), s.expand({0}), offsets.expand({0}), dims, sizes, prog, plan,   \
           options, di.context(), {op, nullptr});                                                                      \
  }                                                                                                                    \
  void groupedMulti##Name(Graph &graph, const Tensor &t, const Tensor &s, const Tensor &offsets, const Shape &dims,    \
                          const Shape &sizes, Sequence &prog, const SlicePlan &plan, const OptionFlags &options,       \
                          const DebugContext &debugContext) {                                                          \
    POPLIBS_OP_RECORD(di, graph, debugContext, t, s, offsets, dims, sizes, plan, options);                             \
    checkGroups("popops::groupedMulti" #Name, t, offsets);                                                             \
    update("popops::groupedMulti" #Name, graph, t, s, offsets, dims, sizes, prog, plan, options, di.context(),         \
           {op, nullptr});                                                                                             \
  }
POPOPS_UPDATE(Update, "Store")
POPOPS_UPDATE(UpdateMax, "Max")
POPOPS_UPDATE(UpdateMul, "Mul")
#undef POPOPS_UPDATE

void multiUpdateAdd(Graph &graph, const Tensor &t, const Tensor &s, const Tensor &offsets, const Tensor &scale,
                    const Shape &dims, const Shape &sizes, Sequence &prog, const SlicePlan &plan,
                    const OptionFlags &options, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t, s, offsets, scale, dims, sizes, plan, options);
  update("popops::multiUpdateAdd", graph, t.expand({0}), s.expand({0}), offsets.expand({0}), dims, sizes, prog, plan,
         options, di.context(), {"Add", &scale});
}

void groupedMultiUpdateAdd(Graph &graph, const Tensor &t, const Tensor &s, const Tensor &offsets, const Tensor &scale,
                           const Shape &dims, const Shape &sizes, Sequence &prog, const SlicePlan &plan,
                           const OptionFlags &options, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t, s, offsets, scale, dims, sizes, plan, options);
  checkGroups("popops::groupedMultiUpdateAdd", t, offsets);
  update("popops::groupedMultiUpdateAdd", graph, t, s, offsets, dims, sizes, prog, plan, options, di.context(),
         {"Add", &scale});
}

} // namespace popops
