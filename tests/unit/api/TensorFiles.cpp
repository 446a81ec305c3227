// Tensors written and read again.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <poplar/exceptions.hpp>
#include <random>
#include <sstream>

#include "tests/support/Catch.hpp"
#include "tests/support/Throws.hpp"
#include "tests/unit/api/Elements.hpp"

using namespace poplar;
using support::throwsNaming;

namespace {

std::string written(const Graph &graph, const std::vector<Tensor> &tensors, SerializationFormat format) {
  std::ostringstream out;
  graph.serializeTensors(out, tensors, format);
  return out.str();
}

std::vector<Tensor> read(Graph &graph, const std::string &text, SerializationFormat format) {
  std::istringstream in(text);
  return graph.deserializeTensors(in, format);
}

} // namespace

TEST_CASE("a tensor written to a stream is read from it") {
  Graph graph(Target::createIPUTarget(1, 8, "ipu2"));
  std::stringstream file;
  graph.serializeTensors(file, {graph.addVariable(HALF, {3, 2}, "t")}, SerializationFormat::Binary);
  const std::vector<Tensor> read = graph.deserializeTensors(file, SerializationFormat::Binary);
  REQUIRE(read.size() == 1);
  CHECK(read[0].shape() == std::vector<std::size_t>{3, 2});
  CHECK(read[0].elementType() == HALF);
}

TEST_CASE("tensors come back with shape, order, aliases, tiles and constants") {
  for (const auto format : {SerializationFormat::Binary, SerializationFormat::JSON}) {
    Graph graph(Target::createIPUTarget(1, 8, "ipu2"));
    const Tensor unused = graph.addVariable(INT, {100});
    const Tensor a = graph.addVariable(FLOAT, {3, 4}, "a"), b = graph.addVariable(HALF, {40}, "b");
    graph.setTileMapping(a.slice(0, 2), 5);
    graph.setTileMapping(b, 7);
    const Tensor constant = graph.addConstant<int>(INT, {2}, {-4, 70000}, "c");
    const std::vector<Tensor> tensors = {a.transpose(),
                                         concat(a[2], a[0].reverse(0)),
                                         b.slice(10, 30).subSample(3, 0),
                                         constant,
                                         a.slice(0, 0),
                                         b.slice(5, 7).broadcast(2, 0),
                                         constant.reinterpret(UNSIGNED_INT).slice(1, 2)};

    Graph other(Target::createIPUTarget(1, 8, "ipu2"));
    other.addVariable(FLOAT, {7});
    const std::vector<Tensor> copies = read(other, written(graph, tensors, format), format);
    REQUIRE(copies.size() == tensors.size());
    // Elements that were the same are the same, and those of one variable keep their order.
    std::vector<std::pair<unsigned, std::size_t>> was, is;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      CHECK(copies[i].shape() == tensors[i].shape());
      CHECK(copies[i].elementType() == tensors[i].elementType());
      CHECK(other.getTileMapping(copies[i], false) == graph.getTileMapping(tensors[i], false));
      for (const auto &element : elementsOf(tensors[i])) was.push_back(element);
      for (const auto &element : elementsOf(copies[i])) is.push_back(element);
    }
    REQUIRE(was.size() == is.size());
    for (std::size_t i = 0; i < was.size(); ++i)
      for (std::size_t j = 0; j < was.size(); ++j) {
        REQUIRE((was[i] == was[j]) == (is[i] == is[j]));
        if (was[i].first == was[j].first) REQUIRE((was[i] < was[j]) == (is[i] < is[j]));
      }
    int value = 0;
    CHECK(copies[3][1].getConstantValue(&value));
    CHECK(value == 70000);
    CHECK(copies[3][0].getConstantValue(&value));
    CHECK(value == -4);
    CHECK(copies[0].getVarStr() == "a");
  }
}

