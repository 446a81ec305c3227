#include "popgraph/tools/Commands.hpp"
#include "profiler/Reader.hpp"
#include "profiler/render/Format.hpp"
#include "profiler/render/SummaryJson.hpp"
#include "profiler/views/VertexView.hpp"
#include <algorithm>

namespace popgraph::tools {
namespace {

void writeText(std::ostream &out, profiler::VertexView view) {
  using profiler::grouped, profiler::right;
  std::stable_sort(view.rows.begin(), view.rows.end(), [](const auto &a, const auto &b) { return a.slots > b.slots; });
  // Cycles that the program gave beside those of the code, where it gave any.
  const bool estimates = std::any_of(view.rows.begin(), view.rows.end(),
                                     [](const auto &row) { return row.estimatedCycles + row.derivedCycles > 0; });
  out << right("instances", 12) << right("state B", 12) << right("code B", 10) << right("tiles", 8)
      << right("executions", 13) << right("slots", 16);
  if (estimates) out << right("estimated", 16) << right("derived cycles", 16);
  out << "  name\n";
  for (const profiler::VertexView::Row &row : view.rows) {
    out << right(grouped(row.instances), 12) << right(grouped(row.totalStateBytes), 12)
        << right(grouped(row.codeBytes), 10) << right(grouped(row.tilesWithCode), 8)
        << right(grouped(row.executions), 13) << right(grouped(row.slots), 16);
    if (estimates) out << right(grouped(row.estimatedCycles), 16) << right(grouped(row.derivedCycles), 16);
    out << "  " << profiler::printable(row.name) << "\n";
  }
}

} // namespace

void addVertices(CLI::App &app, Action &action) {
  struct Options {
    std::string file;
    bool json = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("vertices", "Print vertex types with instances, bytes and issue slots");
  command->add_option("file", options->file, "profile.pgprof")->required();
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->callback([options, &action] {
    action = [options] {
      const profiler::Model model = profiler::readProfile(options->file);
      Output().with([&](std::ostream &out) {
        if (!options->json)
          return writeText(out, makeVertexView(model));
        nlohmann::ordered_json json = {{"schema", "popgraph.vertices/1"}, {"tool_version", POPGRAPH_VERSION}};
        json.update(profiler::summaryJson(model)["vertices"]);
        out << profiler::dumpJson(json, 2) << "\n";
      });
      return kFine;
    };
  });
}

} // namespace popgraph::tools
