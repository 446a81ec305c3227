#include "tests/support/Catch.hpp"
#include "tests/unit/codelets/Support.hpp"
#include <complex>
#include <map>
#include <numeric>

using namespace popgraph::codelets;
using namespace popgraph::codelets::testing;

TEST_CASE("A vertex computes on its image", "[codelets]") {
  const auto module = compileText(R"(
    struct Scale : public Vertex {
      Input<Vector<float>> in;
      Output<Vector<float, VectorLayout::ONE_PTR>> out;
      const float factor;
      Scale();
      bool compute() { for (unsigned i = 0; i < in.size(); ++i) out[i] = in[i] * factor; return true; }
    };)");
  VertexRun vertex(*module, "Scale");
  std::vector<float> in(100), out(100);
  std::iota(in.begin(), in.end(), 0.0f);
  vertex.connect("in", in.data(), 100);
  vertex.connect("out", out.data());
  vertex.state("factor", 2.5f);
  // Load the size, test it; two pointers, the factor, rpt; load, multiply and store per element; return.
  CHECK(vertex.run() == std::vector<std::uint32_t>{2 + 4 + 3 * 100 + 1});
  for (int i = 0; i != 100; ++i) CHECK(out[i] == 2.5f * in[i]);
  vertex.connect("in", in.data(), 0);
  CHECK(vertex.run() == std::vector<std::uint32_t>{3});
}

TEST_CASE("A MultiVertex runs once per worker and counts each", "[codelets]") {
  const char *text = R"(
    struct Count : public MultiVertex {
      Output<Vector<unsigned>> out;
      bool compute(unsigned worker) {
        for (unsigned i = worker; i < out.size(); i += numWorkers()) out[i] = 100 * numWorkers() + worker;
        return true;
      }
    };)";
  for (const auto &[target, workers] : {std::pair<const char *, unsigned>{"ipu2", 6}, {"cpu", 1}}) {
    const auto module = compileText(text, target);
    VertexRun vertex(*module, "Count");
    std::vector<unsigned> out(20);
    vertex.connect("out", out.data(), 20);
    const auto slots = vertex.run();
    REQUIRE(slots.size() == workers);
    for (unsigned i = 0; i != 20; ++i) CHECK(out[i] == 100 * workers + i % workers);
    // Elements are dealt out in turn: the first workers do one more.
    if (workers == 6) {
      CHECK(slots[0] == slots[1]);
      CHECK(slots[1] > slots[2]);
      CHECK(slots[2] == slots[5]);
    }
  }
}

TEST_CASE("The standard library's complex numbers, and its checks, work in codelets", "[codelets]") {
  const auto module = compileText(R"(
    #include <array>
    #include <complex>
    struct Complex : Vertex {
      Input<Vector<float>> in; Output<Vector<float>> out;
      bool compute() {
        const std::complex<float> a(in[0], in[1]), b(in[2], in[3]);
        const std::complex<float> results[] = {a * b, a / b, std::exp(a), std::log(a), std::sqrt(a), std::pow(a, b),
                                               std::sin(a), std::polar(std::abs(a), std::arg(b))};
        for (unsigned i = 0; i != 8; ++i) { out[2 * i] = results[i].real(); out[2 * i + 1] = results[i].imag(); }
        return true;
      }
    };
    struct Checked : Vertex {
      Input<unsigned> at; Output<float> out;
      bool compute() { std::array<float, 3> a = {1, 2, 3}; *out = a.at(at); return true; }
    };)");
  std::vector<float> in = {0.5f, -1.5f, 2.0f, 0.75f}, out(16);
  VertexRun vertex(*module, "Complex");
  vertex.connect("in", in.data(), 4);
  vertex.connect("out", out.data(), 16);
  vertex.run();
  const std::complex<double> a(0.5, -1.5), b(2, 0.75);
  const std::complex<double> expected[] = {a * b,           a / b,       std::exp(a), std::log(a), std::sqrt(a),
                                           std::pow(a, b), std::sin(a), std::polar(std::abs(a), std::arg(b))};
  for (unsigned i = 0; i != 8; ++i) {
    CAPTURE(i);
    CHECK(out[2 * i] == Approx(expected[i].real()).epsilon(1e-5));
    CHECK(out[2 * i + 1] == Approx(expected[i].imag()).epsilon(1e-5));
  }
  VertexRun checked(*module, "Checked");
  unsigned at = 2;
  float found = 0;
  checked.connect("at", &at);
  checked.connect("out", &found);
  checked.run();
  CHECK(found == 3);
}