TEST_CASE("anything else than a file of tensors is refused") {
  Graph graph(Target::createIPUTarget(1, 8, "ipu2"));
  const Tensor a = graph.addVariable(FLOAT, {3, 4}, "a");
  graph.setTileMapping(a, 6);
  const std::string text = written(graph, {a.transpose()}, SerializationFormat::JSON);
  const std::string binary = written(graph, {a.transpose()}, SerializationFormat::Binary);
  const std::size_t variables = graph.addVariable(FLOAT, {}).getVarRegions()[0].var.id();
  const auto refused = [&](const std::string &input, SerializationFormat format) {
    try {
      read(graph, input, format);
    } catch (const poplar_error &) {
      return true;
    }
    return false;
  };
  throwsNaming<parse_error>({"no file of tensors"}, [&] { read(graph, "nonsense", SerializationFormat::JSON); });
  throwsNaming<parse_error>({"no file of tensors"}, [&] { read(graph, "{}", SerializationFormat::JSON); });
  throwsNaming<parse_error>({"no file of tensors"}, [&] { read(graph, "", SerializationFormat::Binary); });
  CHECK(refused(std::string(100000, '\x81'), SerializationFormat::Binary)); // lists in lists in lists
  for (std::size_t size = 0; size + 2 < text.size(); ++size)
    REQUIRE(refused(text.substr(0, size), SerializationFormat::JSON));
  for (std::size_t size = 0; size < binary.size(); ++size)
    REQUIRE(refused(binary.substr(0, size), SerializationFormat::Binary));

  // Each number of the file replaced by others: it is refused, or what comes back is a sound tensor.
  auto tree = nlohmann::json::parse(text);
  const auto flat = tree.flatten();
  for (const auto &[key, old] : flat.items()) {
    if (!old.is_number()) continue;
    for (const std::int64_t value : {std::int64_t(-1), std::int64_t(11), std::int64_t(12), std::int64_t(1) << 33,
                                     std::int64_t(0x7fffffffffffffffll)}) {
      INFO(key << " = " << value);
      tree[nlohmann::json::json_pointer(key)] = value;
      try {
        for (const Tensor &t : read(graph, tree.dump(), SerializationFormat::JSON))
          for (const VariableInterval &region : t.getVarRegions())
            REQUIRE(region.interval.end() <= graph.getVariable(region.var).numElements());
      } catch (const poplar_error &) {}
      tree[nlohmann::json::json_pointer(key)] = old;
    }
  }
  Graph small(Target::createIPUTarget(1, 4, "ipu2"));
  throwsNaming<invalid_tile_mapping>({"'a'", "tile 6", "4 tiles"},
                                     [&] { read(small, text, SerializationFormat::JSON); });
  // What is refused leaves nothing behind.
  CHECK(small.addVariable(FLOAT, {}).getVarRegions()[0].var.id() == 0);
  CHECK(graph.isConstant(VariableRef(static_cast<unsigned>(variables), 0)) == false);
  throwsNaming<poplar_error>({"replication index"},
                             [&] { written(graph, {graph.addReplicationIndexConstant()}, SerializationFormat::JSON); });
}

TEST_CASE("a whole graph is written with variables, compute sets, vertices and fields") {
  Graph graph(Target::createIPUTarget(1, 8, "ipu2"));
  std::stringstream source;
  source << R"(#include <poplar/Vertex.hpp>
struct Scale : public poplar::Vertex {
  poplar::Input<poplar::Vector<float>> in; poplar::Vector<poplar::Output<poplar::Vector<float>>> rows; unsigned short n;
  poplar::Vector<unsigned char> bytes;
  bool compute() { return true; }
};)";
  graph.addCodelets(source);
  const Tensor x = graph.addVariable(FLOAT, {4}, "x"), y = graph.addVariable(FLOAT, {2, 2}, "y");
  graph.setTileMapping(x.slice(1, 4), 2);
  const VertexRef v = graph.addVertex(graph.addComputeSet("the set"), "Scale",
                                      {{"in", x.subSample(3, 0)}, {"rows", y}, {"n", 513}, {"bytes", {7, 8}}});
  graph.setTileMapping(v, 4);
  std::ostringstream text, binary;
  graph.serialize(text, SerializationFormat::JSON);
  graph.serialize(binary, SerializationFormat::Binary);
  const auto tree = nlohmann::json::parse(text.str());
  CHECK(nlohmann::json::from_cbor(binary.str()) == tree);
  CHECK(tree["tiles"] == 8);
  CHECK(tree["variables"][0]["name"] == "x");
  CHECK(tree["variables"][0]["mapping"] == nlohmann::json::parse("[[1,4,2]]"));
  CHECK(tree["computeSets"] == nlohmann::json::parse(R"(["the set"])"));
  const auto &vertex = tree["vertices"][0];
  CHECK(vertex["type"] == "Scale");
  CHECK(vertex["tile"] == 4);
  CHECK(vertex["fields"][0]["runs"] == nlohmann::json::parse("[[0,0,1],[0,3,1]]"));
  CHECK(vertex["fields"][1]["rows"] == nlohmann::json::parse("[[[1,0,2]],[[1,2,2]]]"));
  CHECK(vertex["fields"][2]["bytes"] == nlohmann::json::parse("[1,2]"));
  CHECK(vertex["fields"][3]["bytes"] == nlohmann::json::parse("[7,8]"));
}
