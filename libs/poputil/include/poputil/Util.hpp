#pragma once
#include <poplar/MetadataCreation.hpp>
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Interval.hpp>
#include <poplar/Program.hpp>
#include <poplar/Quarter.hpp>
#include <poplar/Target.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/TensorCloneMethod.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/Api.hpp>
#include <climits>
#include <cstddef>
#include <vector>

namespace poputil {

/// Joins touching intervals of a list, in place. The order of the elements stays.
POPLAR_API void mergeAdjacentRegions(std::vector<poplar::Interval> &regions);
/// The same for every list of a mapping.
POPLAR_API void mergeAdjacentRegions(std::vector<std::vector<poplar::Interval>> &mapping);
/// All intervals of a list of lists, in order.
POPLAR_API std::vector<poplar::Interval> flattenIntervals(const std::vector<std::vector<poplar::Interval>> &intervals);

/// Divides the elements of `regions`, in order, into at most `maxPartitions` lists of intervals of even size. Cuts lie
/// at multiples of `grainSize` elements from the start of a region. A partition has at least
/// `minElementsPerPartition` elements (when there are that many) and at most `maxElementsPerPartition`; a region is
/// cut so that no interval is longer than `maxElementsPerRegion`. The two maxima may lead to more than
/// `maxPartitions` partitions. Empty regions give no partition.
POPLAR_API std::vector<std::vector<poplar::Interval>>
splitRegions(const std::vector<poplar::Interval> &regions, unsigned grainSize, unsigned maxPartitions,
             unsigned minElementsPerPartition = 0, unsigned maxElementsPerPartition = UINT_MAX,
             unsigned maxElementsPerRegion = UINT_MAX);
/// The same for region groups: each inner list counts as one region, and stays together as an inner list.
POPLAR_API std::vector<std::vector<std::vector<poplar::Interval>>>
splitRegions(const std::vector<std::vector<poplar::Interval>> &regions, unsigned grainSize, unsigned maxPartitions,
             unsigned minElementsPerPartition = 0, unsigned maxElementsPerPartition = UINT_MAX,
             unsigned maxElementsPerRegion = UINT_MAX);
/// splitRegions for the worker contexts of a tile; on a CPU target, whose tile is a whole processor, for its threads.
POPLAR_API std::vector<std::vector<poplar::Interval>>
splitRegionsBetweenWorkers(const poplar::Target &target, const std::vector<poplar::Interval> &regions,
                           unsigned grainSize, unsigned minElementsPerPartition = 0,
                           unsigned maxElementsPerPartition = UINT_MAX, unsigned maxElementsPerRegion = UINT_MAX);
/// splitRegions of region groups for the worker contexts of a tile.
POPLAR_API std::vector<std::vector<std::vector<poplar::Interval>>>
splitRegionsBetweenWorkers(const poplar::Target &target, const std::vector<std::vector<poplar::Interval>> &regions,
                           unsigned grainSize, unsigned minElementsPerPartition = 0,
                           unsigned maxElementsPerPartition = UINT_MAX, unsigned maxElementsPerRegion = UINT_MAX);

/// Row-major position of `index` in a tensor of this shape, as one coordinate per dimension.
template <class Index> std::vector<Index> unflattenIndex(const std::vector<Index> &shape, std::size_t index) {
  std::vector<Index> coordinates(shape.size());
  for (std::size_t i = shape.size(); i-- > 0;) {
    coordinates[i] = static_cast<Index>(index % shape[i]);
    index /= shape[i];
  }
  return coordinates;
}
/// Row-major index of coordinates in a tensor of this shape.
template <class Index> std::size_t flattenIndex(const std::vector<Index> &shape, const std::vector<Index> &indices) {
  std::size_t index = 0;
  for (std::size_t i = 0; i != shape.size(); ++i)
    index = index * shape[i] + indices[i];
  return index;
}

/// Total number of elements in a list of interval lists.
POPLAR_API std::size_t intervalSequenceNumElements(const std::vector<std::vector<poplar::Interval>> &seq);

/// A clone of `in` and, appended to `prog`, a copy of its contents.
POPLAR_API poplar::Tensor
duplicate(poplar::Graph &graph, const poplar::Tensor &in, poplar::program::Sequence &prog,
          const poplar::DebugContext &debugContext = {},
          poplar::TensorCloneMethod method = poplar::TensorCloneMethod::PRESERVE_ORDER_UNLESS_ALIASES);
/// `count` clones of `t` stacked on a new outermost dimension, each with the tile mapping of `t`.
POPLAR_API poplar::Tensor
cloneN(poplar::Graph &graph, const poplar::Tensor &t, unsigned count, const poplar::DebugContext &debugContext = {},
       poplar::TensorCloneMethod method = poplar::TensorCloneMethod::PRESERVE_ORDER_UNLESS_ALIASES);

/// `splitCount` integers that differ by at most one and sum to `rangeUpperBound`; larger ones first.
POPLAR_API std::vector<int> balancedPartition(int rangeUpperBound, int splitCount);

/// `input` rounded to the target's half type.
POPLAR_API double castToDeviceHalfValue(const poplar::Target &target, double input);
/// Metadata for QUARTER tensors, as a constant and as a variable on tile 0.
using poplar::createConstantMetadataTensor;
using poplar::createVariableMetadataTensor;
/// True when `input`, held as `inputType`, is kept by a conversion to `outputType` within a relative `tolerance`.
POPLAR_API bool checkAccuracyWhenCast(const poplar::Target &target, double input, const poplar::Type &inputType,
                                      const poplar::Type &outputType, double tolerance);

/// Splits each dimension startDim + i into {size / factors[i], factors[i]} and moves the factor dimensions behind the
/// outer ones: [.., A, B, ..] becomes [.., A/a, B/b, a, b, ..]. Throws poplibs_error when a factor does not divide.
POPLAR_API poplar::Tensor factorDims(const poplar::Tensor &t, const std::vector<std::size_t> &factors,
                                     unsigned startDim = 0);
/// The inverse of factorDims for `numDims` factored dimensions.
POPLAR_API poplar::Tensor unfactorDims(const poplar::Tensor &t, unsigned numDims, unsigned startDim = 0);

/// The intervals that undo a permutation: when y = concat(x.slices(intervals)) then x = concat(y.slices(result)).
POPLAR_API std::vector<poplar::Interval> calculateUnshufflingIntervals(const std::vector<poplar::Interval> &intervals);

} // namespace poputil
