// Mistakes of the host program at run time.
#include "tests/support/Devices.hpp"
#include "tests/support/Throws.hpp"

using namespace poplar;
using namespace support;

namespace {
struct Fixture {
  Fixture() : device(Device::createCPUDevice()), graph(device.getTarget()) {
    t = graph.addVariable(FLOAT, {4});
    graph.setTileMapping(t, 0);
    graph.createHostWrite("in", t);
    graph.createHostRead("out", t);
    stream = graph.addHostToDeviceFIFO("stream", FLOAT, 4);
  }
  Device device;
  Graph graph;
  Tensor t;
  DataStream stream;
};
} // namespace

TEST_CASE_METHOD(Fixture, "a stream that is not connected is named") {
  Engine engine(graph, program::Copy(stream, t));
  engine.load(device);
  throwsNaming<stream_connection_error>({"stream", "connectStream"}, [&] { engine.run(); });
  float data[6];
  throwsNaming<stream_connection_error>({"strem", "stream"}, [&] { engine.connectStream("strem", data); });
  throwsNaming<stream_connection_error>({"stream", "16", "24"},
                                        [&] { engine.connectStream("stream", data, data + 6); });
  engine.connectStream("stream", data, data + 4);
  engine.run();
}

TEST_CASE_METHOD(Fixture, "handles need a load, their own name, direction and size") {
  Engine engine(graph, program::Sequence());
  float data[5];
  throwsNaming<tensor_io_state_error>({"load"}, [&] { engine.readTensor("out", data, data + 4); });
  throwsNaming<tensor_io_state_error>({"load"}, [&] { engine.run(); });
  engine.load(device);
  throwsNaming<poplar_error>({"outt", "out"}, [&] { engine.readTensor("outt", data, data + 4); });
  throwsNaming<poplar_error>({"in", "createHostWrite"}, [&] { engine.readTensor("in", data, data + 4); });
  throwsNaming<poplar_error>({"out", "16", "20"}, [&] { engine.readTensor("out", data, data + 5); });
  throwsNaming<poplar_error>({"in", "16", "12"}, [&] { engine.writeTensor("in", data, data + 3); });
}

TEST_CASE_METHOD(Fixture, "programs that do not exist and devices of another target are refused") {
  Engine engine(graph, {program::Sequence(), program::Sequence()});
  engine.load(device);
  throwsNaming<poplar_error>({"program 2", "2 programs"}, [&] { engine.run(2); });
  Device other = DeviceManager().getDevice(0);
  throwsNaming<poplar_error>({"another target"}, [&] { engine.load(other); });
  Engine empty{Executable(compileGraph(graph, {program::Sequence()}))};
  empty.load(device);
  throwsNaming<poplar_error>({"empty"}, [&] { Engine nothing{Executable()}; });
}

TEST_CASE_METHOD(Fixture, "an unknown backend is refused") {
  IPUModel model;
  model.tilesPerIPU = 2;
  Device ipu = model.createDevice();
  Graph g(ipu.getTarget());
  Engine engine(g, program::Sequence());
  Environment backend("POPGRAPH_BACKEND", "quantum");
  throwsNaming<invalid_option>({"POPGRAPH_BACKEND", "quantum", "simulator", "cpu"}, [&] { engine.load(ipu); });
}

TEST_CASE_METHOD(Fixture, "a thread count that is none is refused") {
  Engine engine(graph, program::Sequence());
  Environment threads("POPGRAPH_THREADS", "two");
  throwsNaming<invalid_option>({"POPGRAPH_THREADS", "two"}, [&] { engine.load(device); });
}
