// Registers of the tiles: floating point behaviour and random number generators.
#include <poplar/CSRFunctions.hpp>
#include <poplar/RandomSeed.hpp>
#include <cmath>
#include <set>
#include <sstream>

#include "tests/support/Catch.hpp"
#include "tests/support/Devices.hpp"
#include "tests/support/Throws.hpp"

using namespace poplar;
using namespace support;

namespace {

/// A graph whose one vertex divides x by y on a tile, and one that multiplies.
struct Division {
  explicit Division(const Target &target) : graph(target) {
    std::stringstream source(R"(
#include <poplar/Vertex.hpp>
struct Divide : public poplar::Vertex {
  poplar::Input<float> x, y;
  poplar::Output<float> out;
  bool compute() { *out = *x / *y; return true; }
};
struct Multiply : public poplar::Vertex {
  poplar::Input<float> x, y;
  poplar::Output<float> out;
  bool compute() { *out = *x * *y; return true; }
};
)");
    graph.addCodelets(source);
    x = graph.addVariable(FLOAT, {});
    y = graph.addVariable(FLOAT, {});
    out = graph.addVariable(FLOAT, {});
    tile = tileOf(graph, 7);
    for (const Tensor &t : {x, y, out}) graph.setTileMapping(t, tile);
    graph.createHostWrite("x", x);
    graph.createHostWrite("y", y);
    graph.createHostRead("out", out);
  }
  program::Program vertex(const char *name) {
    ComputeSet cs = graph.addComputeSet(name);
    graph.setTileMapping(graph.addVertex(cs, name, {{"x", x}, {"y", y}, {"out", out}}), tile);
    return program::Execute(cs);
  }
  static void set(Engine &engine, float x, float y) {
    write(engine, "x", std::vector<float>{x});
    write(engine, "y", std::vector<float>{y});
  }
  Graph graph;
  Tensor x, y, out;
  unsigned tile;
};

} // namespace

TEST_CASE("floating point exceptions that a program turns on end a run and name codelet and tile") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Division m(d.device.getTarget());
    program::Sequence division, all(m.vertex("Divide"));
    setFloatingPointBehaviour(m.graph, division, FloatingPointBehaviour());
    division.add(m.vertex("Divide"));
    program::Sequence overflow;
    setFloatingPointBehaviour(m.graph, overflow, FloatingPointBehaviour{false, false, true, false, false});
    overflow.add(m.vertex("Divide"));
    overflow.add(m.vertex("Multiply"));
    Engine engine(m.graph, {all, division, overflow});
    engine.load(d.device);
    Division::set(engine, 1, 0);
    engine.run(0); // off at load
    const std::string tile = "tile " + std::to_string(m.tile);
    throwsNaming<application_runtime_error>({"Divide", tile, "division by zero"}, [&] { engine.run(1); });
    throwsNaming<application_runtime_error>({"Divide", tile}, [&] { engine.run(0); }); // it stays on
    engine.load(d.device);
    Division::set(engine, 0, 0);
    engine.run(0);
    throwsNaming<application_runtime_error>({"Divide", tile, "invalid"}, [&] { engine.run(1); });
    Division::set(engine, 6, 3);
    engine.run(1);
    CHECK(read<float>(engine, "out", 1)[0] == 2);
    Division::set(engine, 1e30f, 1e30f);
    throwsNaming<application_runtime_error>({"Multiply", tile, "overflow"}, [&] { engine.run(2); });
  });
}

TEST_CASE("the option debug.floatPointOpException turns exceptions on at load") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Division m(d.device.getTarget());
    Engine engine(m.graph, m.vertex("Divide"), {{"debug.floatPointOpException", "true"}});
    engine.load(d.device);
    Division::set(engine, 1, 0);
    throwsNaming<application_runtime_error>({"Divide"}, [&] { engine.run(); });
    engine.load(d.device);
    Division::set(engine, 1, 4);
    engine.run();
    CHECK(read<float>(engine, "out", 1)[0] == 0.25f);
  });
}

