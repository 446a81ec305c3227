// Lesson 3: vertices of your own. A compute set is a group of vertices that run in parallel, each on its tile; data
// that a vertex needs from other tiles is fetched before, results are delivered after.
//
// Build: g++ -std=c++11 Lesson3OwnVertices.cpp -lpoplar -o lesson3
// Run: ./lesson3
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <cstdlib>
#include <iostream>
#include <numeric>
#include <vector>

using namespace poplar;
using namespace poplar::program;

int main() {
  IPUModel ipuModel;
  ipuModel.tilesPerIPU = 4;
  Device device = ipuModel.createDevice();
  Graph graph(device.getTarget());
  graph.addCodelets("Lesson3Codelets.cpp");

  Tensor v1 = graph.addVariable(FLOAT, {4}, "v1");
  Tensor v2 = graph.addVariable(FLOAT, {4}, "v2");
  Tensor n = graph.addVariable(INT, {6}, "n");
  for (unsigned i = 0; i < 4; ++i) {
    graph.setTileMapping(v1[i], i);
    graph.setTileMapping(v2[i], i);
  }
  graph.setTileMapping(n, 3);

  // Sums of suffixes: vertex i reads v1[i..4) and writes v2[i].
  ComputeSet sums = graph.addComputeSet("sums");
  for (unsigned i = 0; i < 4; ++i) {
    VertexRef vtx = graph.addVertex(sums, "SumVertex");
    graph.connect(vtx["in"], v1.slice(i, 4));
    graph.connect(vtx["out"], v2[i]);
    graph.setTileMapping(vtx, i);
    // The simulator counts the instructions of a codelet; an estimate given here would replace the count.
    graph.setPerfEstimate(vtx, 20 + 4 * (4 - i));
  }

  // Edges and state can be given in one call. Vertices of one compute set must not touch what another one writes.
  ComputeSet scales = graph.addComputeSet("scales");
  VertexRef scaleFloats = graph.addVertex(scales, "ScaleVertex<float>", {{"data", v2}});
  graph.setInitialValue(scaleFloats["factor"], 0.5f);
  graph.setTileMapping(scaleFloats, 0);
  VertexRef scaleInts = graph.addVertex(scales, "ScaleVertex<int>", {{"data", n}});
  graph.setInitialValue(scaleInts["factor"], -3);
  graph.setTileMapping(scaleInts, 3);

  graph.createHostWrite("v1", v1);
  graph.createHostRead("v2", v2);
  graph.createHostWrite("n", n);
  graph.createHostRead("n-read", n);

  // Compute sets run one after the other, so the second sees what the first computed.
  Engine engine(graph, Sequence{Execute(sums), Execute(scales)});
  engine.load(device);

  std::vector<float> h1 = {7.0f, 2.0f, 4.5f, 1.5f}, h2(4);
  std::vector<int> hn(6);
  std::iota(hn.begin(), hn.end(), 1);
  engine.writeTensor("v1", h1.data(), h1.data() + h1.size());
  engine.writeTensor("n", hn.data(), hn.data() + hn.size());
  engine.run();
  engine.readTensor("v2", h2.data(), h2.data() + h2.size());
  engine.readTensor("n-read", hn.data(), hn.data() + hn.size());

  bool right = hn == std::vector<int>{-3, -6, -9, -12, -15, -18};
  for (unsigned i = 0; i < 4; ++i) {
    float expected = 0.5f * std::accumulate(h1.begin() + i, h1.end(), 0.0f);
    std::cout << "half the sum from " << i << " on: " << h2[i] << "\n";
    right = right && h2[i] == expected;
  }
  return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
