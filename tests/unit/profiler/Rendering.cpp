#include "Files.hpp"
#include "profiler/Html.hpp"
#include "profiler/ModelBuilder.hpp"
#include "profiler/Reader.hpp"
#include "profiler/Summary.hpp"
#include "profiler/render/Format.hpp"
#include "profiler/views/ExecutionView.hpp"
#include "tests/support/Catch.hpp"
#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>

namespace {

profiler::Model modelOf(const synthetic::Options &options) {
  profiler::ModelBuilder builder;
  synthetic::tell(builder, options);
  return builder.model();
}

std::string textOf(const profiler::Model &model, const profiler::SummaryOptions &options = {}) {
  std::ostringstream out;
  profiler::writeSummary(out, model, options);
  return out.str();
}

std::string htmlOf(const profiler::Model &model) {
  std::ostringstream out;
  profiler::writeHtml(out, model);
  return out.str();
}

} // namespace

TEST_CASE("the text summary of a small program is this text") {
  synthetic::Options options;
  options.tiles = 8;
  options.runs = 1;
  options.iterations = 2;
  profiler::SummaryOptions summary;
  summary.showExecutionSteps = true;
  summary.showVarStorage = true;
  CHECK(textOf(modelOf(options), summary) == bytesOf(POPGRAPH_TEST_DATA "/Summary.txt"));
}

TEST_CASE("the JSON summary agrees with the definitions of the program") {
  synthetic::Options options;
  std::ostringstream out;
  profiler::writeSummaryJson(out, modelOf(options));
  const nlohmann::json json = nlohmann::json::parse(out.str());
  CHECK(json["schema"] == "popgraph.summary/1");
  CHECK(json["tool_version"].is_string());
  CHECK(json["target"]["num_tiles"] == 1472);
  CHECK(json["graph"]["num_vertices"] == 1472 * 6);
  CHECK(json["memory"]["max_tile"] == 5);
  CHECK(json["memory"]["max_tile_bytes"] == synthetic::variableBytes(5) + synthetic::codeBytes(5) + 1024 + 9000);
  std::uint64_t total = 0;
  for (std::uint32_t tile = 0; tile < 1472; ++tile)
    total += synthetic::variableBytes(tile) + synthetic::codeBytes(tile) + 1024 + synthetic::messageBytes(tile);
  CHECK(json["memory"]["total_bytes"] == total);
  const nlohmann::json &execution = json["execution"];
  CHECK(execution["total_cycles"] == 3 * synthetic::cyclesOfRun(options));
  CHECK(execution["compute_cycles"].get<std::uint64_t>() + execution["exchange_cycles"].get<std::uint64_t>() +
            execution["sync_cycles"].get<std::uint64_t>() + execution["host_exchange_cycles"].get<std::uint64_t>() +
            execution["control_cycles"].get<std::uint64_t>() == execution["total_cycles"].get<std::uint64_t>());
  std::uint32_t tiles = 0;
  for (const nlohmann::json &bin : json["memory"]["histogram"])
    tiles += bin["tiles"].get<std::uint32_t>();
  CHECK(tiles == 1472);
}

TEST_CASE("numbers of the JSON summary carry their unit in the key") {
  std::ostringstream out;
  profiler::writeSummaryJson(out, modelOf({}));
  const std::vector<std::string> endings = {"_bytes", "_cycles", "_us", "_percent", "_hz", "_slots", "_per_cycle"};
  // What is left are counts and ids; a new one has to be added here deliberately.
  const std::vector<std::string> counts = {
      "num_ipus", "tiles_per_ipu", "num_tiles", "workers_per_tile", "num_replicas", "num_vertices", "num_edges",
      "num_variables", "num_compute_sets", "num_exchanges", "num_programs", "num_vertex_types", "max_tile",
      "tiles_used",
      "tiles_over_limit", "tiles", "tile", "instances", "tiles_with_code", "executions", "runs", "incomplete_runs",
      "program_index", "id", "vertices", "slowest_tile"};
  std::function<void(const nlohmann::json &, const std::string &)> visit = [&](const nlohmann::json &json,
                                                                               const std::string &key) {
    if (json.is_number()) {
      INFO(key);
      const bool unit = std::any_of(endings.begin(), endings.end(), [&](const std::string &ending) {
        return key.size() > ending.size() && key.compare(key.size() - ending.size(), ending.size(), ending) == 0;
      });
      CHECK((unit || std::find(counts.begin(), counts.end(), key) != counts.end()));
    }
    for (const auto &[name, child] : json.items())
      if (json.is_structured())
        visit(child, json.is_array() ? key : name);
  };
  visit(nlohmann::json::parse(out.str()), "");
}

TEST_CASE("the summary names the option when execution was not recorded") {
  synthetic::Options options;
  options.runs = 0;
  CHECK(textOf(modelOf(options)).find("autoReport.outputExecutionProfile") != std::string::npos);
}

TEST_CASE("names cannot drive a terminal") {
  synthetic::Options options;
  options.tiles = 4;
  options.computeSetName = "a\x1b[2Jb\nc";
  const std::string text = textOf(modelOf(options));
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("a?[2Jb?c") != std::string::npos);
}

