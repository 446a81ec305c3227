#include "Lattice.hpp"
#include "Random.h"
#include <poplar/Engine.hpp>
#include <poplar/IPUModel.hpp>
#include <popops/codelets.hpp>
#include <cstdlib>
#include <iostream>
#include <numeric>
#include <string_view>
#include <vector>

int main(int argc, char **argv) {
  constexpr std::size_t size = 16;
  constexpr unsigned threshold = 30, sweeps = 10;
  poplar::IPUModel model;
  model.tilesPerIPU = 4;
  const bool cpu = argc > 1 && std::string_view(argv[1]) == "cpu";
  auto device = cpu ? poplar::Device::createCPUDevice() : model.createDevice();
  poplar::Graph graph(device.getTarget());
  graph.addCodelets(LATTICE_GP);
  popops::addCodelets(graph);

  lattice::Lattice lattice(graph, size, threshold);
  poplar::program::Sequence prog{poplar::program::Repeat(sweeps, lattice.sweep())};
  auto magnetisation = lattice.magnetisation(prog);
  graph.createHostWrite("states", lattice.states());
  graph.createHostWrite("spins-in", lattice.spins());
  graph.createHostRead("spins", lattice.spins());
  graph.createHostRead("magnetisation", magnetisation);
  poplar::Engine engine(graph, prog);
  engine.load(device);

  std::vector<signed char> spins(size * size), result(spins.size());
  std::vector<unsigned> states(size);
  std::srand(3);
  for (auto &spin : spins) spin = std::rand() % 2 ? 1 : -1;
  std::iota(states.begin(), states.end(), 100u);
  engine.writeTensor("spins-in", spins.data(), spins.data() + spins.size());
  engine.writeTensor("states", states.data(), states.data() + states.size());
  engine.run();
  engine.readTensor("spins", result.data(), result.data() + result.size());
  int sum = 0;
  engine.readTensor("magnetisation", &sum, &sum + 1);

  for (unsigned s = 0; s < sweeps; ++s)
    for (unsigned phase = 0; phase < 4; ++phase)
      for (std::size_t y = phase % 2; y < size; y += 2)
        for (std::size_t x = (y + phase / 2) % 2; x < size; x += 2) {
          auto at = [&](std::size_t i, std::size_t j) { return int(spins[i % size * size + j % size]); };
          const int field = at(y + size - 1, x) + at(y + 1, x) + at(y, x + size - 1) + at(y, x + 1);
          const bool random = nextRandom(states[y]) % 1000 < threshold;
          if (field * at(y, x) <= 0 || random) spins[y * size + x] = -spins[y * size + x];
        }
  std::cout << "magnetisation " << sum << '\n';
  return result == spins && sum == std::accumulate(spins.begin(), spins.end(), 0) ? EXIT_SUCCESS : EXIT_FAILURE;
}
