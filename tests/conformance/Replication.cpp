// Replicated graphs: n copies of a program on IPUs of their own.
#include <sstream>

#include "tests/support/Catch.hpp"
#include "tests/support/Devices.hpp"
#include "tests/support/Throws.hpp"

using namespace poplar;
using namespace support;

namespace {

/// Calls f for devices of `ipus` IPUs of each kind.
void onReplicatedDevices(unsigned ipus, const std::function<void(TestDevice &)> &f) {
  IPUModel model;
  model.tilesPerIPU = 4;
  model.numIPUs = ipus;
  std::vector<TestDevice> all;
  all.push_back({"simulator", nullptr, model.createDevice()});
  all.push_back({"cpu backend", "cpu", model.createDevice()});
  all.push_back({"CPU device", nullptr, Device::createCPUDevice(ipus)});
  for (TestDevice &d : all) {
    INFO(d.name);
    Environment backend("POPGRAPH_BACKEND", d.backend);
    f(d);
  }
}

const char *const kCodelets = R"(
#include <poplar/Vertex.hpp>
struct Add : public poplar::Vertex { poplar::InOut<int> x; poplar::Input<int> by; bool compute() { *x += *by; return true; } };
)";

program::Program add(Graph &graph, const Tensor &x, const Tensor &by) {
  if (!graph.hasCodelet("Add")) {
    std::stringstream source(kCodelets);
    graph.addCodelets(source);
  }
  ComputeSet cs = graph.addComputeSet("add");
  graph.setTileMapping(graph.addVertex(cs, "Add", {{"x", x}, {"by", by}}), 0);
  return program::Execute(cs);
}

Tensor integer(Graph &graph, const char *handle) {
  Tensor t = graph.addVariable(INT, {}, handle);
  graph.setTileMapping(t, 0);
  graph.createHostWrite(std::string("write ") + handle, t);
  graph.createHostRead(handle, t);
  return t;
}

} // namespace

TEST_CASE("a replicated graph has the target of one replica, and handles carry the data of all") {
  onReplicatedDevices(4, [](TestDevice &d) {
    Graph graph(d.device, replication_factor(4));
    CHECK(graph.getReplicationFactor() == 4);
    CHECK(graph.getTarget().getNumIPUs() == 1);
    CHECK(graph.getTarget().getNumTiles() * 4 == d.device.getTarget().getNumTiles());
    Tensor x = integer(graph, "x"), by = integer(graph, "by");
    Engine engine(graph, program::Repeat(3, add(graph, x, by)));
    engine.load(d.device);
    write(engine, "write x", std::vector<int>{1, 2, 3, 4});
    write(engine, "write by", std::vector<int>{10, 20, 30, 40});
    engine.run();
    CHECK(read<int>(engine, "x", 4) == std::vector<int>{31, 62, 93, 124});
    int one;
    throwsNaming<tensor_io_state_error>({"x", "16 bytes", "4 replicas"},
                                        [&] { engine.readTensor("x", &one, &one + 1); });
  });
}

TEST_CASE("replicas know their number and may start with values of their own") {
  onReplicatedDevices(4, [](TestDevice &d) {
    Graph graph(d.device, replication_factor(4));
    Tensor index = graph.addReplicationIndexConstant(), own = integer(graph, "own"), sum = integer(graph, "sum");
    graph.setTileMapping(index, 0);
    graph.setInitialValue(own, {{0, 5}, {2, 7}, {3, 9}});
    graph.setInitialValue(sum, 100);
    Engine engine(graph, program::Sequence{add(graph, sum, own), add(graph, sum, index.reinterpret(INT))});
    for (int load = 0; load < 2; ++load) {
      engine.loadAndRun(d.device);
      CHECK(read<int>(engine, "sum", 4) == std::vector<int>{105, 101, 109, 112});
    }
  });
}

TEST_CASE("replicas must share the IPUs of a target evenly") {
  IPUModel model;
  model.tilesPerIPU = 4;
  model.numIPUs = 4;
  const Target target = model.createDevice().getTarget();
  throwsNaming<graph_replication_error>({"3 replicas", "4 IPUs"}, [&] { Graph(target, replication_factor(3)); });
  throwsNaming<graph_replication_error>({"0 replicas"}, [&] { Graph(target, replication_factor(0)); });
  Graph half(target, replication_factor(2));
  CHECK(half.getTarget().getNumIPUs() == 2);
  Engine engine(half, program::Sequence());
  model.numIPUs = 2;
  Device small = model.createDevice();
  throwsNaming<poplar_error>({"another target"}, [&] { engine.load(small); });
  model.numIPUs = 3;
  Device odd = model.createDevice();
  throwsNaming<poplar_error>({"another target"}, [&] { engine.load(odd); });
}

