// A vertex of our own on four tiles of a simulated IPU. One file holds both sides: the codelet compiler defines __POPC__.
#ifdef __POPC__
#include <poplar/Vertex.hpp>

class Scale : public poplar::Vertex {
public:
  poplar::Input<poplar::Vector<float>> in;
  poplar::Output<poplar::Vector<float>> out;
  float factor;

  bool compute() {
    for (unsigned i = 0; i < in.size(); ++i)
      out[i] = factor * in[i];
    return true;
  }
};

#else
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <iostream>
#include <vector>

int main() {
  using namespace poplar;
  IPUModel model;
  model.tilesPerIPU = 4;
  Device device = model.createDevice();
  Graph graph(device.getTarget());
  graph.addCodelets(__FILE__);

  Tensor x = graph.addVariable(FLOAT, {8}, "x");
  Tensor y = graph.addVariable(FLOAT, {8}, "y");
  ComputeSet scale = graph.addComputeSet("scale");
  for (unsigned tile = 0; tile != 4; ++tile) {
    Tensor in = x.slice(2 * tile, 2 * tile + 2), out = y.slice(2 * tile, 2 * tile + 2);
    VertexRef vertex = graph.addVertex(scale, "Scale", {{"in", in}, {"out", out}, {"factor", 2.5f}});
    graph.setTileMapping(in, tile);
    graph.setTileMapping(out, tile);
    graph.setTileMapping(vertex, tile);
  }
  graph.createHostWrite("x", x);
  graph.createHostRead("y", y);

  Engine engine(graph, program::Execute(scale));
  engine.load(device);
  std::vector<float> host = {0, 1, 2, 3, 4, 5, 6, 7};
  engine.writeTensor("x", host.data(), host.data() + host.size());
  engine.run();
  engine.readTensor("y", host.data(), host.data() + host.size());
  for (float value : host)
    std::cout << value << ' ';
  std::cout << '\n';
}
#endif
