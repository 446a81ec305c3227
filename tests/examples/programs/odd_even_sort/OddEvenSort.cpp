// Sorts keys that are spread over tiles: every tile sorts its chunk, then neighbours merge and split in odd and even
// rounds until nothing moves any more.
//
// Build: g++ -std=c++11 OddEvenSort.cpp -lpoplar -lpoputil -lpopops -o sort
// Run: ./sort model 500
// Run: ./sort cpu 500
#include <poplar/DeviceManager.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Reduce.hpp>
#include <popops/codelets.hpp>
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

using namespace poplar;
using namespace poplar::program;

int main(int argc, char **argv) {
  if (argc != 3) return EXIT_FAILURE;
  const unsigned chunks = 8, chunkSize = std::atoi(argv[2]) / chunks;
  IPUModel model;
  model.tilesPerIPU = chunks;
  Device device = std::string(argv[1]) == "cpu" ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device.getTarget());
  graph.addCodelets("SortCodelets.cpp");
  popops::addCodelets(graph);
  auto tileOf = [&](unsigned chunk) { return chunk % graph.getTarget().getNumTiles(); };

  Tensor keys = graph.addVariable(UNSIGNED_INT, {chunks, chunkSize}, "keys");
  Tensor swapped = graph.addVariable(BOOL, {chunks - 1}, "swapped");
  Tensor rounds = graph.addVariable(UNSIGNED_INT, {}, "rounds");
  Tensor one = graph.addConstant(UNSIGNED_INT, {}, 1u, "one");
  graph.setTileMapping(rounds, 0);
  graph.setTileMapping(one, 0);
  graph.setInitialValue(rounds, 0u);

  ComputeSet local = graph.addComputeSet("local");
  ComputeSet merge[2] = {graph.addComputeSet("even"), graph.addComputeSet("odd")};
  for (unsigned chunk = 0; chunk < chunks; ++chunk) {
    graph.setTileMapping(keys[chunk], tileOf(chunk));
    graph.setTileMapping(graph.addVertex(local, "SortChunk", {{"chunk", keys[chunk]}}), tileOf(chunk));
    if (chunk + 1 == chunks) continue;
    Tensor scratch = graph.addVariable(UNSIGNED_INT, {2 * chunkSize}, "scratch");
    VertexRef v = graph.addVertex(
        merge[chunk % 2], "MergeSplit",
        {{"low", keys[chunk]}, {"high", keys[chunk + 1]}, {"scratch", scratch}, {"swapped", swapped[chunk]}});
    graph.setTileMapping(v, tileOf(chunk));
    graph.setTileMapping(scratch, tileOf(chunk));
    graph.setTileMapping(swapped[chunk], tileOf(chunk));
  }

  Sequence round{Execute(merge[0]), Execute(merge[1])};
  popops::addInPlace(graph, rounds, one, round, "count");
  Tensor any = popops::reduce(graph, swapped, {0}, popops::Operation::LOGICAL_OR, round, "any");

  graph.createHostWrite("in", keys);
  graph.createHostRead("out", keys);
  graph.createHostRead("rounds", rounds);
  Engine engine(graph, Sequence{Execute(local), RepeatWhileTrue(round, any, Sequence())});
  engine.load(device);

  std::vector<unsigned> host(chunks * chunkSize);
  for (std::size_t i = 0; i < host.size(); ++i) host[i] = unsigned(std::rand()) * 2u + i % 2;
  std::vector<unsigned> expected = host;
  std::sort(expected.begin(), expected.end());
  engine.writeTensor("in", host.data(), host.data() + host.size());
  engine.run();
  engine.readTensor("out", host.data(), host.data() + host.size());
  unsigned hostRounds;
  engine.readTensor("rounds", &hostRounds, &hostRounds + 1);
  std::cout << host.size() << " keys in " << hostRounds << " rounds\n";
  return host == expected && hostRounds > 1 && hostRounds <= chunks ? EXIT_SUCCESS : EXIT_FAILURE;
}
