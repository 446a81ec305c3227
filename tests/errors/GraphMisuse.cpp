// Mistakes that are found while the graph is built.
#include <sstream>
#include <vector>

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
struct Table : public Vertex { Output<Vector<float>> all; Vector<short> table; bool compute() { return true; } };
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
  throwsNaming<unknown_field>({"vertex Add has no field \"inn\"; its fields are \"in, out, by\""}, [&] { v["inn"]; });
}

TEST_CASE_METHOD(Fixture, "a tensor of the wrong rank or type cannot be connected") {
  throwsNaming<graph_connection_error>({"in", "Add", "rank 1", "[3,4]", "the set"}, [&] { graph.connect(v["in"], t); });
  throwsNaming<graph_connection_error>({"out", "rank 0", "[1]"}, [&] { graph.connect(v["out"], t[0].slice(0, 1)); });
  Tensor ints = graph.addVariable(INT, {4});
  throwsNaming<graph_connection_error>({"in", "float", "int"}, [&] { graph.connect(v["in"], ints); });
  throwsNaming<graph_connection_error>({"by", "setInitialValue"}, [&] { graph.connect(v["by"], t[0][0]); });
  throwsNaming<graph_connection_error>({"in", "list", "[4]"}, [&] { graph.connect(v["in"], {t[0], t[1]}); });
  throwsNaming<graph_connection_error>({"out", "list of 2"}, [&] { graph.connect(v["out"], {t[0], t[1]}); });
  throwsNaming<graph_connection_error>({"by", "list of 1"}, [&] { graph.connect(v["by"], std::vector<Tensor>{t[0]}); });
  throwsNaming<graph_connection_error>({"out", "single value"}, [&] { graph.connect(v["out"][0], t[0][0]); });
  throwsNaming<graph_connection_error>({"out", "not an input"}, [&] { graph.connect(v["out"], 1.0f); });
  throwsNaming<graph_connection_error>({"in", "rank 1", "rank 0"}, [&] { graph.connect(v["in"], 1.0f); });
  throwsNaming<graph_connection_error>({"in"}, [&] { graph.addVertex(cs, "Add", {{"in", {t, t}}}); });
  throwsNaming<graph_connection_error>({"in"}, [&] { graph.connect(v["in"], Tensor()); });
}

TEST_CASE_METHOD(Fixture, "a field is connected once") {
  graph.connect(v["in"], t[0]);
  throwsNaming<graph_connection_error>({"in", "already"}, [&] { graph.connect(v["in"], t[1]); });
  throwsNaming<graph_connection_error>({"in", "already"}, [&] { graph.connect(v["in"], {1.0f}); });
  throwsNaming<graph_connection_error>({"'in'[0]", "already"}, [&] { graph.connect(v["in"][0], t[1][0]); });
  throwsNaming<graph_connection_error>({"in", "size already"}, [&] { graph.setFieldSize(v["in"], 4); });
  VertexRef w = graph.addVertex(cs, "Add");
  graph.setFieldSize(w["in"], 2);
  graph.connect(w["in"][1], t[0][0]);
  throwsNaming<graph_connection_error>({"'in'[1]", "already"}, [&] { graph.connect(w["in"][1], t[1][0]); });
  throwsNaming<graph_connection_error>({"in", "already"}, [&] { graph.connect(w["in"], t[0]); });
}

TEST_CASE_METHOD(Fixture, "written fields refuse constants and repeated elements") {
  Tensor c = graph.addConstant<float>(FLOAT, {}, 1.0f);
  throwsNaming<graph_connection_error>({"out", "constants"}, [&] { graph.connect(v["out"], c); });
  VertexRef w = graph.addVertex(cs, "Table");
  throwsNaming<graph_connection_error>({"all", "more than once"},
                                       [&] { graph.connect(w["all"], t[0].broadcast(2, 0)); });
  graph.setFieldSize(w["all"], 2);
  graph.connect(w["all"][0], t[1][2]);
  throwsNaming<graph_connection_error>({"all", "element 6", "weights"}, [&] { graph.connect(w["all"][1], t[1][2]); });
  throwsNaming<poplar_error>({"setInitialValue", "constant"}, [&] { graph.setInitialValue(c, 2); });
  throwsNaming<poplar_error>({"setInitialValue", "constant"}, [&] { graph.setInitialValue(c, {{0u, 2u}}); });
}

