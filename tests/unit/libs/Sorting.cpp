#include "tests/support/Catch.hpp"
#include "tests/unit/libs/Bench.hpp"
#include <popops/Sort.hpp>
#include <popops/TopK.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>
#include <numeric>
#include <sstream>

using namespace test;

namespace {

/// The numbers 0, 1, ... in the order that sorts the keys, equal ones as they were, NaNs last.
std::vector<std::size_t> order(const Values &keys, bool descending = false) {
  std::vector<std::size_t> result(keys.size());
  std::iota(result.begin(), result.end(), std::size_t(0));
  std::stable_sort(result.begin(), result.end(),
                   [&](std::size_t a, std::size_t b) {
                     if (std::isnan(keys[a]) || std::isnan(keys[b])) return std::isnan(keys[b]) && !std::isnan(keys[a]);
                     return descending ? keys[a] > keys[b] : keys[a] < keys[b];
                   });
  return result;
}

Values picked(const Values &values, const std::vector<std::size_t> &at) {
  Values result;
  for (std::size_t i : at) result.push_back(values[i]);
  return result;
}

const poplar::Type kKeyTypes[] = {poplar::FLOAT, poplar::HALF, poplar::INT, poplar::UNSIGNED_INT};

} // namespace

TEST_CASE("rows of every length are sorted, with what belongs to the keys") {
  for (On on : kDevices)
    for (std::size_t n : {1, 2, 63, 200, 777}) {
      Bench bench(on);
      std::vector<std::pair<Values, Values>> wanted;
      for (poplar::Type type : kKeyTypes) {
        const Values keys = integers(n, type == poplar::UNSIGNED_INT ? 0 : -40, 60, unsigned(n)),
                     values = integers(n, -999, 999, 3);
        const auto k = bench.input(type, {n}, keys), v = bench.input(poplar::INT, {n}, values),
                   k2 = bench.input(type, {n}, keys), v2 = bench.input(poplar::HALF, {n}, values);
        const std::string id = std::to_string(wanted.size());
        bench.output("sorted" + id, popops::sort(bench.graph, k, 0, bench.prog));
        bench.output("values" + id, popops::sortKeyValue(bench.graph, k, v, 0, bench.prog));
        popops::sortKeyValueInPlace(bench.graph, k2, v2, 0, bench.prog);
        bench.output("keysInPlace" + id, k2);
        bench.output("valuesInPlace" + id, v2);
        bench.output("untouched" + id, k);
        wanted.emplace_back(keys, values);
      }
      bench.run();
      for (std::size_t i = 0; i != wanted.size(); ++i) {
        const auto at = order(wanted[i].first);
        const std::string id = std::to_string(i);
        INFO(name(on) << ", " << n << " keys of type " << kKeyTypes[i].toString());
        CHECK(bench.get("sorted" + id) == picked(wanted[i].first, at));
        CHECK(bench.get("values" + id) == picked(wanted[i].second, at));
        CHECK(bench.get("keysInPlace" + id) == picked(wanted[i].first, at));
        CHECK(bench.get("valuesInPlace" + id) == picked(wanted[i].second, at));
        CHECK(bench.get("untouched" + id) == wanted[i].first);
      }
    }
}

TEST_CASE("sorting goes along any dimension") {
  for (On on : kDevices) {
    Bench bench(on);
    const Shape shape{3, 150, 2};
    const Values x = numbers(count(shape), -5, 5, 2);
    const auto t = bench.input(poplar::FLOAT, shape, x);
    popops::sortInPlace(bench.graph, t, 1, bench.prog);
    bench.output("t", t);
    bench.run();
    Values wanted = rounded(poplar::FLOAT, x);
    for (std::size_t i = 0; i != 3; ++i)
      for (std::size_t k = 0; k != 2; ++k) {
        Values line;
        for (std::size_t j = 0; j != 150; ++j) line.push_back(wanted[(i * 150 + j) * 2 + k]);
        std::sort(line.begin(), line.end());
        for (std::size_t j = 0; j != 150; ++j) wanted[(i * 150 + j) * 2 + k] = line[j];
      }
    INFO(name(on));
    CHECK(bench.get("t") == wanted);
  }
}

TEST_CASE("NaNs come after all numbers, which are sorted") {
  for (On on : kDevices)
    for (poplar::Type type : {poplar::FLOAT, poplar::HALF}) {
      Bench bench(on);
      Values keys = integers(300, -40, 40), values = integers(300, -999, 999, 2);
      for (std::size_t i : {0, 1, 7, 150, 151, 299}) keys[i] = NAN;
      keys[3] = INFINITY;
      const auto k = bench.input(type, {300}, keys), v = bench.input(poplar::INT, {300}, values);
      bench.output("sorted", popops::sort(bench.graph, k, 0, bench.prog));
      bench.output("values", popops::sortKeyValue(bench.graph, k, v, 0, bench.prog));
      const popops::TopKParams params(296, true, popops::SortOrder::DESCENDING);
      bench.output("largest", popops::topK(bench.graph, bench.prog, k.expand({0}), params));
      bench.run();
      INFO(name(on) << " " << type.toString());
      CHECK(worstError(bench.get("sorted"), picked(keys, order(keys))) == 0);
      CHECK(bench.get("values") == picked(values, order(keys)));
      auto largest = order(keys, true);
      largest.resize(296);
      CHECK(worstError(bench.get("largest"), picked(keys, largest)) == 0);
    }
}

