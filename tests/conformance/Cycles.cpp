// What the simulator counts: independent of host threads and of profiling, dependent on the code.
#include <algorithm>
#include <map>
#include <random>
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

TEST_CASE("vertices go to the worker that is free first, whatever their sizes") {
  IPUModel model;
  model.tilesPerIPU = 2;
  Device device = model.createDevice();
  const auto cyclesOf = [&](const std::vector<unsigned> &sizes) {
    Graph graph(device.getTarget());
    std::stringstream source(loopCodelet(3));
    graph.addCodelets(source);
    const ComputeSet cs = graph.addComputeSet();
    for (const unsigned n : sizes) {
      const Tensor x = graph.addVariable(FLOAT, {n});
      graph.setTileMapping(x, 0);
      graph.setTileMapping(graph.addVertex(cs, "Work", {{"x", x}}), 0);
    }
    program::Sequence sequence{program::Execute(cs)};
    graph.createHostRead("count", cycleCount(graph, sequence, 0, SyncType::INTERNAL));
    Engine engine(graph, sequence);
    engine.loadAndRun(device);
    return read<std::uint32_t>(engine, "count", 2)[0];
  };
  // A vertex more than there are workers doubles the time of equal ones: that is what one takes.
  const unsigned alone = cyclesOf({8}), slots = (cyclesOf({8, 8, 8, 8, 8, 8, 8}) - alone) / 6;
  const auto slotsOf = [&](unsigned n) {
    return slots + (static_cast<int>(cyclesOf({n})) - static_cast<int>(alone)) / 6;
  };
  CHECK(slots > 100);
  std::mt19937 random(5);
  for (unsigned count = 1; count != 20; ++count) {
    std::vector<unsigned> sizes(count, 8);
    if (count % 3 != 0)
      for (unsigned &n : sizes) n = 1 + random() % 40;
    std::vector<unsigned> busy(6, 0);
    for (const unsigned n : sizes) *std::min_element(busy.begin(), busy.end()) += slotsOf(n);
    INFO(count << " vertices");
    CHECK(cyclesOf(sizes) == alone + 6 * (*std::max_element(busy.begin(), busy.end()) - slots));
  }
}

TEST_CASE("a MultiVertex has six shares on any machine; fewer workers take them in turns") {
  // Three ways to share out: by what the codelet asks, by what it takes for granted, by what the host asks.
  const auto source = [](const char *loop) {
    return std::string("#include <poplar/Vertex.hpp>\nstruct Work : public poplar::MultiVertex {\n"
                       "poplar::InOut<poplar::Vector<unsigned>> x; const unsigned share;\n"
                       "bool compute(unsigned w) { ") +
           loop + " { x[i] += 1 + w; } return true; } };";
  };
  const char *loops[] = {"for (unsigned i = w; i < x.size(); i += numWorkers())",
                         "for (unsigned i = w; i < x.size(); i += 6)",
                         "for (unsigned i = w * share; i < (w + 1) * share; ++i)"};
  for (const char *loop : loops) {
    std::map<unsigned, std::uint32_t> cycles;
    for (const unsigned workers : {1u, 4u, 6u, 8u}) {
      CAPTURE(loop, workers);
      IPUModel model;
      model.tilesPerIPU = 2;
      model.numWorkerContexts = workers;
      Device device = model.createDevice();
      Graph graph(device.getTarget());
      std::stringstream text(source(loop));
      graph.addCodelets(text);
      const unsigned shares = graph.getTarget().getNumWorkerContexts(), share = 96 / shares;
      const Tensor x = graph.addVariable(UNSIGNED_INT, {96});
      graph.setTileMapping(x, 1);
      graph.setInitialValue(x, 100);
      const ComputeSet cs = graph.addComputeSet();
      const VertexRef v = graph.addVertex(cs, "Work", {{"x", x}});
      graph.setInitialValue(v["share"], share);
      graph.setTileMapping(v, 1);
      program::Sequence sequence{program::Execute(cs)};
      graph.createHostRead("count", cycleCount(graph, sequence, 1, SyncType::INTERNAL));
      graph.createHostRead("x", x);
      Engine engine(graph, sequence);
      engine.loadAndRun(device);
      std::vector<std::uint32_t> wanted(96);
      for (unsigned i = 0; i != 96; ++i) wanted[i] = 101 + (loop == loops[2] ? i / share : i % shares);
      CHECK(read<std::uint32_t>(engine, "x", 96) == wanted);
      cycles[workers] = read<std::uint32_t>(engine, "count", 2)[0] - 66 - 45;
    }
    CHECK(cycles[8] == cycles[6]); // two are idle
    CHECK(cycles[4] == 2 * cycles[6]);
    CHECK(cycles[1] == 6 * cycles[6]);
  }
}

