// Mistakes in programs, streams, remote buffers and host functions.
#include <poplar/CSRFunctions.hpp>
#include <poplar/CycleCount.hpp>
#include <poplar/RandomSeed.hpp>

#include "tests/support/Devices.hpp"
#include "tests/support/Throws.hpp"

using namespace poplar;
using namespace support;

namespace {

struct Fixture {
  Fixture() : device(Device::createCPUDevice()), graph(device.getTarget()), other(device.getTarget()) {
    t = graph.addVariable(FLOAT, {4}, "the t");
    i = graph.addVariable(INT, {2}, "the i");
    graph.setTileMapping(t, 0);
    graph.setTileMapping(i, 0);
    foreign = other.addVariable(FLOAT, {4}, "foreign");
    other.setTileMapping(foreign, 0);
    buffer = graph.addRemoteBuffer("rows", FLOAT, 4, 3);
    in = graph.addHostToDeviceFIFO("in", FLOAT, 4);
    out = graph.addDeviceToHostFIFO("out", FLOAT, 4);
  }
  void compile(const program::Program &program) { Engine(graph, program); }
  Device device;
  Graph graph, other;
  Tensor t, i, foreign;
  RemoteBuffer buffer;
  DataStream in, out;
};

using namespace program;

} // namespace

TEST_CASE_METHOD(Fixture, "a copy of unlike tensors is refused") {
  throwsNaming<control_program_error>({"float", "int"}, [&] { Copy(t.slice(0, 2), i); });
  throwsNaming<control_program_error>({"4", "3"}, [&] { Copy(t, t.slice(0, 3)); });
  throwsNaming<control_program_error>({"source"}, [&] { Copy(Tensor(), t); });
  throwsNaming<control_program_error>({"destination"}, [&] { Copy(t, Tensor()); });
  throwsNaming<control_program_error>({"more than once"}, [&] { Copy(t, t[0].expand({0}).broadcast(4, 0)); });
  throwsNaming<control_program_error>({"constant"}, [&] { Copy(t, graph.addConstant(FLOAT, {4}, 1.0f)); });
}

TEST_CASE_METHOD(Fixture, "a copy of a stream needs its direction, type and count") {
  throwsNaming<control_program_error>({"in", "to the device"}, [&] { Copy(t, in); });
  throwsNaming<control_program_error>({"out", "from the device"}, [&] { Copy(out, t); });
  throwsNaming<control_program_error>({"in", "4 elements", "3"}, [&] { Copy(in, t.slice(0, 3)); });
  throwsNaming<control_program_error>({"in", "float", "int"}, [&] { Copy(in, concat(i, i)); });
  throwsNaming<control_program_error>({"not made by a graph"}, [&] { Copy(DataStream(), t); });
  throwsNaming<control_program_error>({"constant"}, [&] { Copy(in, graph.addConstant(FLOAT, {4}, 1.0f)); });
}

TEST_CASE_METHOD(Fixture, "a copy of a remote buffer needs its type and as many elements as its rows have") {
  throwsNaming<control_program_error>({"rows", "4 elements", "3"}, [&] { Copy(buffer, t.slice(0, 3)); });
  throwsNaming<control_program_error>({"rows", "8 elements", "4"}, [&] { Copy(t, buffer, i); });
  throwsNaming<control_program_error>({"rows", "float", "int"}, [&] { Copy(buffer, concat(i, i)); });
  throwsNaming<control_program_error>({"offset", "rows", "float"}, [&] { Copy(buffer, t, t); });
  throwsNaming<control_program_error>({"offset", "rows", "rank"}, [&] { Copy(buffer, t, i.expand({0})); });
  throwsNaming<control_program_error>({"offset", "no variable"}, [&] { Copy(t, buffer, Tensor()); });
  throwsNaming<control_program_error>({"remote buffer", "not made"}, [&] { Copy(RemoteBuffer(), t); });
  throwsNaming<control_program_error>({"no tensor", "rows"}, [&] { Copy(Tensor(), buffer); });
  throwsNaming<control_program_error>({"more than once"}, [&] { Copy(buffer, t[0].expand({0}).broadcast(4, 0)); });
  RemoteBuffer none = graph.addRemoteBuffer("none", FLOAT, 4, 0);
  throwsNaming<control_program_error>({"none", "no rows"}, [&] { Copy(none, t); });
  throwsNaming<graph_object_creation_error>(
      {"large", "64 TiB"}, [&] { graph.addRemoteBuffer("large", FLOAT, std::size_t(1) << 40, std::size_t(1) << 40); });
}

