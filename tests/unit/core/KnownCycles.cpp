// Cycles that follow from the state of vertices: counted once, and the same as if they were counted always.
#include "simulator/ComputePhase.hpp"

#include <functional>
#include <poplar/CycleCount.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <sstream>

#include "tests/support/Catch.hpp"
#include "tests/support/Devices.hpp"

using namespace poplar;
using namespace support;
using popgraph::simulator::computeCounters;

namespace {

constexpr unsigned kTiles = 4, kRuns = 10;

const char *const kCodelets = R"(
#include <poplar/Vertex.hpp>
using namespace poplar;
struct Scale : Vertex {
  Input<Vector<float>> in; Output<Vector<float>> out; float factor;
  bool compute() { for (unsigned i = 0; i < in.size(); ++i) out[i] = in[i] * factor; return true; }
};
struct ScaleAll : MultiVertex {
  Input<Vector<float>> in; Output<Vector<float>> out; float factor;
  bool compute(unsigned w) { for (unsigned i = w; i < in.size(); i += numWorkers()) out[i] = in[i] * factor; return true; }
};
struct Until : Vertex {
  Input<Vector<float>> in; Output<Vector<float>> out; float factor;
  bool compute() { for (unsigned i = 0; i < in.size() && in[i] < 50; ++i) out[i] = in[i] + factor; return true; }
};
struct Slower : Vertex {
  Input<Vector<float>> in; Output<Vector<float>> out; float factor; unsigned turns;
  bool compute() { ++turns; for (unsigned k = 0; k < turns; ++k) for (unsigned i = 0; i < in.size(); ++i) out[i] = in[i] / factor; return true; }
};
)";

struct Outcome {
  std::vector<std::uint64_t> cycles; ///< by engine run
  std::vector<float> values;
  std::uint64_t counted = 0, known = 0; ///< tasks
  friend bool operator==(const Outcome &, const Outcome &) = default;
};

/// Runs vertices of the codelets named, by turns over the tiles, `kRuns` times on each of `engines` engines of one
/// executable.
Outcome simulate(const std::vector<const char *> &codelets, unsigned engines = 1, bool estimates = false,
                 const OptionFlags &options = {}) {
  IPUModel model;
  model.tilesPerIPU = kTiles;
  Device device = model.createDevice();
  Graph graph(device.getTarget());
  std::stringstream source(kCodelets);
  graph.addCodelets(source);
  const ComputeSet set = graph.addComputeSet("work");
  constexpr unsigned vertices = kTiles * 9;
  const Tensor x = graph.addVariable(FLOAT, {vertices, 20}, "x"), y = graph.addVariable(FLOAT, {vertices, 20}, "y");
  for (unsigned v = 0; v != vertices; ++v) {
    const unsigned tile = v % kTiles, n = 1 + v * 7 % 20;
    graph.setTileMapping(x[v], tile);
    graph.setTileMapping(y[v], tile);
    const VertexRef vertex = graph.addVertex(set, codelets[v / kTiles % codelets.size()],
                                             {{"in", x[v].slice(0, n)}, {"out", y[v].slice(0, n)}});
    graph.setInitialValue(vertex["factor"], 1.5f + float(v));
    if (codelets[v / kTiles % codelets.size()] == std::string("Slower")) graph.setInitialValue(vertex["turns"], v % 3);
    graph.setTileMapping(vertex, tile);
    if (estimates && v % 2 == 0) graph.setPerfEstimate(vertex, 5000 + 10 * v);
  }
  std::vector<float> start(vertices * 20);
  for (std::size_t i = 0; i != start.size(); ++i) start[i] = float(i % 64);
  graph.setInitialValue(x, ArrayRef<float>(start));
  graph.setInitialValue(y, 0.0f);
  program::Sequence sequence{program::Execute(set)};
  graph.createHostRead("count", cycleCount(graph, sequence, 0, SyncType::INTERNAL));
  graph.createHostRead("y", y);
  const Executable executable = compileGraph(graph, {sequence});
  const auto before = computeCounters();
  Outcome outcome;
  for (unsigned e = 0; e != engines; ++e) {
    Engine engine(executable, options);
    engine.load(device);
    for (unsigned r = 0; r != kRuns; ++r) {
      engine.run();
      const auto words = read<std::uint32_t>(engine, "count", 2);
      outcome.cycles.push_back((std::uint64_t(words[1]) << 32) | words[0]);
    }
    outcome.values = read<float>(engine, "y", y.numElements());
  }
  outcome.counted = computeCounters().counted - before.counted;
  outcome.known = computeCounters().known - before.known;
  return outcome;
}

