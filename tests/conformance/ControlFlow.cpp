#include <sstream>

#include "tests/support/Catch.hpp"
#include "tests/support/Devices.hpp"

using namespace poplar;
using namespace support;

namespace {

const char *const kCodelets = R"(
#include <poplar/Vertex.hpp>
using namespace poplar;
struct Increment : public Vertex { InOut<int> x; int by; bool compute() { *x += by; return true; } };
struct Less : public Vertex { Input<int> x; Input<int> limit; Output<bool> out; bool compute() { *out = *x < *limit; return true; } };
)";

/// A graph with a few int variables and a way to add to them.
struct Machinery {
  explicit Machinery(const Target &target) : graph(target) {
    std::stringstream source(kCodelets);
    graph.addCodelets(source);
  }
  Tensor integer(int value, const char *handle) {
    Tensor t = graph.addVariable(INT, {}, handle);
    graph.setInitialValue(t, value);
    graph.setTileMapping(t, tileOf(graph, next++));
    graph.createHostRead(handle, t);
    return t;
  }
  program::Program add(const Tensor &t, int by) {
    ComputeSet cs = graph.addComputeSet("add");
    VertexRef v = graph.addVertex(cs, "Increment", {{"x", t}, {"by", by}});
    graph.setTileMapping(v, tileOf(graph, next++));
    return program::Execute(cs);
  }
  program::Program less(const Tensor &a, const Tensor &b, const Tensor &out) {
    ComputeSet cs = graph.addComputeSet("less");
    VertexRef v = graph.addVertex(cs, "Less", {{"x", a}, {"limit", b}, {"out", out}});
    graph.setTileMapping(v, tileOf(graph, next++));
    return program::Execute(cs);
  }
  Graph graph;
  unsigned next = 0;
};

int value(Engine &engine, const char *handle) { return read<int>(engine, handle, 1)[0]; }

} // namespace

TEST_CASE("repeats nest, and a repeat of zero does nothing") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Machinery m(d.device.getTarget());
    Tensor x = m.integer(0, "x"), y = m.integer(0, "y");
    program::Sequence body{m.add(x, 1), program::Repeat(3, m.add(y, 10))};
    Engine engine(m.graph, program::Sequence{program::Repeat{4, body}, program::Repeat(0, m.add(x, 1000))});
    engine.load(d.device);
    engine.run();
    CHECK(value(engine, "x") == 4);
    CHECK(value(engine, "y") == 120);
  });
}

TEST_CASE("a while loop runs as long as its predicate holds") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Machinery m(d.device.getTarget());
    Tensor x = m.integer(0, "x"), limit = m.integer(17, "limit"), turns = m.integer(0, "turns");
    Tensor go = m.graph.addVariable(BOOL, {1});
    m.graph.setTileMapping(go, 0);
    program::Program condition = m.less(x, limit, go[0]);
    program::Sequence body{m.add(x, 5), m.add(turns, 1)};
    Engine engine(m.graph, {program::RepeatWhileTrue(condition, go.reshape({}), body),
                            program::RepeatWhileFalse(m.less(limit, x, go[0]), go[0], m.add(x, 1))});
    engine.load(d.device);
    engine.run(0);
    CHECK(value(engine, "x") == 20);
    CHECK(value(engine, "turns") == 4);
    engine.run(1);
    CHECK(value(engine, "x") == 20);
  });
}

TEST_CASE("if and switch choose by tensors") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Machinery m(d.device.getTarget());
    Tensor x = m.integer(0, "x"), which = m.integer(-2, "which");
    program::Switch choose(which, {{-2, m.add(x, 1)}, {5, m.add(x, 10)}}, m.add(x, 100));
    program::Sequence all;
    all.add(choose); // -2: 1
    all.add(m.add(which, 7));
    all.add(choose); // 5: 10
    all.add(program::If(which, m.add(x, 1000), m.add(x, 5000)));
    all.add(m.add(which, -5));
    all.add(program::If(which, m.add(x, 10000), m.add(x, 20000)));
    all.add(choose); // 0: default
    Engine engine(m.graph, all);
    engine.load(d.device);
    engine.run();
    CHECK(value(engine, "x") == 1 + 10 + 1000 + 20000 + 100);
  });
}

TEST_CASE("functions are shared and may call functions") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Machinery m(d.device.getTarget());
    Tensor x = m.integer(0, "x");
    Function inner = m.graph.addFunction(m.add(x, 1));
    Function outer =
        m.graph.addFunction(program::Sequence{program::Call(inner), program::Repeat(2, program::Call(inner))});
    Engine engine(m.graph, {program::Sequence{program::Call(outer), program::Call(inner)}, program::Call(outer)});
    engine.load(d.device);
    engine.run(0);
    CHECK(value(engine, "x") == 4);
    engine.run(1);
    CHECK(value(engine, "x") == 7);
  });
}

TEST_CASE("a sequence keeps what was added as it was then") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Machinery m(d.device.getTarget());
    Tensor x = m.integer(0, "x");
    program::Sequence part{m.add(x, 1)};
    program::Sequence whole{part, part};
    part.add(m.add(x, 100));
    std::vector<program::Program> slices(1);
    slices[0] = whole;
    whole.add(m.add(x, 1000));
    Engine engine(m.graph, slices);
    engine.load(d.device);
    engine.run();
    CHECK(value(engine, "x") == 2);
  });
}

TEST_CASE("aborts end the run with their message, and the engine can be loaded again") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Machinery m(d.device.getTarget());
    Tensor x = m.integer(0, "x"), stop = m.integer(0, "stop");
    program::Sequence body{m.add(x, 1), program::AbortOnCondition(stop, "the stop flag is set"), m.add(stop, 1)};
    Engine engine(m.graph, {program::Repeat(10, body)});
    engine.load(d.device);
    std::string text;
    try {
      engine.run();
    } catch (const application_runtime_error &error) {
      text = error.what();
    }
    CHECK(text.find("the stop flag is set") != std::string::npos);
    CHECK(value(engine, "x") == 2);
    engine.load(d.device);
    CHECK(value(engine, "x") == 0);
  });
}

TEST_CASE("programs that nest very deeply are destroyed without deep recursion") {
  program::Program deep;
  for (int i = 0; i < 200000; ++i) deep = program::Repeat(1, deep);
  deep = program::Program();
  CHECK(deep.isEmpty());
}
