// Control flow on the device: nested loops, branches, a switch over states and functions that are called from several
// places. The Collatz sequence decides how often everything runs.
//
// Build: g++ -std=c++11 ControlFlow.cpp -lpoplar -lpopops -lpoputil -o control
// Run: ./control 27
// Run: ./control 7 cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <popops/ElementWise.hpp>
#include <popops/codelets.hpp>
#include <cstdlib>
#include <iostream>
#include <vector>

using namespace poplar;
using namespace poplar::program;
namespace pe = popops::expr;

int main(int argc, char **argv) {
  const unsigned start = argc > 1 ? std::atoi(argv[1]) : 27;
  IPUModel model;
  model.tilesPerIPU = 2;
  Device device = argc > 2 ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device);
  popops::addCodelets(graph);

  auto scalar = [&](const Type &type, const char *name) {
    Tensor t = graph.addVariable(type, {}, name);
    graph.setTileMapping(t, 0);
    return t;
  };
  auto constant = [&](const Type &type, int value) {
    Tensor t = graph.addConstant(type, {}, value);
    graph.setTileMapping(t, graph.getTarget().getNumTiles() - 1);
    return t;
  };
  Tensor n = scalar(UNSIGNED_INT, "n"), steps = scalar(UNSIGNED_INT, "steps"), state = scalar(INT, "state");
  Tensor visits = graph.addVariable(UNSIGNED_INT, {4}, "visits");
  graph.setTileMapping(visits, 0);
  Tensor zero = constant(UNSIGNED_INT, 0), one = constant(UNSIGNED_INT, 1);

  // Called from two places: one body in the device's memory.
  Sequence countBody;
  popops::addInPlace(graph, steps, one, countBody, "count");
  Function count = graph.addFunction(countBody);

  // n -> n / 2 or 3 n + 1.
  Sequence halve, triple;
  popops::mapInPlace(graph, pe::_1 / pe::Const(2u), {n}, halve, "halve");
  halve.add(Call(count));
  popops::mapInPlace(graph, pe::_1 * pe::Const(3u) + pe::Const(1u), {n}, triple, "triple");
  triple.add(Call(count));
  Sequence collatz;
  Tensor odd = popops::map(graph, (pe::_1 % pe::Const(2u)) == pe::Const(1u), {n}, collatz, "odd");
  collatz.add(If(odd, triple, halve));

  Sequence test;
  Tensor goOn = popops::map(graph, pe::_1 != pe::Const(1u), {n}, test, "goOn");

  // Classes of n that a switch counts: below 10, below 100, below 1000 and all others.
  Sequence classify;
  Tensor klass = popops::map(graph,
                             pe::Cast(pe::_1 >= pe::Const(10u), INT) + pe::Cast(pe::_1 >= pe::Const(100u), INT) +
                                 pe::Cast(pe::_1 >= pe::Const(1000u), INT),
                             {n}, classify, "class");
  classify.add(Copy(klass, state));
  Sequence other;
  popops::addInPlace(graph, visits[3], one, other);
  Switch byClass(state, Program(other));
  for (int c = 0; c < 3; ++c) {
    Sequence visit;
    popops::addInPlace(graph, visits[c], one, visit);
    byClass.add(c, visit);
  }
  classify.add(byClass);

  // The outer loop runs the sequence twice from the same start; the inner one ends when n is 1.
  Tensor saved = scalar(UNSIGNED_INT, "saved");
  Sequence once{Copy(saved, n), RepeatWhileTrue(test, goOn, Sequence{collatz, classify})};
  Sequence prog{Copy(zero, steps), Copy(zero.reshape({1}).broadcast(4, 0), visits), Repeat(2, once)};

  graph.createHostWrite("start", saved);
  graph.createHostRead("steps", steps);
  graph.createHostRead("visits", visits);
  Engine engine(graph, prog);
  engine.load(device);
  unsigned hSteps = 0, expectedSteps = 0;
  std::vector<unsigned> hVisits(4), expectedVisits(4, 0u);
  engine.writeTensor("start", &start, &start + 1);
  engine.run();
  engine.readTensor("steps", &hSteps, &hSteps + 1);
  engine.readTensor("visits", hVisits.data(), hVisits.data() + 4);
  for (unsigned x = start; x != 1; ++expectedSteps) {
    x = x % 2 ? 3 * x + 1 : x / 2;
    expectedVisits[(x >= 10) + (x >= 100) + (x >= 1000)] += 2;
  }
  std::cout << start << " reaches 1 after " << hSteps / 2 << " steps\n";
  return hSteps == 2 * expectedSteps && hVisits == expectedVisits ? EXIT_SUCCESS : EXIT_FAILURE;
}
