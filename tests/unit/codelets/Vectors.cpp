// Short vectors and the ipu namespace, computed against double precision for both kinds of target.
#include "tests/support/Catch.hpp"
#include "tests/unit/codelets/Support.hpp"
#include <cmath>
#include <functional>

using namespace popgraph::codelets;
using namespace popgraph::codelets::testing;

namespace {

// Each codelet fills `out` from `in`.
std::vector<float> compute(const CodeletModule &module, const std::string &name, const std::vector<float> &in,
                           std::size_t results) {
  std::vector<float> out(results, -1234.0f);
  VertexRun vertex(module, name);
  vertex.connect("in", in.data(), static_cast<std::uint32_t>(in.size()));
  vertex.connect("out", out.data(), static_cast<std::uint32_t>(results));
  vertex.run();
  return out;
}

std::string vertex(const std::string &name, const std::string &body) {
  return "struct " + name + " : Vertex { Input<Vector<float, VectorLayout::SPAN, 8>> in;"
         " Output<Vector<float, VectorLayout::SPAN, 8>> out; bool compute() { " + body + " return true; } };\n";
}

// To the nearest half, by the definition of the format.
double halfOf(double x) {
  if (x == 0) return x;
  const int exponent = std::max(std::ilogb(x), -14);
  const double unit = std::ldexp(1.0, exponent - 10);
  return std::nearbyint(x / unit) * unit;
}

const char *const kTargets[] = {"ipu2", "cpu"};

} // namespace

TEST_CASE("Float vectors have elements, braces and element-wise operators with scalars", "[codelets][vectors]") {
  const std::string text = "#include <ipudef.h>\n" + vertex("V", R"(
    const float2 *p = reinterpret_cast<const float2 *>(&in[0]);
    float2 a = p[0], b{in[2], in[3]};
    float4 c = {a[0], a[1], b[0], b[1]};
    float2 sum = a + b, scaled = 3 * a - b / 2.0f;
    sum *= 2.0f; sum[1] += 1;
    float4 *q = reinterpret_cast<float4 *>(&out[0]);
    q[0] = float4{sum[0], sum[1], scaled[0], scaled[1]};
    q[1] = c * c - c;
    auto less = a < b;
    out[8] = less[0]; out[9] = less[1];
    float2 chosen = less ? a : b;
    out[10] = chosen[0]; out[11] = chosen[1];
    float2 splat = float2(7.0f); out[12] = (-splat)[1];)");
  for (const char *target : kTargets) {
    const auto out = compute(*compileText(text, target), "V", {1, 6, 3, 4}, 13);
    CHECK(out == std::vector<float>{8, 21, 1.5f, 16, 0, 30, 6, 12, -1, 0, 1, 4, -7});
  }
}

TEST_CASE("Integer vectors compute in their own width and convert", "[codelets][vectors]") {
  const std::string text = "#include <poplar/VectorTypes.hpp>\n" + vertex("V", R"(
    int2 i = {int(in[0]), int(in[1])}; i = (i << 1) + int2{1, 1}; i &= 0xff; i = i % 100;
    uint2 u = {1u, ~0u}; u = u >> 31;
    short4 s = {1, -2, 32767, 4}; s = s + short4{1, 1, 1, 1};
    uchar4 c = {250, 1, 2, 3}; c = c + uchar4{10, 10, 10, 10};
    char2 k = {1, 2}; k = -k; ushort2 us = {1, 2}; us = us * us; short2 s2 = {5, 6}; s2 = s2 | s2;
    int4 i4 = {1, 2, 3, 4}; uint4 u4 = {1, 2, 3, 4}; long2 l = in[0] < in[1] ? long2{9, 8} : long2{7, 6};
    float2 f = __builtin_convertvector(i, float2); int2 back = __builtin_convertvector(f * 0.5f, int2);
    out[0] = i[0]; out[1] = i[1]; out[2] = u[0]; out[3] = u[1]; out[4] = s[1]; out[5] = s[2]; out[6] = c[0];
    out[7] = k[1]; out[8] = us[1]; out[9] = s2[0]; out[10] = i4[3] + int(u4[2]); out[11] = l[0]; out[12] = f[1];
    out[13] = back[0]; out[14] = as_int2(float2{1.0f, 2.0f})[0] == 0x3f800000; out[15] = as_float(0x40000000);)");
  for (const char *target : kTargets) {
    const auto out = compute(*compileText(text, target), "V", {20, 73}, 16);
    CHECK(out == std::vector<float>{41, 47, 0, 1, -1, -32768, 4, -2, 4, 5, 7, 9, 47, 20, 1, 2});
  }
}

