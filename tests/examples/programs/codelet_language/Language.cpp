// What codelets may be written with: base classes, lambdas, recursion, tables, globals of a tile, parts of the standard
// library, 64-bit numbers. Two files are compiled together and share a header.
//
// Build: g++ -std=c++11 Language.cpp -lpoplar -lpoputil -o language
// Run: ./language
// Run: ./language cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <algorithm>
#include <iostream>
#include <vector>

using namespace poplar;
using namespace poplar::program;

int main(int argc, char **) {
  IPUModel model;
  model.tilesPerIPU = 3;
  Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device);
  graph.addCodelets({"codelets/Inherited.cpp", "codelets/Globals.cpp"}, "-O3 -Icodelets -std=c++17");
  const unsigned tiles = graph.getTarget().getNumTiles();

  const std::vector<int> numbers = {0, 7, -12, 9999, 123456, -2147483647};
  const std::vector<float> values = {5, -1, 3.5f, 8, 0, 2};
  Tensor in = graph.addConstant<int>(INT, {numbers.size()}, numbers),
         out = graph.addVariable(INT, {3, numbers.size()}, "out");
  Tensor floats = graph.addConstant<float>(FLOAT, {values.size()}, values),
         medians = graph.addVariable(FLOAT, {2}, "medians");
  Tensor calls = graph.addVariable(INT, {3}, "calls"), factorials = graph.addVariable(LONGLONG, {20}, "factorials");
  for (const Tensor &t : {in, out, floats, medians, factorials}) graph.setTileMapping(t, 0);
  ComputeSet cs = graph.addComputeSet("cs"), count = graph.addComputeSet("count");
  const char *names[] = {"PopCount", "FromTable", "DigitSum"};
  for (unsigned i = 0; i < 3; ++i) {
    VertexRef v = graph.addVertex(cs, names[i], {{"in", in}, {"out", out[i]}});
    if (i == 1) graph.setInitialValue(v["offset"], 100);
    graph.setTileMapping(v, i % tiles);
  }
  for (unsigned i = 0; i < 2; ++i) {
    const std::size_t n = values.size() - i;
    VertexRef v = graph.addVertex(cs, "Median", {{"values", floats.slice(0, n)}, {"median", medians[i]}});
    graph.setInitialValue(v["count"], n);
    graph.setTileMapping(v, 0);
  }
  VertexRef f = graph.addVertex(cs, "Factorials", {{"out", factorials}});
  graph.setTileMapping(f, 0);
  for (unsigned i = 0; i < 3; ++i) {
    VertexRef v = graph.addVertex(count, "CountCalls", {{"number", calls[i]}});
    graph.setTileMapping(v, i % tiles);
    graph.setTileMapping(calls[i], i % tiles);
  }
  graph.createHostRead("out", out);
  graph.createHostRead("medians", medians);
  graph.createHostRead("calls", calls);
  graph.createHostRead("factorials", factorials);
  Engine engine(graph, Sequence{Execute(cs), Repeat(4, Execute(count))});
  engine.load(device);
  engine.run();

  std::vector<int> hostOut(out.numElements()), hostCalls(3), expected;
  std::vector<float> hostMedians(2);
  std::vector<long long> hostFactorials(20);
  engine.readTensor("out", hostOut.data(), hostOut.data() + hostOut.size());
  engine.readTensor("medians", hostMedians.data(), hostMedians.data() + 2);
  engine.readTensor("calls", hostCalls.data(), hostCalls.data() + 3);
  engine.readTensor("factorials", hostFactorials.data(), hostFactorials.data() + 20);
  for (int x : numbers) {
    int bits = 0;
    for (unsigned u = static_cast<unsigned>(x); u; u &= u - 1) ++bits;
    expected.push_back(bits);
  }
  const int table[] = {3, 1, 4, 1, 5};
  for (int x : numbers) expected.push_back(table[(x % 5 + 5) % 5] + 100);
  for (long long x : numbers) {
    int sum = 0;
    for (x = x < 0 ? -x : x; x; x /= 10) sum += int(x % 10);
    expected.push_back(sum);
  }
  long long product = 1;
  bool right = hostOut == expected && hostMedians == std::vector<float>{2.75f, 3.5f};
  for (int i = 0; i < 20; ++i) right = right && hostFactorials[i] == (product *= i + 1);
  // With three tiles each counted four calls; one tile counted them all, in some order.
  std::sort(hostCalls.begin(), hostCalls.end());
  right = right && hostCalls == (tiles == 3 ? std::vector<int>{4, 4, 4} : std::vector<int>{10, 11, 12});
  std::cout << (right ? "all right" : "WRONG") << '\n';
  return right ? 0 : 1;
}
