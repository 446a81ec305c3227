// Mistakes that are found when the graph is compiled.
#include <sstream>

#include "tests/support/Devices.hpp"
#include "tests/support/Throws.hpp"

using namespace poplar;
using namespace support;

namespace {

const char *const kCodelets = R"(
#include <poplar/Vertex.hpp>
using namespace poplar;
struct Touch : public Vertex { Input<Vector<float>> in; Output<Vector<float>> out; bool compute() { return true; } };
struct Rows : public Vertex { Vector<Input<Vector<float>>> rows; bool compute() { return true; } };
struct Table : public Vertex { Vector<int> table; bool compute() { return true; } };
)";

struct Fixture {
  explicit Fixture(TargetType type = TargetType::IPU) {
    Environment options("POPLAR_TARGET_OPTIONS", R"({"tilesPerIPU":4})");
    device =
        type == TargetType::CPU ? Device::createCPUDevice() : std::move(DeviceManager().getDevices(type, 1).front());
    graph = Graph(device.getTarget());
    std::stringstream source(kCodelets);
    graph.addCodelets(source);
    cs = graph.addComputeSet("the set");
    t = graph.addVariable(FLOAT, {8}, "weights");
    graph.setTileMapping(t, 0);
  }
  VertexRef touch(const Tensor &in, const Tensor &out) {
    VertexRef v = graph.addVertex(cs, "Touch", {{"in", in}, {"out", out}});
    graph.setTileMapping(v, 0);
    return v;
  }
  void compile() { compileGraph(graph, {program::Execute(cs)}); }
  Device device;
  Graph graph;
  ComputeSet cs;
  Tensor t;
};

} // namespace

TEST_CASE("a tile of 4 GiB and more is out of memory even on a model, whatever is done with it") {
  IPUModel model;
  model.tilesPerIPU = 4;
  Graph graph(model.createDevice().getTarget());
  const Tensor a = graph.addVariable(FLOAT, {1200000000}, "a"), b = graph.addVariable(FLOAT, {1200000000}, "b");
  graph.setTileMapping(a, 0);
  graph.setTileMapping(b, 1);
  for (const program::Program &program : {program::Program(program::WriteUndef(a)), program::Program(program::Copy(a, b))})
    throwsNaming<graph_memory_allocation_error>({"tile 0", "'a' 4800000000", "4 GiB"},
                                                [&] { compileGraph(graph, {program}); });
}

TEST_CASE_METHOD(Fixture, "an unconnected field is named") {
  VertexRef v = graph.addVertex(cs, "Touch");
  graph.setTileMapping(v, 0);
  graph.connect(v["in"], t);
  throwsNaming<graph_connection_error>({"out", "Touch", "the set", "not connected"}, [&] { compile(); });
  VertexRef r = graph.addVertex(graph.addComputeSet("rows"), "Rows");
  graph.setTileMapping(r, 0);
  graph.setFieldSize(r["rows"], 2);
  graph.connect(r["rows"][0], t);
  throwsNaming<graph_connection_error>({"rows", "[1]"},
                                       [&] { compileGraph(graph, {program::Execute(ComputeSet(1))}); });
  VertexRef e = graph.addVertex(graph.addComputeSet("elements"), "Touch", {{"out", t}});
  graph.setTileMapping(e, 0);
  graph.setFieldSize(e["in"], 3);
  graph.connect(e["in"][2], t[0]);
  throwsNaming<graph_connection_error>({"'in'[0]", "not connected", "set to 3"},
                                       [&] { compileGraph(graph, {program::Execute(ComputeSet(2))}); });
  // What no program executes is not looked at.
  compileGraph(graph, {program::Sequence()});
}

TEST_CASE_METHOD(Fixture, "a state vector without a size is named") {
  VertexRef v = graph.addVertex(cs, "Table");
  graph.setTileMapping(v, 0);
  throwsNaming<no_size_specified>({"'table'", "Table", "the set", "setFieldSize"}, [&] { compile(); });
  graph.setFieldSize(v["table"], 0);
  compile();
}

