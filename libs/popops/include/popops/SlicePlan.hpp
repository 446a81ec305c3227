#pragma once
#include <poplar/Graph.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/ProfileValue.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/Api.hpp>
#include <poputil/DebugInfo.hpp>
#include <cstddef>
#include <iosfwd>
#include <tuple>
#include <vector>

namespace popops {

/// How look-ups are shared out: the table is cut into blocks of entries and columns, one on each tile; the look-ups into
/// as many parts as there are copies of the table (parallel), and each of these into rounds, one after the other, that
/// use the same memory (serial). A default-constructed plan stands for "as the table lies".
class POPLAR_API SlicePlan {
public:
  SlicePlan() : SlicePlan(0, 0, 1, 1) {}
  /// For the library's own use. `grain`: columns that stay together; 0 for what a tile stores at once.
  SlicePlan(std::size_t entries, std::size_t columns, std::size_t entrySplit, std::size_t columnSplit,
            std::size_t lookupSplit = 1, std::size_t serialSplit = 1, std::size_t grain = 0)
      : entries_(entries), columns_(columns), entrySplit_(entrySplit), columnSplit_(columnSplit),
        lookupSplit_(lookupSplit), serialSplit_(serialSplit), grain_(grain) {}
  /// Entries of the table; 0 for a default-constructed plan.
  std::size_t entries() const { return entries_; }
  /// Blocks along the entries.
  std::size_t entrySplit() const { return entrySplit_; }
  /// Blocks along the columns.
  std::size_t columnSplit() const { return columnSplit_; }
  /// Copies of the table, each for a part of the look-ups.
  std::size_t lookupParallelSplit() const { return lookupSplit_; }
  /// Rounds of look-ups.
  std::size_t lookupSerialSplit() const { return serialSplit_; }
  /// Columns that stay together; 0 for what a tile stores at once.
  std::size_t grain() const { return grain_; }
  friend bool operator==(const SlicePlan &a, const SlicePlan &b) { return !(a < b) && !(b < a); }
  friend bool operator!=(const SlicePlan &a, const SlicePlan &b) { return !(a == b); }
  friend bool operator<(const SlicePlan &a, const SlicePlan &b) { return a.tied() < b.tied(); }
  /// Writes the plan for people.
  friend POPLAR_API std::ostream &operator<<(std::ostream &os, const SlicePlan &plan);

private:
  using Tied = std::tuple<const std::size_t &, const std::size_t &, const std::size_t &, const std::size_t &,
                          const std::size_t &, const std::size_t &, const std::size_t &>;
  Tied tied() const { return Tied(entries_, columns_, entrySplit_, columnSplit_, lookupSplit_, serialSplit_, grain_); }
  std::size_t entries_, columns_, entrySplit_, columnSplit_, lookupSplit_, serialSplit_, grain_;
};

namespace embedding {

/// The cheapest plan, by the costs of the graph's target, for a table {numEntries, outputSize} and these numbers of
/// look-ups. Options:
///   usedForSlice, usedForUpdate (true), operationForUpdate (add, none, max, mul): what the plan is for; only additions
///     work on copies of the table
///   availableMemoryProportion (0.6; above 0, up to 1): the share of a tile's memory for what look-ups hold meanwhile;
///     when no plan keeps within it, it does not count
///   indicesDistribution (uniform, onePoint): how look-ups fall on the blocks
///   remapOutOfBoundIndices (false): offsets outside count as 0
///   planConstraints: a JSON object of the splits that the plan must have: lookupParallelSplit, lookupSerialSplit,
///     slicedDimSplit (entries), unslicedDimSplit (columns), unslicedGrainSize; groupSplit, which must be the number of
///     groups; useOrderingInfo and precopyBaseWhenSerialSlice, which change nothing here
///   validateIndices (false): an offset outside ends the run with poplar::application_runtime_error
/// indicesAreSorted, paddingIndexUsed, partialType (half, float, unset; partial sums have the type of the data) and
/// internal.alwaysIncludeBaseRearrangementCost are accepted and change nothing. Others, bad values, and splits that no
/// plan has throw poplar::invalid_option.
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
