// Tiles for input and output beside tiles that compute: while these work on one batch, those receive the next and send
// the last. Two virtual graphs share the tiles of the device.
//
// Build: g++ -std=c++17 Overlap.cpp -lpoplar -lpopops -lpoputil -o overlap
// Run: ./overlap
// Run: POPLAR_TARGET_OPTIONS='{"tilesPerIPU":"40"}' ./overlap ipu
#include <poplar/DeviceManager.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poplar/StreamCallback.hpp>
#include <popops/ElementWise.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <cmath>
#include <cstring>
#include <iostream>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <vector>

using namespace poplar;
using namespace poplar::program;
namespace pe = popops::expr;

namespace {

constexpr unsigned kBatch = 64, kBatches = 9, kIoTiles = 8;

float sample(unsigned batch, unsigned i) { return std::sin(0.1f * i + batch); }

// Makes the batches one after the other.
class Source : public StreamCallback {
public:
  Result prefetch(void *p) override {
    fetch(p);
    return Result::Success;
  }
  void fetch(void *p) override {
    for (unsigned i = 0; i < kBatch; ++i) static_cast<float *>(p)[i] = sample(next_, i);
  }
  void complete() override { ++next_; }
  void invalidatePrefetched() override {}

private:
  unsigned next_ = 0;
};

Device getDevice(bool ipu) {
  if (!ipu) {
    IPUModel model;
    model.tilesPerIPU = 40;
    return model.createDevice();
  }
  for (auto &d : DeviceManager().getDevices(TargetType::IPU, 1))
    if (d.attach()) return std::move(d);
  throw std::runtime_error("no IPU");
}

} // namespace

int main(int argc, char **) {
  Device device = getDevice(argc > 1);
  Graph graph(device.getTarget());
  popops::addCodelets(graph);
  const unsigned numTiles = graph.getTarget().getNumTiles();
  std::vector<unsigned> ioTiles(kIoTiles), computeTiles(numTiles - kIoTiles);
  std::iota(ioTiles.begin(), ioTiles.end(), 0);
  std::iota(computeTiles.begin(), computeTiles.end(), kIoTiles);
  Graph io = graph.createVirtualGraph(ioTiles), compute = graph.createVirtualGraph(computeTiles);

  Tensor received = io.addVariable(FLOAT, {kBatch}, VariableMappingMethod::LINEAR, "received");
  Tensor toSend = io.addVariable(FLOAT, {kBatch}, VariableMappingMethod::LINEAR, "toSend");
  Tensor working = compute.addVariable(FLOAT, {kBatch}, VariableMappingMethod::LINEAR, "working");
  for (unsigned tile : {0u, kIoTiles - 1})
    if (io.getTileMapping(received)[tile].empty() != graph.getTileMapping(received)[tile].empty()) return 1;

  OptionFlags streamOptions{{"bufferingDepth", "2"}};
  DataStream in = graph.addHostToDeviceFIFO("in", FLOAT, kBatch, ReplicatedStreamMode::REPLICATE, streamOptions);
  DataStream out = graph.addDeviceToHostFIFO("out", FLOAT, kBatch);

  Sequence work;
  Tensor result = popops::map(compute, pe::Exp(pe::_1) + pe::_1 * pe::Const(0.5f), {working}, work, "work");

  // Fill, steady state, drain: in the loop three batches are under way.
  Sequence program;
  program.add(Copy(in, received));
  program.add(Copy(received, working));
  Sequence body;
  body.add(Copy(in, received));   // the next batch ...
  body.add(work);                 // ... while this one is worked on
  body.add(Copy(result, toSend)); // hand over between the two kinds of tiles
  body.add(Copy(received, working));
  body.add(Copy(toSend, out));
  program.add(Repeat(kBatches - 1, body));
  program.add(work);
  program.add(Copy(result, toSend));
  program.add(Copy(toSend, out));

  Engine engine(graph, program,
                {{"exchange.streamBufferOverlap", "hostRearrangeOnly"}, {"exchange.enablePrefetch", "true"}});
  engine.load(device);
  std::unique_ptr<Source> source(new Source);
  engine.connectStreamToCallback("in", std::move(source));
  std::vector<std::vector<float>> results;
  engine.connectStreamToCallback("out", [&results](void *p) {
    results.emplace_back(kBatch);
    std::memcpy(results.back().data(), p, kBatch * sizeof(float));
  });
  engine.run(0);

  if (results.size() != kBatches) {
    std::cerr << results.size() << " batches came back\n";
    return 1;
  }
  for (unsigned b = 0; b < kBatches; ++b)
    for (unsigned i = 0; i < kBatch; ++i) {
      const double x = sample(b, i);
      if (std::fabs(results[b][i] - (std::exp(x) + 0.5 * x)) > 1e-5) {
        std::cerr << "batch " << b << ", element " << i << " is wrong\n";
        return 1;
      }
    }
  std::cout << kBatches << " batches through " << kIoTiles << " I/O tiles\n";
  return 0;
}
