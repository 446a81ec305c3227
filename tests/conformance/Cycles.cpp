// What the simulator counts: independent of host threads and of profiling, dependent on the code.
#include <sstream>

#include "tests/support/Catch.hpp"
#include "tests/support/Devices.hpp"

using namespace poplar;
using namespace support;

namespace {

std::string loopCodelet(unsigned turns) {
  return R"(
#include <poplar/Vertex.hpp>
struct Work : public poplar::Vertex {
  poplar::InOut<poplar::Vector<float>> x;
  bool compute() {
    for (unsigned r = 0; r < )" +
         std::to_string(turns) + R"(u; ++r)
      for (unsigned i = 0; i < x.size(); ++i) x[i] = x[i] * 1.5f + 0.25f;
    return true;
  }
};
)";
}

struct Result {
  std::uint64_t cycles;
  std::vector<float> values;
  friend bool operator==(const Result &, const Result &) = default;
};

Result simulate(unsigned turns, const char *threads, bool profiling = true) {
  Environment env("POPGRAPH_THREADS", threads);
  IPUModel model;
  model.tilesPerIPU = 64;
  Device device = model.createDevice();
  Graph graph(device.getTarget());
  std::stringstream source(loopCodelet(turns));
  graph.addCodelets(source);
  Tensor x = graph.addVariable(FLOAT, {64 * 13}, "x");
  spread(graph, x);
  graph.setInitialValue(x, 1.0f);
  ComputeSet cs = graph.addComputeSet("work");
  for (unsigned v = 0; v < 64 * 3; ++v) {
    VertexRef vertex = graph.addVertex(cs, "Work", {{"x", x.slice(v * 4, v * 4 + 2 + v % 3)}});
    graph.setTileMapping(vertex, v % 64);
  }
  program::Sequence sequence{program::Repeat(20, program::Execute(cs))};
  Tensor count = cycleCount(graph, sequence, 5, SyncType::INTERNAL);
  graph.createHostRead("count", count);
  graph.createHostRead("x", x);
  Engine engine(graph, sequence);
  if (!profiling) engine.disableExecutionProfiling();
  engine.load(device);
  engine.run();
  const auto words = read<std::uint32_t>(engine, "count", 2);
  return {(std::uint64_t(words[1]) << 32) | words[0], read<float>(engine, "x", x.numElements())};
}

} // namespace

TEST_CASE("results and cycles do not depend on host threads nor on profiling") {
  const Result one = simulate(50, "1");
  CHECK(one.cycles > 0);
  CHECK(simulate(50, "2") == one);
  CHECK(simulate(50, "5") == one);
  CHECK(simulate(50, "2", false) == one);
}

TEST_CASE("a loop that does twice the work costs nearly twice the cycles") {
  const Result once = simulate(400, "2"), twice = simulate(800, "2");
  const double ratio = static_cast<double>(twice.cycles) / static_cast<double>(once.cycles);
  CHECK(ratio > 1.7);
  CHECK(ratio < 2.0);
}

TEST_CASE("two counter reads back to back are 45 cycles apart") {
  Device device = DeviceManager().getDevice(0);
  Graph graph(device.getTarget());
  program::Sequence nothing;
  Tensor count = cycleCount(graph, nothing, 7, SyncType::INTERNAL);
  graph.createHostRead("count", count);
  Engine engine(graph, nothing);
  engine.load(device);
  engine.run();
  CHECK(read<std::uint32_t>(engine, "count", 2) == std::vector<std::uint32_t>{45, 0});
}

TEST_CASE("an estimate set by the user replaces the derived cycles") {
  const auto measure = [](bool estimate) {
    IPUModel model;
    model.tilesPerIPU = 4;
    Device device = model.createDevice();
    Graph graph(device.getTarget());
    std::stringstream source(loopCodelet(10));
    graph.addCodelets(source);
    Tensor x = graph.addVariable(FLOAT, {8});
    graph.setTileMapping(x, 1);
    ComputeSet cs = graph.addComputeSet();
    VertexRef v = graph.addVertex(cs, "Work", {{"x", x}});
    graph.setTileMapping(v, 1);
    if (estimate) {
      graph.setPerfEstimate(v, 600000);
      CHECK(graph.getPerfEstimate(v).cycles == 600000);
    }
    program::Sequence sequence{program::Execute(cs)};
    Tensor count = cycleCount(graph, sequence, 1, SyncType::INTERNAL);
    graph.createHostRead("count", count);
    Engine engine(graph, sequence);
    engine.load(device);
    engine.run();
    return read<std::uint32_t>(engine, "count", 2)[0];
  };
  const std::uint32_t derived = measure(false), given = measure(true);
  CHECK(derived < 100000);
  CHECK(given == 600000 + 66 + 45);
}

TEST_CASE("a broadcast of one word takes a sync and the route to each tile") {
  Device device = DeviceManager().getDevice(0);
  Graph graph(device.getTarget());
  const unsigned tiles = graph.getTarget().getNumTiles();
  Tensor one = graph.addVariable(FLOAT, {1}), all = graph.addVariable(FLOAT, {tiles});
  graph.setTileMapping(one, 0);
  for (unsigned t = 0; t < tiles; ++t) graph.setTileMapping(all[t], t);
  program::Sequence sequence{program::Copy(one.broadcast(tiles, 0), all)};
  Tensor count = cycleCount(graph, sequence, tiles - 1, SyncType::INTERNAL);
  graph.createHostRead("count", count);
  Engine engine(graph, sequence);
  engine.load(device);
  engine.run();
  // Calibration points C7 and C8: the sync ends 126 cycles after the tiles that read no counter came to it, so the first
  // reading (C1) is over by then; the broadcast takes 104 to the last tile, which is as near as the first.
  CHECK(read<std::uint32_t>(engine, "count", 2)[0] == 126 + 104);
}

TEST_CASE("counters of a virtual graph are on its tiles, and stamps of one call are of one moment") {
  IPUModel model;
  model.tilesPerIPU = 8;
  Device device = model.createDevice();
  Graph graph(device.getTarget());
  Graph part = graph.createVirtualGraph(4, 8);
  program::Sequence sequence;
  const std::vector<Tensor> first = cycleStamp(part, sequence, {0, 3}, SyncType::INTERNAL);
  sequence.add(program::Sync(SyncType::INTERNAL));
  const Tensor second = cycleStamp(part, sequence, 2), wrapped = cycleCount(part, sequence, 1);
  CHECK(graph.getTileMapping(first[1])[7] == std::vector<Interval>{Interval(0, 2)});
  CHECK(graph.getTileMapping(second)[6] == std::vector<Interval>{Interval(0, 2)});
  CHECK(graph.getTileMapping(wrapped)[5] == std::vector<Interval>{Interval(0, 2)});
  graph.createHostRead("a", first[0]);
  graph.createHostRead("b", first[1]);
  graph.createHostRead("c", second);
  graph.createHostRead("d", wrapped);
  Engine engine(graph, sequence);
  engine.loadAndRun(device);
  const auto cycles = [&](const char *handle) {
    const auto words = read<std::uint32_t>(engine, handle, 2);
    return (std::uint64_t(words[1]) << 32) | words[0];
  };
  CHECK(cycles("a") > 0);
  CHECK(cycles("a") == cycles("b"));
  CHECK(cycles("c") > cycles("a"));
  CHECK(cycles("d") > cycles("c") - cycles("a"));
}
