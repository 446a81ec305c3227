#include "popgraph/tools/Commands.hpp"
#include "profiler/Reader.hpp"
#include "profiler/render/Format.hpp"
#include "profiler/render/SummaryJson.hpp"
#include <algorithm>
#include <numeric>

namespace popgraph::tools {
namespace {

using profile::LivenessRecord;

std::string programOf(const profiler::Model &model, const LivenessRecord &record) {
  const profile::ProgramRecord &program = model.compile.programs[record.program];
  return program.name.empty() ? program.kind : program.kind + ": " + profiler::printable(program.name);
}

/// Steps with the most bytes on one tile first.
std::vector<std::size_t> fullestFirst(const profiler::Model &model, std::size_t top) {
  const auto &steps = model.compile.liveness;
  std::vector<std::size_t> order(steps.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::make_pair(steps[a].maxTileBytes, steps[a].bytes) > std::make_pair(steps[b].maxTileBytes, steps[b].bytes);
  });
  order.resize(std::min(order.size(), top));
  return order;
}

void writeText(std::ostream &out, const profiler::Model &model, const std::vector<std::size_t> &order) {
  using profiler::grouped, profiler::right;
  out << right("step", 7) << right("B on all tiles", 17) << right("most on one", 13) << right("tile", 7)
      << "  program\n";
  for (const std::size_t i : order) {
    const LivenessRecord &step = model.compile.liveness[i];
    out << right(std::to_string(i), 7) << right(grouped(step.bytes), 17) << right(grouped(step.maxTileBytes), 13)
        << right(std::to_string(step.maxTile), 7) << "  " << programOf(model, step) << "\n";
  }
}

void writeJson(std::ostream &out, const profiler::Model &model, const std::vector<std::size_t> &order) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const std::size_t i : order) {
    const LivenessRecord &step = model.compile.liveness[i];
    rows.push_back({{"step", i},
                    {"program", programOf(model, step)},
                    {"bytes", step.bytes},
                    {"max_tile_bytes", step.maxTileBytes},
                    {"max_tile", step.maxTile}});
  }
  out << profiler::dumpJson({{"schema", "popgraph.liveness/1"},
                             {"tool_version", POPGRAPH_VERSION},
                             {"steps", std::move(rows)}}, 2)
      << "\n";
}

} // namespace

void addLiveness(CLI::App &app, Action &action) {
  struct Options {
    std::string file;
    bool json = false;
    std::size_t top = 20;
  };
  const auto options = std::make_shared<Options>();
  CLI::App *command =
      app.add_subcommand("liveness", "Print the steps that hold most beside what is always live in tile memory");
  command->add_option("file", options->file, "profile.pgprof")->required();
  command->add_option("--top", options->top, "How many steps")->capture_default_str();
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->callback([options, &action] {
    action = [options] {
      const profiler::Model model = profiler::readProfile(options->file);
      const std::vector<std::size_t> order = fullestFirst(model, options->top);
      Output().with([&](std::ostream &out) {
        options->json ? writeJson(out, model, order) : writeText(out, model, order);
      });
      return kFine;
    };
  });
}

} // namespace popgraph::tools
