#include "tests/support/Catch.hpp"
#include "tests/unit/libs/Bench.hpp"
#include "tests/unit/libs/Operators.hpp"
#include <popops/ElementWise.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>
#include <iostream>
#include <sstream>
#include <functional>
#include <sstream>

using namespace test;
using namespace popops::expr;

TEST_CASE("every unary operator agrees with double precision on half and float") {
  for (On on : kDevices) {
    Bench bench(on);
    std::vector<std::pair<Values, poplar::Type>> wanted;
    for (const UnaryCase &c : unaryCases())
      for (poplar::Type type : {poplar::FLOAT, poplar::HALF}) {
        const Values values = rounded(type, numbers(77, c.low, c.high, 7));
        const auto in = bench.input(type, {77}, values);
        bench.output(std::to_string(wanted.size()), popops::map(bench.graph, c.op, in, bench.prog));
        Values reference;
        for (double x : values) reference.push_back(c.reference(x));
        wanted.emplace_back(reference, type);
      }
    bench.run();
    for (std::size_t i = 0; i != wanted.size(); ++i) {
      INFO(name(on) << ", unary case " << i);
      // Rounded functions jump where the argument is near an edge, which the arguments here are not.
      CHECK(worstError(bench.get(std::to_string(i)), wanted[i].first) <= tolerance(wanted[i].second));
    }
  }
}

TEST_CASE("every binary operator agrees with double precision on half and float") {
  for (On on : kDevices) {
    Bench bench(on);
    std::vector<std::pair<Values, poplar::Type>> wanted;
    for (const BinaryCase &c : binaryCases())
      for (poplar::Type type : {poplar::FLOAT, poplar::HALF}) {
        const bool whole = c.op == BinaryOpType::EQUAL || c.op == BinaryOpType::NOT_EQUAL;
        const Values a = rounded(type, whole ? integers(50, 0, 2, 3) : numbers(50, c.low, c.high, 3));
        const Values b = rounded(type, whole ? integers(50, 0, 2, 4) : numbers(50, c.low, c.high, 4));
        bench.output(std::to_string(wanted.size()), popops::map(bench.graph, c.op, bench.input(type, {50}, a),
                                                                bench.input(type, {50}, b), bench.prog));
        Values reference;
        for (std::size_t i = 0; i != a.size(); ++i) reference.push_back(c.reference(a[i], b[i]));
        wanted.emplace_back(reference, type);
      }
    bench.run();
    for (std::size_t i = 0; i != wanted.size(); ++i) {
      INFO(name(on) << ", binary case " << i);
      CHECK(worstError(bench.get(std::to_string(i)), wanted[i].first) <= tolerance(wanted[i].second));
    }
  }
}

