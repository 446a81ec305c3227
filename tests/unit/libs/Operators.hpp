#pragma once
// What the operators of the expression language should give, in double precision, and where they are defined.
#include <popops/ExprOp.hpp>
#include <cmath>
#include <functional>
#include <vector>

namespace test {

using popops::expr::BinaryOpType;
using popops::expr::UnaryOpType;

struct UnaryCase {
  UnaryOpType op;
  double low, high;
  std::function<double(double)> reference;
};

inline const std::vector<UnaryCase> &unaryCases() {
  static const std::vector<UnaryCase> cases = {
      {UnaryOpType::ABSOLUTE, -9, 9, [](double x) { return std::fabs(x); }},
      {UnaryOpType::ASIN, -1, 1, [](double x) { return std::asin(x); }},
      {UnaryOpType::CBRT, -30, 30, [](double x) { return std::cbrt(x); }},
      {UnaryOpType::CEIL, -9, 9, [](double x) { return std::ceil(x); }},
      {UnaryOpType::COS, -20, 20, [](double x) { return std::cos(x); }},
      {UnaryOpType::ERF, -4, 4, [](double x) { return std::erf(x); }},
      {UnaryOpType::EXPONENT, -9, 5, [](double x) { return std::exp(x); }},
      {UnaryOpType::EXPONENT_MINUS_ONE, -3, 3, [](double x) { return std::expm1(x); }},
      {UnaryOpType::EXPONENT2, -8, 8, [](double x) { return std::exp2(x); }},
      {UnaryOpType::FLOOR, -9, 9, [](double x) { return std::floor(x); }},
      {UnaryOpType::GELU_ERF, -4, 4, [](double x) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); }},
      {UnaryOpType::INVERSE, 0.1, 9, [](double x) { return 1 / x; }},
      {UnaryOpType::LOGARITHM, 0.01, 90, [](double x) { return std::log(x); }},
      {UnaryOpType::LOGARITHM_ONE_PLUS, -0.9, 9, [](double x) { return std::log1p(x); }},
      {UnaryOpType::NEARBY_INT, -9, 9, [](double x) { return std::nearbyint(x); }},
      {UnaryOpType::NEGATE, -9, 9, [](double x) { return -x; }},
      {UnaryOpType::RELU, -9, 9, [](double x) { return x < 0 ? 0 : x; }},
      {UnaryOpType::ROUND, -9, 9, [](double x) { return std::round(x); }},
      {UnaryOpType::RSQRT, 0.1, 90, [](double x) { return 1 / std::sqrt(x); }},
      {UnaryOpType::SIGMOID, -9, 9, [](double x) { return 1 / (1 + std::exp(-x)); }},
      {UnaryOpType::SIGNUM, -2, 2, [](double x) { return (x > 0) - (x < 0); }},
      {UnaryOpType::SIN, -20, 20, [](double x) { return std::sin(x); }},
      {UnaryOpType::SQRT, 0, 90, [](double x) { return std::sqrt(x); }},
      {UnaryOpType::SQUARE, -9, 9, [](double x) { return x * x; }},
      {UnaryOpType::TAN, -1.4, 1.4, [](double x) { return std::tan(x); }},
      {UnaryOpType::TANH, -4, 4, [](double x) { return std::tanh(x); }},
      {UnaryOpType::TRUNC, -9, 9, [](double x) { return std::trunc(x); }},
  };
  return cases;
}

struct BinaryCase {
  BinaryOpType op;
  double low, high;
  std::function<double(double, double)> reference;
};

inline const std::vector<BinaryCase> &binaryCases() {
  static const std::vector<BinaryCase> cases = {
      {BinaryOpType::ADD, -9, 9, [](double a, double b) { return a + b; }},
      {BinaryOpType::ATAN2, -9, 9, [](double a, double b) { return std::atan2(a, b); }},
      {BinaryOpType::DIVIDE, 1, 9, [](double a, double b) { return a / b; }},
      {BinaryOpType::EQUAL, 0, 2, [](double a, double b) { return a == b; }},
      {BinaryOpType::GREATER_THAN, -2, 2, [](double a, double b) { return a > b; }},
      {BinaryOpType::GREATER_THAN_EQUAL, -2, 2, [](double a, double b) { return a >= b; }},
      {BinaryOpType::INV_STD_DEV_TO_VARIANCE, 0.5, 2, [](double a, double b) { return 1 / (a * a) - b; }},
      {BinaryOpType::LESS_THAN, -2, 2, [](double a, double b) { return a < b; }},
      {BinaryOpType::LESS_THAN_EQUAL, -2, 2, [](double a, double b) { return a <= b; }},
      {BinaryOpType::MAXIMUM, -9, 9, [](double a, double b) { return std::fmax(a, b); }},
      {BinaryOpType::MINIMUM, -9, 9, [](double a, double b) { return std::fmin(a, b); }},
      {BinaryOpType::MULTIPLY, -9, 9, [](double a, double b) { return a * b; }},
      {BinaryOpType::NOT_EQUAL, 0, 2, [](double a, double b) { return a != b; }},
      {BinaryOpType::POWER, 0.5, 3, [](double a, double b) { return std::pow(a, b); }},
      {BinaryOpType::REMAINDER, 1, 9, [](double a, double b) { return std::fmod(a, b); }},
      {BinaryOpType::SUBTRACT, -9, 9, [](double a, double b) { return a - b; }},
      {BinaryOpType::VARIANCE_TO_INV_STD_DEV, 0.5, 2, [](double a, double b) { return 1 / std::sqrt(a + b); }},
  };
  return cases;
}

} // namespace test
