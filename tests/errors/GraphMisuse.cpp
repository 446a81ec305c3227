// Mistakes that are found while the graph is built.
#include <sstream>

#include "tests/support/Devices.hpp"
#include "tests/support/Throws.hpp"

using namespace poplar;
using namespace support;

namespace {

const char *const kCodelets = R"(
#include <poplar/Vertex.hpp>
using namespace poplar;
struct Add : public Vertex { Input<Vector<float>> in; Output<float> out; unsigned char by; bool compute() { *out = in[0] + by; return true; } };
struct Rows : public Vertex { Vector<Input<Vector<float>>> rows; bool compute() { return true; } };
)";

struct Fixture {
  Fixture() {
    IPUModel model;
    model.tilesPerIPU = 4;
    device = model.createDevice();
    graph = Graph(device.getTarget());
    std::stringstream source(kCodelets);
    graph.addCodelets(source);
    cs = graph.addComputeSet("the set");
    t = graph.addVariable(FLOAT, {3, 4}, "weights");
    v = graph.addVertex(cs, "Add");
  }
  Device device;
  Graph graph;
  ComputeSet cs;
  Tensor t;
  VertexRef v;
};

} // namespace

TEST_CASE_METHOD(Fixture, "an unknown vertex type is named, with those that are loaded") {
  throwsNaming<unknown_vertex_type>({"Addd", "Add", "Rows"}, [&] { graph.addVertex(cs, "Addd"); });
  CHECK_FALSE(graph.hasCodelet("Addd"));
  CHECK(graph.hasCodelet("Add"));
}

TEST_CASE_METHOD(Fixture, "an unknown field is named, with the vertex type and its fields") {
  throwsNaming<unknown_field>({"inn", "Add", "in", "out", "by"}, [&] { v["inn"]; });
}

TEST_CASE_METHOD(Fixture, "a tensor of the wrong rank or type cannot be connected") {
  throwsNaming<graph_connection_error>({"in", "Add", "rank 1", "[3,4]", "the set"}, [&] { graph.connect(v["in"], t); });
  throwsNaming<graph_connection_error>({"out", "rank 0", "[1]"}, [&] { graph.connect(v["out"], t[0].slice(0, 1)); });
  Tensor ints = graph.addVariable(INT, {4});
  throwsNaming<graph_connection_error>({"in", "float", "int"}, [&] { graph.connect(v["in"], ints); });
  throwsNaming<graph_connection_error>({"by", "setInitialValue"}, [&] { graph.connect(v["by"], t[0][0]); });
  throwsNaming<graph_connection_error>({"in", "list"}, [&] { graph.connect(v["in"], std::vector<Tensor>{t[0]}); });
  throwsNaming<graph_connection_error>({"in"}, [&] { graph.connect(v["in"], Tensor()); });
}

TEST_CASE_METHOD(Fixture, "a field is connected once") {
  graph.connect(v["in"], t[0]);
  throwsNaming<graph_connection_error>({"in", "already"}, [&] { graph.connect(v["in"], t[1]); });
}

TEST_CASE_METHOD(Fixture, "written fields refuse constants and repeated elements") {
  Tensor c = graph.addConstant<float>(FLOAT, {}, 1.0f);
  throwsNaming<graph_connection_error>({"out", "constants"}, [&] { graph.connect(v["out"], c); });
}

TEST_CASE_METHOD(Fixture, "sub-vectors need a size first and an index inside it") {
  VertexRef rows = graph.addVertex(cs, "Rows");
  throwsNaming<no_size_specified>({"rows", "setFieldSize"}, [&] { graph.connect(rows["rows"][0], t[0]); });
  graph.setFieldSize(rows["rows"], 2);
  throwsNaming<index_error>({"rows", "2"}, [&] { graph.connect(rows["rows"][2], t[0]); });
  throwsNaming<no_size_specified>({"in"}, [&] { graph.getFieldSize(v["in"]); });
}

TEST_CASE_METHOD(Fixture, "values that do not fit their type overflow") {
  throwsNaming<overflow_error>({"by", "256", "unsigned char"}, [&] { graph.setInitialValue(v["by"], 256); });
  throwsNaming<overflow_error>({"by", "-1"}, [&] { graph.setInitialValue(v["by"], -1); });
  throwsNaming<overflow_error>({"70000", "half"}, [&] { graph.addConstant(HALF, {}, 70000); });
  throwsNaming<overflow_error>({"1.5", "int"}, [&] { graph.addConstant(INT, {}, 1.5); });
  throwsNaming<poplar_error>({"3 values", "2 elements"}, [&] { graph.addConstant<int>(INT, {2}, {1, 2, 3}); });
}

