// A profile with known numbers, read through libpva.
#include <algorithm>
#include <pva/pva.hpp>

#include "popgraph/profile/Database.hpp"
#include "tests/support/Catch.hpp"
#include "tests/support/Throws.hpp"
#include "tests/unit/profiler/Files.hpp"

namespace {

synthetic::Options small() {
  synthetic::Options options;
  options.tiles = 24;
  options.runs = 2;
  options.iterations = 4;
  return options;
}

struct Fixture {
  TemporaryFolder folder;
  std::string path = folder.file("profile.pgprof");
  Fixture() { writeSynthetic(path, small()); }
};

/// Notes what it is shown.
struct Notes : pva::ProgramVisitor {
  std::vector<std::string> seen;
  void visitSequence(const pva::SequenceProgram &program) override { seen.push_back("sequence " + program.name()); }
  void visitStreamCopyMid(const pva::StreamCopyMidProgram &program) override {
    seen.push_back("stream " + program.name());
  }
  void visitRepeat(const pva::RepeatProgram &program) override {
    seen.push_back("repeat " + std::to_string(program.count()));
  }
  void visitOnTileExecute(const pva::OnTileExecuteProgram &program) override {
    seen.push_back("execute " + program.computeset()->name());
  }
  void visitDoExchange(const pva::DoExchangeProgram &program) override { seen.push_back("exchange " + program.name()); }
};

} // namespace

TEST_CASE("a report says what was compiled, for which machine") {
  const Fixture fixture;
  const pva::Report report = pva::openReport(fixture.path);
  CHECK(report.filename() == fixture.path);
  CHECK(report.poplarVersion().string() == "0.1.0");
  CHECK(report.poplarVersion().major() == 0);
  CHECK(report.poplarVersion().minor() == 1);
  CHECK(report.poplarVersion().point() == 0);

  const pva::Target target = report.compilation().target();
  CHECK(target.type() == pva::Target::Type::Ipu);
  CHECK(target.architecture() == "ipu2");
  CHECK(target.numIPUs() == 1);
  CHECK(target.tilesPerIpu() == 24);
  CHECK(target.numTiles() == 24);
  CHECK(target.bytesPerTile() == 638976);
  CHECK(target.bytesPerIPU() == 24u * 638976);
  CHECK(target.totalMemory() == 24u * 638976);
  CHECK(target.clockFrequency() == 1.33e9);
  CHECK(target.numReplicas() == 1);
  CHECK(target.ipusPerReplica() == 1);
  CHECK(target.tilesPerReplica() == 24);
  CHECK(target.memoryPerReplica() == 24u * 638976);

  const pva::Graph graph = report.compilation().graph();
  CHECK(graph.numVertices() == 24 * 6);
  CHECK(graph.numEdges() == 24 * 18);
  CHECK(graph.numVars() == 3);
  CHECK(graph.numComputeSets() == 2);

  const auto types = report.compilation().vertexTypes();
  REQUIRE(types.size() == 2);
  CHECK(types[0].name() == "popgraph::MatMulVertex<half,float>");
  CHECK(types[0].size() == 24);
  CHECK(types[0].codeBytes() == 640);
  CHECK(types[0].count() == 24);
  CHECK(types[0].numTiles() == 24);

  const auto computeSets = report.compilation().computeSets();
  REQUIRE(computeSets.size() == 2);
  CHECK(computeSets[1].id() == 1);
  CHECK(computeSets[1].name() == "reduce/Partial");
  const auto vertices = computeSets[1].vertices();
  REQUIRE(vertices.size() == 1);
  CHECK(vertices[0].count() == 24 * 5);
  CHECK(vertices[0].type()->name() == "popgraph::Reduce<float>");
  CHECK(computeSets[0].executions() == 8);
  CHECK(computeSets[1].executions() == 0);

  const auto variables = report.compilation().variables();
  REQUIRE(variables.size() == 3);
  CHECK(variables[0].name() == "weights");
  CHECK(variables[0].type() == "half");
  CHECK(variables[0].bytes() == 24 * 32000);
  CHECK(variables[0].numTiles() == 24);
  CHECK(!variables[0].isConstant());
  CHECK(variables[2].isConstant());
}

