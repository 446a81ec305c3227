#pragma once
#include <poplar/Graph.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/ProfileValue.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/Api.hpp>
#include <poputil/DebugInfo.hpp>
#include <cstddef>
#include <iosfwd>
#include <vector>

namespace popops {

/// How a table is laid out for look-ups: cut into blocks of entries and columns, one on each tile. A
/// default-constructed plan stands for "as the table lies".
class POPLAR_API SlicePlan {
public:
  SlicePlan() : entries_(0), columns_(0), entrySplit_(1), columnSplit_(1) {}
  /// For the library's own use.
  SlicePlan(std::size_t entries, std::size_t columns, std::size_t entrySplit, std::size_t columnSplit)
      : entries_(entries), columns_(columns), entrySplit_(entrySplit), columnSplit_(columnSplit) {}
  /// Entries of the table; 0 for a default-constructed plan.
  std::size_t entries() const { return entries_; }
  /// Blocks along the entries.
  std::size_t entrySplit() const { return entrySplit_; }
  /// Blocks along the columns.
  std::size_t columnSplit() const { return columnSplit_; }
  friend bool operator==(const SlicePlan &a, const SlicePlan &b) { return !(a < b) && !(b < a); }
  friend bool operator!=(const SlicePlan &a, const SlicePlan &b) { return !(a == b); }
  friend bool operator<(const SlicePlan &a, const SlicePlan &b) {
    return a.entries_ != b.entries_         ? a.entries_ < b.entries_
           : a.columns_ != b.columns_       ? a.columns_ < b.columns_
           : a.entrySplit_ != b.entrySplit_ ? a.entrySplit_ < b.entrySplit_
                                            : a.columnSplit_ < b.columnSplit_;
  }
  /// Writes the plan for people.
  friend POPLAR_API std::ostream &operator<<(std::ostream &os, const SlicePlan &plan);

private:
  std::size_t entries_, columns_, entrySplit_, columnSplit_;
};

namespace embedding {

/// A plan for a table {numEntries, outputSize} and these numbers of look-ups. Options: usedForSlice, usedForUpdate,
/// indicesAreSorted, validateIndices, remapOutOfBoundIndices, paddingIndexUsed (true, false), operationForUpdate (none,
/// add, max, mul), availableMemoryProportion (above 0, up to 1: the share of a tile's memory for what look-ups hold
/// meanwhile), partialType (half, float), indicesDistribution (uniform, onePoint), planConstraints; others throw
/// poplar::invalid_option.
POPLAR_API SlicePlan plan(const poplar::Graph &graph, const poplar::Type &dataType, std::size_t numEntries,
                          std::size_t outputSize, const std::vector<std::size_t> &numLookups,
                          const poplar::OptionFlags &options);
/// The same for `groupSize` tables of this size.
POPLAR_API SlicePlan plan(const poplar::Graph &graph, const poplar::Type &dataType, std::size_t groupSize,
                          std::size_t numEntries, std::size_t outputSize, const std::vector<std::size_t> &numLookups,
                          const poplar::OptionFlags &options);

/// The arguments of plan(). The graph must outlive them.
struct POPLAR_API SlicePlanningParameters {
  /// For `groupSize` tables.
  SlicePlanningParameters(const poplar::Graph &graph, const poplar::Type &dataType, std::size_t groupSize,
                          std::size_t numEntries, std::size_t outputSize, const std::vector<std::size_t> &numLookups,
                          const poplar::OptionFlags &optionFlags)
      : graph(graph), dataType(dataType), groupSize(groupSize), numEntries(numEntries), outputSize(outputSize),
        numLookups(numLookups), optionFlags(optionFlags) {}
  /// For one table.
  SlicePlanningParameters(const poplar::Graph &graph, const poplar::Type &dataType, std::size_t numEntries,
                          std::size_t outputSize, const std::vector<std::size_t> &numLookups,
                          const poplar::OptionFlags &optionFlags)
      : SlicePlanningParameters(graph, dataType, 1, numEntries, outputSize, numLookups, optionFlags) {}

  const poplar::Graph &graph;                ///< for its target
  const poplar::Type dataType;               ///< of the elements
  const std::size_t groupSize;               ///< number of tables
  const std::size_t numEntries;              ///< of a table
  const std::size_t outputSize;              ///< elements of an entry
  const std::vector<std::size_t> numLookups; ///< of each use of the table
  const poplar::OptionFlags optionFlags;     ///< as for plan()
};
/// The plan for each set of parameters.
POPLAR_API std::vector<SlicePlan> planMultiple(const std::vector<SlicePlanningParameters> &spds);

} // namespace embedding
} // namespace popops

namespace poputil {
/// The numbers of blocks, by name.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const popops::SlicePlan &t);
} // namespace poputil
