// Splitting interval lists between workers.
#include <poputil/Util.hpp>
#include <poputil/detail/Parts.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>

namespace poputil {

using poplar::Interval;

void mergeAdjacentRegions(std::vector<Interval> &regions) {
  std::vector<Interval> merged;
  for (const Interval &region : regions) {
    if (region.begin() == region.end())
      continue;
    if (!merged.empty() && merged.back().end() == region.begin())
      merged.back() = Interval(merged.back().begin(), region.end());
    else
      merged.push_back(region);
  }
  regions = std::move(merged);
}

void mergeAdjacentRegions(std::vector<std::vector<Interval>> &mapping) {
  for (auto &regions : mapping)
    mergeAdjacentRegions(regions);
}

std::vector<Interval> flattenIntervals(const std::vector<std::vector<Interval>> &intervals) {
  std::vector<Interval> flat;
  for (const auto &list : intervals)
    flat.insert(flat.end(), list.begin(), list.end());
  return flat;
}

std::size_t intervalSequenceNumElements(const std::vector<std::vector<Interval>> &seq) {
  std::size_t elements = 0;
  for (const auto &list : seq)
    for (const Interval &interval : list)
      elements += interval.size();
  return elements;
}

std::vector<std::vector<std::vector<Interval>>>
splitRegions(const std::vector<std::vector<Interval>> &regions, unsigned grainSize, unsigned maxPartitions,
             unsigned minElementsPerPartition, unsigned maxElementsPerPartition, unsigned maxElementsPerRegion) {
  if (grainSize == 0 || maxPartitions == 0 || maxElementsPerPartition == 0 || maxElementsPerRegion == 0)
    throw poplibs_error("poputil::splitRegions: grainSize, maxPartitions, maxElementsPerPartition and "
                        "maxElementsPerRegion must be at least 1");
  const auto sizeOf = [](const std::vector<Interval> &group) {
    std::size_t size = 0;
    for (const Interval &interval : group)
      size += interval.size();
    return size;
  };
  const auto grainsOf = [&](std::size_t elements) { return (elements + grainSize - 1) / grainSize; };
  std::size_t totalGrains = 0;
  for (const auto &group : regions)
    totalGrains += grainsOf(sizeOf(group));
  std::vector<std::vector<std::vector<Interval>>> partitions;
  if (totalGrains == 0)
    return partitions;
  const std::size_t minGrains = std::max<std::size_t>(1, grainsOf(minElementsPerPartition));
  std::size_t count = std::clamp<std::size_t>(totalGrains / minGrains, 1, maxPartitions);
  const std::size_t maxGrains = std::max<std::size_t>(1, maxElementsPerPartition / grainSize);
  count = std::max(count, (totalGrains + maxGrains - 1) / maxGrains);
  const std::size_t maxRegionGrains = std::max<std::size_t>(1, maxElementsPerRegion / grainSize);

  std::size_t index = 0, grainsDone = 0;
  partitions.emplace_back();
  for (const auto &group : regions) {
    std::size_t interval = 0, within = 0; // position in the group
    std::size_t left = sizeOf(group);
    while (left != 0) {
      std::size_t boundary = totalGrains * (index + 1) / count;
      if (boundary == grainsDone) {
        ++index;
        partitions.emplace_back();
        boundary = totalGrains * (index + 1) / count;
      }
      const std::size_t grains = std::min({boundary - grainsDone, grainsOf(left), maxRegionGrains});
      std::size_t take = std::min<std::size_t>(left, grains * grainSize);
      left -= take;
      grainsDone += grains;
      std::vector<Interval> piece;
      while (take != 0) {
        const Interval &source = group[interval];
        const std::size_t part = std::min(take, source.size() - within);
        if (part != 0)
          piece.emplace_back(source.begin() + within, source.begin() + within + part);
        take -= part;
        within += part;
        if (within == source.size()) {
          ++interval;
          within = 0;
        }
      }
      partitions.back().push_back(std::move(piece));
    }
  }
  return partitions;
}

std::vector<std::vector<Interval>> splitRegions(const std::vector<Interval> &regions, unsigned grainSize,
                                                unsigned maxPartitions, unsigned minElementsPerPartition,
                                                unsigned maxElementsPerPartition, unsigned maxElementsPerRegion) {
  std::vector<std::vector<Interval>> groups;
  groups.reserve(regions.size());
  for (const Interval &region : regions)
    groups.push_back({region});
  std::vector<std::vector<Interval>> result;
  for (const auto &partition : splitRegions(groups, grainSize, maxPartitions, minElementsPerPartition,
                                            maxElementsPerPartition, maxElementsPerRegion))
    result.push_back(flattenIntervals(partition));
  return result;
}

namespace {

unsigned partsOf(const poplar::Target &target, const std::vector<std::vector<Interval>> &regions) {
  return static_cast<unsigned>(detail::partsOfTile(target, intervalSequenceNumElements(regions)));
}
unsigned partsOf(const poplar::Target &target, const std::vector<Interval> &regions) {
  return partsOf(target, std::vector<std::vector<Interval>>{regions});
}

} // namespace

std::vector<std::vector<Interval>> splitRegionsBetweenWorkers(const poplar::Target &target,
                                                              const std::vector<Interval> &regions, unsigned grainSize,
                                                              unsigned minElementsPerPartition,
                                                              unsigned maxElementsPerPartition,
                                                              unsigned maxElementsPerRegion) {
  return splitRegions(regions, grainSize, partsOf(target, regions), minElementsPerPartition, maxElementsPerPartition,
                      maxElementsPerRegion);
}

std::vector<std::vector<std::vector<Interval>>>
splitRegionsBetweenWorkers(const poplar::Target &target, const std::vector<std::vector<Interval>> &regions,
                           unsigned grainSize, unsigned minElementsPerPartition, unsigned maxElementsPerPartition,
                           unsigned maxElementsPerRegion) {
  return splitRegions(regions, grainSize, partsOf(target, regions), minElementsPerPartition, maxElementsPerPartition,
                      maxElementsPerRegion);
}

std::vector<std::vector<Interval>> detail::cut(const std::vector<Interval> &regions, std::size_t length) {
  std::vector<std::vector<Interval>> result;
  std::size_t room = 0; // in the last list
  for (const Interval &region : regions)
    for (std::size_t at = region.begin(); at < region.end();) {
      if (room == 0) {
        result.emplace_back();
        room = length;
      }
      const std::size_t take = std::min(room, region.end() - at);
      result.back().emplace_back(at, at + take);
      at += take;
      room -= take;
    }
  return result;
}

std::vector<Interval> calculateUnshufflingIntervals(const std::vector<Interval> &intervals) {
  // Where each source interval ended up, sorted by its place in the source.
  std::vector<std::pair<std::size_t, Interval>> placed;
  std::size_t position = 0;
  for (const Interval &interval : intervals) {
    placed.emplace_back(interval.begin(), Interval(position, position + interval.size()));
    position += interval.size();
  }
  std::stable_sort(placed.begin(), placed.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
  std::vector<Interval> result;
  for (const auto &entry : placed)
    result.push_back(entry.second);
  return result;
}

} // namespace poputil
