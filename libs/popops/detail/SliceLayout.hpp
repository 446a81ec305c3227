#pragma once
// Where the blocks of a look-up table lie, and what look-ups of it would cost.
#include <popops/SlicePlan.hpp>
#include <poplar/Graph.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/Tensor.hpp>
#include <cstddef>
#include <string>
#include <vector>

namespace popops::detail {

/// The options of look-ups that count. Splits that planConstraints ask for; 0 for any.
struct SliceOptions {
  bool usedForSlice = true, usedForUpdate = true, adds = true, remap = false, onePoint = false;
  bool validate = false;
  double memoryProportion = 0.6;
  std::size_t lookupSplit = 0, serialSplit = 0, entrySplit = 0, columnSplit = 0, grain = 0, groupSplit = 0;
};
SliceOptions parseSliceOptions(const std::string &function, const poplar::OptionFlags &options);

/// A run of columns and the tiles that share it.
struct ColumnBlock {
  std::size_t begin, end;
  std::vector<unsigned> tiles; ///< of the blocks of entries, in order; those of the copies follow
};

/// Look-ups [begin, end) of a round, made by one copy of the table.
struct LookupRange {
  std::size_t begin, end, copy;
};

/// A table cut into blocks of `blockEntries` entries (the last one may have fewer) and of columns.
struct SliceLayout {
  std::size_t entries = 0, blockEntries = 0, copies = 1, rounds = 1;
  std::vector<ColumnBlock> columns;
  std::size_t entryBlocks() const { return columns.empty() ? 0 : columns[0].tiles.size() / copies; }
  unsigned tile(const ColumnBlock &block, std::size_t e, std::size_t copy) const {
    return block.tiles[copy * entryBlocks() + e];
  }
  /// First of the part of look-ups [begin, end) that block `e` of entries picks.
  std::size_t share(const LookupRange &range, std::size_t e) const {
    return range.begin + (range.end - range.begin) * e / entryBlocks();
  }
  /// Look-ups of a round when there are `n`; the last one may have fewer.
  std::size_t roundSize(std::size_t n) const { return (n + rounds - 1) / rounds; }
};

/// The `n` look-ups of a round, in order, shared by copies of the table.
std::vector<LookupRange> shareLookups(std::size_t n, std::size_t copies);

/// The blocks of one of several tables {entries, columns} of elements of `type` under a plan.
SliceLayout plannedLayout(const poplar::Graph &graph, const SlicePlan &plan, const poplar::Type &type,
                          std::size_t entries, std::size_t columns, std::size_t group);
/// The blocks of a table {entries, columns} as it lies, when each tile has whole columns; else no blocks.
SliceLayout presentLayout(const poplar::Graph &graph, const poplar::Tensor &rows);

/// The best plan for these look-ups. Throws poplar::invalid_option, from `function`, when none has the splits asked for.
SlicePlan planSlices(const std::string &function, const poplar::Target &target, const poplar::Type &type,
                     std::size_t groups, std::size_t entries, std::size_t columns,
                     const std::vector<std::size_t> &lookups, const SliceOptions &options);

} // namespace popops::detail
