#include "popgraph/tools/Commands.hpp"
#include "profiler/ChromeTrace.hpp"
#include "profiler/Reader.hpp"
#include "profiler/Summary.hpp"
#include "profiler/TraceFile.hpp"
#include <iostream>

namespace popgraph::tools {
namespace {

void writeCell(std::ostream &out, const std::string &cell) {
  if (cell.find_first_of(",\"\r\n") == std::string::npos) {
    out << cell;
    return;
  }
  out << '"';
  for (const char c : cell)
    out << (c == '"' ? "\"\"" : std::string(1, c));
  out << '"';
}

} // namespace

void addExport(CLI::App &app, Action &action) {
  struct Options {
    std::string file, format = "json", table = "v_step";
    Output output;
  };
  const auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("export", "Write the summary as JSON, a view as CSV, or steps as a trace");
  command->add_option("file", options->file, "profile.pgprof, or with --to chrome a .pvti")->required();
  command->add_option("--to", options->format, "json, csv or chrome (which ui.perfetto.dev opens too)")
      ->check(CLI::IsMember({"json", "csv", "chrome"}))
      ->capture_default_str();
  command->add_option("--table", options->table, "View written as CSV")
      ->check(CLI::IsMember({"v_tile_memory", "v_tile_memory_category", "v_variable", "v_vertex_type", "v_compute_set",
                             "v_run", "v_step", "v_liveness"}))->capture_default_str();
  options->output.addOptions(*command, false);
  command->callback([options, &action] {
    action = [options] {
      options->output.with([&](std::ostream &out) {
        if (options->format == "json")
          return profiler::writeSummaryJson(out, profiler::readProfile(options->file));
        if (options->format == "chrome" && options->file.ends_with(".pvti"))
          return profiler::writeChromeTrace(out, profiler::readTrace(options->file));
        if (options->format == "chrome") {
          const profiler::Model model = profiler::readProfile(options->file);
          std::size_t steps = 0;
          for (const profiler::Run &run : model.runs)
            steps += run.steps.size();
          const std::size_t written = profiler::writeChromeTrace(out, model);
          if (written < steps)
            std::cerr << "popgraph: wrote the first " << written << " of " << steps << " steps\n";
          return;
        }
        profiler::queryProfile(options->file, "SELECT * FROM " + options->table,
                               [&](const std::vector<std::string> &cells) {
          for (std::size_t i = 0; i < cells.size(); ++i) {
            out << (i ? "," : "");
            writeCell(out, cells[i]);
          }
          out << "\n";
        });
      });
      return kFine;
    };
  });
}

} // namespace popgraph::tools