TEST_CASE("hostile names stay data in the HTML report") {
  synthetic::Options options;
  options.tiles = 4;
  const std::string harmless = htmlOf(modelOf(options));
  options.computeSetName = "</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>\xff";
  const std::string hostile = htmlOf(modelOf(options));
  auto count = [](const std::string &text, const std::string &what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
      ++found;
    return found;
  };
  CHECK(count(hostile, "<") == count(harmless, "<"));
  CHECK(hostile.find("\\u003c/script>\\u003cscript>alert(1)") != std::string::npos);
}

TEST_CASE("the HTML report refers to nothing outside itself") {
  const std::string html = htmlOf(modelOf({}));
  CHECK(html.find("http-equiv=\"Content-Security-Policy\"") != std::string::npos);
  CHECK(html.find("default-src 'none'") != std::string::npos);
  for (const char *outside : {"http://", "https://", "src=", "@import", "url(", "fetch(", "XMLHttpRequest"})
    CHECK(html.find(outside) == std::string::npos);
}

TEST_CASE("the HTML report leaves steps out beyond its limit and says how many") {
  synthetic::Options options;
  options.tiles = 4;
  TemporaryFolder folder;
  writeSynthetic(folder.file("p.pgprof"), options);
  profiler::HtmlOptions html;
  html.maxSteps = 50;
  std::ostringstream out;
  profiler::writeHtml(out, profiler::readProfile(folder.file("p.pgprof")), html);
  CHECK(out.str().find("\"dropped_steps\":32") != std::string::npos);
}

TEST_CASE("a model builder drops steps beyond its limit but keeps totals") {
  profiler::ModelBuilder builder(5);
  synthetic::Options options;
  options.tiles = 4;
  synthetic::tell(builder, options);
  CHECK(builder.model().runs.back().steps.size() == 5);
  CHECK(builder.model().runs.back().record.cycles == synthetic::cyclesOfRun(options));
  CHECK(builder.model().totals.computeSets[0].executions == 30);
}

TEST_CASE("steps that overlap add up to the run and not to their durations") {
  using popgraph::profile::StepKind;
  profiler::ModelBuilder builder;
  synthetic::Options options;
  options.tiles = 4;
  options.runs = 0;
  synthetic::tell(builder, options);
  builder.beginRun(0, "main");
  builder.step({4, StepKind::Exchange, -1, 0, 30, nullptr, 0, 0});
  builder.step({4, StepKind::Compute, 0, 10, 90, nullptr, 0, 0});  // some tiles began it at 10; it ends at 100
  builder.step({6, StepKind::Sync, -1, 20, 60, nullptr, 0, 0});    // ends before the step above
  popgraph::profile::RunRecord run;
  run.name = "main";
  run.cycles = 100;
  builder.endRun(run, {});
  CHECK(profiler::criticalCycles(builder.model().runs[0]) == std::vector<std::uint64_t>{30, 70, 0});
  for (const profiler::ProgramLine &line : profiler::makeProgramTree(builder.model()))
    if (line.kind == "OnTileExecute") {
      CHECK(line.cycles == 100);
      CHECK(line.executions == 1);
      CHECK(line.cyclesByKind[0] == 70);
      CHECK(line.cyclesByKind[1] == 30);
    } else {
      CHECK(line.cycles == 0);
    }
  profiler::SummaryOptions summary;
  summary.showExecutionSteps = true;
  CHECK(textOf(builder.model(), summary).find("(100 cycles; compute 70, exchange 30)") != std::string::npos);
}

TEST_CASE("a model builder counts many runs without keeping them") {
  profiler::ModelBuilder builder;
  synthetic::Options options;
  options.tiles = 4;
  options.runs = 0;
  synthetic::tell(builder, options);
  for (std::uint32_t i = 0; i < 10000; ++i) {
    const std::uint32_t program = i < 5000 ? 0 : i % 2; // first the same again and again, then two in turn
    builder.beginRun(program, program ? "b" : "a");
    popgraph::profile::RunRecord run;
    run.programIndex = program;
    run.name.assign(1, program ? 'b' : 'a');
    run.cycles = run.cyclesByKind[0] = program ? 10 : 7;
    builder.endRun(run, {});
  }
  CHECK(builder.model().runs.size() <= 1002);
  const profiler::ExecutionView view = profiler::makeExecutionView(builder.model());
  CHECK(view.runs == 10000);
  CHECK(view.totalCycles == 7 * 7500 + 10 * 2500);
  CHECK(view.programs.front().name == "a");
  CHECK(view.programs.front().runs >= 5000);
}

TEST_CASE("numbers are grouped and rounded the same everywhere") {
  CHECK(profiler::grouped(0) == "0");
  CHECK(profiler::grouped(999) == "999");
  CHECK(profiler::grouped(1000) == "1,000");
  CHECK(profiler::grouped(18446744073709551615u) == "18,446,744,073,709,551,615");
  CHECK(profiler::bytesText(638976) == "638,976 B (624.0 KiB)");
  CHECK(profiler::bytesText(1023) == "1,023 B");
  CHECK(profiler::fixed(99.96, 1) == "100.0");
}
