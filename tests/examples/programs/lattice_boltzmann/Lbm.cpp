// Flow through a channel with an obstacle by the lattice Boltzmann method. Halo rows are exchanged by connecting the
// neighbours' rows; the grid is periodic along the flow and has walls at its sides.
//
// Build: g++ -std=c++14 -O2 Lbm.cpp -lpoplar -lpopops -lpoputil -o lbm
// Run: ./lbm --steps 20
// Run: ./lbm --steps 20 --device cpu
#include "D2Q9.hpp"
#include <poplar/CycleCount.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <popops/Reduce.hpp>
#include <popops/codelets.hpp>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

using namespace poplar;
using namespace poplar::program;

int main(int argc, char **argv) {
  const std::size_t height = 18, width = 24;
  const float omega = 1.2f, force = 0.002f;
  unsigned steps = 10;
  std::string kind = "model";
  for (int i = 1; i + 1 < argc; ++i) {
    if (!std::strcmp(argv[i], "--steps")) steps = std::atoi(argv[i + 1]);
    if (!std::strcmp(argv[i], "--device")) kind = argv[i + 1];
  }
  IPUModel model("ipu2");
  model.tilesPerIPU = 6;
  Device device = kind == "cpu" ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device.getTarget());
  graph.addCodelets("LbmCodelets.cpp", CodeletFileType::Auto, "-O3 -ffast-math -I.");
  popops::addCodelets(graph);

  std::vector<char> hostWalls(height * width);
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < width; ++x)
      hostWalls[y * width + x] = y == 0 || y + 1 == height || (x >= 6 && x < 9 && y >= 7 && y < 11);
  Tensor walls = graph.addVariable(BOOL, {height * width}, "walls");
  Tensor cells[2];
  for (Tensor &t : cells) t = graph.addVariable(FLOAT, {height, width, 9}, "cells");
  const std::size_t tiles = graph.getTarget().getNumTiles();
  ComputeSet steps2[2] = {graph.addComputeSet("there"), graph.addComputeSet("back")};
  for (std::size_t tile = 0; tile < tiles; ++tile) {
    const std::size_t begin = height * tile / tiles, end = height * (tile + 1) / tiles;
    graph.setTileMapping(walls.slice(begin * width, end * width), tile);
    for (unsigned turn = 0; turn < 2; ++turn) {
      // Rows wrap around; the walls at both sides make it not matter.
      Tensor above = cells[turn][(begin + height - 1) % height], below = cells[turn][end % height];
      Tensor in = concat({above.expand({0}), cells[turn].slice(begin, end), below.expand({0})});
      Tensor out = cells[1 - turn].slice(begin, end);
      VertexRef v = graph.addVertex(steps2[turn], "StreamCollide");
      graph.connect(v["in"], in.flatten());
      graph.connect(v["out"], out.flatten());
      graph.connect(v["walls"], walls.slice(begin * width, end * width));
      graph.setInitialValue(v["width"], width);
      graph.setInitialValue(v["rows"], end - begin);
      graph.setInitialValue(v["omega"], omega);
      graph.setInitialValue(v["force"], force);
      graph.setTileMapping(v, tile);
      graph.setTileMapping(out, tile);
    }
  }
  DataStream wallsIn = graph.addHostToDeviceFIFO("walls", BOOL, walls.numElements());
  DataStream in = graph.addHostToDeviceFIFO("in", FLOAT, cells[0].numElements());
  DataStream out = graph.addDeviceToHostFIFO("out", FLOAT, cells[0].numElements());
  Sequence loop{Repeat(steps / 2, Sequence{Execute(steps2[0]), Execute(steps2[1])})};
  Tensor cycles = cycleCount(graph, loop, 0, SyncType::EXTERNAL);
  Tensor mass = popops::reduce(graph, cells[0].flatten(), {0}, popops::Operation::ADD, loop, "mass");
  graph.createHostRead("mass", mass);
  graph.createHostRead("cycles", cycles);
  Engine engine(graph, Sequence{Copy(wallsIn, walls), Copy(in, cells[0]), loop, Copy(cells[0], out)});
  engine.load(device);

  std::vector<float> host(height * width * 9), result(host.size());
  for (std::size_t i = 0; i < host.size(); ++i) host[i] = kWeight[i % 9] * (1.0f + 0.01f * std::sin(float(i / 9)));
  engine.connectStream("walls", hostWalls.data());
  engine.connectStream("in", host.data());
  engine.connectStream("out", result.data());
  engine.run();
  float hostMass = 0;
  std::uint64_t hostCycles = 0;
  engine.readTensor("mass", &hostMass, &hostMass + 1);
  engine.readTensor("cycles", &hostCycles, &hostCycles + 1);

  std::vector<double> now(host.begin(), host.end()), next(host.size());
  for (unsigned s = 0; s < steps / 2 * 2; ++s) {
    for (std::size_t y = 0; y < height; ++y)
      for (std::size_t x = 0; x < width; ++x) {
        double f[9];
        for (int k = 0; k < 9; ++k)
          f[k] = now[(((y + height - kDy[k]) % height) * width + (x + width - kDx[k]) % width) * 9 + k];
        double *g = &next[(y * width + x) * 9];
        if (hostWalls[y * width + x]) {
          for (int k = 0; k < 9; ++k) g[kOpposite[k]] = f[k];
          continue;
        }
        collide(f, double(omega), double(force));
        std::copy(f, f + 9, g);
      }
    now.swap(next);
  }
  double error = 0, expectedMass = 0;
  for (std::size_t i = 0; i < now.size(); ++i) {
    error = std::max(error, std::fabs(now[i] - result[i]));
    expectedMass += now[i];
  }
  std::cout << steps << " steps, error " << error << ", mass " << hostMass << ", " << hostCycles << " cycles\n";
  return error < 1e-5 && std::fabs(hostMass - expectedMass) < 1e-2 && (kind == "cpu" || hostCycles > 0) ? 0 : 1;
}
