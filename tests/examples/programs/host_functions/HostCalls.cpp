// A program that asks the host in the middle of its work: a look-up that only the host can do, called from a loop.
//
// Build: g++ -std=c++14 HostCalls.cpp -lpoplar -lpopops -lpoputil -o hostcalls
// Run: ./hostcalls
// Run: ./hostcalls cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <popops/ElementWise.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <cmath>
#include <cstring>
#include <iostream>
#include <map>
#include <vector>

using namespace poplar;
using namespace poplar::program;

int main(int argc, char **) {
  IPUModel model;
  model.tilesPerIPU = 4;
  Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device);
  popops::addCodelets(graph);

  const std::size_t n = 6;
  Tensor keys = graph.addVariable(INT, {n}, VariableMappingMethod::LINEAR, "keys");
  Tensor found = graph.addVariable(FLOAT, {n}, VariableMappingMethod::LINEAR, "found");
  Tensor sum = graph.addVariable(FLOAT, {n}, VariableMappingMethod::LINEAR, "sum");
  Tensor calls = graph.addVariable(UNSIGNED_INT, {}, "calls");
  graph.setTileMapping(calls, 0);
  graph.setInitialValue(sum, 0.0f);

  HostFunction lookUp = graph.addHostFunction("lookUp", {{INT, n}}, {{FLOAT, n}, {UNSIGNED_INT, 1}});
  Sequence body;
  body.add(Call(lookUp, {keys}, {found, calls}));
  popops::addInPlace(graph, sum, found, body, "sum");
  popops::addInPlace(graph, keys, 1, body, "next");
  graph.createHostWrite("keys", keys);
  graph.createHostRead("sum", sum);
  graph.createHostRead("calls", calls);
  Engine engine(graph, Repeat(4, body));

  std::map<int, float> table;
  for (int key = 0; key < 100; ++key) table[key] = std::sqrt(float(key));
  unsigned count = 0;
  engine.connectHostFunction("lookUp", 0, [&](ArrayRef<const void *> inputs, ArrayRef<void *> outputs) {
    int in[n];
    std::memcpy(in, inputs[0], sizeof in);
    for (std::size_t i = 0; i < n; ++i) static_cast<float *>(outputs[0])[i] = table.at(in[i]);
    *static_cast<unsigned *>(outputs[1]) = ++count;
  });
  engine.load(device);
  std::vector<int> hostKeys = {0, 10, 20, 3, 7, 90};
  engine.writeTensor("keys", hostKeys.data(), hostKeys.data() + n);
  engine.run();
  std::vector<float> hostSum(n);
  unsigned hostCalls = 0;
  engine.readTensor("sum", hostSum.data(), hostSum.data() + n);
  engine.readTensor("calls", &hostCalls, &hostCalls + 1);
  double error = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double expected = 0;
    for (int step = 0; step < 4; ++step) expected += std::sqrt(double(hostKeys[i] + step));
    error = std::fmax(error, std::fabs(expected - hostSum[i]));
  }
  std::cout << hostCalls << " calls, largest error " << error << '\n';
  return error < 1e-5 && hostCalls == 4 && count == 4 ? 0 : 1;
}
