#include "popgraph/base/Nearest.hpp"

#include <algorithm>
#include <cctype>
#include <limits>
#include <utility>
#include <vector>

namespace popgraph {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

/// Levenshtein distance.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j != row.size(); ++j)
    row[j] = j;
  for (std::size_t i = 0; i != a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j != b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

} // namespace

std::string nearestName(std::string_view name, std::span<const std::string> candidates) {
  constexpr std::size_t kLongestName = 256; // the distance takes quadratic time
  if (name.size() > kLongestName)
    return {};
  const std::string wanted = lower(name);
  std::size_t best = std::numeric_limits<std::size_t>::max();
  std::string_view nearest;
  for (const std::string &candidate : candidates) {
    const std::size_t distance = edits(wanted, lower(candidate));
    // A third of the letters wrong is still a slip; more is another word. A missing group ("all" for
    // "autoReport.all") is one too.
    const std::string ending = "." + wanted;
    const bool close = distance <= std::max<std::size_t>(1, std::max(wanted.size(), candidate.size()) / 3) ||
                       lower(candidate).ends_with(ending);
    if (close && distance < best)
      best = distance, nearest = candidate;
  }
  return std::string(nearest);
}

std::string didYouMean(std::string_view name, std::span<const std::string> candidates) {
  const std::string nearest = nearestName(name, candidates);
  return nearest.empty() ? nearest : "; did you mean \"" + nearest + "\"?";
}

} // namespace popgraph