TEST_CASE_METHOD(Fixture, "elements and vertices without a tile are named") {
  Tensor u = graph.addVariable(FLOAT, {8}, "unmapped");
  graph.setTileMapping(u.slice(0, 5), 1);
  touch(t, u);
  throwsNaming<invalid_tile_mapping>({"[5, 8)", "unmapped", "out", "Touch"}, [&] { compile(); });
  graph.setTileMapping(u, 1);
  compile();
  VertexRef v = graph.addVertex(cs, "Touch", {{"in", t.slice(0, 0)}, {"out", t.slice(0, 0)}});
  throwsNaming<invalid_tile_mapping>({"Touch", "the set", "no tile"}, [&] { compile(); });
  graph.setTileMapping(v, 3);
  compile();
  Tensor c = graph.addConstant(FLOAT, {8}, 1);
  throwsNaming<invalid_tile_mapping>({"Copy"}, [&] { compileGraph(graph, {program::Copy(c, t)}); });
}

TEST_CASE_METHOD(Fixture, "two vertices may not touch what one of them writes") {
  Tensor u = graph.addVariable(FLOAT, {8}, "outputs");
  graph.setTileMapping(u, 0);
  SECTION("write and write") {
    touch(t, u.slice(0, 5));
    touch(t, u.slice(4, 8));
    throwsNaming<graph_cycle_error>({"[4, 5)", "outputs", "written to elsewhere in the same compute set", "Touch.out"},
                                    [&] { compile(); });
  }
  SECTION("write and read") {
    touch(t, u.slice(2, 4));
    touch(u.subSample(3, 0), t.slice(0, 0));
    throwsNaming<graph_cycle_error>({"[3, 4)", "outputs", "read", "Touch.in"}, [&] { compile(); });
  }
  SECTION("neighbours, shared inputs and a vertex that touches its own output are fine") {
    touch(t, u.slice(0, 3));
    touch(t, u.slice(3, 6));
    touch(u.slice(6, 8), u.slice(6, 8));
    compile();
  }
}

TEST_CASE_METHOD(Fixture, "a tile over its memory is named with its bytes and largest owners") {
  Tensor big = graph.addVariable(FLOAT, {200000}, "the big one");
  graph.setTileMapping(big, 2);
  touch(big.slice(0, 4), t);
  throwsNaming<graph_memory_allocation_error>(
      {"tile 2", "637872", "800000", "the big one", "too many", "over more tiles"}, [&] { compile(); });
  compileGraph(graph, {program::Execute(cs)}, {{"debug.allowOutOfMemory", "true"}});
  // A model warns and runs.
  IPUModel model;
  model.tilesPerIPU = 4;
  Device device = model.createDevice();
  Graph modelGraph(device.getTarget());
  Tensor same = modelGraph.addVariable(FLOAT, {200000}, "the big one");
  modelGraph.setTileMapping(same, 2);
  modelGraph.setInitialValue(same, 2.5f);
  modelGraph.createHostRead("same", same);
  Engine engine(modelGraph, program::Sequence());
  engine.load(device);
  CHECK(read<float>(engine, "same", 200000)[199999] == 2.5f);
  throwsNaming<graph_memory_allocation_error>(
      {"tile 2"}, [&] { compileGraph(modelGraph, {program::Sequence()}, {{"debug.allowOutOfMemory", "false"}}); });
}

TEST_CASE_METHOD(Fixture, "functions may not call themselves") {
  // A function can only name functions made before it, or its own number in advance.
  Function f = graph.addFunction(program::Call(Function(1)));
  graph.addFunction(program::Call(f));
  throwsNaming<graph_recursion_error>({"calls itself"}, [&] { compileGraph(graph, {program::Call(f)}); });
}

TEST_CASE_METHOD(Fixture, "unknown options are refused with the nearest name") {
  throwsNaming<invalid_option>({"Unrecognised option", "debug.instrumnt", "debug.instrument"},
                               [&] { compileGraph(graph, {program::Sequence()}, {{"debug.instrumnt", "true"}}); });
  throwsNaming<invalid_option>({"debug.instrument", "maybe", "true or false"},
                               [&] { Engine engine(graph, program::Sequence(), {{"debug.instrument", "maybe"}}); });
  Environment options("POPLAR_ENGINE_OPTIONS", R"({"autoReport.executionProfileProgramRunCount":"many"})");
  throwsNaming<invalid_option>({"executionProfileProgramRunCount", "many"}, [&] { compile(); });
}

TEST_CASE_METHOD(Fixture, "progress goes up to its end") {
  std::vector<std::pair<int, int>> seen;
  compileGraph(graph, {program::Sequence()}, {}, [&](int done, int all) { seen.emplace_back(done, all); });
  REQUIRE(seen.size() > 2);
  for (std::size_t i = 0; i < seen.size(); ++i)
    CHECK(seen[i] == std::make_pair(static_cast<int>(i) + 1, static_cast<int>(seen.size())));
}
