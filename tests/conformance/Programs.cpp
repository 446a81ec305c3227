// Programs beyond the simple ones: every form of construction, and what they mean.
#include <sstream>

#include "tests/support/Catch.hpp"
#include "tests/support/Devices.hpp"
#include "tests/support/Throws.hpp"

using namespace poplar;
using namespace support;

namespace {

/// int variables and programs that add to them, one vertex each.
struct Adder {
  explicit Adder(const Target &target) : graph(target) {
    std::stringstream source(R"(
#include <poplar/Vertex.hpp>
struct Plus : public poplar::Vertex { poplar::InOut<int> x; int by; bool compute() { *x += by; return *x % 2 == 0; } };
struct Positive : public poplar::Vertex { poplar::Input<int> x; poplar::Output<bool> out; void compute() { *out = *x > 0; } };
)");
    graph.addCodelets(source);
  }
  Tensor integer(int value, const char *handle) {
    Tensor t = graph.addVariable(INT, {1}, handle);
    graph.setInitialValue(t, value);
    graph.setTileMapping(t, tileOf(graph, tile++));
    graph.createHostRead(handle, t);
    return t;
  }
  program::Program add(const Tensor &t, int by) {
    ComputeSet cs = graph.addComputeSet("add");
    plus(cs, t, by);
    return program::Execute(cs);
  }
  void plus(ComputeSet cs, const Tensor &t, int by) {
    graph.setTileMapping(graph.addVertex(cs, "Plus", {{"x", t.reshape({})}, {"by", by}}), tileOf(graph, tile++));
  }
  program::Program positive(const Tensor &t, const Tensor &out) {
    ComputeSet cs = graph.addComputeSet("positive");
    VertexRef v = graph.addVertex(cs, "Positive", {{"x", t.reshape({})}, {"out", out.reshape({})}});
    graph.setTileMapping(v, tileOf(graph, tile++));
    return program::Execute(cs);
  }
  Tensor flag() {
    Tensor t = graph.addVariable(BOOL, {1});
    graph.setTileMapping(t, tileOf(graph, tile++));
    return t;
  }
  Graph graph;
  unsigned tile = 0;
};

int value(Engine &engine, const char *handle) { return read<int>(engine, handle, 1)[0]; }

} // namespace

TEST_CASE("sequences are made in every form") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Adder m(d.device.getTarget());
    Tensor x = m.integer(0, "x"), y = m.integer(5, "y");
    using namespace program;
    const std::vector<Program> list{m.add(x, 1), m.add(x, 10)};
    Sequence braced{Copy(y, x), Repeat{4, Sequence{m.add(x, 100)}}, m.add(x, 1000)};
    Sequence named({m.add(x, 2)}, {DebugNameAndId("outer"), "inner"});
    Sequence three(m.add(x, 3), Copy(y, y), m.add(x, 30)), empty{}, viewed{ArrayRef<Program>(list)}, vector(list);
    Program sliced = three;
    CHECK(empty.isEmpty());
    CHECK(Program().isEmpty());
    CHECK_FALSE(sliced.isEmpty());
    CHECK(sliced == Program(three));
    CHECK(sliced != Program(braced));
    Engine engine(m.graph, {braced, named, sliced, viewed, vector, empty});
    engine.load(d.device);
    engine.run(0);
    CHECK(value(engine, "x") == 1405);
    for (unsigned i = 1; i < 6; ++i) engine.run(i);
    CHECK(value(engine, "x") == 1405 + 2 + 33 + 11 + 11);
  });
}

