// Which rows of a compute set become tasks that threads share.
#include <algorithm>
#include <numeric>
#include <poplar/Device.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <sstream>

#include "popgraph/graph/GraphState.hpp"
#include "popgraph/passes/Passes.hpp"
#include "tests/support/Catch.hpp"

using namespace poplar;

namespace {

const char *const kCodelets = R"(
#include <poplar/Vertex.hpp>
using namespace poplar;
static unsigned calls = 0;
struct Counts : public Vertex { // one after the other, or two calls would have one number
  Output<unsigned> out;
  bool compute() {
    const unsigned before = calls;
    unsigned work = before;
    for (unsigned i = 0; i < 20000; ++i) work = work * 1664525u + 1013904223u;
    *out = work == 1 ? 0 : before;
    calls = before + 1;
    return true;
  }
};
)";
const char *const kPlain = R"(
#include <poplar/Vertex.hpp>
struct Plain : public poplar::Vertex {
  poplar::Output<unsigned> out;
  unsigned value;
  bool compute() { *out = value; return true; }
};
)";
const char *const kAsks = R"(
#include <poplar/Vertex.hpp>
struct Asks : public poplar::Vertex {
  poplar::Output<unsigned> out;
  bool compute() { *out = __builtin_ipu_get_tile_id() + 5; return true; }
};
)";

/// `vertices` of a codelet on tile 0, each with an element of "out".
struct Fixture {
  Fixture(Device on, const char *source, const char *codelet, unsigned vertices)
      : device(std::move(on)), graph(device.getTarget()), out(graph.addVariable(UNSIGNED_INT, {vertices}, "out")),
        cs(graph.addComputeSet()) {
    std::stringstream text(source);
    graph.addCodelets(text);
    graph.setTileMapping(out, 0);
    for (unsigned i = 0; i < vertices; ++i) {
      const VertexRef v = graph.addVertex(cs, codelet, {{"out", out[i]}});
      if (std::string(codelet) == "Plain") graph.setInitialValue(v["value"], 3 * i);
      graph.setTileMapping(v, 0);
    }
    graph.createHostRead("out", out);
  }
  std::shared_ptr<const popgraph::Module> compile() {
    return popgraph::compile(popgraph::GraphAccess::state(graph), {program::Execute(cs)}, {});
  }
  std::vector<unsigned> run(unsigned times) {
    Engine engine(graph, program::Execute(cs));
    engine.load(device);
    for (unsigned i = 0; i < times; ++i) engine.run();
    std::vector<unsigned> values(out.numElements());
    engine.readTensor("out", values.data(), values.data() + values.size());
    return values;
  }
  Device device;
  Graph graph;
  Tensor out;
  ComputeSet cs;
};

} // namespace

TEST_CASE("the vertices of a CPU device's tile are several tasks, in the order of rows") {
  for (const unsigned vertices : {1u, 2u, 64u, 65u, 1000u}) {
    INFO(vertices << " vertices");
    Fixture plain(Device::createCPUDevice(), kPlain, "Plain", vertices);
    const auto module = plain.compile();
    CHECK(module->tasks.size() > vertices / 17);
    CHECK(module->tasks.size() == std::min<std::size_t>(module->tasks.size(), 64));
    std::uint32_t row = 0;
    for (const popgraph::TileTask &task : module->tasks)
      for (std::uint32_t g = task.firstGroup; g < task.firstGroup + task.groups; ++g) {
        CHECK(module->groups[g].firstRow == row);
        row += module->groups[g].rows;
      }
    CHECK(row == vertices);
    const auto values = plain.run(3);
    for (unsigned i = 0; i < vertices; ++i) CHECK(values[i] == 3 * i);
  }
}

TEST_CASE("a tile of an IPU is one task") {
  IPUModel model;
  model.tilesPerIPU = 4;
  CHECK(Fixture(model.createDevice(), kPlain, "Plain", 100).compile()->tasks.size() == 1);
}

TEST_CASE("vertices that share what belongs to their tile run one after the other") {
  Fixture asks(Device::createCPUDevice(), kAsks, "Asks", 100);
  CHECK(asks.compile()->tasks.size() == 1);
  CHECK(asks.run(1) == std::vector<unsigned>(100, 5));
  Fixture counts(Device::createCPUDevice(), kCodelets, "Counts", 100);
  CHECK(counts.compile()->tasks.size() == 1);
  auto numbers = counts.run(4);
  std::sort(numbers.begin(), numbers.end());
  std::vector<unsigned> wanted(100);
  std::iota(wanted.begin(), wanted.end(), 300u);
  CHECK(numbers == wanted);
}