TEST_CASE("floating point behaviour is read, modified and put back") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Division m(d.device.getTarget());
    const unsigned tiles = m.graph.getTarget().getNumTiles();
    program::Sequence sequence;
    setFloatingPointBehaviour(m.graph, sequence, FloatingPointBehaviour{true, false, true, false, true});
    setStochasticRounding(m.graph, sequence, true);
    Tensor first =
        getAndModifyFloatingPointBehaviour(m.graph, sequence, FloatingPointBehaviour{true, true, false, true, false},
                                           FloatingPointBehaviour{false, true, false, false, false});
    Tensor second =
        getAndModifyFloatingPointBehaviour(m.graph, sequence, !FloatingPointBehaviour(), !FloatingPointBehaviour());
    setFloatingPointBehaviour(m.graph, sequence, first);
    setStochasticRounding(m.graph, sequence, false);
    Tensor third =
        getAndModifyFloatingPointBehaviour(m.graph, sequence, !FloatingPointBehaviour(), !FloatingPointBehaviour());
    m.graph.createHostRead("first", first);
    m.graph.createHostRead("second", second);
    m.graph.createHostRead("third", third);
    Engine engine(m.graph, sequence);
    engine.loadAndRun(d.device);
    const Target &target = m.graph.getTarget();
    const auto word = [&](bool inv, bool div0, bool oflo, bool esr, bool nanoo) {
      return std::vector<unsigned>(tiles, target.makeFpIctlValue(inv, div0, oflo, esr, nanoo));
    };
    CHECK(read<unsigned>(engine, "first", tiles) == word(true, false, true, true, true));
    CHECK(read<unsigned>(engine, "second", tiles) == word(false, true, true, false, true));
    CHECK(read<unsigned>(engine, "third", tiles) == word(true, false, true, false, true));
  });
}

TEST_CASE("generators of a virtual graph are those of its tiles") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    const unsigned workers = graph.getTarget().getNumWorkerContexts();
    const bool one = graph.getTarget().getNumTiles() == 1;
    Graph part = one ? graph.createVirtualGraph(1) : graph.createVirtualGraph(3, 5);
    const unsigned tiles = part.getTarget().getNumTiles(), all = graph.getTarget().getNumTiles(), words = workers * 4;
    program::Sequence get, set;
    Tensor seeds = getHwSeeds(part, get), whole = getHwSeeds(graph, get);
    CHECK(seeds.shape() == std::vector<std::size_t>{tiles, workers, 4});
    CHECK(seeds.elementType() == UNSIGNED_INT);
    Tensor given = part.clone(seeds);
    setHwSeeds(part, given, set);
    graph.createHostRead("whole", whole);
    graph.createHostRead("seeds", seeds);
    graph.createHostWrite("given", given);
    Engine engine(graph, {get, set}, {{"prng.seed", "42"}});
    engine.load(d.device);
    engine.run(0);
    const auto before = read<unsigned>(engine, "whole", all * words);
    CHECK(std::set<unsigned>(before.begin(), before.end()).size() == before.size()); // all differ
    std::vector<unsigned> values(tiles * words);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = 1000 + static_cast<unsigned>(i);
    write(engine, "given", values);
    engine.run(1);
    engine.run(0);
    CHECK(read<unsigned>(engine, "seeds", values.size()) == values);
    auto expected = before;
    std::copy(values.begin(), values.end(), expected.begin() + (one ? 0 : 3 * words));
    CHECK(read<unsigned>(engine, "whole", all * words) == expected);
    engine.load(d.device); // starts with the seed again
    engine.run(0);
    CHECK(read<unsigned>(engine, "whole", all * words) == before);
  });
}

