// Engines: compiling, loading, several at once, what they report.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "tests/support/Catch.hpp"
#include "tests/support/Devices.hpp"
#include "tests/support/Throws.hpp"

using namespace poplar;
using namespace support;

namespace {

struct Counter {
  explicit Counter(const Target &target) : graph(target) {
    std::stringstream source(R"(
#include <poplar/Vertex.hpp>
struct Inc : public poplar::Vertex { poplar::InOut<int> x; bool compute() { ++*x; return true; } };
)");
    graph.addCodelets(source);
    x = graph.addVariable(INT, {2}, "x");
    graph.setInitialValue(x, ArrayRef<int>{5, 6});
    spread(graph, x);
    ComputeSet cs = graph.addComputeSet("count");
    graph.setTileMapping(graph.addVertex(cs, "Inc", {{"x", x[0]}}), 0);
    count = program::Execute(cs);
    graph.createHostRead("x", x);
    graph.createHostWrite("set", x);
  }
  Graph graph;
  Tensor x;
  program::Program count;
};

int first(Engine &engine) { return read<int>(engine, "x", 2)[0]; }

} // namespace

TEST_CASE("engines of one graph and of one executable are independent, on one device") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Counter m(d.device.getTarget());
    Executable executable = compileGraph(m.graph, {m.count, program::Repeat(3, m.count)});
    Engine a(m.graph, m.count), b(executable), c(std::move(executable));
    for (Engine *engine : {&a, &b, &c}) engine->load(d.device);
    a.run();
    b.run(1);
    CHECK(first(a) == 6);
    CHECK(first(b) == 8);
    CHECK(first(c) == 5);
    b.load(d.device);
    CHECK(first(b) == 5);
    CHECK(first(a) == 6);
  });
}

TEST_CASE("a graph and an engine may be replaced by another") {
  IPUModel model;
  model.tilesPerIPU = 4;
  Device device = model.createDevice();
  Counter m(device.getTarget());
  Graph graph(device.getTarget());
  Engine engine(graph, program::Sequence{});
  graph = std::move(m.graph);
  engine = Engine(graph, m.count);
  engine.loadAndRun(device);
  CHECK(first(engine) == 6);
}

TEST_CASE("loading goes in two halves too") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Counter m(d.device.getTarget());
    Engine engine(m.graph, m.count);
    throwsNaming<poplar_error>({"prepare"}, [&] { engine.deploy(); });
    engine.prepare(d.device, RuntimeOptions({{"exchange.enablePrefetch", "true"}}));
    throwsNaming<tensor_io_state_error>({"load"}, [&] { engine.run(); });
    engine.deploy();
    engine.run(0, RuntimeOptions(), "named");
    engine.run(0, std::string("by string"));
    CHECK(first(engine) == 7);
    engine.prepare(d.device);
    throwsNaming<tensor_io_state_error>({"load"}, [&] { engine.run(); });
    engine.deploy();
    CHECK(first(engine) == 5);
    throwsNaming<invalid_option>({"exchange.enablePrefetsch"}, [&] {
      engine.prepare(d.device, RuntimeOptions({{"exchange.enablePrefetsch", "1"}}));
    });
  });
}

TEST_CASE("host tensors are read and written as pointers, ranges, views and vectors") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Counter m(d.device.getTarget());
    Engine engine(m.graph, m.count);
    engine.load(d.device);
    std::vector<int> values{1, 2};
    engine.writeTensor("set", values);
    std::vector<int> back(2);
    engine.readTensor("x", back);
    CHECK(back == values);
    const int raw[2] = {3, 4};
    engine.writeTensor("set", raw);
    int out[2];
    engine.readTensor(std::string("x"), out);
    CHECK(out[1] == 4);
    engine.writeTensor("set", ArrayRef<int>{7, 8});
    engine.readTensor("x", ArrayRef<int>(back));
    CHECK(back == std::vector<int>{7, 8});
    engine.writeTensor("set", raw, raw + 2);
    engine.readTensor("x", out, out + 2);
    CHECK(out[0] == 3);
    std::vector<int> wrong(3);
    throwsNaming<tensor_io_state_error>({"set", "8 bytes", "12"}, [&] { engine.writeTensor("set", wrong); });
    throwsNaming<tensor_io_state_error>({"x", "8 bytes", "12"}, [&] { engine.readTensor("x", wrong); });
  });
}

