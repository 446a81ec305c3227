#pragma once
#include <poplar/Graph.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/Api.hpp>
#include <cstddef>
#include <iosfwd>
#include <vector>

namespace popops {

/// How a table is laid out for look-ups. A default-constructed plan stands for "as the table lies".
class POPLAR_API SlicePlan {
public:
  SlicePlan() : entries_(0), columns_(0) {}
  /// For the library's own use.
  SlicePlan(std::size_t entries, std::size_t columns) : entries_(entries), columns_(columns) {}
  friend bool operator==(const SlicePlan &a, const SlicePlan &b) {
    return a.entries_ == b.entries_ && a.columns_ == b.columns_;
  }
  friend bool operator!=(const SlicePlan &a, const SlicePlan &b) { return !(a == b); }
  friend bool operator<(const SlicePlan &a, const SlicePlan &b) {
    return a.entries_ != b.entries_ ? a.entries_ < b.entries_ : a.columns_ < b.columns_;
  }
  /// Writes the plan for people.
  friend POPLAR_API std::ostream &operator<<(std::ostream &os, const SlicePlan &plan);

private:
  std::size_t entries_, columns_;
};

namespace embedding {

/// A plan for a table {numEntries, outputSize} and these numbers of look-ups. Options: usedForSlice, usedForUpdate,
/// indicesAreSorted, validateIndices, remapOutOfBoundIndices, paddingIndexUsed (true, false), operationForUpdate (none,
/// add, max, mul), availableMemoryProportion, partialType (half, float), indicesDistribution (uniform, onePoint),
/// planConstraints; others throw poplar::invalid_option.
POPLAR_API SlicePlan plan(const poplar::Graph &graph, const poplar::Type &dataType, std::size_t numEntries,
                          std::size_t outputSize, const std::vector<std::size_t> &numLookups,
                          const poplar::OptionFlags &options);

} // namespace embedding
} // namespace popops
