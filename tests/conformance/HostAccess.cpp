#include <sstream>

#include "tests/support/Catch.hpp"
#include "tests/support/Devices.hpp"

using namespace poplar;
using namespace support;

TEST_CASE("one handle may both write and read a tensor") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    const Tensor t = graph.addVariable(INT, {2}), u = graph.addVariable(INT, {2});
    spread(graph, t);
    spread(graph, u);
    graph.createHostRead("t", u);
    graph.createHostWrite("t", t);
    CHECK_THROWS_AS(graph.createHostWrite("t", u), poplar_error);
    CHECK_THROWS_AS(graph.addRemoteBuffer("t", INT, 2), poplar_error);
    Engine engine(graph, program::Copy(t, u));
    engine.load(d.device);
    const std::vector<int> in = {3, 4};
    engine.writeTensor("t", in.data(), in.data() + 2);
    engine.run();
    CHECK(read<int>(engine, "t", 2) == in);
  });
}

TEST_CASE("a circular buffer keeps its position across runs, and load rewinds it") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    Tensor t = graph.addVariable(INT, {2});
    spread(graph, t);
    DataStream in = graph.addHostToDeviceFIFO("in", INT, 2), out = graph.addDeviceToHostFIFO("out", INT, 2);
    Engine engine(graph, program::Sequence{program::Copy(in, t), program::Copy(t, out)});
    std::vector<int> source{1, 2, 3, 4, 5, 6}, sink(4, 0);
    engine.connectStream("in", source.data(), source.data() + source.size());
    engine.connectStream("out", sink.data(), sink.data() + sink.size());
    engine.load(d.device);
    for (int i = 0; i < 4; ++i) engine.run();
    CHECK(sink == std::vector<int>{5, 6, 1, 2});
    engine.load(d.device);
    engine.run();
    CHECK(sink == std::vector<int>{1, 2, 1, 2});
    int fixed[2] = {70, 80};
    engine.connectStream("in", fixed);
    engine.run();
    engine.run();
    CHECK(sink == std::vector<int>{70, 80, 70, 80});
  });
}

TEST_CASE("callbacks supply and take the data of streams") {
  struct Source : StreamCallback {
    explicit Source(int &completed) : completed(completed) {}
    Result prefetch(void *) noexcept override { return Result::NotAvailable; }
    void fetch(void *p) noexcept override {
      *static_cast<float *>(p) = next;
      next *= 2;
    }
    void complete() noexcept override { ++completed; }
    float next = 1;
    int &completed;
  };
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    Tensor t = graph.addVariable(FLOAT, {1});
    graph.setTileMapping(t, 0);
    DataStream in = graph.addHostToDeviceFIFO("in", FLOAT, 1), out = graph.addDeviceToHostFIFO("out", FLOAT, 1);
    Engine engine(graph, program::Repeat(5, program::Sequence{program::Copy(in, t), program::Copy(t, out)}));
    int completed = 0;
    std::vector<float> taken;
    engine.connectStreamToCallback("in", std::unique_ptr<Source>(new Source(completed)));
    engine.connectStreamToCallback("out", [&](void *p) { taken.push_back(*static_cast<float *>(p)); });
    engine.load(d.device);
    engine.run();
    CHECK(completed == 5);
    CHECK(taken == std::vector<float>{1, 2, 4, 8, 16});
  });
}

TEST_CASE("host handles reach views, and load restores initial values and constants") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    Tensor t = graph.addVariable(INT, {3, 2}), c = graph.addConstant<int>(INT, {3}, {7, 8, 9});
    spread(graph, t);
    spread(graph, c);
    graph.setInitialValue(t, ArrayRef<int>{0, 1, 2, 3, 4, 5});
    graph.setInitialValue(t.transpose()[1], ArrayRef<int>{10, 30, 50});
    graph.createHostWrite("column", t.transpose()[0]);
    graph.createHostRead("flipped", t.reverse(0));
    Engine engine(graph, program::Copy(c, t.transpose()[1]));
    engine.load(d.device);
    CHECK(read<int>(engine, "flipped", 6) == std::vector<int>{4, 50, 2, 30, 0, 10});
    write(engine, "column", std::vector<int>{-1, -2, -3});
    engine.run();
    CHECK(read<int>(engine, "flipped", 6) == std::vector<int>{-3, 9, -2, 8, -1, 7});
    engine.load(d.device);
    CHECK(read<int>(engine, "flipped", 6) == std::vector<int>{4, 50, 2, 30, 0, 10});
  });
}

TEST_CASE("PrintTensor writes nested brackets with titles") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    Tensor f = graph.addConstant<float>(FLOAT, {2, 2}, {7, 6, 4.5, 2.5}), i = graph.addVariable(INT, {20}, "v4");
    graph.setTileMapping(f, 0);
    spread(graph, i);
    std::vector<int> values;
    for (int k = 10; k < 30; ++k) values.push_back(k);
    graph.setInitialValue(i, values);
    program::PrintTensorFmt brief(10, 2);
    Engine engine(graph, program::Sequence{program::PrintTensor("v2", f), program::PrintTensor(i),
                                           program::PrintTensor("short", i, brief)});
    std::ostringstream text;
    engine.setPrintTensorStream(text);
    engine.load(d.device);
    engine.run();
    CHECK(text.str() == "v2: [[7.0000000 6.0000000]\n [4.5000000 2.5000000]]\n"
                        "v4: [10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29]\n"
                        "short: [10 11 ... 28 29]\n");
  });
}

TEST_CASE("printf in codelets reaches the print stream in tile order") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    std::stringstream source(R"(
#include <poplar/Vertex.hpp>
#include <print.h>
struct Hello : public poplar::Vertex { int n; bool compute() { printf("hello %d %s %.2f\n", n, "from", 0.5 * n); return true; } };
)");
    graph.addCodelets(source);
    ComputeSet cs = graph.addComputeSet();
    for (int n = 5; n >= 0; --n) {
      VertexRef v = graph.addVertex(cs, "Hello", {{"n", n}});
      graph.setTileMapping(v, tileOf(graph, static_cast<unsigned>(n)));
    }
    Engine engine(graph, program::Execute(cs));
    std::ostringstream text;
    engine.setPrintStream(text);
    engine.load(d.device);
    engine.run();
    std::string expected;
    for (int n = 0; n < 6; ++n) { // on one tile in the order of their state
      char line[64];
      std::snprintf(line, sizeof line, "hello %d from %.2f\n", n, 0.5 * n);
      expected += line;
    }
    CHECK(text.str() == expected);
  });
}
