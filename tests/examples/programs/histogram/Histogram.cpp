// Histogram of bytes: each tile counts its share into bins of its own for each worker, a reduction adds them up. Bins
// start from zero in every run.
//
// Build: g++ -std=c++11 Histogram.cpp -lpoplar -lpoputil -lpopops -o histogram
// Run: ./histogram
// Run: ./histogram cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <popops/Reduce.hpp>
#include <popops/Zero.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <vector>

using namespace poplar;
using namespace poplar::program;

int main(int argc, char **) {
  const std::size_t n = 10000, bins = 32;
  IPUModel model;
  model.tilesPerIPU = 10;
  Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  const Target target = device.getTarget();
  const std::size_t numTiles = target.getNumTiles(), workers = target.getNumWorkerContexts();

  Graph graph(target);
  popops::addCodelets(graph);
  graph.addCodelets("HistogramCodelets.cpp");
  Tensor data = graph.addVariable(UNSIGNED_CHAR, {n}, "data");
  poputil::mapTensorLinearly(graph, data, 0, 8);
  Tensor counts = graph.addVariable(UNSIGNED_INT, {numTiles, workers, bins}, "counts");
  for (unsigned tile = 0; tile < numTiles; ++tile) graph.setTileMapping(counts[tile], tile);

  Sequence prog;
  popops::zero(graph, counts, prog, "zero");
  ComputeSet cs = graph.addComputeSet("count");
  const auto mapping = graph.getTileMapping(data);
  for (unsigned tile = 0; tile < numTiles; ++tile) {
    if (mapping[tile].empty()) continue;
    VertexRef v = graph.addVertex(cs, "CountBytes");
    graph.connect(v["data"], concat(data.slices(mapping[tile])));
    graph.connect(v["counts"], counts[tile]);
    graph.setInitialValue(v["shift"], 3);
    graph.setTileMapping(v, tile);
  }
  prog.add(Execute(cs));
  Tensor histogram = popops::reduce(graph, counts, {0, 1}, popops::Operation::ADD, prog, "histogram");

  DataStream in = graph.addHostToDeviceFIFO("in", UNSIGNED_CHAR, n);
  graph.createHostRead("histogram", histogram);
  Engine engine(graph, Sequence({Copy(in, data), prog}));
  engine.load(device);

  std::vector<std::uint8_t> host(n);
  std::vector<unsigned> result(bins);
  engine.connectStream("in", host.data());
  for (unsigned run = 0; run < 2; ++run) {
    std::vector<unsigned> expected(bins, 0u);
    for (auto &x : host) {
      x = std::uint8_t((std::rand() % 256 + std::rand() % 256) / 2);
      ++expected[x >> 3];
    }
    engine.run();
    engine.readTensor("histogram", result.data(), result.data() + bins);
    if (result != expected) {
      std::cerr << "Run " << run << " is wrong\n";
      return EXIT_FAILURE;
    }
  }
  for (unsigned count : result) std::cout << std::string(count / 16, '#') << '\n';
  return EXIT_SUCCESS;
}
