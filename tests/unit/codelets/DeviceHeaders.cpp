// What the device headers offer to codelets, run.
#include "tests/support/Catch.hpp"
#include "tests/unit/codelets/Support.hpp"
#include <cmath>

using namespace popgraph::codelets;
using namespace popgraph::codelets::testing;

namespace {
const char *const kHeaders[] = {
    "poplar/Vertex.hpp", "poplar/HalfFloat.hpp", "poplar/TileConstants.hpp", "poplar/AvailableVTypes.h",
    "poplar/VectorTypes.hpp", "poplar/StackSizeDefs.hpp", "poplar/Loops.hpp", "poplar/Alignment.hpp",
    "poplar/QuarterFloat.hpp", "print.h", "ipudef.h", "ipu_vector_math", "ipuvectormath", "ipu_memory_intrinsics",
    "ipu_intrinsics", "ipu_builtins.h"};
}

TEST_CASE("Every device header compiles alone without warnings", "[codelets][headers]") {
  for (const char *header : kHeaders)
    for (const char *standard : {"-std=c++17", "-std=c++20"}) {
      INFO(header << " " << standard);
      const std::string flags = std::string(standard) + " -Wall -Wextra -Wdouble-promotion -Werror -Wsystem-headers"
                                " -Wno-keyword-compat -Wno-deprecated-builtins"; // of the standard library
      CHECK_NOTHROW(compile(textRequest("#include <" + std::string(header) + ">\n", "ipu2", flags)));
    }
}

TEST_CASE("Device headers do not mind macros whose names are single capitals", "[codelets][headers]") {
  std::string text, flags;
  for (const char *header : kHeaders) text += "#include <" + std::string(header) + ">\n";
  for (char letter = 'A'; letter <= 'Z'; ++letter) flags += std::string(" -D") + letter + "=3";
  text += R"(
    struct Uses : poplar::Vertex {
      poplar::Input<half> in; poplar::InOut<half> both; poplar::Output<poplar::Vector<float>> out;
      poplar::Input<poplar::VectorList<float>> list;
      bool compute() {
        both *= in; both = -in; *both = in + both; out[0] = ipu::fma(float2{N, T}, float2(1.0f), float2(2.0f))[0];
        out[1] = (half4(A) * half4(B))[2]; out[2] = as_uint(__builtin_ipu_max(half2(C), half2(D)));
        const float *at = &list[0][0]; out[3] = ipu::load_postinc(&at, X); return true; } };)";
  CHECK(compile(textRequest(text, "ipu2", flags))->codelets.size() == 1);
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

TEST_CASE("Codelets whose bodies may be assembly elsewhere are plain vertices", "[codelets][headers]") {
  const auto module = compileText(R"code(
    #include <poplibs_support/ExternalCodelet.hpp>
    template <typename T> struct [[poplar::constraint("elem(*out) != elem(*in)")]] Twice
        : public SupervisorVertexIf<ASM_CODELETS_ENABLED> {
      Twice();
      IS_EXTERNAL_CODELET(!(std::is_same<T, int>::value));
      Input<Vector<T>> in; Output<Vector<T>> out;
      bool compute() {
        static_assert(!isExternalCodelet && !EXTERNAL_CODELET, "");
        for (unsigned i = 0; i != in.size(); ++i) out[i] = in[i] + in[i];
        return true;
      } };
    template struct Twice<float>;)code");
  REQUIRE(module->codelets.at(0).kind == VertexKind::Vertex);
  const std::vector<float> in = {1, -2.5f};
  std::vector<float> out(2);
  VertexRun vertex(*module, "Twice<float>");
  vertex.connect("in", in.data(), 2);
  vertex.connect("out", out.data(), 2);
  vertex.run();
  CHECK(out == std::vector<float>{2, -5});
}