TEST_CASE("loops, conditions and calls of functions nest and follow the data") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Adder m(d.device.getTarget());
    // Collatz: how many steps lead from 27 to 1, counted in a function that a loop calls.
    std::stringstream source(R"(
#include <poplar/Vertex.hpp>
struct Step : public poplar::Vertex {
  poplar::InOut<int> n; bool odd;
  bool compute() { *n = odd ? 3 * *n + 1 : *n / 2; return true; }
};
struct Look : public poplar::Vertex {
  poplar::Input<int> n; poplar::Output<bool> more, odd;
  bool compute() { *more = *n != 1; *odd = *n % 2; return true; }
};
)");
    m.graph.addCodelets(source);
    Tensor n = m.integer(27, "n"), steps = m.integer(0, "steps"), more = m.flag(), odd = m.flag();
    const auto step = [&](bool isOdd) {
      ComputeSet cs = m.graph.addComputeSet();
      m.graph.setTileMapping(m.graph.addVertex(cs, "Step", {{"n", n[0]}, {"odd", isOdd}}), 0);
      return program::Execute(cs);
    };
    ComputeSet look = m.graph.addComputeSet("look");
    m.graph.setTileMapping(m.graph.addVertex(look, "Look", {{"n", n[0]}, {"more", more[0]}, {"odd", odd[0]}}), 0);
    Function counted =
        m.graph.addFunction(program::Sequence{program::If(odd, step(true), step(false)), m.add(steps, 1)});
    program::Sequence main{
        program::RepeatWhileTrue(program::Execute(look), more, program::Sequence{program::Call(counted)})};
    Engine engine(m.graph, program::Repeat(2, main));
    engine.loadAndRun(d.device);
    CHECK(value(engine, "n") == 1);
    CHECK(value(engine, "steps") == 111);
  });
}

TEST_CASE("what compute() returns is collected: all must be true") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Adder m(d.device.getTarget());
    Tensor even = m.flag(), x = m.integer(0, "x"), y = m.integer(0, "y");
    ComputeSet both = m.graph.addComputeSet(), none = m.graph.addComputeSet();
    m.plus(both, x, 2); // returns whether the sum is even
    m.plus(both, y, 1);
    Tensor ignored = m.flag();
    m.graph.createHostRead("even", even);
    using program::Execute;
    Engine engine(m.graph, {Execute(both, even), Execute(none, even[0].reshape({})), m.positive(x, ignored),
                            program::Repeat(3, Execute(both, even, "collected"))});
    engine.load(d.device);
    const auto run = [&](unsigned program) {
      engine.run(program);
      return read<char>(engine, "even", 1)[0] != 0;
    };
    CHECK_FALSE(run(0)); // y is 1
    CHECK(run(0));       // y is 2
    CHECK_FALSE(run(0));
    CHECK(run(1)); // of no vertices all are true
    CHECK(run(3)); // y is 6
    CHECK(value(engine, "y") == 6);
  });
}

TEST_CASE("an endless loop ends by an abort") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Adder m(d.device.getTarget());
    Tensor x = m.integer(-7, "x"), stop = m.flag();
    Engine engine(m.graph, program::Loop(program::Sequence{m.add(x, 1), m.positive(x, stop),
                                                           program::AbortOnCondition(stop, "x is positive")}));
    engine.load(d.device);
    throwsNaming<application_runtime_error>({"x is positive"}, [&] { engine.run(); });
    CHECK(value(engine, "x") == 1);
  });
}

TEST_CASE("a switch without a matching case does what its form says") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Adder m(d.device.getTarget());
    Tensor x = m.integer(0, "x"), which = m.integer(9, "which");
    using program::Switch;
    Switch added(which, m.add(x, 1000), "added");
    added.add(9, m.add(x, 1)).add(-1, m.add(x, 2));
    Switch unreachable = Switch::switchWithUnreachableDefault(which, {{1, m.add(x, 4)}});
    Switch later = Switch::switchWithUnreachableDefault(which);
    later.add(9, m.add(x, 8));
    Switch checked = Switch::switchWithBoundsChecking(which, {{9, m.add(x, 16)}}, "checked");
    Switch refused = Switch::switchWithBoundsChecking(which);
    refused.add(3, m.add(x, 32));
    Switch none(which, {{8, m.add(x, 64)}});
    Engine engine(m.graph, {program::Sequence(added, unreachable, later, checked, none), refused});
    std::ostringstream text;
    engine.setPrintTensorStream(text);
    engine.load(d.device);
    engine.run(0);
    CHECK(value(engine, "x") == 1 + 8 + 16);
    throwsNaming<application_runtime_error>({"Switch", "no case"}, [&] { engine.run(1); });
    CHECK(text.str().find("[9]") != std::string::npos);
  });
}

