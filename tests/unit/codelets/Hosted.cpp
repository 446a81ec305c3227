// Codelets in files that hold host code too, and the library functions they share with it.
#include "tests/support/Catch.hpp"
#include "tests/unit/codelets/Support.hpp"
#include <cmath>

using namespace popgraph::codelets;
using namespace popgraph::codelets::testing;

namespace {
const char *const kTargets[] = {"ipu2", "cpu"};
}

TEST_CASE("Host code in the same file may throw, allocate and initialise", "[codelets][hosted]") {
  const std::string text = R"(
    #include <iostream>
    #include <map>
    #include <memory>
    #include <stdexcept>
    #include <string>
    #include <vector>
    static const std::string title = "host";
    static std::map<std::string, int> table = {{"a", 1}};
    struct Base { virtual ~Base() {} }; struct Derived : Base {};
    void report(Base *base) {
      try { if (!dynamic_cast<Derived *>(base)) throw std::runtime_error(title); }
      catch (const std::exception &error) { std::cout << error.what() << typeid(*base).name() << table["a"]; }
    }
    struct V : Vertex { Input<int> in; Output<int> out; bool compute() { *out = *in + 1; return true; } };
    int main() { std::unique_ptr<Base> base(new Derived); report(base.get()); return 0; })";
  for (const char *target : kTargets) {
    const auto module = compileText(text, target);
    const int in = 41;
    int out = 0;
    VertexRun vertex(*module, "V");
    vertex.connect("in", &in);
    vertex.connect("out", &out);
    vertex.run();
    CHECK(out == 42);
  }
}

TEST_CASE("A codelet that throws or needs a run-time initialiser is refused by name", "[codelets][hosted]") {
  const auto outputOf = [](const std::string &text) {
    try {
      compileText(text);
    } catch (const LinkError &error) {
      return error.output;
    }
    return std::string("no error");
  };
  CHECK_THAT(outputOf("struct V : Vertex { int n; bool compute() { if (n) throw n; return true; } };"),
             containsText("__cxa_throw"));
  CHECK_THAT(outputOf("int f(); int g = f(); struct V : Vertex { int n; bool compute() { return g + n; } };"),
             containsText("'g'") && containsText("initialise"));
}

TEST_CASE("Globals whose constructors can be run by the compiler are initialised", "[codelets][hosted]") {
  const std::string text = R"(
    struct Pair { int a, b; Pair(int x) : a(x), b(2 * x) {} };
    static Pair pairs[2] = {Pair(3), Pair(4)};
    struct Named { const char *name; int value; };
    static const Named names[] = {{"one", 1}, {"two", 2}};
    struct V : Vertex { Output<int> out; int n;
      bool compute() { static Pair local(n); *out = pairs[1].b + names[n].value + names[n].name[0] + local.a; return true; } };)";
  for (const char *target : kTargets) {
    const auto module = compileText(text, target);
    int out = 0;
    VertexRun vertex(*module, "V");
    vertex.connect("out", &out);
    vertex.state("n", 1);
    vertex.run();
    CHECK(out == 8 + 2 + 't' + 1);
  }
}

TEST_CASE("C sources share functions and vectors with C++ codelets", "[codelets][hosted]") {
  for (const char *target : kTargets) {
    CompileRequest request = textRequest(R"(
      #include <poplar/Vertex.hpp>
      extern "C" float norm(float x, float y);
      struct V : poplar::Vertex { poplar::Output<float> out; bool compute() { *out = norm(3, 4); return true; } };)", target);
    Source c;
    c.path = "norm.c";
    c.text = "#include <ipudef.h>\n#include <ipu_builtins.h>\n#include <math.h>\n#include <print.h>\n"
             "float norm(float x, float y) { float2 v = {x, y}; v = v * v; int i; for (i = 0; i != 1; ++i)"
             " printf(\"%d\\n\", i); return sqrtf(v[0] + v[1]); }\n";
    c.fromText = true;
    c.kind = SourceKind::C;
    request.sources.push_back(c);
    const auto module = compile(request);
    float out = 0;
    VertexRun vertex(*module, "V");
    vertex.connect("out", &out);
    vertex.run();
    CHECK(out == 5);
    CHECK(vertex.printed == "0\n");
  }
}