TEST_CASE("seeds decide what codelets draw") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    std::stringstream source(R"(
#include <poplar/Vertex.hpp>
#include <ipu_builtins.h>
struct Draw : public poplar::Vertex {
  poplar::Output<unsigned> out;
  bool compute() { *out = __builtin_ipu_urand32(); return true; }
};
)");
    graph.addCodelets(source);
    Tensor out = graph.addVariable(UNSIGNED_INT, {});
    graph.setTileMapping(out, 0);
    graph.createHostRead("out", out);
    ComputeSet cs = graph.addComputeSet();
    graph.setTileMapping(graph.addVertex(cs, "Draw", {{"out", out}}), 0);
    program::Sequence keep, restore;
    Tensor seeds = getHwSeeds(graph, keep);
    setHwSeeds(graph, seeds, restore);
    Engine engine(graph, {program::Execute(cs), keep, restore});
    engine.load(d.device);
    const auto draw = [&] {
      engine.run(0);
      return read<unsigned>(engine, "out", 1)[0];
    };
    draw();
    engine.run(1);
    const unsigned first = draw(), second = draw();
    CHECK(first != second);
    engine.run(2);
    CHECK(draw() == first);
    CHECK(draw() == second);
  });
}

TEST_CASE("stochastic rounding rounds up or down, in the mean to the value, the same on both backends") {
  // A third of the way from one half to the next; a subnormal; what needs no rounding; too large; the mean of both.
  const std::vector<float> values{1 + 0x1p-10f / 3, -(1 + 0x1p-10f / 3), 0x1p-24f * 5.25f, 3.5f, 1e6f, 0};
  constexpr unsigned n = 2000;
  std::vector<std::vector<float>> of[2]; // by backend of the same IPU
  onEachDevice([&](TestDevice &d) {
    INFO(d.name);
    for (const bool option : {false, true}) {
      Graph graph(d.device.getTarget());
      std::stringstream source(R"(
#include <poplar/Vertex.hpp>
#include <poplar/HalfFloat.hpp>
static poplar::half rounded(float x) { return poplar::half(x); }
struct Round : public poplar::MultiVertex {
  poplar::Input<poplar::Vector<float>> in;
  poplar::Output<poplar::Vector<poplar::half>> out;
  bool compute(unsigned worker) {
    for (unsigned i = worker * 2; i < in.size(); i += numWorkers() * 2) {
      out[i] = rounded(in[i]);
      if (i + 1 < in.size()) out[i + 1] = rounded(in[i + 1]);
    }
    return true;
  }
};
struct Add : public poplar::Vertex {
  poplar::Input<poplar::Vector<poplar::half>> in;
  poplar::Output<poplar::Vector<poplar::half>> out;
  bool compute() {
    for (unsigned i = 0; i < in.size(); ++i) out[i] = in[i] + poplar::half(1024);
    return true;
  }
};
)");
      graph.addCodelets(source);
      const auto size = static_cast<unsigned>(values.size()) * n;
      Tensor in = graph.addVariable(FLOAT, {size}), out = graph.addVariable(HALF, {size});
      Tensor sum = graph.addVariable(HALF, {n}), terms = graph.addConstant<float>(HALF, {n}, 0.25f);
      const unsigned tile = tileOf(graph, 5);
      for (const Tensor &t : {in, out, sum, terms}) graph.setTileMapping(t, tile);
      ComputeSet cs = graph.addComputeSet(), add = graph.addComputeSet();
      graph.setTileMapping(graph.addVertex(cs, "Round", {{"in", in}, {"out", out}}), tile);
      graph.setTileMapping(graph.addVertex(add, "Add", {{"in", terms}, {"out", sum}}), tile);
      graph.createHostWrite("in", in);
      graph.createHostRead("out", out);
      graph.createHostRead("sum", sum);
      program::Sequence on, off;
      if (!option) setStochasticRounding(graph, on, true);
      on.add(program::Execute(cs));
      on.add(program::Execute(add));
      setStochasticRounding(graph, off, false);
      off.add(program::Execute(cs));
      OptionFlags options{{"prng.seed", "3"}};
      if (option) options.set("prng.enableStochasticRounding", "true");
      Engine engine(graph, {on, off}, options);
      engine.load(d.device);
      std::vector<float> data(size);
      for (unsigned i = 0; i < size; ++i) data[i] = values[i / n];
      write(engine, "in", data);
      const auto halves = [&](const char *handle, unsigned count) {
        const auto bits = read<std::uint16_t>(engine, handle, count);
        std::vector<float> result(count);
        copyDeviceHalfToFloat(graph.getTarget(), bits.data(), result.data(), count);
        return result;
      };
      engine.run(0);
      const auto random = halves("out", size), sums = halves("sum", n);
      engine.run(1);
      const auto nearest = halves("out", size);
      const double steps[] = {0x1p-10, 0x1p-10, 0x1p-24, 0, 0, 0};
      for (unsigned v = 0; v != values.size(); ++v) {
        INFO(values[v]);
        double mean = 0;
        std::set<float> seen;
        for (unsigned i = v * n; i != (v + 1) * n; ++i) {
          mean += static_cast<double>(random[i]) / n;
          seen.insert(random[i]);
          REQUIRE(nearest[i] == nearest[v * n]);
        }
        CHECK(seen.size() == (steps[v] == 0 ? 1 : 2));
        CHECK(seen.count(nearest[v * n]) == 1);
        if (values[v] == 1e6f) continue;
        for (const float x : seen) CHECK(std::abs(static_cast<double>(x) - values[v]) <= steps[v]);
        CHECK(std::abs(mean - static_cast<double>(values[v])) <= 5 * 0.5 * steps[v] / std::sqrt(double(n)) + 1e-9);
      }
      // Halves that are added round in the same way: 1024.25 lies between 1024 and 1025.
      double mean = 0;
      for (const float x : sums) mean += static_cast<double>(x) / n;
      CHECK(std::set<float>(sums.begin(), sums.end()) == std::set<float>{1024, 1025});
      CHECK(std::abs(mean - 1024.25) <= 5 * 0.44 / std::sqrt(double(n)));
      if (d.name == "simulator" || d.name == "cpu backend") of[d.name == "cpu backend"].push_back(random);
    }
  });
  REQUIRE(of[0].size() == 2);
  CHECK(of[0] == of[1]);
  CHECK(of[0][0] == of[0][1]); // the option and the program say the same
}