TEST_CASE_METHOD(Fixture, "names of streams, handles, remote buffers and host functions are shared by nothing else") {
  throwsNaming<poplar_error>({"rows", "in use"}, [&] { graph.addHostToDeviceFIFO("rows", FLOAT, 1); });
  throwsNaming<poplar_error>({"in", "in use"}, [&] { graph.addDeviceToHostFIFO("in", FLOAT, 1); });
  throwsNaming<poplar_error>({"out", "in use"}, [&] { graph.addRemoteBuffer("out", FLOAT, 1); });
  throwsNaming<poplar_error>({"rows", "in use"}, [&] { graph.addHostFunction("rows", {}, {}); });
  graph.addHostFunction("f", {}, {});
  throwsNaming<poplar_error>({"f", "in use"}, [&] { graph.createHostRead("f", t); });
}

TEST_CASE_METHOD(Fixture, "stream options must be known and numbers") {
  const auto add = [&](const OptionFlags &options) {
    graph.addHostToDeviceFIFO("x", FLOAT, 1, ReplicatedStreamMode::REPLICATE, options);
  };
  throwsNaming<invalid_option>({"bufferingDept", "x", "bufferingDepth"}, [&] { add({{"bufferingDept", "2"}}); });
  throwsNaming<invalid_option>({"bufferingDepth", "x", "'0'"}, [&] { add({{"bufferingDepth", "0"}}); });
  throwsNaming<invalid_option>({"bufferingDepth", "two"}, [&] { add({{"bufferingDepth", "two"}}); });
  throwsNaming<invalid_option>({"splitLimit", "-1"}, [&] { add({{"splitLimit", "-1"}}); });
}

TEST_CASE_METHOD(Fixture, "host functions must be given what they take") {
  HostFunction f = graph.addHostFunction("f", {std::make_tuple(FLOAT, 4)}, {std::make_tuple(INT, 2)});
  throwsNaming<control_program_error>({"f", "1 inputs", "2"}, [&] { compile(Call(f, {t, t}, {i})); });
  throwsNaming<control_program_error>({"f", "input 0", "float", "int"}, [&] { compile(Call(f, {i}, {i})); });
  throwsNaming<control_program_error>({"f", "output 0", "2 elements", "1"},
                                      [&] { compile(Call(f, {t}, {i.slice(0, 1)})); });
  throwsNaming<control_program_error>({"output 0", "no variable"}, [&] { Call(f, {t}, {Tensor()}); });
  throwsNaming<control_program_error>({"addHostFunction"}, [&] { Call(HostFunction(), {t}, {i}); });
  throwsNaming<control_program_error>({"constant"}, [&] { Call(f, {t}, {graph.addConstant(INT, {2}, 1)}); });
  Engine engine(graph, Call(f, {t}, {i}));
  engine.load(device);
  throwsNaming<stream_connection_error>({"'f'", "replica 0", "connectHostFunction"}, [&] { engine.run(); });
  const auto nothing = [](ArrayRef<const void *>, ArrayRef<void *>) {};
  throwsNaming<stream_connection_error>({"ff", "did you mean \"f\""},
                                        [&] { engine.connectHostFunction("ff", 0, nothing); });
  throwsNaming<graph_replication_error>({"1 replica", "replica 1"},
                                        [&] { engine.connectHostFunction("f", 1, nothing); });
}

TEST_CASE_METHOD(Fixture, "rows of remote buffers that do not exist are refused on the host") {
  Engine engine(graph, Sequence());
  engine.load(device);
  std::vector<float> row(4);
  throwsNaming<stream_connection_error>({"rowss", "did you mean \"rows\""},
                                        [&] { engine.copyToRemoteBuffer(row, "rowss", 0); });
  throwsNaming<index_error>({"rows", "3 rows", "row 3"}, [&] { engine.copyFromRemoteBuffer("rows", row, 3); });
  throwsNaming<graph_replication_error>({"1 replica", "replica 1"},
                                        [&] { engine.copyToRemoteBuffer(row.data(), "rows", 0, 1); });
  row.resize(3);
  throwsNaming<tensor_io_state_error>({"rows", "16 bytes", "12"}, [&] { engine.copyToRemoteBuffer(row, "rows", 0); });
  throwsNaming<tensor_io_state_error>({"rows", "16 bytes", "12"}, [&] { engine.copyFromRemoteBuffer("rows", row, 0); });
}

TEST_CASE_METHOD(Fixture, "predicates must be one element of a suitable type") {
  throwsNaming<control_program_error>({"If", "one element"}, [&] { If(i, Sequence(), Sequence()); });
  throwsNaming<control_program_error>({"If", "float"}, [&] { If(t[0], Sequence(), Sequence()); });
  throwsNaming<control_program_error>({"RepeatWhileTrue", "no variable"},
                                      [&] { RepeatWhileTrue(Sequence(), Tensor(), Sequence()); });
  throwsNaming<control_program_error>({"RepeatWhileFalse", "one element"},
                                      [&] { RepeatWhileFalse(Sequence(), i, Sequence()); });
  throwsNaming<control_program_error>({"Switch", "float"}, [&] { Switch{t[0]}; });
  throwsNaming<control_program_error>({"AbortOnCondition", "one element"}, [&] { AbortOnCondition{i}; });
  throwsNaming<control_program_error>({"Execute", "bool", "the i"}, [&] { Execute(ComputeSet(0), i[0]); });
  throwsNaming<control_program_error>({"Execute", "bool"}, [&] { Execute(ComputeSet(0), Tensor()); });
  throwsNaming<control_program_error>({"Switch", "case 3"},
                                      [&] { Switch(i[0]).add(3, Sequence()).add(3, Sequence()); });
}

