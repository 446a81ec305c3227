// The pictures of graphs: every arrow is an edge of some vertex, and programs choose what is shown.
#include <sstream>

#include "tests/support/Catch.hpp"
#include "tests/unit/api/Elements.hpp"

using namespace poplar;
using namespace poplar::program;

TEST_CASE("pictures show the vertices, compute sets and variables that programs use") {
  Graph graph(Target::createCPUTarget());
  std::stringstream source;
  source << R"(#include <poplar/Vertex.hpp>
struct Scale : public poplar::Vertex {
  poplar::Input<poplar::Vector<float>> in; poplar::InOut<float> sum; poplar::Output<poplar::Vector<float>> out;
  bool compute() { return true; }
};)";
  graph.addCodelets(source);
  Tensor x = graph.addVariable(FLOAT, {4}, "the \"x\""), y = graph.addVariable(FLOAT, {4}, "y"),
         s = graph.addVariable(FLOAT, {}, "s");
  ComputeSet first = graph.addComputeSet("first"), second = graph.addComputeSet("second");
  graph.addVertex(first, "Scale", {{"in", x}, {"sum", s}, {"out", y.slice(0, 2)}});
  graph.addVertex(first, "Scale", {{"in", x}, {"sum", s}, {"out", y.slice(2, 4)}});
  graph.addVertex(second, "Scale", {{"in", y}, {"sum", s}, {"out", x}});
  const auto count = [](const std::string &text, const std::string &word) {
    std::size_t n = 0;
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++n;
    return n;
  };
  const unsigned xId = x.getVarRegions()[0].var.id(), yId = y.getVarRegions()[0].var.id();
  const auto node = [](unsigned variable) { return "x" + std::to_string(variable); };

  std::ostringstream vertices, compute, some, called;
  graph.outputVertexGraph(vertices);
  CHECK(vertices.str().find("digraph") == 0);
  CHECK(count(vertices.str(), "Scale") == 3);
  CHECK(count(vertices.str(), "->") == 12); // in, out, and both ways of sum, for three vertices
  CHECK(count(vertices.str(), node(xId) + " -> v0 [label=\"in\"]") == 1);
  CHECK(count(vertices.str(), "v2 -> " + node(xId) + " [label=\"out\"]") == 1);
  CHECK(count(vertices.str(), "\"the \\\"x\\\"\"") == 1);

  graph.outputComputeGraph(compute);
  CHECK(count(compute.str(), "vertices\"]") == 2);
  CHECK(count(compute.str(), "first\n2 vertices") == 1);
  CHECK(count(compute.str(), "c0 -> " + node(yId)) == 1); // once, though two vertices write y

  const Program program = Repeat(3, Sequence(Execute(second)));
  graph.outputVertexGraph(some, {program});
  CHECK(count(some.str(), "Scale") == 1);
  CHECK(count(some.str(), "v2") > 0);
  const Function function = graph.addFunction(Execute(first));
  graph.outputComputeGraph(called, {Call(function)});
  CHECK(count(called.str(), "first") == 1);
  CHECK(count(called.str(), "second") == 0);
}
