// Single precision functions of codelets against long double references.
#include "tests/support/Catch.hpp"
#include "tests/unit/codelets/Support.hpp"
#include <cfloat>
#include <cmath>
#include <cstring>
#include <functional>
#include <random>

using namespace popgraph::codelets;
using namespace popgraph::codelets::testing;

namespace {

struct Function {
  const char *name;
  long double (*reference)(long double);
  float low, high; ///< range of the samples
  bool exponents;  ///< samples spread over exponents instead of evenly
};

const Function kFunctions[] = {
    {"exp", std::exp, -104, 89, false},      {"exp2", std::exp2, -150, 128, false},
    {"expm1", std::expm1, -20, 89, false},   {"log", std::log, 1e-45f, FLT_MAX, true},
    {"log2", std::log2, 1e-45f, FLT_MAX, true}, {"log10", std::log10, 1e-45f, FLT_MAX, true},
    {"log1p", std::log1p, 1e-30f, 1e30f, true}, {"sin", std::sin, 1e-30f, FLT_MAX, true},
    {"cos", std::cos, 1e-30f, FLT_MAX, true},   {"tan", std::tan, 1e-30f, FLT_MAX, true},
    {"asin", std::asin, -1, 1, false},       {"acos", std::acos, -1, 1, false},
    {"atan", std::atan, 1e-30f, 1e30f, true}, {"sinh", std::sinh, -90, 90, false},
    {"cosh", std::cosh, -90, 90, false},     {"tanh", std::tanh, -10, 10, false},
    {"asinh", std::asinh, 1e-30f, FLT_MAX, true}, {"acosh", std::acosh, 1, 1e30f, true},
    {"atanh", std::atanh, -1, 1, false},     {"cbrt", std::cbrt, 1e-45f, FLT_MAX, true},
    {"erf", std::erf, -5, 5, false},         {"erfc", std::erfc, -5, 10, false},
    {"sqrt", std::sqrt, 1e-45f, FLT_MAX, true}, {"lgamma", std::lgamma, -20, 20, false},
    {"tgamma", std::tgamma, -42, 36, false}, {"logb", std::logb, 1e-45f, FLT_MAX, true},
};

// Distance in units of the last place of a float near `expected`.
long double ulps(float value, long double expected) {
  if (std::isnan(expected)) return std::isnan(value) ? 0 : 1e9L;
  const auto rounded = static_cast<float>(expected);
  if (std::isinf(rounded) || std::isinf(value)) return value == rounded ? 0 : 1e9L;
  const float size = std::max(std::fabs(rounded), FLT_MIN);
  const long double unit = std::nextafter(size, INFINITY) - size;
  return std::fabs((static_cast<long double>(value) - expected) / unit);
}

std::string source() {
  std::string text = "#include <cmath>\n";
  for (const Function &function : kFunctions)
    text += std::string("struct F_") + function.name +
            " : Vertex { Input<Vector<float>> x; Output<Vector<float>> y; bool compute() {"
            " for (unsigned i = 0; i < x.size(); ++i) y[i] = std::" + function.name + "(x[i]); return true; } };\n";
  for (const char *name : {"pow", "atan2", "fmod", "hypot", "remainder"})
    text += std::string("struct F_") + name +
            " : Vertex { Input<Vector<float>> x, z; Output<Vector<float>> y; bool compute() {"
            " for (unsigned i = 0; i < x.size(); ++i) y[i] = std::" + name + "(x[i], z[i]); return true; } };\n";
  text += "extern \"C\" float __popgraph_sigmoidf(float) __attribute__((const, nothrow));\n"
          "struct F_sigmoid : Vertex { Input<Vector<float>> x; Output<Vector<float>> y; bool compute() {"
          " for (unsigned i = 0; i < x.size(); ++i) y[i] = __popgraph_sigmoidf(x[i]); return true; } };\n";
  for (const char *name : {"floor", "ceil", "trunc", "round", "rint"})
    text += std::string("struct F_") + name +
            " : Vertex { Input<Vector<float>> x; Output<Vector<float>> y; bool compute() {"
            " for (unsigned i = 0; i < x.size(); ++i) y[i] = std::" + name + "(x[i]); return true; } };\n";
  return text;
}

std::vector<float> samples(const Function &function, std::mt19937 &random) {
  std::vector<float> x;
  for (int i = 0; i != 6000; ++i) {
    const double u = std::uniform_real_distribution<double>(0, 1)(random);
    if (function.exponents) {
      const double low = std::log(static_cast<double>(function.low));
      const double high = std::log(static_cast<double>(function.high));
      x.push_back(static_cast<float>(std::exp(low + u * (high - low))));
      const std::string name = function.name;
      if (name == "sin" || name == "cos" || name == "tan" || name == "atan" || name == "asinh" || name == "cbrt")
        x.push_back(-x.back());
    } else {
      x.push_back(static_cast<float>(function.low + u * (static_cast<double>(function.high) - function.low)));
    }
  }
  // Small arguments, where a wrong cancellation shows, and the places where results are limits.
  for (float special : {0.0f, -0.0f, 1.0f, -1.0f, 0.5f, -0.5f, 1e-10f, -1e-10f, 1e-40f, -1e-40f, 100.0f, -100.0f, 88.8f,
                        1.5707964f, 3.1415927f, 16367173e28f, FLT_MAX, -FLT_MAX, INFINITY, -INFINITY, NAN})
    x.push_back(special);
  return x;
}

/// The greatest error of a function over x, and where; y: what it gives.
struct Worst {
  long double ulps = 0;
  float at = 0;
};
template <class F>
Worst worstOf(const CodeletModule &module, const std::string &name, const std::vector<float> &x, std::vector<float> &y,
              F reference) {
  y.resize(x.size());
  VertexRun vertex(module, "F_" + name);
  vertex.connect("x", x.data(), static_cast<std::uint32_t>(x.size()));
  vertex.connect("y", y.data(), static_cast<std::uint32_t>(y.size()));
  vertex.run();
  Worst worst;
  for (std::size_t i = 0; i != x.size(); ++i)
    if (const long double error = ulps(y[i], reference(x[i])); error > worst.ulps) worst = {error, x[i]};
  return worst;
}

} // namespace

