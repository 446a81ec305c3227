#include "libs/popops/detail/SliceLayout.hpp"
#include "libs/popops/detail/ReduceBlocks.hpp"
#include <poputil/TileMapping.hpp>
#include <poputil/detail/Options.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>
#include <limits>
#include <ostream>

namespace popops {

namespace detail {

using poplar::Graph;
using poplar::Interval;
using poplar::Tensor;
using poplar::Type;

namespace {

// Issue slots of the codelets' loops: to look at an offset, and to start on a row that is there.
constexpr double kSlotsPerOffset = 5;
constexpr double kSlotsPerRow = 12;

std::size_t ceilDiv(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

/// Elements that a tile stores at once.
std::size_t grainOf(const poplar::Target &target, const Type &type) {
  return 8 / std::min<std::size_t>(8, target.getTypeSize(type));
}

struct Cost {
  double cycles, bytes;
};

/// One look-up operation over blocks of `rows` entries and `columns` columns.
Cost costOf(const poplar::Target &target, double columnBytes, std::size_t entrySplit, double lookups,
            const SliceOptions &options) {
  const double exchange = target.getExchangeBytesPerCycle(), workers = target.getNumWorkerContexts();
  const double words = columnBytes / (target.getDataPathWidth() / 8.0);
  const double hits = options.onePoint ? lookups : lookups / static_cast<double>(entrySplit);
  // Slots of one worker come every `workers` cycles, so that work shared by all costs its slots.
  const double shared = std::max(1.0, workers / std::max(1.0, lookups));
  const double scan = (lookups * kSlotsPerOffset + hits * (kSlotsPerRow + 2 * words)) * shared;
  const double offsets = lookups * 4 / exchange;
  Cost cost{0, 0};
  if (options.usedForSlice) {
    cost.cycles += offsets + scan;
    cost.bytes = lookups * (4 + columnBytes);
    if (entrySplit > 1) { // the parts of all blocks come together, each tile picks its share of the rows
      cost.cycles += lookups * columnBytes / exchange +
                     lookups / static_cast<double>(entrySplit) * (kSlotsPerOffset + kSlotsPerRow + 2 * words);
      cost.bytes += lookups * columnBytes;
    }
  }
  if (options.usedForUpdate) {
    cost.cycles += offsets + lookups * columnBytes / exchange + scan;
    cost.bytes = std::max(cost.bytes, lookups * (4 + columnBytes));
  }
  return cost;
}

} // namespace

SliceOptions parseSliceOptions(const std::string &function, const poplar::OptionFlags &options) {
  using namespace poputil::detail;
  SliceOptions result;
  if (options.begin() == options.end()) return result;
  bool flag = false;
  std::string choice, distribution;
  parseOptions(
      function, options,
      {{"usedForSlice", boolOption(result.usedForSlice)},
       {"usedForUpdate", boolOption(result.usedForUpdate)},
       {"remapOutOfBoundIndices", boolOption(result.remap)},
       {"indicesAreSorted", boolOption(flag)},
       {"validateIndices", boolOption(flag)},
       {"paddingIndexUsed", boolOption(flag)},
       {"operationForUpdate", choiceOption(choice, {"none", "add", "max", "mul"})},
       {"availableMemoryProportion", numberOption(result.memoryProportion, std::numeric_limits<double>::min(), 1)},
       {"partialType", choiceOption(choice, {"half", "float"})},
       {"indicesDistribution", choiceOption(distribution, {"uniform", "onePoint"})},
       {"planConstraints", ignoredOption()},
       {"internal.alwaysIncludeBaseRearrangementCost", boolOption(flag)}});
  result.onePoint = distribution == "onePoint";
  return result;
}

SliceLayout plannedLayout(const Graph &graph, const SlicePlan &plan, const Type &type, std::size_t entries,
                          std::size_t columns, std::size_t group) {
  const poplar::Target &target = graph.getTarget();
  SliceLayout layout;
  layout.entries = entries;
  if (entries == 0 || columns == 0) return layout;
  const std::size_t grain = grainOf(target, type), tiles = target.getNumTiles();
  layout.blockEntries = ceilDiv(entries, std::min(plan.entrySplit(), entries));
  const std::size_t entryBlocks = ceilDiv(entries, layout.blockEntries);
  const std::size_t grains = ceilDiv(columns, grain), columnBlocks = std::min(plan.columnSplit(), grains);
  const std::size_t first = poputil::chooseMappingOffset(tiles, {plan.entries(), plan.columnSplit()}) +
                            group * plan.entrySplit() * plan.columnSplit();
  for (std::size_t c = 0; c != columnBlocks; ++c) {
    ColumnBlock block{std::min(columns, grains * c / columnBlocks * grain),
                      std::min(columns, grains * (c + 1) / columnBlocks * grain),
                      {}};
    for (std::size_t e = 0; e != entryBlocks; ++e)
      block.tiles.push_back(static_cast<unsigned>((first + c * entryBlocks + e) % tiles));
    layout.columns.push_back(std::move(block));
  }
  return layout;
}

SliceLayout presentLayout(const Graph &graph, const Tensor &rows) {
  SliceLayout layout;
  layout.entries = layout.blockEntries = rows.dim(0);
  // Quick answer for the usual case: the first entry's tiles must have all the others.
  for (const Block &block : findBlocks(graph, rows, true)) {
    if (block.rows() != rows.dim(0)) return SliceLayout();
    layout.columns.push_back({block.columnBegin, block.columnEnd, {block.tile}});
  }
  std::sort(layout.columns.begin(), layout.columns.end(),
            [](const ColumnBlock &a, const ColumnBlock &b) { return a.begin < b.begin; });
  return layout;
}

SlicePlan planSlices(const poplar::Target &target, const Type &type, std::size_t groups, std::size_t entries,
                     std::size_t columns, const std::vector<std::size_t> &lookups, const SliceOptions &options) {
  const double size = static_cast<double>(target.getTypeSize(type));
  const std::size_t grain = grainOf(target, type), grains = std::max<std::size_t>(1, ceilDiv(columns, grain));
  const std::size_t tiles = std::max<std::size_t>(1, target.getNumTiles() / std::max<std::size_t>(1, groups));
  const double memory = target.getBytesPerTile();
  SlicePlan best(entries, columns, 1, 1);
  double bestCycles = std::numeric_limits<double>::infinity();
  bool bestFits = false;
  for (std::size_t columnSplit = 1; columnSplit <= std::min(grains, tiles); ++columnSplit) {
    const std::size_t blockGrains = ceilDiv(grains, columnSplit);
    if (columnSplit != ceilDiv(grains, blockGrains)) continue; // a smaller split has blocks of the same size
    const double columnBytes = static_cast<double>(blockGrains * grain) * size;
    for (std::size_t entrySplit = 1; entrySplit <= tiles / columnSplit; ++entrySplit) {
      const std::size_t blockEntries = ceilDiv(std::max<std::size_t>(1, entries), entrySplit);
      if (entrySplit > 1 && (blockEntries < 2 || entrySplit != ceilDiv(entries, blockEntries))) continue;
      Cost total{0, 0};
      for (std::size_t n : lookups) {
        const Cost cost = costOf(target, columnBytes, entrySplit, static_cast<double>(n), options);
        total.cycles += cost.cycles;
        total.bytes = std::max(total.bytes, cost.bytes);
      }
      const double table = static_cast<double>(blockEntries) * columnBytes;
      const bool fits = total.bytes <= options.memoryProportion * memory && table + total.bytes <= memory;
      // Without any that fits, the one with the smallest blocks.
      const double measure = fits ? total.cycles : table + total.bytes;
      if (fits != bestFits ? fits : measure < bestCycles) {
        best = SlicePlan(entries, columns, entrySplit, columnSplit);
        bestCycles = measure;
        bestFits = fits;
      }
    }
  }
  return best;
}

} // namespace detail

std::ostream &operator<<(std::ostream &os, const SlicePlan &plan) {
  if (plan.entries_ == 0) return os << "SlicePlan(as the table lies)";
  return os << "SlicePlan(table of " << plan.entries_ << " x " << plan.columns_ << ", cut into " << plan.entrySplit_
            << " x " << plan.columnSplit_ << " blocks)";
}

SlicePlan embedding::plan(const poplar::Graph &graph, const poplar::Type &dataType, std::size_t groupSize,
                          std::size_t numEntries, std::size_t outputSize, const std::vector<std::size_t> &numLookups,
                          const poplar::OptionFlags &options) {
  if (groupSize == 0) throw poputil::poplibs_error("popops::embedding::plan: a groupSize of 0; it must be at least 1");
  const auto parsed = detail::parseSliceOptions("popops::embedding::plan", options);
  return detail::planSlices(graph.getTarget(), dataType, groupSize, numEntries, outputSize, numLookups, parsed);
}

SlicePlan embedding::plan(const poplar::Graph &graph, const poplar::Type &dataType, std::size_t numEntries,
                          std::size_t outputSize, const std::vector<std::size_t> &numLookups,
                          const poplar::OptionFlags &options) {
  return plan(graph, dataType, 1, numEntries, outputSize, numLookups, options);
}

std::vector<SlicePlan> embedding::planMultiple(const std::vector<SlicePlanningParameters> &spds) {
  std::vector<SlicePlan> plans;
  for (const SlicePlanningParameters &p : spds)
    plans.push_back(plan(p.graph, p.dataType, p.groupSize, p.numEntries, p.outputSize, p.numLookups, p.optionFlags));
  return plans;
}

} // namespace popops

template <> poplar::ProfileValue poputil::toProfileValue(const popops::SlicePlan &t) {
  return poplar::ProfileValue::Map{{"entries", poplar::ProfileValue(t.entries())},
                                   {"entrySplit", poplar::ProfileValue(t.entrySplit())},
                                   {"columnSplit", poplar::ProfileValue(t.columnSplit())}};
}