TEST_CASE("a machine's pairing credit shortens what compilers issue, not what is written by hand") {
  const auto cycles = [](const char *machine) {
    Environment env("POPGRAPH_MACHINE", machine);
    Device device = DeviceManager().getDevice(0);
    Graph graph(device.getTarget());
    std::stringstream source(loopCodelet(10));
    graph.addCodelets(source);
    Tensor x = graph.addVariable(FLOAT, {1000});
    graph.setTileMapping(x, 1);
    ComputeSet cs = graph.addComputeSet();
    graph.setTileMapping(graph.addVertex(cs, "Work", {{"x", x}}), 1);
    program::Sequence sequence{program::Execute(cs)};
    Tensor count = cycleCount(graph, sequence, 1, SyncType::INTERNAL);
    graph.createHostRead("count", count);
    Engine engine(graph, sequence);
    engine.load(device);
    engine.run();
    return read<std::uint32_t>(engine, "count", 2)[0];
  };
  // A load, a multiplication, an addition and a store: two of them may hide behind the others.
  const std::uint32_t alone = cycles("gc200"), paired = cycles("gc200,pairingCredit=1");
  CHECK(alone > 10 * 1000 * 4 * 6);
  CHECK(alone - paired > 10 * 1000 * 2 * 6 - 600);
  CHECK(paired > 10 * 1000 * 2 * 6);
  // Workers that have their turn twice as often take half the time.
  CHECK(cycles("gc200,slotCycles=3") < alone / 2 + 100);
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
  const auto measure = [](std::uint64_t estimate) {
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
      graph.setPerfEstimate(v, estimate);
      CHECK(graph.getPerfEstimate(v).cycles == estimate);
    }
    program::Sequence sequence{program::Execute(cs)};
    Tensor count = cycleCount(graph, sequence, 1, SyncType::INTERNAL);
    graph.createHostRead("count", count);
    Engine engine(graph, sequence);
    engine.load(device);
    engine.run();
    return read<std::uint32_t>(engine, "count", 2)[0];
  };
  CHECK(measure(0) < 100000);
  CHECK(measure(600000) == 600000 + 66 + 45);
  CHECK(measure(5000) == 5000 + 66 + 45); // though no number of slots takes 5000 cycles
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

namespace {

/// Ten vertices of different length on each of eight tiles, which share their first input; made in a given order.
Result madeInOrder(const std::vector<unsigned> &order) {
  IPUModel model;
  model.tilesPerIPU = 8;
  Device device = model.createDevice();
  Graph graph(device.getTarget());
  std::stringstream source(R"(
#include <poplar/Vertex.hpp>
struct Turns : public poplar::Vertex {
  poplar::Input<float> factor;
  poplar::InOut<poplar::Vector<float>> x;
  unsigned turns;
  bool compute() {
    for (unsigned r = 0; r < turns; ++r)
      for (unsigned i = 0; i < x.size(); ++i) x[i] = x[i] * *factor + 0.25f;
    return true;
  }
};
)");
  graph.addCodelets(source);
  Tensor x = graph.addVariable(FLOAT, {80, 6}, "x"), factor = graph.addVariable(FLOAT, {}, "factor");
  spread(graph, x); // so that edges are pieces, and some of them elsewhere
  graph.setTileMapping(factor, 0);
  graph.setInitialValue(factor, 0.5f);
  graph.setInitialValue(x, 1.0f);
  ComputeSet cs = graph.addComputeSet("turns");
  for (const unsigned v : order) {
    VertexRef vertex = graph.addVertex(cs, "Turns", {{"factor", factor}, {"x", x[v]}});
    graph.setInitialValue(vertex["turns"], 1 + v * 7 % 23);
    graph.setTileMapping(vertex, v % 8);
  }
  program::Sequence sequence{program::Repeat(3, program::Execute(cs))};
  Tensor count = cycleCount(graph, sequence, 5, SyncType::INTERNAL);
  graph.createHostRead("count", count);
  graph.createHostRead("x", x);
  Engine engine(graph, sequence);
  engine.load(device);
  engine.run();
  const auto words = read<std::uint32_t>(engine, "count", 2);
  return {(std::uint64_t(words[1]) << 32) | words[0], read<float>(engine, "x", x.numElements())};
}

} // namespace

