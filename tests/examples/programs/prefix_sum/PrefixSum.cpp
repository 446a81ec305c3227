// Inclusive prefix sums in three phases: each tile scans its chunk, the chunks' totals are scanned by doubling, and each
// tile adds what lies before its chunk.
//
// Build: g++ -std=c++11 PrefixSum.cpp -lpoplar -lpoputil -o scan
// Run: ./scan 1000
// Run: ./scan 13
// Run: ./scan 1000 cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poplar/Program.hpp>
#include <poputil/TileMapping.hpp>
#include <cstdlib>
#include <iostream>
#include <numeric>
#include <vector>

using namespace poplar;
using namespace poplar::program;

int main(int argc, char **argv) {
  const std::size_t n = argc > 1 ? std::atoi(argv[1]) : 100;
  IPUModel model;
  model.tilesPerIPU = 16;
  Device device = argc > 2 ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device.getTarget());
  graph.addCodelets("ScanCodelets.cpp");

  Tensor data = graph.addVariable(INT, {n}, "data");
  poputil::mapTensorLinearly(graph, data, 1, 1);
  const Graph::TileToTensorMapping mapping = graph.getTileMapping(data);
  std::vector<unsigned> tiles;
  for (unsigned tile = 0; tile < mapping.size(); ++tile)
    if (!mapping[tile].empty()) tiles.push_back(tile);

  Tensor totals[2];
  for (Tensor &t : totals) {
    t = graph.addVariable(INT, {tiles.size()}, "totals");
    for (std::size_t i = 0; i < tiles.size(); ++i) graph.setTileMapping(t[i], tiles[i]);
  }

  Sequence prog;
  ComputeSet scan = graph.addComputeSet("scan");
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    Tensor chunk = concat(data.slices(mapping[tiles[i]]));
    VertexRef v = graph.addVertex(scan, "Scan", {{"data", chunk}, {"total", totals[0][i]}});
    graph.setTileMapping(v, tiles[i]);
  }
  prog.add(Execute(scan));

  unsigned current = 0;
  for (std::size_t distance = 1; distance < tiles.size(); distance *= 2, current = 1 - current) {
    ComputeSet cs = graph.addComputeSet("double/" + std::to_string(distance));
    for (std::size_t i = 0; i < tiles.size(); ++i) {
      // Chunks that have nothing that far to the left keep their sum.
      const bool alone = i < distance;
      VertexRef v = graph.addVertex(cs, alone ? "Keep" : "AddTwo");
      graph.connect(v["a"], totals[current][i]);
      if (!alone) graph.connect(v["b"], totals[current][i - distance]);
      graph.connect(v["out"], totals[1 - current][i]);
      graph.setTileMapping(v, tiles[i]);
    }
    prog.add(Execute(cs));
  }

  ComputeSet shift = graph.addComputeSet("shift");
  for (std::size_t i = 1; i < tiles.size(); ++i) {
    Tensor chunk = concat(data.slices(mapping[tiles[i]]));
    VertexRef v = graph.addVertex(shift, "Shift", {{"data", chunk}, {"amount", totals[current][i - 1]}});
    graph.setTileMapping(v, tiles[i]);
  }
  prog.add(Execute(shift));

  graph.createHostWrite("write", data);
  graph.createHostRead("read", data);
  Engine engine(graph, prog);
  engine.load(device);
  std::vector<int> host(n), expected(n);
  for (int &x : host) x = std::rand() % 1000 - 300;
  std::partial_sum(host.begin(), host.end(), expected.begin());
  engine.writeTensor("write", host.data(), host.data() + n);
  engine.run();
  engine.readTensor("read", host.data(), host.data() + n);
  std::cout << n << " elements on " << tiles.size() << " tiles, last sum " << host.back() << '\n';
  return host == expected ? EXIT_SUCCESS : EXIT_FAILURE;
}