TEST_CASE("integer operators wrap, shift and count like the type they work on") {
  for (On on : kDevices) {
    Bench bench(on);
    const auto a = bench.input(poplar::INT, {4}, {2147483647, -7, 12, -2147483648.0});
    const auto b = bench.input(poplar::INT, {4}, {1, 3, 40, 2});
    const auto c = bench.input(poplar::UNSIGNED_SHORT, {3}, {65535, 257, 8});
    const auto l = bench.input(poplar::LONGLONG, {2}, {4294967296.0 * 3 + 5, -9});
    auto &g = bench.graph;
    auto &p = bench.prog;
    bench.output("add", popops::add(g, a, b, p));
    bench.output("rem", popops::rem(g, a, b, p));
    bench.output("div", popops::div(g, a, b, p));
    bench.output("shl", popops::shiftLeft(g, a, b, p));
    bench.output("shr", popops::shiftRight(g, a, b, p));
    bench.output("shrse", popops::shiftRightSignExtend(g, a, b, p));
    bench.output("xnor", popops::bitwiseXnor(g, a, b, p));
    bench.output("not", popops::bitwiseNot(g, a, p));
    bench.output("clz", popops::countLeadingZeros(g, a, p));
    bench.output("pop", popops::popcount(g, c, p));
    bench.output("mul16", popops::mul(g, c, c, p));
    bench.output("shift16", popops::shiftLeft(g, c, 4, p));
    bench.output("abs", popops::abs(g, a, p));
    bench.output("rem64", popops::rem(g, l, 4294967296.0 * 2, p));
    bench.output("shr64", popops::shiftRight(g, l, 32, p));
    // Powers: of negative exponents what is left of the quotient; by squaring, as products wrap.
    const auto base = bench.input(poplar::INT, {8}, {3, -2, 2, -1, -1, 1, 0, 65537}),
               exponent = bench.input(poplar::INT, {8}, {4, 3, -1, -3, -4, -9, 0, 3});
    bench.output("pow", popops::pow(g, base, exponent, p));
    bench.output("pow5", popops::pow(g, c, 5, p));
    // Constants take the bits that the type has.
    const auto u = bench.input(poplar::UNSIGNED_INT, {2}, {1, 4294967295.0});
    const auto s = bench.input(poplar::SIGNED_CHAR, {2}, {-3, 5});
    bench.output("u ^ -1", popops::map(g, _1 ^ Const(-1), {u}, p));
    bench.output("u == -1", popops::eq(g, u, -1, p));
    bench.output("a & sign", popops::bitwiseAnd(g, a, 0x80000000u, p));
    bench.output("s & 255", popops::map(g, _1 & Const(0xFF), {s}, p));
    bench.run();
    INFO(name(on));
    CHECK(bench.get("add") == Values{-2147483648.0, -4, 52, -2147483646});
    CHECK(bench.get("rem") == Values{0, -1, 12, 0});
    CHECK(bench.get("div") == Values{2147483647, -2, 0, -1073741824});
    CHECK(bench.get("shl") == Values{-2, -56, 0, 0});
    CHECK(bench.get("shr") == Values{1073741823, 536870911, 0, 536870912});
    CHECK(bench.get("shrse") == Values{1073741823, -1, 0, -536870912});
    CHECK(bench.get("xnor") == Values{-2147483647, 5, -37, 2147483645});
    CHECK(bench.get("not") == Values{-2147483648.0, 6, -13, 2147483647});
    CHECK(bench.get("clz") == Values{1, 0, 28, 0});
    CHECK(bench.get("pop") == Values{16, 2, 1});
    CHECK(bench.get("mul16") == Values{1, 513, 64});
    CHECK(bench.get("shift16") == Values{65520, 4112, 128});
    CHECK(bench.get("abs") == Values{2147483647, 7, 12, -2147483648.0});
    CHECK(bench.get("rem64") == Values{4294967296.0 + 5, -9});
    CHECK(bench.get("shr64") == Values{3, 4294967295.0});
    CHECK(bench.get("pow") == Values{81, -8, 0, -1, 1, 1, 1, double(int(65537u * 65537u * 65537u))});
    CHECK(bench.get("pow5") == Values{65535, 1281, 32768});
    CHECK(bench.get("u ^ -1") == Values{4294967294.0, 0});
    CHECK(bench.get("u == -1") == Values{0, 1});
    CHECK(bench.get("a & sign") == Values{0, -2147483648.0, 0, -2147483648.0});
    CHECK(bench.get("s & 255") == Values{-3, 5});
  }
}

TEST_CASE("the sign of a half comes in vectors") {
  // Two comparisons and two selections, 8 slots, for four halves that are read and written in two; six workers.
  Bench bench(On::Simulator, 1);
  popops::signum(bench.graph, bench.input(poplar::HALF, {6000}, Values(6000, -2)), bench.prog);
  CHECK(bench.cycles() < 1.1 * 6000 / 4 * 10 + 400);
}

