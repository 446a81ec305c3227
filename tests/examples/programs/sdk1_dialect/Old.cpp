// A program in the dialect of SDK 1.x: cycle estimates, variadic sequences, reads into one pointer, profiles as JSON.
//
// Build: g++ -std=c++11 Old.cpp -lpoplar -lpoputil -lpopops -o old
// Run: ./old 0
// Run: ./old 1
// Run: grep -q '"' graph.json && grep -q '"' execution.json
#include <poplar/CycleCount.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poplar/ProfileValue.hpp>
#include <poputil/TileMapping.hpp>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <vector>

using namespace poplar;
using namespace poplar::program;

int main(int argc, char *argv[]) {
  bool useCpu = argc > 1 && atoi(argv[1]) == 1;
  const unsigned n = 96;

  IPUModel ipuModel;
  ipuModel.numIPUs = 1;
  ipuModel.tilesPerIPU = 4;
  ipuModel.compileIPUCode = true;
  Device dev = useCpu ? Device::createCPUDevice() : ipuModel.createDevice();
  Graph graph(dev.getTarget());
  graph.addCodelets("Codelets.cpp");
  unsigned numTiles = dev.getTarget().getNumTiles();

  Tensor a = graph.addVariable(FLOAT, {n}, "a");
  Tensor b = graph.addVariable(FLOAT, {n}, "b");
  Tensor c = graph.addVariable(FLOAT, {n}, "c");
  Tensor s = graph.addVariable(FLOAT, {3}, "s");
  graph.setTileMapping(s, 0);

  ComputeSet add = graph.addComputeSet("add");
  for (unsigned t = 0; t < numTiles; t++) {
    unsigned begin = n / numTiles * t, end = n / numTiles * (t + 1);
    VertexRef v = graph.addVertex(
        add, "AddPairs", {{"a", a.slice(begin, end)}, {"b", b.slice(begin, end)}, {"out", c.slice(begin, end)}});
    graph.setTileMapping(a.slice(begin, end), t);
    graph.setTileMapping(b.slice(begin, end), t);
    graph.setTileMapping(c.slice(begin, end), t);
    graph.setTileMapping(v, t);
    graph.setCycleEstimate(v, 10 + (end - begin));
  }

  ComputeSet sum = graph.addComputeSet("sum");
  VertexRef v = graph.addVertex(sum, "RowSums");
  std::vector<Tensor> rows = {c.slice(0, 10), c.slice(10, 13), c.slice(13, n)};
  graph.connect(v["rows"], rows);
  graph.connect(v["sums"], s);
  graph.setTileMapping(v, 0);
  graph.setCycleEstimate(v, 500);

  Sequence work{Execute(add), Execute(sum)};
  Tensor cycles = cycleCount(graph, work, 0);
  Program copyBack = Copy(c, a);

  graph.createHostWrite("a", a);
  graph.createHostWrite("b", b);
  graph.createHostRead("c", c);
  graph.createHostRead("s", s);
  graph.createHostRead("cycles", cycles);

  Engine engine(graph, {work, copyBack, Sequence(work, copyBack, work)}, {{"debug.instrument", "true"}});
  engine.load(dev);

  std::vector<float> ha(n), hb(n), hc(n), hs(3);
  for (unsigned i = 0; i < n; i++) {
    ha[i] = i;
    hb[i] = 1.0f / (i + 1);
  }
  engine.writeTensor("a", ha.data());
  engine.writeTensor("b", hb.data());
  engine.run(2);
  engine.readTensor("c", hc.data());
  engine.readTensor("s", hs.data());
  uint64_t count = 0;
  engine.readTensor("cycles", &count);

  double error = 0, expected[3] = {0, 0, 0};
  for (unsigned i = 0; i < n; i++) {
    double value = 0.5 * (0.5 * (double(ha[i]) + hb[i]) + hb[i]);
    expected[i < 10 ? 0 : i < 13 ? 1 : 2] += value;
    error = std::max(error, std::fabs(value - hc[i]));
  }
  for (unsigned r = 0; r < 3; r++) error = std::max(error, std::fabs(expected[r] - hs[r]) / 1000);
  printf("error %g, %llu cycles\n", error, (unsigned long long)count);

  if (!useCpu) {
    ProfileValue graphProfile = engine.getGraphProfile();
    ProfileValue executionProfile = engine.getExecutionProfile();
    std::ofstream graphFile("graph.json"), executionFile("execution.json");
    serializeToJSON(graphFile, graphProfile, false);
    serializeToJSON(executionFile, executionProfile, true);
    engine.printProfileSummary(std::cout, {{"showExecutionSteps", "true"}});
    // Both estimates are part of each pass.
    if (count < 500) return 1;
  }
  return error < 1e-5 ? 0 : 1;
}