TEST_CASE("vertices may be added to a compute set after it was put into a program") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Adder m(d.device.getTarget());
    Tensor x = m.integer(0, "x"), y = m.integer(0, "y");
    ComputeSet cs = m.graph.addComputeSet("late");
    program::Sequence sequence{program::Execute(cs), program::Execute(cs, "again")};
    Engine before(m.graph, sequence);
    m.plus(cs, x, 1);
    m.plus(cs, y, 10);
    Engine after(m.graph, sequence);
    for (Engine *engine : {&before, &after}) engine->loadAndRun(d.device);
    CHECK(value(before, "x") == 0);
    CHECK(value(after, "x") == 2);
    CHECK(value(after, "y") == 20);
  });
}

TEST_CASE("programs without effect on data run as nothing") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Adder m(d.device.getTarget());
    Tensor x = m.integer(3, "x");
    Function f = m.graph.addFunction(m.add(x, 1));
    FunctionBuffer buffer = m.graph.addFunctionBuffer(f, FunctionBufferMappingType::REMOTE);
    using namespace program;
    Engine engine(m.graph, Sequence{Copy(f, buffer), Copy(buffer, f), Sync(SyncType::GLOBAL), Sync(SyncType::INTERNAL),
                                    WriteUndef(m.integer(0, "scratch")), AssumeEqualAcrossReplicas(x, "same"),
                                    Block(Call(f), "block"), Copy(x, x), Copy(x.slice(0, 0), x.slice(1, 1))});
    engine.loadAndRun(d.device);
    CHECK(value(engine, "x") == 4);
  });
}

TEST_CASE("graph, programs, engine and device may be destroyed in any order") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    std::unique_ptr<Engine> engine;
    program::Program left;
    {
      Adder m(d.device.getTarget());
      Tensor x = m.integer(1, "x");
      left = program::Sequence{m.add(x, 5), program::Call(m.graph.addFunction(m.add(x, 10)))};
      engine.reset(new Engine(std::move(m.graph), left));
    }
    left = program::Program();
    {
      Device own = Device::createCPUDevice();
      if (own.getTarget() == d.device.getTarget())
        engine->load(own);
      else
        engine->load(d.device);
    }
    engine->run();
    CHECK(value(*engine, "x") == 16);
    Engine moved = std::move(*engine);
    engine.reset();
    moved.run();
    CHECK(value(moved, "x") == 31);
  });
}

