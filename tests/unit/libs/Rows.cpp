#include "tests/support/Catch.hpp"
#include "tests/unit/libs/Bench.hpp"
#include <popops/CircBuf.hpp>
#include <popops/HostSliceTensor.hpp>
#include <popops/NaN.hpp>
#include <popops/SelectScalarFromRows.hpp>
#include <popops/UpdateScalarInRows.hpp>
#include <poputil/exceptions.hpp>

using namespace test;
using poputil::poplibs_error;
using support::throwsNaming;

TEST_CASE("one element of each row is read or lowered, with NaN for places that do not exist") {
  const std::size_t rows = 9, width = 37;
  const double masked = MASKED_LABEL_CODE, nan = NAN;
  const Values index{3, 36, 0, 37, masked, 5, 4000000000.0, 5, 1};
  for (On on : kDevices)
    for (poplar::Type type : {poplar::FLOAT, poplar::HALF}) {
      Bench bench(on);
      const Values x = integers(rows * width, -99, 99, 1);
      const auto params = bench.input(type, {rows, width}, x), changed = bench.input(type, {rows, width}, x);
      const auto at = bench.input(poplar::UNSIGNED_INT, {rows}, index);
      bench.output("chosen", popops::selectScalarFromRows(bench.graph, params, at, bench.prog));
      popops::updateScalarInRows(bench.graph, changed, at, bench.prog);
      bench.output("changed", changed);
      bench.run();
      Values chosen, after = x;
      for (std::size_t i = 0; i != rows; ++i) {
        const bool inside = index[i] < double(width);
        const std::size_t place = i * width + (inside ? std::size_t(index[i]) : 0);
        chosen.push_back(inside ? x[place] : index[i] == masked ? 0 : nan);
        if (inside)
          after[place] -= 1;
        else if (index[i] != masked)
          std::fill_n(after.begin() + std::ptrdiff_t(place), width, nan);
      }
      INFO(name(on) << " " << type.toString());
      CHECK(worstError(bench.get("chosen"), chosen) == 0);
      CHECK(worstError(bench.get("changed"), after) == 0);
      throwsNaming<poplibs_error>({"popops::selectScalarFromRows", "[9,37]", "[9,37]"},
                                  [&] { popops::selectScalarFromRows(bench.graph, params, params, bench.prog); });
      throwsNaming<poplibs_error>({"popops::updateScalarInRows", "unsigned int"},
                                  [&] { popops::updateScalarInRows(bench.graph, params, params[0], bench.prog); });
    }
}

TEST_CASE("NaNs and infinities are found wherever they are") {
  for (On on : kDevices)
    for (poplar::Type type : {poplar::FLOAT, poplar::HALF}) {
      Bench bench(on);
      std::vector<std::pair<bool, bool>> wanted;
      for (double odd : {0.0, double(NAN), double(INFINITY), -double(INFINITY)})
        for (std::size_t place : {0, 44, 99}) {
          Values x = numbers(100, -1, 1, 4);
          x[place] = odd;
          const auto t = bench.input(type, {4, 25}, x);
          const std::string id = std::to_string(wanted.size());
          bench.output("nan" + id, popops::hasNaN(bench.graph, t, bench.prog));
          bench.output("either" + id, popops::hasNaNOrInf(bench.graph, t, bench.prog));
          wanted.emplace_back(std::isnan(odd), !std::isfinite(odd));
        }
      bench.run();
      for (std::size_t i = 0; i != wanted.size(); ++i) {
        INFO(name(on) << " " << type.toString() << " case " << i);
        CHECK(bench.get("nan" + std::to_string(i)) == Values{double(wanted[i].first)});
        CHECK(bench.get("either" + std::to_string(i)) == Values{double(wanted[i].second)});
      }
      const auto whole = bench.input(poplar::INT, {3}, Values(3));
      throwsNaming<poplibs_error>({"popops::hasNaN:", "int"}, [&] { popops::hasNaN(bench.graph, whole, bench.prog); });
      throwsNaming<poplibs_error>({"popops::hasNaNOrInf", "int"},
                                  [&] { popops::hasNaNOrInf(bench.graph, whole, bench.prog); });
    }
}

TEST_CASE("a circular buffer gives back the last tensors, newest first") {
  for (On on : kDevices) {
    Bench bench(on);
    auto &g = bench.graph;
    popops::CircBuf buffer(g, poplar::FLOAT, 3, {4});
    std::vector<Values> added;
    for (unsigned i = 0; i != 5; ++i) {
      added.push_back(numbers(4, -1, 1, i));
      buffer.add(bench.input(poplar::FLOAT, {4}, added.back()), bench.prog);
    }
    for (unsigned i = 0; i != 3; ++i) bench.output(std::to_string(i), buffer.prev(i, bench.prog));
    bench.output("index", buffer.getIndex());
    bench.run();
    INFO(name(on));
    for (unsigned i = 0; i != 3; ++i) CHECK(bench.get(std::to_string(i)) == rounded(poplar::FLOAT, added[4 - i]));
    CHECK(bench.get("index") == Values{1});
    CHECK(buffer.size() == 3);
    std::size_t mapped = 0;
    for (const auto &tile : buffer.getTileMapping())
      for (const auto &interval : tile) mapped += interval.size();
    CHECK(mapped == 4);
    const auto wrong = bench.input(poplar::FLOAT, {5}, Values(5));
    throwsNaming<poplibs_error>({"popops::CircBuf::add", "[5]", "[4]"}, [&] { buffer.add(wrong, bench.prog); });
    throwsNaming<poplibs_error>({"popops::CircBuf::prev", "3"}, [&] { buffer.prev(3, bench.prog); });
    throwsNaming<poplibs_error>({"popops::CircBuf", "0"}, [&] { popops::CircBuf(g, poplar::FLOAT, 0, {4}); });
  }
}

TEST_CASE("tensors for transfers with the host are spread in order from a tile on") {
  Bench bench(On::Simulator);
  auto &g = bench.graph;
  const auto t = popops::createHostTransferableTensor(g, poplar::FLOAT, {64}, true, 14);
  CHECK(g.getTileMapping(t)[14] == std::vector<poplar::Interval>{{0, 32}});
  CHECK(g.getTileMapping(t)[15] == std::vector<poplar::Interval>{{32, 64}});
  CHECK(popops::createHostTransferableTensor(g, poplar::HALF, {3, 5}, false).shape() == Shape{3, 5});
  const auto rows = popops::createHostSliceableTensor(g, poplar::FLOAT, {4, 64}, true, 3);
  CHECK(rows.tensor.shape() == Shape{4, 64});
  CHECK(rows.indices.shape() == Shape{4});
  CHECK(rows.indices.elementType() == poplar::UNSIGNED_INT);
  CHECK(g.getTileMapping(rows.tensor)[3] == std::vector<poplar::Interval>{{0, 32}});
  CHECK(popops::createHostSliceableTensor(g, poplar::FLOAT, {4, 8}, false).tensor.shape() == Shape{4, 8});
  throwsNaming<poplibs_error>({"popops::createHostSliceableTensor", "[4]"},
                              [&] { popops::createHostSliceableTensor(g, poplar::FLOAT, {4}, true); });
}