TEST_CASE_METHOD(Fixture, "sub-vectors need a size first and an index inside it") {
  VertexRef rows = graph.addVertex(cs, "Rows");
  throwsNaming<no_size_specified>({"rows", "setFieldSize"}, [&] { graph.connect(rows["rows"][0], t[0]); });
  graph.setFieldSize(rows["rows"], 2);
  throwsNaming<index_error>({"rows", "2"}, [&] { graph.connect(rows["rows"][2], t[0]); });
  throwsNaming<no_size_specified>({"in"}, [&] { graph.getFieldSize(v["in"]); });
  throwsNaming<no_size_specified>({"'in'[0]", "setFieldSize"}, [&] { graph.connect(v["in"][0], t[0][0]); });
  graph.setFieldSize(v["in"], 3);
  throwsNaming<index_error>({"'in'[3]", "size is 3"}, [&] { graph.connect(v["in"][3], t[0][0]); });
  throwsNaming<graph_connection_error>({"'in'[0]", "rank 0", "[4]"}, [&] { graph.connect(v["in"][0], t[0]); });
  throwsNaming<graph_connection_error>({"out", "no size"}, [&] { graph.setFieldSize(v["out"], 2); });
  VertexRef w = graph.addVertex(cs, "Table");
  throwsNaming<no_size_specified>({"'table'[1]", "setFieldSize"}, [&] { graph.setInitialValue(w["table"][1], 5); });
  throwsNaming<no_size_specified>({"table"}, [&] { graph.getFieldSize(w["table"]); });
  graph.setFieldSize(w["table"], 2);
  throwsNaming<index_error>({"'table'[2]", "size is 2"}, [&] { graph.setInitialValue(w["table"][2], 5); });
  throwsNaming<overflow_error>({"'table'[1]", "40000"}, [&] { graph.setInitialValue(w["table"][1], 40000); });
  throwsNaming<graph_connection_error>({"table", "size already"}, [&] { graph.setFieldSize(w["table"], 2); });
  throwsNaming<graph_connection_error>({"table", "rank 1", "rank 0"}, [&] { graph.setInitialValue(w["table"], 5); });
  throwsNaming<graph_connection_error>({"by", "rank 0", "rank 1"}, [&] { graph.setInitialValue(v["by"], {5}); });
  throwsNaming<graph_connection_error>({"out", "edge"}, [&] { graph.setInitialValue(v["out"], 5); });
}

TEST_CASE_METHOD(Fixture, "values that do not fit their type overflow") {
  throwsNaming<overflow_error>({"by", "256", "unsigned char"}, [&] { graph.setInitialValue(v["by"], 256); });
  throwsNaming<overflow_error>({"by", "-1"}, [&] { graph.setInitialValue(v["by"], -1); });
  throwsNaming<overflow_error>({"70000", "half"}, [&] { graph.addConstant(HALF, {}, 70000); });
  throwsNaming<overflow_error>({"1.5", "int"}, [&] { graph.addConstant(INT, {}, 1.5); });
  throwsNaming<overflow_error>({"-1", "unsigned int"}, [&] { graph.addConstant(UNSIGNED_INT, {2}, -1); });
  throwsNaming<overflow_error>({"300", "char"}, [&] { graph.addConstant<int>(CHAR, {2}, {1, 300}); });
  throwsNaming<overflow_error>({"1e+40", "float"}, [&] { graph.addConstant(FLOAT, {}, 1e40); });
  throwsNaming<overflow_error>({"1e+40"}, [&] { graph.setInitialValue(t, 1e40); });
  throwsNaming<overflow_error>({"'in'", "1e+40"}, [&] { graph.connect(v["in"], {1e40}); });
  throwsNaming<graph_object_creation_error>({"3 values", "2 elements"},
                                            [&] { graph.addConstant<int>(INT, {2}, {1, 2, 3}); });
  throwsNaming<poplar_error>({"3 values", "12 elements"}, [&] { graph.setInitialValue(t, {1, 2, 3}); });
  throwsNaming<type_error>({"addConstantHalf", "float"}, [&] { graph.addConstantHalf(FLOAT, {}, std::uint16_t(0)); });
  throwsNaming<type_error>({"setInitialValueHalf", "float"}, [&] { graph.setInitialValueHalf(t, 0); });
  throwsNaming<type_error>({"names no element type"}, [&] { graph.addVariable(Type(), {2}); });
  throwsNaming<graph_object_creation_error>({"elements"}, [&] { graph.addVariable(FLOAT, {1u << 20, 1u << 20}); });
  throwsNaming<graph_object_creation_error>({"64 bits"},
                                            [&] { graph.addConstant(FLOAT, {1ull << 40, 1ull << 40}, 0); });
  unsigned value = 0;
  throwsNaming<overflow_error>({"getConstantValue", "2.5"},
                               [&] { graph.addConstant(FLOAT, {}, 2.5).getConstantValue(&value); });
}

