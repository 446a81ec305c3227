// What performance estimators see of vertices, and limits of fields.
#include <poplar/exceptions.hpp>
#include <sstream>

#include "tests/support/Catch.hpp"
#include "tests/support/Throws.hpp"
#include "tests/unit/api/Elements.hpp"

using namespace poplar;
using support::throwsNaming;

namespace {

struct Fixture {
  Fixture() : graph(Target::createIPUTarget(1, 8, "ipu2")) {
    std::stringstream source;
    source << R"(#include <poplar/HalfFloat.hpp>
#include <poplar/Vertex.hpp>
using namespace poplar;
struct All : public Vertex {
  Input<float> scalar;
  Input<Vector<float, VectorLayout::ONE_PTR>> in;
  Output<Vector<half, VectorLayout::SHORT_SPAN>> out;
  Vector<Input<Vector<int, VectorLayout::SPAN>>, VectorLayout::ONE_PTR> rows;
  Input<VectorList<float, VectorListLayout::DELTANELEMENTS>> list;
  unsigned short n;
  int i;
  float f;
  unsigned char c;
  Vector<short> table;
  Input<Vector<float, VectorLayout::SCALED_PTR32, 4>> scaled32;
  Input<Vector<float, VectorLayout::SCALED_PTR128, 16>> scaled128;
  bool compute() { return true; }
};
struct Other : public Vertex { Input<float> x; bool compute() { return true; } };)";
    graph.addCodelets(source);
    set = graph.addComputeSet("set");
    t = graph.addVariable(FLOAT, {6}, "t");
    ints = graph.addVariable(INT, {9}, "ints");
    halves = graph.addVariable(HALF, {5}, "halves");
    v = graph.addVertex(set, "All",
                        {{"scalar", 2.5f},
                         {"in", t},
                         {"out", halves},
                         {"rows", {ints.slice(0, 2), ints.slice(2, 9)}},
                         {"list", {t.slice(0, 1), t.slice(1, 4), t}},
                         {"n", 65535},
                         {"i", -7},
                         {"f", 0.5},
                         {"table", {1, -2, 3}},
                         {"scaled32", t},
                         {"scaled128", t}});
  }
  /// Asks as an estimator does.
  template <typename F> void look(F &&f) {
    bool called = false;
    graph.registerPerfEstimator("All", [&](const VertexIntrospector &vertex, const Target &target) {
      called = true;
      CHECK(target.getNumTiles() == 8);
      f(vertex, target);
      return VertexPerfEstimate(1234, 56);
    });
    CHECK(graph.getPerfEstimate(v).cycles == 1234);
    CHECK(graph.getPerfEstimate(v).flops == 56);
    CHECK(called);
  }
  Graph graph;
  ComputeSet set;
  Tensor t, ints, halves;
  VertexRef v;
};

} // namespace

