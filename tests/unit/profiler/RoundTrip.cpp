#include "Files.hpp"
#include "popgraph/profile/Database.hpp"
#include "popgraph/profile/Schema.hpp"
#include "popgraph/profile/TileArray.hpp"
#include "profiler/ModelBuilder.hpp"
#include "profiler/Reader.hpp"
#include "profiler/Summary.hpp"
#include "tests/support/Catch.hpp"
#include <random>
#include <sstream>

using namespace popgraph::profile;

TEST_CASE("a profile read back holds what was written") {
  TemporaryFolder folder;
  synthetic::Options options;
  options.tiles = 96;
  writeSynthetic(folder.file("profile.pgprof"), options);
  const profiler::Model model = profiler::readProfile(folder.file("profile.pgprof"));
  const CompileRecord expected = synthetic::compileRecord(options);

  CHECK(model.compile.programName == expected.programName);
  CHECK(model.compile.target.machine == "gc200");
  CHECK(model.compile.target.constants == expected.target.constants);
  CHECK(model.numTiles() == 96);
  CHECK(model.compile.peakBytesByTile == expected.peakBytesByTile);
  CHECK(model.compile.memoryByCategory[0] == expected.memoryByCategory[0]);
  CHECK(model.compile.liveness == expected.liveness);
  REQUIRE(model.compile.programs.size() == expected.programs.size());
  CHECK(model.compile.programs[0].children == expected.programs[0].children);
  CHECK(model.compile.programs[4].computeSet == 0);
  CHECK(model.compile.computeSets[1].verticesByType == expected.computeSets[1].verticesByType);
  CHECK(model.compile.variables[2].isConstant);
  CHECK(model.compile.compilePhases == expected.compilePhases);

  REQUIRE(model.runs.size() == 3);
  for (const profiler::Run &run : model.runs) {
    CHECK(run.complete);
    CHECK(run.record.cycles == synthetic::cyclesOfRun(options));
  }
  CHECK(model.runs[2].record.endMicroseconds == 2400);
  CHECK(model.totals.computeSets[0].executions == 30);
  CHECK(model.totals.vertexTypes[0].slots == 30 * 96 * 150);
  CHECK(model.totals.vertexTypes[0].estimatedCycles == 30 * 1000);
  CHECK(model.totals.vertexTypes[0].derivedCycles == 30 * 900);
}

TEST_CASE("steps are kept for the first runs of a program only") {
  TemporaryFolder folder;
  synthetic::Options options;
  options.tiles = 8;
  options.runs = 5;
  writeSynthetic(folder.file("p.pgprof"), options);
  const profiler::Model model = profiler::readProfile(folder.file("p.pgprof"));
  REQUIRE(model.runs.size() == 5);
  for (std::size_t run = 0; run < 5; ++run) {
    CHECK(model.runs[run].hasSteps == (run < 2));
    CHECK(model.runs[run].steps.size() == (run < 2 ? 41u : 0u));
  }
}

TEST_CASE("per-tile cycles of a step are exact and equal arrays are stored once") {
  TemporaryFolder folder;
  synthetic::Options options;
  options.tiles = 200;
  writeSynthetic(folder.file("p.pgprof"), options);
  const profiler::Model model = profiler::readProfile(folder.file("p.pgprof"));
  // Of each run: one host exchange, one exchange pattern, ten distinct compute patterns; the second run adds none.
  CHECK(model.arrays.size() == 12);
  std::uint32_t iteration = 0;
  for (const profiler::Step &step : model.runs[1].steps) {
    if (step.kind != StepKind::Compute)
      continue;
    const std::vector<std::uint32_t> cycles = model.tileCycles(static_cast<std::size_t>(step.array));
    REQUIRE(cycles.size() == 200);
    for (std::uint32_t tile = 0; tile < 200; ++tile)
      REQUIRE(cycles[tile] == synthetic::computeCycles(tile, iteration));
    ++iteration;
  }
  CHECK(iteration == 10);
  std::uint64_t expected = 0;
  for (std::uint32_t i = 0; i < 10; ++i)
    expected += 2 * synthetic::computeCycles(77, i);
  CHECK(model.keptCyclesByTile[0][77] == expected);
}