TEST_CASE("The greater and the less of two halves are found, with and without a number", "[codelets]") {
  const auto module = compileText(R"(
    #include <cmath>
    #include <poplar/HalfFloat.hpp>
    #include <ipu_vector_math>
    struct Extremes : Vertex {
      Input<Vector<half, VectorLayout::ONE_PTR, 8>> a, b; Output<Vector<half, VectorLayout::SPAN, 8>> high, low, one;
      bool compute() {
        for (unsigned i = 0; i < high.size() / 4; ++i) {
          const half4 x = reinterpret_cast<const half4 *>(&a[0])[i], y = reinterpret_cast<const half4 *>(&b[0])[i];
          reinterpret_cast<half4 *>(&high[0])[i] = ipu::max(x, y);
          reinterpret_cast<half4 *>(&low[0])[i] = ipu::min(x, y);
        }
        for (unsigned i = 0; i < one.size(); ++i) one[i] = std::fmax(float(a[i]), float(b[i]));
        return true;
      }
    };)");
  // 1, -2, NaN, 0.5 beside 0.25, 3, 4, NaN
  std::uint16_t a[] = {0x3c00, 0xc000, 0x7e00, 0x3800}, b[] = {0x3400, 0x4200, 0x4400, 0x7e00}, high[4], low[4], one[4];
  VertexRun vertex(*module, "Extremes");
  vertex.connect("a", a);
  vertex.connect("b", b);
  vertex.connect("high", high, 4);
  vertex.connect("low", low, 4);
  vertex.connect("one", one, 4);
  vertex.run();
  const std::uint16_t wantedHigh[] = {0x3c00, 0x4200, 0x4400, 0x3800}, wantedLow[] = {0x3400, 0xc000, 0x4400, 0x3800};
  for (unsigned i = 0; i != 4; ++i) {
    CHECK(high[i] == wantedHigh[i]);
    CHECK(low[i] == wantedLow[i]);
    CHECK(one[i] == wantedHigh[i]);
  }
}

TEST_CASE("Rank two fields, lists and member state work", "[codelets]") {
  const auto module = compileText(R"(
    #include <poplar/HalfFloat.hpp>
    struct Rows : public Vertex {
      Vector<Input<Vector<float>>> in;
      Input<VectorList<int>> list;
      Vector<Output<Vector<float, VectorLayout::ONE_PTR>>, VectorLayout::ONE_PTR> out;
      InOut<half> h;
      int calls;
      bool compute() {
        for (unsigned r = 0; r < in.size(); ++r) {
          float sum = 0;
          for (float x : in[r]) sum += x;
          out[r][0] = sum + static_cast<float>(list[r][list[r].size() - 1]);
        }
        h += 1;
        ++calls;
        return true;
      }
    };)");
  struct Span { const void *data; std::uint32_t size, pad; };
  const float a[] = {1, 2, 3}, b[] = {10};
  const int c[] = {100, 200}, d[] = {1, 2, 1000};
  const Span rows[] = {{a, 3, 0}, {b, 1, 0}}, lists[] = {{c, 2, 0}, {d, 3, 0}};
  float first = 0, second = 0;
  float *outs[] = {&first, &second};
  std::uint16_t half = 0x4000; // 2.0
  VertexRun vertex(*module, "Rows");
  vertex.connect("in", rows, 2);
  vertex.connect("list", lists, 2);
  vertex.connect("out", outs, 2);
  vertex.connect("h", &half);
  vertex.state("calls", 7);
  vertex.run();
  CHECK(first == 206);
  CHECK(second == 1010);
  CHECK(half == 0x4200);
  CHECK(vertex.state<int>("calls") == 8);
}

TEST_CASE("Mutable globals and local statics belong to the tile", "[codelets]") {
  const auto module = compileText(R"(
    int counter = 5;
    static const float table[3] = {1, 2, 4};
    unsigned char bytes[3] = {1, 2, 3};
    __attribute__((noinline)) int next() { static int calls; return ++calls + bytes[1]; }
    struct Tick : public Vertex {
      Output<Vector<int>> out;
      bool compute() {
        counter += 10; out[0] = counter; out[1] = next();
        out[2] = static_cast<int>(table[out.size() % 3]); return true; }
    };)");
  REQUIRE(module->globalsBytes >= 8);
  VertexRun one(*module, "Tick"), other(*module, "Tick");
  int out[3] = {};
  one.connect("out", out, 3);
  other.connect("out", out, 3);
  one.run();
  one.run();
  CHECK(out[0] == 25);
  CHECK(out[1] == 4);
  CHECK(out[2] == 1);
  other.run();
  CHECK(out[0] == 15);
  CHECK(out[1] == 3);
}

