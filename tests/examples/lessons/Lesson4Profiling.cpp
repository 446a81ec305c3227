// Lesson 4: profiling. Where do the cycles and the bytes go? The engine prints a summary, the program measures parts of
// itself, and a report can be written for the profile viewer.
//
// Build: g++ -std=c++11 Lesson4Profiling.cpp -lpoplar -lpopops -lpoputil -o lesson4
// Run: ./lesson4
// Run: POPLAR_ENGINE_OPTIONS='{"autoReport.all":"true", "autoReport.directory":"report"}' ./lesson4
// Run: popgraph summary report/profile.pgprof
#include <poplar/CycleCount.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Reduce.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <vector>

using namespace poplar;
using namespace poplar::program;

// The sum of squares of 4096 numbers; `spread` says whether they are spread over all tiles or lie on one.
Sequence sumOfSquares(Graph &graph, bool spread, const std::string &name) {
  Tensor x = graph.addVariable(FLOAT, {4096}, name + "/x");
  if (spread)
    poputil::mapTensorLinearly(graph, x);
  else
    graph.setTileMapping(x, 0);
  graph.setInitialValue(x, 0.5f);
  Sequence prog;
  Tensor squares = popops::square(graph, x, prog, name + "/squares");
  Tensor sum = popops::reduce(graph, squares, {0}, popops::Operation::ADD, prog, name + "/sum");
  graph.createHostRead(name, sum);
  return prog;
}

int main() {
  IPUModel ipuModel;
  ipuModel.tilesPerIPU = 32;
  Device device = ipuModel.createDevice();
  Graph graph(device.getTarget());
  popops::addCodelets(graph);

  Sequence crowded = sumOfSquares(graph, false, "crowded"), spread = sumOfSquares(graph, true, "spread");

  // cycleCount wraps a sequence in place: reading the tile's counter before and after, result in two 32-bit words.
  Tensor crowdedCycles = cycleCount(graph, crowded, 0, SyncType::INTERNAL, "crowdedCycles");
  Tensor spreadCycles = cycleCount(graph, spread, 0, SyncType::INTERNAL, "spreadCycles");
  graph.createHostRead("crowdedCycles", crowdedCycles);
  graph.createHostRead("spreadCycles", spreadCycles);

  // The engine records what it runs when the option says so. The environment can ask for the same, and for more,
  // without a change of the program: the second run of this lesson does.
  Engine engine(graph, {crowded, spread}, {{"debug.instrument", "true"}});
  engine.load(device);
  engine.run(0);
  engine.run(1);

  std::uint64_t before = 0, after = 0;
  float sums[2] = {0, 0};
  engine.readTensor("crowdedCycles", &before, &before + 1);
  engine.readTensor("spreadCycles", &after, &after + 1);
  engine.readTensor("crowded", &sums[0], &sums[0] + 1);
  engine.readTensor("spread", &sums[1], &sums[1] + 1);

  // Memory of each tile, costs of vertices, steps in the order in which they ran.
  std::stringstream summary;
  engine.printProfileSummary(summary, {{"showExecutionSteps", "true"}});
  std::cout << summary.str();
  std::cout << "\nOne tile: " << before << " cycles; 32 tiles: " << after << " cycles\n";

  bool right = sums[0] == 1024.0f && sums[1] == 1024.0f && before > 0 && after < before &&
               summary.str().find("Memory Usage:") != std::string::npos;
  return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