TEST_CASE_METHOD(Fixture, "default-constructed parts of a graph are no programs") {
  throwsNaming<control_program_error>({"addComputeSet"}, [&] { Execute{ComputeSet()}; });
  throwsNaming<control_program_error>({"addFunction"}, [&] { Call{Function()}; });
  throwsNaming<control_program_error>({"addFunctionBuffer"}, [&] { Copy(FunctionBuffer(), Function(0)); });
  throwsNaming<control_program_error>({"addFunction"}, [&] { Copy(Function(), FunctionBuffer(0)); });
  throwsNaming<control_program_error>({"PrintTensor"}, [&] { PrintTensor{Tensor()}; });
  throwsNaming<control_program_error>({"WriteUndef"}, [&] { WriteUndef{Tensor()}; });
  throwsNaming<control_program_error>({"AssumeEqualAcrossReplicas"}, [&] { AssumeEqualAcrossReplicas{Tensor()}; });
  throwsNaming<poplar_error>({"addFunctionBuffer"},
                             [&] { graph.addFunctionBuffer(Function(7), FunctionBufferMappingType::REMOTE); });
}

TEST_CASE_METHOD(Fixture, "programs with parts of another graph are refused when they are compiled") {
  throwsNaming<control_program_error>({"belong"}, [&] { compile(Copy(foreign, foreign)); });
  throwsNaming<control_program_error>({"PrintTensor", "belong"}, [&] { compile(PrintTensor("title", foreign)); });
  throwsNaming<control_program_error>({"compute set", "belong"}, [&] { compile(Execute(ComputeSet(9))); });
  throwsNaming<control_program_error>({"function", "belong"}, [&] { compile(Call(Function(9))); });
  RemoteBuffer strange = other.addRemoteBuffer("strange", FLOAT, 3);
  throwsNaming<control_program_error>({"remote buffer", "belong"}, [&] { compile(Copy(strange, t.slice(0, 3))); });
  DataStream stream = other.addHostToDeviceFIFO("strange in", FLOAT, 3);
  throwsNaming<control_program_error>({"stream", "belong"}, [&] { compile(Copy(stream, t.slice(0, 3))); });
  throwsNaming<control_program_error>({"host function", "belong"}, [&] { compile(Call(HostFunction(3), {}, {})); });
}

TEST_CASE_METHOD(Fixture, "functions that call themselves are refused") {
  // Functions are numbered from 0, so that a body can name the function that it will be.
  graph.addFunction(Sequence{Call(Function(1))});
  graph.addFunction(If(i[0], Call(Function(0)), Sequence()));
  throwsNaming<graph_recursion_error>({"calls itself"}, [&] { compile(Call(Function(0))); });
}

TEST_CASE_METHOD(Fixture, "programs that nest without measure are refused") {
  Program deep;
  for (int n = 0; n < 100000; ++n) deep = Repeat(1, deep);
  throwsNaming<control_program_error>({"nested"}, [&] { compile(deep); });
  Program allowed;
  for (int n = 0; n < 3000; ++n) allowed = Repeat(1, allowed);
  compile(allowed);
}

TEST_CASE_METHOD(Fixture, "accesses to registers and counters need tiles and tensors that fit") {
  Sequence s;
  throwsNaming<invalid_tile_mapping>({"tile 5"}, [&] { cycleCount(graph, s, 5, SyncType::INTERNAL); });
  throwsNaming<invalid_tile_mapping>({"tile 7"}, [&] { cycleStamp(graph, s, {0, 7}, SyncType::INTERNAL); });
  throwsNaming<control_program_error>({"setHwSeeds", "1,1,4", "int"}, [&] { setHwSeeds(graph, i, s); });
  throwsNaming<control_program_error>({"setHwSeeds", "no variable"}, [&] { setHwSeeds(graph, Tensor(), s); });
  throwsNaming<control_program_error>({"setFloatingPointBehaviour", "float"},
                                      [&] { setFloatingPointBehaviour(graph, s, t); });
}

TEST_CASE_METHOD(Fixture, "an offset or argument without a tile is named") {
  Tensor unmapped = graph.addVariable(INT, {1}, "unmapped");
  throwsNaming<invalid_tile_mapping>({"unmapped", "remote buffer 'rows'"}, [&] { compile(Copy(t, buffer, unmapped)); });
  HostFunction f = graph.addHostFunction("f", {std::make_tuple(INT, 1)}, {});
  throwsNaming<invalid_tile_mapping>({"unmapped", "host function 'f'"}, [&] { compile(Call(f, {unmapped}, {})); });
}
