#include "tests/support/Catch.hpp"
#include "tests/unit/codelets/Support.hpp"

using namespace popgraph::codelets;
using namespace popgraph::codelets::testing;

TEST_CASE("An error in the source is reported with file and line", "[codelets][errors]") {
  CompileRequest request = textRequest("#include <poplar/Vertex.hpp>\n"
                                       "struct V : poplar::Vertex { bool compute() { return oops; } };\n");
  request.sources[0].path = "some/Broken.cpp";
  CHECK_THROWS_WITH(compile(request), containsText("Broken.cpp:2:") && containsText("oops"));
  CHECK_THROWS_AS(compile(request), CompileError);
  // The helper goes on working.
  CHECK(compileText("struct V : Vertex { int x; bool compute() { return x; } };")->codelets.size() == 1);
}

TEST_CASE("Warnings that are errors are errors", "[codelets][errors]") {
  const std::string text = "struct V : Vertex { Input<float> x; Output<double> y; "
                           "bool compute() { *y = x; return true; } };";
  CHECK(compileText(text)->codelets.size() == 1);
  CHECK_THROWS_AS(compileText(text, "ipu2", "-Werror -Wdouble-promotion"), CompileError);
}

TEST_CASE("Flags reach the compiler with their quotes", "[codelets][errors]") {
  const std::string text = "struct V : Vertex { int x; bool compute() { return sizeof(TEXT) == 6 && N == 3; } };";
  const auto module = compileText(text, "ipu2", R"(-O3 -DN=3 '-DTEXT="a b c"' -g -DNDEBUG)");
  CHECK(module->codelets.size() == 1);
  CHECK_THROWS_AS(compileText("", "ipu2", "--no-such-flag"), CompileError);
}

TEST_CASE("What a codelet cannot have is a link error that names it", "[codelets][errors]") {
  const auto outputOf = [](const std::string &text) {
    try {
      compileText(text);
    } catch (const LinkError &error) {
      return error.output;
    }
    return std::string("no error");
  };
  CHECK_THAT(outputOf("struct V : Vertex { unsigned n; bool compute() { "
                      "int *p = new int[n]; p[0] = 1; bool r = p[n - 1]; delete[] p; return r; } };"),
             containsText("operator new"));
  CHECK_THAT(outputOf("int missing(int); struct V : Vertex { int n; bool compute() { return missing(n); } };"),
             containsText("missing(int)"));
  CHECK_THAT(outputOf("extern int elsewhere; struct V : Vertex { int n; bool compute() { return elsewhere; } };"),
             containsText("elsewhere"));
  CHECK_THAT(outputOf("int large[1u << 30]; struct V : Vertex { int n; bool compute() { return large[n]++; } };"),
             containsText("large") && containsText("does not fit"));
  CHECK_THAT(outputOf("int x; int *p = &x; struct V : Vertex { int n; bool compute() { p += n; return *p; } };"),
             containsText("address"));
  CHECK_THAT(outputOf("struct G { G(); int x; }; int f(); int g = f(); "
                      "struct V : Vertex { int n; bool compute() { return g; } };"),
             containsText("f()") || containsText("initialise"));
}

TEST_CASE("Calls that only code generation makes are found when compiling", "[codelets][errors]") {
  try {
    compileText("struct V : Vertex { unsigned long long a, b; Output<unsigned long long> q; bool compute() {"
                " *q = static_cast<unsigned long long>((static_cast<unsigned __int128>(a) << 64 | b) / (b + a));"
                " return true; } };");
    FAIL("compiled");
  } catch (const LinkError &error) {
    CHECK_THAT(error.output, containsText("__udivti3"));
  }
}

TEST_CASE("compute() with wrong arguments is an error and not a missing vertex", "[codelets][errors]") {
  CHECK_THROWS_WITH(compileText("struct V : Vertex { int n; bool compute(unsigned) { return n; } };"),
                    containsText("'V'") && containsText("no arguments"));
  CHECK_THROWS_WITH(compileText("struct V : MultiVertex { int n; bool compute() { return n; } };"),
                    containsText("compute(unsigned workerId)"));
  CHECK_THROWS_WITH(compileText("struct V : Vertex { int n; virtual bool compute() { return n; } };"),
                    containsText("virtual functions"));
}

TEST_CASE("Missing files and unusable inputs are file errors", "[codelets][errors]") {
  CompileRequest request;
  request.sources.emplace_back();
  request.sources[0].path = "/nonexistent/Codelet.cpp";
  CHECK_THROWS_WITH(compile(request), containsText("/nonexistent/Codelet.cpp"));
  CHECK_THROWS_AS(compile(request), FileError);
  request.sources[0].path = "/nonexistent/x.gp";
  CHECK_THROWS_AS(compile(request), FileError);
  request.sources.clear();
  CHECK_THROWS_AS(compile(request), FileError);
}