TEST_CASE_METHOD(Fixture, "tiles that do not exist are refused") {
  throwsNaming<invalid_tile_mapping>({"tile 4", "weights", "4 tiles"}, [&] { graph.setTileMapping(t, 4); });
  throwsNaming<invalid_tile_mapping>({"tile 9", "Add"}, [&] { graph.setTileMapping(v, 9); });
  throwsNaming<invalid_tile_mapping>({"weights"}, [&] { graph.getTileMapping(t); });
  Graph::TileToTensorMapping mapping{{Interval(0, 13)}};
  throwsNaming<invalid_tile_mapping>({"[0, 13)", "12"}, [&] { graph.setTileMapping(t, mapping); });
  mapping = {{}, {}, {}, {}, {Interval(0, 1)}};
  throwsNaming<invalid_tile_mapping>({"tile 4", "weights", "4 tiles"}, [&] { graph.setTileMapping(t, mapping); });
  mapping = {{Interval(3, 1)}};
  throwsNaming<invalid_tile_mapping>({"[3, 1)", "weights"}, [&] { graph.setTileMapping(t, mapping); });
  throwsNaming<poplar_error>({"no variable"}, [&] { graph.setTileMapping(Tensor(), 0); });
}

TEST_CASE_METHOD(Fixture, "views refuse bounds and dimensions that do not exist") {
  throwsNaming<index_error>({"3", "[3,4]"}, [&] { t[3]; });
  throwsNaming<index_error>({"[2, 5)", "dimension 1"}, [&] { t.slice(2, 5, 1); });
  throwsNaming<index_error>({"dimension 2"}, [&] { t.slice(0, 1, 2); });
  throwsNaming<poplar_error>({"[3,4]", "[5,2]"}, [&] { t.reshape({5, 2}); });
  throwsNaming<index_error>({"permutation"}, [&] { t.dimShuffle({0, 0}); });
  throwsNaming<index_error>({"permutation"}, [&] { t.dimShuffle({0}); });
  throwsNaming<index_error>({"[3,4]", "dimension 1 to place 2"}, [&] { t.dimShufflePartial({1}, {2}); });
  throwsNaming<index_error>({"2 dimensions for 1 places"}, [&] { t.dimShufflePartial({0, 1}, {0}); });
  throwsNaming<index_error>({"dimension 2"}, [&] { t.dimRoll(2); });
  throwsNaming<index_error>({"dimension 7"}, [&] { t.dimRoll(0, 7); });
  throwsNaming<index_error>({"[3, 1)"}, [&] { t.slice(3, 1); });
  throwsNaming<index_error>({"2 begins", "1 ends"},
                            [&] { t.slice(std::vector<std::size_t>{0, 0}, std::vector<std::size_t>{1}); });
  throwsNaming<index_error>({"3 begins"}, [&] { t.slice({0, 0, 0}, {1, 1, 1}); });
  throwsNaming<index_error>({"[0, 9)"}, [&] { t.slices(std::vector<Interval>{{0, 9}}); });
  throwsNaming<index_error>({"[5, 6)"}, [&] { t.slices(std::vector<unsigned>{5}, 1); });
  throwsNaming<index_error>({"index 4"}, [&] { t.index({0, 4}); });
  throwsNaming<index_error>({"[]"}, [&] { t[0][0][0]; });
  throwsNaming<index_error>({"[1, 3)"}, [&] { t.flatten(1, 3); });
  throwsNaming<index_error>({"[2, 1)"}, [&] { t.reshapePartial(2, 1, {}); });
  throwsNaming<poplar_error>({"[3,4]", "[3,5]"}, [&] { t.reshapePartial(1, 2, {5}); });
  throwsNaming<poplar_error>({"256 dimensions"}, [&] { t[0][0].reshape(std::vector<std::size_t>(256, 1)); });
  throwsNaming<index_error>({"place 3"}, [&] { t.expand({3}); });
  throwsNaming<index_error>({"dimension 0", "[3,4]"}, [&] { t.squeeze({0}); });
  throwsNaming<index_error>({"dimension 2"}, [&] { t.broadcast(2, 2); });
  throwsNaming<index_error>({"dimension 2"}, [&] { t.subSample(2, 2); });
  throwsNaming<index_error>({"stride"}, [&] { t.subSample(0, 1); });
  throwsNaming<index_error>({"dimension 2"}, [&] { t.upsample(2, 2, UpsampleMethod::REPEAT); });
  throwsNaming<index_error>({"dimension 2"}, [&] { t.reverse(2); });
  throwsNaming<index_error>({"dimension 9"}, [&] { t.dim(9); });
  throwsNaming<poplar_error>({"[1,1,3]", "[3,4]", "one dimension less"},
                             [&] { append(t, t[0].slice(0, 3).expand({0, 0})); });
  throwsNaming<index_error>({"dimension 2"}, [&] { append(t, t[0], 2); });
  throwsNaming<poplar_error>({"at least one"}, [&] { concat(std::vector<Tensor>()); });
  throwsNaming<index_error>({"dimension 2"}, [&] { concat(t, t, 2); });
  throwsNaming<type_error>({"float", "int"}, [&] { concat(t, graph.addVariable(INT, {3, 4})); });
  Graph stranger(device.getTarget());
  throwsNaming<poplar_error>({"different graphs"}, [&] { concat(t, stranger.addVariable(FLOAT, {3, 4})); });
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
  throwsNaming<graph_connection_error>({"another graph"},
                                       [&] { graph.connect(v["in"], stranger.addVariable(FLOAT, {4})); });
  throwsNaming<poplar_error>({"another graph"}, [&] { stranger.getTileMapping(t); });
  throwsNaming<poplar_error>({"another graph"}, [&] { stranger.clone(t); });
  throwsNaming<poplar_error>({"another graph"}, [&] { stranger.setInitialValue(t, 1); });
  throwsNaming<poplar_error>({"another graph"}, [&] { stranger.setPerfEstimate(v, 1); });
  throwsNaming<poplar_error>({"another graph"}, [&] { stranger.getPerfEstimate(v); });
  throwsNaming<poplar_error>({"another graph"}, [&] { stranger.getSortedContiguousRegions(t, {}); });
  throwsNaming<poplar_error>({"another graph"}, [&] { stranger.findUnbroadcastTensor(t); });
  std::ostringstream out;
  throwsNaming<poplar_error>({"another graph"},
                             [&] { stranger.serializeTensors(out, {t}, SerializationFormat::JSON); });
  throwsNaming<poplar_error>({"no such variable"}, [&] { graph.getVariable(VariableRef()); });
  throwsNaming<poplar_error>({"no such variable"}, [&] { graph.isConstant(VariableRef(999, 0)); });
  throwsNaming<graph_object_creation_error>({"compute set"}, [&] { graph.addVertex(ComputeSet(), "Add"); });
  throwsNaming<unknown_field>({"no vertex"}, [&] { VertexRef()["in"]; });
  throwsNaming<graph_connection_error>({"no vertex"}, [&] { graph.connect(FieldRef(), t); });
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