TEST_CASE("progress of compiling grows to its end") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Counter m(d.device.getTarget());
    std::vector<std::pair<int, int>> seen;
    const ProgressFunc progress = [&](int done, int all) { seen.emplace_back(done, all); };
    const auto check = [&] {
      REQUIRE(!seen.empty());
      for (std::size_t i = 1; i < seen.size(); ++i) CHECK(seen[i].first > seen[i - 1].first);
      CHECK(seen.back().first == seen.back().second);
      seen.clear();
    };
    Engine engine(m.graph, m.count, {}, progress);
    check();
    compileGraph(m.graph, {m.count}, {}, progress);
    check();
  });
}

TEST_CASE("every option that programs give to engines is accepted, and does not change results") {
  const std::pair<const char *, const char *> options[] = {
      {"debug.allowOutOfMemory", "true"},
      {"debug.branchRecordTile", "7"},
      {"debug.computeInstrumentationLevel", "vertex"},
      {"debug.externalExchangeInstrumentationLevel", "ipu"},
      {"debug.floatPointOpException", "true"},
      {"debug.instrument", "true"},
      {"debug.instrumentCompute", "true"},
      {"debug.instrumentControlFlow", "true"},
      {"debug.instrumentExternalExchange", "true"},
      {"debug.loweredVarDumpFile", "text"},
      {"debug.nanOverflowMode", "true"},
      {"debug.outputAllSymbols", "true"},
      {"debug.profilingTile", "7"},
      {"debug.retainDebugInformation", "true"},
      {"debug.runtimeVerify", "true"},
      {"debug.supervisorStackSizeInBytes", "7"},
      {"debug.trace", "true"},
      {"debug.trace.out", "text"},
      {"debug.traceFile", "text"},
      {"debug.verify", "false"},
      {"exchange.enablePrefetch", "true"},
      {"exchange.multicastPolicy", "text"},
      {"exchange.streamBufferOverlap", "hostRearrangeOnly"},
      {"opt.enableInlining", "false"},
      {"opt.enableMultiAccessCopies", "false"},
      {"opt.enableSkipSyncs", "false"},
      {"opt.internalExchangeOptimisationTarget", "memory"},
      {"opt.limitVertexStateToLower256K", "true"},
      {"opt.maxCompilationThreads", "7"},
      {"opt.maxComputeSetsPerLoweredCopy", "7"},
      {"opt.maxLinkerThreads", "7"},
      {"opt.useAutoloader", "true"},
      {"prng.enableStochasticRounding", "true"},
      {"prng.seed", "7"},
      {"profiler.blocks.filter", "text"},
      {"profiler.blocks.implicitFlush", "false"},
      {"profiler.format", "text"},
      {"profiler.includeCycleEstimates", "true"},
      {"profiler.includeFlopEstimates", "true"},
      {"profiler.programs.filter", "text"},
      {"streamCallbacks.maxLookahead", "7"},
      {"streamCallbacks.multiThreadMode", "dedicated"},
      {"streamCallbacks.numWorkerThreads", "7"},
      {"streamCallbacks.numaAware", "true"},
      {"target.deterministicWorkers", "false"},
      {"target.extendedMemory", "true"},
      {"target.gatewayMode", "false"},
      {"target.gatewayWriteCombining", "false"},
      {"target.hostSyncTimeout", "7"},
      {"target.maxStreamCallbackThreadsPerNumaNode", "text"},
      {"target.saveArchive", "text"},
      {"target.supervisorStackSizeInBytes", "7"},
      {"target.syncMethod", "text"},
      {"target.syncPollPeriodUs", "7"},
      {"target.syncReplicasIndependently", "true"},
      {"target.useBufferedCompletions", "false"},
      {"target.workerStackSizeInBytes", "7"}};
  IPUModel model;
  model.tilesPerIPU = 4;
  Device device = model.createDevice();
  Counter m(device.getTarget());
  OptionFlags all;
  for (const auto &[name, value] : options) {
    INFO(name);
    Engine engine(m.graph, m.count, {{name, value}});
    engine.loadAndRun(device);
    CHECK(first(engine) == 6);
    CHECK(engine.getEngineOptions().at(name) == value);
    all.set(name, value);
  }
  Engine engine(m.graph, m.count, all);
  engine.loadAndRun(device);
  CHECK(first(engine) == 6);
}

