// Objects that a graph cannot make, and facts that it does not have.
#include <limits>
#include <sstream>
#include <vector>

#include "tests/support/Devices.hpp"
#include "tests/support/Throws.hpp"

using namespace poplar;
using namespace support;

TEST_CASE("variables, constants and vertices that cannot be made say why") {
  Graph graph(Target::createCPUTarget());
  throwsNaming<graph_object_creation_error>({"addVariable", "255 dimensions"},
                                            [&] { graph.addVariable(FLOAT, std::vector<std::size_t>(256, 1)); });
  const std::size_t huge = std::numeric_limits<std::size_t>::max();
  throwsNaming<graph_object_creation_error>({"addVariable", "64 bits"}, [&] { graph.addVariable(FLOAT, {huge, 3}); });
  throwsNaming<graph_object_creation_error>({"addConstant", "3 values", "2 elements"},
                                            [&] { graph.addConstant<int>(INT, {2}, {1, 2, 3}); });
  std::stringstream source(
      "#include <poplar/Vertex.hpp>\nstruct Idle : public poplar::Vertex { bool compute() { return "
      "true; } };");
  graph.addCodelets(source);
  throwsNaming<graph_object_creation_error>({"addVertex", "compute set"},
                                            [&] { graph.addVertex(ComputeSet(), "Idle"); });
  VertexRef vertex = graph.addVertex(graph.addComputeSet("the set"), "Idle");
  throwsNaming<missing_perf_estimate>({"estimate", "Idle", "the set"}, [&] { graph.getPerfEstimate(vertex); });
  graph.setPerfEstimate(vertex, 7);
  CHECK(graph.getPerfEstimate(vertex).cycles == 7);
}