TEST_CASE("a wider exchange moves more bytes in a cycle, within an IPU and to the links") {
  const auto cycles = [](const std::string &machine, unsigned ipus) {
    Environment env("POPGRAPH_MACHINE", machine.c_str());
    IPUModel model;
    model.numIPUs = ipus;
    model.tilesPerIPU = 16;
    Device device = model.createDevice();
    Graph graph(device.getTarget());
    const Tensor from = graph.addVariable(HALF, {8000}), to = graph.addVariable(HALF, {8000});
    graph.setTileMapping(from, 0);
    graph.setTileMapping(to, ipus == 1 ? 5 : 21);
    program::Sequence sequence{program::Copy(from, to)};
    const SyncType sync = ipus == 1 ? SyncType::INTERNAL : SyncType::EXTERNAL;
    graph.createHostRead("count", cycleCount(graph, sequence, ipus == 1 ? 5 : 21, sync));
    Engine engine(graph, sequence);
    engine.loadAndRun(device);
    return read<std::uint32_t>(engine, "count", 2)[0];
  };
  for (const unsigned ipus : {1u, 2u}) {
    const std::uint32_t usual = cycles("gc200", ipus);
    CHECK(usual - cycles("exchangeBytesPerCycle=8", ipus) == 2000); // 16,000 bytes
    CHECK(cycles("exchangeBytesPerCycle=2", ipus) - usual == 4000);
  }
  // Wide enough, the links of the pair decide: 44 bytes a cycle.
  CHECK(cycles("exchangeBytesPerCycle=64", 2) == cycles("exchangeBytesPerCycle=128", 2));
}

TEST_CASE("cycles do not depend on the order in which vertices are made") {
  std::vector<unsigned> order(80);
  for (unsigned v = 0; v < 80; ++v) order[v] = v;
  const Result inOrder = madeInOrder(order);
  CHECK(inOrder.cycles > 0);
  std::reverse(order.begin(), order.end());
  CHECK(madeInOrder(order) == inOrder);
  for (unsigned v = 0; v < 80; ++v) order[v] = v * 37 % 80;
  CHECK(madeInOrder(order) == inOrder);
}

TEST_CASE("a sync waits for the last tile's signal, which the nearest tile sends fastest") {
  // An IPU of 1,472 tiles; one tile works longer than all others by far.
  const auto measure = [](unsigned busy, unsigned reader) {
    Device device = DeviceManager().getDevice(0);
    Graph graph(device.getTarget());
    std::stringstream source(loopCodelet(400));
    graph.addCodelets(source);
    Tensor x = graph.addVariable(FLOAT, {2});
    graph.setTileMapping(x, busy);
    ComputeSet cs = graph.addComputeSet();
    VertexRef v = graph.addVertex(cs, "Work", {{"x", x}});
    graph.setTileMapping(v, busy);
    graph.setPerfEstimate(v, 6000);
    program::Sequence sequence{program::Execute(cs), program::Sync(SyncType::INTERNAL)};
    Tensor count = cycleCount(graph, sequence, reader, SyncType::INTERNAL);
    graph.createHostRead("count", count);
    Engine engine(graph, sequence);
    engine.load(device);
    engine.run();
    return read<std::uint32_t>(engine, "count", 2)[0];
  };
  // 6000 + 66 for the compute set, the signal's way both ways, 10; the reader's own first reading (45) is hidden.
  CHECK(measure(0, 5) == 6066 + 2 * 0 + 10);
  CHECK(measure(1471, 5) == 6066 + 2 * 8 + 10);
  CHECK(measure(17 * 46, 5) == 6066 + 2 * 58 + 10);
}

TEST_CASE("a phase between IPUs syncs all of them and crosses links, one within an IPU does not") {
  const auto measure = [](unsigned from, unsigned to, double limit = 0) {
    IPUModel model;
    model.numIPUs = 2;
    model.tilesPerIPU = 4;
    if (limit > 0) model.globalExchangeConstraints = {{limit * 8 * model.tileClockFrequency, {{0, 1}, {1, 0}}}};
    Device device = model.createDevice();
    Graph graph(device.getTarget());
    Tensor a = graph.addVariable(FLOAT, {1000}), b = graph.addVariable(FLOAT, {1000});
    graph.setTileMapping(a, from);
    graph.setTileMapping(b, to);
    program::Sequence sequence{program::Copy(a, b)};
    Tensor count = cycleCount(graph, sequence, to, SyncType::INTERNAL);
    graph.createHostRead("count", count);
    Engine engine(graph, sequence);
    engine.load(device);
    engine.run();
    return read<std::uint32_t>(engine, "count", 2)[0];
  };
  // Across: the sync of all costs 600 and one hop of 15 ns both ways (40 cycles at 1.33 GHz), from the reader on; the
  // link 600; the tile's 1000 words take longer than their bytes on four links.
  CHECK(measure(0, 6) == 640 + 600 + 1000 + 45);
  CHECK(measure(0, 6, 0.5) == 640 + 600 + 8000 + 45); // half a byte a cycle, as the model wants it
  CHECK(measure(4, 6) < 1000 + 58 + 130 + 45);
}