TEST_CASE("Half vectors round once per operation and compare", "[codelets][vectors]") {
  const std::string text = "#include <ipudef.h>\n" + vertex("V", R"(
    for (unsigned i = 0; i + 7 < in.size(); i += 8) {
      half4 a = {half(in[i]), half(in[i + 1]), half(in[i + 2]), half(in[i + 3])};
      const half4 b{in[i + 4], in[i + 5], in[i + 6], in[i + 7]};
      half4 sum = a + b, difference = a - b, product = a * b, quotient = a / b, scaled = 3.0f * a; scaled *= half(0.5f);
      const short4 less = a < b, equal = a == a;
      for (unsigned j = 0; j != 4; ++j) {
        float *to = &out[4 * i + j];
        to[0] = sum[j]; to[4] = difference[j]; to[8] = product[j]; to[12] = quotient[j]; to[16] = scaled[j];
        to[20] = less[j]; to[24] = equal[j]; to[28] = (-a)[j];
      }
    })");
  std::vector<float> in;
  for (int i = 0; i != 64; ++i) in.push_back(static_cast<float>(std::sin(i * 1.7 + 0.3) * std::exp2(i % 9 - 4)));
  for (const char *target : kTargets) {
    const auto out = compute(*compileText(text, target), "V", in, 4 * in.size());
    for (std::size_t i = 0; i != in.size(); i += 8)
      for (std::size_t j = 0; j != 4; ++j) {
        const double a = halfOf(in[i + j]), b = halfOf(in[i + 4 + j]);
        const float *from = &out[4 * i + j];
        CHECK(from[0] == halfOf(a + b));
        CHECK(from[4] == halfOf(a - b));
        CHECK(from[8] == halfOf(a * b));
        CHECK(from[12] == halfOf(a / b));
        CHECK(from[16] == halfOf(halfOf(3 * a) * 0.5));
        CHECK(from[20] == (a < b ? -1 : 0));
        CHECK(from[24] == -1);
        CHECK(from[28] == -a);
      }
  }
}

TEST_CASE("Half vectors lie in memory as halves do and convert to float vectors", "[codelets][vectors]") {
  const std::string text = R"(
    #include <ipudef.h>
    struct V : Vertex { InOut<Vector<half, VectorLayout::ONE_PTR, 8>> data; Output<Vector<float>> out;
      bool compute() {
        half4 *v = reinterpret_cast<half4 *>(&data[0]);
        static_assert(sizeof(half2) == 4 && sizeof(half4) == 8 && alignof(half4) == 8, "as on the device");
        v[0] += v[1]; v[1][2] = 9;
        half2 pair = {v[0][0], v[0][1]};
        float2 wide = __builtin_convertvector(pair, float2); half2 back = __builtin_convertvector(wide * 2.0f, half2);
        float2 cast = static_cast<float2>(back); half2 fromFloats(cast + 1.0f); half2 zero{};
        out[0] = wide[0]; out[1] = back[1]; out[2] = fromFloats[0]; out[3] = zero[1]; out[4] = as_short2(pair)[0];
        return true; } };)";
  for (const char *target : kTargets) {
    std::uint16_t data[8] = {0x3c00, 0x4000, 0x4200, 0x4400, 0x3c00, 0x3c00, 0x3c00, 0x3c00}; // 1 2 3 4, 1 1 1 1
    float out[5] = {};
    const auto module = compileText(text, target);
    VertexRun vertex(*module, "V");
    vertex.connect("data", data);
    vertex.connect("out", out, 5);
    vertex.run();
    CHECK(data[0] == 0x4000);
    CHECK(data[3] == 0x4500);
    CHECK(data[6] == 0x4880);
    CHECK(std::vector<float>(out, out + 5) == std::vector<float>{2, 6, 5, 0, 0x4000});
  }
}