/// As simulate(), counting always.
Outcome checked(const std::vector<const char *> &codelets, unsigned engines = 1, bool estimates = false) {
  Environment environment("POPGRAPH_CHECKED", "1");
  return simulate(codelets, engines, estimates);
}

} // namespace

TEST_CASE("cycles that state decides are counted once", "[simulator]") {
  for (const auto &codelets : std::vector<std::vector<const char *>>{{"Scale"}, {"ScaleAll"}, {"Scale", "ScaleAll"}})
    for (const bool estimates : {false, true}) {
      const Outcome once = simulate(codelets, 1, estimates), always = checked(codelets, 1, estimates);
      CHECK(once.counted == kTiles);
      CHECK(once.known == kTiles * (kRuns - 1));
      CHECK(always.counted == kTiles * kRuns);
      CHECK(always.known == 0);
      CHECK(once.cycles == always.cycles);
      CHECK(once.values == always.values);
      CHECK(once.cycles.front() > 100);
    }
}

TEST_CASE("each engine of an executable counts for itself", "[simulator]") {
  const Outcome once = simulate({"Scale"}, 3), always = checked({"Scale"}, 3);
  CHECK(once.counted == 3 * kTiles);
  CHECK(once.cycles == always.cycles);
  CHECK(once.values == always.values);
}

TEST_CASE("cycles that data or changing state decide are counted in each run", "[simulator]") {
  for (const auto &codelets :
       std::vector<std::vector<const char *>>{{"Until"}, {"Slower"}, {"Scale", "Until"}, {"ScaleAll", "Slower"}}) {
    const Outcome some = simulate(codelets), always = checked(codelets);
    CHECK(some.counted == kTiles * kRuns); // each tile has one of them
    CHECK(some.known == 0);
    CHECK(some.cycles == always.cycles);
    CHECK(some.values == always.values);
  }
  const Outcome slower = simulate({"Slower"});
  CHECK(slower.cycles.back() > slower.cycles.front());
}

TEST_CASE("known cycles depend neither on host threads nor on profiling", "[simulator]") {
  const Outcome reference = simulate({"Scale", "ScaleAll"});
  for (const char *threads : {"1", "3"}) {
    Environment environment("POPGRAPH_THREADS", threads);
    CHECK(simulate({"Scale", "ScaleAll"}) == reference);
    CHECK(simulate({"Scale", "ScaleAll"}, 1, false, {{"debug.instrument", "true"}}) == reference);
  }
}

TEST_CASE("tiles whose cycles are known stand beside tiles that count", "[simulator]") {
  // Of four tiles, the first two have vertices that data steer.
  IPUModel model;
  model.tilesPerIPU = kTiles;
  Device device = model.createDevice();
  const auto run = [&](const char *isChecked) {
    Environment environment("POPGRAPH_CHECKED", isChecked);
    Graph graph(device.getTarget());
    std::stringstream source(kCodelets);
    graph.addCodelets(source);
    const ComputeSet set = graph.addComputeSet("work");
    const Tensor x = graph.addVariable(FLOAT, {kTiles, 16}, "x");
    for (unsigned t = 0; t != kTiles; ++t) {
      graph.setTileMapping(x[t], t);
      const VertexRef vertex =
          graph.addVertex(set, t < 2 ? "Until" : "Scale", {{"in", x[t].slice(0, 8)}, {"out", x[t].slice(8, 16)}});
      graph.setInitialValue(vertex["factor"], 2.0f);
      graph.setTileMapping(vertex, t);
    }
    graph.setInitialValue(x, 1.0f);
    program::Sequence sequence{program::Repeat(5, program::Execute(set))};
    graph.createHostRead("count", cycleCount(graph, sequence, 0, SyncType::INTERNAL));
    Engine engine(graph, sequence);
    engine.loadAndRun(device);
    return read<std::uint32_t>(engine, "count", 2)[0];
  };
  const auto before = computeCounters();
  const auto cycles = run(nullptr);
  CHECK(computeCounters().counted - before.counted == 4 + 4 * 2);
  CHECK(computeCounters().known - before.known == 4 * 2);
  CHECK(run("1") == cycles);
}
