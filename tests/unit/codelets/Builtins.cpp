// Models of the processor's own functions.
#include "tests/support/Catch.hpp"
#include "tests/unit/codelets/Support.hpp"
#include <cmath>

using namespace popgraph::codelets;
using namespace popgraph::codelets::testing;

namespace {

std::string vertex(const std::string &body) {
  return "struct V : Vertex { Input<Vector<float, VectorLayout::SPAN, 8>> in; Output<Vector<float, VectorLayout::SPAN, 8>> out;"
         " Output<Vector<unsigned>> bits; bool compute() { " + body + " return true; } };\n";
}

struct Result {
  std::vector<float> out = std::vector<float>(32, -1234.0f);
  std::vector<unsigned> bits = std::vector<unsigned>(32, 0xdead);
};

Result run(const CodeletModule &module, const std::vector<float> &in, std::uint64_t *rng = nullptr) {
  Result result;
  VertexRun vertex(module, "V");
  std::uint64_t state[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  vertex.context.rng = rng ? rng : state;
  vertex.context.tile = 41;
  vertex.connect("in", in.data(), static_cast<std::uint32_t>(in.size()));
  vertex.connect("out", result.out.data(), 32);
  vertex.connect("bits", result.bits.data(), 32);
  vertex.run();
  return result;
}

const char *const kTargets[] = {"ipu2", "cpu"};

} // namespace

TEST_CASE("Builtins need no header, as on the device", "[codelets][builtins]") {
  for (const char *target : kTargets) {
    const auto result = run(*compileText(vertex("bits[0] = __builtin_ipu_get_tile_id(); float x = in[0];"
                                                "out[0] = __builtin_ipu_exp(x);"), target), {1.5f});
    CHECK(result.bits[0] == 41);
    CHECK(std::fabs(result.out[0] - std::exp(1.5)) < 1e-6);
  }
  // A codelet's own names stay its own, whatever the models need.
  CHECK_NOTHROW(compileText("struct float2 { float x, y; }; template <class T> T max(T a, T b) { return a < b ? b : a; }"
                            "struct V : Vertex { Output<float> o; bool compute() {"
                            " float2 f{1, 2}; *o = max(f.x, f.y) + __builtin_ipu_get_tile_id(); return true; } };"));
}

TEST_CASE("Arithmetic builtins agree with references for every type they are given", "[codelets][builtins]") {
  const std::string text = "#include <ipu_builtins.h>\n" + vertex(R"(
    const float x = in[0]; const float2 v{in[0], in[1]}; const half h = in[0]; const half2 h2{in[0], in[1]};
    out[0] = __builtin_ipu_exp(x); out[1] = __builtin_ipu_exp(v)[1]; out[2] = __builtin_ipu_ln(x);
    out[3] = __builtin_ipu_exp2(x); out[4] = __builtin_ipu_log2(x); out[5] = __builtin_ipu_sqrt(x);
    out[6] = __builtin_ipu_rsqrt(x); out[7] = __builtin_ipu_oorx(x); out[8] = __builtin_ipu_oox(x);
    out[9] = __builtin_ipu_tanh(v)[0]; out[10] = __builtin_ipu_sigmoid(x); out[11] = __builtin_ipu_sigm(v)[1];
    out[12] = __builtin_ipu_min(x, 1.0f); out[13] = __builtin_ipu_max(v, float2{1, 1})[0];
    out[14] = __builtin_ipu_clamp(x, float2{-1, 2}); out[15] = __builtin_ipu_clamp(v, float2{-1, 1})[1];
    out[16] = __builtin_ipu_max(h2, half2(0.5f))[1]; out[17] = __builtin_ipu_min(h, half(1));
    out[18] = __builtin_ipu_f16tof32(h); out[19] = __builtin_ipu_f32tof16(x); out[20] = __builtin_ipu_f16v2tof32(h2)[1];
    out[21] = __builtin_ipu_f32v2tof16(v)[0]; out[22] = __builtin_ipu_absadd(v, v)[1]; out[23] = __builtin_ipu_absmax(x, -9.0f);
    out[24] = __builtin_ipu_f32fromi32(-3); out[25] = __builtin_ipu_f32fromui32(3u); out[26] = __builtin_ipu_floor(v)[0];
    out[27] = __builtin_ipu_fma(x, x, x); out[28] = __builtin_ipu_sum(v);)");
  const double x = 2.25, y = 0.75; // both are halves too
  const double expected[] = {std::exp(x), std::exp(y), std::log(x), std::exp2(x), std::log2(x), std::sqrt(x), 1 / std::sqrt(x),
                             1 / std::sqrt(x), 1 / x, std::tanh(x), 1 / (1 + std::exp(-x)), 1 / (1 + std::exp(-y)), 1, x, 2,
                             y, y, 1, x, x, y, x, 2 * y, 9, -3, 3, 2, x * x + x, x + y};
  for (const char *target : kTargets) {
    const auto result = run(*compileText(text, target), {2.25f, 0.75f});
    for (std::size_t i = 0; i != std::size(expected); ++i) {
      INFO(i);
      CHECK(std::fabs(result.out[i] - expected[i]) <= 1.2e-7 * std::fabs(expected[i]));
    }
  }
}

TEST_CASE("Builtins round and take absolutes, and masks keep all at probability one", "[codelets][builtins]") {
  const std::string text = "#include <ipu_builtins.h>\n" + vertex(R"(
    const float x = in[0]; const float2 v{in[0], in[1]};
    out[0] = __builtin_ipu_abs(x); out[1] = __builtin_ipu_fabs(v)[0]; out[2] = __builtin_ipu_ceil(v)[1];
    out[3] = __builtin_ipu_rint(v)[0]; out[4] = __builtin_ipu_trunc(v)[0];
    out[5] = __builtin_ipu_f32v2rmask(v, 1.0f)[0]; out[6] = __builtin_ipu_f32v2rmask(v, 0.0f)[1];)");
  const double expected[] = {2.5, 2.5, 2, -2, -2, -2.5, 0};
  for (const char *target : kTargets) {
    const auto result = run(*compileText(text, target), {-2.5f, 1.25f});
    for (std::size_t i = 0; i != std::size(expected); ++i) {
      INFO(i);
      CHECK(result.out[i] == expected[i]);
    }
  }
}

TEST_CASE("Comparisons give masks, and logic works on the bits of numbers", "[codelets][builtins]") {
  const std::string text = "#include <ipu_builtins.h>\n" + vertex(R"(
    const float2 v{in[0], in[1]}, w{in[1], in[1]};
    bits[0] = as_uint(__builtin_ipu_cmplt(v, w)[0]); bits[1] = as_uint(__builtin_ipu_cmplt(v, w)[1]);
    bits[2] = as_uint(__builtin_ipu_cmpeq(v, w)[1]); bits[3] = as_uint(__builtin_ipu_cmpne(v, w)[1]);
    bits[4] = as_uint(__builtin_ipu_cmple(in[0], 1.0f)); bits[5] = as_uint(__builtin_ipu_cmpgt(in[0], 1.0f));
    bits[6] = as_uint(__builtin_ipu_cmpge(in[1], 3.0f)); bits[7] = as_ushort(__builtin_ipu_cmplt(half(1), half(2)));
    bits[8] = as_uint(__builtin_ipu_cmpgt(half2{1, 2}, half2{2, 1}));
    bits[9] = as_uint(__builtin_ipu_and_f32(as_float(0xff00ff00u), as_float(0x0ff00ff0u)));
    bits[10] = as_uint(__builtin_ipu_andc_f32(as_float(0xff00ff00u), as_float(0x0ff00ff0u)));
    bits[11] = as_uint(__builtin_ipu_or_f32(as_float(0x00f0u), as_float(0x000fu)));
    bits[12] = as_uint(__builtin_ipu_not_f32(as_float(1u))); bits[13] = as_uint(__builtin_ipu_xnor_f32(as_float(5u), as_float(3u)));
    bits[14] = as_uint(__builtin_ipu_andc_v2f32(v, __builtin_ipu_cmplt(v, w))[0]);
    bits[15] = as_uint(__builtin_ipu_and_v2f32(v, __builtin_ipu_cmplt(v, w))[0]);
    bits[16] = as_uint(__builtin_ipu_or_v2f32(v, v)[0]); bits[17] = as_uint(__builtin_ipu_not_v2f32(v)[0]);
    bits[18] = as_uint(__builtin_ipu_xnor_v2f32(v, v)[0]); bits[19] = as_uint(__builtin_ipu_andc(v, v)[0]);)");
  const std::vector<unsigned> expected = {~0u, 0, ~0u, 0, ~0u, 0, ~0u, 0xffff, 0xffff0000, 0x0f000f00, 0xf000f000, 0xff,
                                          ~1u, ~6u, 0, 0x3f800000, 0x3f800000, ~0x3f800000u, ~0u, 0};
  for (const char *target : kTargets) {
    const auto result = run(*compileText(text, target), {1, 3});
    CHECK(std::vector<unsigned>(result.bits.begin(), result.bits.begin() + 20) == expected);
  }
}

TEST_CASE("Words are taken apart and put together", "[codelets][builtins]") {
  const std::string text = vertex(R"(
    const unsigned a = 0x44332211, b = 0x88776655;
    unsigned *to = &bits[0];
    *to++ = __builtin_ipu_roll16(a, b); *to++ = __builtin_ipu_roll8r(a, b); *to++ = __builtin_ipu_roll8l(a, b);
    *to++ = __builtin_ipu_sort4x16lo(a, b); *to++ = __builtin_ipu_sort4x16hi(a, b); *to++ = __builtin_ipu_shuf8x8lo(a, b);
    *to++ = __builtin_ipu_shuf8x8hi(a, b); *to++ = __builtin_ipu_swap8(a); *to++ = __builtin_ipu_bitrev8(a);
    *to++ = __builtin_ipu_clz(a); *to++ = __builtin_ipu_clz(0u); *to++ = __builtin_ipu_popc(a);)");
  const auto result = run(*compileText(text), {1});
  CHECK(std::vector<unsigned>(result.bits.begin(), result.bits.begin() + 12) ==
        std::vector<unsigned>{0x66554433, 0x55443322, 0x77665544, 0x66552211, 0x88774433, 0x66225511, 0x88447733, 0x33441122,
                              0x22cc4488, 1, 32, 10});
}

TEST_CASE("Accumulators sum products until they are taken", "[codelets][builtins]") {
  const std::string text = "#include <ipu_builtins.h>\n#include <poplar/TileConstants.hpp>\n" + vertex(R"(
    const float2 v{in[0], in[1]}, w{in[2], in[3]};
    __builtin_ipu_uput(1u << CSR_W_FP_CLR__ZAACC__SHIFT, CSR_W_FP_CLR__INDEX);
    for (int i = 0; i != 3; ++i) __builtin_ipu_f32v2mac(v, w);
    __builtin_ipu_mac(v, v);
    const float2 sums = __builtin_ipu_f32v2gina(float2{5, 6}, 0);
    out[0] = sums[0]; out[1] = sums[1];
    const float2 next = __builtin_ipu_gina(float2(0.0f), 0); out[2] = next[0]; out[3] = next[1];
    const half4 h{in[0], in[1], in[2], in[3]};
    __builtin_ipu_f16v4cmac(h, h); __builtin_ipu_cmac(half2{1, 2}, half2{3, 4}); __builtin_ipu_f16v2cmac(half2{1, 1}, half2{1, 1});
    out[4] = __builtin_ipu_f16v2gina(half2(0), 0)[0];
    __builtin_ipu_uput(2.0f, CSR_W_TAS__INDEX);
    __builtin_ipu_f32v2axpy(v, w);
    const float2 first = __builtin_ipu_f32v2axpy(w, v); out[5] = first[0]; out[6] = first[1];
    out[7] = __builtin_ipu_f32v2axpy(v, v)[1]; out[8] = as_float(__builtin_ipu_uget(CSR_W_TAS__INDEX));)");
  for (const char *target : kTargets) {
    const auto result = run(*compileText(text, target), {1, 2, 3, 4});
    CHECK(std::vector<float>(result.out.begin(), result.out.begin() + 9) ==
          std::vector<float>{10, 28, 5, 6, 1 + 4 + 9 + 16 + 11 + 2, 5, 8, 10, 2});
  }
}

TEST_CASE("Registers that are modelled are read and written", "[codelets][builtins]") {
  const auto module = compileText(R"(
    #include <ipu_builtins.h>
    #include <arch/gc_tile_defines.h>
    struct V : MultiVertex { Output<Vector<unsigned>> out;
      bool compute(unsigned worker) {
        const unsigned id = __builtin_ipu_get(CSR_W_WSR__INDEX) & CSR_W_WSR__CTXTID_M1__MASK;
        __builtin_ipu_put(3, CSR_W_FP_CTL__INDEX);
        out[id] = 100 * worker + __builtin_ipu_get_worker_id() + 10 * CTXT_WORKERS + 1000 * __builtin_ipu_get(99);
        if (worker == 0) { __builtin_ipu_uput(7u, CSR_W_PRNG_0_0__INDEX); __builtin_ipu_uput(8u, CSR_W_PRNG_0_1__INDEX);
          __builtin_ipu_uput(9u, CSR_W_PRNG_1_0__INDEX); __builtin_ipu_uput(10u, CSR_W_PRNG_1_1__INDEX);
          out[6] = __builtin_ipu_uget(CSR_W_PRNG_0_1__INDEX) + 100 * __builtin_ipu_uget(CSR_W_PRNG_1_0__INDEX); }
        return true; } };)");
  std::uint64_t state[12] = {};
  unsigned out[7] = {};
  VertexRun vertex(*module, "V");
  vertex.context.rng = state;
  vertex.connect("out", out, 7);
  vertex.run();
  for (unsigned w = 0; w != 6; ++w) CHECK(out[w] == 101 * w + 60);
  CHECK(out[6] == 908);
  CHECK(state[0] == (std::uint64_t(8) << 32 | 7));
  CHECK(state[1] == (std::uint64_t(10) << 32 | 9));
}

TEST_CASE("Random builtins give numbers of their distribution", "[codelets][builtins]") {
  const auto module = compileText(R"(
    #include <ipu_builtins.h>
    struct V : Vertex { Output<Vector<float>> out; unsigned kind;
      bool compute() {
        for (unsigned i = 0; i != out.size(); ++i) switch (kind) {
          case 0: out[i] = __builtin_ipu_urand_f32(); break; case 1: out[i] = __builtin_ipu_urand_f16(); break;
          case 2: out[i] = __builtin_ipu_f32v2grand()[1]; break; case 3: out[i] = __builtin_ipu_f16v2grand()[0]; break;
          case 4: out[i] = __builtin_ipu_f32grand(); break;
          case 5: out[i] = __builtin_ipu_rmask(float2{1, 1}, 0.25f)[1]; break;
          case 6: out[i] = __builtin_ipu_f16v4rmask(half4(1), 0.25f)[3]; break;
          case 7: out[i] = static_cast<float>(__builtin_ipu_urand32()) * 0x1p-32f; break;
          default: out[i] = static_cast<float>(__builtin_ipu_urand64() >> 40) * 0x1p-24f; }
        return true; } };)");
  const double means[] = {0, 0, 0, 0, 0, 0.25, 0.25, 0.5, 0.5};
  const double variances[] = {1.0 / 12, 1.0 / 12, 1, 1, 1, 3.0 / 16, 3.0 / 16, 1.0 / 12, 1.0 / 12};
  for (unsigned kind = 0; kind != 9; ++kind) {
    std::uint64_t state[2] = {0x1234567890abcdefu + kind, 0xfedcba9876543210u};
    std::vector<float> out(20000);
    VertexRun vertex(*module, "V");
    vertex.context.rng = state;
    vertex.connect("out", out.data(), 20000);
    vertex.state("kind", kind);
    vertex.run();
    double mean = 0, square = 0;
    for (const float x : out) mean += x / 20000.0;
    for (const float x : out) square += (x - mean) * (x - mean) / 20000.0;
    INFO(kind);
    // Five standard deviations of the estimates.
    CHECK(std::fabs(mean - means[kind]) < 5 * std::sqrt(variances[kind] / 20000));
    CHECK(std::fabs(square - variances[kind]) < 5 * variances[kind] * std::sqrt(2.0 / 20000));
  }
}

TEST_CASE("The cycle counter counts what the cost table says", "[codelets][builtins]") {
  const std::string text = R"(
    struct Work { unsigned n;  };
    #define BODY(V) \
      const unsigned before = __builtin_ipu_get_scount_l(); \
      for (unsigned i = 0; i != data.size(); ++i) data[i] = data[i] * 2.0f; \
      const unsigned after = __builtin_ipu_get_scount_l(); \
      cycles[0] = after - before; cycles[1] = __builtin_ipu_get_scount_u(); return true;
    struct V : Vertex { InOut<Vector<float>> data; Output<Vector<unsigned>> cycles; bool compute() { BODY(V) } };
    struct S : SupervisorVertex { InOut<Vector<float>> data; Output<Vector<unsigned>> cycles;
      __attribute__((target("supervisor"))) bool compute() { BODY(S) } };)";
  const auto cyclesOf = [&](const char *target, const char *name, std::uint32_t count) {
    const auto module = compileText(text, target);
    std::vector<float> data(count, 1.5f);
    unsigned cycles[2] = {7, 7};
    VertexRun vertex(*module, name);
    vertex.connect("data", data.data(), count);
    vertex.connect("cycles", cycles, 2);
    vertex.run();
    CHECK(data.back() == 3.0f);
    CHECK(cycles[1] == 0);
    return cycles[0];
  };
  // Load, multiply, store: three slots an element; a worker issues every sixth cycle, a supervisor in each, but branches
  // back and waits after the load and the branch.
  CHECK(cyclesOf("ipu2", "V", 1100) - cyclesOf("ipu2", "V", 100) == 6 * 3 * 1000);
  CHECK(cyclesOf("ipu2", "S", 1100) - cyclesOf("ipu2", "S", 100) == (3 + 6 + 1 + 6) * 1000);
  CHECK(cyclesOf("cpu", "V", 1100) - cyclesOf("cpu", "V", 100) == 3 * 1000);
}

TEST_CASE("A builtin without a model is refused by name", "[codelets][builtins]") {
  for (const char *call : {"__builtin_ipu_ld128putcs(0)", "__builtin_ipu_tapack(nullptr, nullptr, nullptr)"}) {
    const std::string name(call, std::string(call).find('('));
    INFO(name);
    CHECK_THROWS_AS(compileText(vertex(std::string(call) + ";")), CompileError);
    CHECK_THROWS_WITH(compileText(vertex(std::string(call) + ";")),
                      containsText(name + " has no model") && containsText("__IPU__") && containsText("codelet.cpp:3:"));
  }
}
