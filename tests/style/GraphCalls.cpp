// The forms in which programs call Graph and Tensor. They must compile as C++11, and as whatever comes later; test_api
// runs them, so that the function each call resolves to is seen to do its work.
#include <poplar/Graph.hpp>
#include <poplar/IeeeHalf.hpp>

#include <array>
#include <cmath>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#ifdef __clang__
#pragma clang diagnostic ignored "-Wbraced-scalar-init" // programs write concat(a, b, {1})
#endif

using namespace poplar;

void callGraphFunctions();

namespace {

void check(bool condition, const char *what) {
  if (!condition)
    throw std::runtime_error(what);
}
#define CHECK_THAT(CONDITION) check((CONDITION), #CONDITION)

template <typename T> T valueOf(const Tensor &constant) {
  T value = T();
  check(constant.getConstantValue(&value), "a constant has a value");
  return value;
}

void addVariables(Graph &graph, const DebugNameAndId &dnai, const std::string &name) {
  const std::size_t n = 4;
  const std::vector<std::size_t> shape = {2, 3};
  const DebugContext context("layer");
  CHECK_THAT(graph.addVariable(FLOAT, {}).rank() == 0);
  CHECK_THAT(graph.addVariable(FLOAT, {}, "scalar").numElements() == 1);
  CHECK_THAT(graph.addVariable(FLOAT, {n}).dim(0) == n);
  CHECK_THAT(graph.addVariable(INT, {n, 2 * n}, name).shape() == std::vector<std::size_t>({4, 8}));
  CHECK_THAT(graph.addVariable(HALF, shape, name + "/x").getVarStr() == "name/x");
  CHECK_THAT(graph.addVariable(HALF, shape, {dnai, "x"}).getVarStr() == "dnai/x");
  CHECK_THAT(graph.addVariable(HALF, shape, {dnai, name}).getVarStr() == "dnai/name");
  CHECK_THAT(graph.addVariable(HALF, shape, {dnai}).getVarStr() == "dnai");
  CHECK_THAT(graph.addVariable(HALF, shape, {context, "x"}).getVarStr() == "layer/x");
  CHECK_THAT(graph.addVariable(HALF, {0, 3}, StringRef("empty")).numElements() == 0);
  CHECK_THAT(graph.getTileMapping(graph.addVariable(UNSIGNED_INT, {n}, VariableMappingMethod::LINEAR)).size() == 8);
  graph.addVariable(CHAR, {n}, VariableMappingMethod::LINEAR, "mapped");
  graph.addVariable(CHAR, shape, VariableMappingMethod::NONE, {dnai, "unmapped"});
}

void addConstants(Graph &graph, const DebugNameAndId &dnai, const std::string &name) {
  const float floats[] = {1, 2, 3};
  const std::vector<int> ints = {4, 5, 6};
  const std::array<float, 3> array = {{7, 8, 9}};
  CHECK_THAT(valueOf<float>(graph.addConstant<float>(FLOAT, {4}, {1.0, 2.0, 3.0, 4.0})[3]) == 4);
  CHECK_THAT(valueOf<float>(graph.addConstant<float>(FLOAT, {1}, {1.5})[0]) == 1.5f);
  CHECK_THAT(valueOf<int>(graph.addConstant(INT, {2}, {7, 8}, "two")[1]) == 8);
  CHECK_THAT(valueOf<int>(graph.addConstant(INT, {1}, {7})[0]) == 7);
  CHECK_THAT(valueOf<float>(graph.addConstant(FLOAT, {3}, floats)[2]) == 3);
  CHECK_THAT(valueOf<float>(graph.addConstant<float>(FLOAT, {3}, floats, "pointer")[1]) == 2);
  CHECK_THAT(valueOf<float>(graph.addConstant<float>(FLOAT, {3}, array)[0]) == 7);
  CHECK_THAT(valueOf<int>(graph.addConstant(INT, {3}, ArrayRef<int>(ints), name)[0]) == 4);
  CHECK_THAT(valueOf<int>(graph.addConstant(INT, {3}, ints, {dnai, "vector"})[1]) == 5);
  CHECK_THAT(valueOf<int>(graph.addConstant<int>(INT, {3}, ints.data())[2]) == 6);
  CHECK_THAT(valueOf<float>(graph.addConstant(HALF, {}, 2)) == 2);
  CHECK_THAT(valueOf<float>(graph.addConstant(HALF, {2}, 0.5f, {dnai})[1]) == 0.5f);
  CHECK_THAT(valueOf<double>(graph.addConstant(FLOAT, {}, 0.25, "scalar")) == 0.25);
  CHECK_THAT(valueOf<unsigned>(graph.addConstant(UNSIGNED_INT, {}, 5u)) == 5);
  CHECK_THAT(valueOf<unsigned>(graph.addConstant<unsigned>(UNSIGNED_INT, {}, 5)) == 5);
  CHECK_THAT(valueOf<bool>(graph.addConstant(BOOL, {}, true)));
  CHECK_THAT(valueOf<long long>(graph.addConstant(LONGLONG, {}, 1ll << 60)) == 1ll << 60);
  CHECK_THAT(valueOf<unsigned char>(graph.addConstant(UNSIGNED_CHAR, {}, 200)) == 200);
  CHECK_THAT(valueOf<float>(graph.addConstantHalf(HALF, {}, std::uint16_t(0x3c00), "one")) == 1);
  const std::uint16_t bits[] = {0x3c00, 0x4000};
  CHECK_THAT(valueOf<float>(graph.addConstantHalf(HALF, {2}, bits)[1]) == 2);
}

void setValues(Graph &graph) {
  Tensor t = graph.addVariable(FLOAT, {2});
  const std::vector<float> values = {1, 2};
  graph.setInitialValue(t, 1);
  graph.setInitialValue(t, 1.5);
  graph.setInitialValue(t[0], 2.5f);
  graph.setInitialValue(t, values);
  graph.setInitialValue<float>(t, values);
  graph.setInitialValue(t, ArrayRef<float>(values));
  graph.setInitialValue<float>(t, {1, 2});
  graph.setInitialValue(t, {1.0f, 2.0f});
  graph.setInitialValue(t.reinterpret(UNSIGNED_INT)[0], {{0u, 7u}});
  Tensor h = graph.addVariable(HALF, {2});
  graph.setInitialValueHalf(h, 0x3c00);
  graph.setInitialValueHalf(h, std::vector<std::uint16_t>{0x3c00, 0x4000});
  graph.setInitialValueHalf(h, {0x3c00, 0x4000});
}

void addVertices(Graph &graph, const DebugNameAndId &dnai, const std::string &name) {
  std::stringstream source;
  source << R"(#include <poplar/Vertex.hpp>
using namespace poplar;
struct Sum : public Vertex {
  Input<Vector<float>> in; Output<float> out; float factor; unsigned char n; Vector<float> table;
  bool compute() { *out = in[0] * factor; return true; }
};
struct Rows : public Vertex {
  Vector<Input<Vector<float>>> rows; Input<int> count; Output<Vector<float>> out; bool compute() { return true; }
};)";
  CHECK_THAT(graph.addCodelets(source));
  CHECK_THAT(graph.hasCodelet("Sum") && graph.hasCodelet(std::string("Rows")));
  ComputeSet set = graph.addComputeSet({dnai, "set"}), named = graph.addComputeSet(name), plain = graph.addComputeSet();
  CHECK_THAT(set != named && named != plain && ComputeSet() != set);
  Tensor a = graph.addVariable(FLOAT, {4}, "a"), b = graph.addVariable(FLOAT, {4}, "b"), out = graph.addVariable(FLOAT, {8});
  const std::vector<Tensor> list = {a, b};
  const std::vector<float> table = {1, 2, 3};
  const unsigned n = 3;