TEST_CASE("every option of reports is accepted, and the directory is where they are written") {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("popgraph-report-" + std::to_string(getpid()));
  IPUModel model;
  model.tilesPerIPU = 4;
  Device device = model.createDevice();
  Counter m(device.getTarget());
  const std::string directory = folder.string();
  const std::pair<const char *, std::string> options[] = {
      {"autoReport.all", "true"},
      {"autoReport.directory", directory},
      {"autoReport.outputGraphProfile", "true"},
      {"autoReport.outputExecutionProfile", "true"},
      {"autoReport.executionProfileProgramRunCount", "7"},
      {"autoReport.outputSerializedGraph", "true"},
      {"autoReport.outputLoweredVars", "true"},
      {"autoReport.outputDebugInfo", "true"},
      {"autoReport.outputArchive", "true"},
      {"autoReport.streamAtEachRun", "false"}};
  OptionFlags all;
  for (const auto &[name, value] : options) all.set(name, value);
  {
    Engine engine(m.graph, m.count, all);
    engine.loadAndRun(device);
    CHECK(first(engine) == 6);
    std::ostringstream summary;
    engine.printProfileSummary(summary, {{"showExecutionSteps", "true"},
                                         {"showVarStorage", "true"},
                                         {"showPerIpuMemoryUsage", "true"},
                                         {"showOptimizations", "true"},
                                         {"colours", "false"}});
    CHECK(summary.str().find("Memory Usage:") != std::string::npos);
  }
  std::size_t profiles = 0;
  for (const auto &entry : std::filesystem::recursive_directory_iterator(folder))
    profiles += entry.path().filename() == "profile.pgprof";
  CHECK(profiles == 1);
  std::filesystem::remove_all(folder);
}

TEST_CASE("options that do not exist are refused unless they are not to be checked") {
  Counter m(Target::createCPUTarget());
  const std::vector<program::Program> programs{m.count};
  throwsNaming<invalid_option>({"debug.instrumment", "debug.instrument"},
                               [&] { compileGraph(m.graph, programs, {{"debug.instrumment", "true"}}, true); });
  Executable executable = compileGraph(std::move(m.graph), programs, {{"debug.instrumment", "true"}}, false);
  Engine engine(executable, {{"prng.seed", "7"}});
  CHECK(std::string(engine.getEngineOptions().at("prng.seed")) == "7");
  CHECK(std::string(engine.getEngineOptions().at("debug.verify")) == "true");
  CHECK(std::string(engine.getTargetOptions().at("tilesPerIPU")) == "1");
}

TEST_CASE("a failed run leaves an engine that a load restores") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Counter m(d.device.getTarget());
    std::stringstream source(R"(
#include <poplar/Vertex.hpp>
struct Crash : public poplar::Vertex { poplar::InOut<int> x; int zero; bool compute() { *x = 10 / zero; return true; } };
)");
    m.graph.addCodelets(source);
    ComputeSet cs = m.graph.addComputeSet();
    m.graph.setTileMapping(m.graph.addVertex(cs, "Crash", {{"x", m.x[1]}, {"zero", 0}}), 0);
    Engine engine(m.graph, {program::Sequence{m.count, program::Execute(cs)}, m.count});
    engine.load(d.device);
    throwsNaming<application_runtime_error>({"Crash", "tile 0"}, [&] { engine.run(0); });
    engine.load(d.device);
    CHECK(first(engine) == 5);
    engine.run(1);
    CHECK(first(engine) == 6);
  });
}

TEST_CASE("memory that does not fit is an error on hardware, and a warning on a model or where it is allowed") {
  const auto compile = [](const Target &target, const OptionFlags &options) {
    Graph graph(target);
    Tensor t = graph.addVariable(FLOAT, {1000000}, "huge");
    graph.setTileMapping(t, 0);
    Engine engine(graph, program::WriteUndef(t), options);
  };
  const Target ipu = DeviceManager().getDevice(0).getTarget();
  IPUModel model;
  model.tilesPerIPU = 4;
  const Target modelled = model.createDevice().getTarget();
  throwsNaming<graph_memory_allocation_error>({"tile 0", "huge"}, [&] { compile(ipu, {}); });
  compile(ipu, {{"debug.allowOutOfMemory", "true"}});
  compile(modelled, {});
  throwsNaming<graph_memory_allocation_error>({"tile 0", "huge"},
                                              [&] { compile(modelled, {{"debug.allowOutOfMemory", "false"}}); });
}

