// Look-ups and updates of many rows, in several tables (groups) at once:
//
//            columns           A table is cut into blocks, one on each tile. A look-up of a block takes the offsets
//        +-----+-----+         that fall into it. When entries are cut, too, each tile of a column of blocks then
// entries|  0  |  2  |         picks its share of the rows, for each from the block that has it.
//        +-----+-----+
//        |  1  |  3  |         Updates need no second step: rows go to all blocks of their columns.
//        +-----+-----+
//
// Copies of the table share the look-ups (parallel); rounds go one after the other through the same memory (serial):
// they are a loop.
#include <popops/DynamicSlice.hpp>
#include "libs/popops/detail/Quarters.hpp"
#include "libs/popops/detail/SliceLayout.hpp"
#include "libs/popops/detail/SliceRows.hpp"
#include <popops/ElementWise.hpp>
#include <popops/Loop.hpp>
#include <popops/Reduce.hpp>
#include <popops/Zero.hpp>
#include <poputil/VertexTemplates.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/detail/Parts.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>
#include <limits>
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
using poplar::program::Copy;
using poplar::program::Execute;
using poplar::program::Sequence;
using poputil::poplibs_error;
using Shape = std::vector<std::size_t>;

namespace {

/// The tables of all groups, and where they go.
struct Tables {
  std::vector<SliceRows> rows;
  std::vector<SliceLayout> layouts;
};

std::vector<SliceLayout> layoutsOf(const Graph &graph, const SlicePlan &plan, const std::vector<SliceRows> &tables,
                                   const SliceOptions &options) {
  const Tensor &rows = tables[0].rows;
  const std::size_t lookups = tables[0].offsets.numElements() * tables[0].size;
  std::vector<SliceLayout> layouts;
  if (plan.entries() == 0) {
    for (const SliceRows &table : tables) layouts.push_back(presentLayout(graph, table.rows));
    if (std::none_of(layouts.begin(), layouts.end(), [](const SliceLayout &each) { return each.columns.empty(); }))
      return layouts;
    layouts.clear();
  }
  // Tables that lie otherwise are brought to where look-ups are cheapest.
  const SlicePlan used = plan.entries() != 0
                             ? plan
                             : planSlices("popops::embedding::plan", graph.getTarget(), rows.elementType(),
                                          tables.size(), rows.dim(0), rows.dim(1), {lookups}, options);
  for (std::size_t g = 0; g != tables.size(); ++g)
    layouts.push_back(plannedLayout(graph, used, rows.elementType(), rows.dim(0), rows.dim(1), g));
  return layouts;
}

Tables tablesOf(const std::string &function, Graph &graph, const Tensor &t, const Tensor &offsets, const Shape &dims,
                const Shape &sizes, const SlicePlan &plan, const SliceOptions &options, Sequence &prog,
                const DebugContext &context) {
  const auto cut = [&](bool single) {
    std::vector<SliceRows> rows;
    for (std::size_t g = 0; g != t.dim(0); ++g)
      rows.push_back(sliceRows(graph, t[g], offsets[g], dims, sizes, single, options.remap, prog, context));
    return rows;
  };
  if (options.validate) {
    Shape last;
    for (std::size_t i = 0; i != dims.size(); ++i)
      last.push_back(t.dim(static_cast<unsigned>(dims[i]) + 1) - sizes[i]);
    validateOffsets(function, graph, t[0].shape(), offsets.flatten(0, 2), last, prog, context);
  }
  Tables tables{cut(plan.entrySplit() > 1), {}};
  tables.layouts = layoutsOf(graph, plan, tables.rows, options);
  if (tables.layouts[0].entryBlocks() > 1 && tables.rows[0].size > 1) tables.rows = cut(true);
  return tables;
}

/// The rounds of look-ups are a loop. What it uses is brought to its tiles before, so that only offsets and rows of the
/// round move; the last round may end with offsets outside. One round is no loop.
class Rounds {
  static constexpr unsigned kOutside = std::numeric_limits<unsigned>::max();

public:
  Rounds(Graph &graph, const Tables &tables, const DebugContext &context)
      : graph_(graph), context_(context), lookups_(tables.rows[0].offsets.numElements()),
        size_(tables.layouts[0].roundSize(lookups_)), count_((lookups_ + size_ - 1) / size_) {}

