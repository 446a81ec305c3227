#include "tests/support/Catch.hpp"
#include "tests/unit/libs/Bench.hpp"
#include <popops/ElementWise.hpp>
#include <poprand/RandomGen.hpp>
#include <poputil/exceptions.hpp>
#include <set>

using namespace test;

namespace {

struct Moments {
  double mean = 0, deviation = 0, low = INFINITY, high = -INFINITY;
};
Moments momentsOf(const Values &x) {
  Moments m;
  for (double v : x) {
    m.mean += v / static_cast<double>(x.size());
    m.low = std::fmin(m.low, v);
    m.high = std::fmax(m.high, v);
  }
  for (double v : x)
    m.deviation += (v - m.mean) * (v - m.mean) / static_cast<double>(x.size());
  m.deviation = std::sqrt(m.deviation);
  return m;
}

constexpr std::size_t kSamples = 40000;
// Five standard errors of the mean of kSamples draws with deviation 1.
constexpr double kNear = 5.0 / 200;

} // namespace

TEST_CASE("distributions have the moments and ranges asked for") {
  for (On on : kDevices) {
    Bench bench(on);
    auto &g = bench.graph;
    auto &p = bench.prog;
    const auto seed = bench.input(poplar::UNSIGNED_INT, {2}, {12345, 678});
    const auto reference = g.addVariable(poplar::FLOAT, {kSamples});
    poputil::mapTensorLinearly(g, reference);
    for (poplar::Type type : {poplar::FLOAT, poplar::HALF}) {
      bench.output("uniform" + type.toString(), poprand::uniform(g, &seed, 1, reference, type, -1, 3, p));
      bench.output("normal" + type.toString(), poprand::normal(g, &seed, 2, reference, type, 5, 2, p));
      bench.output("truncated" + type.toString(),
                   poprand::truncatedNormal(g, &seed, 3, reference, type, 1, 2, 1.5, p));
      bench.output("narrow" + type.toString(), poprand::truncatedNormal(g, &seed, 3, reference, type, 0, 100, 0.001,
                                                                        p));
    }
    for (poplar::Type type : {poplar::FLOAT, poplar::HALF, poplar::INT})
      bench.output("bernoulli" + type.toString(), poprand::bernoulli(g, &seed, 4, reference, type, 0.3, p));
    bench.output("int", poprand::uniform(g, &seed, 5, reference, poplar::INT, -2, 3, p));
    bench.output("anyInt", poprand::uniform(g, &seed, 6, reference, poplar::INT, -2147483648.0, 2147483647.0, p));
    bench.output("log", poprand::logUniform(g, &seed, 7, reference, poplar::FLOAT, 1, 1000, p, 10));
    bench.output("always", poprand::bernoulli(g, &seed, 8, reference, poplar::INT, 1, p));
    bench.run();
    for (const std::string type : {"float", "half"}) {
      INFO(name(on) << " " << type);
      const Moments uniform = momentsOf(bench.get("uniform" + type)), normal = momentsOf(bench.get("normal" + type)),
                    truncated = momentsOf(bench.get("truncated" + type)),
                        narrow = momentsOf(bench.get("narrow" + type));
      CHECK(uniform.low >= -1);
      CHECK(uniform.high <= 3);
      CHECK(uniform.low < -0.99);
      CHECK(uniform.high > 2.99);
      CHECK(std::fabs(uniform.mean - 1) < 1.2 * kNear);
      CHECK(std::fabs(uniform.deviation - 4 / std::sqrt(12.0)) < 2 * kNear);
      CHECK(std::fabs(normal.mean - 5) < 2 * kNear);
      CHECK(std::fabs(normal.deviation - 2) < 2 * kNear);
      CHECK(truncated.low >= 1 - 3.002);
      CHECK(truncated.high <= 1 + 3.002);
      CHECK(std::fabs(truncated.mean - 1) < 2 * kNear);
      // Variance of a standard normal cut at a: 1 - 2 a phi(a) / (2 Phi(a) - 1).
      const double phi = std::exp(-1.5 * 1.5 / 2) / std::sqrt(2 * M_PI);
      CHECK(std::fabs(truncated.deviation - 2 * std::sqrt(1 - 2 * 1.5 * phi / std::erf(1.5 / std::sqrt(2.0)))) <
            2 * kNear);
      CHECK(narrow.low >= -0.1001);
      CHECK(narrow.high <= 0.1001);
    }
    for (const std::string type : {"float", "half", "int"}) {
      const Moments m = momentsOf(bench.get("bernoulli" + type));
      CHECK(m.low == 0);
      CHECK(m.high == 1);
      CHECK(std::fabs(m.mean - 0.3) < kNear);
    }
    std::map<double, std::size_t> seen;
    for (double v : bench.get("int"))
      ++seen[v];
    CHECK(seen.size() == 6);
    CHECK(seen.begin()->first == -2);
    for (const auto &[value, times] : seen)
      CHECK(std::fabs(static_cast<double>(times) * 6 / kSamples - 1) < 0.1);
    CHECK(std::fabs(momentsOf(bench.get("anyInt")).mean) < 1.3e9 * kNear);
    Values exponents;
    for (double v : bench.get("log"))
      exponents.push_back(std::log10(v));
    CHECK(std::fabs(momentsOf(exponents).mean - 1.5) < kNear);
    CHECK(momentsOf(bench.get("always")).low == 1);
  }
}

