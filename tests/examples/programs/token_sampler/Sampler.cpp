// A generator of sequences: in each step the row of a transition table is looked up by the last token, the next token is
// the most likely one that has not been used yet, and it is written at its place in the output. All of it in a loop of
// the device with dynamic slices.
//
// Build: g++ -std=c++14 Sampler.cpp -lpoplar -lpopops -lpoputil -o sampler
// Run: ./sampler
// Run: ./sampler cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <popops/DynamicSlice.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Fill.hpp>
#include <popops/Loop.hpp>
#include <popops/Zero.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <algorithm>
#include <cmath>
#include <iostream>
#include <vector>

using namespace poplar;
using namespace poplar::program;

int main(int argc, char **) {
  const std::size_t tokens = 20, length = 12;
  IPUModel model;
  model.tilesPerIPU = 8;
  Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device);
  popops::addCodelets(graph);
  graph.addCodelets("ArgMaxCodelet.cpp");

  Tensor table = popops::createSliceableTensor(graph, FLOAT, {tokens, tokens}, {0}, {1}, 0, "table");
  Tensor output = popops::createSliceableTensor(graph, UNSIGNED_INT, {length, 1}, {0}, {1}, 0, "output");
  Tensor penalty = graph.addVariable(FLOAT, {tokens}, VariableMappingMethod::LINEAR, "penalty");
  Tensor token = graph.addVariable(UNSIGNED_INT, {1}, "token");
  graph.setTileMapping(token, 0);

  Sequence prog;
  popops::zero(graph, token, prog, "start");
  popops::fill(graph, penalty, prog, 0.0f, "penalty");
  prog.add(popops::countedLoop(
      graph, length,
      [&](Tensor position) {
        Sequence body;
        Tensor row = popops::dynamicSlice(graph, table, token, {0}, {1}, body, "row").flatten();
        popops::addInPlace(graph, row, penalty, body, "penalise");
        ComputeSet cs = graph.addComputeSet("argmax");
        VertexRef v = graph.addVertex(cs, "ArgMax", {{"values", row}, {"penalty", penalty}, {"index", token[0]}});
        graph.setTileMapping(v, 0);
        body.add(Execute(cs));
        popops::dynamicUpdate(graph, output, token.expand({0}), position.reshape({1}), {0}, {1}, body, "write");
        return body;
      },
      "steps"));
  graph.createHostWrite("table", table);
  graph.createHostRead("output", output);
  Engine engine(graph, prog);
  engine.load(device);

  std::vector<float> host(tokens * tokens);
  for (std::size_t i = 0; i < host.size(); ++i) host[i] = std::sin(float(i * i % 997));
  engine.writeTensor("table", host.data(), host.data() + host.size());
  engine.run();
  std::vector<unsigned> sequence(length), expected;
  engine.readTensor("output", sequence.data(), sequence.data() + length);
  std::vector<char> used(tokens, 0);
  for (unsigned step = 0, last = 0; step < length; ++step) {
    int best = -1;
    for (unsigned t = 0; t < tokens; ++t)
      if (!used[t] && (best < 0 || host[last * tokens + t] > host[last * tokens + best])) best = int(t);
    used[best] = 1;
    last = unsigned(best);
    expected.push_back(last);
  }
  for (unsigned t : sequence) std::cout << t << ' ';
  std::cout << '\n';
  return sequence == expected ? 0 : 1;
}