  /// A part of a table where vertices on `tile` use it. `changed`: it is brought back after the loop.
  Tensor bring(const Tensor &part, unsigned tile, bool changed) {
    if (count_ == 1 || liesOn(part, tile)) return part;
    const Tensor copy = graph_.addVariable(part.elementType(), part.shape(), {context_, "table"});
    graph_.setTileMapping(copy, tile);
    (changed ? changed_ : brought_).add(part, copy);
    return copy;
  }
  /// Of the rows {look-ups, ...} of the whole table those of the round's look-ups [begin, end), on `tile`.
  Tensor pick(const Tensor &rows, std::size_t begin, std::size_t end, unsigned tile) {
    if (count_ == 1) return rows.slice(begin, end);
    const Tensor all = byRound(rows, 0).slice(begin, end, 1), one = all[0];
    const Tensor result = graph_.addVariable(one.elementType(), one.shape(), {context_, "rows"});
    graph_.setTileMapping(result, tile);
    const Tensor stored = bring(all.reshape({count_, one.numElements()}), tile, false);
    picked_.add(stored, result);
    return result;
  }
  /// The place {rounds, ...} of a result of every round, on `tile`.
  Tensor keep(const Tensor &result, unsigned tile) {
    if (count_ == 1) return result.expand({0});
    const Tensor all = graph_.addVariable(result.elementType(), {count_, result.numElements()}, {context_, "rows"});
    graph_.setTileMapping(all, tile);
    kept_.add(result, all);
    Shape shape = result.shape();
    shape.insert(shape.begin(), count_);
    return all.reshape(shape);
  }

  /// Appends what `build` makes of the tables with the offsets of a round.
  template <class Build> void run(std::vector<SliceRows> tables, Sequence &prog, Build build) {
    if (count_ == 1) return build(tables, prog);
    std::vector<Tensor> offsets;
    for (const SliceRows &table : tables) offsets.push_back(byRound(table.offsets, kOutside));
    const Tensor given = poplar::concat(offsets, 1);
    const Tensor stored =
        createSliceableTensor(graph_, given.elementType(), given.shape(), {0}, {1}, 0, {context_, "offsets"});
    const Sequence loop = countedLoop(
        graph_, count_,
        [&](const Tensor &number) {
          Sequence first, body;
          const Tensor round = dynamicSlice(graph_, stored, number, {0}, {1}, first, context_)[0];
          for (std::size_t g = 0; g != tables.size(); ++g)
            tables[g].offsets = round.slice(g * size_, (g + 1) * size_);
          build(tables, body);
          if (!picked_.from.empty())
            dynamicSliceWithOutput(graph_, flat(picked_.to).expand({0}), poplar::concat(picked_.from, 1), number, {0},
                                   {1}, first, context_);
          if (!kept_.from.empty())
            dynamicUpdate(graph_, poplar::concat(kept_.to, 1), flat(kept_.from).expand({0}), number, {0}, {1}, body,
                          context_);
          return Sequence{first, body};
        },
        context_);
    prog.add(Copy(given, stored, false, context_));
    for (const Pairs *pairs : {&brought_, &changed_})
      if (!pairs->from.empty()) prog.add(Copy(flat(pairs->from), flat(pairs->to), false, context_));
    prog.add(loop);
    if (!changed_.from.empty()) prog.add(Copy(flat(changed_.to), flat(changed_.from), false, context_));
  }

private:
  struct Pairs {
    std::vector<Tensor> from, to;
    void add(const Tensor &a, const Tensor &b) {
      from.push_back(a);
      to.push_back(b);
    }
  };

  static Tensor flat(const std::vector<Tensor> &ts) {
    std::vector<Tensor> result;
    for (const Tensor &t : ts) result.push_back(t.flatten());
    return poplar::concat(result);
  }
  bool liesOn(const Tensor &t, unsigned tile) const {
    const auto mapping = graph_.getTileMapping(t);
    for (unsigned i = 0; i != mapping.size(); ++i)
      if (i != tile && !mapping[i].empty()) return false;
    return true;
  }
  /// {look-ups, ...} as {rounds, look-ups of one, ...}, filled up with `value`.
  Tensor byRound(const Tensor &t, unsigned value) {
    const std::size_t missing = count_ * size_ - lookups_;
    Shape shape = t.shape();
    shape[0] = size_;
    shape.insert(shape.begin(), count_);
    if (missing == 0) return t.reshape(shape);
    const Tensor filler = graph_.addConstant(t.elementType(), {1}, value, {context_, "filler"});
    graph_.setTileMapping(filler, 0);
    const std::size_t elements = t.numElements() / lookups_ * missing;
    return poplar::concat(t.flatten(), filler.broadcast(static_cast<unsigned>(elements), 0)).reshape(shape);
  }

