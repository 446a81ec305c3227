// Remote buffers and host functions: what leaves the device by a name.
#include <numeric>

#include "tests/support/Catch.hpp"
#include "tests/support/Devices.hpp"
#include "tests/support/Throws.hpp"

using namespace poplar;
using namespace support;

namespace {

std::vector<int> counting(std::size_t n, int from) {
  std::vector<int> values(n);
  std::iota(values.begin(), values.end(), from);
  return values;
}

} // namespace

TEST_CASE("a remote buffer keeps rows that programs and the host copy") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    Tensor t = graph.addVariable(INT, {2, 3});
    spread(graph, t);
    RemoteBuffer buffer = graph.addRemoteBuffer("rows", INT, 3, 5);
    CHECK(buffer.handle() == "rows");
    CHECK(buffer.numElements() == 3);
    CHECK(buffer.getRepeats() == 5);
    CHECK(buffer.elementType() == INT);
    CHECK(!buffer.isRearrangeOnHost());
    CHECK(!buffer.isOptimisedForMemory());
    Tensor offset = graph.addConstant<unsigned>(UNSIGNED_INT, {2}, {4, 1});
    Tensor both = graph.addConstant<int>(INT, {2}, {3, 3});
    Tensor one = graph.addVariable(INT, {});
    spread(graph, both);
    spread(graph, offset);
    graph.setTileMapping(one, 0);
    graph.createHostWrite("one", one);
    graph.createHostRead("t", t);
    using program::Copy;
    Engine engine(graph, {Copy(buffer, t, offset), Copy(buffer, t[1]), Copy(t[0], buffer, one), Copy(t[1], buffer),
                          Copy(t, buffer, both)});
    engine.load(d.device);
    for (int row = 0; row < 5; ++row) {
      const std::vector<int> values = counting(3, 10 * row);
      engine.copyToRemoteBuffer(values.data(), "rows", static_cast<unsigned>(row));
    }
    engine.run(0); // t = rows 4, 1
    CHECK(read<int>(engine, "t", 6) == std::vector<int>{40, 41, 42, 10, 11, 12});
    engine.run(1); // t[1] = row 0
    CHECK(read<int>(engine, "t", 6) == std::vector<int>{40, 41, 42, 0, 1, 2});
    write(engine, "one", std::vector<int>{2});
    engine.run(2); // row 2 = t[0]
    std::vector<int> row(3);
    engine.copyFromRemoteBuffer("rows", row.data(), 2);
    CHECK(row == std::vector<int>{40, 41, 42});
    engine.copyToRemoteBuffer(std::vector<int>{7, 8, 9}, "rows", 1);
    engine.copyFromRemoteBuffer("rows", row, 1);
    CHECK(row == std::vector<int>{7, 8, 9});
    engine.copyFromRemoteBuffer("rows", row, 0, 0);
    CHECK(row == std::vector<int>{0, 1, 2});
    write(engine, "one", std::vector<int>{5});
    throwsNaming<application_runtime_error>({"rows", "row 5", "5 rows"}, [&] { engine.run(2); });
    write(engine, "one", std::vector<int>{-1});
    throwsNaming<application_runtime_error>({"rows", "row -1"}, [&] { engine.run(2); });
  });
}

TEST_CASE("of rows of a remote buffer that are written twice the last counts") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    Tensor t = graph.addVariable(FLOAT, {4}), offset = graph.addConstant<int>(INT, {2}, {0, 0});
    spread(graph, t);
    spread(graph, offset);
    graph.setInitialValue(t, ArrayRef<float>{1, 2, 3, 4});
    RemoteBuffer buffer = graph.addRemoteBuffer("b", FLOAT, 2);
    Engine engine(graph, program::Copy(t, buffer, offset));
    engine.loadAndRun(d.device);
    std::vector<float> row(2);
    engine.copyFromRemoteBuffer("b", row, 0);
    CHECK(row == std::vector<float>{3, 4});
  });
}

