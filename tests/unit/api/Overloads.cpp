// The brace forms in which programs call the API must compile; calling them shows that they choose the right function.
#include <poplar/CycleCount.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>

#include "tests/support/Catch.hpp"

using namespace poplar;
using namespace poplar::program;

void callGraphFunctions(); // in tests/style, where it is compiled as C++11 too

TEST_CASE("graphs and tensors are called in all the forms that programs use") { callGraphFunctions(); }

TEST_CASE("programs are made from braces, lists and single programs") {
  Graph graph(Target::createCPUTarget());
  Tensor a = graph.addVariable(FLOAT, {3}, "a"), b = graph.addVariable(FLOAT, {1, 3}, {DebugContext("layer"), "b"});
  ComputeSet cs = graph.addComputeSet({DebugContext("layer"), "set"});
  DebugNameAndId dnai("model");
  Sequence empty{}, named({dnai, "step"});
  CHECK(empty.isEmpty());
  Sequence mixed{Copy(a, b), Repeat{4, Sequence{Execute(cs)}}, Execute(cs, {dnai, "run"})};
  Sequence listed({Copy(a, b), Execute(cs)}, {dnai, "listed"});
  Sequence variadic(Copy(a, b), Execute(cs), mixed);
  std::vector<Program> programs{mixed, Execute(cs)};
  Sequence fromVector(programs);
  CHECK_FALSE(variadic.isEmpty());
  CHECK_FALSE(fromVector.isEmpty());
  Program sliced = mixed;
  CHECK(sliced == mixed);
  mixed.add(Sync(SyncType::INTERNAL));
  mixed.add(WriteUndef(a, {dnai}));
  mixed.add(PrintTensor("title", a));
  mixed.add(PrintTensor(a, {dnai, "printed"}));
  Engine one(graph, empty), two(graph, {empty, named}),
      three(graph, programs.empty() ? Sequence() : empty, {{"debug.instrument", "true"}});
  Engine four(compileGraph(graph, {Sequence()}, {{"debug.instrument", "true"}}));
  auto five = Engine{graph, empty, {{"debug.instrument", "true"}}};
  auto six = std::move(five);
}

TEST_CASE("dumpProgram names steps, compute sets and vertices") {
  Graph graph(Target::createCPUTarget());
  Tensor a = graph.addVariable(FLOAT, {3}, "first"), b = graph.addVariable(FLOAT, {3}, "second");
  ComputeSet cs = graph.addComputeSet("my set");
  std::ostringstream out;
  dumpProgram(graph, Sequence{Copy(a, b), Repeat(3, Execute(cs))}, out);
  CHECK(out.str().find("Repeat x 3") != std::string::npos);
  CHECK(out.str().find("OnTileExecute: my set") != std::string::npos);
  CHECK(out.str().find("second[0:3]") != std::string::npos);
}