TEST_CASE("Mathematics functions are within one unit in the last place", "[codelets][mathematics]") {
  const auto module = compileText(source());
  std::mt19937 random(1);
  for (const Function &function : kFunctions) {
    std::vector<float> y;
    const Worst worst = worstOf(*module, function.name, samples(function, random), y, function.reference);
    INFO(function.name << "(" << worst.at << ") is wrong by " << worst.ulps << " ulp");
    CHECK(worst.ulps < 1);
  }
}

TEST_CASE("Functions computed in single precision are right over all its numbers", "[codelets][mathematics]") {
  const auto module = compileText(source());
  std::vector<float> x;
  for (std::uint64_t bits = 0; bits < std::uint64_t(1) << 32; bits += 4093) {
    const auto word = static_cast<std::uint32_t>(bits);
    float number;
    std::memcpy(&number, &word, sizeof number);
    x.push_back(number);
  }
  std::vector<float> y(x.size());
  const auto sigmoid = [](long double v) { return v < 0 ? std::exp(v) / (1 + std::exp(v)) : 1 / (1 + std::exp(-v)); };
  const std::pair<const char *, std::function<long double(long double)>> functions[] = {
      {"exp", [](long double v) { return std::exp(v); }},
      {"log", [](long double v) { return std::log(v); }},
      {"tanh", [](long double v) { return std::tanh(v); }},
      {"sigmoid", sigmoid}};
  for (const auto &[name, reference] : functions) {
    const Worst worst = worstOf(*module, name, x, y, reference);
    INFO(name << "(" << worst.at << ") is wrong by " << worst.ulps << " ulp");
    CHECK(worst.ulps < 0.8);
    for (std::size_t i = 0; i != x.size(); ++i)
      if (const long double expected = reference(x[i]); !std::isnan(expected))
        CHECK_FALSE((std::signbit(y[i]) != std::signbit(expected)));
  }
}

TEST_CASE("Functions of two arguments agree with references", "[codelets][mathematics]") {
  const auto module = compileText(source());
  std::mt19937 random(2);
  const std::vector<float> special = {0.0f, -0.0f, 1.0f, -1.0f, 2.0f, -2.0f, 3.0f, -3.0f, 0.5f, -0.5f, 1e-30f, 1e30f,
                                      -1e30f, 16777215.0f, 16777216.0f, 1e-42f, FLT_MAX, INFINITY, -INFINITY, NAN};
  std::vector<float> x, z;
  for (float a : special)
    for (float b : special) x.push_back(a), z.push_back(b);
  for (int i = 0; i != 4000; ++i) {
    const auto uniform = [&](double low, double high) {
      return static_cast<float>(std::uniform_real_distribution<double>(low, high)(random));
    };
    x.push_back(std::exp(uniform(-20, 20)));
    z.push_back(uniform(-4, 4));
  }
  const std::pair<const char *, long double (*)(long double, long double)> functions[] = {
      {"pow", std::pow},     {"atan2", std::atan2},         {"fmod", std::fmod},
      {"hypot", std::hypot}, {"remainder", std::remainder}};
  for (const auto &[name, reference] : functions) {
    std::vector<float> y(x.size());
    VertexRun vertex(*module, std::string("F_") + name);
    const auto count = static_cast<std::uint32_t>(x.size());
    vertex.connect("x", x.data(), count);
    vertex.connect("z", z.data(), count);
    vertex.connect("y", y.data(), count);
    vertex.run();
    for (std::size_t i = 0; i != x.size(); ++i) {
      const long double expected = reference(x[i], z[i]);
      INFO(name << "(" << x[i] << ", " << z[i] << ") = " << y[i] << ", expected " << static_cast<double>(expected));
      const long double error = ulps(y[i], expected);
      if (error >= 1) CHECK(error < 1);
      if (expected == 0) CHECK(std::signbit(y[i]) == std::signbit(expected));
    }
    SUCCEED(name);
  }
}