TEST_CASE_METHOD(Fixture, "tiles that do not exist are refused") {
  throwsNaming<invalid_tile_mapping>({"tile 4", "weights", "4 tiles"}, [&] { graph.setTileMapping(t, 4); });
  throwsNaming<invalid_tile_mapping>({"tile 9", "Add"}, [&] { graph.setTileMapping(v, 9); });
  throwsNaming<invalid_tile_mapping>({"weights"}, [&] { graph.getTileMapping(t); });
  Graph::TileToTensorMapping mapping{{Interval(0, 13)}};
  throwsNaming<invalid_tile_mapping>({"[0, 13)", "12"}, [&] { graph.setTileMapping(t, mapping); });
}

TEST_CASE_METHOD(Fixture, "views refuse bounds and dimensions that do not exist") {
  throwsNaming<index_error>({"3", "[3,4]"}, [&] { t[3]; });
  throwsNaming<index_error>({"[2, 5)", "dimension 1"}, [&] { t.slice(2, 5, 1); });
  throwsNaming<index_error>({"dimension 2"}, [&] { t.slice(0, 1, 2); });
  throwsNaming<poplar_error>({"[3,4]", "[5,2]"}, [&] { t.reshape({5, 2}); });
  throwsNaming<index_error>({"permutation"}, [&] { t.dimShuffle({0, 0}); });
  throwsNaming<index_error>({"rank 2"}, [&] { t[0].transpose(); });
  throwsNaming<type_error>({"half", "float"}, [&] { t.reinterpret(HALF); });
  Tensor other = graph.addVariable(FLOAT, {2, 2});
  throwsNaming<poplar_error>({"[3,4]", "[2,2]"}, [&] { concat(t, other); });
  throwsNaming<poplar_error>({"no variable"}, [&] { Tensor().flatten(); });
}

TEST_CASE_METHOD(Fixture, "tensors and vertices of another graph are refused") {
  Graph stranger(device.getTarget());
  throwsNaming<poplar_error>({"another graph"}, [&] { stranger.setTileMapping(t, 0); });
  throwsNaming<poplar_error>({"another graph"}, [&] { stranger.setTileMapping(v, 0); });
  throwsNaming<graph_connection_error>({"another graph"}, [&] { stranger.connect(v["in"], t[0]); });
}

TEST_CASE_METHOD(Fixture, "programs check their tensors") {
  Tensor ints = graph.addVariable(INT, {12});
  throwsNaming<control_program_error>({"float", "int"}, [&] { program::Copy(t, ints); });
  throwsNaming<control_program_error>({"[4]", "[3,4]"}, [&] { program::Copy(t[0], t); });
  throwsNaming<control_program_error>({"more than once"},
                                      [&] { program::Copy(t[0], t[0][0].reshape({1}).broadcast(4, 0)); });
  throwsNaming<control_program_error>({"constant"}, [&] { program::Copy(t[0], graph.addConstant(FLOAT, {4}, 0)); });
  throwsNaming<control_program_error>({"one element", "[4]"},
                                      [&] { program::If(ints.slice(0, 4), program::Sequence(), program::Sequence()); });
  throwsNaming<control_program_error>(
      {"float"}, [&] { program::RepeatWhileTrue(program::Sequence(), t[0][0], program::Sequence()); });
  throwsNaming<control_program_error>({"addComputeSet"}, [&] { program::Execute{ComputeSet()}; });
  DataStream stream = graph.addHostToDeviceFIFO("stream", FLOAT, 5);
  throwsNaming<control_program_error>({"stream", "5", "4"}, [&] { program::Copy(stream, t[0]); });
  throwsNaming<control_program_error>({"stream", "other way"}, [&] { program::Copy(t[0], stream); });
  throwsNaming<poplar_error>({"stream", "in use"}, [&] { graph.addDeviceToHostFIFO("stream", FLOAT, 5); });
  throwsNaming<poplar_error>({"stream", "in use"}, [&] { graph.createHostRead("stream", t); });
}

TEST_CASE_METHOD(
    Fixture, "shapes whose number of elements does not fit in 64 bits are refused, and never taken for small ones") {
  const std::size_t half = std::size_t(1) << 32;
  throwsNaming<graph_object_creation_error>({"addConstant", "64 bits"},
                                            [&] { graph.addConstant(INT, {half, half}, 1); });
  throwsNaming<graph_object_creation_error>({"addConstant", "4294967294"}, [&] { graph.addConstant(INT, {half}, 1); });
  const Tensor none = graph.addVariable(INT, {0});
  throwsNaming<poplar_error>({"reshape", "0 elements"}, [&] { none.reshape({half, half}); });
  throwsNaming<index_error>({"broadcast", "64 bits"},
                            [&] { graph.addVariable(INT, {half / 2, 1}).broadcast(~0u, 1).broadcast(~0u, 1); });
}
