// Vertices whose fields are connected and set in the less common ways compute the same on every device.
#include <poplar/MetadataCreation.hpp>
#include <poplar/exceptions.hpp>
#include <sstream>

#include "tests/support/Catch.hpp"
#include "tests/support/Devices.hpp"

using namespace poplar;
using namespace support;

namespace {

const char *const kCodelets = R"(
#include <poplar/Vertex.hpp>
using namespace poplar;
struct Weigh : public Vertex {
  Input<Vector<float>> in;
  Output<Vector<float>> out;
  Input<float> bias;
  Vector<float> weights;
  float factor;
  bool compute() {
    for (unsigned i = 0; i < out.size(); ++i)
      out[i] = in[i] * weights[i] * factor + bias;
    return true;
  }
};
struct Totals : public Vertex {
  Vector<Input<Vector<float>>> rows;
  Output<Vector<float>> totals;
  bool compute() {
    for (unsigned i = 0; i < rows.size(); ++i) {
      float total = 0;
      for (unsigned j = 0; j < rows[i].size(); ++j)
        total += rows[i][j];
      totals[i] = total;
    }
    return true;
  }
};)";

struct Setup {
  explicit Setup(const Device &device) : graph(device.getTarget()) {
    std::stringstream source(kCodelets);
    graph.addCodelets(source);
    set = graph.addComputeSet("set");
    x = graph.addVariable(FLOAT, {8}, "x");
    y = graph.addVariable(FLOAT, {8}, "y");
    spread(graph, x);
    spread(graph, y);
    graph.setInitialValue<float>(x, {1, 2, 3, 4, 5, 6, 7, 8});
    graph.setInitialValue(y, -1);
    graph.createHostRead("y", y);
  }
  std::vector<float> run(const Device &device) {
    Engine engine(graph, program::Execute(set));
    engine.load(device);
    engine.run();
    return read<float>(engine, "y", 8);
  }
  Graph graph;
  ComputeSet set;
  Tensor x, y;
};

} // namespace

TEST_CASE("vectors connected element by element compute as if connected at once") {
  onEachDevice([](TestDevice &device) {
    INFO(device.name);
    Setup s(device.device);
    // No tile yet: the constant of `bias` follows the vertex.
    VertexRef v = s.graph.addVertex(s.set, "Weigh", {{"bias", 0.5f}, {"factor", 2}});
    s.graph.setFieldSize(v["in"], 3);
    s.graph.setFieldSize(v["out"], 3);
    s.graph.setFieldSize(v["weights"], 3);
    CHECK(s.graph.getFieldSize(v["in"]) == 3);
    CHECK(s.graph.getFieldSize(v["weights"]) == 3);
    const unsigned from[] = {7, 0, 1}, to[] = {2, 5, 4};
    for (unsigned i : {2, 0, 1}) { // in any order
      s.graph.connect(v["in"][i], s.x[from[i]]);
      s.graph.connect(v["out"][i], s.y[to[i]]);
      s.graph.setInitialValue(v["weights"][i], i + 1);
    }
    s.graph.setTileMapping(v, tileOf(s.graph, 3));
    CHECK(s.graph.getFieldSize(v["in"]) == 3);
    CHECK(s.run(device.device) ==
          std::vector<float>{-1, -1, 8 * 1 * 2 + 0.5f, -1, 2 * 3 * 2 + 0.5f, 1 * 2 * 2 + 0.5f, -1, -1});
  });
}

TEST_CASE("a list of single elements connects a vector, and lists of values are constants") {
  onEachDevice([](TestDevice &device) {
    INFO(device.name);
    Setup s(device.device);
    VertexRef v = s.graph.addVertex(
        s.set, "Weigh", {{"in", {s.x[3], s.x[1]}}, {"out", {s.y[6], s.y[7]}}, {"weights", {10, 100}}, {"factor", 1.0}});
    s.graph.connect(v["bias"], -0.25);
    s.graph.setTileMapping(v, 0);
    VertexRef w =
        s.graph.addVertex(s.set, "Weigh", {{"in", {1.5f, 2.5f}}, {"out", s.y.slice(0, 2)}, {"bias", 1}, {"factor", 1}});
    s.graph.setInitialValue<float>(w["weights"], {2, 4});
    s.graph.setTileMapping(w, tileOf(s.graph, 1));
    VertexRef t = s.graph.addVertex(s.set, "Totals", {{"rows", {s.x.slice(0, 3), s.x.subSample(4, 0)}}});
    s.graph.connect(t["totals"], s.y.slice(3, 5));
    s.graph.setTileMapping(t, tileOf(s.graph, 2));
    // A vector without elements.
    VertexRef empty = s.graph.addVertex(s.set, "Weigh", {{"bias", 0}, {"factor", 0}});
    s.graph.setFieldSize(empty["in"], 0);
    s.graph.setFieldSize(empty["out"], 0);
    s.graph.setFieldSize(empty["weights"], 0);
    s.graph.setTileMapping(empty, 0);
    CHECK(s.run(device.device) == std::vector<float>{4, 11, -1, 6, 6, -1, 39.75f, 199.75f});
  });
}

