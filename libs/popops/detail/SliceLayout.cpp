#include "libs/popops/detail/SliceLayout.hpp"
#include <poputil/TileMapping.hpp>
#include <poputil/detail/Options.hpp>
#include <poputil/exceptions.hpp>
#include <nlohmann/json.hpp>
#include <poplar/exceptions.hpp>
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <ostream>

namespace popops {

namespace detail {

using poplar::Graph;
using poplar::Interval;
using poplar::Tensor;
using poplar::Type;

namespace {

// Issue slots of the codelets' loops: to look at an offset, to start on a row that is there, and for a word of it.
constexpr double kSlotsPerOffset = 6;
constexpr double kSlotsPerRow = 12;
constexpr double kSlotsPerWord = 2;

std::size_t ceilDiv(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

/// Elements that a tile stores at once.
std::size_t grainOf(const poplar::Target &target, const Type &type) {
  return 8 / std::min<std::size_t>(8, target.getTypeSize(type));
}

// A step of its own: synchronisation, launch of workers, fixed part of the exchange.
constexpr double kStepCycles = 300;

struct Cost {
  double cycles, bytes;
};

/// How `lookups` look-ups of blocks of `blockEntries` entries of `columnBytes` are shared out.
struct Shares {
  double blockEntries, columnBytes;
  std::size_t entrySplit, copies, rounds;
};

Cost costOf(const poplar::Target &target, const Shares &shares, double lookups, const SliceOptions &options) {
  const double exchange = target.getExchangeBytesPerCycle(), workers = target.getNumWorkerContexts();
  const double columnBytes = shares.columnBytes, words = columnBytes / (target.getDataPathWidth() / 8.0);
  const double blocks = static_cast<double>(shares.entrySplit), rounds = static_cast<double>(shares.rounds);
  const double copies = static_cast<double>(shares.copies), block = shares.blockEntries * columnBytes;
  Cost cost{0, 0};
  // Of one round on one tile. Slots of one worker come every `workers` cycles, so that work shared by all costs its
  // slots. Workers share the offsets of look-ups; of updates, and of few look-ups, each sees all. They share rows as
  // codelets do: whole ones, or the words of each.
  const auto round = [&](double n, bool shareOffsets, bool shareRows) {
    const double hits = options.onePoint ? n : n / blocks;
    const double row = shareRows ? kSlotsPerRow + kSlotsPerWord * words
                                 : workers * (kSlotsPerRow + kSlotsPerWord * std::ceil(words / workers));
    return n * 4 / exchange + n * kSlotsPerOffset * (shareOffsets ? 1 : workers) + hits * row;
  };
  // Rounds are a loop, which picks the offsets and moves the rows of each.
  const auto loop = [&](double n) {
    return shares.rounds == 1 ? 0 : rounds * (3 * kStepCycles + 2 * n / blocks * columnBytes / 8);
  };
  if (options.usedForSlice) {
    const double n = std::ceil(lookups / copies / rounds);
    cost.cycles += loop(n) + rounds * (kStepCycles + round(n, n >= workers, n >= workers));
    cost.bytes = n * 4 + lookups / copies * columnBytes / (blocks > 1 ? blocks : 1);
    if (blocks > 1) { // the parts of all blocks come together, each tile picks its share of the rows
      cost.cycles += rounds * (kStepCycles + n * columnBytes / exchange +
                               n / blocks * (kSlotsPerOffset + kSlotsPerRow + kSlotsPerWord * words));
      cost.bytes += 2 * n * columnBytes;
    }
    if (copies > 1) { // the table goes to all that have none, once for all rounds
      cost.cycles += block / exchange;
      cost.bytes += block;
    }
  }
  if (options.usedForUpdate) {
    const double n = std::ceil(lookups / (options.adds ? copies : 1) / rounds);
    const bool narrow = columnBytes < 8 * workers; // workers share the entries, of which one point has one
    cost.cycles +=
        loop(n) + rounds * (kStepCycles + n * columnBytes / exchange + round(n, false, narrow && !options.onePoint));
    double bytes = n * (4 + columnBytes);
    if (shares.rounds > 1) bytes += (rounds + 1) * n * columnBytes / blocks; // all rows, and those of the round
    if (options.adds && copies > 1) { // sums start from zero and are brought together
      cost.cycles += 2 * kStepCycles + block / 8 + (copies - 1) * block * (1 / exchange + 1.0 / 8);
      bytes += block * copies;
    }
    cost.bytes = std::max(cost.bytes, bytes);
  }
  return cost;
}

/// Numbers worth trying as a split: each about half as much again as the one before.
std::vector<std::size_t> splits(std::size_t wanted, std::size_t most) {
  if (wanted != 0) return wanted <= most ? std::vector<std::size_t>{wanted} : std::vector<std::size_t>();
  std::vector<std::size_t> result;
  for (std::size_t n = 1; n <= most; n = std::max(n + 1, n * 3 / 2)) result.push_back(n);
  return result;
}

/// Reads planConstraints.
poputil::detail::OptionHandler constraintsOption(SliceOptions &options) {
  return [&options](poplar::StringRef text) {
    const auto json = nlohmann::json::parse(std::string(text), nullptr, false);
    if (!json.is_object()) throw std::invalid_argument("it takes a JSON object");
    const std::pair<const char *, std::size_t *> numbers[] = {
        {"lookupParallelSplit", &options.lookupSplit}, {"lookupSerialSplit", &options.serialSplit},
        {"slicedDimSplit", &options.entrySplit},       {"unslicedDimSplit", &options.columnSplit},
        {"unslicedGrainSize", &options.grain},         {"groupSplit", &options.groupSplit}};
    for (const auto &[key, value] : json.items()) {
      const auto number = std::find_if(std::begin(numbers), std::end(numbers),
                                       [&, &key = key](const auto &each) { return key == each.first; });
      if (number != std::end(numbers)) {
        if (!value.is_number_unsigned() || value.get<std::size_t>() == 0)
          throw std::invalid_argument("'" + key + "' takes a number above 0");
        *number->second = value.get<std::size_t>();
      } else if (key != "useOrderingInfo" && key != "precopyBaseWhenSerialSlice") {
        throw std::invalid_argument("it knows no '" + key +
                                    "', but lookupParallelSplit, lookupSerialSplit, slicedDimSplit, unslicedDimSplit, "
                                    "unslicedGrainSize, groupSplit, useOrderingInfo, precopyBaseWhenSerialSlice");
      } else if (!value.is_boolean()) {
        throw std::invalid_argument("'" + key + "' takes true or false");
      }
    }
  };
}

} // namespace

std::vector<LookupRange> shareLookups(std::size_t n, std::size_t copies) {
  std::vector<LookupRange> result;
  for (std::size_t copy = 0; copy != copies; ++copy) {
    const LookupRange range{n * copy / copies, n * (copy + 1) / copies, copy};
    if (range.begin != range.end) result.push_back(range);
  }
  return result;
}

SliceOptions parseSliceOptions(const std::string &function, const poplar::OptionFlags &options) {
  using namespace poputil::detail;
  SliceOptions result;
  if (options.begin() == options.end()) return result;
  bool flag = false;
  std::string partial, operation, distribution;
  parseOptions(
      function, options,
      {{"usedForSlice", boolOption(result.usedForSlice)},
       {"usedForUpdate", boolOption(result.usedForUpdate)},
       {"remapOutOfBoundIndices", boolOption(result.remap)},
       {"indicesAreSorted", boolOption(flag)},
       {"validateIndices", boolOption(result.validate)},
       {"paddingIndexUsed", boolOption(flag)},
       {"operationForUpdate", choiceOption(operation, {"none", "add", "max", "mul"})},
       {"availableMemoryProportion", numberOption(result.memoryProportion, std::numeric_limits<double>::min(), 1)},
       {"partialType", choiceOption(partial, {"half", "float", "unset"})},
       {"indicesDistribution", choiceOption(distribution, {"uniform", "onePoint"})},
       {"planConstraints", constraintsOption(result)},
       {"internal.alwaysIncludeBaseRearrangementCost", boolOption(flag)}});
  result.adds = operation.empty() || operation == "add";
  result.onePoint = distribution == "onePoint";
  return result;
}

SliceLayout plannedLayout(const Graph &graph, const SlicePlan &plan, const Type &type, std::size_t entries,
                          std::size_t columns, std::size_t group) {
  const poplar::Target &target = graph.getTarget();
  SliceLayout layout;
  layout.entries = entries;
  if (entries == 0 || columns == 0) return layout;
  const std::size_t grain = std::max(plan.grain(), grainOf(target, type)), tiles = target.getNumTiles();
  layout.copies = plan.lookupParallelSplit();
  layout.rounds = plan.lookupSerialSplit();
  layout.blockEntries = ceilDiv(entries, std::min(plan.entrySplit(), entries));
  const std::size_t entryBlocks = ceilDiv(entries, layout.blockEntries);
  const std::size_t grains = ceilDiv(columns, grain), columnBlocks = std::min(plan.columnSplit(), grains);
  const std::size_t first = poputil::chooseMappingOffset(tiles, {plan.entries(), plan.columnSplit()}) +
                            group * plan.entrySplit() * plan.columnSplit() * layout.copies;
  for (std::size_t c = 0; c != columnBlocks; ++c) {
    ColumnBlock block{std::min(columns, grains * c / columnBlocks * grain),
                      std::min(columns, grains * (c + 1) / columnBlocks * grain),
                      {}};
    for (std::size_t copy = 0; copy != layout.copies; ++copy)
      for (std::size_t e = 0; e != entryBlocks; ++e)
        block.tiles.push_back(static_cast<unsigned>((first + (copy * columnBlocks + c) * entryBlocks + e) % tiles));
    layout.columns.push_back(std::move(block));
  }
  return layout;
}

SliceLayout presentLayout(const Graph &graph, const Tensor &rows) {
  SliceLayout layout;
  layout.entries = layout.blockEntries = rows.dim(0);
  if (rows.numElements() == 0) return layout;
  // The first entry's tiles must have all the others, too.
  const auto first = graph.getTileMapping(rows[0]);
  for (unsigned tile = 0; tile != first.size(); ++tile)
    for (const Interval &columns : first[tile]) {
      const Tensor block = rows.slice(columns, 1).flatten();
      const auto mapping = graph.getTileMapping(block);
      if (mapping[tile].size() != 1 || mapping[tile][0].size() != block.numElements()) return SliceLayout();
      layout.columns.push_back({columns.begin(), columns.end(), {tile}});
    }
  std::sort(layout.columns.begin(), layout.columns.end(),
            [](const ColumnBlock &a, const ColumnBlock &b) { return a.begin < b.begin; });
  return layout;
}

SlicePlan planSlices(const std::string &function, const poplar::Target &target, const Type &type, std::size_t groups,
                     std::size_t entries, std::size_t columns, const std::vector<std::size_t> &lookups,
                     const SliceOptions &options) {
  const double size = static_cast<double>(target.getTypeSize(type));
  const std::size_t grain = std::max(options.grain, grainOf(target, type));
  const std::size_t grains = std::max<std::size_t>(1, ceilDiv(columns, grain));
  const std::size_t tiles = std::max<std::size_t>(1, target.getNumTiles() / std::max<std::size_t>(1, groups));
  const double memory = target.getBytesPerTile();
  std::size_t most = 1;
  for (std::size_t n : lookups) most = std::max(most, n);
  std::optional<SlicePlan> best;
  double bestCycles = 0;
  int bestFits = 0;
  const auto consider = [&](const SlicePlan &plan, const Shares &shares) {
    Cost total{0, 0};
    for (std::size_t n : lookups) {
      const Cost cost = costOf(target, shares, static_cast<double>(n), options);
      total.cycles += cost.cycles;
      total.bytes = std::max(total.bytes, cost.bytes);
    }
    const double table = shares.blockEntries * shares.columnBytes;
    // Without any plan within the proportion it does not count, only the memory that there is.
    const int fits = table + total.bytes > memory ? 0 : total.bytes > options.memoryProportion * memory ? 1 : 2;
    if (!best || (fits != bestFits ? fits > bestFits : total.cycles < bestCycles)) {
      best = plan;
      bestCycles = total.cycles;
      bestFits = fits;
    }
    return fits == 2;
  };
  for (std::size_t columnSplit = 1; columnSplit <= std::min(grains, tiles); ++columnSplit) {
    if (options.columnSplit != 0 && columnSplit != options.columnSplit) continue;
    const std::size_t blockGrains = ceilDiv(grains, columnSplit);
    // A smaller split has blocks of the same size.
    if (options.columnSplit == 0 && columnSplit != ceilDiv(grains, blockGrains)) continue;
    for (std::size_t entrySplit = 1; entrySplit <= tiles / columnSplit; ++entrySplit) {
      if (options.entrySplit != 0 && entrySplit != options.entrySplit) continue;
      const std::size_t blockEntries = ceilDiv(std::max<std::size_t>(1, entries), entrySplit);
      if (options.entrySplit != 0
              ? entrySplit > std::max<std::size_t>(1, entries)
              : entrySplit > 1 && (blockEntries < 2 || entrySplit != ceilDiv(entries, blockEntries)))
        continue;
      for (std::size_t copies : splits(options.lookupSplit, std::min(most, tiles / columnSplit / entrySplit)))
        for (std::size_t rounds : splits(options.serialSplit, ceilDiv(most, copies))) {
          const double columnBytes = static_cast<double>(blockGrains * grain) * size;
          if (consider(SlicePlan(entries, columns, entrySplit, columnSplit, copies, rounds, options.grain),
                       {static_cast<double>(blockEntries), columnBytes, entrySplit, copies, rounds}))
            break; // more rounds only save memory
        }
    }
  }
  if (!best || (options.groupSplit != 0 && options.groupSplit != groups))
    throw poplar::invalid_option(
        function + ": option 'planConstraints' asks for splits that no plan has for " + std::to_string(groups) +
        " groups of " + std::to_string(entries) + " x " + std::to_string(columns) + " elements of type " +
        type.toString() + " and " + std::to_string(most) + " look-ups on " + std::to_string(target.getNumTiles()) +
        " tiles; groupSplit must be the number of groups, and the parallel splits must fit the tiles and the table");
  return *best;
}

} // namespace detail

std::ostream &operator<<(std::ostream &os, const SlicePlan &plan) {
  if (plan.entries_ == 0) return os << "SlicePlan(as the table lies)";
  return os << "SlicePlan(table of " << plan.entries_ << " x " << plan.columns_ << ", cut into " << plan.entrySplit_
            << " x " << plan.columnSplit_ << " blocks, " << plan.lookupSplit_ << " copies, " << plan.serialSplit_
            << " rounds)";
}

SlicePlan embedding::plan(const poplar::Graph &graph, const poplar::Type &dataType, std::size_t groupSize,
                          std::size_t numEntries, std::size_t outputSize, const std::vector<std::size_t> &numLookups,
                          const poplar::OptionFlags &options) {
  if (groupSize == 0) throw poputil::poplibs_error("popops::embedding::plan: a groupSize of 0; it must be at least 1");
  const auto parsed = detail::parseSliceOptions("popops::embedding::plan", options);
  return detail::planSlices("popops::embedding::plan", graph.getTarget(), dataType, groupSize, numEntries, outputSize,
                            numLookups, parsed);
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
                                   {"columnSplit", poplar::ProfileValue(t.columnSplit())},
                                   {"lookupParallelSplit", poplar::ProfileValue(t.lookupParallelSplit())},
                                   {"lookupSerialSplit", poplar::ProfileValue(t.lookupSerialSplit())}};
}
