// Results do not depend on where tensors lie: random permutations, cuts and tiles.
#include "tests/support/Catch.hpp"
#include "tests/unit/libs/Bench.hpp"
#include <poplin/MatMul.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Reduce.hpp>
#include <algorithm>
#include <numeric>

using namespace test;

namespace {

/// A tensor of this shape with its dimensions in random order in memory and random runs on random tiles.
poplar::Tensor scattered(poplar::Graph &g, poplar::Type type, const Shape &shape, std::mt19937 &random) {
  std::vector<unsigned> order(shape.size()), inverse(shape.size());
  std::iota(order.begin(), order.end(), 0u);
  for (std::size_t i = order.size() - 1; i > 0; --i)
    std::swap(order[i], order[random() % (i + 1)]);
  Shape stored;
  for (unsigned i = 0; i != order.size(); ++i) {
    stored.push_back(shape[order[i]]);
    inverse[order[i]] = i;
  }
  const poplar::Tensor variable = g.addVariable(type, stored), flat = variable.flatten();
  const unsigned tiles = g.getTarget().getNumTiles();
  const std::size_t longest = 1 + random() % 40;
  for (std::size_t at = 0; at != flat.numElements();) {
    const std::size_t end = std::min(flat.numElements(), at + 1 + random() % longest);
    g.setTileMapping(flat.slice(at, end), static_cast<unsigned>(random() % tiles));
    at = end;
  }
  return variable.dimShuffle(inverse);
}

} // namespace

TEST_CASE("element-wise results, reductions and products are the same in every layout") {
  using namespace popops::expr;
  const std::size_t a = 6, b = 10, c = 14;
  const Values x = integers(a * b * c, -9, 9, 1), y = integers(a * b * c, -9, 9, 2), row = integers(c, -9, 9, 3),
               column = integers(b, -9, 9, 4), m = integers(c * 8, -9, 9, 5);
  Values wantMap, wantInner(a * b, 0), wantMiddle(a * c, -99), wantProduct(a * b * 8, 0);
  for (std::size_t i = 0; i != a; ++i)
    for (std::size_t j = 0; j != b; ++j)
      for (std::size_t k = 0; k != c; ++k) {
        const std::size_t at = (i * b + j) * c + k;
        wantMap.push_back(x[at] * row[k] + y[at] - column[j]);
        wantInner[i * b + j] += x[at];
        wantMiddle[i * c + k] = std::fmax(wantMiddle[i * c + k], x[at]);
        for (std::size_t l = 0; l != 8; ++l)
          wantProduct[(i * b + j) * 8 + l] += x[at] * m[k * 8 + l];
      }
  std::mt19937 random(7);
  for (int round = 0; round != 12; ++round) {
    const On on = round < 2 ? On::Cpu : On::Simulator;
    const poplar::Type type = round % 3 == 0 ? poplar::HALF : poplar::FLOAT;
    Bench bench(on, 1 + static_cast<unsigned>(random() % 30));
    auto &g = bench.graph;
    const auto input = [&](const Shape &shape, const Values &values) {
      return bench.feed(scattered(g, type, shape, random), values);
    };
    const auto tx = input({a, b, c}, x), ty = input({a, b, c}, y), tr = input({c}, row), tc = input({b, 1}, column),
               tm = input({c, 8}, m), out = input({a, b, c}, y);
    bench.output("map", popops::map(g, _1 * _2 + _3 - _4, {tx, tr, ty, tc}, bench.prog));
    popops::mapWithOutput(g, _1 * _2 + _3 - _4, {tx, tr, ty, tc}, out, bench.prog);
    bench.output("out", out);
    bench.output("inner", popops::reduce(g, tx, poplar::FLOAT, {2}, popops::Operation::ADD, bench.prog));
    bench.output("middle", popops::reduce(g, tx, {1}, popops::Operation::MAX, bench.prog));
    bench.output("product", poplin::matMul(g, tx.reshape({a * b, c}), tm, bench.prog, poplar::FLOAT));
    bench.run();
    INFO(name(on) << " round " << round);
    CHECK(bench.get("map") == wantMap);
    CHECK(bench.get("out") == wantMap);
    CHECK(bench.get("inner") == wantInner);
    CHECK(bench.get("middle") == wantMiddle);
    CHECK(bench.get("product") == wantProduct);
  }
}
