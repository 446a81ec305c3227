// Engine::getReport, and profiles that engines write, against the summary of the same engine.
#include <map>
#include <poplar/CycleCount.hpp>
#include <pva/pva.hpp>
#include <sstream>

#include "tests/support/Catch.hpp"
#include "tests/support/Devices.hpp"
#include "tests/support/Throws.hpp"
#include "tests/unit/profiler/Files.hpp"

using namespace poplar;

namespace {

const char *kCodelet = R"(
#include <poplar/Vertex.hpp>
struct Twice : public poplar::Vertex {
  poplar::Input<poplar::Vector<float>> in;
  poplar::Output<poplar::Vector<float>> out;
  bool compute() {
    for (unsigned i = 0; i < in.size(); ++i) out[i] = 2 * in[i];
    return true;
  }
};
)";

/// Twelve tiles; each doubles what its neighbour has, three times inside a Block.
struct Program {
  Device device;
  Graph graph;
  program::Sequence sequence;

  explicit Program(Device on, bool backwards = false) : device(std::move(on)), graph(device.getTarget()) {
    std::stringstream source(kCodelet);
    graph.addCodelets(source);
    const unsigned tiles = graph.getTarget().getNumTiles();
    Tensor in = graph.addVariable(FLOAT, {12, 8}, "in"), out = graph.addVariable(FLOAT, {12, 8}, "out");
    ComputeSet twice = graph.addComputeSet("twice");
    for (unsigned n = 0; n < 12; ++n) {
      const unsigned i = backwards ? 11 - n : n;
      graph.setTileMapping(in[i], i % tiles);
      graph.setTileMapping(out[i], i % tiles);
      graph.setTileMapping(graph.addVertex(twice, "Twice", {{"in", in[(i + 1) % 12]}, {"out", out[i]}}), i % tiles);
    }
    graph.setInitialValue(in, 1.0f);
    const program::Sequence body{program::Execute(twice), program::Copy(out, in)};
    sequence.add(program::Sync(SyncType::INTERNAL));
    sequence.add(program::Block(program::Repeat(3, body), "inner"));
    sequence.add(program::Sync(SyncType::INTERNAL));
    graph.createHostRead("out", out);
  }
};

Device model() {
  IPUModel model;
  model.tilesPerIPU = 12;
  return model.createDevice();
}

std::string summaryOf(Engine &engine) {
  std::ostringstream text;
  engine.printProfileSummary(text, {{"showExecutionSteps", "true"}});
  return text.str();
}

void checkAgainst(const std::string &summary, const pva::Report &report) {
  INFO(summary);
  const auto grouped = [](std::uint64_t number) { // 12,345
    std::string text = std::to_string(number);
    for (int at = static_cast<int>(text.size()) - 3; at > 0; at -= 3) text.insert(static_cast<std::size_t>(at), ",");
    return text;
  };
  CHECK(summary.find(grouped(report.execution().totalCycles().total())) != std::string::npos);
  std::uint64_t most = 0;
  for (const pva::Tile &tile : report.compilation().tiles())
    most = std::max(most, tile.memory().total().includingGaps());
  CHECK(most > 0);
  CHECK(summary.find(grouped(most)) != std::string::npos);
}

std::map<std::pair<pva::Program::Type, std::string>, int> executionsOf(const pva::Run &run) {
  std::map<std::pair<pva::Program::Type, std::string>, int> count;
  for (const pva::Step &step : run.steps()) ++count[{step.program().type(), step.program().name()}];
  return count;
}

} // namespace

TEST_CASE("an engine reports on itself") {
  Program program(model());
  Engine engine(program.graph, program.sequence);
  engine.load(program.device);
  CHECK(engine.getReport().execution().runs().empty());
  engine.run(0, "first");
  engine.run(0, "second");
  const pva::Report report = engine.getReport();
  CHECK(report.filename().empty());
  CHECK(report.poplarVersion().string() == versionString());
  CHECK(report.compilation().target().type() == pva::Target::Type::IpuModel);
  CHECK(report.compilation().target().numTiles() == 12);
  CHECK(report.compilation().graph().numVertices() == 12);
  checkAgainst(summaryOf(engine), report);

  const auto runs = report.execution().runs();
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].name() == "first");
  CHECK(runs[0].steps().empty()); // memory keeps the steps of the last run
  CHECK(runs[1].name() == "second");
  CHECK(runs[0].cycles() == runs[1].cycles());
  CHECK(runs[0].cycles() + runs[1].cycles() == report.execution().totalCycles().total());
  auto executions = executionsOf(runs[1]);
  CHECK(executions[{pva::Program::Type::OnTileExecute, "twice"}] == 3);
  for (const pva::Step &step : runs[1].steps())
    if (!step.computeSets().empty()) {
      std::uint64_t most = 0;
      for (const std::uint64_t cycles : step.cyclesByTile()) most = std::max(most, cycles);
      CHECK(most > 0);
      CHECK(step.ipus().at(0).cycles() == most);
    }

  const auto blocks = report.execution().blocks();
  REQUIRE(blocks.size() == 1);
  CHECK(blocks[0].program().name() == "inner");
  CHECK(blocks[0].cyclesFrom() > 0);
  CHECK(blocks[0].cyclesTo() > blocks[0].cyclesFrom());
  CHECK(blocks[0].cyclesTo() < runs[1].cycles());

  const pva::Report compiled = engine.getReport(false);
  CHECK(compiled.execution().runs().empty());
  CHECK(compiled.compilation().graph().numVertices() == 12);
}