TEST_CASE("Roundings are those of the standard", "[codelets][mathematics]") {
  const auto module = compileText(source());
  std::vector<float> x = {0.0f,  0.49999997f, 0.5f, 1.5f, 2.5f, -0.5f,
                          -1.5f, -2.5f, 8388607.5f, 1e20f, -1e20f, 0.3f, -0.3f};
  const std::pair<const char *, float (*)(float)> functions[] = {
      {"floor", std::floor}, {"ceil", std::ceil}, {"trunc", std::trunc}, {"round", std::round}, {"rint", std::rint}};
  for (const auto &[name, reference] : functions) {
    std::vector<float> y(x.size());
    VertexRun vertex(*module, std::string("F_") + name);
    vertex.connect("x", x.data(), static_cast<std::uint32_t>(x.size()));
    vertex.connect("y", y.data(), static_cast<std::uint32_t>(y.size()));
    vertex.run();
    for (std::size_t i = 0; i != x.size(); ++i) {
      INFO(name << "(" << x[i] << ")");
      CHECK(y[i] == reference(x[i]));
    }
  }
}

TEST_CASE("Double precision functions are close to double precision", "[codelets][mathematics]") {
  std::string text = "#include <cmath>\n";
  for (const Function &function : kFunctions)
    text += std::string("struct D_") + function.name +
            " : Vertex { Input<Vector<double>> x; Output<Vector<double>> y; bool compute() {"
            " for (unsigned i = 0; i < x.size(); ++i) y[i] = std::" + function.name + "(x[i]); return true; } };\n";
  const auto module = compileText(text);
  std::mt19937 random(4);
  for (const Function &function : kFunctions) {
    std::vector<double> x, y;
    for (float value : samples(function, random)) x.push_back(static_cast<double>(value) * (1 - 0x1p-40));
    y.resize(x.size());
    VertexRun vertex(*module, std::string("D_") + function.name);
    vertex.connect("x", x.data(), static_cast<std::uint32_t>(x.size()));
    vertex.connect("y", y.data(), static_cast<std::uint32_t>(y.size()));
    vertex.run();
    long double worst = 0;
    double where = 0;
    for (std::size_t i = 0; i != x.size(); ++i) {
      const long double expected = function.reference(x[i]);
      long double error;
      if (std::isnan(expected)) error = std::isnan(y[i]) ? 0 : 1;
      else if (std::isinf(static_cast<double>(expected))) error = y[i] == static_cast<double>(expected) ? 0 : 1;
      else error = std::fabs(y[i] - expected) / std::max(std::fabs(expected), 1e-300L);
      if (error > worst) worst = error, where = x[i];
    }
    INFO(function.name << "(" << where << ") has the relative error " << worst);
    CHECK(worst < 1e-12L);
  }
}

