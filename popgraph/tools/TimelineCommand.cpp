#include "popgraph/profile/Schema.hpp"
#include "popgraph/tools/Commands.hpp"
#include "profiler/Reader.hpp"
#include "profiler/render/Format.hpp"
#include "profiler/render/SummaryJson.hpp"
#include <algorithm>
#include <numeric>

namespace popgraph::tools {
namespace {

using profiler::Model, profiler::Run, profiler::Step;

struct TimelineOptions {
  std::string file;
  std::int64_t run = -1;
  std::size_t longest = 0;
  bool json = false;
};

const Run &chosenRun(const Model &model, std::int64_t index) {
  if (index >= 0) {
    if (static_cast<std::size_t>(index) >= model.runs.size())
      throw std::invalid_argument("--run " + std::to_string(index) + ": the profile has " +
                                  std::to_string(model.runs.size()) + " runs");
    return model.runs[static_cast<std::size_t>(index)];
  }
  for (auto run = model.runs.rbegin(); run != model.runs.rend(); ++run)
    if (!run->steps.empty())
      return *run;
  throw std::runtime_error(model.path + ": no steps were recorded; autoReport.outputExecutionProfile records them");
}

std::vector<std::size_t> chosenSteps(const Run &run, std::size_t longest) {
  std::vector<std::size_t> order(run.steps.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  if (longest > 0) {
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return run.steps[a].duration > run.steps[b].duration; });
    order.resize(std::min(order.size(), longest));
  }
  return order;
}

std::string programText(const Model &model, const Step &step) {
  const profile::ProgramRecord &program = model.compile.programs.at(step.program);
  return program.name.empty() ? program.kind : program.kind + ": " + program.name;
}

void writeText(std::ostream &out, const Model &model, const Run &run, const std::vector<std::size_t> &order) {
  using profiler::grouped, profiler::right;
  const std::vector<std::uint64_t> critical = criticalCycles(run);
  out << right("step", 8) << right("start", 16) << right("duration", 14) << right("critical", 12)
      << right("balance", 9) << right("slowest", 9)
      << right("sent B", 14) << "  kind          program\n";
  for (const std::size_t index : order) {
    const Step &step = run.steps[index];
    std::string balance = "-", slowest = "-";
    if (step.array >= 0) {
      const profiler::ArrayStatistics &cycles = model.arrays[static_cast<std::size_t>(step.array)];
      slowest = std::to_string(cycles.maxTile);
      if (cycles.max > 0)
        balance = profiler::fixed(100.0 * double(cycles.sum) / (double(cycles.max) * model.numTiles()), 1) + "%";
    }
    out << right(std::to_string(index), 8) << right(grouped(step.start), 16) << right(grouped(step.duration), 14)
        << right(grouped(critical[index]), 12) << right(balance, 9) << right(slowest, 9)
        << right(grouped(step.bytesSent), 14) << "  "
        << profiler::left(std::string(profile::stepKindName(static_cast<std::size_t>(step.kind))), 14)
        << profiler::printable(programText(model, step)) << "\n";
  }
}

void writeJson(std::ostream &out, const Model &model, const Run &run, const std::vector<std::size_t> &order) {
  const std::vector<std::uint64_t> critical = criticalCycles(run);
  nlohmann::ordered_json steps = nlohmann::ordered_json::array();
  for (const std::size_t index : order) {
    const Step &step = run.steps[index];
    nlohmann::ordered_json row = {{"step", index},
                                  {"kind", profile::stepKindName(static_cast<std::size_t>(step.kind))},
                                  {"program", programText(model, step)},
                                  {"start_cycles", step.start},
                                  {"duration_cycles", step.duration},
                                  {"critical_cycles", critical[index]},
                                  {"sent_bytes", step.bytesSent}};
    if (step.array >= 0) {
      const profiler::ArrayStatistics &cycles = model.arrays[static_cast<std::size_t>(step.array)];
      row["tile_cycles"] = cycles.sum;
      row["max_tile_cycles"] = cycles.max;
      row["slowest_tile"] = cycles.maxTile;
      row["active_tiles"] = cycles.activeTiles;
    }
    steps.push_back(std::move(row));
  }
  out << profiler::dumpJson({{"schema", "popgraph.timeline/1"},
                             {"tool_version", POPGRAPH_VERSION},
                             {"run", &run - model.runs.data()},
                             {"total_cycles", run.record.cycles},
                             {"steps", std::move(steps)}}, 2)
      << "\n";
}

} // namespace

void addTimeline(CLI::App &app, Action &action) {
  const auto options = std::make_shared<TimelineOptions>();
  CLI::App *command = app.add_subcommand("timeline", "Print the steps of a run in order, or the longest ones");
  command->add_option("file", options->file, "profile.pgprof")->required();
  command->add_option("--run", options->run, "Which run; the last one with steps when not given");
  command->add_option("--longest", options->longest, "Only this many, longest first");
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->callback([options, &action] {
    action = [options] {
      const Model model = profiler::readProfile(options->file);
      const Run &run = chosenRun(model, options->run);
      const std::vector<std::size_t> order = chosenSteps(run, options->longest);
      Output().with([&](std::ostream &out) {
        options->json ? writeJson(out, model, run, order) : writeText(out, model, run, order);
      });
      return kFine;
    };
  });
}

} // namespace popgraph::tools
