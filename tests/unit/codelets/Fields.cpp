#include "tests/support/Catch.hpp"
#include "tests/unit/codelets/Support.hpp"

using namespace popgraph;
using namespace popgraph::codelets;
using namespace popgraph::codelets::testing;

namespace {

const Field &fieldOf(const CodeletModule &module, const std::string &vertex, const std::string &name) {
  for (const Field &field : module.codelets.at(indexOf(module, vertex)).fields)
    if (field.name == name) return field;
  throw std::out_of_range("no field " + name);
}

std::vector<std::string> names(const CodeletModule &module) {
  std::vector<std::string> result;
  for (const Codelet &codelet : module.codelets) result.push_back(codelet.name);
  return result;
}

} // namespace

TEST_CASE("Every shape of field is read with its type, layouts and places", "[codelets][fields]") {
  const auto module = compileText(R"(
    #include <poplar/HalfFloat.hpp>
    class All : public Vertex {
    public:
      All();
      static const bool isExternalCodelet = false;
      static constexpr unsigned count = 4;
      const unsigned number;
      bool flag;
      half weight;
      Input<float> scalar;
      Output<Vector<half, VectorLayout::ONE_PTR, 8>> onePtr;
      InOut<Vector<int, VectorLayout::SPAN, 16, true>> span;
      Input<Vector<unsigned short, VectorLayout::SHORT_SPAN>> shortSpan;
      Input<Vector<char, VectorLayout::SCALED_PTR64, 8>> scaled;
      Vector<Input<Vector<float, VectorLayout::ONE_PTR>>, VectorLayout::ONE_PTR> rank2;
      Vector<Output<Vector<double>>> rank2Sized;
      InOut<VectorList<long long, VectorListLayout::DELTAN>> list;
      Vector<float> table;
      Vector<Input<float>> scalars;
      Input<Vector<Vector<int>>> nested;
      bool compute() { return helper(); }
      bool helper() const { return flag; }
    private:
      const int hidden;
    };)");
  const Codelet &codelet = module->codelets.at(0);
  CHECK(codelet.name == "All");
  CHECK(codelet.kind == VertexKind::Vertex);
  CHECK(codelet.returnsBool);
  REQUIRE(codelet.fields.size() == 15);

  struct Row {
    const char *name;
    ElementType type;
    Access access;
    FieldShape shape;
    Layout outer, inner;
    std::uint32_t alignment;
    std::uint32_t hostOffset, hostSize, nominalOffset, nominalSize;
  };
  const Layout none = Layout::NotAVector;
  const Row rows[] = {
      {"number", ElementType::UnsignedInt, Access::State, FieldShape::Scalar, none, none, 4, 0, 4, 0, 4},
      {"flag", ElementType::Bool, Access::State, FieldShape::Scalar, none, none, 1, 4, 1, 4, 1},
      {"weight", ElementType::Half, Access::State, FieldShape::Scalar, none, none, 2, 6, 2, 6, 2},
      {"scalar", ElementType::Float, Access::Input, FieldShape::Scalar, none, none, 4, 8, 8, 8, 4},
      {"onePtr", ElementType::Half, Access::Output, FieldShape::Vector, Layout::OnePtr, none, 8, 16, 8, 12, 4},
      {"span", ElementType::Int, Access::InOut, FieldShape::Vector, Layout::Span, none, 16, 24, 16, 16, 8},
      {"shortSpan", ElementType::UnsignedShort, Access::Input, FieldShape::Vector,
       Layout::ShortSpan, none, 2, 40, 16, 24, 4},
      {"scaled", ElementType::Char, Access::Input, FieldShape::Vector, Layout::ScaledPtr64, none, 8, 56, 8, 28, 2},
      {"rank2", ElementType::Float, Access::Input, FieldShape::VectorOfVectors,
       Layout::OnePtr, Layout::OnePtr, 4, 64, 8, 32, 4},
      {"rank2Sized", ElementType::Double, Access::Output, FieldShape::VectorOfVectors,
       Layout::Span, Layout::Span, 8, 72, 16, 36, 8},
      {"list", ElementType::LongLong, Access::InOut, FieldShape::VectorList,
       Layout::DeltaN, Layout::Span, 8, 88, 16, 44, 8},
      {"table", ElementType::Float, Access::State, FieldShape::Vector, Layout::Span, none, 4, 104, 16, 52, 8},
      {"scalars", ElementType::Float, Access::Input, FieldShape::Vector, Layout::Span, none, 4, 120, 16, 60, 8},
      {"nested", ElementType::Int, Access::Input, FieldShape::VectorOfVectors,
       Layout::Span, Layout::Span, 4, 136, 16, 68, 8},
      {"hidden", ElementType::Int, Access::State, FieldShape::Scalar, none, none, 4, 152, 4, 76, 4},
  };
  for (const Row &row : rows) {
    INFO(row.name);
    const Field &field = fieldOf(*module, "All", row.name);
    CHECK(field.type == row.type);
    CHECK(field.access == row.access);
    CHECK(field.shape == row.shape);
    CHECK(field.outer == row.outer);
    CHECK(field.inner == row.inner);
    CHECK(field.alignment == row.alignment);
    CHECK(field.interleaved == (std::string(row.name) == "span"));
    CHECK(field.hostOffset == row.hostOffset);
    CHECK(field.hostSize == row.hostSize);
    CHECK(field.nominalOffset == row.nominalOffset);
    CHECK(field.nominalSize == row.nominalSize);
  }
  CHECK(codelet.nominalBytes == 80);
  CHECK(codelet.hostBytes == 160);
}

