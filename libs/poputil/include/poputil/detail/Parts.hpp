#pragma once
#include <algorithm>
#include <cstddef>
#include <poplar/Interval.hpp>
#include <poplar/Target.hpp>
#include <poplar/TargetType.hpp>
#include <poplar/detail/Api.hpp>
#include <vector>

namespace poputil {
namespace detail {

/// Into how many vertices to divide `elements` of one tile, so that they run at the same time: as many as there are
/// worker contexts. The one tile of a CPU target is a whole processor: its threads share vertices, each worth it.
inline std::size_t partsOfTile(const poplar::Target &target, std::size_t elements) {
  if (target.getTargetType() != poplar::TargetType::CPU) return target.getNumWorkerContexts();
  return std::min<std::size_t>(64, std::max<std::size_t>(1, elements / 16384));
}

/// The same for a codelet whose workers share a vertex.
inline std::size_t verticesOfTile(const poplar::Target &target, std::size_t elements) {
  return target.getTargetType() == poplar::TargetType::CPU ? partsOfTile(target, elements) : 1;
}

/// The elements of `regions`, in order, in lists of `length` elements; the last has what is left.
POPLAR_API std::vector<std::vector<poplar::Interval>> cut(const std::vector<poplar::Interval> &regions,
                                                          std::size_t length);

} // namespace detail
} // namespace poputil
