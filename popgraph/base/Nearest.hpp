#pragma once
// Help for misspelt names.
#include <span>
#include <string>
#include <string_view>

namespace popgraph {

/// The candidate with the fewest edits from `name` (letter case is ignored), or empty when none is close enough to be
/// what was meant. Among equals the first counts.
std::string nearestName(std::string_view name, std::span<const std::string> candidates);
/// `; did you mean "x"?` with the nearest candidate, or nothing.
std::string didYouMean(std::string_view name, std::span<const std::string> candidates);

} // namespace popgraph
