// All shortest paths: step k of the algorithm needs row k everywhere, which a copy spreads to all tiles beforehand. The
// steps are different programs of one sequence, built by a loop of the host.
//
// Build: g++ -std=c++20 ShortestPaths.cpp -lpoplar -lpoputil -o paths
// Run: ./paths model
// Run: ./paths cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poputil/TileMapping.hpp>
#include <algorithm>
#include <iostream>
#include <limits>
#include <string_view>
#include <vector>

namespace p = poplar;
namespace pp = poplar::program;

int main(int argc, char **argv) {
  constexpr std::size_t n = 30;
  constexpr unsigned kFar = 1u << 30;
  p::IPUModel model;
  model.tilesPerIPU = 10;
  auto device = argc > 1 && std::string_view(argv[1]) == "cpu" ? p::Device::createCPUDevice() : model.createDevice();
  p::Graph graph{device.getTarget()};
  graph.addCodelets("Relax.cpp");
  const auto tiles = graph.getTarget().getNumTiles();

  auto distances = graph.addVariable(p::UNSIGNED_INT, {n, n}, {"distances"});
  for (std::size_t row = 0; row < n; ++row) graph.setTileMapping(distances[row], row % tiles);
  auto pivot = graph.addVariable(p::UNSIGNED_INT, {tiles, n}, {"pivot"});
  for (unsigned tile = 0; tile < tiles; ++tile) graph.setTileMapping(pivot[tile], tile);

  pp::Sequence prog;
  for (std::size_t k = 0; k < n; ++k) {
    prog.add(pp::Copy(distances[k].expand({0}).broadcast(tiles, 0), pivot, false, {"spread"}));
    auto cs = graph.addComputeSet({"relax"});
    for (std::size_t row = 0; row < n; ++row) {
      if (row == k) continue;
      auto v = graph.addVertex(cs, "Relax<unsigned int>");
      graph.connect(v["row"], distances[row]);
      graph.connect(v["pivot"], pivot[row % tiles]);
      graph.setInitialValue(v["k"], k);
      graph.setTileMapping(v, row % tiles);
    }
    prog.add(pp::Execute(cs));
  }
  graph.createHostWrite("write", distances, true);
  graph.createHostRead("read", distances, true);
  p::Engine engine{graph, prog};
  engine.load(device);

  std::vector<unsigned> host(n * n, kFar);
  for (std::size_t i = 0; i < n; ++i) {
    host[i * n + i] = 0;
    for (std::size_t edge = 1; edge <= 3; ++edge)
      host[i * n + (i * 7 + edge * 11) % n] =
          std::min<unsigned>(host[i * n + (i * 7 + edge * 11) % n], 1 + i * edge % 17);
  }
  auto expected = host;
  engine.writeTensor("write", host.data(), host.data() + host.size());
  engine.run();
  engine.readTensor("read", host.data(), host.data() + host.size());
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        expected[i * n + j] = std::min(expected[i * n + j], expected[i * n + k] + expected[k * n + j]);
  const auto reached = std::count_if(host.begin(), host.end(), [](unsigned d) { return d < kFar; });
  std::cout << reached << " of " << n * n << " pairs are connected\n";
  return host == expected && reached > long(n) ? 0 : 1;
}
