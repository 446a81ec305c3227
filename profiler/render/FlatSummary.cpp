#include "profiler/render/FlatSummary.hpp"
#include "profiler/render/SummaryJson.hpp"
#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <unordered_map>

namespace profiler {
namespace {

using Json = nlohmann::ordered_json;

void flatten(const Json &json, const std::string &path, FlatSummary &flat) {
  if (json.is_number()) {
    flat.emplace_back(path, json);
  } else if (json.is_object()) {
    for (const auto &[key, child] : json.items())
      flatten(child, path.empty() ? key : path + "." + key, flat);
  } else if (json.is_array()) {
    std::map<std::string, int> seen;
    // Rows come by cost, which moves; of equal names the first in the program stays first by its id.
    std::vector<const Json *> rows;
    for (const Json &row : json)
      if (row.is_object() && row.contains("name"))
        rows.push_back(&row);
    std::stable_sort(rows.begin(), rows.end(), [](const Json *a, const Json *b) {
      return a->value("id", std::uint64_t(0)) < b->value("id", std::uint64_t(0));
    });
    for (const Json *row : rows) {
      const std::string name = (*row)["name"];
      const int count = ++seen[name];
      const std::string rowPath = path + "[" + name + (count > 1 ? "#" + std::to_string(count) : "") + "]";
      for (const auto &[key, child] : row->items())
        if (key != "id")
          flatten(child, rowPath + "." + key, flat);
    }
  }
}

bool same(const Json &a, const Json &b, double tolerancePercent) {
  if (a == b)
    return true;
  if (a.is_null() || b.is_null())
    return false;
  const double x = a.get<double>(), y = b.get<double>();
  return std::abs(x - y) <= tolerancePercent / 100 * std::max(std::abs(x), std::abs(y));
}

} // namespace

FlatSummary flatSummary(const Model &model) {
  FlatSummary flat;
  flatten(summaryJson(model), "", flat);
  return flat;
}

std::vector<Difference> differences(const FlatSummary &before, const FlatSummary &after, double tolerancePercent) {
  std::unordered_map<std::string, const Json *> other;
  for (const auto &[path, value] : after)
    other.emplace(path, &value);
  std::vector<Difference> found;
  std::unordered_map<std::string, bool> known;
  for (const auto &[path, value] : before) {
    known.emplace(path, true);
    const auto place = other.find(path);
    const Json now = place == other.end() ? Json() : *place->second;
    if (!same(value, now, tolerancePercent))
      found.push_back({path, value, now});
  }
  for (const auto &[path, value] : after)
    if (known.count(path) == 0)
      found.push_back({path, Json(), value});
  return found;
}

std::vector<Violation> violations(const FlatSummary &summary, const Json &budget) {
  if (!budget.is_object())
    throw std::invalid_argument("a budget is a JSON object of paths and limits");
  std::unordered_map<std::string, const Json *> values;
  for (const auto &[path, value] : summary)
    values.emplace(path, &value);
  std::vector<Violation> found;
  for (const auto &[path, limit] : budget.items()) {
    Json bounds = limit.is_number() ? Json{{"max", limit}} : limit;
    if (!bounds.is_object() || bounds.empty())
      throw std::invalid_argument("budget '" + path + "': expected a number, or {\"min\": …, \"max\": …}");
    for (const auto &[side, bound] : bounds.items())
      if ((side != "min" && side != "max") || !bound.is_number())
        throw std::invalid_argument("budget '" + path + "': '" + side + "' is not \"min\" or \"max\" with a number");
    const auto place = values.find(path);
    if (place == values.end()) {
      found.push_back({path, "missing in the profile", Json()});
      continue;
    }
    const Json &value = *place->second;
    if (bounds.contains("max") && value > bounds["max"])
      found.push_back({path, "at most " + bounds["max"].dump(), value});
    if (bounds.contains("min") && value < bounds["min"])
      found.push_back({path, "at least " + bounds["min"].dump(), value});
  }
  return found;
}

} // namespace profiler
