// make_executable FILE: writes a small executable for tests of whole programs.
#include <fstream>
#include <poplar/Engine.hpp>
#include <poplar/IPUModel.hpp>

int main(int, char **argv) {
  using namespace poplar;
  IPUModel model;
  model.tilesPerIPU = 4;
  Graph graph(model.createDevice().getTarget());
  Tensor t = graph.addVariable(FLOAT, {8}, "t");
  graph.setTileMapping(t, 3);
  graph.createHostRead("result", t);
  DataStream in = graph.addHostToDeviceFIFO("input", FLOAT, 8);
  std::ofstream out(argv[1], std::ios::binary);
  compileGraph(graph, {program::Copy(in, t)}).serialize(out);
}