TEST_CASE("the error form of gelu goes to nothing on the left, without losing what is left") {
  for (On on : kDevices) {
    Bench bench(on);
    const Values x{-INFINITY, -50, -10, -5, -1, 0, 2, INFINITY};
    bench.output("out", popops::geluErf(bench.graph, bench.input(poplar::FLOAT, {x.size()}, x), bench.prog));
    bench.run();
    const Values got = bench.get("out");
    INFO(name(on));
    CHECK(got[0] == 0);
    CHECK(got[1] == 0);
    CHECK(std::isinf(got.back()));
    for (std::size_t i = 2; i + 1 < x.size(); ++i)
      CHECK(got[i] == Approx(0.5 * x[i] * std::erfc(-x[i] / std::sqrt(2.0))).epsilon(1e-5));
  }
}

TEST_CASE("operands broadcast along rows, along columns and from one element") {
  for (On on : kDevices) {
    Bench bench(on);
    const std::size_t m = 13, n = 24, outer = 3;
    const Values x = integers(outer * m * n, -50, 50, 1), row = integers(n, -50, 50, 2),
                 column = integers(m, -50, 50, 3), middle = integers(outer * n, -50, 50, 4);
    const auto tx = bench.input(poplar::FLOAT, {outer, m, n}, x), tr = bench.input(poplar::FLOAT, {n}, row),
               tc = bench.input(poplar::FLOAT, {m, 1}, column), tm = bench.input(poplar::FLOAT, {outer, 1, n}, middle),
               ts = bench.input(poplar::FLOAT, {1, 1}, {7});
    auto &g = bench.graph;
    bench.output("row", popops::add(g, tx, tr, bench.prog));
    bench.output("column", popops::sub(g, tx, tc, bench.prog));
    bench.output("middle", popops::add(g, tm, tx, bench.prog));
    bench.output("scalar", popops::mul(g, tx, ts, bench.prog));
    bench.output("outer", popops::add(g, tc, tr, bench.prog));
    bench.output("all", popops::map(g, _1 * _5 + _2 - _3 * _4, {tx, tr, tc, tm, ts}, bench.prog));
    bench.run();
    Values wantRow, wantColumn, wantMiddle, wantScalar, wantOuter, wantAll;
    for (std::size_t o = 0; o != outer; ++o)
      for (std::size_t i = 0; i != m; ++i)
        for (std::size_t j = 0; j != n; ++j) {
          const double value = x[(o * m + i) * n + j];
          wantRow.push_back(value + row[j]);
          wantColumn.push_back(value - column[i]);
          wantMiddle.push_back(value + middle[o * n + j]);
          wantScalar.push_back(value * 7);
          wantAll.push_back(value * 7 + row[j] - column[i] * middle[o * n + j]);
          if (o == 0) wantOuter.push_back(column[i] + row[j]);
        }
    INFO(name(on));
    CHECK(bench.get("row") == wantRow);
    CHECK(bench.get("column") == wantColumn);
    CHECK(bench.get("middle") == wantMiddle);
    CHECK(bench.get("scalar") == wantScalar);
    CHECK(bench.get("outer") == wantOuter);
    CHECK(bench.get("all") == wantAll);
  }
}

TEST_CASE("an operand that repeats along or across the rows of a blocked layout is read regularly") {
  for (On on : kDevices) {
    Bench bench(on);
    auto &g = bench.graph;
    // Blocks of 4 x 8 elements, one a tile: each tile holds pieces of four rows that are one run of memory.
    const auto stored = g.addVariable(poplar::FLOAT, {2, 3, 4, 8});
    for (unsigned i = 0; i != 2; ++i)
      for (unsigned j = 0; j != 3; ++j) g.setTileMapping(stored[i][j], (i * 3 + j) % g.getTarget().getNumTiles());
    const auto matrix = stored.dimShuffle({0, 2, 1, 3}).reshape({8, 24});
    const Values x = integers(8 * 24, -9, 9, 1), row = integers(24, -9, 9, 2), column = integers(8, -9, 9, 3);
    bench.feed(matrix, x);
    const auto tr = bench.input(poplar::FLOAT, {24}, row), tc = bench.input(poplar::FLOAT, {8, 1}, column);
    popops::mapInPlace(g, _1 * _2 + _3, {matrix, tr, tc}, bench.prog);
    bench.output("out", matrix);
    bench.run();
    Values wanted;
    for (std::size_t i = 0; i != 8; ++i)
      for (std::size_t j = 0; j != 24; ++j) wanted.push_back(x[i * 24 + j] * row[j] + column[i]);
    INFO(name(on));
    CHECK(bench.get("out") == wanted);
  }
}