  VertexRef v = graph.addVertex(set, "Sum", {{"in", a}, {"out", out[0]}, {"factor", 2.5f}, {"n", n}, {"table", table}});
  CHECK_THAT(graph.getFieldSize(v["table"]) == 3);
  graph.addVertex(set, "Sum", {{"in", {a}}, {"out", out[1]}, {"factor", 2}, {"n", 'c'}, {"table", {1.0f, 2.0f}}});
  graph.addVertex(set, std::string("Sum"), {{std::string("in"), {1.0f, 2.0f}}, {"out", out[2]}, {"factor", true}});
  graph.addVertex(set, "Rows", {{"rows", {a, b}}, {"count", 4}, {"out", out.slice(3, 5)}});
  graph.addVertex(named, "Rows", {{"rows", list}, {"count", 4.0}, {"out", a}});
  graph.addVertex(named, "Rows", {{"rows", ArrayRef<Tensor>(list)}, {"count", 4ll}});
  std::vector<ConnectionDesc> kept;
  for (const char *field : {"in", "out"})
    kept.push_back({std::string(field), field[0] == 'i' ? a : out[5]}); // the name must outlive its string
  graph.addVertex(set, "Sum", kept);
  graph.addVertex(set, "Sum", {});

  VertexRef w = graph.addVertex(plain, "Sum");
  graph.connect(w["in"], b.slice(0, 2));
  graph.connect(w[std::string("out")], a[0]);
  graph.setInitialValue(w["factor"], 2.5);
  graph.setInitialValue(w["n"], 7);
  graph.setInitialValue(w["table"], table);
  graph.setInitialValue<float>(w["table"], {1, 2});
  graph.setInitialValue(w["table"], {1.0f});
  graph.setInitialValue(w["table"], ArrayRef<float>(table));
  VertexRef r = graph.addVertex(plain, "Rows");
  graph.setFieldSize(r["rows"], 2);
  graph.connect(r["rows"][0], a);
  graph.connect(r["rows"][1], b);
  graph.connect(r["count"], 3);
  graph.connect(r["out"], {a[1], b[2]});
  VertexRef s = graph.addVertex(plain, "Rows");
  graph.connect(s["rows"], {a, b});
  graph.connect(s["out"], std::vector<Tensor>{out[6], out[7]});
  VertexRef u = graph.addVertex(plain, "Rows");
  graph.connect(u["rows"], concat(a.expand({0}), b.expand({0})));
  VertexRef x = graph.addVertex(plain, "Sum");
  graph.connect(x["in"], {1.0f, 2.0f});
  VertexRef y = graph.addVertex(plain, "Sum");
  graph.connect(y["in"], ArrayRef<float>(table));
  VertexRef z = graph.addVertex(plain, "Sum");
  graph.connect(z["in"], table);
  CHECK_THAT(graph.getFieldSize(z["in"]) == 3 && v != w && v == VertexRef(v));
  CHECK_THAT(!v["in"].isIndexed() && v["in"][2].isIndexed() && v["in"][2].getIndex() == 2);
  graph.setPerfEstimate(v, 100);
  graph.setPerfEstimate(w, 100, 20);
  graph.setPerfEstimate(r, {5, 6});
  graph.setPerfEstimate(r, VertexPerfEstimate(7));
  graph.setCycleEstimate(u, 9);
  CHECK_THAT(graph.getPerfEstimate(r).cycles == 7 && graph.getPerfEstimate(w).flops == 20);
  graph.registerPerfEstimator("Sum", [](const VertexIntrospector &vertex, const Target &target) {
    return std::uint64_t(vertex.getFieldInfo("in").size()) * target.getNumWorkerContexts();
  });
  CHECK_THAT(graph.getPerfEstimate(x).cycles == 2 * graph.getTarget().getNumWorkerContexts());
}