TEST_CASE("estimates of the program stand beside the cycles that its code takes") {
  const auto derived = [](unsigned estimated) {
    Program program(model());
    ComputeSet more = program.graph.addComputeSet("more");
    Tensor in = program.graph.addVariable(FLOAT, {40}), out = program.graph.addVariable(FLOAT, {40});
    program.graph.setTileMapping(in, 3);
    program.graph.setTileMapping(out, 3);
    for (unsigned i = 0; i < 4; ++i) {
      VertexRef vertex = program.graph.addVertex(
          more, "Twice", {{"in", in.slice(10 * i, 10 * i + 10)}, {"out", out.slice(10 * i, 10 * i + 10)}});
      program.graph.setTileMapping(vertex, 3);
      if (i < estimated) program.graph.setPerfEstimate(vertex, 5000 + i);
    }
    Engine engine(program.graph, program::Repeat(2, program::Execute(more)));
    engine.load(program.device);
    engine.run();
    const std::string text = summaryOf(engine), mark = "Twice (estimated ";
    const std::size_t at = text.find(mark);
    if (estimated == 0) {
      CHECK(at == std::string::npos);
      return 0;
    }
    REQUIRE(at != std::string::npos);
    const std::string line = text.substr(at + mark.size(), text.find('\n', at) - at - mark.size());
    const std::string sum = estimated == 1 ? "10,000" : "20,002";
    REQUIRE(line.find(sum + " cycles, derived ") == 0);
    return std::stoi(line.substr(line.find("derived ") + 8));
  };
  CHECK(derived(0) == 0);
  // Two runs of ten elements: at least a load, a multiplication and a store each, in slots of six cycles.
  CHECK(derived(1) >= 2 * 10 * 3 * 6);
  CHECK(derived(2) == 2 * derived(1));
}

TEST_CASE("cycles and bytes depend neither on profiling nor on host threads nor on the order of vertices") {
  const auto summary = [](const char *threads, bool backwards, bool profiled) {
    support::Environment env("POPGRAPH_THREADS", threads);
    TemporaryFolder folder;
    IPUModel few; // so that tiles have several vertices
    few.tilesPerIPU = 4;
    Program program(few.createDevice(), backwards);
    OptionFlags options;
    if (profiled) options = {{"autoReport.all", "true"}, {"autoReport.directory", folder.path.string()}};
    Engine engine(program.graph, program.sequence, options);
    engine.load(program.device);
    engine.run();
    return summaryOf(engine);
  };
  const std::string one = summary("1", false, false);
  REQUIRE(one.find("Total cycles:") != std::string::npos);
  REQUIRE(one.find("Memory Usage:") != std::string::npos);
  CHECK(summary("1", false, true) == one);
  CHECK(summary("5", false, false) == one);
  CHECK(summary("1", true, false) == one);
}

TEST_CASE("a report outlives its engine and does not follow what the engine does later") {
  Program program(model());
  std::unique_ptr<Engine> engine(new Engine(program.graph, program.sequence));
  engine->load(program.device);
  engine->run();
  const pva::Report report = engine->getReport();
  const auto before = report.execution().steps().back().cyclesByTile();
  engine->run();
  engine.reset();
  CHECK(report.execution().runs().size() == 1);
  CHECK(report.execution().steps().back().cyclesByTile() == before);
}

TEST_CASE("a profile that an engine wrote reads as the engine's own report") {
  TemporaryFolder folder;
  Program program(model());
  Engine engine(program.graph, program.sequence,
                {{"autoReport.all", "true"}, {"autoReport.directory", folder.path.string()}});
  engine.load(program.device);
  for (int i = 0; i < 3; ++i) engine.run();
  const pva::Report own = engine.getReport();
  REQUIRE(!own.filename().empty());
  const pva::Report read = pva::openReport(own.filename());
  for (const pva::Report &report : {own, read}) {
    checkAgainst(summaryOf(engine), report);
    const auto runs = report.execution().runs();
    REQUIRE(runs.size() == 3);
    CHECK(runs[2].steps().empty()); // autoReport.executionProfileProgramRunCount is 2
    CHECK(executionsOf(runs[0]) == executionsOf(runs[1]));
    CHECK(executionsOf(runs[0])[{pva::Program::Type::OnTileExecute, "twice"}] == 3);
    CHECK(report.execution().blocks().size() == 2);
  }
  REQUIRE(own.execution().steps().size() == read.execution().steps().size());
  for (std::size_t i = 0; i < own.execution().steps().size(); ++i)
    CHECK(own.execution().steps()[i].cyclesByTile() == read.execution().steps()[i].cyclesByTile());
}

TEST_CASE("a call leads to its function, and moving data has no compute set") {
  Device device = model();
  Graph graph(device.getTarget());
  Tensor a = graph.addVariable(FLOAT, {8}, "a"), b = graph.addVariable(FLOAT, {8}, "b");
  graph.setTileMapping(a, 1);
  graph.setTileMapping(b, 2);
  Function function = graph.addFunction(program::Copy(a, b, false, "move"));
  Engine engine(graph, program::Call(function));
  engine.load(device);
  engine.run();
  const pva::Report report = engine.getReport();
  struct Follow : pva::ProgramVisitor {
    std::string target;
    int withoutComputeSet = 0;
    void visitCall(const pva::CallProgram &call) override { target = call.target().name(); }
    void visitOnTileExecute(const pva::OnTileExecuteProgram &execute) override {
      support::throwsNaming<pva::Error>({execute.name()}, [&] { execute.computeset(); });
      ++withoutComputeSet;
    }
  } follow;
  for (const auto &program : report.compilation().programs()) program->accept(follow);
  CHECK(follow.target == "move");
}
