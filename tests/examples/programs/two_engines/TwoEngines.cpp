// Two engines: one graph compiled with different programs, several loads on one device, and a device that goes before
// its engine. Values are kept while an engine stays loaded.
//
// Build: g++ -std=c++11 -D_GLIBCXX_USE_CXX11_ABI=0 TwoEngines.cpp -lpoplar -lpopops -lpoputil -o engines
// Run: ./engines
// Run: ./engines cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <popops/ElementWise.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

using namespace poplar;
using namespace poplar::program;

// Built with the older binary interface of std::string, as some distributions and Python wheels still are.
static int readCounter(Engine &engine) {
  int value = -1;
  engine.readTensor(std::string("counter"), &value, &value + 1);
  return value;
}

int main(int argc, char **) {
  std::unique_ptr<Engine> up, down;
  std::vector<int> seen;
  IPUModel model;
  model.tilesPerIPU = 2;
  Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  std::map<std::string, Program> programs;
  {
    Graph graph(device.getTarget());
    popops::addCodelets(graph);
    Tensor counter = graph.addVariable(INT, {1}, std::string("counter"));
    graph.setTileMapping(counter, 0);
    graph.setInitialValue(counter[0], 100);
    graph.createHostRead("counter", counter);
    Sequence increment, decrement;
    popops::addInPlace(graph, counter, 1, increment, std::string("increment"));
    popops::subInPlace(graph, counter, 10, decrement, {"decrement"});
    programs["up"] = Repeat(3, increment);
    programs["down"] = decrement;
    OptionFlags options;
    options.set(std::string("debug.retainDebugInformation"), std::string("true"));
    up.reset(new Engine(graph, programs["up"], options));
    down.reset(new Engine(graph, {programs["down"], programs["up"]}));
  } // The engines do not need the graph any more.

  up->load(device);
  up->run();
  up->run();
  seen.push_back(readCounter(*up)); // 106
  down->load(device);
  down->run(0);
  seen.push_back(readCounter(*down)); // 90: a load starts from the initial values
  down->run(1);
  seen.push_back(readCounter(*down)); // 93
  up->load(device);
  up->run(0, "named run");
  seen.push_back(readCounter(*up)); // 103
  device = Device();
  for (int value : seen) std::cout << value << ' ';
  std::cout << '\n';
  return seen == std::vector<int>{106, 90, 93, 103} ? 0 : 1;
}
