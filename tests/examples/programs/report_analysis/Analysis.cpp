// Reads the profile of a run with libpva: how the cycles and the memory are spread over the tiles, which steps ran.
//
// Build: g++ -std=c++17 Analysis.cpp -lpoplar -lpopops -lpoputil -lpva -o analysis
// Run: ./analysis
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Reduce.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <pva/pva.hpp>
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

using namespace poplar;
using namespace poplar::program;

int main() {
  IPUModel model;
  model.tilesPerIPU = 16;
  Device device = model.createDevice();
  Graph graph(device);
  popops::addCodelets(graph);
  Tensor x = graph.addVariable(FLOAT, {1600}, VariableMappingMethod::LINEAR, "x");
  graph.setInitialValue(x, 2.0f);
  Sequence prog;
  Tensor y = popops::square(graph, x, prog, "square");
  Tensor sum = popops::reduce(graph, y, {0}, popops::Operation::ADD, prog, "sum");
  graph.createHostRead("sum", sum);
  Engine engine(
      graph, prog,
      {{"autoReport.directory", "report"}, {"autoReport.all", "true"}, {"autoReport.outputExecutionProfile", "true"}});
  engine.load(device);
  engine.run();
  engine.run();
  float result;
  engine.readTensor("sum", &result, &result + 1);

  pva::Report report = engine.getReport();
  const auto &compilation = report.compilation();
  std::uint64_t bytes = 0, worst = 0;
  for (const auto &tile : compilation.tiles()) {
    const std::uint64_t used = tile.memory().total().includingGaps();
    bytes += used;
    worst = std::max(worst, used);
  }
  std::cout << compilation.target().numTiles() << " tiles, " << bytes << " bytes, " << worst << " on the fullest\n";
  std::size_t steps = 0, cycles = 0;
  for (const auto &run : report.execution().runs()) {
    std::cout << "run: " << run.steps().size() << " steps\n";
    steps += run.steps().size();
  }
  for (const auto &step : report.execution().steps()) {
    for (const auto &ipu : step.ipus()) cycles += ipu.cycles();
  }
  std::cout << steps << " steps, " << cycles << " cycles\n";

  // The same from the file, as another process would read it.
  pva::Report again = pva::openReport("report/profile.pop");
  std::stringstream summary;
  engine.printProfileSummary(summary, {{"showVarStorage", "true"}});
  const bool right = result == 6400.0f && compilation.target().numTiles() == 16 && bytes > 1600 * 4 && worst < bytes &&
                     steps > 2 && cycles > 0 && again.compilation().target().numTiles() == 16 &&
                     summary.str().find("Memory Usage:") != std::string::npos;
  return right ? 0 : 1;
}