TEST_CASE("printf of a codelet reaches the context", "[codelets]") {
  const auto module = compileText(R"(
    #include <print.h>
    #include <ipu_builtins.h>
    __attribute__((noinline)) void show(float x, const char *unit) {
      printf("%.2f %s\n", static_cast<double>(x), unit); }
    struct Talk : public Vertex {
      int n;
      bool compute() { printf("n=%d tile=%u\n", n, __builtin_ipu_get_tile_id()); show(1.5f, "m"); return true; }
    };)");
  VertexRun vertex(*module, "Talk");
  vertex.state("n", -3);
  vertex.context.tile = 77;
  vertex.run();
  CHECK(vertex.printed == "n=-3 tile=77\n1.50 m\n");
}

TEST_CASE("Half arithmetic rounds to nearest even", "[codelets]") {
  const auto module = compileText(R"(
    #include <poplar/HalfFloat.hpp>
    struct Convert : public Vertex {
      Input<Vector<float>> in; Output<Vector<half>> out; Output<Vector<float>> back;
      bool compute() { for (unsigned i = 0; i < in.size(); ++i) { out[i] = in[i]; back[i] = out[i]; } return true; }
    };)");
  const std::vector<float> in = {1.0f, 1.00048828125f, 1.00146484375f, 65504.0f, 65519.9f, 65520.0f, 5.9604645e-8f,
                                 2.9802322e-8f, 2.9802326e-8f, 6.1e-5f, -0.0f, -2.5f};
  const std::vector<std::uint16_t> expected = {0x3c00, 0x3c00, 0x3c02, 0x7bff, 0x7bff, 0x7c00, 0x0001,
                                               0x0000, 0x0001, 0x03ff, 0x8000, 0xc100};
  std::vector<std::uint16_t> out(in.size());
  std::vector<float> back(in.size());
  VertexRun vertex(*module, "Convert");
  vertex.connect("in", in.data(), static_cast<std::uint32_t>(in.size()));
  vertex.connect("out", out.data(), static_cast<std::uint32_t>(in.size()));
  vertex.connect("back", back.data(), static_cast<std::uint32_t>(in.size()));
  vertex.run();
  CHECK(out == expected);
  CHECK(back[3] == 65504.0f);
  CHECK(back[6] == 5.9604645e-8f);
}

