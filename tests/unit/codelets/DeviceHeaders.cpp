// What the device headers offer to codelets, run.
#include "tests/support/Catch.hpp"
#include "tests/unit/codelets/Support.hpp"
#include <cmath>

using namespace popgraph::codelets;
using namespace popgraph::codelets::testing;

TEST_CASE("Every device header compiles alone without warnings", "[codelets][headers]") {
  for (const char *header :
       {"poplar/Vertex.hpp", "poplar/HalfFloat.hpp", "poplar/TileConstants.hpp", "poplar/AvailableVTypes.h",
        "poplar/VectorTypes.hpp", "poplar/StackSizeDefs.hpp", "poplar/Loops.hpp", "poplar/Alignment.hpp",
        "poplar/QuarterFloat.hpp", "print.h", "ipudef.h", "ipu_vector_math", "ipuvectormath", "ipu_memory_intrinsics",
        "ipu_intrinsics", "ipu_builtins.h"})
    for (const char *standard : {"-std=c++17", "-std=c++20"}) {
      INFO(header << " " << standard);
      const std::string flags = std::string(standard) + " -Wall -Wextra -Wdouble-promotion -Werror -Wsystem-headers"
                                " -Wno-keyword-compat -Wno-deprecated-builtins"; // of the standard library
      CHECK_NOTHROW(compile(textRequest("#include <" + std::string(header) + ">\n", "ipu2", flags)));
    }
}