TEST_CASE("printf knows every conversion, halves too", "[codelets][hosted]") {
  const auto module = compileText(R"(
    #include <print.h>
    #include <poplar/HalfFloat.hpp>
    #include <cstdio>
    struct V : Vertex { Input<half> h; int n; char c; unsigned long long wide;
      bool compute() {
        const half copy = *h;
        printf("%d|%5d|%-5d|%05d|%+d|%u|%x|%X|%o|%c|%s|%%\n", n, n, n, n, n, 7u, 255u, 255u, 8u, c, "text");
        printf("%f|%.3f|%e|%g|%10.2f|%a\n", 1.5, 1.0 / 3, 12345.678, 0.0001, 3.14159, 1.0);
        printf("%lld|%llu|%ld|%hd|%hhd|%zu|%.*f|%*d\n", -5LL, wide, 6L, (short)n, (char)n, sizeof n, 2, 2.5, 4, n);
        printf("%.2f %.3f %d %.1f\n", static_cast<float>(copy), copy, n, copy);
        fprintf(stderr, "%d\n", n); puts("line"); putchar('x');
        return true; } };)", "ipu2", "-Wno-format");
  const std::uint16_t half = 0x4100; // 2.5
  VertexRun vertex(*module, "V");
  vertex.connect("h", &half);
  vertex.state("n", 42);
  vertex.state("c", 'q');
  vertex.state("wide", ~0ull);
  vertex.run();
  CHECK(vertex.printed == "42|   42|42   |00042|+42|7|ff|FF|10|q|text|%\n"
                          "1.500000|0.333|1.234568e+04|0.0001|      3.14|0x1p+0\n"
                          "-5|18446744073709551615|6|42|42|4|2.50|  42\n"
                          "2.50 2.500 42 2.5\n42\nline\nx");
}

TEST_CASE("Standard algorithms and small library functions work in codelets", "[codelets][hosted]") {
  const std::string text = R"(
    #include <algorithm>
    #include <array>
    #include <cmath>
    #include <cstdlib>
    #include <cstring>
    #include <limits>
    #include <numeric>
    #include <tuple>
    struct V : Vertex { InOut<Vector<float>> data; Output<Vector<int>> out;
      bool compute() {
        std::sort(data.begin(), data.end());
        std::array<int, 4> numbers; std::iota(numbers.begin(), numbers.end(), 5);
        int low, high; std::tie(low, high) = std::make_tuple(1, 2); std::swap(low, high);
        int quotient = 0; const float rest = std::remquo(data[1], data[0], &quotient);
        const std::div_t divided = std::div(-7, 3);
        const int all[] = {std::accumulate(numbers.begin(), numbers.end(), 0), low, quotient, static_cast<int>(rest * 100),
          divided.quot, divided.rem, std::strcmp("abc", "abd") < 0, std::strncmp("abc", "abd", 2), std::ilogb(data[3]),
          static_cast<int>(std::strlen("four")), std::abs(-3), std::isnan(data[0]), std::max({1, 9, 4}),
          std::numeric_limits<int>::max() == 0x7fffffff, static_cast<int>(std::scalbln(1.0f, 4L)), std::isinf(data[2]),
          static_cast<int>(std::lround(2.5f)), std::signbit(-0.0f), *std::max_element(numbers.begin(), numbers.end())};
        for (unsigned i = 0; i != sizeof all / sizeof all[0]; ++i) out[i] = all[i];
        return true; } };)";
  for (const char *target : kTargets) {
    const auto module = compileText(text, target);
    std::vector<float> data = {100, 0.75f, 8, 3};
    std::vector<int> out(19, -99);
    VertexRun vertex(*module, "V");
    vertex.connect("data", data.data(), 4);
    vertex.connect("out", out.data(), 19);
    vertex.run();
    CHECK(data == std::vector<float>{0.75f, 3, 8, 100});
    CHECK(out == std::vector<int>{26, 2, 4, 0, -2, -1, 1, 0, 6, 4, 3, 0, 9, 1, 16, 0, 3, 1, 8});
  }
}

TEST_CASE("Codelets compile as C++11, 14, 17 and 20 with users' warning flags", "[codelets][hosted]") {
  const std::string text = R"code(
    #include <ipu_intrinsics>
    #include <ipu_vector_math>
    #include <poplar/AvailableVTypes.h>
    #include <poplar/StackSizeDefs.hpp>
    #include <poplar/TileConstants.hpp>
    #include <print.h>
    DEF_STACK_USAGE(0, __runCodelet_V);
    struct [[poplar::constraint("elem(*in) != elem(*out)")]] V : MultiVertex {
      Input<Vector<float, VectorLayout::ONE_PTR>> in; Output<Vector<float, VectorLayout::ONE_PTR>> out; const unsigned n; V();
      auto compute(unsigned worker) -> bool {
        for (unsigned i = worker; i < n; i += numWorkers()) out[i] = ipu::exp(in[i]);
        return true; } };)code";
  for (const char *standard : {"-std=c++11", "-std=c++14", "-std=c++17", "-std=c++20", "-std=gnu++17"}) {
    INFO(standard);
    CHECK(compileText(text, "ipu2", std::string(standard) + " -O3 -g -DNDEBUG -Wall -Wextra -Werror -Wdouble-promotion -I.")
              ->codelets.size() == 1);
  }
}
