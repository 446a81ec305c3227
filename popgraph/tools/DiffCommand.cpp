#include "popgraph/tools/Commands.hpp"
#include "profiler/Reader.hpp"
#include "profiler/render/FlatSummary.hpp"
#include "profiler/render/Format.hpp"
#include "profiler/render/SummaryJson.hpp"
#include <algorithm>

namespace popgraph::tools {
namespace {

using profiler::Difference;

std::string cell(const nlohmann::ordered_json &value) {
  if (value.is_null())
    return "-";
  return value.is_number_unsigned() ? profiler::grouped(value.get<std::uint64_t>())
                                    : profiler::fixed(value.get<double>(), 2);
}

std::string change(const Difference &row) {
  if (row.before.is_null() || row.after.is_null())
    return row.before.is_null() ? "added" : "removed";
  const double before = row.before.get<double>(), after = row.after.get<double>();
  if (before == 0)
    return "new";
  return (after > before ? "+" : "") + profiler::fixed(100 * (after - before) / before, 1) + "%";
}

void writeText(std::ostream &out, const std::vector<Difference> &rows) {
  using profiler::right;
  if (rows.empty()) {
    out << "no differences\n";
    return;
  }
  out << right("before", 18) << right("after", 18) << right("change", 10) << "  number\n";
  for (const Difference &row : rows)
    out << right(cell(row.before), 18) << right(cell(row.after), 18) << right(change(row), 10) << "  "
        << profiler::printable(row.path) << "\n";
}

void writeJson(std::ostream &out, const std::vector<Difference> &rows) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Difference &row : rows)
    list.push_back({{"path", row.path}, {"before", row.before}, {"after", row.after}});
  out << profiler::dumpJson({{"schema", "popgraph.diff/1"},
                             {"tool_version", POPGRAPH_VERSION},
                             {"differences", std::move(list)}}, 2)
      << "\n";
}

} // namespace

void addDiff(CLI::App &app, Action &action) {
  struct Options {
    std::string before, after;
    double tolerance = 0;
    bool json = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("diff", "Print the numbers that differ between two profiles; status 1 if any");
  command->add_option("before", options->before, "profile.pgprof")->required();
  command->add_option("after", options->after, "profile.pgprof")->required();
  command->add_option("--tolerance", options->tolerance, "Ignore changes up to this many percent")
      ->check(CLI::Range(0.0, 100.0))->capture_default_str();
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->callback([options, &action] {
    action = [options] {
      const std::vector<Difference> rows =
          profiler::differences(flatSummary(profiler::readProfile(options->before)),
                      flatSummary(profiler::readProfile(options->after)), options->tolerance);
      Output().with([&](std::ostream &out) { options->json ? writeJson(out, rows) : writeText(out, rows); });
      return rows.empty() ? kFine : kDifferences;
    };
  });
}

} // namespace popgraph::tools