TEST_CASE("equal seeds and mappings repeat, other seeds, modifiers and tiles do not") {
  for (On on : kDevices) {
    Bench bench(on);
    auto &g = bench.graph;
    auto &p = bench.prog;
    const auto seed = bench.input(poplar::UNSIGNED_INT, {2}, {1, 2}), other = bench.input(poplar::UNSIGNED_INT, {2},
        {2, 2});
    const auto reference = bench.input(poplar::FLOAT, {500}, Values(500, 0));
    bench.output("a", poprand::normal(g, &seed, 9, reference, poplar::FLOAT, 0, 1, p));
    bench.output("b", poprand::normal(g, &seed, 9, reference, poplar::FLOAT, 0, 1, p));
    bench.output("seed", poprand::normal(g, &other, 9, reference, poplar::FLOAT, 0, 1, p));
    bench.output("modifier", poprand::normal(g, &seed, 10, reference, poplar::FLOAT, 0, 1, p));
    bench.run();
    INFO(name(on));
    const Values a = bench.get("a");
    CHECK(a == bench.get("b"));
    CHECK(a != bench.get("seed"));
    CHECK(a != bench.get("modifier"));
    CHECK(std::set<double>(a.begin(), a.end()).size() > 495);
  }
}

TEST_CASE("without a seed the tiles' generators go on, from where setSeed put them") {
  for (On on : kDevices) {
    Bench bench(on);
    auto &g = bench.graph;
    auto &p = bench.prog;
    const auto master = bench.input(poplar::UNSIGNED_INT, {2}, {3, 4}), reference = bench.input(poplar::FLOAT, {64},
        Values(64, 0));
    bench.output("free", poprand::uniform(g, nullptr, 0, reference, poplar::FLOAT, 0, 1, p));
    poprand::setSeed(g, master, 5, p);
    bench.output("a", poprand::uniform(g, nullptr, 0, reference, poplar::FLOAT, 0, 1, p));
    bench.output("b", poprand::uniform(g, nullptr, 0, reference, poplar::FLOAT, 0, 1, p));
    poprand::setSeed(g, master, 5, p);
    bench.output("c", poprand::uniform(g, nullptr, 0, reference, poplar::FLOAT, 0, 1, p));
    bench.run();
    const Values first = bench.get("free");
    INFO(name(on));
    CHECK(bench.get("a") == bench.get("c"));
    CHECK(bench.get("a") != bench.get("b"));
    CHECK(bench.get("a") != first);
    bench.run();
    CHECK(bench.get("free") != first); // follows on from the first run
    CHECK(bench.get("a") == bench.get("c"));
  }
}

TEST_CASE("dropout keeps the asked share and makes the same choice again") {
  for (On on : kDevices) {
    Bench bench(on);
    auto &g = bench.graph;
    auto &p = bench.prog;
    const auto seed = bench.input(poplar::UNSIGNED_INT, {2}, {1, 2});
    const Values x = numbers(8000, 1, 2, 1);
    const auto in = bench.input(poplar::FLOAT, {20, 400}, x), gradient = bench.input(poplar::FLOAT, {20, 400},
        Values(8000, 1)),
               rows = bench.input(poplar::FLOAT, {20, 1}, Values(20, 0));
    bench.output("forward", poprand::dropout(g, &seed, 3, in, in, 0.7, 2.0, p));
    bench.output("backward", poprand::dropout(g, &seed, 3, gradient, in, 0.7, 2.0, p));
    bench.output("rows", poprand::shapedDropout(g, &seed, 4, in, rows, 0.5, 1.0, p));
    bench.run();
    const Values forward = bench.get("forward"), backward = bench.get("backward"), shaped = bench.get("rows");
    std::size_t kept = 0;
    bool same = true;
    for (std::size_t i = 0; i != 8000; ++i) {
      kept += forward[i] != 0;
      same &= (forward[i] != 0) == (backward[i] != 0);
      same &= forward[i] == 0 || std::fabs(forward[i] - 2 * x[i]) < 1e-6;
      same &= (shaped[i] != 0) == (shaped[i / 400 * 400] != 0);
    }
    INFO(name(on));
    CHECK(same);
    CHECK(std::fabs(static_cast<double>(kept) / 8000 - 0.7) < 0.03);
    CHECK_THROWS_WITH(poprand::dropout(g, &seed, 3, in, rows, 0.7, 2.0, p), says("[20,1]"));
    CHECK_THROWS_AS(poprand::bernoulli(g, &seed, 3, in, poplar::FLOAT, 1.5, p), poputil::poplibs_error);
    CHECK_THROWS_AS(poprand::normal(g, &in, 3, in, poplar::FLOAT, 0, 1, p), poputil::poplibs_error);
  }
}
