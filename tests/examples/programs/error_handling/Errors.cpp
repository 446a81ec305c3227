// Mistakes and what becomes of them: errors of all stages derive from poplar_error, and the program goes on.
//
// Build: g++ -std=c++11 Errors.cpp -lpoplar -lpopops -lpoputil -o errors
// Run: ./errors
// Run: ./errors cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poplar/exceptions.hpp>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

using namespace poplar;
using namespace poplar::program;

static unsigned failures = 0;

template <typename Error> static void expect(const char *what, const std::function<void()> &mistake) {
  try {
    mistake();
    std::cerr << what << ": nothing was thrown\n";
    ++failures;
  } catch (const Error &error) {
    // A handler for the base class, and one for std::exception, would have done as well.
    const poplar_error &base = error;
    const std::exception &standard = base;
    std::cout << what << ": " << standard.what() << "\n";
  } catch (const std::exception &other) {
    std::cerr << what << ": another exception: " << other.what() << '\n';
    ++failures;
  }
}

int main(int argc, char **) {
  IPUModel model;
  model.tilesPerIPU = 4;
  Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device);
  graph.addCodelets("GoodCodelets.cpp");
  Tensor x = graph.addVariable(FLOAT, {8}, "x"), k = graph.addVariable(INT, {8}, "k");
  graph.setTileMapping(x, 0);
  graph.setTileMapping(k, 0);

  // While the graph is built.
  expect<file_load_error>("missing codelets", [&] { graph.addCodelets("NoSuchFile.cpp"); });
  expect<graph_program_compilation_error>("wrong codelet", [&] {
    std::stringstream source(
        "#include <poplar/Vertex.hpp>\nclass V : public poplar::Vertex { bool compute() { return y; } };");
    graph.addCodelets(source);
  });
  ComputeSet cs = graph.addComputeSet("cs");
  expect<unknown_vertex_type>("unknown vertex", [&] { graph.addVertex(cs, "Dubble"); });
  VertexRef v = graph.addVertex(cs, "Double");
  graph.setTileMapping(v, 0);
  expect<unknown_field>("unknown field", [&] { graph.connect(v["dat"], x); });
  expect<graph_connection_error>("wrong type", [&] { graph.connect(v["data"], k); });
  expect<graph_connection_error>("wrong rank", [&] { graph.connect(v["data"], x.reshape({2, 4})); });
  graph.connect(v["data"], x);
  expect<poplar_error>("beyond the end", [&] { x.slice(4, 9); });
  expect<poplar_error>("reshape", [&] { x.reshape({3, 3}); });
  expect<poplar_error>("tile that does not exist", [&] { graph.setTileMapping(k, 1000); });
  expect<control_program_error>("copy between types", [&] { Copy(x, k); });

  // When it is compiled.
  expect<graph_cycle_error>("two writers", [&] {
    Graph other(device.getTarget());
    other.addCodelets("GoodCodelets.cpp");
    Tensor t = other.addVariable(FLOAT, {8}, "shared");
    other.setTileMapping(t, 0);
    ComputeSet race = other.addComputeSet("race");
    for (int i = 0; i < 2; ++i)
      other.setTileMapping(other.addVertex(race, "Double", {{"data", t.slice(2 * i, 2 * i + 4)}}), 0);
    Engine engine(other, Execute(race));
  });
  expect<invalid_tile_mapping>("no tile", [&] {
    Graph other(device.getTarget());
    Tensor from = other.addVariable(FLOAT, {8}, "from"), to = other.addVariable(FLOAT, {8}, "to");
    other.setTileMapping(from, 0);
    Engine engine(other, Copy(from, to));
  });
  expect<invalid_option>("option", [&] { Engine engine(graph, Execute(cs), {{"debug.instrumnt", "true"}}); });

  // When it runs.
  Tensor stop = graph.addVariable(BOOL, {}, "stop");
  graph.setTileMapping(stop, 0);
  graph.setInitialValue(stop, false);
  graph.createHostWrite("stop", stop);
  graph.createHostWrite("x", x);
  graph.createHostRead("y", x);
  DataStream in = graph.addHostToDeviceFIFO("in", FLOAT, 8);
  Engine engine(graph, {Sequence{Execute(cs), AbortOnCondition(stop, "stopped on purpose")}, Copy(in, x)});
  expect<poplar_error>("not loaded", [&] { engine.run(); });
  engine.load(device);
  expect<poplar_error>("unknown program", [&] { engine.run(7); });
  expect<poplar_error>("stream without source", [&] { engine.run(1); });
  engine.load(device);
  std::vector<float> host = {1, 2, 3, 4, 5, 6, 7, 8};
  expect<poplar_error>("unknown handle", [&] { engine.writeTensor("z", host.data(), host.data() + 8); });
  expect<poplar_error>("wrong size", [&] { engine.writeTensor("x", host.data(), host.data() + 7); });
  bool yes = true;
  engine.writeTensor("stop", &yes, &yes + 1);
  expect<application_runtime_error>("abort", [&] { engine.run(0); });

  // After all of this, loading again gives an engine that works.
  engine.load(device);
  engine.writeTensor("x", host.data(), host.data() + 8);
  engine.run(0);
  engine.readTensor("y", host.data(), host.data() + 8);
  for (int i = 0; i < 8; ++i) failures += host[i] != 2.0f * (i + 1);
  std::cout << failures << " failures\n";
  return failures == 0 ? 0 : 1;
}
