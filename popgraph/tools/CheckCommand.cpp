#include "popgraph/tools/Commands.hpp"
#include "profiler/Reader.hpp"
#include "profiler/render/FlatSummary.hpp"
#include "profiler/render/Format.hpp"
#include "profiler/render/SummaryJson.hpp"
#include <fstream>
#include <iostream>

namespace popgraph::tools {
namespace {

using Json = nlohmann::ordered_json;

Json readBudget(const std::string &path) {
  std::ifstream file(path);
  if (!file)
    throw std::runtime_error(path + ": cannot be read");
  Json budget = Json::parse(file, nullptr, false);
  if (budget.is_discarded())
    throw std::runtime_error(path + ": is not JSON");
  return budget;
}

/// The numbers a change should not make worse unseen; simulated cycles are exact, so the limits carry no slack.
Json budgetOf(const profiler::FlatSummary &summary) {
  Json budget = Json::object();
  for (const auto &[path, value] : summary)
    if (path == "memory.max_tile_bytes" || path == "memory.total_bytes" || path == "execution.total_cycles" ||
        path == "execution.exchange_cycles" ||
        (path.rfind("execution.compute_sets[", 0) == 0 && path.size() > 13 &&
         path.compare(path.size() - 13, 13, ".total_cycles") == 0))
      budget[path] = value;
  return budget;
}

int check(const profiler::FlatSummary &summary, const std::string &path) {
  const std::vector<profiler::Violation> found = profiler::violations(summary, readBudget(path));
  for (const profiler::Violation &violation : found)
    std::cout << profiler::printable(violation.path) << ": "
              << (violation.value.is_null() ? "" : violation.value.dump() + ", allowed is ") << violation.limit << "\n";
  if (found.empty())
    std::cout << "within budget\n";
  return found.empty() ? kFine : kDifferences;
}

} // namespace

void addCheck(CLI::App &app, Action &action) {
  struct Options {
    std::string file, budget;
    bool update = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("check", "Compare a profile with a budget; status 1 when it is exceeded");
  command->add_option("file", options->file, "profile.pgprof")->required();
  command->add_option("--budget", options->budget,
                      "JSON object: path in `summary --json` -> largest value, or {\"min\": a, \"max\": b}")
      ->required();
  command->add_flag("--update", options->update, "Write the profile's own numbers as the new budget");
  command->footer("Rows of tables go by name: {\"execution.compute_sets[matMul].total_cycles\": 42000}");
  command->callback([options, &action] {
    action = [options]() -> int {
      const profiler::FlatSummary summary = flatSummary(profiler::readProfile(options->file));
      if (!options->update)
        return check(summary, options->budget);
      Output output;
      output.path = options->budget;
      output.force = true;
      output.with([&](std::ostream &out) { out << profiler::dumpJson(budgetOf(summary), 2) << "\n"; });
      return kFine;
    };
  });
}

} // namespace popgraph::tools
