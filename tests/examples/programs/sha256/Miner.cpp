// Looks for the nonce whose SHA-256 hash is smallest, on all worker threads, in rounds until a hash begins with enough
// zeros. The text comes from the command line.
//
// Build: g++ -std=c++11 -O2 Miner.cpp -lpoplar -o miner
// Run: ./miner "abc" 10
// Run: ./miner "hello" 9 cpu
#include "Sha256.hpp"
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

using namespace poplar;
using namespace poplar::program;

// The first word of the hash of any short message.
static std::uint32_t hash(const std::string &message) {
  unsigned char block[64] = {};
  std::memcpy(block, message.data(), message.size());
  block[message.size()] = 0x80;
  block[62] = static_cast<unsigned char>(message.size() * 8 >> 8);
  block[63] = static_cast<unsigned char>(message.size() * 8);
  std::uint32_t state[8];
  std::memcpy(state, sha::kInitial, sizeof state);
  sha::compress(state, block);
  return state[0];
}

int main(int argc, char **argv) {
  if (argc < 3 || hash("abc") != 0xba7816bf) return 2; // the published test vector
  const std::string text = argv[1];
  const unsigned zeros = std::atoi(argv[2]), perVertex = 120;
  IPUModel model;
  model.tilesPerIPU = 3;
  Device device = argc > 3 ? Device::createCPUDevice() : model.createDevice();
  const unsigned tiles = device.getTarget().getNumTiles(), workers = device.getTarget().getNumWorkerContexts();
  Graph graph(device);
  graph.addCodelets("HashCodelets.cpp", CodeletFileType::Auto, "-O3 -I.");
  Tensor message = graph.addVariable(UNSIGNED_CHAR, {text.size()}, "message");
  Tensor best = graph.addVariable(UNSIGNED_INT, {tiles, workers * 2}, "best");
  graph.setTileMapping(message, 0);
  std::vector<Program> rounds;
  for (unsigned round = 0; round < 10; ++round) {
    ComputeSet cs = graph.addComputeSet("round" + std::to_string(round));
    for (unsigned tile = 0; tile < tiles; ++tile) {
      VertexRef v = graph.addVertex(cs, "Mine", {{"message", message}, {"best", best[tile]}});
      graph.setInitialValue(v["first"], 5000000000ull + (round * tiles + tile) * perVertex);
      graph.setInitialValue(v["count"], perVertex);
      graph.setTileMapping(v, tile);
      if (round == 0) graph.setTileMapping(best[tile], tile);
    }
    rounds.push_back(Execute(cs));
  }
  graph.createHostWrite("message", message);
  graph.createHostRead("best", best);
  Engine engine(graph, rounds);
  engine.load(device);
  engine.writeTensor("message", text.data(), text.data() + text.size());
  std::vector<unsigned> host(best.numElements());
  unsigned least = ~0u;
  for (unsigned round = 0; round < rounds.size() && least >> (32 - zeros); ++round) {
    engine.run(round);
    engine.readTensor("best", host.data(), host.data() + host.size());
    unsigned expected = ~0u, found = ~0u;
    for (unsigned i = 0; i < tiles * perVertex; ++i) {
      const unsigned long long nonce = 5000000000ull + round * tiles * perVertex + i;
      expected = std::min(expected, hash(text + std::string(reinterpret_cast<const char *>(&nonce), sizeof nonce)));
    }
    for (std::size_t i = 0; i < host.size(); i += 2) found = std::min(found, host[i]);
    if (found != expected) {
      std::cerr << "round " << round << ": " << found << " instead of " << expected << '\n';
      return 1;
    }
    least = std::min(least, found);
  }
  std::cout << "smallest hash begins with " << std::hex << least << '\n';
  return 0;
}