void mapTiles(Graph &graph) {
  Tensor t = graph.addVariable(FLOAT, {4});
  const Graph::TileToTensorMapping mapping = {{Interval(0, 1)}, {}, {{1, 3}, {3, 4}}};
  graph.setTileMapping(t, 0);
  graph.setTileMapping(t, 1u);
  graph.setTileMapping(t, mapping);
  graph.setTileMapping(t, {{{0, 2}}, {{2, 4}}});
  bool complete = false;
  CHECK_THAT(graph.getTileMapping(t)[0].size() == 1 && graph.getTileMapping(t, false).size() == 8);
  CHECK_THAT(graph.getTileMapping(t, true, true)[1].front() == Interval(2, 4));
  CHECK_THAT(graph.getTileMapping(t, &complete).size() == 8 && complete);
  const std::vector<unsigned> tiles = {1, 3};
  Graph some = graph.createVirtualGraph(tiles), listed = graph.createVirtualGraph({1, 2, 3});
  CHECK_THAT(some.getTarget().getNumTiles() == 2 && listed.getTarget().getNumTiles() == 3);
  CHECK_THAT(graph.createVirtualGraph(2).getTarget().getNumTiles() == 2);
  CHECK_THAT(graph.createVirtualGraph(2, 5).getTarget().getNumTiles() == 3);
  Graph moved = std::move(some);
  CHECK_THAT(moved.getTopLevelGraph().getTarget().getNumTiles() == 8);
}