namespace {

/// Values of operands that repeat in every order of dimensions, on shares that begin and end within rows.
void checkRepeats(poplar::Type type, const Shape &shape, const std::vector<Shape> &operands) {
  for (On on : kDevices) {
    Bench bench(on, 7);
    const Values x = integers(count(shape), -50, 50, 1);
    const auto tx = bench.graph.addVariable(type, shape);
    poputil::mapTensorLinearly(bench.graph, tx);
    bench.feed(tx, x);
    std::vector<poplar::Tensor> ts{tx};
    std::vector<Values> given;
    Any sum = _1;
    for (const Shape &each : operands) {
      given.push_back(integers(count(each), -50, 50, static_cast<unsigned>(given.size()) + 2));
      ts.push_back(bench.input(type, each, given.back()));
      sum = sum + PlaceHolder(static_cast<unsigned>(ts.size()));
    }
    popops::mapInPlace(bench.graph, sum, ts, bench.prog);
    bench.output("out", tx);
    bench.run();
    Values wanted;
    for (std::size_t i = 0; i != x.size(); ++i) {
      double value = x[i];
      for (std::size_t k = 0; k != operands.size(); ++k) {
        std::size_t at = 0, step = 1, rest = i;
        for (std::size_t d = shape.size(); d-- > 0; rest /= shape[d]) {
          const std::size_t missing = shape.size() - operands[k].size();
          if (d < missing || operands[k][d - missing] == 1) continue;
          at += rest % shape[d] * step;
          step *= shape[d];
        }
        value += given[k][at];
      }
      wanted.push_back(value);
    }
    INFO(name(on) << ", " << type << ", operand of " << operands[0].size() << " dimensions");
    CHECK(bench.get("out") == wanted);
  }
}

/// Cycles of adding an operand to a tensor, both spread over the tiles of a gc200.
std::uint64_t cyclesOfAdding(poplar::Type type, const Shape &shape, const Shape &operand, unsigned tiles) {
  Bench bench(On::Simulator, tiles);
  auto &g = bench.graph;
  const auto x = g.addVariable(type, shape), y = g.addVariable(type, operand);
  poputil::mapTensorLinearly(g, x);
  poputil::mapTensorLinearly(g, y);
  popops::addInPlace(g, x, y, bench.prog);
  return bench.cycles();
}

} // namespace

TEST_CASE("operands that repeat along any dimensions are right where tiles' shares end within rows") {
  for (const poplar::Type type : {poplar::HALF, poplar::FLOAT}) {
    checkRepeats(type, {3, 5, 4, 9}, {{5, 1, 1}}); // channels
    checkRepeats(type, {3, 5, 4, 9}, {{5, 4, 1}}); // rows of each
    checkRepeats(type, {3, 5, 4, 9}, {{3, 1, 1, 9}}); // masks
    checkRepeats(type, {3, 5, 4, 9}, {{5, 1, 9}}); // the same for each of three
    checkRepeats(type, {3, 5, 4, 9}, {{3, 1, 4, 1}}); // not regular: brought together
    checkRepeats(type, {61, 12}, {{61, 1}, {12}}); // outer sum
    checkRepeats(type, {2, 6, 50, 8}, {{6, 1, 1}, {6, 50, 1}}); // rows of one length and of a multiple
    checkRepeats(type, {2, 6, 50, 8}, {{50, 8}, {2, 1, 1, 1}}); // columns that go on over rows
    checkRepeats(type, {200, 7}, {{7}}); // rows that begin within words
    checkRepeats(type, {200, 7}, {{200, 1}});
  }
}