TEST_CASE("A scalar edge of halves is a number wherever one of floats is", "[codelets]") {
  const auto module = compileText(R"(
    #include <poplar/HalfFloat.hpp>
    #include <algorithm>
    #include <cmath>
    template <typename T> struct Numbers : public Vertex {
      Input<T> in; Output<T> out; InOut<T> both; Input<float> single; Output<Vector<float>> to;
      static T twice(T x) { return T(x + x); }
      static T brace(const Input<T> &edge) { return {edge}; }
      bool compute() {
        unsigned n = 0;
        const float f = in; const double d = in; const int i = in; const T t = in, u(in), v{both}, w = {in};
        float sum = 1; sum += in; sum *= both;
        to[n++] = f; to[n++] = static_cast<float>(d); to[n++] = i; to[n++] = t + u + v + w; to[n++] = sum;
        to[n++] = float(both); to[n++] = static_cast<float>(in); to[n++] = std::sqrt(both); to[n++] = std::pow(in, 2.f);
        to[n++] = std::fabs(-in); to[n++] = std::max<T>(in, both); to[n++] = std::max({T(in), T(both), t});
        to[n++] = in ? 1 : 2; to[n++] = !both; to[n++] = in && both; to[n++] = in > both ? in : both;
        to[n++] = n > 3 ? in : 0.f; to[n++] = n > 3 ? both : T(0); to[n++] = twice(in); to[n++] = brace(in);
        const T less = -t, more = less < T(0) ? -less : less; T given; given = both;
        to[n++] = less; to[n++] = more; to[n++] = given; to[n++] = 1 - in; to[n++] = both * 2.f; to[n++] = in == 2.5f;
        both = single; to[n++] = both; both += single; to[n++] = both; both *= in; to[n++] = both;
        out = in; to[n++] = out; out = single; to[n++] = out; out = both; to[n++] = out; out = 1.5f;
        return true;
      } };
    template struct Numbers<float>; template struct Numbers<half>;
    struct Constants : public Vertex {
      Output<Vector<half>> out;
      bool compute() {
        constexpr half small = 1e-3f, wide = 2049.0000001, negative = -half(3), limit = std::numeric_limits<half>::max();
        static_assert(small < wide && negative == -3 && limit == 65504 && wide == 2050, "");
        out[0] = small; out[1] = wide; out[2] = negative; out[3] = limit;
        return true;
      } };)");
  const auto numbers = [&](const char *name, const auto &of) {
    const auto in = of(2.5f), initial = of(4);
    auto both = initial, out = of(0);
    const float single = 0.5f;
    std::vector<float> to(32);
    VertexRun vertex(*module, name);
    vertex.connect("in", &in);
    vertex.connect("out", &out);
    vertex.connect("both", &both);
    vertex.connect("single", &single);
    vertex.connect("to", to.data(), static_cast<std::uint32_t>(to.size()));
    vertex.run();
    CHECK(both == of(2.5f));
    CHECK(out == of(1.5f));
    return to;
  };
  const std::vector<float> expected = {2.5f,  2.5f, 2,  11.5f, 14, 4, 2.5f,  2, 6.25f, 2.5f, 4,    4, 1,    0,    1, 4,
                                       2.5f, 4,    5, 2.5f,  -2.5f, 2.5f, 4, -1.5f, 8,   1,  0.5f, 1, 2.5f, 2.5f, 0.5f, 2.5f};
  CHECK(numbers("Numbers<float>", [](float x) { return x; }) == expected);
  CHECK(numbers("Numbers<half>", [](float x) {
          return std::map<float, std::uint16_t>{{0, 0}, {1.5f, 0x3e00}, {2.5f, 0x4100}, {4, 0x4400}}.at(x);
        }) == expected);
  std::vector<std::uint16_t> constants(4);
  VertexRun vertex(*module, "Constants");
  vertex.connect("out", constants.data(), 4);
  vertex.run();
  CHECK(constants == std::vector<std::uint16_t>{0x1419, 0x6801, 0xc200, 0x7bff});
}

TEST_CASE("Indirect calls, recursion and memory functions run and count", "[codelets]") {
  const auto module = compileText(R"(
    #include <cstring>
    static int twice(int x) { return 2 * x; }
    static int square(int x) { return x * x; }
    using Function = int (*)(int);
    static const Function table[] = {twice, square};
    __attribute__((noinline)) int depth(int n, volatile int *sink) {
      *sink = n; return n == 0 ? 0 : 1 + depth(n - 1, sink); }
    struct Calls : public Vertex {
      Input<Vector<int>> in; Output<Vector<int>> out; int which; int scratch;
      bool compute() {
        std::memcpy(&out[0], &in[0], in.size() * sizeof(int));
        out[0] = table[which](in[0]);
        out[1] = depth(in[1], &scratch);
        return true;
      }
    };)");
  std::vector<int> in = {9, 4, 5, 6}, out(4);
  VertexRun vertex(*module, "Calls");
  vertex.connect("in", in.data(), 4);
  vertex.connect("out", out.data(), 4);
  vertex.state("which", 1);
  const auto shallow = vertex.run().at(0);
  CHECK(out == std::vector<int>{81, 4, 5, 6});
  in[1] = 14;
  const auto deep = vertex.run().at(0);
  CHECK(out[1] == 14);
  in[1] = 24;
  CHECK(vertex.run().at(0) - deep == deep - shallow);
  CHECK(deep > shallow);
}

TEST_CASE("Virtual functions of helper objects and failing assertions work", "[codelets]") {
  const auto module = compileText(R"(
    #include <cassert>
    struct Shape { virtual int area(int) const = 0; };
    struct Square : Shape { int area(int x) const override { return x * x; } };
    struct Line : Shape { int area(int x) const override { return x; } };
    static const Square square; static const Line line;
    struct Area : public Vertex {
      int which; Output<int> out;
      bool compute() {
        const Shape *s = which ? static_cast<const Shape *>(&square) : &line;
        assert(which < 2); *out = s->area(7); return true; }
    };)");
  VertexRun vertex(*module, "Area");
  int out = 0;
  vertex.connect("out", &out);
  vertex.state("which", 1);
  vertex.run();
  CHECK(out == 49);
  vertex.state("which", 0);
  vertex.run();
  CHECK(out == 7);
}