TEST_CASE("many vertices that round at random give the same each time") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    std::stringstream source(R"(
#include <poplar/Vertex.hpp>
#include <poplar/HalfFloat.hpp>
struct Third : public poplar::Vertex {
  poplar::InOut<poplar::Vector<poplar::half>> x;
  bool compute() {
    for (unsigned i = 0; i < x.size(); ++i) x[i] = x[i] + poplar::half(0.3f);
    return true;
  }
};
)");
    graph.addCodelets(source);
    constexpr unsigned vertices = 512, each = 64;
    Tensor x = graph.addVariable(HALF, {vertices, each});
    ComputeSet cs = graph.addComputeSet();
    for (unsigned v = 0; v < vertices; ++v) {
      graph.setTileMapping(x[v], tileOf(graph, v));
      graph.setTileMapping(graph.addVertex(cs, "Third", {{"x", x[v]}}), tileOf(graph, v));
    }
    graph.setInitialValue(x.flatten(), ArrayRef<float>(std::vector<float>(vertices * each, 1024)));
    graph.createHostRead("x", x);
    program::Sequence prog;
    setStochasticRounding(graph, prog, true);
    prog.add(program::Repeat(20, program::Execute(cs)));
    std::vector<std::uint16_t> first;
    for (int turn = 0; turn != 3; ++turn) {
      Engine engine(graph, prog);
      engine.load(d.device);
      engine.run();
      const auto now = read<std::uint16_t>(engine, "x", vertices * each);
      if (turn == 0) first = now;
      REQUIRE(now == first);
    }
    CHECK(std::set<std::uint16_t>(first.begin(), first.end()).size() > 5);
  });
}