TEST_CASE("an operand that repeats costs little more than a full one, wherever tiles' shares end") {
  // A vertex more for each end within a row: at most twice about 200 cycles to start, and rows' values are fetched.
  for (const poplar::Type type : {poplar::HALF, poplar::FLOAT}) {
    const Shape rows{1464, 256}, image{4, 64, 28, 28};
    CHECK(cyclesOfAdding(type, rows, {1464, 1}, 1472) < cyclesOfAdding(type, rows, rows, 1472) + 500);
    CHECK(cyclesOfAdding(type, image, {64, 1, 1}, 1472) < cyclesOfAdding(type, image, image, 1472) + 500);
    CHECK(cyclesOfAdding(type, {250, 768}, {768}, 1472) < cyclesOfAdding(type, {250, 768}, {250, 768}, 1472) + 600);
    // On one tile: rows are read in words as a run of memory is, and begin in 10 slots a worker.
    for (const Shape &operand : {Shape{96, 1}, Shape{128}})
      CHECK(static_cast<double>(cyclesOfAdding(type, {96, 128}, operand, 1)) <
            1.15 * static_cast<double>(cyclesOfAdding(type, {96, 128}, {96, 128}, 1)));
    // Rows that begin within words: an element of each is added alone, in some 20 slots.
    CHECK(static_cast<double>(cyclesOfAdding(type, {97, 127}, {97, 1}, 1)) <
          1.15 * static_cast<double>(cyclesOfAdding(type, {97, 127}, {97, 127}, 1)) + 97 * 30);
  }
}

TEST_CASE("in-place and with-output forms write where they are told, also over overlapping operands") {
  for (On on : kDevices) {
    Bench bench(on);
    auto &g = bench.graph;
    auto &p = bench.prog;
    const Values x = integers(30, -9, 9, 1), y = integers(30, -9, 9, 2);
    const auto a = bench.input(poplar::INT, {30}, x), b = bench.input(poplar::INT, {30}, y),
               out = bench.input(poplar::INT, {30}, Values(30, 0));
    popops::mulWithOutput(g, a, b, out, p);
    popops::subInPlace(g, a, b, p);
    popops::addInPlace(g, b, 5, p);
    // The result lies across the operand: element i gets the old element i + 1.
    const auto shifted = bench.input(poplar::INT, {31}, integers(31, -9, 9, 3));
    popops::mapWithOutput(g, _1 * 2, {shifted.slice(1, 31)}, shifted.slice(0, 30), p);
    // Two results at once: both see the old values.
    const auto c = bench.input(poplar::INT, {10}, integers(10, -9, 9, 4)),
               d = bench.input(poplar::INT, {10}, integers(10, -9, 9, 5));
    popops::mapInPlace(g, std::vector<Any>{_2 + 0, _1 + 0}, {c, d}, p);
    for (const auto &[handle, t] : {std::pair<const char *, poplar::Tensor>{"out", out},
                                    {"a", a},
                                    {"b", b},
                                    {"shifted", shifted},
                                    {"c", c},
                                    {"d", d}})
      bench.output(handle, t);
    bench.run();
    Values product, difference, sum, moved = integers(31, -9, 9, 3);
    for (std::size_t i = 0; i != 30; ++i) {
      product.push_back(x[i] * y[i]);
      difference.push_back(x[i] - y[i]);
      sum.push_back(y[i] + 5);
      moved[i] = 2 * moved[i + 1];
    }
    INFO(name(on));
    CHECK(bench.get("out") == product);
    CHECK(bench.get("a") == difference);
    CHECK(bench.get("b") == sum);
    CHECK(bench.get("shifted") == moved);
    CHECK(bench.get("c") == integers(10, -9, 9, 5));
    CHECK(bench.get("d") == integers(10, -9, 9, 4));
  }
}

