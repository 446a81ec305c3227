#pragma once
#include <poplar/detail/Api.hpp>
#include <poputil/DebugInfo.hpp>
#include <iosfwd>

namespace popops {

/// In which order results are wanted. NONE: in any.
enum class SortOrder { NONE, ASCENDING, DESCENDING };

/// Writes the enumerator's name.
POPLAR_API std::ostream &operator<<(std::ostream &os, const SortOrder &o);

} // namespace popops

namespace poputil {
/// The enumerator's name.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const popops::SortOrder &t);
} // namespace poputil
