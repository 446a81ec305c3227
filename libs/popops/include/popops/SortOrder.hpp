#pragma once
#include <poplar/detail/Api.hpp>
#include <iosfwd>

namespace popops {

/// In which order results are wanted. NONE: in any.
enum class SortOrder { NONE, ASCENDING, DESCENDING };

/// Writes the enumerator's name.
POPLAR_API std::ostream &operator<<(std::ostream &os, const SortOrder &o);

} // namespace popops
