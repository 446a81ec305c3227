#include "popgraph/tools/Commands.hpp"
#include "profiler/Html.hpp"
#include "profiler/Reader.hpp"

namespace popgraph::tools {

void addHtml(CLI::App &app, Action &action) {
  struct Options {
    std::string file;
    profiler::HtmlOptions html;
    Output output;
  };
  const auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("html", "Write a profile as one self-contained HTML file");
  command->add_option("file", options->file, "profile.pgprof")->required();
  command->add_option("--max-steps", options->html.maxSteps, "Steps drawn in the trace")->capture_default_str();
  options->output.addOptions(*command, true);
  command->callback([options, &action] {
    action = [options] {
      const profiler::Model model = profiler::readProfile(options->file);
      options->output.with([&](std::ostream &out) { profiler::writeHtml(out, model, options->html); });
      return kFine;
    };
  });
}

} // namespace popgraph::tools
