// A user's program, as plain C++11: its own vertex from its own file, and an operation of a library.
#include <iostream>
#include <vector>

#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poplar/Vertex.hpp> // for codelets, but programs that share a file with them include it too
#include <popops/ElementWise.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>

using namespace poplar;
using namespace poplar::program;

int main() {
  IPUModel model;
  model.tilesPerIPU = 4;
  Device device = model.createDevice();
  Graph graph(device.getTarget());
  graph.addCodelets("Codelet.cpp");
  popops::addCodelets(graph);

  Tensor x = graph.addVariable(FLOAT, {8}, "x");
  Tensor doubled = graph.addVariable(FLOAT, {8}, "doubled");
  poputil::mapTensorLinearly(graph, x);
  ComputeSet computeSet = graph.addComputeSet("double");
  for (unsigned tile = 0; tile != 4; ++tile) {
    graph.setTileMapping(doubled.slice(2 * tile, 2 * tile + 2), tile);
    VertexRef vertex = graph.addVertex(computeSet, "Double",
                                       {{"in", x.slice(2 * tile, 2 * tile + 2)},
                                        {"out", doubled.slice(2 * tile, 2 * tile + 2)}});
    graph.setTileMapping(vertex, tile);
  }
  Sequence program;
  program.add(Execute(computeSet));
  Tensor sum = popops::add(graph, doubled, x, program, "sum");
  graph.createHostWrite("x", x);
  graph.createHostRead("sum", sum);

  Engine engine(graph, program);
  engine.load(device);
  std::vector<float> in, out(8);
  for (int i = 0; i != 8; ++i)
    in.push_back(static_cast<float>(i));
  engine.writeTensor("x", in.data(), in.data() + in.size());
  engine.run();
  engine.readTensor("sum", out.data(), out.data() + out.size());
  for (float value : out)
    std::cout << value << ' ';
  std::cout << '\n';
}
