// How libraries split work: the regions of a tensor that lie together in memory are found, shared between the workers of
// each tile and connected as lists; costs of vertices come from an estimator that looks at what was connected.
//
// Build: g++ -std=c++17 Regions.cpp -lpoplar -lpoputil -o regions
// Run: ./regions
// Run: ./regions cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poplar/VertexIntrospector.hpp>
#include <poputil/TileMapping.hpp>
#include <poputil/Util.hpp>
#include <poputil/VertexTemplates.hpp>
#include <iostream>
#include <sstream>
#include <vector>

using namespace poplar;
using namespace poplar::program;

namespace {

VertexPerfEstimate estimate(const VertexIntrospector &vertex, const Target &) {
  const auto data = vertex.getFieldInfo("data");
  std::uint64_t cycles = 10;
  for (std::size_t i = 0; i < data.size(); ++i) cycles += 5 + 3 * data.getSizeAtIndex(i);
  return cycles;
}

// data <- clamp(data) in place, for a tensor of any shape and layout.
Sequence clampInPlace(Graph &graph, const Tensor &tensor, int low, int high, const DebugContext &debugContext) {
  const Target &target = graph.getTarget();
  const std::string name = poputil::templateVertex("Clamp", tensor.elementType());
  ComputeSet cs = graph.addComputeSet({debugContext, "clamp"});
  Tensor flat = tensor.flatten();
  graph.reorderToSimplify(&flat, {});
  const auto mapping = graph.getTileMapping(flat);
  for (unsigned tile = 0; tile < mapping.size(); ++tile) {
    const auto regions = graph.getSortedContiguousRegions(flat, mapping[tile]);
    for (const auto &share :
         poputil::splitRegionsBetweenWorkers(target, regions, target.getVectorWidth(tensor.elementType()))) {
      VertexRef v = graph.addVertex(cs, name);
      graph.connect(v["data"], flat.slices(share));
      graph.setInitialValue(v["low"], low);
      graph.setInitialValue(v["high"], high);
      graph.setTileMapping(v, tile);
    }
  }
  return Sequence{Execute(cs)};
}

} // namespace

int main(int argc, char **) {
  IPUModel model;
  model.tilesPerIPU = 4;
  Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device);
  graph.addCodelets("ClampCodelet.cpp");
  graph.registerPerfEstimator("Clamp<int>", estimate);
  graph.registerPerfEstimator("Clamp<short>", estimate);

  Tensor ints = graph.addVariable(INT, {6, 20}, "ints"), shorts = graph.addVariable(SHORT, {50}, "shorts");
  poputil::mapTensorLinearly(graph, ints, 7, 1);
  poputil::mapTensorLinearly(graph, shorts);
  // A transposed part of a matrix, backwards.
  Tensor view = ints.slice({1, 2}, {5, 17}).transpose().reverse(0);
  Sequence prog{clampInPlace(graph, view, -20, 30, "view"),
                clampInPlace(graph, shorts.subSample(3, 0), -5, 5, "shorts")};
  graph.createHostWrite("ints-in", ints);
  graph.createHostWrite("shorts-in", shorts);
  graph.createHostRead("ints", ints);
  graph.createHostRead("shorts", shorts);

  std::ostringstream computeGraph, vertexGraph;
  graph.outputComputeGraph(computeGraph, {prog});
  graph.outputVertexGraph(vertexGraph, {prog});
  Engine engine(graph, prog, {{"debug.instrument", "true"}});
  engine.load(device);
  std::vector<int> hostInts(120);
  std::vector<short> hostShorts(50);
  for (int i = 0; i < 120; ++i) hostInts[i] = i * 37 % 121 - 60;
  for (int i = 0; i < 50; ++i) hostShorts[i] = short(i - 25);
  auto expectedInts = hostInts;
  auto expectedShorts = hostShorts;
  for (int y = 1; y < 5; ++y)
    for (int x = 2; x < 17; ++x) expectedInts[y * 20 + x] = std::min(30, std::max(-20, hostInts[y * 20 + x]));
  for (int i = 0; i < 50; i += 3) expectedShorts[i] = std::min<short>(5, std::max<short>(-5, hostShorts[i]));
  engine.writeTensor("ints-in", hostInts.data(), hostInts.data() + hostInts.size());
  engine.writeTensor("shorts-in", hostShorts.data(), hostShorts.data() + hostShorts.size());
  engine.run();
  engine.readTensor("ints", hostInts.data(), hostInts.data() + hostInts.size());
  engine.readTensor("shorts", hostShorts.data(), hostShorts.data() + hostShorts.size());
  const bool dumped =
      computeGraph.str().find("digraph") != std::string::npos && vertexGraph.str().find("Clamp") != std::string::npos;
  std::cout << (hostInts == expectedInts) << (hostShorts == expectedShorts) << dumped << '\n';
  return hostInts == expectedInts && hostShorts == expectedShorts && dumped ? 0 : 1;
}