TEST_CASE_METHOD(Fixture, "an estimator sees ranks, sizes, layouts and values of fields") {
  look([](const VertexIntrospector &vertex, const Target &target) {
    CHECK(vertex.vertexName() == "All");
    const FieldData in = vertex.getFieldInfo("in"), out = vertex.getFieldInfo("out"),
                    rows = vertex.getFieldInfo("rows"), list = vertex.getFieldInfo("list"),
                    n = vertex.getFieldInfo("n"), scalar = vertex.getFieldInfo("scalar");
    CHECK(in.name() == "in");
    CHECK(in.rank() == 1);
    CHECK(in.size() == 6);
    CHECK(in[5].size() == 1);
    CHECK(out.size() == 5);
    CHECK(rows.rank() == 2);
    CHECK(rows.size() == 2);
    CHECK(rows[0].size() == 2);
    CHECK(rows.getSizeAtIndex(1) == 7);
    CHECK(list.size() == 3);
    CHECK(list[2].size() == 6);
    CHECK(n.rank() == 0);
    CHECK(n.size() == 1);
    CHECK(in.getProfilerVectorLayout(0) == layout::Vector::OnePtr);
    CHECK(in.getProfilerVectorLayout(1) == layout::Vector::NotAVector);
    CHECK(out.getProfilerVectorLayout(0) == layout::Vector::ShortSpan);
    CHECK(rows.getProfilerVectorLayout(0) == layout::Vector::OnePtr);
    CHECK(rows.getProfilerVectorLayout(1) == layout::Vector::Span);
    CHECK(rows.getProfilerVectorListLayout() == layout::VectorList::NotAVector);
    CHECK(list.getProfilerVectorListLayout() == layout::VectorList::DeltaNElements);
    CHECK(list.getProfilerVectorLayout(0) == layout::Vector::NotAVector);
    CHECK(n.getProfilerVectorLayout(0) == layout::Vector::NotAVector);

    CHECK(n.getInitialValue<unsigned>(target) == 65535);
    CHECK(vertex.getFieldInfo("i").getInitialValue<int>(target) == -7);
    CHECK(vertex.getFieldInfo("f").getInitialValue<float>(target) == 0.5f);
    CHECK(vertex.getFieldInfo("c").getInitialValue<bool>(target) == false);
    CHECK(vertex.getFieldInfo("table").getInitialValues<int>(target) == std::vector<int>{1, -2, 3});
    CHECK(scalar.getInitialValue<float>(target) == 2.5f); // an input connected with a constant
    throwsNaming<overflow_error>({"'i'", "-7"}, [&] { vertex.getFieldInfo("i").getInitialValue<unsigned>(target); });
    throwsNaming<poplar_error>({"'in'", "'t'", "runs"}, [&] { in.getInitialValues<float>(target); });
    throwsNaming<poplar_error>({"'table'", "rank"}, [&] { vertex.getFieldInfo("table").getInitialValue<int>(target); });
    throwsNaming<index_error>({"'rows'", "element 2"}, [&] { rows[2]; });
    throwsNaming<unknown_field>({"All", "none", "table"}, [&] { vertex.getFieldInfo("none"); });
  });
}

TEST_CASE_METHOD(Fixture, "values of rank 2 are read from constants") {
  const Tensor constants = graph.addConstant<float>(FLOAT, {2, 3}, {1, 2, 3, 4, 5, 6});
  v = graph.addVertex(set, "All", {{"list", constants.transpose()}});
  look([](const VertexIntrospector &vertex, const Target &target) {
    CHECK(vertex.getFieldInfo("list").getInitialValues<std::vector<int>>(target) ==
          std::vector<std::vector<int>>{{1, 4}, {2, 5}, {3, 6}});
  });
}

TEST_CASE_METHOD(Fixture,
                 "an estimate of a vertex wins over its type's estimator, and the last one over earlier ones") {
  graph.registerPerfEstimator("Other", [](const VertexIntrospector &, const Target &) { return std::uint64_t(1); });
  graph.registerPerfEstimator("Other", [](const VertexIntrospector &, const Target &) { return std::uint64_t(2); });
  VertexRef o = graph.addVertex(set, "Other");
  CHECK(graph.getPerfEstimate(o).cycles == 2);
  graph.setPerfEstimate(o, 30, 4);
  graph.setPerfEstimate(o, 31, 5);
  CHECK(graph.getPerfEstimate(o).cycles == 31);
  CHECK(graph.getPerfEstimate(o).flops == 5);
  throwsNaming<missing_perf_estimate>({"All", "set"}, [&] { graph.getPerfEstimate(v); });
}

TEST_CASE_METHOD(Fixture, "limits of fields follow their layouts and types") {
  const std::size_t any = std::numeric_limits<std::size_t>::max();
  CHECK(graph.getMaxFieldDim("All", "in", 0) == any);
  CHECK(graph.getMaxFieldDim("All", "out", 0) == 2047);
  CHECK(graph.getMaxFieldDim("All", "rows", 0) == any);
  CHECK(graph.getMaxFieldDim("All", "rows", 1) == 0xffffffffull);
  CHECK(graph.getMaxFieldDim("All", "list", 1) == 16383);
  CHECK(graph.getMaxVertexFieldValue("All", "n") == 65535);
  CHECK(graph.getMaxVertexFieldValue("All", "i") == 2147483647);
  CHECK(graph.getMaxVertexFieldValueAs<unsigned char>("All", "c") == 255);
  CHECK(graph.getMaxVertexFieldValueAs<double>("All", "f") > 3.4e38);
  throwsNaming<type_error>({"'f'", "float"}, [&] { graph.getMaxVertexFieldValue("All", "f"); });
  throwsNaming<poplar_error>({"unsigned short", "unsigned char"},
                             [&] { graph.getMaxVertexFieldValueAs<unsigned char>("All", "n"); });
  throwsNaming<index_error>({"'in'", "1 dimensions"}, [&] { graph.getMaxFieldDim("All", "in", 1); });
  throwsNaming<unknown_field>({"nothing"}, [&] { graph.getMaxFieldDim("All", "nothing", 0); });
  throwsNaming<unknown_vertex_type>({"Al", "did you mean", "All"}, [&] { graph.getMaxFieldDim("Al", "in", 0); });
}

