#pragma once
#include "profiler/Model.hpp"
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace profiler {

/// Every number of the JSON summary under its path, in the summary's order: "memory.max_tile_bytes",
/// "execution.compute_sets[matMul].total_cycles". Rows go by name, so that two profiles can be compared; a name that
/// comes twice gets "#2". Lists of tiles and ranges, whose rows have no identity, are left out.
using FlatSummary = std::vector<std::pair<std::string, nlohmann::ordered_json>>;
FlatSummary flatSummary(const Model &model);

/// A number that differs. A missing side is null.
struct Difference {
  std::string path;
  nlohmann::ordered_json before, after;
};

/// Numbers of `before` and `after` that differ by more than `tolerancePercent` of the larger.
std::vector<Difference> differences(const FlatSummary &before, const FlatSummary &after, double tolerancePercent);

/// A limit that does not hold.
struct Violation {
  std::string path, limit; ///< limit: "at most 60000", "at least 1", "missing in the profile"
  nlohmann::ordered_json value;
};

/// Checks limits: `budget` is an object of path -> most allowed value, or path -> {"min": …, "max": …}.
/// Throws std::invalid_argument naming the path when a limit is neither.
std::vector<Violation> violations(const FlatSummary &summary, const nlohmann::ordered_json &budget);

} // namespace profiler
