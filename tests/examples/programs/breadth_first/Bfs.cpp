// Breadth-first search and connected components on a sparse random graph. Vertices of the search are spread over the
// tiles; the loops end when a step changes nothing, which only the device knows.
//
// Build: g++ -std=c++11 Bfs.cpp -lpoplar -lpopops -lpoputil -o bfs
// Run: ./bfs
// Run: ./bfs cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <popops/Reduce.hpp>
#include <popops/codelets.hpp>
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <queue>
#include <vector>

using namespace poplar;
using namespace poplar::program;

static const std::size_t kNodes = 300, kShares = 10;
static const int kUnreached = 1000000;

int main(int argc, char **) {
  // Neighbours in compressed rows.
  std::vector<std::vector<int>> neighbours(kNodes);
  std::srand(5);
  for (std::size_t e = 0; e < kNodes; ++e) {
    const int a = std::rand() % kNodes, b = std::rand() % kNodes;
    neighbours[a].push_back(b);
    neighbours[b].push_back(a);
  }

  IPUModel model;
  model.tilesPerIPU = kShares;
  Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device);
  graph.addCodelets("BfsCodelets.cpp");
  popops::addCodelets(graph);

  // The labels are small, so that each tile reads all of them; it writes those of its own nodes.
  Tensor labels = graph.addVariable(INT, {kNodes}, "labels"), next = graph.addVariable(INT, {kNodes}, "next");
  Tensor changed = graph.addVariable(BOOL, {kShares}, "changed");
  ComputeSet levels = graph.addComputeSet("levels"), components = graph.addComputeSet("components");
  for (std::size_t share = 0; share < kShares; ++share) {
    const std::size_t begin = kNodes * share / kShares, end = kNodes * (share + 1) / kShares;
    const unsigned tile = share % graph.getTarget().getNumTiles();
    std::vector<unsigned> offsets = {0};
    std::vector<int> targets;
    for (std::size_t node = begin; node < end; ++node) {
      targets.insert(targets.end(), neighbours[node].begin(), neighbours[node].end());
      offsets.push_back(targets.size());
    }
    Tensor offsetsTensor = graph.addConstant(UNSIGNED_INT, {offsets.size()}, ArrayRef<unsigned>(offsets), "offsets");
    Tensor targetsTensor = graph.addConstant(INT, {targets.size()}, targets.data(), "targets");
    for (const Tensor &t :
         {labels.slice(begin, end), next.slice(begin, end), changed[share], offsetsTensor, targetsTensor})
      graph.setTileMapping(t, tile);
    for (int distance = 0; distance < 2; ++distance) {
      VertexRef v = graph.addVertex(distance ? levels : components, "SmallestNeighbour",
                                    {{"all", labels},
                                     {"offsets", offsetsTensor},
                                     {"targets", targetsTensor},
                                     {"out", next.slice(begin, end)},
                                     {"changed", changed[share]}});
      graph.setInitialValue(v["first"], begin);
      graph.setInitialValue(v["distance"], distance);
      graph.setTileMapping(v, tile);
    }
  }

  auto untilStable = [&](ComputeSet cs) {
    Sequence step{Execute(cs), Copy(next, labels)};
    Tensor any = popops::reduce(graph, changed, {0}, popops::Operation::LOGICAL_OR, step, "any");
    return RepeatWhileTrue(step, any, Sequence());
  };
  graph.createHostWrite("start", labels);
  graph.createHostRead("result", labels);
  Engine engine(graph, {untilStable(levels), untilStable(components)});
  engine.load(device);

  std::vector<int> host(kNodes, kUnreached), expected(kNodes, kUnreached);
  host[0] = expected[0] = 0;
  engine.writeTensor("start", host.data(), host.data() + kNodes);
  engine.run(0);
  engine.readTensor("result", host.data(), host.data() + kNodes);
  std::queue<int> queue;
  for (queue.push(0); !queue.empty(); queue.pop())
    for (int n : neighbours[queue.front()])
      if (expected[n] == kUnreached) {
        expected[n] = expected[queue.front()] + 1;
        queue.push(n);
      }
  if (host != expected) {
    std::cerr << "The distances are wrong\n";
    return 1;
  }

  for (std::size_t i = 0; i < kNodes; ++i) host[i] = int(i);
  engine.writeTensor("start", host.data(), host.data() + kNodes);
  engine.run(1);
  engine.readTensor("result", host.data(), host.data() + kNodes);
  std::vector<int> component(kNodes, -1);
  for (std::size_t i = 0; i < kNodes; ++i) {
    if (component[i] != -1) continue;
    component[i] = int(i);
    for (queue.push(int(i)); !queue.empty(); queue.pop())
      for (int n : neighbours[queue.front()])
        if (component[n] == -1) {
          component[n] = int(i);
          queue.push(n);
        }
  }
  std::cout << "Reached " << kNodes - std::count(expected.begin(), expected.end(), kUnreached) << " nodes\n";
  return host == component ? 0 : 1;
}