TEST_CASE("Older names of layouts mean what they were renamed to", "[codelets][fields]") {
  const auto module = compileText(R"(struct Old : Vertex {
      Input<Vector<float, VectorLayout::COMPACT_PTR>> one;
      Input<VectorList<float, VectorListLayout::COMPACT_DELTAN>> list;
      Input<Vector<float, VectorLayout::SCALED_PTR32>> words;
      Input<Vector<float, VectorLayout::SCALED_PTR128, 16>> quads;
      bool compute() { return true; } };)");
  CHECK(fieldOf(*module, "Old", "one").outer == Layout::OnePtr);
  CHECK(fieldOf(*module, "Old", "list").outer == Layout::DeltaN);
  CHECK(fieldOf(*module, "Old", "words").outer == Layout::ScaledPtr32);
  CHECK(fieldOf(*module, "Old", "quads").outer == Layout::ScaledPtr128);
}

TEST_CASE("Only explicit instantiations of templates are vertices, through macros too", "[codelets][fields]") {
  const auto module = compileText(R"(
    #include <poplar/HalfFloat.hpp>
    namespace lib {
    enum class Op { ADD, MUL };
    enum Plain { FIRST, SECOND };
    inline namespace v1 { enum class Mode { SLOW = -1, FAST = 7 }; }
    template <typename T, bool Flag, Op op, int n, Mode mode, Plain plain = SECOND> class Calc : public Vertex {
    public:
      InOut<Vector<T>> data;
      bool compute() { for (auto &x : data) x = Flag ? T(x + T(n)) : x; return true; }
    };
    #define INSTANTIATE_N(T, F, OP, N) template class Calc<T, F, Op::OP, N, Mode::FAST>;
    #define INSTANTIATE_OP(T, F) INSTANTIATE_N(T, F, ADD, -3) INSTANTIATE_N(T, F, MUL, 16)
    #define INSTANTIATE(T) INSTANTIATE_OP(T, true) INSTANTIATE_OP(T, false)
    INSTANTIATE(float)
    INSTANTIATE(unsigned)
    INSTANTIATE(half)
    template class Calc<unsigned char, true, static_cast<Op>(5), 1, Mode::SLOW, FIRST>;
    template <typename T> struct Unused : public Vertex { Input<T> x; bool compute() { return x > T(0); } };
    struct UsesIt { Unused<int> member; };
    } // namespace lib
    struct Outer { struct Inner : public Vertex { int x; bool compute() { return x; } }; };)");
  CHECK(names(*module) == std::vector<std::string>{
      "Outer::Inner",
      "lib::Calc<float,false,lib::Op::ADD,-3,lib::Mode::FAST,lib::SECOND>",
      "lib::Calc<float,false,lib::Op::MUL,16,lib::Mode::FAST,lib::SECOND>",
      "lib::Calc<float,true,lib::Op::ADD,-3,lib::Mode::FAST,lib::SECOND>",
      "lib::Calc<float,true,lib::Op::MUL,16,lib::Mode::FAST,lib::SECOND>",
      "lib::Calc<half,false,lib::Op::ADD,-3,lib::Mode::FAST,lib::SECOND>",
      "lib::Calc<half,false,lib::Op::MUL,16,lib::Mode::FAST,lib::SECOND>",
      "lib::Calc<half,true,lib::Op::ADD,-3,lib::Mode::FAST,lib::SECOND>",
      "lib::Calc<half,true,lib::Op::MUL,16,lib::Mode::FAST,lib::SECOND>",
      "lib::Calc<unsigned char,true,(lib::Op)5,1,lib::Mode::SLOW,lib::FIRST>",
      "lib::Calc<unsigned int,false,lib::Op::ADD,-3,lib::Mode::FAST,lib::SECOND>",
      "lib::Calc<unsigned int,false,lib::Op::MUL,16,lib::Mode::FAST,lib::SECOND>",
      "lib::Calc<unsigned int,true,lib::Op::ADD,-3,lib::Mode::FAST,lib::SECOND>",
      "lib::Calc<unsigned int,true,lib::Op::MUL,16,lib::Mode::FAST,lib::SECOND>"});
}