TEST_CASE("tile arrays survive packing at every width") {
  std::mt19937 random(7);
  TileArrayPacker packer;
  for (const std::uint32_t range : {0u, 1u, 255u, 256u, 65535u, 65536u, 4294967295u})
    for (const std::size_t count : {std::size_t(1), std::size_t(31), std::size_t(1472)}) {
      std::vector<std::uint32_t> values(count);
      for (std::uint32_t &value : values)
        value = static_cast<std::uint32_t>(random() % (std::uint64_t(range) + 1)) + (4294967295u - range);
      const PackedTileArray &packed = packer.pack(values.data(), count);
      CHECK(unpackTileArray(packed.base, packed.width, count, packed.data) == values);
    }
}

TEST_CASE("a model built without a file gives the same summary as one read from a file") {
  TemporaryFolder folder;
  synthetic::Options options;
  options.tiles = 64;
  writeSynthetic(folder.file("p.pgprof"), options);
  profiler::ModelBuilder builder;
  synthetic::tell(builder, options);
  std::ostringstream fromFile, fromMemory;
  profiler::SummaryOptions all;
  all.showVarStorage = true;
  all.showPerIpuMemoryUsage = true;
  profiler::writeSummary(fromFile, profiler::readProfile(folder.file("p.pgprof")), all);
  profiler::writeSummary(fromMemory, builder.model(), all);
  CHECK(fromFile.str() == fromMemory.str());
}

TEST_CASE("a compile part without runs is a readable profile") {
  TemporaryFolder folder;
  synthetic::Options options;
  options.runs = 0;
  writeSynthetic(folder.file("a/b/p.pgprof"), options);
  const profiler::Model model = profiler::readProfile(folder.file("a/b/p.pgprof"));
  CHECK(model.runs.empty());
  std::ostringstream text;
  profiler::writeSummary(text, model);
  CHECK(text.str().find("Memory Usage:") != std::string::npos);
  CHECK(text.str().find("No program has been run") != std::string::npos);
}

TEST_CASE("the old file stays until a new compile part is complete") {
  TemporaryFolder folder;
  const std::string path = folder.file("p.pgprof");
  writeSynthetic(path, {});
  const std::string before = bytesOf(path);
  { const auto abandoned = writeProfile(path, {}); }
  CHECK(bytesOf(path) == before);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1);
}

TEST_CASE("a run that never ends leaves its steps, marked incomplete") {
  TemporaryFolder folder;
  const std::string path = folder.file("p.pgprof");
  synthetic::Options options;
  options.tiles = 4;
  options.runs = 0;
  {
    const auto sink = writeProfile(path, {});
    synthetic::tell(*sink, options);
    sink->beginRun(0, "main");
    sink->step({4, StepKind::Compute, 0, 0, 70, nullptr, 0, 0});
    sink->beginRun(0, "main");
    sink->endRun({}, {});
  }
  const profiler::Model model = profiler::readProfile(path);
  REQUIRE(model.runs.size() == 2);
  CHECK_FALSE(model.runs[0].complete);
  CHECK(model.runs[0].record.cycles == 70);
  CHECK(model.runs[1].complete);
}

TEST_CASE("a writer that dies in a transaction leaves the last committed state readable") {
  TemporaryFolder folder;
  const std::string path = folder.file("p.pgprof");
  synthetic::Options options;
  options.tiles = 1472;
  // What a crash leaves: the file and its journal as they are while a transaction has spilled to disk.
  const auto sink = writeProfile(path, {});
  synthetic::tell(*sink, options);
  sink->beginRun(1, "long");
  std::vector<std::uint32_t> cycles(1472);
  std::mt19937 random(3);
  for (int i = 0; i < 4000; ++i) {
    for (std::uint32_t &value : cycles)
      value = static_cast<std::uint32_t>(random());
    sink->step({4, StepKind::Compute, 0, 0, 1, cycles.data(), 0, 0});
  }
  const std::string crashed = folder.file("crashed.pgprof");
  std::filesystem::copy_file(path, crashed);
  REQUIRE(std::filesystem::exists(path + "-journal"));
  std::filesystem::copy_file(path + "-journal", crashed + "-journal");
  const profiler::Model model = profiler::readProfile(crashed);
  CHECK(model.runs.size() == 3);
  CHECK(model.runs[2].record.cycles == synthetic::cyclesOfRun(options));
}