TEST_CASE("a report says what the memory of each tile holds") {
  const Fixture fixture;
  const pva::Report report = pva::openReport(fixture.path);
  const auto tiles = report.compilation().tiles();
  REQUIRE(tiles.size() == 24);
  for (std::uint32_t tile = 0; tile < 24; ++tile) {
    const pva::TileMemory memory = tiles[tile].memory();
    const std::uint64_t always = synthetic::variableBytes(tile) + synthetic::codeBytes(tile) + 1024;
    CHECK(tiles[tile].id() == tile);
    CHECK(tiles[tile].ipu() == 0);
    CHECK(memory.alwaysLiveBytes() == always);
    CHECK(memory.notAlwaysLiveBytes() == synthetic::messageBytes(tile));
    CHECK(memory.total().includingGaps() == always + synthetic::messageBytes(tile));
    CHECK(memory.total().excludingGaps() == always + synthetic::messageBytes(tile));
    CHECK(memory.overflowed().includingGaps() == 0);
    CHECK(memory.category().variable().total() == synthetic::variableBytes(tile));
    CHECK(memory.category().vertexCode().total() == synthetic::codeBytes(tile));
    CHECK(memory.category().stack().total() == 1024);
    CHECK(memory.category().message().total() == synthetic::messageBytes(tile));
    for (const std::uint64_t other :
         {memory.category().constant().total(), memory.category().vertexInstanceState().total(),
          memory.category().vertexFieldData().total(), memory.category().vectorListDescriptor().total(),
          memory.category().controlCode().total(), memory.category().internalExchangeCode().total(),
          memory.category().hostExchangeCode().total(), memory.category().hostMessage().total(),
          memory.category().rearrangement().total()})
      CHECK(other == 0);
  }
  const auto ipus = report.compilation().ipus();
  REQUIRE(ipus.size() == 1);
  CHECK(ipus[0].id() == 0);
  REQUIRE(ipus[0].tiles().size() == 24);
  CHECK(ipus[0].tiles()[7].id() == 7);
}

TEST_CASE("memory beyond that of a tile is overflowed") {
  const Fixture fixture;
  popgraph::profile::Database(fixture.path, popgraph::profile::Database::Mode::ReadWrite)
      .execute("UPDATE tile_memory SET peak_bytes = 638976 + 100 WHERE tile = 3");
  const pva::Report report = pva::openReport(fixture.path);
  CHECK(report.compilation().tiles()[3].memory().overflowed().excludingGaps() == 100);
  CHECK(report.compilation().tiles()[4].memory().overflowed().excludingGaps() == 0);
}

TEST_CASE("programs form a tree that a visitor walks") {
  const Fixture fixture;
  const pva::Report report = pva::openReport(fixture.path);
  const auto roots = report.compilation().controlPrograms();
  REQUIRE(roots.size() == 1);
  CHECK(roots[0]->name() == "main");
  CHECK(roots[0].type() == pva::Program::Type::Sequence);
  Notes notes;
  std::vector<pva::Program> open{roots[0]};
  while (!open.empty()) {
    const pva::Program program = open.back();
    open.pop_back();
    program.accept(notes);
    auto children = program.children();
    std::reverse(children.begin(), children.end());
    open.insert(open.end(), children.begin(), children.end());
  }
  CHECK(notes.seen == std::vector<std::string>{"sequence main", "stream in", "repeat 4", "sequence ", "exchange gather",
                                               "execute matMul/Convolve"});
  const auto programs = report.compilation().programs();
  REQUIRE(programs.size() >= 7);
  for (std::size_t i = 0; i < programs.size(); ++i) CHECK(programs[i].id() == i);
  CHECK(programs[6].typeName() == "Sync");
  CHECK(programs[0] == roots[0]);
  CHECK(programs[1] != roots[0]);
}

