// Conway's Game of Life on a torus, cells as unsigned char. Rows are shared between the tiles.
//
// Build: g++ -std=c++11 Life.cpp -lpoplar -o life
// Run: ./life
// Run: ./life cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

using namespace poplar;
using namespace poplar::program;

const unsigned kHeight = 24, kWidth = 40, kGenerations = 30;

static std::vector<unsigned char> next(const std::vector<unsigned char> &cells) {
  std::vector<unsigned char> result(cells.size());
  for (unsigned y = 0; y < kHeight; ++y)
    for (unsigned x = 0; x < kWidth; ++x) {
      unsigned alive = 0;
      for (unsigned dy = kHeight - 1; dy <= kHeight + 1; ++dy)
        for (unsigned dx = kWidth - 1; dx <= kWidth + 1; ++dx)
          if (dy != kHeight || dx != kWidth) alive += cells[(y + dy) % kHeight * kWidth + (x + dx) % kWidth];
      result[y * kWidth + x] = alive == 3 || (alive == 2 && cells[y * kWidth + x]);
    }
  return result;
}

int main(int argc, char **argv) {
  IPUModel ipuModel;
  ipuModel.tilesPerIPU = 6;
  Device device = argc > 1 && std::string(argv[1]) == "cpu" ? Device::createCPUDevice() : ipuModel.createDevice();
  Graph graph(device.getTarget());
  graph.addCodelets("LifeCodelets.cpp");

  Tensor cells[2];
  for (unsigned i = 0; i < 2; ++i) {
    cells[i] = graph.addVariable(UNSIGNED_CHAR, {kHeight, kWidth}, "cells" + std::to_string(i));
    for (unsigned y = 0; y < kHeight; ++y)
      graph.setTileMapping(cells[i][y], y * graph.getTarget().getNumTiles() / kHeight);
  }
  ComputeSet generation = graph.addComputeSet("generation");
  for (unsigned y = 0; y < kHeight; ++y) {
    VertexRef v = graph.addVertex(generation, "LifeRow",
                                  {{"above", cells[0][(y + kHeight - 1) % kHeight]},
                                   {"row", cells[0][y]},
                                   {"below", cells[0][(y + 1) % kHeight]},
                                   {"out", cells[1][y]}});
    graph.setTileMapping(v, y * graph.getTarget().getNumTiles() / kHeight);
    graph.setPerfEstimate(v, 30 * kWidth);
  }
  DataStream in = graph.addHostToDeviceFIFO("in", UNSIGNED_CHAR, kHeight * kWidth);
  DataStream out = graph.addDeviceToHostFIFO("out", UNSIGNED_CHAR, kHeight * kWidth);

  // Program 0 sets the cells, program 1 lives one generation and shows it.
  Engine engine(graph,
                {Copy(in, cells[0]), Sequence{Execute(generation), Copy(cells[1], cells[0]), Copy(cells[0], out)}});
  engine.load(device);

  std::vector<unsigned char> host(kHeight * kWidth), shown(host.size());
  std::srand(7);
  for (unsigned char &cell : host) cell = std::rand() / (RAND_MAX / 3) == 0;
  engine.connectStream("in", host.data());
  engine.connectStream("out", shown.data());
  engine.run(0);
  for (unsigned g = 1; g <= kGenerations; ++g) {
    engine.run(1);
    host = next(host);
    if (shown != host) {
      std::cerr << "Generation " << g << " is wrong\n";
      return 1;
    }
  }
  for (unsigned y = 0; y < kHeight; ++y) {
    for (unsigned x = 0; x < kWidth; ++x) std::cout << (shown[y * kWidth + x] ? '#' : '.');
    std::cout << '\n';
  }
  return 0;
}