TEST_CASE("Scaling and splitting are exact or rounded once", "[codelets][mathematics]") {
  const auto module = compileText(R"(
    #include <cmath>
    #include <cstring>
    struct Single : Vertex {
      Input<Vector<float>> x; Input<Vector<int>> n; Output<Vector<int>> e;
      Output<Vector<float>> scaled, fraction, whole, rest;
      bool compute() {
        for (unsigned i = 0; i < x.size(); ++i) {
          int exponent; float part;
          scaled[i] = std::ldexp(x[i], n[i]);
          fraction[i] = std::frexp(x[i], &exponent);
          e[i] = exponent;
          rest[i] = std::modf(x[i], &part);
          whole[i] = part;
        }
        return std::memcmp(&x[0], &scaled[0], x.size()) == 0 && std::strlen("abc") == 3;
      }
    };
    struct Wide : Vertex {
      Input<Vector<double>> x; Input<Vector<int>> n; Output<Vector<double>> scaled;
      bool compute() { for (unsigned i = 0; i < x.size(); ++i) scaled[i] = std::ldexp(x[i], n[i]); return true; }
    };)");
  std::vector<float> x;
  std::vector<double> wide;
  std::vector<int> n;
  for (double value : {1.0, -1.5, 0.7, 1e-40, 3e38, 1.1754944e-38, 0.0, -0.0, 123456.789, 1.0 + 0x1p-23, 1.99999988})
    for (int k : {0, 1, -1, 10, -20, 127, -127, -149, -150, 200, -300, 1023, -1022, -1060, -1074, 2000, -2000}) {
      x.push_back(static_cast<float>(value));
      wide.push_back(value * (1 + 0x1p-30));
      n.push_back(k);
    }
  const auto count = static_cast<std::uint32_t>(x.size());
  std::vector<float> scaled(count), fraction(count), whole(count), rest(count);
  std::vector<double> wideScaled(count);
  std::vector<int> e(count);
  VertexRun single(*module, "Single"), doubles(*module, "Wide");
  single.connect("x", x.data(), count);
  single.connect("n", n.data(), count);
  single.connect("scaled", scaled.data(), count);
  single.connect("fraction", fraction.data(), count);
  single.connect("whole", whole.data(), count);
  single.connect("rest", rest.data(), count);
  single.connect("e", e.data(), count);
  single.run();
  doubles.connect("x", wide.data(), count);
  doubles.connect("n", n.data(), count);
  doubles.connect("scaled", wideScaled.data(), count);
  doubles.run();
  for (std::uint32_t i = 0; i != count; ++i) {
    INFO(x[i] << " * 2^" << n[i]);
    int exponent;
    float part;
    CHECK(scaled[i] == std::ldexp(x[i], n[i]));
    CHECK(wideScaled[i] == std::ldexp(wide[i], n[i]));
    CHECK(fraction[i] == std::frexp(x[i], &exponent));
    CHECK(e[i] == exponent);
    CHECK(rest[i] == std::modf(x[i], &part));
    CHECK(whole[i] == part);
  }
}

TEST_CASE("The next number and the rounded quotient are exact", "[codelets][mathematics]") {
  const auto module = compileText(R"(
    #include <cmath>
    template <class T> struct V : Vertex {
      Input<Vector<T>> x, y; Output<Vector<T>> next, rest; Output<Vector<int>> quotient, exponent;
      bool compute() {
        for (unsigned i = 0; i < x.size(); ++i) {
          int low;
          next[i] = std::nextafter(x[i], y[i]);
          rest[i] = std::remquo(x[i], y[i], &low);
          quotient[i] = low & 7;
          exponent[i] = std::ilogb(x[i]);
        }
        return true;
      }
    };
    template struct V<float>; template struct V<double>;)");
  const auto check = [&](auto zero, const char *name) {
    using T = decltype(zero);
    std::vector<T> x, y;
    std::mt19937 random(6);
    const std::vector<T> special = {T(0), T(-0.0), T(1), T(-1), T(1e-38), T(-1e-38), T(16777216), T(1e38), T(-3.5), T(INFINITY)};
    for (const T a : special)
      for (const T b : special) x.push_back(a), y.push_back(b);
    for (int i = 0; i != 2000; ++i) {
      x.push_back(static_cast<T>(std::exp(std::uniform_real_distribution<double>(-30, 30)(random))) * (i % 2 ? 1 : -1));
      y.push_back(static_cast<T>(std::exp(std::uniform_real_distribution<double>(-30, 30)(random))) * (i % 3 ? 1 : -1));
    }
    const auto count = static_cast<std::uint32_t>(x.size());
    std::vector<T> next(count), rest(count);
    std::vector<int> quotient(count), exponent(count);
    VertexRun vertex(*module, name);
    vertex.connect("x", x.data(), count);
    vertex.connect("y", y.data(), count);
    vertex.connect("next", next.data(), count);
    vertex.connect("rest", rest.data(), count);
    vertex.connect("quotient", quotient.data(), count);
    vertex.connect("exponent", exponent.data(), count);
    vertex.run();
    for (std::uint32_t i = 0; i != count; ++i) {
      INFO(name << " " << x[i] << " " << y[i]);
      int low = 0;
      const T expected = std::remquo(x[i], y[i], &low);
      CHECK(next[i] == std::nextafter(x[i], y[i]));
      CHECK(exponent[i] == std::ilogb(x[i]));
      if (std::isnan(expected)) {
        CHECK(std::isnan(rest[i]));
        continue;
      }
      CHECK(rest[i] == expected);
      // Three bits and the sign are what the standard promises.
      CHECK(quotient[i] == (low < 0 ? -(-low & 7) & 7 : low & 7));
    }
  };
  check(0.0f, "V<float>");
  check(0.0, "V<double>");
}
