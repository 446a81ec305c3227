// What one looks at while a program does not do what it should: PrintTensor, printf in codelets, initial values, names.
//
// Build: g++ -std=c++11 Printing.cpp -lpoplar -o printing
// Run: ./printing
// Run: ./printing cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

using namespace poplar;
using namespace poplar::program;

static bool contains(const std::string &text, const std::string &part) {
  if (text.find(part) != std::string::npos) return true;
  std::cerr << "'" << part << "' is not in:\n" << text << '\n';
  return false;
}

int main(int argc, char **) {
  IPUModel model;
  model.tilesPerIPU = 2;
  Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  std::cout << "Poplar " << versionString() << ", package " << packageHash() << '\n';
  Graph graph(device);
  graph.addCodelets("TalkingCodelet.cpp");

  Tensor values = graph.addVariable(FLOAT, {4}, "values"), table = graph.addVariable(INT, {2, 3}, "table");
  graph.setTileMapping(values, 0);
  graph.setTileMapping(table, graph.getTarget().getNumTiles() - 1);
  graph.setInitialValue(values, ArrayRef<float>{7.0f, 6.0f, 4.5f, 2.5f});
  graph.setInitialValue(table[0], 4);
  graph.setInitialValue(table[1], ArrayRef<int>({-1, 20, 300}));
  ComputeSet talk = graph.addComputeSet("talk");
  VertexRef v = graph.addVertex(talk, "Talking", {{"values", values}});
  graph.setInitialValue(v["name"], 42u);
  graph.setTileMapping(v, 0);

  Sequence prog;
  prog.add(PrintTensor("before", values));
  prog.add(PrintTensor(table));
  prog.add(Execute(talk));
  prog.add(PrintTensor("after", values, "debug name"));
  Engine engine(graph, prog);
  std::stringstream tensors, text;
  engine.setPrintTensorStream(tensors);
  engine.setPrintStream(text);
  engine.load(device);
  engine.run();
  std::cout << tensors.str() << text.str();
  bool right = contains(tensors.str(), "before: [7.0000000 6.0000000 4.5000000 2.5000000]") &&
               contains(tensors.str(), "after: [14.0000000 12.0000000 9.0000000 5.0000000]") &&
               contains(tensors.str(), "[4 4 4]") && contains(tensors.str(), "[-1 20 300]") &&
               contains(text.str(), "vertex 42: 4 values, the first is 7.000");

  // Loading again restores the initial values.
  tensors.str("");
  engine.load(device);
  engine.run();
  right = right && contains(tensors.str(), "before: [7.0000000 6.0000000 4.5000000 2.5000000]");

  // Shapes and names for messages of one's own.
  std::ostringstream shown;
  shown << table << ' ' << table.shapeToString() << ' ' << FLOAT << ' ' << Interval(2, 5);
  std::cout << shown.str() << '\n';
  return right && contains(shown.str(), "float") && contains(shown.str(), "table") ? 0 : 1;
}