TEST_CASE("host functions take inputs and give outputs") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    Tensor a = graph.addVariable(FLOAT, {3}), b = graph.addVariable(INT, {}), sum = graph.addVariable(FLOAT, {3}),
           calls = graph.addVariable(UNSIGNED_INT, {1});
    for (const Tensor &t : {a, b, sum, calls}) spread(graph, t);
    graph.setInitialValue(a, ArrayRef<float>{1, 2, 3});
    graph.setInitialValue(b, 10);
    graph.createHostRead("sum", sum);
    graph.createHostRead("calls", calls);
    HostFunction add = graph.addHostFunction("add", {std::make_tuple(FLOAT, 3), std::make_tuple(INT, 1)},
                                             {std::make_tuple(FLOAT, 3), std::make_tuple(UNSIGNED_INT, 1)});
    HostFunction nothing = graph.addHostFunction("nothing", {}, {});
    Engine engine(graph, program::Sequence{program::Repeat(4, program::Call(add, {a, b}, {sum, calls})),
                                           program::Call(nothing, {}, {})});
    unsigned count = 0, empty = 0;
    engine.connectHostFunction("add", 0, [&](ArrayRef<const void *> inputs, ArrayRef<void *> outputs) {
      const auto *x = static_cast<const float *>(inputs[0]);
      const int y = *static_cast<const int *>(inputs[1]);
      for (int i = 0; i < 3; ++i) static_cast<float *>(outputs[0])[i] = x[i] + static_cast<float>(y);
      *static_cast<unsigned *>(outputs[1]) = ++count;
    });
    engine.connectHostFunction("nothing",
                               [&](const void *const *, std::size_t inputs, void *const *, std::size_t outputs) {
                                 empty += 1 + static_cast<unsigned>(inputs + outputs);
                               });
    engine.load(d.device);
    engine.run();
    CHECK(read<float>(engine, "sum", 3) == std::vector<float>{11, 12, 13});
    CHECK(read<unsigned>(engine, "calls", 1) == std::vector<unsigned>{4});
    CHECK(empty == 1);
    struct Failing : HostCallback {
      void operator()(ArrayRef<const void *>, ArrayRef<void *>) override { throw std::domain_error("no more"); }
    };
    engine.connectHostFunction("add", 0, std::unique_ptr<Failing>(new Failing));
    CHECK_THROWS_AS(engine.run(), std::domain_error);
  });
}

TEST_CASE("remote buffers and host functions survive being saved") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    std::stringstream file;
    {
      Graph graph(d.device.getTarget());
      Tensor t = graph.addVariable(INT, {2});
      spread(graph, t);
      graph.setInitialValue(t, ArrayRef<int>{5, 6});
      RemoteBuffer buffer = graph.addRemoteBuffer("b", INT, 2, 3);
      HostFunction twice = graph.addHostFunction("twice", {std::make_tuple(INT, 2)}, {std::make_tuple(INT, 2)});
      Tensor offset = graph.addConstant<int>(INT, {1}, {2});
      spread(graph, offset);
      compileGraph(graph, {program::Sequence{program::Call(twice, {t}, {t}), program::Copy(t, buffer, offset)}})
          .serialize(file);
    }
    Engine engine(Executable::deserialize(file));
    engine.connectHostFunction("twice", 0, [](ArrayRef<const void *> in, ArrayRef<void *> out) {
      for (int i = 0; i < 2; ++i) static_cast<int *>(out[0])[i] = 2 * static_cast<const int *>(in[0])[i];
    });
    engine.loadAndRun(d.device);
    std::vector<int> row(2);
    engine.copyFromRemoteBuffer("b", row, 2);
    CHECK(row == std::vector<int>{10, 12});
  });
}

TEST_CASE("copies of a remote buffer cost the simulator what the host link takes") {
  const auto cycles = [](std::size_t elements) {
    Device device = DeviceManager().getDevice(0);
    Graph graph(device.getTarget());
    Tensor t = graph.addVariable(FLOAT, {elements}, VariableMappingMethod::LINEAR);
    RemoteBuffer buffer = graph.addRemoteBuffer("b", FLOAT, elements);
    program::Sequence sequence{program::Copy(buffer, t)};
    Tensor count = cycleCount(graph, sequence, 0, SyncType::EXTERNAL);
    graph.createHostRead("count", count);
    Engine engine(graph, sequence);
    engine.loadAndRun(device);
    return read<std::uint32_t>(engine, "count", 2)[0];
  };
  // A GC200 takes 4.7 bytes a cycle: 470 KB more are 100,000 cycles more.
  CHECK(cycles(235000) - cycles(117500) == Approx(100000).epsilon(0.01));
}
