#include "popgraph/tools/Commands.hpp"
#include "profiler/Reader.hpp"
#include "profiler/Summary.hpp"

namespace popgraph::tools {

void addSummary(CLI::App &app, Action &action) {
  struct Options {
    std::string file;
    bool json = false;
    profiler::SummaryOptions summary;
    Output output;
  };
  const auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("summary", "Print target, graph, memory and cycles of a profile");
  command->add_option("file", options->file, "profile.pgprof")->required();
  command->add_flag("--json", options->json, "One JSON object instead of text; units are in the keys");
  command->add_flag("--steps", options->summary.showExecutionSteps, "Also the program tree with cycles");
  command->add_flag("--variables", options->summary.showVarStorage, "Also the largest variables");
  command->add_flag("--per-ipu", options->summary.showPerIpuMemoryUsage, "Also memory of each IPU");
  command->add_option("--top", options->summary.maxRows, "Rows of each table")->capture_default_str();
  options->output.addOptions(*command, false);
  command->callback([options, &action] {
    action = [options] {
      const profiler::Model model = profiler::readProfile(options->file);
      options->output.with([&](std::ostream &out) {
        options->json ? profiler::writeSummaryJson(out, model) : profiler::writeSummary(out, model, options->summary);
      });
      return kFine;
    };
  });
}

} // namespace popgraph::tools