TEST_CASE("the k extreme elements of each row come with their places, in the order asked for") {
  using popops::SortOrder;
  const std::size_t n = 500;
  for (On on : kDevices)
    for (poplar::Type type : kKeyTypes)
      for (unsigned k : {1u, 7u, 130u, 500u}) {
        Bench bench(on);
        const Values x = integers(2 * n, 0, 300, k), v = integers(2 * n, -9, 9, 5);
        const auto t = bench.feed(
            popops::createTopKInput(bench.graph, type, {2, n}, popops::TopKParams(k, true, SortOrder::NONE)), x);
        const auto values = bench.input(poplar::FLOAT, {2, n}, v);
        struct Case {
          bool largest;
          SortOrder sortOrder;
        };
        const Case cases[] = {{true, SortOrder::DESCENDING},
                              {true, SortOrder::ASCENDING},
                              {false, SortOrder::ASCENDING},
                              {false, SortOrder::DESCENDING},
                              {true, SortOrder::NONE}};
        for (std::size_t c = 0; c != std::size(cases); ++c) {
          const popops::TopKParams params(k, cases[c].largest, cases[c].sortOrder, true);
          const auto found = popops::topKWithPermutation(bench.graph, bench.prog, t, params);
          const auto pair = popops::topKKeyValue(bench.graph, bench.prog, t, values, params);
          REQUIRE(found.first.shape() == Shape{2, k});
          const std::string id = std::to_string(c);
          bench.output("keys" + id, found.first);
          bench.output("places" + id, found.second);
          bench.output("values" + id, pair.second);
          bench.output("only" + id, popops::topK(bench.graph, bench.prog, t, params));
        }
        bench.run();
        for (std::size_t c = 0; c != std::size(cases); ++c) {
          Values keys, places, carried;
          for (std::size_t row = 0; row != 2; ++row) {
            const Values line(x.begin() + std::ptrdiff_t(row * n), x.begin() + std::ptrdiff_t((row + 1) * n));
            auto at = order(line, cases[c].largest);
            at.resize(k);
            if (cases[c].sortOrder == (cases[c].largest ? SortOrder::ASCENDING : SortOrder::DESCENDING))
              std::reverse(at.begin(), at.end());
            for (std::size_t i : at) {
              keys.push_back(line[i]);
              places.push_back(double(i));
              carried.push_back(v[row * n + i]);
            }
          }
          const std::string id = std::to_string(c);
          INFO(name(on) << " " << type.toString() << " k " << k << " case " << c);
          CHECK(bench.get("keys" + id) == keys);
          CHECK(bench.get("only" + id) == keys);
          CHECK(bench.get("places" + id) == places);
          CHECK(bench.get("values" + id) == carried);
        }
      }
}

TEST_CASE("sorting says what it cannot sort") {
  using poputil::poplibs_error;
  using support::throwsNaming;
  Bench bench(On::Simulator);
  auto &g = bench.graph;
  auto &p = bench.prog;
  const auto t = bench.input(poplar::FLOAT, {4, 6}, Values(24, 0)), v = bench.input(poplar::FLOAT, {4, 5}, Values(20));
  const auto b = bench.input(poplar::BOOL, {4, 6}, Values(24, 0));
  throwsNaming<poplibs_error>({"popops::sort", "dimension 2", "[4,6]"}, [&] { popops::sort(g, t, 2, p); });
  throwsNaming<poplibs_error>({"popops::sortInPlace", "bool"}, [&] { popops::sortInPlace(g, b, 0, p); });
  throwsNaming<poplibs_error>({"popops::sortInPlace", "[4,12]"},
                              [&] { popops::sortInPlace(g, t.broadcast(2, 1), 0, p); });
  throwsNaming<poplibs_error>({"popops::sortKeyValue", "[4,6]", "[4,5]"}, [&] { popops::sortKeyValue(g, t, v, 0, p); });
  throwsNaming<poplibs_error>({"popops::sortKeyValueInPlace", "values of type bool"},
                              [&] { popops::sortKeyValueInPlace(g, t, b, 0, p); });
  const popops::TopKParams params(7, true, popops::SortOrder::ASCENDING);
  throwsNaming<poplibs_error>({"popops::topK:", "7", "[4,6]"}, [&] { popops::topK(g, p, t, params); });
  throwsNaming<poplibs_error>({"popops::topKWithPermutation", "7"},
                              [&] { popops::topKWithPermutation(g, p, t, params); });
  throwsNaming<poplibs_error>({"popops::topKKeyValue", "7"}, [&] { popops::topKKeyValue(g, p, t, t, params); });
  throwsNaming<poplibs_error>({"popops::createTopKInput", "7", "6"},
                              [&] { popops::createTopKInput(g, poplar::FLOAT, {4, 6}, params); });
  std::ostringstream text;
  text << params;
  CHECK(text.str() == "{k=7, largest=true, sortOrder=ASCENDING, stableSort=false}");
  CHECK(popops::sort(g, t.slice(0, 0), 1, p).shape() == Shape{0, 6});
  CHECK(popops::topK(g, p, t, popops::TopKParams(0, true, popops::SortOrder::NONE)).shape() == Shape{4, 0});
}