TEST_CASE("a writer whose file was replaced by another leaves the new one alone") {
  TemporaryFolder folder;
  const std::string path = folder.file("p.pgprof");
  synthetic::Options options;
  options.tiles = 8;
  options.runs = 0;
  const auto first = writeProfile(path, {});
  synthetic::tell(*first, options);
  options.runs = 2;
  writeSynthetic(path, options);
  const std::string before = bytesOf(path);
  first->beginRun(0, "main");
  CHECK_FALSE(first->wantsSteps());
  first->step({4, StepKind::Compute, 0, 0, 70, nullptr, 0, 0});
  first->endRun({}, {});
  CHECK(bytesOf(path) == before);
  CHECK(profiler::readProfile(path).runs.size() == 2);
}

TEST_CASE("files of two runs differ in host times only") {
  TemporaryFolder folder;
  synthetic::Options options;
  options.tiles = 16;
  writeSynthetic(folder.file("a.pgprof"), options);
  writeSynthetic(folder.file("b.pgprof"), options);
  CHECK(bytesOf(folder.file("a.pgprof")) == bytesOf(folder.file("b.pgprof")));
}

TEST_CASE("a path that cannot be written is reported when the writer is made") {
  TemporaryFolder folder;
  writeBytes(folder.file("file"), "x");
  CHECK_THROWS_WITH(writeProfile(folder.file("file/p.pgprof"), {}),
                    Catch::Matchers::Contains(folder.file("file/p.pgprof")));
  CHECK_THROWS_WITH(writeProfile(folder.path.string(), {}), Catch::Matchers::Contains("is a directory"));
}

TEST_CASE("the SQL views answer questions about tiles, steps and compute sets") {
  TemporaryFolder folder;
  const std::string path = folder.file("p.pgprof");
  synthetic::Options options;
  options.tiles = 32;
  writeSynthetic(path, options);
  auto first = [&](const std::string &sql) {
    std::string cell;
    int rows = 0;
    profiler::queryProfile(path, sql, [&](const std::vector<std::string> &cells) {
      if (++rows == 2)
        cell = cells.at(0);
    });
    return cell;
  };
  CHECK(first("SELECT tile FROM v_tile_memory ORDER BY peak_bytes DESC LIMIT 1") == "5");
  CHECK(first("SELECT not_always_live_bytes FROM v_tile_memory WHERE tile=5") == "9000");
  CHECK(first("SELECT bytes FROM v_tile_memory_category WHERE tile=4 AND category='vertexCode'") == "1600");
  CHECK(first("SELECT count(*) FROM v_step WHERE kind='compute'") == "20");
  CHECK(first("SELECT sum(duration_cycles) FROM v_step WHERE run=0") ==
        std::to_string(synthetic::cyclesOfRun(options)));
  CHECK(first("SELECT vertices FROM v_compute_set WHERE compute_set=1") == "160");
  CHECK(first("SELECT slots FROM v_vertex_type WHERE name LIKE '%MatMul%'") == std::to_string(30 * 32 * 150));
  CHECK(first("SELECT name FROM v_variable ORDER BY bytes DESC") == "weights");
}

TEST_CASE("queries cannot write, attach or run pragmas") {
  TemporaryFolder folder;
  const std::string path = folder.file("p.pgprof");
  writeSynthetic(path, {});
  const std::string before = bytesOf(path);
  for (const std::string &sql :
       {std::string("DELETE FROM step"), "ATTACH '" + folder.file("other.db") + "' AS other",
        std::string("PRAGMA journal_mode=WAL"), std::string("SELECT no_such_column FROM v_step"), std::string("")}) {
    INFO(sql);
    CHECK_THROWS_AS(profiler::queryProfile(path, sql, [](const auto &) {}), std::invalid_argument);
  }
  CHECK(bytesOf(path) == before);
  CHECK_FALSE(std::filesystem::exists(folder.file("other.db")));
}