TEST_CASE("Vertex.hpp leaves common names to the user", "[codelets][headers]") {
  CHECK_NOTHROW(compile(textRequest(R"(
    template <class T> T max(T a, T b) { return a < b ? b : a; }
    template <class T> T min(T a, T b) { return a < b ? a : b; }
    struct float2 { float x, y; }; struct half2 { int z; };
    #include <poplar/Vertex.hpp>
    #include <poplar/HalfFloat.hpp>
    using namespace poplar;
    struct V : Vertex { Output<float> o;
      bool compute() { float2 f{1, 2}; *o = max(f.x, min(f.y, 3.0f)); return true; } };)")));
}

TEST_CASE("Attributes of hardware codelets are accepted silently", "[codelets][headers]") {
  const std::string text = R"code(
    struct [[poplar::constraint("elem(*in) != elem(*out)", "region(*in) != region(*out)")]] V : SupervisorVertex {
      static const bool isExternalCodelet = true;
      V();
      Input<Vector<float, VectorLayout::ONE_PTR, 8>> in; Output<Vector<float, VectorLayout::ONE_PTR, 8>> out;
      __attribute__((target("supervisor"))) bool compute() { out[0] = in[0]; return true; }
    };)code";
  CHECK(compileText(text, "ipu2", "-Wall -Wextra -Werror")->codelets.size() == 1);
}

TEST_CASE("The bits of a value become another type of its size", "[codelets][headers]") {
  const std::pair<const char *, const char *> functions[] = {
      {"as_char2", "short"}, {"as_char4", "int"}, {"as_schar2", "short"}, {"as_schar4", "int"}, {"as_uchar2", "short"},
      {"as_uchar4", "int"}, {"as_short", "half"}, {"as_short2", "int"}, {"as_short4", "float2"}, {"as_ushort", "half"},
      {"as_ushort2", "int"}, {"as_ushort4", "float2"}, {"as_int", "float"}, {"as_int2", "float2"}, {"as_int4", "float4"},
      {"as_uint", "float"}, {"as_uint2", "float2"}, {"as_uint4", "float4"}, {"as_long2", "float2"},
      {"as_long4", "float4"}, {"as_ulong2", "float2"}, {"as_ulong4", "float4"}, {"as_longlong2", "float4"},
      {"as_longlong4", "ulonglong4"}, {"as_ulonglong2", "float4"}, {"as_ulonglong4", "longlong4"}, {"as_float", "int"},
      {"as_float2", "half4"}, {"as_float4", "int4"}, {"as_half", "short"}, {"as_half2", "int"}, {"as_half4", "float2"}};
  std::string text = "#include <poplar/HalfFloat.hpp>\n#include <ipudef.h>\n"
                     "struct V : Vertex { Output<Vector<unsigned>> same; bool compute() { unsigned i = 0; unsigned char p[64];"
                     " for (unsigned k = 0; k != 64; ++k) p[k] = 3 * k + 1;";
  for (const auto &[function, from] : functions)
    text += std::string(" { ") + from + " a; __builtin_memcpy(&a, p, sizeof a); const auto b = " + function +
            "(a); same[i++] = sizeof a == sizeof b && __builtin_memcmp(&b, p, sizeof b) == 0; }";
  const auto module = compileText(text + " return true; } };");
  std::vector<std::uint32_t> same(std::size(functions), 7);
  VertexRun vertex(*module, "V");
  vertex.connect("same", same.data(), static_cast<std::uint32_t>(same.size()));
  vertex.run();
  CHECK(same == std::vector<std::uint32_t>(same.size(), 1));
}

TEST_CASE("Small helpers of codelets: alignment, counted loops, the base of all vertices", "[codelets][headers]") {
  const auto module = compileText(R"(
    #include <ipudef.h>
    #include <poplar/Alignment.hpp>
    #include <poplar/Loops.hpp>
    static_assert(std::is_base_of<VertexBase, Vertex>::value && std::is_base_of<VertexBase, MultiVertex>::value, "");
    struct V : Vertex { Output<Vector<unsigned>> o; bool compute() {
      unsigned sum = 0;
      poplar::rptLoop(rptsize_t(5), [&](rptsize_t i) { sum += 10 + i; });
      o[0] = sum; o[1] = alignUp(13u, 8u); o[2] = alignUp(16u, 8u);
      o[3] = isAligned(reinterpret_cast<const void *>(48), 16); o[4] = isAligned(reinterpret_cast<const void *>(40), 16);
      return true; } };)");
  std::vector<std::uint32_t> o(5);
  VertexRun vertex(*module, "V");
  vertex.connect("o", o.data(), 5);
  vertex.run();
  CHECK(o == std::vector<std::uint32_t>{60, 16, 16, 1, 0});
}

TEST_CASE("Vectors and functions of the ipu namespace work element by element", "[codelets][headers]") {
  const auto module = compileText(R"(
    #include <ipu_intrinsics>
    struct V : public Vertex {
      Input<Vector<float, VectorLayout::ONE_PTR, 8>> in;
      InOut<Vector<half, VectorLayout::ONE_PTR, 8>> h;
      Output<Vector<float, VectorLayout::ONE_PTR, 8>> out;
      bool compute() {
        const float2 *p = reinterpret_cast<const float2 *>(&in[0]);
        float2 a = ipu::load_postinc(&p, 1), b = *p;
        float2 *q = reinterpret_cast<float2 *>(&out[0]);
        ipu::store_postinc(&q, a * b + float2{1, 2}, 1);
        ipu::store_postinc(&q, ipu::max(a, b), 1);
        ipu::store_postinc(&q, ipu::exp(a), 1);
        *q = ipu::clamp(b, float2{0, 0}, float2{2, 2});
        half4 *r = reinterpret_cast<half4 *>(&h[0]);
        r[0] = r[0] * half4(2.0f, 3.0f, 4.0f, 5.0f) - half4(1.0f);
        h[0] = ipu::sqrt(h[0]);
        return true;
      }
    };)");
  const std::vector<float> in = {1, 2, 3, -4};
  std::vector<float> out(8);
  std::vector<std::uint16_t> h = {0x4100, 0x3c00, 0xbc00, 0x0000}; // 2.5, 1, -1, 0
  VertexRun vertex(*module, "V");
  vertex.connect("in", in.data());
  vertex.connect("h", h.data());
  vertex.connect("out", out.data());
  vertex.run();
  CHECK(out == std::vector<float>{4, -6, 3, 2, std::exp(1.0f), std::exp(2.0f), 2, 0});
  CHECK(h == std::vector<std::uint16_t>{0x4000, 0x4000, 0xc500, 0xbc00}); // sqrt(4), 2, -5, -1
}

TEST_CASE("Random numbers come from the state of the context", "[codelets][headers]") {
  const auto module = compileText(R"(
    #include <ipu_builtins.h>
    struct V : public Vertex {
      Output<Vector<unsigned>> bits; Output<Vector<float>> uniform; Output<Vector<float>> normal;
      bool compute() {
        for (auto &x : bits) x = __builtin_ipu_urand32();
        for (auto &x : uniform) x = __builtin_ipu_urand_f32();
        for (auto &x : normal) x = __builtin_ipu_f32grand();
        return true;
      }
    };)");
  const auto draw = [&](std::uint64_t seed, std::vector<unsigned> &bits, std::vector<float> &uniform,
                        std::vector<float> &normal) {
    std::uint64_t state[2] = {seed, ~seed};
    VertexRun vertex(*module, "V");
    vertex.context.rng = state;
    vertex.connect("bits", bits.data(), static_cast<std::uint32_t>(bits.size()));
    vertex.connect("uniform", uniform.data(), static_cast<std::uint32_t>(uniform.size()));
    vertex.connect("normal", normal.data(), static_cast<std::uint32_t>(normal.size()));
    vertex.run();
    return state[0];
  };
  std::vector<unsigned> a(4), b(4);
  std::vector<float> uniform(20000), normal(20000);
  const auto end = draw(7, a, uniform, normal);
  CHECK(draw(7, b, uniform, normal) == end);
  CHECK(a == b);
  draw(8, b, uniform, normal);
  CHECK(a != b);
  double mean = 0, square = 0, normalMean = 0, normalSquare = 0;
  for (std::size_t i = 0; i != uniform.size(); ++i) {
    REQUIRE(std::fabs(uniform[i]) <= 0.5f);
    mean += uniform[i], square += static_cast<double>(uniform[i]) * uniform[i];
    normalMean += normal[i], normalSquare += static_cast<double>(normal[i]) * normal[i];
  }
  // Five standard deviations of the estimates.
  CHECK(std::fabs(mean / 20000) < 0.011);
  CHECK(std::fabs(square / 20000 - 1.0 / 12) < 0.003);
  CHECK(std::fabs(normalMean / 20000) < 0.036);
  CHECK(std::fabs(normalSquare / 20000 - 1) < 0.05);
}

TEST_CASE("Each worker of a MultiVertex draws from its own state", "[codelets][headers]") {
  const auto module = compileText(R"(
    #include <ipu_builtins.h>
    struct V : public MultiVertex {
      Output<Vector<unsigned>> out;
      bool compute(unsigned w) { out[w] = __builtin_ipu_urand32(); return true; }
    };)");
  std::uint64_t state[12];
  for (std::uint64_t i = 0; i != 12; ++i) state[i] = (i + 1) << 40;
  unsigned out[6] = {};
  VertexRun vertex(*module, "V");
  vertex.context.rng = state;
  vertex.connect("out", out, 6);
  vertex.run();
  // xoroshiro128+ gives the sum of its two words.
  for (unsigned w = 0; w != 6; ++w) CHECK(out[w] == ((2 * w + 1) + (2 * w + 2)) << 8);
  CHECK(vertex.context.rng == state);
}