TEST_CASE("Constants of the tile are those of the second generation", "[codelets][headers]") {
  const std::pair<const char *, unsigned> constants[] = {
      {"TMEM_REGION0_BASE_ADDR", 0x4c000},
      {"TMEM_REGION1_BASE_ADDR", 0x80000},
      {"TMEM_ELEMSIZE", 0x4000},
      {"RPT_COUNT_MAX", 65535},
      {"RPT_BODY_MAX", 256},
      {"TEXCH_SYNCZONE_LOCAL", 16},
      {"TEXCH_SYNCZONE_ALL", 0},
      {"CSR_W_WSR__INDEX", 0},
      {"CSR_W_WSR__CTXTID_M1__SHIFT", 0},
      {"CSR_W_WSR__CTXTID_M1__MASK", 0x7},
      {"CSR_S_SSR__INDEX", 0},
      {"CSR_C_DBG_DATA__INDEX", 32},
      {"CSR_S_CCCSLOAD__INDEX", 80},
      {"CSR_W_CCCSLOAD__INDEX", 80},
      {"CSR_W_REPEAT_COUNT__INDEX", 81},
      {"CSR_S_SCOUNT_L__INDEX", 96},
      {"CSR_S_SCOUNT_U__INDEX", 97},
      {"CSR_W_FP_CTL__INDEX", 0},
      {"CSR_S_FP_ICTL__INDEX", 0},
      {"CSR_W_FP_STS__INDEX", 1},
      {"CSR_W_FP_CLR__INDEX", 2},
      {"CSR_W_FP_CLR__ZAACC__SHIFT", 0},
      {"CSR_W_FP_CLR__ZAACC__MASK", 0x1},
      {"CSR_W_FP_NFMT__INDEX", 3},
      {"CSR_S_FP_INFMT__INDEX", 3},
      {"CSR_W_FP_SCL__INDEX", 4},
      {"CSR_S_FP_ISCL__INDEX", 4},
      {"CSR_W_TAS__INDEX", 32},
      {"CSR_W_PRNG_0_0__INDEX", 64},
      {"CSR_W_PRNG_0_1__INDEX", 65},
      {"CSR_W_PRNG_1_0__INDEX", 66},
      {"CSR_W_PRNG_1_1__INDEX", 67},
      {"CSR_W_PRNG_SEED__INDEX", 68},
      {"CSR_W_FP_CTL__INV__SHIFT", 0},
      {"CSR_W_FP_CTL__INV__MASK", 0x1},
      {"CSR_W_FP_CTL__DIV0__SHIFT", 1},
      {"CSR_W_FP_CTL__DIV0__MASK", 0x1},
      {"CSR_W_FP_CTL__OFLO__SHIFT", 2},
      {"CSR_W_FP_CTL__OFLO__MASK", 0x1},
      {"CSR_W_FP_CTL__ESR__SHIFT", 19},
      {"CSR_W_FP_CTL__ESR__MASK", 0x1},
      {"CSR_W_FP_CTL__NANOO__SHIFT", 20},
      {"CSR_W_FP_CTL__NANOO__MASK", 0x1}};
  std::string text = "#include <poplar/TileConstants.hpp>\n#include <poplar/AvailableVTypes.h>\n"
                     "#if !VECTOR_AVAIL_SHORT_SPAN || !VECTORLIST_AVAIL_DELTAN || defined(VECTOR_AVAIL_SCALED_PTR32)\n"
                     "#error layouts\n#endif\n";
  for (const auto &[name, value] : constants)
    text += "static_assert(" + std::string(name) + " == " + std::to_string(value) + ", \"" + name + "\");\n";
  text += "struct V : Vertex { bool compute() { return true; } };\n";
  CHECK_NOTHROW(compileText(text + "static_assert(CTXT_WORKERS == 6 && CTXT_TOTAL == 7, \"\");"));
  CHECK_NOTHROW(compileText(text + "static_assert(CTXT_WORKERS == 1 && CTXT_TOTAL == 2, \"\");", "cpu"));
}

