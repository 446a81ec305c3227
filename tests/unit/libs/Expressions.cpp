#include "tests/support/Catch.hpp"
#include "tests/unit/libs/Bench.hpp"
#include <popops/ElementWise.hpp>
#include <popops/ExprOpUtils.hpp>
#include <sstream>

using namespace test;
using namespace popops::expr;

namespace {
std::string text(const Expr &e) {
  std::ostringstream out;
  e.print(out);
  return out.str();
}
} // namespace

TEST_CASE("the C++ operators build the nodes of the same meaning") {
  CHECK(text(_1 + 2 * _2) == "Add(_1,Mul(Const(2),_2))");
  CHECK(text(-_1 % _2) == "Rem(Neg(_1),_2)");
  CHECK(text(!(_1 < _2) || _3 >= 1.5f) == "Or(Not(Lt(_1,_2)),Gte(_3,Const(1.5)))");
  CHECK(text((_1 & 3u) << ~_2) == "Shl(BitwiseAnd(_1,Const(3)),BitwiseNot(_2))");
  CHECK(text(Select(_1, Const(-4), _2 == _3)) == "Select(_1,Const(-4),Equal(_2,_3))");
  CHECK(text(Cast(_1, poplar::HALF)) == "Cast(_1,half)");
  CHECK(toString(BinaryOpType::VARIANCE_TO_INV_STD_DEV) == "VARIANCE_TO_INV_STD_DEV");
}

TEST_CASE("expressions compare by structure and survive being held by value") {
  const Add original = _1 + Const(2.0f) * Tanh(_2);
  const Any copy = original, again = copy;
  CHECK(again.get().deepEquals(original));
  CHECK_FALSE(again.get().deepEquals(_1 + Const(3.0f) * Tanh(_2)));
  CHECK_FALSE(again.get().deepEquals(_1 + Const(2.0f) * Tanh(_1)));
  CHECK_FALSE(again.get().deepEquals(_1 - Const(2.0f) * Tanh(_2)));
  CHECK(original.getRHS().isA<BinaryOp>());
  CHECK(original.getRHS().getAs<UnaryOp>() == nullptr);
}

TEST_CASE("constants from raw bytes keep their type and value") {
  const std::int16_t number = -5;
  const Const c(poplar::TypeTraits::make<short>(), poplar::SHORT, reinterpret_cast<const char *>(&number));
  CHECK(c.getDataAsDouble() == -5);
  CHECK(c.getType() == poplar::SHORT);
  const std::uint16_t bits = poplar::IeeeHalf(0.5f).bit16();
  const Const h(poplar::TypeTraits::make<unsigned short>(), poplar::HALF, reinterpret_cast<const char *>(&bits), true);
  CHECK(h.getDataAsDouble() == 0.5);
  CHECK((1.5_half).getType() == poplar::HALF);
}

TEST_CASE("fused expressions of many operators and types agree with double precision") {
  for (On on : kDevices) {
    Bench bench(on);
    auto &g = bench.graph;
    const Values a = numbers(100, 0.1, 4, 1), b = numbers(100, -3, 3, 2), k = integers(100, -5, 5, 3),
                 mask = integers(100, 0, 1, 4);
    const auto ta = bench.input(poplar::FLOAT, {100}, a), tb = bench.input(poplar::FLOAT, {100}, b),
               tk = bench.input(poplar::INT, {100}, k), tm = bench.input(poplar::BOOL, {100}, mask);
    const Values ra = rounded(poplar::FLOAT, a), rb = rounded(poplar::FLOAT, b);
    bench.output("float", popops::map(g, Sqrt(_1) * Exp(_2 * 0.5f) - Max(_1, _2) / (Square(_2) + 1), {ta, tb},
                                      bench.prog));
    bench.output("mixed", popops::map(g, Select(Cast(_1 * 3 - 1, poplar::FLOAT), _2, _3 && _2 > 0.0f), {tk, tb, tm},
                                      bench.prog));
    bench.output("clamp", popops::map(g, Clamp(_1, Const(-2), Cast(Const(3), poplar::INT)), {tk}, bench.prog));
    bench.output("pow", popops::map(g, Pow(_1, Const(2)) + Pow(_1, Const(0.5)) + Pow(_1, Const(-1)) + Pow(_1,
        Const(1.7f)),
                                    {ta}, bench.prog));
    bench.output("toInt", popops::map(g, Cast(_1 * 1e9f, poplar::INT), {tb}, bench.prog));
    bench.run();
    Values wantFloat, wantMixed, wantClamp, wantPow, wantInt;
    for (std::size_t i = 0; i != 100; ++i) {
      wantFloat.push_back(std::sqrt(ra[i]) * std::exp(rb[i] * 0.5) - std::fmax(ra[i], rb[i]) / (rb[i] * rb[i] + 1));
      wantMixed.push_back(mask[i] != 0 && rb[i] > 0 ? k[i] * 3 - 1 : rb[i]);
      wantClamp.push_back(std::fmin(std::fmax(k[i], -2), 3));
      wantPow.push_back(ra[i] * ra[i] + std::sqrt(ra[i]) + 1 / ra[i] + std::pow(ra[i], double(1.7f)));
      wantInt.push_back(std::fmax(std::fmin(std::trunc(double(float(rb[i]) * 1e9f)), 2147483647.0), -2147483648.0));
    }
    INFO(name(on));
    CHECK(worstError(bench.get("float"), wantFloat) < 4e-6);
    CHECK(bench.get("mixed") == wantMixed);
    CHECK(bench.get("clamp") == wantClamp);
    CHECK(worstError(bench.get("pow"), wantPow) < 4e-6);
    CHECK(bench.get("toInt") == wantInt);
  }
}

TEST_CASE("rewriting of expressions does not change results") {
  for (On on : kDevices) {
    Values results[2];
    for (int optimise = 0; optimise != 2; ++optimise) {
      Bench bench(on);
      const auto u = bench.input(poplar::UNSIGNED_INT, {40}, integers(40, 0, 100000, 1));
      bench.output("out", popops::map(bench.graph, (_1 / 8u) * 1u + _1 % 16u + 0u - (_1 >> 0u), {u}, bench.prog, "",
                                      {{"enableExpressionOptimizations", optimise ? "true" : "false"}}));
      bench.run();
      results[optimise] = bench.get("out");
    }
    INFO(name(on));
    CHECK(results[0] == results[1]);
    Values wanted;
    for (double x : integers(40, 0, 100000, 1)) {
      const unsigned v = static_cast<unsigned>(x);
      wanted.push_back(v / 8 + v % 16 - v);
    }
    CHECK(results[1] == wanted);
  }
}
