// Waves on a square membrane that is clamped at its edge: two time levels, each overwritten in its turn. A constant
// shared with the codelets comes from a common header.
//
// Build: g++ -std=c++11 Wave.cpp -lpoplar -o wave
// Run: ./wave 20
// Run: ./wave 31 cpu
#include "wave.hpp"
#include <poplar/DeviceManager.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <vector>

using namespace poplar;
using namespace poplar::program;

int main(int argc, char **argv) {
  const std::size_t size = argc > 1 ? std::atoi(argv[1]) : 20, width = size + 2;
  Device device;
  if (argc > 2) {
    device = Device::createCPUDevice();
  } else {
    IPUModel model;
    model.tilesPerIPU = 5;
    device = model.createDevice();
  }
  Graph graph(device.getTarget());
  graph.addCodelets("WaveCodelets.cpp", CodeletFileType::CppSource, "-I . -O3");

  Tensor level[2];
  for (Tensor &t : level) {
    t = graph.addVariable(FLOAT, {width, width}, "level");
    graph.setTileMapping(t, 0); // the edge; the strips are mapped below
  }
  const std::size_t tiles = std::min<std::size_t>(graph.getTarget().getNumTiles(), size);
  std::vector<ComputeSet> steps;
  for (unsigned turn = 0; turn < 2; ++turn) {
    steps.push_back(graph.addComputeSet("step"));
    for (std::size_t tile = 0; tile < tiles; ++tile) {
      const std::size_t begin = 1 + size * tile / tiles, end = 1 + size * (tile + 1) / tiles;
      Tensor strip = level[turn].slice(begin, end).flatten();
      VertexRef v = graph.addVertex(steps.back(), "WaveStrip");
      graph.connect(v["now"], level[1 - turn].slice(begin - 1, end + 1).flatten());
      graph.connect(v["previous"], strip);
      graph.setInitialValue(v["width"], width);
      graph.setTileMapping(v, tile);
      graph.setTileMapping(strip, tile);
    }
  }
  graph.createHostWrite("level0", level[0]);
  graph.createHostWrite("level1", level[1]);
  graph.createHostRead("result", level[1]);

  Engine engine(graph, Repeat(kSteps / 2, Sequence{Execute(steps[0]), Execute(steps[1])}));
  engine.load(device);

  std::vector<float> start(width * width, 0.0f);
  for (std::size_t y = 1; y <= size; ++y)
    for (std::size_t x = 1; x <= size; ++x)
      start[y * width + x] = std::exp(-0.1f * ((x - 6.0f) * (x - 6.0f) + (y - 9.0f) * (y - 9.0f)));
  engine.writeTensor("level0", ArrayRef<float>(start));
  engine.writeTensor("level1", ArrayRef<float>(start));
  engine.run();
  std::vector<float> result(start.size());
  engine.readTensor("result", result.data(), result.data() + result.size());

  std::vector<double> before(start.begin(), start.end()), now = before;
  for (unsigned s = 0; s < kSteps; ++s) {
    for (std::size_t y = 1; y <= size; ++y)
      for (std::size_t x = 1; x <= size; ++x) {
        const std::size_t i = y * width + x;
        before[i] = 2 * now[i] - before[i] +
                    kCourant2 * (now[i - width] + now[i + width] + now[i - 1] + now[i + 1] - 4 * now[i]);
      }
    before.swap(now);
  }
  double error = 0;
  for (std::size_t i = 0; i < now.size(); ++i) error = std::max(error, std::fabs(now[i] - result[i]));
  std::cout << "Largest error after " << kSteps << " steps: " << error << std::endl;
  return error < 1e-4 ? EXIT_SUCCESS : EXIT_FAILURE;
}