TEST_CASE("results keep the layout of the operand that is spread best") {
  Bench bench(On::Simulator);
  auto &g = bench.graph;
  const auto narrow = g.addVariable(poplar::FLOAT, {64}), wide = g.addVariable(poplar::FLOAT, {64});
  g.setTileMapping(narrow, 3);
  for (unsigned i = 0; i != 16; ++i) g.setTileMapping(wide.slice(4 * i, 4 * i + 4), 15 - i);
  const auto out = popops::add(g, narrow, wide, bench.prog);
  CHECK(g.getTileMapping(out) == g.getTileMapping(wide));
}

TEST_CASE("one codelet serves every use of an expression, whatever its constants") {
  Bench bench(On::Simulator);
  auto &g = bench.graph;
  const auto a = bench.input(poplar::FLOAT, {64}, Values(64, 1)), b = bench.input(poplar::FLOAT, {64}, Values(64, 2));
  std::vector<poplar::Tensor> results;
  for (int i = 0; i != 3; ++i) results.push_back(popops::map(g, _1 * static_cast<float>(i) + _2, {a, b}, bench.prog));
  for (int i = 0; i != 3; ++i) bench.output(std::to_string(i), results[static_cast<std::size_t>(i)]);
  bench.run();
  for (int i = 0; i != 3; ++i) CHECK(bench.get(std::to_string(i)) == Values(64, i + 2.0));
}

TEST_CASE("misuse of element-wise functions is told with function, types and shapes") {
  Bench bench(On::Cpu);
  auto &g = bench.graph;
  auto &p = bench.prog;
  const auto f = bench.input(poplar::FLOAT, {6}, Values(6, 0)), i = bench.input(poplar::INT, {6}, Values(6, 0)),
             m = bench.input(poplar::FLOAT, {4, 5}, Values(20, 0));
  CHECK_THROWS_WITH(popops::add(g, f, i, p), says("popops::map") && says("float and int"));
  CHECK_THROWS_WITH(popops::add(g, f, m, p), says("[6]") && says("[4,5]"));
  CHECK_THROWS_WITH(popops::bitwiseAnd(g, f, f, p), says("integers"));
  CHECK_THROWS_WITH(popops::exp(g, i, p), says("half and float"));
  CHECK_THROWS_WITH(popops::map(g, _1 + _3, {f, f}, p), says("_3"));
  CHECK_THROWS_WITH(popops::map(g, Select(_1, _2, _1), {f, f}, p), says("bool"));
  CHECK_THROWS_WITH(popops::add(g, i, 1.5, p), says("not an integer"));
  CHECK_THROWS_WITH(popops::addInPlace(g, f.slice(0, 1).broadcast(6, 0), f, p), says("more than once"));
  CHECK_THROWS_WITH(popops::ltWithOutput(g, f, f, f, p), says("bool"));
  const std::vector<Any> two{_1 + _2, _1 - _2};
  CHECK_THROWS_WITH(popops::mapInPlace(g, two, {f, f.reverse(0)}, p),
                    says("popops::mapInPlace") && says("ts[0] and ts[1]") && says("[6]") && says("overlap"));
  const auto out = bench.input(poplar::FLOAT, {9}, Values(9, 0));
  CHECK_THROWS_WITH(popops::mapWithOutput(g, two, {f, f}, {out.slice(0, 6), out.slice(3, 9)}, p),
                    says("outs[0] and outs[1]"));
  CHECK_THROWS_AS(popops::add(g, f, f, p, "", {{"enableGenrateCodelet", "true"}}), poplar::invalid_option);
  CHECK_THROWS_WITH(popops::add(g, f, f, p, "", {{"enableGenrateCodelet", "true"}}), says("enableGenerateCodelet"));
  CHECK_THROWS_AS(popops::add(g, f, i, p), poputil::poplibs_error);
}

