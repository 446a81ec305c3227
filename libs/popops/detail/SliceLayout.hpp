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

/// The options of look-ups that count.
struct SliceOptions {
  bool usedForSlice = true, usedForUpdate = true, remap = false, onePoint = false;
  double memoryProportion = 0.6;
};
SliceOptions parseSliceOptions(const std::string &function, const poplar::OptionFlags &options);

/// A run of columns and the tiles that share it.
struct ColumnBlock {
  std::size_t begin, end;
  std::vector<unsigned> tiles; ///< of the blocks of entries, in order
};

/// A table cut into blocks of `blockEntries` entries (the last one may have fewer) and of columns.
struct SliceLayout {
  std::size_t entries = 0, blockEntries = 0;
  std::vector<ColumnBlock> columns;
  std::size_t entryBlocks() const { return columns.empty() ? 0 : columns[0].tiles.size(); }
  /// First and end of the part of `n` things that block `e` of entries has a share of.
  std::size_t share(std::size_t n, std::size_t e) const { return n * e / entryBlocks(); }
};

/// The blocks of one of several tables {entries, columns} of elements of `type` under a plan.
SliceLayout plannedLayout(const poplar::Graph &graph, const SlicePlan &plan, const poplar::Type &type,
                          std::size_t entries, std::size_t columns, std::size_t group);
/// The blocks of a table {entries, columns} as it lies, when each tile has whole columns; else no blocks.
SliceLayout presentLayout(const poplar::Graph &graph, const poplar::Tensor &rows);

/// The best plan for these look-ups.
SlicePlan planSlices(const poplar::Target &target, const poplar::Type &type, std::size_t groups, std::size_t entries,
                     std::size_t columns, const std::vector<std::size_t> &lookups, const SliceOptions &options);

} // namespace popops::detail