TEST_CASE("replicas exchange data with copies between them") {
  onReplicatedDevices(4, [](TestDevice &d) {
    Graph graph(d.device, replication_factor(4));
    Tensor x = graph.addVariable(INT, {2}), y = graph.addVariable(INT, {2});
    spread(graph, x);
    spread(graph, y);
    graph.createHostWrite("x", x);
    graph.createHostRead("y", y);
    graph.createHostRead("x out", x);
    using program::CrossReplicaCopy;
    Engine engine(graph,
                  {CrossReplicaCopy(x, y, {{0, 1}, {1, 2}, {2, 3}, {3, 0}}), CrossReplicaCopy(x, x, {{0, 3}, {3, 0}}),
                   program::Repeat(3, CrossReplicaCopy(x, x, {{0, 1}, {1, 2}, {2, 3}, {3, 0}}))});
    engine.load(d.device);
    const std::vector<int> values{0, 1, 10, 11, 20, 21, 30, 31};
    write(engine, "x", values);
    engine.run(0);
    CHECK(read<int>(engine, "y", 8) == std::vector<int>{30, 31, 0, 1, 10, 11, 20, 21});
    engine.run(1);
    CHECK(read<int>(engine, "x out", 8) == std::vector<int>{30, 31, 10, 11, 20, 21, 0, 1});
    write(engine, "x", values);
    engine.run(2);
    CHECK(read<int>(engine, "x out", 8) == std::vector<int>{10, 11, 20, 21, 30, 31, 0, 1});
  });
}

TEST_CASE("replicas that part ways before a copy between them are named") {
  onReplicatedDevices(2, [](TestDevice &d) {
    Graph graph(d.device, replication_factor(2));
    Tensor x = integer(graph, "x");
    program::CrossReplicaCopy copy(x, x, {{0, 1}}, "shift");
    Engine engine(graph, program::If(x, copy, program::Sequence()));
    engine.load(d.device);
    write(engine, "write x", std::vector<int>{1, 0});
    throwsNaming<application_runtime_error>({"replica 0 is at", "shift", "replica 1 ended"}, [&] { engine.run(); });
    engine.load(d.device);
    write(engine, "write x", std::vector<int>{1, 1});
    engine.run();
  });
}

TEST_CASE("copies between replicas that do not exist, or to one twice, are refused") {
  onReplicatedDevices(2, [](TestDevice &d) {
    Graph graph(d.device, replication_factor(2));
    Tensor x = integer(graph, "x");
    using program::CrossReplicaCopy;
    throwsNaming<control_program_error>({"replica 2", "2 replicas"},
                                        [&] { Engine(graph, CrossReplicaCopy(x, x, {{0, 2}})); });
    throwsNaming<control_program_error>({"replica 1", "more than one"},
                                        [&] { Engine(graph, CrossReplicaCopy(x, x, {{0, 1}, {1, 1}})); });
    Tensor f = graph.addVariable(FLOAT, {1}), two = graph.addVariable(INT, {2});
    throwsNaming<control_program_error>({"int", "float"}, [&] { CrossReplicaCopy(x, f, {{0, 1}}); });
    throwsNaming<control_program_error>({"1 elements", "2"}, [&] { CrossReplicaCopy(x, two, {{0, 1}}); });
    throwsNaming<control_program_error>({"source"}, [&] { CrossReplicaCopy(Tensor(), x, {{0, 1}}); });
  });
}

TEST_CASE("replicas take turns at a circular buffer, and a broadcast gives all the same") {
  onReplicatedDevices(2, [](TestDevice &d) {
    Graph graph(d.device, replication_factor(2));
    Tensor x = graph.addVariable(INT, {1}), y = graph.addVariable(INT, {1});
    graph.setTileMapping(x, 0);
    graph.setTileMapping(y, 0);
    DataStream own = graph.addHostToDeviceFIFO("own", INT, 1),
               all = graph.addHostToDeviceFIFO("all", INT, 1, ReplicatedStreamMode::BROADCAST);
    DataStream xs = graph.addDeviceToHostFIFO("xs", INT, 1), ys = graph.addDeviceToHostFIFO("ys", INT, 1);
    CHECK(own.replicationFactor() == 2);
    CHECK(all.replicatedMode() == ReplicatedStreamMode::BROADCAST);
    Engine engine(graph, program::Repeat(3, program::Sequence{program::Copy(own, x), program::Copy(all, y),
                                                              program::Copy(x, xs), program::Copy(y, ys)}));
    std::vector<int> in{1, 2, 3, 4, 5, 6, 7, 8}, shared{10, 20, 30, 40}, outX(6), outY(6);
    engine.connectStream("own", in);
    engine.connectStream("all", shared.data(), shared.data() + 4);
    engine.connectStream("xs", outX);
    engine.connectStream("ys", ArrayRef<int>(outY));
    engine.load(d.device);
    engine.run();
    CHECK(outX == std::vector<int>{1, 2, 3, 4, 5, 6});
    CHECK(outY == std::vector<int>{10, 10, 20, 20, 30, 30});
    engine.run();
    CHECK(outX == std::vector<int>{7, 8, 1, 2, 3, 4});
    CHECK(outY == std::vector<int>{40, 40, 10, 10, 20, 20});
    int places[2] = {70, 80};
    engine.connectStream("own", places);
    engine.run();
    CHECK(outX == std::vector<int>{70, 80, 70, 80, 70, 80});
  });
}