TEST_CASE("memory that does not fit leaves a profile, and any profile can be summed up") {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("popgraph-oom-" + std::to_string(getpid()));
  Graph graph(DeviceManager().getDevice(0).getTarget());
  const Tensor t = graph.addVariable(FLOAT, {1000000}, "huge");
  graph.setTileMapping(t, 3);
  std::string path;
  try {
    compileGraph(graph, {program::WriteUndef(t)},
                 {{"autoReport.outputGraphProfile", "true"}, {"autoReport.directory", folder.string()}});
    FAIL("it fitted");
  } catch (const graph_memory_allocation_error &error) {
    CHECK(std::string(error.what()).find("huge") != std::string::npos);
    path = error.profilePath;
  }
  REQUIRE(std::filesystem::exists(path));
  std::ostringstream brief, whole;
  printGraphSummary(brief, path);
  printGraphSummary(whole, path, {{"showVarStorage", "true"}});
  CHECK(brief.str().find("Memory Usage:") != std::string::npos);
  CHECK(brief.str().find("huge") == std::string::npos);
  CHECK(whole.str().find("huge") != std::string::npos);
  throwsNaming<invalid_option>({"showVarStorages", "printGraphSummary", "showVarStorage"},
                               [&] { printGraphSummary(brief, path, {{"showVarStorages", "true"}}); });
  throwsNaming<file_load_error>({"nowhere"}, [&] { printGraphSummary(brief, folder.string() + "/nowhere"); });
  std::filesystem::remove_all(folder);
}

TEST_CASE("profiles as older programs ask for them hold what the profiler knows") {
  IPUModel model;
  model.tilesPerIPU = 4;
  Device device = model.createDevice();
  Counter m(device.getTarget());
  Engine engine(m.graph, program::Repeat(5, m.count));
  engine.load(device);
  const Engine::TimerTimePoint start = engine.getTimeStamp();
  engine.run(0, "first");
  engine.run(0, "second");
  const auto end = engine.getTimeStamp();
  const ProfileValue graph = engine.getGraphProfile(), execution = engine.getExecutionProfile();
  CHECK(graph["target"]["numTiles"].asUint() == 4);
  CHECK(graph["target"]["type"].asString() == "IPU_MODEL");
  CHECK(graph["graph"]["numVertices"].asUint() == 1);
  CHECK(graph["vertexInstances"]["Inc"]["instances"].asUint() == 1);
  CHECK(graph["computeSets"][0]["name"].asString() == "count");
  CHECK(graph["memory"]["byTile"]["total"].size() == 4);
  CHECK(graph["memory"]["byCategory"]["variable"]["total"].asUint() == 8);
  CHECK(graph["vars"][0]["name"].asString() == "x");
  CHECK(execution["computeSets"][0]["executions"].asUint() == 10);
  const auto cycles = execution["simulation"]["cycles"].asUint();
  CHECK(cycles == end.deviceCycles - start.deviceCycles);
  CHECK(end.hostMicroseconds > start.hostMicroseconds);
  bool executes = false;
  for (const ProfileValue &step : execution["simulation"]["steps"].asVector())
    executes |= step["type"].asString() == "OnTileExecute" && step["cycles"].asUint() > 0;
  CHECK(executes);
  const ProfileValue whole = engine.getProfile();
  CHECK(whole["graphProfile"] == graph);
  CHECK(whole["executionProfile"] == execution);
  std::ostringstream json;
  serializeToJSON(json, execution, true);
  CHECK(json.str().find("\"simulation\"") != std::string::npos);
  CHECK(engine.reportTiming(start, end).find(std::to_string(cycles) + " cycles") == 0);
  std::ostringstream intervals;
  engine.reportIntervals(intervals);
  const std::string table = intervals.str();
  CHECK(table.find("begin,end,compute,sync,exchange\n0,") == 0);
  CHECK(std::count(table.begin(), table.end(), '\n') > 10);
  engine.resetExecutionProfile();
  CHECK(engine.getExecutionProfile()["runs"].size() == 0);
  engine.disableExecutionProfiling();
  engine.run();
  CHECK(engine.getExecutionProfile()["runs"].size() == 0);
  engine.enableExecutionProfiling();
  engine.run();
  CHECK(engine.getExecutionProfile()["runs"].size() == 1);
}