TEST_CASE("every IPU has a way to the host of its own") {
  const auto cyclesOf = [](unsigned ipus, bool remote, std::size_t more = 0) {
    IPUModel model;
    model.numIPUs = ipus;
    model.tilesPerIPU = 16;
    Device device = model.createDevice();
    Graph graph(device.getTarget());
    constexpr std::size_t kEach = 4096;
    Tensor data = graph.addVariable(FLOAT, {16 * ipus, kEach}, "data");
    for (unsigned t = 0; t < 16 * ipus; ++t) graph.setTileMapping(data[t], t);
    Tensor further = graph.addVariable(FLOAT, {16, more}, "further"); // of the first IPU alone
    for (unsigned t = 0; t < 16; ++t) graph.setTileMapping(further[t], t);
    const Tensor all = concat(data.flatten(), further.flatten());
    program::Sequence sequence;
    if (remote)
      sequence.add(program::Copy(all, graph.addRemoteBuffer("buffer", FLOAT, all.numElements(), 1)));
    else
      sequence.add(program::Copy(all, graph.addDeviceToHostFIFO("out", FLOAT, all.numElements())));
    Tensor count = cycleCount(graph, sequence, 0, SyncType::EXTERNAL);
    graph.createHostRead("count", count);
    Engine engine(graph, sequence);
    engine.load(device);
    std::vector<float> sink(all.numElements());
    if (!remote) engine.connectStream("out", sink.data(), sink.data() + sink.size());
    engine.run();
    return read<std::uint32_t>(engine, "count", 2)[0];
  };
  for (const bool remote : {false, true}) {
    CAPTURE(remote);
    // 16 tiles of 16 KiB at 4.7 bytes a cycle. Syncs of more IPUs take hops of the links.
    const std::uint32_t one = cyclesOf(1, remote), bytesCycles = static_cast<std::uint32_t>(16 * 16384 / 4.7);
    CHECK(one > bytesCycles);
    CHECK(cyclesOf(2, remote) < one + 1500);
    CHECK(cyclesOf(4, remote) < one + 1500);
    // The IPU with the most bytes decides.
    const std::uint32_t uneven = cyclesOf(2, remote, 4096);
    CHECK(uneven > 2 * bytesCycles);
    CHECK(uneven < 2 * one + 1500);
  }
}

TEST_CASE("the number of a switch is told by a broadcast, a predicate by a sync") {
  const auto measure = [](bool isSwitch) {
    IPUModel model;
    model.tilesPerIPU = 4;
    Device device = model.createDevice();
    Graph graph(device.getTarget());
    Tensor p = graph.addVariable(isSwitch ? INT : BOOL, {}, "p");
    graph.setTileMapping(p, 0);
    program::Sequence sequence;
    if (isSwitch) {
      program::Switch choose(p);
      choose.add(0, program::Sequence());
      sequence.add(choose);
    } else {
      sequence.add(program::If(p, program::Sequence(), program::Sequence()));
    }
    Tensor count = cycleCount(graph, sequence, 3, SyncType::INTERNAL);
    graph.createHostRead("count", count);
    Engine engine(graph, sequence);
    engine.load(device);
    engine.run();
    return read<std::uint32_t>(engine, "count", 2)[0];
  };
  // Tiles 2 and 3 are one row from the root: a sync takes 45 + 2 + 10 from the reader's first reading on, 12 of them
  // after it; then two stalls and the second reading.
  CHECK(measure(false) == 12 + 12 + 45);
  // Tile 0 sends when the muxes of all receivers are ready; row 1 is done 60 cycles and a word after its mux.
  CHECK(measure(true) > 12 + 60 + 12 + 45);
  CHECK(measure(true) < 12 + 160 + 12 + 45);
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
