// Pi by throwing darts: one vertex for each worker thread of each tile with its own state of a random generator, which
// goes on where it was in the next round. An IPU clock counts the cycles.
//
// Build: g++ -std=c++17 Pi.cpp -lpopops -lpoplar -o pi
// Run: ./pi 20000
// Run: ./pi 20000 --cpu
#include <poplar/CycleCount.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <popops/Reduce.hpp>
#include <popops/codelets.hpp>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

using namespace poplar;
using namespace poplar::program;

static std::uint32_t next(std::uint32_t &state) {
  state ^= state << 13;
  state ^= state >> 17;
  return state ^= state << 5;
}

int main(int argc, char **argv) {
  const unsigned darts = argc > 1 ? std::atoi(argv[1]) : 10000;
  const bool cpu = argc > 2 && std::string(argv[2]) == "--cpu";
  IPUModel model;
  model.tilesPerIPU = 16;
  auto device = cpu ? Device::createCPUDevice() : model.createDevice();
  const auto &target = device.getTarget();
  Graph graph(target);
  graph.addCodelets("PiCodelet.cpp");
  popops::addCodelets(graph);

  const auto threads = target.getNumTiles() * target.getNumWorkerContexts();
  Tensor hits = graph.addVariable(UNSIGNED_INT, {threads}, "hits");
  ComputeSet cs = graph.addComputeSet("throw");
  const unsigned each = darts / threads;
  for (unsigned i = 0; i < threads; ++i) {
    const unsigned tile = i / target.getNumWorkerContexts();
    auto v = graph.addVertex(cs, "Darts", {{"hits", hits[i]}});
    graph.setInitialValue(v["state"], 2463534242u + 7919u * i);
    graph.setInitialValue(v["darts"], each);
    graph.setTileMapping(v, tile);
    graph.setTileMapping(hits[i], tile);
  }
  Sequence seq;
  seq.add(Execute(cs));
  Tensor cycles = cycleCount(graph, seq, 0, SyncType::INTERNAL, "cycles");
  Tensor sum = popops::reduce(graph, hits, {0}, popops::Operation::ADD, seq, "sum");
  graph.createHostRead("sum", sum);
  graph.createHostRead("cycles", cycles);

  Engine engine(graph, seq);
  engine.load(device);
  std::vector<std::uint32_t> states(threads);
  for (unsigned i = 0; i < threads; ++i) states[i] = 2463534242u + 7919u * i;
  std::uint64_t all = 0, expected = 0;
  const unsigned rounds = 3;
  for (unsigned round = 0; round < rounds; ++round) {
    engine.run(0);
    std::uint32_t count;
    engine.readTensor("sum", &count, &count + 1);
    all += count;
    for (auto &state : states)
      for (unsigned d = 0; d < each; ++d) {
        const float x = float(next(state) >> 8) * 0x1p-24f, y = float(next(state) >> 8) * 0x1p-24f;
        expected += x * x + y * y < 1.0f;
      }
  }
  std::uint64_t clock;
  engine.readTensor("cycles", &clock, &clock + 1);
  const double pi = 4.0 * double(all) / (double(rounds) * each * threads);
  std::cout << "pi is about " << pi << "; " << clock << " cycles\n";
  return all == expected && std::fabs(pi - M_PI) < 0.05 && (cpu || clock > each) ? EXIT_SUCCESS : EXIT_FAILURE;
}