  Graph &graph_;
  DebugContext context_;
  std::size_t lookups_, size_, count_;
  Pairs brought_, changed_, picked_, kept_;
};

/// `things` of `bytes` each for every worker, so that no two store to one 8-byte word.
unsigned stepFor(const poplar::Target &target, std::size_t things, std::size_t bytes) {
  const std::size_t grain = 8 / std::gcd<std::size_t>(8, std::max<std::size_t>(1, bytes));
  const std::size_t workers = target.getNumWorkerContexts();
  return static_cast<unsigned>(
      std::max<std::size_t>(1, ((things + workers - 1) / workers + grain - 1) / grain * grain));
}

class Lookup {
public:
  Lookup(Graph &graph, Rounds &rounds, const DebugContext &context)
      : graph_(graph), rounds_(rounds), context_(context), lookUp_(graph.addComputeSet({context, "lookup"})) {}

  /// The rows {rounds, look-ups * size, columns} at the offsets of `table`.
  Tensor add(const SliceRows &table, const SliceLayout &layout) {
    const std::size_t n = table.offsets.numElements(), blocks = layout.entryBlocks();
    const Type type = table.rows.elementType();
    std::vector<Tensor> columns;
    for (const ColumnBlock &block : layout.columns) {
      const std::size_t width = block.end - block.begin;
      std::vector<Tensor> rows;
      for (const LookupRange &range : shareLookups(n, layout.copies)) {
        const std::size_t count = range.end - range.begin;
        // With several blocks of entries: what each finds, before it is picked.
        std::vector<Tensor> found;
        for (std::size_t e = 0; e != blocks; ++e) {
          const unsigned tile = layout.tile(block, e, range.copy);
          found.push_back(variable(type, count * table.size, width, tile, "slices"));
          lookUp(table, layout, block, e, range, found.back());
        }
        if (blocks == 1) rows.push_back(rounds_.keep(found[0], layout.tile(block, 0, range.copy)));
        for (std::size_t e = 0; blocks != 1 && e != blocks; ++e)
          if (layout.share(range, e) != layout.share(range, e + 1)) {
            const unsigned tile = layout.tile(block, e, range.copy);
            rows.push_back(rounds_.keep(pick(table, layout, found, range, e, tile), tile));
          }
      }
      columns.push_back(poplar::concat(rows, 1));
    }
    return poplar::concat(columns, 2);
  }

  void execute(Sequence &prog) const {
    prog.add(Execute(lookUp_, context_));
    if (pick_) prog.add(Execute(*pick_, context_));
  }

private:
  Tensor variable(Type type, std::size_t rows, std::size_t width, unsigned tile, const char *name) {
    const Tensor t = graph_.addVariable(type, {rows, width}, {context_, name});
    graph_.setTileMapping(t, tile);
    return t;
  }

  void lookUp(const SliceRows &table, const SliceLayout &layout, const ColumnBlock &block, std::size_t e,
              const LookupRange &range, const Tensor &part) {
    const std::size_t n = range.end - range.begin, begin = e * layout.blockEntries;
    const Tensor entries =
        rounds_.bring(table.rows.slice({begin, block.begin},
                                       {std::min(layout.entries, begin + layout.blockEntries), block.end}),
                      layout.tile(block, e, range.copy), false);
    const std::size_t vertices = std::min(n, poputil::detail::verticesOfTile(graph_.getTarget(), part.numElements()));
    for (std::size_t i = 0; i != vertices; ++i)
      addLookUp(table, layout, block, e, range, Interval(n * i / vertices, n * (i + 1) / vertices), entries, part);
  }

