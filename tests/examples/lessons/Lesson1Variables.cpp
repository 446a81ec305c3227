// Lesson 1: variables. A graph holds tensors that live in the memories of tiles; a program moves data between them; an
// engine runs the program on a device.
//
// Build: g++ -std=c++11 Lesson1Variables.cpp -lpoplar -o lesson1
// Run: ./lesson1
#include <poplar/DeviceManager.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <cstdlib>
#include <iostream>
#include <vector>

using namespace poplar;
using namespace poplar::program;

int main() {
  // A simulated IPU. Real ones have 1472 tiles; four are enough to learn with.
  IPUModel ipuModel;
  ipuModel.tilesPerIPU = 4;
  Device device = ipuModel.createDevice();
  Target target = device.getTarget();
  std::cout << "Device with " << target.getNumTiles() << " tiles\n";

  Graph graph(target);

  // A variable has an element type, a shape and a name for reports. Its contents are undefined until a program or the
  // host writes it.
  Tensor v1 = graph.addVariable(FLOAT, {4}, "v1");
  Tensor v2 = graph.addVariable(FLOAT, {2, 2}, "v2");
  Tensor v3 = graph.addVariable(INT, {8}, "v3");

  // A constant holds its values from the start, and nothing may write it. A single value fills the whole shape.
  Tensor c1 = graph.addConstant<float>(FLOAT, {4}, {1.0, 1.5, 2.0, 2.5});
  Tensor c2 = graph.addConstant(INT, {2}, 7);

  // Every element lives on some tile. A mapping may be given for the whole tensor or, through slices, for parts of it.
  for (unsigned i = 0; i < 4; ++i) graph.setTileMapping(v1[i], i);
  graph.setTileMapping(v2, 1);
  graph.setTileMapping(v3.slice(0, 4), 2);
  graph.setTileMapping(v3.slice(4, 8), 3);
  graph.setTileMapping(c1, 0);
  graph.setTileMapping(c2, 0);

  // A variable that something must have been put into before any program runs can have an initial value.
  graph.setInitialValue(v3, ArrayRef<int>{0, 1, 2, 3, 4, 5, 6, 7});

  // Slices, reshapes and transposes are views: they name elements of the variable and copy nothing.
  Tensor middle = v3.slice(3, 5);

  Sequence prog;
  prog.add(Copy(c1, v1));
  prog.add(PrintTensor("v1", v1));
  // Only the number of elements must agree: four elements go into a 2 x 2 tensor row by row ...
  prog.add(Copy(v1, v2));
  // ... and its transpose comes back column by column.
  prog.add(Copy(v2.transpose().flatten(), v1));
  prog.add(PrintTensor("v1 through a transpose", v1));
  prog.add(Copy(c2, middle));
  prog.add(PrintTensor("v3", v3));

  // The host reads and writes tensors by names of its own.
  graph.createHostRead("v1-read", v1);
  graph.createHostRead("v3-read", v3);
  graph.createHostWrite("v2-write", v2);
  graph.createHostRead("v2-read", v2);

  // Compile, put onto the device, run. The engine keeps no reference to the graph.
  Engine engine(graph, prog);
  engine.load(device);
  engine.run(0);

  std::vector<float> h1(4);
  std::vector<int> h3(8);
  engine.readTensor("v1-read", h1.data(), h1.data() + h1.size());
  engine.readTensor("v3-read", h3.data(), h3.data() + h3.size());
  bool right = h1 == std::vector<float>{1.0f, 2.0f, 1.5f, 2.5f} && h3 == std::vector<int>{0, 1, 2, 7, 7, 5, 6, 7};

  // Writes act at once; variables keep what they hold until something overwrites it.
  std::vector<float> h2 = {4, 3, 2, 1}, back(4);
  engine.writeTensor("v2-write", h2.data(), h2.data() + h2.size());
  engine.readTensor("v2-read", back.data(), back.data() + back.size());
  right = right && back == h2;

  std::cout << (right ? "All values are right\n" : "WRONG values\n");
  return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
