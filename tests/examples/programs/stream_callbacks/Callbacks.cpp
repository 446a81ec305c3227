// Streams served by callbacks of all kinds: a class that prefetches, a class that does not, and lambdas. The device
// asks for data as often as its program needs it.
//
// Build: g++ -std=c++11 Callbacks.cpp -lpoplar -o callbacks
// Run: ./callbacks
// Run: ./callbacks cpu
#include <poplar/DataStream.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poplar/StreamCallback.hpp>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <vector>

using namespace poplar;
using namespace poplar::program;

struct Counts {
  unsigned prefetched = 0, fetched = 0, completed = 0;
};

// Delivers 0, 1, 2, ...; an element counts as used when complete() is called, so that a prefetched one is not lost.
class Counter final : public StreamCallback {
public:
  explicit Counter(Counts &counts) : counts_(counts) {}

  StreamCallback::Result prefetch(void *p) noexcept override {
    ++counts_.prefetched;
    std::memcpy(p, &value_, sizeof value_);
    return StreamCallback::Result::Success;
  }
  void fetch(void *p) noexcept override {
    ++counts_.fetched;
    std::memcpy(p, &value_, sizeof value_);
  }
  void complete() noexcept override {
    ++counts_.completed;
    ++value_;
  }
  void invalidatePrefetched() noexcept override {}

private:
  Counts &counts_;
  int value_ = 0;
};

// Never has anything ready beforehand.
class Lazy : public StreamCallback {
public:
  Result prefetch(void *) { return Result::NotAvailable; }
  void fetch(void *p) {
    int *out = static_cast<int *>(p);
    out[0] = calls_++ % 2 ? -1 : 1;
  }
  void complete() {}
  void invalidatePrefetched() {}

private:
  int calls_ = 0;
};

int main(int argc, char **) {
  IPUModel model;
  model.tilesPerIPU = 2;
  Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device);
  graph.addCodelets("AccumulateCodelet.cpp");
  Tensor sum = graph.addVariable(INT, {1}, "sum"), value = graph.addVariable(INT, {1}, "value"),
         sign = graph.addVariable(INT, {1}, "sign");
  Tensor zero = graph.addConstant(INT, {1}, 0);
  for (const Tensor &t : {sum, value, sign, zero}) graph.setTileMapping(t, 0);
  ComputeSet accumulate = graph.addComputeSet("accumulate");
  VertexRef v = graph.addVertex(accumulate, "Accumulate");
  graph.connect(v["sum"], sum[0]);
  graph.connect(v["value"], value[0]);
  graph.connect(v["sign"], sign[0]);
  graph.setTileMapping(v, 0);

  DataStream values = graph.addHostToDeviceFIFO("values", INT, 1);
  DataStream signs = graph.addHostToDeviceFIFO("signs", INT, 1, ReplicatedStreamMode::BROADCAST);
  DataStream sums = graph.addDeviceToHostFIFO("sums", INT, 1);
  Sequence step{Copy(values, value), Copy(signs, sign), Execute(accumulate), Copy(sum, sums)};
  Engine engine(graph, Sequence{Copy(zero, sum), Repeat(5, step)});

  // Callbacks may be connected before or after the program is loaded.
  Counts counts;
  engine.connectStreamToCallback("values", std::unique_ptr<Counter>(new Counter(counts)));
  engine.load(device);
  engine.connectStreamToCallback("signs", std::unique_ptr<StreamCallback>(new Lazy));
  std::vector<int> seen;
  auto collect = [&seen](void *p) { seen.push_back(*static_cast<int *>(p)); };
  engine.connectStreamToCallback("sums", collect);

  engine.run();
  engine.run();
  std::vector<int> expected;
  for (int run = 0, n = 0; run < 2; ++run)
    for (int i = 0, s = 0; i < 5; ++i, ++n) expected.push_back(s += n % 2 ? -n : n);
  for (int s : seen) std::cout << s << ' ';
  std::cout << "(" << counts.prefetched << " prefetched, " << counts.fetched << " fetched)\n";
  bool right = seen == expected && counts.completed == 10 && counts.prefetched + counts.fetched >= 10;

  // Another callback takes over for the next run.
  engine.connectStreamToCallback("values", [](void *p) { *static_cast<int *>(p) = 100; });
  seen.clear();
  engine.run();
  right = right && seen == std::vector<int>{100, 0, 100, 0, 100};
  return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