void viewTensors(Graph &graph, const DebugNameAndId &dnai) {
  using Dims = std::vector<std::size_t>;
  const Tensor a = graph.addVariable(FLOAT, {2, 4}), b = graph.addVariable(FLOAT, {2, 4});
  const std::vector<Tensor> both = {a, b};
  CHECK_THAT(concat(a, b).shape() == Dims({4, 4}) && concat(a, b, 1).shape() == Dims({2, 8}));
  CHECK_THAT(concat(a, b, {1}).shape() == Dims({2, 8}) && concat({a, b, a}).shape() == Dims({6, 4}));
  CHECK_THAT(concat({a, b}, 1).shape() == Dims({2, 8}) && concat(both).dim(0) == 4 && concat(both, 1).dim(1) == 8);
  CHECK_THAT(append(a, a[0]).dim(0) == 3 && append(a, a[0].slice(0, 2), 1).dim(1) == 5);
  CHECK_THAT(a.slice(0, 1).shape() == Dims({1, 4}) && a.slice(1, 3, 1).shape() == Dims({2, 2}));
  CHECK_THAT(a.slice({0, 1}, {2, 3}).shape() == Dims({2, 2}) && a.slice({1}, {2}).dim(0) == 1);
  CHECK_THAT(a.slice(Interval(0, 2)).dim(0) == 2 && a.slice({1, 3}, 1).dim(1) == 2);
  CHECK_THAT(a.slices(std::vector<Interval>{{0, 1}, {1, 2}}).size() == 2);
  CHECK_THAT(a.slices(std::vector<std::vector<Interval>>{{{0, 1}, {3, 4}}}, 1)[0].dim(1) == 2);
  CHECK_THAT(a.slices(std::vector<unsigned>{3, 0}, 1)[0].shape() == Dims({2}));
  CHECK_THAT(a.index({1, 2}) == a[1][2] && a[0][1].rank() == 0 && a[0].flatten().rank() == 1);
  CHECK_THAT(a.reshape({4, 2}).reshape({8}).reshape(Dims({2, 4})) == a && a[0][0].reshape({}).rank() == 0);
  CHECK_THAT(a.reshapePartial(1, 2, {2, 2}).shape() == Dims({2, 2, 2}) && a.reshapePartial(1, 1, {1}).rank() == 3);
  CHECK_THAT(a.dimShuffle({1, 0}) == a.transpose() && a.dimShufflePartial({0}, {1}) == a.transpose());
  CHECK_THAT(a.dimRoll(1) == a.transpose() && a.dimRoll(0, 1) == a.transpose());
  CHECK_THAT(a.expand({0, 2}).shape() == Dims({1, 2, 4, 1}) && a.expand({1}).shape() == Dims({2, 1, 4}));
  CHECK_THAT(a.expand({0}).squeeze({0}) == a && a.flatten(0, 2).rank() == 1);
  CHECK_THAT(a.broadcast(3, 0).dim(0) == 6 && a.subSample(2, 1).dim(1) == 2 && a.reverse(0)[0] == a[1]);
  CHECK_THAT(a.upsample(2, 1, UpsampleMethod::REPEAT).dim(1) == 8);
  CHECK_THAT(a.reinterpret(UNSIGNED_INT).elementType() == UNSIGNED_INT && a != b && Tensor() == Tensor());
  std::size_t product = 1;
  for (std::size_t size : a.shape())
    product *= size;
  CHECK_THAT(product == a.numElements() && a.valid() && !Tensor().valid());
  const std::string text = a.shapeToString() + a.getDebugStr() + a.getVarStr();
  std::ostringstream out;
  a.dump(out);
  a.dumpRegions(out);
  out << a;
  CHECK_THAT(text.find("[2,4]") == 0 && out.str().find("float [2,4]") == 0);
  CHECK_THAT(graph.clone(a).shape() == a.shape() && graph.clone(HALF, a, "half").elementType() == HALF);
  CHECK_THAT(graph.clone(a, {dnai, "copy"}).getVarStr() == "dnai/copy");
  CHECK_THAT(graph.clone(a, "copy", TensorCloneMethod::CREATE_NEW_ORDER).isContiguous());
  CHECK_THAT(graph.cloneN(a, 3).shape() == Dims({3, 2, 4}) && graph.cloneN(INT, a, 2, "n").elementType() == INT);
  Tensor first = a.flatten(), second = b.flatten();
  graph.reorderToSimplify(&first, {&second});
  graph.reorderToSimplify(&first, {});
  CHECK_THAT(graph.getSortedContiguousRegions(first, {{0, 2}, {4, 8}}).size() == 2);
  std::vector<std::size_t> aliases;
  CHECK_THAT(graph.getSortedContiguousRegions(first, {Interval(0, 8)}, true, &aliases).size() == 1 && aliases.empty());
}

} // namespace

void callGraphFunctions() {
  Graph graph(Target::createIPUTarget(1, 8, "ipu2"));
  const std::string name = "name";
  const DebugNameAndId dnai("dnai");
  addVariables(graph, dnai, name);
  addConstants(graph, dnai, name);
  setValues(graph);
  addVertices(graph, dnai, name);
  mapTiles(graph);
  viewTensors(graph, dnai);
}