TEST_CASE("initial values: bits of halves, and those of a replica") {
  onEachDevice([](TestDevice &device) {
    INFO(device.name);
    Graph graph(device.device.getTarget());
    Tensor h = graph.addVariable(HALF, {3}), u = graph.addVariable(INT, {2}),
           r = graph.addReplicationIndexConstant("index");
    Tensor copy = graph.addVariable(UNSIGNED_INT, {}, "copy");
    for (const Tensor &t : {h, u, r, copy}) graph.setTileMapping(t, 0);
    graph.setInitialValueHalf(h, 0x4000);
    graph.setInitialValueHalf(h.slice(0, 2), {0x3c00, 0xc000});
    graph.setInitialValue(u, {{0u, 9u}});
    graph.setInitialValue(copy, 77);
    graph.createHostRead("h", h);
    graph.createHostRead("u", u);
    graph.createHostRead("copy", copy);
    CHECK(graph.isConstant(r.getVarRegions()[0].var));
    Engine engine(graph, program::Copy(r, copy));
    engine.load(device.device);
    CHECK(read<unsigned>(engine, "copy", 1)[0] == 77);
    engine.run();
    CHECK(read<std::uint16_t>(engine, "h", 3) == std::vector<std::uint16_t>{0x3c00, 0xc000, 0x4000});
    CHECK(read<int>(engine, "u", 2) == std::vector<int>{9, 9});
    CHECK(read<unsigned>(engine, "copy", 1)[0] == 0);
    CHECK_THROWS_AS(graph.setInitialValue(u, {{1u, 9u}}), graph_replication_error);
  });
}

TEST_CASE("tensors of metadata hold it, as constants and as variables") {
  onEachDevice([](TestDevice &device) {
    INFO(device.name);
    using Format = QuarterMetadata::Format;
    Graph graph(device.device.getTarget());
    Tensor constant = createConstantMetadataTensor(graph, Format::F143, 3),
           variable = createVariableMetadataTensor(graph, Format::F152, -2, {"given"}),
           copy = createVariableMetadataTensor(graph, Format::F143, 0);
    CHECK(graph.isConstant(constant.getVarRegions()[0].var));
    CHECK(constant.elementType() == QUARTER_METADATA);
    CHECK(variable.getDebugStr().find("given") != std::string::npos);
    CHECK(constant.getDebugStr().find("metadata") != std::string::npos);
    graph.createHostRead("variable", variable);
    graph.createHostRead("copy", copy);
    Engine engine(graph, program::Copy(constant, copy));
    engine.load(device.device);
    engine.run();
    CHECK(read<std::uint8_t>(engine, "variable", 1)[0] == QuarterMetadata(Format::F152, -2).bits());
    CHECK(read<std::uint8_t>(engine, "copy", 1)[0] == QuarterMetadata(Format::F143, 3).bits());
    CHECK_THROWS_AS(createConstantMetadataTensor(graph, Format::F143, 99), tensor_metadata_error);
  });
}

TEST_CASE("estimates of vertices and of their types are the cycles of a run") {
  IPUModel model;
  model.tilesPerIPU = 4;
  Device device = model.createDevice();
  const auto cyclesWith = [&](std::uint64_t ofType, std::uint64_t ofVertex) {
    Setup s(device);
    VertexRef v = s.graph.addVertex(s.set, "Weigh", {{"in", s.x}, {"out", s.y}, {"bias", 0}, {"factor", 1}});
    s.graph.setInitialValue(v["weights"], std::vector<float>(8, 1));
    s.graph.setTileMapping(v, 0);
    if (ofType)
      s.graph.registerPerfEstimator("Weigh", [=](const VertexIntrospector &vertex, const Target &) {
        return ofType * vertex.getFieldInfo("in").size();
      });
    if (ofVertex) s.graph.setPerfEstimate(v, ofVertex);
    program::Sequence program{program::Execute(s.set)};
    Tensor count = cycleCount(s.graph, program, 0, SyncType::INTERNAL);
    s.graph.createHostRead("count", count);
    Engine engine(s.graph, program);
    engine.load(device);
    engine.run();
    return read<unsigned>(engine, "count", 2)[0];
  };
  // 8 elements: 8,000 cycles and what surrounds them, which may differ by where the workers stand.
  const unsigned base = cyclesWith(1000, 0);
  const auto near = [](unsigned cycles, unsigned expected) { return cycles + 20 > expected && cycles < expected + 20; };
  CHECK(base >= 8000);
  CHECK(near(cyclesWith(2000, 0), base + 8000));
  CHECK(near(cyclesWith(2000, 8000), base));
  CHECK(near(cyclesWith(0, 9000), base + 1000));
  CHECK(cyclesWith(0, 0) < base);
}