TEST_CASE("PrintTensor breaks and shortens rows as its format says") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    Tensor t = graph.addVariable(INT, {2, 6}), f = graph.addVariable(FLOAT, {3}), s = graph.addVariable(BOOL, {});
    for (const Tensor &each : {t, f, s}) spread(graph, each);
    graph.setInitialValue(t, ArrayRef<int>{1, 22, 333, 4444, 55555, 666666, -1, -2, -3, -4, -5, -6});
    graph.setInitialValue(f, ArrayRef<float>{0.5f, -1250, 3});
    graph.setInitialValue(s, true);
    using Fmt = program::PrintTensorFmt;
    Fmt fields;
    fields.summariseThreshold = 2;
    fields.edgeItems = 1;
    fields.maxLineWidth = 20;
    fields.digits = 1;
    fields.floatFormat = Fmt::FloatFormat::Fixed;
    fields.separator = ';';
    fields.openBracket = '<';
    fields.closeBracket = '>';
    using program::PrintTensor;
    Engine engine(graph, program::Sequence{
                             PrintTensor("t", t, Fmt(1000, 3, 14)), PrintTensor("brief", t, Fmt(4, 1)),
                             PrintTensor("f", f, Fmt(1000, 3, 0, 2, Fmt::FloatFormat::Scientific)),
                             PrintTensor("plain", f, Fmt(1000, 3, 75, 7, Fmt::FloatFormat::None)), PrintTensor("s", s),
                             PrintTensor("own", t[1], Fmt(99, 3, 75, 7, Fmt::FloatFormat::Auto, ',', '{', '}')),
                             PrintTensor("fields", f, fields), PrintTensor("", f[2], DebugContext("context"))});
    std::ostringstream text;
    engine.setPrintTensorStream(text);
    engine.loadAndRun(d.device);
    CHECK(text.str() == "t: [[1 22 333\n  4444 55555\n  666666]\n [-1 -2 -3 -4\n  -5 -6]]\n"
                        "brief: [[1 ... 666666]\n [-1 ... -6]]\n"
                        "f: [5.00e-01 -1.25e+03 3.00e+00]\n"
                        "plain: [0.5 -1250 3]\n"
                        "s: 1\n"
                        "own: {-1,-2,-3,-4,-5,-6}\n"
                        "fields: <0.5;...;3.0>\n"
                        "context: 3.0000000\n");
  });
}

TEST_CASE("a tensor of many empty rows is shortened as others are") {
  IPUModel model;
  model.tilesPerIPU = 2;
  Device device = model.createDevice();
  Graph graph(device.getTarget());
  const Tensor none = graph.addVariable(INT, {std::size_t(1) << 32, 0});
  Engine engine(graph, program::PrintTensor("none", none, program::PrintTensorFmt(10, 1)));
  std::ostringstream text;
  engine.setPrintTensorStream(text);
  engine.loadAndRun(device);
  CHECK(text.str() == "none: [[]\n ...\n []]\n");
}

TEST_CASE("ErrorProgram prints its tensor and ends the run with its message") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Adder m(d.device.getTarget());
    Tensor x = m.integer(12, "x");
    Engine engine(m.graph, {program::ErrorProgram("bad x", x), program::Abort(), program::Abort("own text"),
                            program::Abort(std::string("string text")), program::AbortOnCondition(x)});
    std::ostringstream text;
    engine.setPrintTensorStream(text);
    engine.load(d.device);
    throwsNaming<application_runtime_error>({"bad x"}, [&] { engine.run(0); });
    CHECK(text.str() == "bad x: [12]\n");
    throwsNaming<application_runtime_error>({"Abort"}, [&] { engine.run(1); });
    throwsNaming<application_runtime_error>({"own text"}, [&] { engine.run(2); });
    throwsNaming<application_runtime_error>({"string text"}, [&] { engine.run(3); });
    throwsNaming<application_runtime_error>({"AbortOnCondition"}, [&] { engine.run(4); });
  });
}

TEST_CASE("a program is dumped with its parts, names and vertex types") {
  Adder m(Target::createCPUTarget());
  Tensor x = m.integer(0, "the x");
  DataStream in = m.graph.addHostToDeviceFIFO("the stream", INT, 1);
  RemoteBuffer buffer = m.graph.addRemoteBuffer("the buffer", INT, 1);
  HostFunction f = m.graph.addHostFunction("the function", {}, {});
  using namespace program;
  Sequence sequence{Repeat(7, m.add(x, 1)), Copy(in, x), Copy(buffer, x), Call(f, {}, {}),
                    Switch(x, {{-5, m.add(x, 2)}}, Abort("the end"))};
  std::ostringstream text;
  dumpProgram(m.graph, sequence, text);
  for (const char *word : {"Sequence", "Repeat x 7", "1 x Plus", "the x", "'the stream'", "'the buffer'",
                           "'the function'", "case -5", "default", "Abort: the end", "add"}) {
    INFO(text.str());
    INFO(word);
    CHECK(text.str().find(word) != std::string::npos);
  }
}