TEST_CASE("conversions between variance and standard deviation take epsilons of both kinds and change the type") {
  for (On on : kDevices) {
    Bench bench(on);
    auto &g = bench.graph;
    const Values x = rounded(poplar::HALF, numbers(50, 0.5, 2, 3));
    const auto t = bench.input(poplar::HALF, {50}, x), epsilon = bench.input(poplar::FLOAT, {1}, {0.125});
    bench.output("a", popops::varianceToInvStdDev(g, t, epsilon, bench.prog, poplar::FLOAT));
    bench.output("b", popops::varianceToInvStdDev(g, t, 0.125f, bench.prog, poplar::FLOAT));
    bench.output("c", popops::invStdDevToVariance(g, t, epsilon, bench.prog, poplar::FLOAT));
    bench.output("d", popops::invStdDevToVariance(g, t, 0.125f, bench.prog, poplar::FLOAT));
    bench.run();
    Values inverse, variance;
    for (double v : x) {
      inverse.push_back(1 / std::sqrt(v + 0.125));
      variance.push_back(1 / (v * v) - 0.125);
    }
    INFO(name(on));
    CHECK(worstError(bench.get("a"), inverse) <= tolerance(poplar::FLOAT));
    CHECK(worstError(bench.get("b"), inverse) <= tolerance(poplar::FLOAT));
    CHECK(worstError(bench.get("c"), variance) <= tolerance(poplar::FLOAT));
    CHECK(worstError(bench.get("d"), variance) <= tolerance(poplar::FLOAT));
    support::throwsNaming<poputil::poplibs_error>({"popops::varianceToInvStdDev", "[50]"}, [&] {
      popops::varianceToInvStdDev(g, t, t, bench.prog, poplar::FLOAT);
    });
    support::throwsNaming<poputil::poplibs_error>({"popops::invStdDevToVariance", "[50]"}, [&] {
      popops::invStdDevToVariance(g, t, t, bench.prog, poplar::FLOAT);
    });
  }
}

TEST_CASE("a double beside narrower elements is warned of when warnings are wanted, and only then") {
  const auto warnings = [](const char *variable, const char *level, auto constant, poplar::Type type) {
    support::Environment environment(variable, level);
    std::ostringstream text;
    std::streambuf *before = std::cerr.rdbuf(text.rdbuf());
    popops::checkTypes(type, constant);
    Bench bench(On::Simulator, 2);
    popops::mul(bench.graph, bench.graph.addConstant(type, {1}, 0), constant, bench.prog);
    std::cerr.rdbuf(before);
    return text.str();
  };
  for (poplar::Type type : {poplar::FLOAT, poplar::HALF}) {
    const std::string text = warnings("POPLIBS_LOG_LEVEL", "WARN", 0.1, type);
    CHECK_THAT(text, says("double") && says(type.toString()));
    CHECK(std::count(text.begin(), text.end(), '\n') == 2); // by checkTypes and by mul
    CHECK(warnings("POPLIBS_POPOPS_LOG_LEVEL", "INFO", 0.1, type) == text);
    CHECK(warnings("POPLIBS_LOG_LEVEL", "ERR", 0.1, type).empty());
    CHECK(warnings("POPLIBS_LOG_LEVEL", "WARN", 0.1f, type).empty());
  }
  CHECK(warnings("POPLIBS_LOG_LEVEL", "WARN", 3, poplar::INT).empty());
}

TEST_CASE("the source of a generated vertex can be read, and operators have records for profilers") {
  Bench bench(On::Simulator);
  const auto a = bench.input(poplar::FLOAT, {50}, Values(50)), b = bench.input(poplar::FLOAT, {}, {1});
  std::ostringstream source;
  popops::outputGeneratedCodelet(bench.graph.getTarget(), Tanh(_1) + _2, {a, b}, {}, source);
  CHECK(source.str().find("class AddTanh_") != std::string::npos);
  CHECK(source.str().find("bool compute(") != std::string::npos);
  CHECK_THROWS_AS(popops::outputGeneratedCodelet(bench.graph.getTarget(), _3, {a, b}, {}, source),
                  poputil::poplibs_error);
  CHECK(poputil::toProfileValue(UnaryOpType::TANH).asString() == "TANH");
  CHECK(poputil::toProfileValue(BinaryOpType::ADD).asString() == "ADD");
  CHECK(poputil::toProfileValue(TernaryOpType::SELECT).asString() == "SELECT");
}
