// Heat conduction in a rod with fixed ends. Each tile keeps its chunk of cells with a halo cell at both sides; between
// the steps the halos are refreshed by copies.
//
// Build: g++ -std=c++11 -O2 Heat1D.cpp -lpoplar -o heat
// Run: ./heat --device model --cells 200 --steps 50
// Run: ./heat --device cpu --cells 200 --steps 50
#include <poplar/Device.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poplar/Program.hpp>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

struct Options {
  std::string device = "model";
  unsigned cells = 100, steps = 10;
};

static Options parse(int argc, char **argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (!std::strcmp(argv[i], "--device")) options.device = argv[i + 1];
    if (!std::strcmp(argv[i], "--cells")) options.cells = std::atoi(argv[i + 1]);
    if (!std::strcmp(argv[i], "--steps")) options.steps = std::atoi(argv[i + 1]);
  }
  return options;
}

int main(int argc, char **argv) {
  const Options options = parse(argc, argv);
  poplar::Device device;
  if (options.device == "cpu") {
    device = poplar::Device::createCPUDevice();
  } else {
    poplar::IPUModel model;
    model.tilesPerIPU = 8;
    device = model.createDevice();
  }
  poplar::Graph graph(device);
  graph.addCodelets("HeatCodelets.cpp", poplar::CodeletFileType::Auto, "-O3");

  const float r = 0.4f;
  const std::size_t tiles = graph.getTarget().getNumTiles();
  std::vector<poplar::Tensor> current, next;
  poplar::ComputeSet step[2] = {graph.addComputeSet("odd"), graph.addComputeSet("even")};
  for (std::size_t tile = 0; tile < tiles; ++tile) {
    const std::size_t size = options.cells * (tile + 1) / tiles - options.cells * tile / tiles;
    current.push_back(graph.addVariable(poplar::FLOAT, {size + 2}, "current/" + std::to_string(tile)));
    next.push_back(graph.addVariable(poplar::FLOAT, {size + 2}, "next/" + std::to_string(tile)));
    graph.setTileMapping(current.back(), tile);
    graph.setTileMapping(next.back(), tile);
    for (int odd = 0; odd < 2; ++odd) {
      auto from = odd ? next.back() : current.back(), to = odd ? current.back() : next.back();
      auto v = graph.addVertex(step[odd], "HeatStep", {{"in", from}, {"out", to.slice(1, size + 1)}});
      graph.setInitialValue(v["r"], r);
      graph.setTileMapping(v, tile);
    }
  }

  // The ends of the rod have halo cells of constant temperature; all other halos are the neighbours' outermost cells.
  auto ends = graph.addConstant<float>(poplar::FLOAT, {2}, {1.0f, -0.5f}, "ends");
  graph.setTileMapping(ends, 0);
  auto exchange = [&](std::vector<poplar::Tensor> &chunks) {
    poplar::program::Sequence halo;
    for (std::size_t tile = 0; tile < tiles; ++tile) {
      const std::size_t last = chunks[tile].numElements() - 1;
      auto left = tile == 0 ? ends[0] : chunks[tile - 1][chunks[tile - 1].numElements() - 2];
      auto right = tile + 1 == tiles ? ends[1] : chunks[tile + 1][1];
      halo.add(poplar::program::Copy(left, chunks[tile][0]));
      halo.add(poplar::program::Copy(right, chunks[tile][last]));
    }
    return halo;
  };

  std::vector<poplar::Tensor> inner;
  for (auto &chunk : current) inner.push_back(chunk.slice(1, chunk.numElements() - 1));
  auto rod = poplar::concat(inner);
  graph.createHostWrite("rod-in", rod);
  graph.createHostRead("rod-out", rod);

  using poplar::program::Execute;
  using poplar::program::Sequence;
  poplar::program::Repeat loop(options.steps / 2,
                               Sequence{exchange(current), Execute(step[0]), exchange(next), Execute(step[1])});
  poplar::Engine engine(graph, loop);
  engine.load(device);

  std::vector<float> host(options.cells);
  for (unsigned i = 0; i < options.cells; ++i) host[i] = std::sin(0.1f * i);
  std::vector<double> expected(host.begin(), host.end());
  engine.writeTensor("rod-in", host.data(), host.data() + host.size());
  engine.run(0);
  engine.readTensor("rod-out", host.data(), host.data() + host.size());

  for (unsigned s = 0; s < options.steps / 2 * 2; ++s) {
    std::vector<double> old = expected;
    for (std::size_t i = 0; i < old.size(); ++i) {
      const double left = i == 0 ? 1.0 : old[i - 1], right = i + 1 == old.size() ? -0.5 : old[i + 1];
      expected[i] = old[i] + r * (left - 2 * old[i] + right);
    }
  }
  double error = 0;
  for (unsigned i = 0; i < options.cells; ++i) error = std::max(error, std::fabs(expected[i] - host[i]));
  std::cout << options.steps << " steps on " << tiles << " tiles, largest error " << error << std::endl;
  return error < 1e-5 ? 0 : 1;
}