TEST_CASE_METHOD(Fixture, "references to vertices and fields say what they refer to") {
  const VertexRef other = graph.addVertex(set, "Other");
  CHECK(graph.getNumVertices() == 2);
  CHECK(other != v);
  CHECK(v.graphState() == other.graphState());
  CHECK(VertexRef().graphState() == nullptr);
  const FieldRef rows = v["rows"];
  CHECK_FALSE(rows.isIndexed());
  CHECK(rows[3].isIndexed());
  CHECK(rows[3].getIndex() == 3);
  CHECK(rows.vertexId() == v.getId());
  CHECK(rows.fieldNumber() == 3);
  CHECK(rows.graphState() == v.graphState());
  graph.setCycleEstimate(other, 77);
  CHECK(graph.getPerfEstimate(other).cycles == 77);
  const ConnectionDesc connection("x", t[0]);
  graph.addVertex(set, "Other", ArrayRef<ConnectionDesc>(&connection, 1));
  const PerfEstimateFunc estimator = [](const VertexIntrospector &vertex, const Target &) {
    const FieldData::SizeT size = vertex.getFieldInfo("rows")[1];
    return VertexPerfEstimate(100 + size.size());
  };
  graph.registerPerfEstimator("All", estimator);
  CHECK(graph.getPerfEstimate(v).cycles == 107);
}

TEST_CASE("layouts of fields have names") {
  using layout::Vector;
  using layout::VectorList;
  const std::pair<Vector, std::string> vectors[] = {
      {Vector::NotAVector, "NotAVector"},   {Vector::Span, "Span"},
      {Vector::ShortSpan, "ShortSpan"},     {Vector::OnePtr, "OnePtr"},
      {Vector::ScaledPtr32, "ScaledPtr32"}, {Vector::ScaledPtr64, "ScaledPtr64"},
      {Vector::ScaledPtr128, "ScaledPtr128"}};
  const std::pair<VectorList, std::string> lists[] = {
      {VectorList::NotAVector, "NotAVector"},   {VectorList::OnePtr, "OnePtr"},
      {VectorList::ScaledPtr32, "ScaledPtr32"}, {VectorList::ScaledPtr64, "ScaledPtr64"},
      {VectorList::ScaledPtr128, "ScaledPtr128"}, {VectorList::DeltaN, "DeltaN"},
      {VectorList::DeltaNElements, "DeltaNElements"}};
  for (const auto &[value, name] : vectors) {
    std::ostringstream out;
    out << value;
    CHECK(out.str() == name);
    CHECK(layout::to_string(value) == name);
  }
  for (const auto &[value, name] : lists) {
    std::ostringstream out;
    out << value;
    CHECK(out.str() == name);
    CHECK(layout::to_string(value) == name);
  }
}

TEST_CASE("references hash, compare and print") {
  const VariableRef a(3, 0), b(4, 0);
  const VariableInterval x(a, Interval(1, 5)), y(a, Interval(1, 6));
  CHECK(a != b);
  CHECK(a < b);
  CHECK(x != y);
  CHECK(x < y);
  CHECK(std::hash<VariableRef>()(a) == a.hash());
  CHECK(std::hash<VariableInterval>()(x) == VariableInterval(x).hash());
  CHECK(x.hash() != y.hash());
  std::ostringstream out;
  out << y;
  CHECK(out.str() == "3[1,6)");
  CHECK(Function() == Function());
  CHECK(Function(1) != Function(2));
  CHECK(FunctionBuffer(1) < FunctionBuffer(2));
  CHECK(HostFunction(7).getId() == 7);
}
