// A vertex of the supervisor thread beside vertices of worker threads in one program.
//
// Build: g++ -std=c++11 Supervisor.cpp -lpoplar -o supervisor
// Run: ./supervisor
// Run: ./supervisor cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <algorithm>
#include <iostream>
#include <numeric>
#include <vector>

using namespace poplar;
using namespace poplar::program;

int main(int argc, char **) {
  const std::size_t n = 40, tiles = 3;
  IPUModel model;
  model.tilesPerIPU = tiles;
  Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device);
  graph.addCodelets("SupervisorCodelets.cpp");
  Tensor data = graph.addVariable(SHORT, {tiles, n}, "data");
  Tensor largest = graph.addVariable(SHORT, {tiles}, "largest");
  ComputeSet prepare = graph.addComputeSet("prepare"), supervise = graph.addComputeSet("supervise");
  for (unsigned t = 0; t < tiles; ++t) {
    const unsigned tile = t % graph.getTarget().getNumTiles();
    graph.setTileMapping(data[t], tile);
    graph.setTileMapping(largest[t], tile);
    for (unsigned part = 0; part < 4; ++part)
      graph.setTileMapping(graph.addVertex(prepare, "Negate", {{"data", data[t].slice(10 * part, 10 * part + 10)}}),
                           tile);
    VertexRef s =
        graph.addVertex(supervise, "ReverseAndFindLargest<short>", {{"data", data[t]}, {"largest", largest[t]}});
    graph.setTileMapping(s, tile);
  }
  graph.createHostWrite("in", data);
  graph.createHostRead("out", data);
  graph.createHostRead("largest", largest);
  Engine engine(graph, Sequence{Execute(prepare), Execute(supervise)});
  engine.load(device);
  std::vector<short> host(tiles * n), out(tiles * n), maxima(tiles);
  for (std::size_t i = 0; i < host.size(); ++i) host[i] = static_cast<short>(i * 7919 % 1009 - 500);
  engine.writeTensor("in", host.data(), host.data() + host.size());
  engine.run();
  engine.readTensor("out", out.data(), out.data() + out.size());
  engine.readTensor("largest", maxima.data(), maxima.data() + tiles);
  for (std::size_t t = 0; t < tiles; ++t) {
    std::vector<short> expected(host.begin() + t * n, host.begin() + (t + 1) * n);
    for (short &x : expected) x = static_cast<short>(-x);
    std::reverse(expected.begin(), expected.end());
    if (!std::equal(expected.begin(), expected.end(), out.begin() + t * n) ||
        maxima[t] != *std::max_element(expected.begin(), expected.end())) {
      std::cerr << "tile " << t << " is wrong\n";
      return 1;
    }
  }
  return 0;
}