TEST_CASE("Operations on a vector of halves cost as much as on one word", "[codelets][vectors]") {
  const auto slotsOf = [](const std::string &type) {
    const auto module = compileText("#include <ipudef.h>\nstruct V : Vertex { Input<Vector<" + type +
                                    ", VectorLayout::ONE_PTR, 8>> a; InOut<Vector<" + type + ", VectorLayout::ONE_PTR, 8>> b;"
                                    " bool compute() { " + (type == "half" ? "half4" : "float2") + " *to = reinterpret_cast<" +
                                    (type == "half" ? "half4" : "float2") + " *>(&b[0]); to[0] = to[0] + *reinterpret_cast<const " +
                                    (type == "half" ? "half4" : "float2") + " *>(&a[0]); return true; } };");
    double data[2] = {};
    VertexRun vertex(*module, "V");
    vertex.connect("a", &data[0]);
    vertex.connect("b", &data[1]);
    return vertex.run().at(0);
  };
  CHECK(slotsOf("half") == slotsOf("float"));
  CHECK(slotsOf("half") == 7); // two pointers, two loads, add, store, return
}

TEST_CASE("Functions of the ipu namespace agree with references for numbers and vectors", "[codelets][vectors]") {
  struct Row {
    const char *name;
    std::function<double(double)> reference;
    double low, high;
  };
  const Row rows[] = {
      {"fabs", [](double x) { return std::fabs(x); }, -3, 3}, {"abs", [](double x) { return std::fabs(x); }, -3, 3},
      {"floor", [](double x) { return std::floor(x); }, -3, 3}, {"ceil", [](double x) { return std::ceil(x); }, -3, 3},
      {"trunc", [](double x) { return std::trunc(x); }, -3, 3}, {"round", [](double x) { return std::round(x); }, -3, 3},
      {"rint", [](double x) { return std::rint(x); }, -3, 3},
      {"nearbyint", [](double x) { return std::nearbyint(x); }, -3, 3},
      {"sqrt", [](double x) { return std::sqrt(x); }, 0.1, 9}, {"rsqrt", [](double x) { return 1 / std::sqrt(x); }, 0.1, 9},
      {"exp", [](double x) { return std::exp(x); }, -3, 3}, {"exp2", [](double x) { return std::exp2(x); }, -3, 3},
      {"exp10", [](double x) { return std::pow(10, x); }, -2, 2}, {"expm1", [](double x) { return std::expm1(x); }, -3, 3},
      {"log", [](double x) { return std::log(x); }, 0.1, 9}, {"ln", [](double x) { return std::log(x); }, 0.1, 9},
      {"log2", [](double x) { return std::log2(x); }, 0.1, 9}, {"log10", [](double x) { return std::log10(x); }, 0.1, 9},
      {"log1p", [](double x) { return std::log1p(x); }, 0, 9}, {"sin", [](double x) { return std::sin(x); }, -3, 3},
      {"cos", [](double x) { return std::cos(x); }, -3, 3}, {"tan", [](double x) { return std::tan(x); }, -1, 1},
      {"asin", [](double x) { return std::asin(x); }, -1, 1}, {"acos", [](double x) { return std::acos(x); }, -1, 1},
      {"atan", [](double x) { return std::atan(x); }, -3, 3}, {"sinh", [](double x) { return std::sinh(x); }, -3, 3},
      {"cosh", [](double x) { return std::cosh(x); }, -3, 3}, {"tanh", [](double x) { return std::tanh(x); }, -3, 3},
      {"cbrt", [](double x) { return std::cbrt(x); }, -3, 3}, {"erf", [](double x) { return std::erf(x); }, -3, 3},
      {"sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); }, -6, 6}};
  std::string text = "#include <ipu_vector_math>\n";
  for (const Row &row : rows) {
    const std::string f = std::string("ipu::") + row.name;
    text += vertex("F_" + std::string(row.name),
                   "for (unsigned i = 0; i + 3 < in.size(); i += 4) { const unsigned n = in.size();"
                   "out[i] = " + f + "(in[i]); float2 two = " + f + "(float2{in[i + 1], in[i + 2]}); out[i + 1] = two[0];"
                   "out[i + 2] = two[1]; float4 four = " + f + "(float4{in[i], in[i], in[i], in[i + 3]});"
                   "out[i + 3] = four[3]; half h = in[i]; out[n + i] = " + f + "(h); half2 h2 = " + f +
                   "(half2{in[i + 1], in[i + 2]}); out[n + i + 1] = h2[0]; out[n + i + 2] = h2[1]; half4 h4 = " + f +
                   "(half4{in[i], in[i], in[i], in[i + 3]}); out[n + i + 3] = h4[3]; }");
  }
  for (const char *target : kTargets) {
    const auto module = compileText(text, target);
    for (const Row &row : rows) {
      std::vector<float> in;
      for (int i = 0; i != 40; ++i) in.push_back(static_cast<float>(row.low + (row.high - row.low) * i / 39));
      const auto out = compute(*module, "F_" + std::string(row.name), in, 2 * in.size());
      for (std::size_t i = 0; i != in.size(); ++i) {
        INFO(target << ": ipu::" << row.name << "(" << in[i] << ")");
        const double expected = row.reference(in[i]);
        CHECK(std::fabs(out[i] - expected) <= 1.2e-7 * std::fabs(expected));
        // A result that float rounding brings across a tie may be one half away.
        const double rounded = halfOf(row.reference(halfOf(in[i])));
        CHECK(std::fabs(out[in.size() + i] - rounded) <= 1e-3 * std::fabs(rounded) + 1e-7);
      }
    }
  }
}

TEST_CASE("Functions of several arguments convert to the type of the first", "[codelets][vectors]") {
  const std::string text = "#include <ipu_vector_math>\n" + vertex("V", R"(
    const float2 a{in[0], in[1]}, b{in[2], in[3]};
    float2 r[11] = {ipu::min(a, b), ipu::max(a, 0.0f), ipu::fma(a, b, float2{1, 2}), ipu::clamp(a, float2(-1.0f), b),
                    ipu::clamp(a, float2{-1, 1}), ipu::copysign(b, a), ipu::pow(b, a), ipu::absadd(a, b), ipu::absmax(a, b),
                    ipu::fmod(b, a), ipu::atan2(a, b)};
    for (unsigned i = 0; i != 11; ++i) out[2 * i] = r[i][0], out[2 * i + 1] = r[i][1];
    out[22] = ipu::max(3, 4); out[23] = ipu::min(half(2), 1); out[24] = ipu::sum(a); out[25] = ipu::dot(a, b);
    out[26] = ipu::isnan(in[0] * __builtin_nanf("")); out[27] = ipu::isfinite(a)[0]; out[28] = ipu::hypot(3.0f, 4.0f);
    out[29] = ipu::isinf(float2{__builtin_huge_valf(), 1})[0]; out[30] = ipu::clamp(half4{-9, 9, 0.5f, 0}, half2{-1, 1})[1];
    out[31] = ipu::fmin(1.0f, 2.0f) + ipu::fmax(1.0f, 2.0f);)");
  const std::vector<float> in = {-2.5f, 3, 4, 0.75f};
  for (const char *target : kTargets) {
    const auto out = compute(*compileText(text, target), "V", in, 32);
    const double a[2] = {in[0], in[1]}, b[2] = {in[2], in[3]}, c[2] = {1, 2};
    for (int j = 0; j != 2; ++j) {
      const double expected[] = {std::fmin(a[j], b[j]), std::fmax(a[j], 0), a[j] * b[j] + c[j],
                                 std::fmax(std::fmin(a[j], b[j]), -1), std::fmax(std::fmin(a[j], 1), -1),
                                 std::copysign(b[j], a[j]), std::pow(b[j], a[j]), std::fabs(a[j]) + std::fabs(b[j]),
                                 std::fmax(std::fabs(a[j]), std::fabs(b[j])), std::fmod(b[j], a[j]), std::atan2(a[j], b[j])};
      for (int i = 0; i != 11; ++i) {
        INFO(i << " " << j);
        CHECK(std::fabs(out[2 * i + j] - expected[i]) <= 1.2e-7 * std::fabs(expected[i]));
      }
    }
    CHECK(std::vector<float>(out.begin() + 22, out.end()) ==
          std::vector<float>{4, 1, 0.5f, -7.75f, 1, -1, 5, -1, 1, 3});
  }
}

TEST_CASE("Loads and stores of the ipu namespace move their pointer", "[codelets][vectors]") {
  const std::string text = "#include <ipu_memory_intrinsics>\n" + vertex("V", R"(
    const float2 *from = reinterpret_cast<const float2 *>(&in[0]);
    float2 *__restrict to = reinterpret_cast<float2 *>(&out[0]);
    for (unsigned i = 0; i != 3; ++i) ipu::store_postinc(&to, ipu::load_postinc(&from, 1), 2);
    const float *one = &in[0]; ipu::load_postinc(&one, 3); out[2] = *one;
    out[3] = static_cast<float>(reinterpret_cast<float *>(to) - &out[0]); out[6] = out[7] = out[10] = out[11] = 0;)");
  for (const char *target : kTargets)
    CHECK(compute(*compileText(text, target), "V", {1, 2, 3, 4, 5, 6}, 12) ==
          std::vector<float>{1, 2, 4, 12, 3, 4, 0, 0, 5, 6, 0, 0});
}
