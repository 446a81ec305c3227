// Runs the list and prints expected, simulated, error and source. Started by `popgraph validate`.
//
//   popgraph-validate text|json|markdown [ID...]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "simulator/validate/Rows.hpp"

namespace {

using popgraph::validate::Row;

struct Result {
  const Row *row;
  double simulated, error; ///< error: as a part of the nearest expected number; 0 within a range
  bool fine;
};

Result run(const Row &row) {
  const double simulated = row.simulate(row.machine), nearest = std::clamp(simulated, row.low, row.high);
  const double error = (simulated - nearest) / nearest;
  return {&row, simulated, error, std::abs(error) <= row.limit()};
}

/// Four digits, with a unit prefix for large rates.
std::string number(double value, const std::string &unit) {
  const char *prefix = "";
  if (value >= 1e9) {
    prefix = value >= 1e12 ? " T" : " G";
    value /= value >= 1e12 ? 1e12 : 1e9;
  }
  char text[64];
  std::snprintf(text, sizeof text, value >= 1000 ? "%.0f" : "%.4g", value);
  return text + (*prefix ? prefix + unit : unit.empty() ? unit : " " + unit);
}
std::string expected(const Row &row) {
  if (row.low == row.high) return number(row.low, row.unit);
  return number(row.low, row.unit) + " to " + number(row.high, row.unit);
}
std::string percent(double error) {
  char text[32];
  std::snprintf(text, sizeof text, "%+.1f %%", 100 * error);
  return text;
}

void writeTable(const std::vector<Result> &results, bool markdown) {
  std::vector<std::vector<std::string>> table{
      {"id", "what", "machine", "expected", "simulated", "error", "", "source"}};
  for (const Result &r : results)
    table.push_back({r.row->id, r.row->what, r.row->machine, expected(*r.row), number(r.simulated, r.row->unit),
                     percent(r.error), r.fine ? "" : "too far", r.row->source});
  std::vector<std::size_t> widths(table[0].size());
  for (const auto &line : table)
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  for (std::size_t n = 0; n < table.size(); ++n) {
    std::string text;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const std::string &cell = table[n][i];
      text += markdown ? "| " + cell + " "
                       : cell + std::string(i + 1 < widths.size() ? widths[i] - cell.size() + 2 : 0, ' ');
    }
    std::cout << text << (markdown ? "|\n" : "\n");
    if (markdown && n == 0) {
      for (std::size_t i = 0; i < widths.size(); ++i) std::cout << "|---";
      std::cout << "|\n";
    }
  }
  bool first = true;
  for (const Result &r : results) {
    if (r.fine || !*r.row->remark) continue;
    std::cout << (first ? "\n" : "") << (markdown ? "* " : "") << r.row->id << ": " << r.row->remark << "\n";
    first = false;
  }
}

void writeJson(const std::vector<Result> &results) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Result &r : results)
    list.push_back({{"id", r.row->id},
                    {"what", r.row->what},
                    {"machine", r.row->machine},
                    {"expected_low", r.row->low},
                    {"expected_high", r.row->high},
                    {"simulated", r.simulated},
                    {"unit", r.row->unit},
                    {"error_percent", 100 * r.error},
                    {"limit_percent", 100 * r.row->limit()},
                    {"calibration", r.row->calibration()},
                    {"fine", r.fine},
                    {"remark", r.row->remark},
                    {"source", r.row->source}});
  std::cout << nlohmann::ordered_json{{"schema", "popgraph.validate/1"}, {"rows", std::move(list)}}.dump(2) << "\n";
}

} // namespace

int main(int argc, char **argv) {
  const std::string format = argc > 1 ? argv[1] : "text";
  const std::vector<std::string> wanted(argv + std::min(argc, 2), argv + argc);
  std::vector<Result> results;
  try {
    for (const std::string &id : wanted)
      if (std::none_of(popgraph::validate::rows().begin(), popgraph::validate::rows().end(),
                       [&](const Row &row) { return row.id == id; })) {
        std::cerr << "popgraph: validate has no row " << id << "\n";
        return 2;
      }
    for (const Row &row : popgraph::validate::rows())
      if (wanted.empty() || std::find(wanted.begin(), wanted.end(), row.id) != wanted.end())
        results.push_back(run(row));
  } catch (const std::exception &error) {
    std::cerr << "popgraph: validate: " << error.what() << "\n";
    return 3;
  }
  if (format == "json")
    writeJson(results);
  else
    writeTable(results, format == "markdown");
  return std::all_of(results.begin(), results.end(), [](const Result &r) { return r.fine; }) ? 0 : 1;
}
