#include "tests/support/Catch.hpp"
#include "tests/unit/libs/Bench.hpp"
#include <popops/DynamicSlice.hpp>
#include <poputil/exceptions.hpp>

using namespace test;

TEST_CASE("dynamic slices and updates move the rows their offsets name, and wrap around at the end") {
  const Shape shape{6, 5, 7};
  const Values x = integers(count(shape), -99, 99, 1), s = integers(2 * 5 * 3, 1000, 2000, 2);
  for (On on : kDevices)
    for (unsigned first : {0u, 3u, 5u, 6u})
      for (unsigned third : {1u, 6u, 7u}) {
        Bench bench(on);
        auto &g = bench.graph;
        const auto planned = popops::createSliceableTensor(g, poplar::INT, shape, {0, 2}, {2, 3});
        bench.feed(planned, x);
        const auto linear = bench.input(poplar::INT, shape, x);
        const auto offset = bench.input(poplar::UNSIGNED_INT, {2}, {double(first), double(third)});
        const auto update = popops::createSliceTensor(g, planned, {0, 2}, {2, 3}, 1)[0];
        bench.feed(update, s);
        const auto out = bench.input(poplar::INT, {2, 5, 3}, Values(30, 7));
        bench.output("one", popops::dynamicSlice(g, linear, offset[0], {0}, {1}, bench.prog, "",
                                                 {{"remapOutOfBoundIndices", "true"}}));
        popops::dynamicSliceWithOutput(g, out, planned, offset, {0, 2}, {2, 3}, bench.prog);
        popops::dynamicUpdate(g, planned, update, offset, {0, 2}, {2, 3}, bench.prog);
        bench.output("out", out);
        bench.output("planned", planned);
        bench.run();
        Values wantOut(30, 7), wantPlanned = x, wantOne;
        const bool inside = first < 6 && third < 7;
        for (std::size_t i = 0; i != 2; ++i)
          for (std::size_t j = 0; j != 5; ++j)
            for (std::size_t k = 0; k != 3; ++k) {
              const std::size_t at = ((first + i) % 6 * 5 + j) * 7 + (third + k) % 7;
              if (inside) {
                wantOut[(i * 5 + j) * 3 + k] = x[at];
                wantPlanned[at] = s[(i * 5 + j) * 3 + k];
              }
            }
        for (std::size_t i = 0; i != 35; ++i)
          wantOne.push_back(x[(first < 6 ? first : 0) * 35 + i]);
        INFO(name(on) << " offsets " << first << " " << third);
        CHECK(bench.get("one") == wantOne);
        CHECK(bench.get("out") == wantOut);
        CHECK(bench.get("planned") == wantPlanned);
      }
}

TEST_CASE("sliceable tensors keep everything a slice chooses from on one tile") {
  Bench bench(On::Simulator);
  auto &g = bench.graph;
  const auto t = popops::createSliceableTensor(g, poplar::FLOAT, {10, 64}, {0}, {1});
  CHECK_FALSE(poputil::dimIsSplitOverTiles(g, t, 1));
  CHECK(poputil::dimIsSplitOverTiles(g, t, 0));
  CHECK(popops::createSliceTensor(g, t, {0}, {2}, 3).shape() == Shape{3, 2, 64});
  const auto offset = bench.input(poplar::UNSIGNED_INT, {1}, {0});
  CHECK_THROWS_WITH(popops::dynamicSlice(g, t, offset, {0}, {11}, bench.prog), says("[10,64]"));
  CHECK_THROWS_WITH(popops::dynamicSlice(g, t, offset, {0, 1}, {1, 1}, bench.prog), says("offset"));
  CHECK_THROWS_AS(popops::dynamicSlice(g, t, t, {0}, {1}, bench.prog), poputil::poplibs_error);
}

TEST_CASE("many rows are looked up, stored, added and compared at their offsets") {
  const std::size_t entries = 12, columns = 21, n = 9;
  const Values x = integers(entries * columns, -99, 99, 1), s = integers(n * columns, -99, 99, 2),
               at{3, 0, 11, 3, 12, 4000000000.0, 7, 3, 1};
  for (On on : kDevices)
    for (bool planned : {false, true}) {
      Bench bench(on);
      auto &g = bench.graph;
      auto &p = bench.prog;
      const auto plan = popops::embedding::plan(g, poplar::FLOAT, entries, columns, {n}, {});
      const auto table = [&] {
        return planned ? bench.feed(popops::createSliceableTensor(g, poplar::FLOAT, {entries, columns}, {0}, {1}, plan,
                                                                  poplar::OptionFlags{}), x)
                       : bench.input(poplar::FLOAT, {entries, columns}, x);
      };
      const auto offsets = popops::createIndicesTensor(g, {0}, n, plan, {});
      bench.feed(offsets, at);
      const auto rows = popops::createSliceTensor(g, poplar::FLOAT, {entries, columns}, {0}, {1}, n, plan,
                                                  poplar::OptionFlags{});
      bench.feed(rows, s);
      const auto scale = bench.input(poplar::FLOAT, {}, {2});
      const auto looked = table(), stored = table(), added = table(), most = table();
      const auto slices = popops::multiSlice(g, looked, offsets, {0}, {1}, p, plan, {});
      CHECK(slices.shape() == Shape{n, 1, columns});
      popops::multiUpdate(g, stored, rows, offsets, {0}, {1}, p, plan, {});
      popops::multiUpdateAdd(g, added, rows, offsets, scale, {0}, {1}, p, plan, {});
      popops::multiUpdateMax(g, most, rows, offsets, {0}, {1}, p, plan, {});
      bench.output("pairs", popops::multiSlice(g, looked.transpose(), offsets, {1}, {2}, p, plan, {}));
      bench.output("slices", slices);
      bench.output("stored", stored);
      bench.output("added", added);
      bench.output("most", most);
      bench.run();
      Values wantSlices, wantPairs, wantStored = x, wantAdded = x, wantMost = x;
      for (std::size_t i = 0; i != n; ++i)
        for (std::size_t c = 0; c != columns; ++c) {
          const bool inside = at[i] < entries;
          const std::size_t place = inside ? static_cast<std::size_t>(at[i]) * columns + c : 0;
          wantSlices.push_back(inside ? x[place] : 0);
          for (std::size_t k = 0; k != 2; ++k)
            wantPairs.push_back(at[i] + 2 <= entries ? x[place + k * columns] : 0);
          if (inside) {
            wantStored[place] = s[i * columns + c];
            wantAdded[place] += 2 * s[i * columns + c];
            wantMost[place] = std::fmax(wantMost[place], s[i * columns + c]);
          }
        }
      INFO(name(on) << (planned ? " planned" : " linear"));
      CHECK(bench.get("slices") == wantSlices);
      CHECK(bench.get("pairs") == wantPairs);
      CHECK(bench.get("stored") == wantStored);
      CHECK(bench.get("added") == wantAdded);
      CHECK(bench.get("most") == wantMost);
      CHECK_THROWS_WITH(popops::multiSlice(g, looked, scale, {0}, {1}, p, plan, {}), says("offsets"));
      CHECK_THROWS_WITH(popops::multiUpdate(g, stored, stored, offsets, {0}, {1}, p, plan, {}), says("[12,21]"));
      CHECK_THROWS_AS(popops::embedding::plan(g, poplar::FLOAT, 4, 4, {1}, {{"usedForSlices", "true"}}),
                      poplar::invalid_option);
    }
}