TEST_CASE("runs and steps have the cycles that were recorded, tile by tile") {
  const Fixture fixture;
  const pva::ExecutionReport execution = pva::openReport(fixture.path).execution();
  CHECK(execution.totalCycles().total() == 2 * synthetic::cyclesOfRun(small()));
  CHECK(execution.totalCycles().compute() + execution.totalCycles().exchange() + execution.totalCycles().sync() +
            execution.totalCycles().hostExchange() + execution.totalCycles().control() ==
        execution.totalCycles().total());
  CHECK(execution.totalCycles().hostExchange() == 2 * 2500);
  CHECK(execution.totalCycles().sync() == 2 * 4 * 126);
  const auto runs = execution.runs();
  REQUIRE(runs.size() == 2);
  CHECK(runs[1].name() == "main");
  CHECK(runs[1].programIndex() == 0);
  CHECK(runs[1].count() == 1);
  CHECK(runs[1].cycles() == synthetic::cyclesOfRun(small()));
  CHECK(runs[1].microseconds().start() == 1000);
  CHECK(runs[1].microseconds().end() == 1400);
  REQUIRE(runs[0].steps().size() == 1 + 4 * 4);
  CHECK(execution.steps().size() == 2 * runs[0].steps().size());

  std::uint32_t iteration = 0;
  std::uint64_t end = 0;
  for (const pva::Step &step : runs[1].steps()) {
    CHECK(step.cyclesFrom() == end);
    end = step.cyclesTo();
    if (step.program().type() == pva::Program::Type::DoExchange) {
      CHECK(step.dataIn() == 24 * 256);
      CHECK(step.dataOut() == 24 * 256);
    }
    if (step.computeSets().empty()) continue;
    CHECK(step.program()->type() == pva::Program::Type::OnTileExecute);
    const auto cycles = step.cyclesByTile();
    REQUIRE(cycles.size() == 24);
    std::uint64_t most = 0, least = ~0ull, sum = 0;
    for (std::uint32_t tile = 0; tile < 24; ++tile) {
      CHECK(cycles[tile] == synthetic::computeCycles(tile, iteration));
      most = std::max(most, cycles[tile]), least = std::min(least, cycles[tile]), sum += cycles[tile];
    }
    CHECK(step.computeSets()[0].name() == "matMul/Convolve");
    CHECK(step.computeSets()[0].computeset().id() == 0);
    CHECK(step.computeSets()[0].cyclesByTile() == cycles);
    REQUIRE(step.ipus().size() == 1);
    CHECK(step.ipus()[0].cycles() == most);
    CHECK(step.ipus()[0].activeCycles().cyclesFrom().min() == step.cyclesFrom());
    CHECK(step.ipus()[0].activeCycles().cyclesTo().min() == step.cyclesFrom() + least);
    CHECK(step.ipus()[0].activeCycles().cyclesTo().max() == step.cyclesTo());
    CHECK(step.ipus()[0].tileBalance() == Approx(double(sum) / double(most * 24)));
    ++iteration;
  }
  CHECK(iteration == 4);
  CHECK(end == synthetic::cyclesOfRun(small()));
}

TEST_CASE("balance counts all tiles, active balance those that did something") {
  const Fixture fixture;
  for (const pva::Step &step : pva::openReport(fixture.path).execution().steps())
    if (step.program().name() == "gather") { // every third tile, all alike
      CHECK(step.ipus()[0].tileBalance() == Approx(1.0 / 3));
      CHECK(step.ipus()[0].activeTileBalance() == Approx(1));
    }
}

TEST_CASE("a missing profile.pop is the profile.pgprof beside it") {
  const Fixture fixture;
  const pva::Report report = pva::openReport(fixture.folder.file("profile.pop"), fixture.folder.file("debug.cbor"));
  CHECK(report.filename() == fixture.path);
}

TEST_CASE("what is no profile is refused with pva::Error, which names the file") {
  const Fixture fixture;
  const std::string none = fixture.folder.file("none.pgprof"), half = fixture.folder.file("half.pgprof");
  support::throwsNaming<pva::Error>({none, "no such file"}, [&] { pva::openReport(none); });
  writeBytes(half, bytesOf(fixture.path).substr(0, 5000));
  support::throwsNaming<pva::Error>({half}, [&] { pva::openReport(half); });
  writeBytes(half, "some text that is long enough");
  support::throwsNaming<pva::Error>({half, "not a popgraph profile"}, [&] { pva::openReport(half); });
}

TEST_CASE("damaged cycles of a tile are refused when they are asked for") {
  const Fixture fixture;
  popgraph::profile::Database(fixture.path, popgraph::profile::Database::Mode::ReadWrite)
      .execute("UPDATE program_child SET child = program WHERE program = 0"); // a circle is no reason to hang
  CHECK(pva::openReport(fixture.path).execution().blocks().empty());
}