  /// Some of the look-ups of a range, counted from its first.
  void addLookUp(const SliceRows &table, const SliceLayout &layout, const ColumnBlock &block, std::size_t e,
                 const LookupRange &range, const Interval &lookups, const Tensor &entries,
                 const Tensor &part) {
    const Type type = table.rows.elementType();
    const std::size_t n = lookups.size(), width = block.end - block.begin, length = table.size * width;
    const poplar::VertexRef vertex =
        graph_.addVertex(lookUp_, poputil::templateVertex("popops::MultiSlice", type));
    graph_.setTileMapping(vertex, layout.tile(block, e, range.copy));
    graph_.connect(vertex["offsets"], table.offsets.slice(range.begin + lookups.begin(), range.begin + lookups.end()));
    graph_.connect(vertex["table"], entries.flatten());
    graph_.connect(vertex["slices"], part.slice(lookups.begin() * table.size, lookups.end() * table.size).flatten());
    graph_.setInitialValue(vertex["first"], static_cast<unsigned>(e * layout.blockEntries));
    graph_.setInitialValue(vertex["entries"], static_cast<unsigned>(entries.dim(0)));
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
    if (!pick_) pick_ = graph_.addComputeSet({context_, "pick"});
    const Type type = table.rows.elementType();
    const std::size_t begin = layout.share(range, e), end = layout.share(range, e + 1), width = found[0].dim(1);
    const Tensor result = variable(type, end - begin, width, tile, "picked");
    const poplar::VertexRef vertex =
        graph_.addVertex(*pick_, poputil::templateVertex("popops::MultiSlicePick", type));
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
  Rounds &rounds_;
  DebugContext context_;
  ComputeSet lookUp_;
  std::optional<ComputeSet> pick_;
};

struct Update {
  const char *op;
  const Tensor *scale;
};

/// Updates of several tables at once. Additions may be shared by copies of a table: those but the first start from
/// zero and are added to the table in the end.
class Updates {
public:
  Updates(Graph &graph, Rounds &rounds, const DebugContext &context, Update what)
      : graph_(graph), rounds_(rounds), context_(context), what_(what), adds_(std::string(what.op) == "Add"),
        computeSet_(graph.addComputeSet({context, what.op})) {}

  /// `rows` {look-ups, size, columns} of all rounds, at the offsets of `table` in one.
  void add(const SliceRows &table, const SliceLayout &layout, const Tensor &rows) {
    const Type type = table.rows.elementType();
    const auto ranges = shareLookups(table.offsets.numElements(), adds_ ? layout.copies : 1);
    for (const ColumnBlock &block : layout.columns) {
      // The rows of each range, which go to all blocks of entries.
      std::vector<Tensor> shared;
      for (const LookupRange &range : ranges) shared.push_back(rowsOf(layout, block, range, rows));
      for (std::size_t e = 0; e != layout.entryBlocks(); ++e) {
        const std::size_t begin = e * layout.blockEntries, end = std::min(layout.entries, begin + layout.blockEntries);
        const Tensor own = table.rows.slice({begin, block.begin}, {end, block.end});
        std::vector<Tensor> sums;
        for (std::size_t copy = 1; adds_ && copy < layout.copies; ++copy) {
          sums.push_back(graph_.addVariable(type, {1, own.numElements()}, {context_, "sums"}));
          graph_.setTileMapping(sums.back(), layout.tile(block, e, copy));
        }
        for (std::size_t i = 0; i != ranges.size(); ++i) {
          const unsigned tile = layout.tile(block, e, ranges[i].copy);
          addVertex(table, layout, block, e, ranges[i], shared[i],
                    ranges[i].copy == 0 ? rounds_.bring(own, tile, true) : sums[ranges[i].copy - 1]);
        }
        if (sums.empty()) continue;
        sums_.push_back(poplar::concat(sums));
        summed_.push_back(own.flatten());
      }
    }
  }