TEST_CASE("each replica has its own callback, and a broadcast asks once for all") {
  onReplicatedDevices(3, [](TestDevice &d) {
    Graph graph(d.device, replication_factor(3));
    Tensor x = integer(graph, "x"), y = integer(graph, "y");
    DataStream own = graph.addHostToDeviceFIFO("own", INT, 1),
               all = graph.addHostToDeviceFIFO("all", INT, 1, ReplicatedStreamMode::BROADCAST);
    DataStream out = graph.addDeviceToHostFIFO("out", INT, 1);
    Engine engine(graph, program::Repeat(2, program::Sequence{program::Copy(own, x), program::Copy(all, y),
                                                              program::Copy(x, out)}));
    int asked = 0;
    std::vector<int> seen(3, 0);
    engine.connectStreamToCallback("all", [&](void *p) { *static_cast<int *>(p) = 100 * ++asked; });
    for (int r = 0; r < 3; ++r) {
      int k = 0;
      engine.connectStreamToCallback("out", static_cast<unsigned>(r),
                                     [&seen, r](void *p) { seen[static_cast<unsigned>(r)] += *static_cast<int *>(p); });
      if (r < 2)
        engine.connectStreamToCallback("own", static_cast<unsigned>(r),
                                       [r, k](void *p) mutable { *static_cast<int *>(p) = 10 * r + k++; });
    }
    engine.load(d.device);
    throwsNaming<stream_connection_error>({"own", "replica 2"}, [&] { engine.run(); });
    throwsNaming<graph_replication_error>({"own", "3 replicas", "replica 3"},
                                          [&] { engine.connectStreamToCallback("own", 3, [](void *) {}); });
    engine.connectStreamToCallback("own", 2, [](void *p) { *static_cast<int *>(p) = 5; });
    engine.load(d.device);
    asked = 0;
    seen.assign(3, 0);
    engine.run();
    CHECK(asked == 2);
    CHECK(read<int>(engine, "y", 3) == std::vector<int>{200, 200, 200});
    CHECK(seen[2] == 10);
    CHECK(read<int>(engine, "x", 3)[2] == 5);
  });
}

TEST_CASE("each replica has rows of its own in a remote buffer, and host functions of its own") {
  onReplicatedDevices(2, [](TestDevice &d) {
    Graph graph(d.device, replication_factor(2));
    Tensor x = integer(graph, "x");
    RemoteBuffer buffer = graph.addRemoteBuffer("b", INT, 1, 2);
    HostFunction negate = graph.addHostFunction("negate", {std::make_tuple(INT, 1)}, {std::make_tuple(INT, 1)});
    Engine engine(
        graph, program::Sequence{program::Copy(buffer, x), program::Call(negate, {x}, {x}), program::Copy(x, buffer)});
    for (int r = 0; r < 2; ++r)
      engine.connectHostFunction("negate", static_cast<unsigned>(r),
                                 [r](ArrayRef<const void *> in, ArrayRef<void *> out) {
                                   *static_cast<int *>(out[0]) = -*static_cast<const int *>(in[0]) - 1000 * r;
                                 });
    engine.load(d.device);
    for (int r = 0; r < 2; ++r) {
      const int value = 3 + 4 * r;
      engine.copyToRemoteBuffer(&value, "b", 0, static_cast<unsigned>(r));
    }
    engine.run();
    std::vector<int> values(1);
    engine.copyFromRemoteBuffer("b", values, 0, 0);
    CHECK(values[0] == -3);
    engine.copyFromRemoteBuffer("b", values, 0, 1);
    CHECK(values[0] == -1007);
    throwsNaming<graph_replication_error>({"2 replicas", "replica 2"},
                                          [&] { engine.copyFromRemoteBuffer("b", values, 0, 2); });
  });
}

TEST_CASE("a run of replicas takes as long as the slowest, and their clocks meet at copies between them") {
  IPUModel model;
  model.tilesPerIPU = 4;
  model.numIPUs = 2;
  Device device = model.createDevice();
  const auto measure = [&](int first, int second) {
    Graph graph(device, replication_factor(2));
    Tensor turns = integer(graph, "turns"), minus = graph.addConstant<int>(INT, {}, -1);
    graph.setTileMapping(minus, 0);
    program::Sequence slow{program::RepeatWhileTrue(program::Sequence(), turns, add(graph, turns, minus)),
                           program::CrossReplicaCopy(turns, turns, {{0, 1}})};
    Tensor count = cycleCount(graph, slow, 0, SyncType::INTERNAL);
    graph.createHostRead("count", count);
    Engine engine(graph, slow);
    engine.load(device);
    write(engine, "write turns", std::vector<int>{first, second});
    engine.run();
    const auto words = read<unsigned>(engine, "count", 4);
    CHECK(words[0] == words[2]);
    return words[0];
  };
  const unsigned short1 = measure(1, 1), long1 = measure(1, 50), long0 = measure(50, 1);
  CHECK(long1 == long0);
  CHECK(long1 > short1 + 40 * 100);
}
