#include "popgraph/tools/Commands.hpp"
#include "profiler/Reader.hpp"
#include "profiler/render/Format.hpp"

namespace popgraph::tools {

void addQuery(CLI::App &app, Action &action) {
  struct Options { std::string file, sql; };
  const auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("query", "Run a SELECT over a profile's views; tab-separated rows");
  command->add_option("file", options->file, "profile.pgprof")->required();
  command->add_option("sql", options->sql,
                      "SELECT over v_tile_memory, v_tile_memory_category, v_variable, v_vertex_type, v_compute_set, "
                      "v_run, v_step, v_liveness")->required();
  command->footer("Example: popgraph query profile.pgprof "
                  "'SELECT name, cycles FROM v_compute_set ORDER BY cycles DESC LIMIT 5'");
  command->callback([options, &action] {
    action = [options] {
      Output().with([&](std::ostream &out) {
        profiler::queryProfile(options->file, options->sql, [&](const std::vector<std::string> &cells) {
          for (std::size_t i = 0; i < cells.size(); ++i)
            out << (i ? "\t" : "") << profiler::printable(cells[i]);
          out << "\n";
        });
      });
      return kFine;
    };
  });
}

} // namespace popgraph::tools