TEST_CASE("Fields and compute() of base classes belong to the vertex", "[codelets][fields]") {
  const auto module = compileText(R"(
    template <class T> struct Base : public Vertex { T first; Output<T> result;
      bool compute() { *result = first + 1; return true; } };
    struct Mixin { int extra; };
    struct Derived : public Mixin, public Base<int> { short second; };
    struct Multi : public MultiVertex {
      Output<Vector<unsigned>> out;
      auto compute(unsigned worker) -> bool { out[worker] = worker; return true; }
    };
    struct Supervisor : public SupervisorVertex {
      unsigned n;
      __attribute__((target("supervisor"))) void compute() { ++n; }
    };)");
  CHECK(names(*module) == std::vector<std::string>{"Derived", "Multi", "Supervisor"});
  CHECK(module->codelets[0].fields.size() == 4);
  CHECK(module->codelets[1].kind == VertexKind::MultiVertex);
  CHECK(module->codelets[2].kind == VertexKind::Supervisor);
  CHECK_FALSE(module->codelets[2].returnsBool);
  VertexRun vertex(*module, "Derived");
  int result = 0;
  vertex.state("first", 41);
  vertex.connect("result", &result);
  vertex.run();
  CHECK(result == 42);
  VertexRun supervisor(*module, "Supervisor");
  supervisor.state("n", 5u);
  supervisor.run();
  CHECK(supervisor.state<unsigned>("n") == 6);
}

TEST_CASE("Names of vertices are normalised to one spelling", "[codelets][fields]") {
  CHECK(normaliseVertexName("ns :: Foo< float , true >") == "ns::Foo<float,true>");
  CHECK(normaliseVertexName("Foo<unsigned>") == "Foo<unsigned int>");
  CHECK(normaliseVertexName("Foo<int, 2u, 3UL, v2u>") == "Foo<int,2,3,v2u>");
  CHECK(normaliseVertexName("Foo<unsigned int, unsigned short>") == "Foo<unsigned int,unsigned short>");
  CHECK(normaliseVertexName("Foo<short unsigned int,long  long>") == "Foo<unsigned short,long long>");
  CHECK(normaliseVertexName("Foo<Bar<signed char> >") == "Foo<Bar<signed char>>");
  CHECK(normaliseVertexName("Foo<unsignedThing>") == "Foo<unsignedThing>");
  CHECK(normaliseVertexName("Foo<-3>") == "Foo<-3>");
}

TEST_CASE("A field that cannot be represented is named with file and line", "[codelets][errors]") {
  const std::pair<const char *, const char *> fields[] = {
      {"float *pointer;", "pointer"}, {"int array[4];", "array"}, {"struct S { int a; } record;", "record"},
      {"unsigned bits : 3;", "bits"}, {"Input<Vector<float *>> edge;", "edge"},
      {"Vector<Input<Vector<Vector<float>>>> rank3;", "rank3"}, {"Input<VectorList<int> *> odd;", "odd"}};
  for (const auto &[declaration, name] : fields) {
    INFO(declaration);
    try {
      compileText(std::string("struct Bad : Vertex {\n  ") + declaration + "\n  bool compute() { return true; }\n};");
      FAIL("compiled");
    } catch (const CompileError &error) {
      const std::string text = error.what();
      CHECK(text.find("codelet.cpp:4:") != std::string::npos);
      CHECK(text.find(std::string("Bad::") + name) != std::string::npos);
      CHECK(text.find("unsupported field type") != std::string::npos);
    }
  }
}
