// Which codelets' slots follow from the state of their vertices, and the form of them that counts nothing.
#include "tests/support/Catch.hpp"
#include "tests/unit/codelets/Support.hpp"

using namespace popgraph;
using namespace popgraph::codelets;
using namespace popgraph::codelets::testing;

namespace {

bool fromState(const std::string &text) {
  const auto module = compileText(text);
  return module->codelets.at(indexOf(*module, "V")).cyclesFromState;
}

} // namespace

TEST_CASE("Slots follow from the state where fields and sizes decide every turn", "[codelets][costs]") {
  // A loop over an edge; a branch on a field; mathematics of data; a selection by data.
  CHECK(fromState(R"(
    #include <cmath>
    struct V : Vertex { Input<Vector<float>> x; Output<Vector<float>> y; float factor; bool twice;
      bool compute() {
        for (unsigned i = 0; i < x.size(); ++i) y[i] = (x[i] > 0 ? x[i] : 0.5f) * std::exp(x[i]) * factor;
        if (twice) for (unsigned i = 0; i < x.size(); ++i) y[i] *= 2;
        return true;
      } };)"));
  // Workers share a vertex.
  CHECK(fromState(R"(
    struct V : MultiVertex { Input<Vector<float>> x; Output<Vector<float>> y;
      bool compute(unsigned w) { for (unsigned i = w; i < x.size(); i += numWorkers()) y[i] = x[i] + 1; return true; } };)"));
  // Sizes in a table of edges; a constant table that a field selects from; a copy of as many bytes.
  CHECK(fromState(R"(
    #include <cstring>
    static const unsigned kTurns[4] = {1, 3, 5, 7};
    struct V : Vertex { Vector<Input<Vector<float>>> in; Output<Vector<float>> out; unsigned kind;
      bool compute() {
        float sum = 0;
        for (unsigned i = 0; i < in.size(); ++i) for (unsigned j = 0; j < in[i].size(); ++j) sum += in[i][j];
        for (unsigned i = 0; i < kTurns[kind & 3]; ++i) sum *= sum + i;
        std::memcpy(&out[0], &in[0][0], out.size() * sizeof(float));
        out[0] = sum;
        return true;
      } };)"));
  // State of a vector, that is read; what data decide ends the run.
  CHECK(fromState(R"(
    struct V : Vertex { Vector<unsigned> rows; Input<Vector<float>> x; InOut<Vector<float>> y;
      bool compute() {
        for (unsigned i = 0; i < rows.size(); ++i) for (unsigned k = 0; k < rows[i]; ++k) y[i] += x[k];
        return y[0] > 1;
      } };)"));
  // Random numbers change results only; a function that is called and not inlined.
  CHECK(fromState(R"(
    #include <ipu_builtins.h>
    __attribute__((noinline)) static float sum(const float *x, unsigned n) {
      float s = 0; for (unsigned i = 0; i < n; ++i) s += x[i]; return s; }
    struct V : Vertex { InOut<Vector<float>> x; unsigned n;
      bool compute() { x[0] = sum(&x[0], n) * __builtin_ipu_urand_f32(); return true; } };)"));
}

TEST_CASE("Slots do not follow from the state where data, or what a run changes, decide a turn", "[codelets][costs]") {
  const auto vertex = [](const std::string &fields, const std::string &body, const std::string &before = "") {
    return before + "struct V : Vertex { " + fields + " bool compute() { " + body + " return true; } };";
  };
  const std::string edges = "Input<Vector<float>> x; InOut<Vector<float>> y; Input<unsigned> bound; unsigned n;";
  REQUIRE(fromState(vertex(edges, "for (unsigned i = 0; i < n; ++i) y[i] += x[i];")));
  CHECK_FALSE(fromState(vertex(edges, "for (unsigned i = 0; i < *bound; ++i) y[i] += x[i];")));
  CHECK_FALSE(fromState(vertex(edges, "for (unsigned i = 0; i < n; ++i) if (x[i] > 0) y[i] = y[i] / x[i];")));
  CHECK_FALSE(fromState(vertex(edges, "unsigned i = 0; while (i < n && x[i] != 0) y[i++] = 1;")));
  CHECK_FALSE(fromState(vertex(edges, "if (y[0] > 1) __builtin_memset(&y[0], 0, n);")));
  CHECK_FALSE(fromState(vertex(edges, "__builtin_memset(&y[0], 0, *bound);")));
  CHECK_FALSE(fromState(vertex(edges, "if (*bound >= n) __builtin_trap(); for (unsigned i = *bound; i < n; ++i) y[i] /= 3;")));
  // Stores steer the control flow.
  CHECK_FALSE(fromState(vertex("InOut<Vector<int>> x;", R"(
    for (unsigned i = 1; i < x.size(); ++i) {
      const int value = x[i]; int j = static_cast<int>(i) - 1;
      while (j >= 0 && x[j] > value) { x[j + 1] = x[j]; --j; }
      x[j + 1] = value;
    })")));
  // State that a run changes.
  CHECK_FALSE(fromState(vertex(edges, "++n; for (unsigned i = 0; i < n; ++i) y[i] += x[i];")));
  CHECK_FALSE(fromState(vertex("Vector<unsigned> rows; Output<float> y;",
                               "float s = 1; for (unsigned i = 0; i < rows[0]; ++i) s *= s + 1; *y = s; ++rows[0];")));
  // A pointer that leads to state or data, and what it leads to is written.
  CHECK_FALSE(fromState(vertex("InOut<Vector<unsigned>> x; unsigned n, which; Output<float> y;", R"(
    unsigned *p = which ? &n : &x[0];
    *p += 1; float s = 1; for (unsigned i = 0; i < n; ++i) s *= s + 1; *y = s;)")));
  // Globals, the cycle counter, random numbers, a local array that holds data.
  CHECK_FALSE(fromState(vertex("Output<float> y;",
                               "float s = 1; ++calls; for (unsigned i = 0; i < calls; ++i) s *= s + 1; *y = s;",
                               "static unsigned calls;")));
  CHECK_FALSE(fromState(vertex("Output<float> y;",
                               "float s = 1; if (__builtin_ipu_get_scount_l() > 5) s = s / *y; *y = s;",
                               "#include <ipu_builtins.h>\n")));
  CHECK_FALSE(fromState(vertex("InOut<Vector<float>> y;",
                               "if (__builtin_ipu_urand32() & 1) for (unsigned i = 0; i < y.size(); ++i) y[i] /= 3;",
                               "#include <ipu_builtins.h>\n")));
  CHECK_FALSE(fromState(vertex("Input<Vector<int>> x; InOut<Vector<float>> y;", R"(
    int local[8]; for (unsigned i = 0; i < 8; ++i) local[x[i] & 7] = x[i];
    for (int i = 0; i < local[y.size() & 7]; ++i) y[i] /= 3;)")));
  // Calls: of a function that turns by data, of itself, through a pointer.
  CHECK_FALSE(fromState(vertex(edges, "y[0] = power(y[0], *bound);",
                               "__attribute__((noinline)) static float power(float x, unsigned n) { float r = 1; "
                               "for (unsigned i = 0; i < n; ++i) r *= x; return r; }")));
  CHECK(fromState(vertex(edges, "y[0] = power(y[0], n);",
                         "__attribute__((noinline)) static float power(float x, unsigned n) { float r = 1; "
                         "for (unsigned i = 0; i < n; ++i) r *= x; return r; }")));
  CHECK_FALSE(fromState(vertex(edges, "y[0] = static_cast<float>(ways(n));",
                               "__attribute__((noinline)) static unsigned ways(unsigned n) "
                               "{ return n < 2 ? 1 : ways(n - 1) + ways(n - 2); }")));
}

TEST_CASE("The form that does not count gives the same results", "[codelets][costs]") {
  const auto module = compileText(R"(
    #include <ipu_builtins.h>
    static unsigned runs;
    static unsigned count(unsigned n) { static unsigned all; return all += n; }
    struct V : MultiVertex { InOut<Vector<float>> x; unsigned kept;
      bool compute(unsigned w) {
        ++runs;
        kept += count(w);
        for (unsigned i = w; i < x.size(); i += numWorkers()) x[i] = x[i] * 1.25f + runs + __builtin_ipu_urand_f32();
        return kept < 30;
      } };
    struct Reads : Vertex { Output<unsigned> y;
      bool compute() {
        const unsigned before = __builtin_ipu_get_scount_l();
        *y = before;
        *y = __builtin_ipu_get_scount_l() - before;
        return true;
      } };)");
  const auto results = [&](bool counts) {
    std::vector<float> x(100);
    for (std::size_t i = 0; i != x.size(); ++i) x[i] = static_cast<float>(i);
    std::vector<std::uint64_t> random(12);
    for (std::size_t i = 0; i != random.size(); ++i) random[i] = 0x9e3779b97f4a7c15u * (i + 1);
    VertexRun vertex(*module, "V");
    vertex.connect("x", x.data(), 100);
    vertex.state("kept", 1u);
    vertex.context.rng = random.data();
    vertex.context.allTrue = 1;
    for (int i = 0; i != 3; ++i)
      if (counts || i == 1) // the two forms share what a tile keeps
        CHECK(vertex.run().at(0) > 100);
      else
        vertex.runPlain();
    for (const std::uint64_t word : random) x.push_back(static_cast<float>(word >> 40));
    x.push_back(static_cast<float>(vertex.state<unsigned>("kept")));
    x.push_back(static_cast<float>(vertex.context.allTrue));
    return x;
  };
  CHECK(results(false) == results(true));
  // One that reads the counter counts in both.
  const Codelet &reader = module->codelets.at(indexOf(*module, "Reads"));
  CHECK(reader.plainSymbol == reader.runSymbol);
  unsigned y = 0;
  VertexRun vertex(*module, "Reads");
  vertex.connect("y", &y);
  vertex.runPlain();
  CHECK(y > 0);
}