  void execute(Sequence &prog) const { prog.add(Execute(computeSet_, context_)); }
  /// Before all rounds and after them.
  void start(Sequence &prog) const {
    if (!sums_.empty()) zero(graph_, poplar::concat(sums_, 1), prog, {context_, "sums"});
  }
  void finish(Sequence &prog) const {
    if (sums_.empty()) return;
    const Tensor sums = poplar::concat(sums_, 1), summed = poplar::concat(summed_);
    if (sums.dim(0) == 1)
      addInPlace(graph_, summed, sums[0], prog, {context_, "sums"});
    else
      reduceWithOutput(graph_, sums, summed, {0}, {Operation::ADD, true}, prog, {context_, "sums"});
  }

private:
  /// The rows of a round's range, each block's share where createSliceTensor has it.
  Tensor rowsOf(const SliceLayout &layout, const ColumnBlock &block, const LookupRange &range, const Tensor &rows) {
    std::vector<Tensor> parts;
    for (std::size_t e = 0; e != layout.entryBlocks(); ++e)
      if (layout.share(range, e) != layout.share(range, e + 1))
        parts.push_back(rounds_.pick(rows.slice(block.begin, block.end, 2), layout.share(range, e),
                                     layout.share(range, e + 1), layout.tile(block, e, range.copy)));
    return poplar::concat(parts);
  }

  void addVertex(const SliceRows &table, const SliceLayout &layout, const ColumnBlock &block, std::size_t e,
                 const LookupRange &range, const Tensor &rows, const Tensor &to) {
    const Type type = table.rows.elementType();
    const poplar::Target &target = graph_.getTarget();
    const std::size_t bytes = target.getTypeSize(type), begin = e * layout.blockEntries,
                      entries = std::min(layout.entries, begin + layout.blockEntries) - begin,
                      width = block.end - block.begin, length = table.size * width;
    const poplar::VertexRef vertex =
        graph_.addVertex(computeSet_,
                         poputil::templateVertex("popops::MultiUpdate", type,
                                                 std::string("popops::UpdateOp::") + what_.op,
                                                 what_.scale ? what_.scale->elementType() : type));
    graph_.setTileMapping(vertex, layout.tile(block, e, range.copy));
    graph_.connect(vertex["offsets"], table.offsets.slice(range.begin, range.end));
    graph_.connect(vertex["table"], to.flatten());
    graph_.connect(vertex["slices"], rows.flatten());
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
  Rounds &rounds_;
  DebugContext context_;
  Update what_;
  bool adds_;
  ComputeSet computeSet_;
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
    const Tensor result = variableLike(graph, t, shape, context);
    graph.setTileMapping(result, 0);
    if (result.numElements() != 0)
      throw poplibs_error(function + ": a table of shape " + t[0].shapeToString() + " has nothing to look up");
    return result;
  }
  const Tables tables = tablesOf(function, graph, bitsOf(t), offsets, dims, sizes, plan, options, prog, context);
  Rounds rounds(graph, tables, context);
  Lookup lookup(graph, rounds, context);
  rounds.run(tables.rows, prog, [&](const std::vector<SliceRows> &round, Sequence &body) {
    for (std::size_t g = 0; g != groups; ++g) {
      const std::size_t n = tables.rows[g].offsets.numElements() * round[g].size;
      const Tensor rows = lookup.add(round[g], tables.layouts[g]).flatten(0, 2).slice(0, n);
      results.push_back(fromRows(rows, t[g].shape(), dims, sizes, offsets.dim(1)).expand({0}));
    }
    lookup.execute(body);
  });
  const Tensor result = poplar::concat(results);
  if (!isQuarter(t)) return result;
  const Tensor quarters = variableLike(graph, t, result.shape(), context);
  graph.setTileMapping(quarters, graph.getTileMapping(result));
  prog.add(Copy(result, bitsOf(quarters), false, context));
  return quarters;
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
  const Tables tables = tablesOf(function, graph, bitsOf(t), offsets, dims, sizes, plan, options, prog, context);
  Rounds rounds(graph, tables, context);
  Updates updates(graph, rounds, context, what);
  Sequence all;
  rounds.run(tables.rows, all, [&](const std::vector<SliceRows> &round, Sequence &body) {
    for (std::size_t g = 0; g != round.size(); ++g) {
      const Tensor rows = toRows(bitsOf(s)[g], t[g].shape(), dims, sizes, offsets[g].dim(0));
      updates.add(round[g], tables.layouts[g],
                  rows.reshape({rows.dim(0) / round[g].size, round[g].size, rows.dim(1)}));
    }
    updates.execute(body);
  });
  updates.start(prog);
  prog.add(all);
  updates.finish(prog);
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