TEST_CASE("Sizes of stacks that assembly needs are declared without effect", "[codelets][headers]") {
  CHECK_NOTHROW(compileText(R"(
    #include <poplar/StackSizeDefs.hpp>
    DEF_STACK_SIZE_OWN(16, fast)
    DEF_STACK_USAGE(32, fast)
    DEF_STACK_SIZE_DEP_DIRECT(8, fast)
    DEF_FUNC_CALLS(fast, slow)
    DEF_FUNC_CALL_PTRS(fast, slow)
    RECURSIVE_FUNCTION_SIZE(64, slow)
    struct V : Vertex { bool compute() { return true; } };)"));
}

TEST_CASE("Short vectors have the sizes and the arithmetic of their elements", "[codelets][headers]") {
  const std::pair<const char *, unsigned> vectors[] = {
      {"char2", 2},   {"char4", 4},   {"schar2", 2},    {"schar4", 4},    {"uchar2", 2},     {"uchar4", 4},
      {"short2", 4},  {"short4", 8},  {"ushort2", 4},   {"ushort4", 8},   {"int2", 8},       {"int4", 16},
      {"uint2", 8},   {"uint4", 16},  {"long2", 8},     {"long4", 16},    {"ulong2", 8},     {"ulong4", 16},
      {"longlong2", 16}, {"longlong4", 32}, {"ulonglong2", 16}, {"ulonglong4", 32}, {"float2", 8}, {"float4", 16},
      {"half2", 4},   {"half4", 8},   {"half8", 16}};
  std::string text = "#include <ipudef.h>\nstruct V : Vertex { Output<Vector<int>> o; bool compute() { unsigned i = 0;";
  for (const auto &[name, size] : vectors)
    text += std::string(" { static_assert(sizeof(") + name + ") == " + std::to_string(size) + ", \"\"); " + name +
            " a = 3, b = 2; a[1] = 5; const auto c = a * b; o[i++] = static_cast<int>(c[0]) * 100 + static_cast<int>(c[1]); }";
  const auto module = compileText(text + " return true; } };");
  std::vector<std::int32_t> o(std::size(vectors));
  VertexRun vertex(*module, "V");
  vertex.connect("o", o.data(), static_cast<std::uint32_t>(o.size()));
  vertex.run();
  CHECK(o == std::vector<std::int32_t>(o.size(), 610));
}

TEST_CASE("Functions of the ipu namespace agree with the C library's", "[codelets][headers]") {
  using Function = double (*)(double);
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  const std::pair<const char *, Function> one[] = {
      {"ipu::abs", [](double x) { return std::fabs(x); }}, {"ipu::fabs", [](double x) { return std::fabs(x); }},
      {"ipu::acos", std::acos}, {"ipu::asin", std::asin}, {"ipu::atan", std::atan}, {"ipu::cbrt", std::cbrt},
      {"ipu::ceil", std::ceil}, {"ipu::cos", std::cos}, {"ipu::cosh", std::cosh}, {"ipu::erf", std::erf},
      {"ipu::exp", std::exp}, {"ipu::exp10", [](double x) { return std::pow(10.0, x); }}, {"ipu::exp2", std::exp2},
      {"ipu::expm1", std::expm1}, {"ipu::floor", std::floor}, {"ipu::ln", std::log}, {"ipu::log", std::log},
      {"ipu::log10", std::log10}, {"ipu::log1p", std::log1p}, {"ipu::log2", std::log2},
      {"ipu::nearbyint", std::nearbyint}, {"ipu::rint", std::rint}, {"ipu::round", std::round},
      {"ipu::rsqrt", [](double x) { return 1 / std::sqrt(x); }}, {"ipu::sigmoid", sigmoid}, {"ipu::sin", std::sin},
      {"ipu::sinh", std::sinh}, {"ipu::sqrt", std::sqrt}, {"ipu::tan", std::tan}, {"ipu::tanh", std::tanh},
      {"ipu::trunc", std::trunc}};
  using Two = double (*)(double, double);
  const std::pair<const char *, Two> two[] = {
      {"ipu::absadd", [](double x, double y) { return std::fabs(x) + std::fabs(y); }},
      {"ipu::absmax", [](double x, double y) { return std::max(std::fabs(x), std::fabs(y)); }},
      {"ipu::atan2", std::atan2}, {"ipu::copysign", std::copysign}, {"ipu::fmax", std::fmax}, {"ipu::fmin", std::fmin},
      {"ipu::fmod", std::fmod}, {"ipu::hypot", std::hypot}, {"ipu::max", std::fmax}, {"ipu::min", std::fmin},
      {"ipu::pow", std::pow}};
  std::string text = "#include <ipu_vector_math>\nstruct V : Vertex { Input<float> x, y; Output<Vector<float>> o;"
                     " Output<Vector<int>> b; bool compute() { unsigned i = 0; const float2 v{*x, *y};";
  std::vector<double> expected;
  const double x = 0.375, y = -1.75;
  for (const auto &[name, f] : one) {
    text += std::string(" o[i++] = ") + name + "(*x);", expected.push_back(f(x));
    text += std::string(" o[i++] = ") + name + "(float2{0.5f, *x})[1];", expected.push_back(f(x));
  }
  for (const auto &[name, f] : two) text += std::string(" o[i++] = ") + name + "(*x, *y);", expected.push_back(f(x, y));
  text += " o[i++] = ipu::fma(*x, *y, 2.0f); o[i++] = ipu::clamp(v, float2{-1, -1}, float2{0, 0})[1];"
          " o[i++] = ipu::sum(v); o[i++] = ipu::dot(v, v);"
          " b[0] = ipu::isnan(*x) != 0; b[1] = ipu::isinf(*x / 0.0f) != 0; b[2] = ipu::isfinite(*y) != 0;"
          " return true; } };";
  for (const double e : {x * y + 2, -1.0, x + y, x * x + y * y}) expected.push_back(e);
  const auto module = compileText(text);
  const float in[] = {0.375f, -1.75f};
  std::vector<float> o(expected.size());
  std::vector<std::int32_t> b(3, 7);
  VertexRun vertex(*module, "V");
  vertex.connect("x", &in[0]);
  vertex.connect("y", &in[1]);
  vertex.connect("o", o.data(), static_cast<std::uint32_t>(o.size()));
  vertex.connect("b", b.data(), 3);
  vertex.run();
  for (std::size_t i = 0; i != expected.size(); ++i) {
    INFO(i);
    if (std::isnan(expected[i]))
      CHECK(std::isnan(o[i]));
    else
      CHECK(std::fabs(o[i] - expected[i]) <= 2.4e-7 * std::fabs(expected[i]));
  }
  CHECK(b == std::vector<std::int32_t>{0, 1, 1});
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
