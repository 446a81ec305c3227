// Casts, fills, scaled additions, encodings and loops.
#include "tests/support/Catch.hpp"
#include "tests/unit/libs/Bench.hpp"
#include <poplar/CycleCount.hpp>
#include <popops/Cast.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Encoding.hpp>
#include <popops/Fill.hpp>
#include <popops/Loop.hpp>
#include <popops/ScaledAdd.hpp>
#include <popops/Zero.hpp>
#include <poputil/exceptions.hpp>
#include <limits>

using namespace test;

TEST_CASE("casts truncate, saturate and round to nearest") {
  for (On on : kDevices) {
    Bench bench(on);
    auto &g = bench.graph;
    auto &p = bench.prog;
    const auto f = bench.input(poplar::FLOAT, {6}, {1.75, -1.75, 300, -1e20, 0, 1.00048828125});
    bench.output("int", popops::cast(g, f, poplar::INT, p));
    bench.output("uchar", popops::cast(g, f, poplar::UNSIGNED_CHAR, p));
    bench.output("bool", popops::cast(g, f, poplar::BOOL, p));
    bench.output("half", popops::cast(g, f.slice(4, 6), poplar::HALF, p));
    bench.output("same", popops::cast(g, f, poplar::FLOAT, p));
    const auto i = bench.input(poplar::INT, {3}, {-1, 65537, 7});
    bench.output("short", popops::cast(g, i, poplar::SHORT, p));
    bench.output("float", popops::cast(g, i, poplar::FLOAT, p));
    const auto cs = g.addComputeSet();
    bench.output("set", popops::cast(g, i, poplar::HALF, cs));
    p.add(poplar::program::Execute(cs));
    bench.run();
    INFO(name(on));
    CHECK(bench.get("int") == Values{1, -1, 300, -2147483648.0, 0, 1});
    CHECK(bench.get("uchar") == Values{1, 0, 255, 0, 0, 1});
    CHECK(bench.get("bool") == Values{1, 1, 1, 1, 0, 1});
    CHECK(bench.get("half") == Values{0, 1}); // half way between 1 and its successor: to even
    CHECK(bench.get("same") == rounded(poplar::FLOAT, {1.75, -1.75, 300, -1e20, 0, 1.00048828125}));
    CHECK(bench.get("short") == Values{-1, 1, 7});
    CHECK(bench.get("float") == Values{-1, 65537, 7});
    CHECK(worstError(bench.get("set"), rounded(poplar::HALF, {-1, 65537, 7})) == 0);
  }
}

TEST_CASE("a program finds out whether a number survives a conversion") {
  for (On on : kDevices) {
    Bench bench(on);
    const double values[] = {0, 0.5, -0.1, 2049, 1e6, 1e-9};
    const bool exact[] = {true, true, false, false, false, false}, close[] = {true, true, true, true, false, false};
    for (std::size_t i = 0; i != std::size(values); ++i) {
      const auto x = bench.input(poplar::FLOAT, {1}, {values[i]});
      bench.output("exact" + std::to_string(i),
                   popops::checkAccuracyWhenCast(bench.graph, x, poplar::HALF, 1e-7, bench.prog));
      bench.output("close" + std::to_string(i),
                   popops::checkAccuracyWhenCast(bench.graph, x, poplar::HALF, 1e-2, bench.prog));
    }
    bench.run();
    for (std::size_t i = 0; i != std::size(values); ++i) {
      INFO(name(on) << " " << values[i]);
      CHECK(bench.get("exact" + std::to_string(i)) == Values{double(exact[i])});
      CHECK(bench.get("close" + std::to_string(i)) == Values{double(close[i])});
    }
  }
}

TEST_CASE("fill and zero set whole tensors and regions of every type") {
  for (On on : kDevices) {
    Bench bench(on);
    auto &g = bench.graph;
    std::vector<poplar::Type> types{poplar::HALF};
#define X(TYPE, T) types.push_back(poplar::TYPE);
    TEST_TYPES(X)
#undef X
    for (poplar::Type type : types) {
      const auto t = bench.input(type, {5, 9}, Values(45, 1));
      popops::fill(g, t.slice(0, 3, 1), bench.prog, type == poplar::BOOL ? 1 : 42);
      popops::zero(g, t.slice(3, 5, 1), bench.prog);
      bench.output(type.toString(), t);
    }
    const auto largest = bench.input(poplar::UNSIGNED_LONGLONG, {3}, Values(3, 1));
    popops::fill(g, largest, bench.prog, ~0ull);
    bench.output("largest", largest);
    const auto lowest = bench.input(poplar::LONGLONG, {3}, Values(3, 1));
    popops::fill(g, lowest, bench.prog, std::numeric_limits<long long>::min());
    bench.output("lowest", lowest);
    bench.run();
    CHECK(bench.get("largest") == Values(3, 18446744073709551615.0));
    CHECK(bench.get("lowest") == Values(3, -9223372036854775808.0));
    for (poplar::Type type : types) {
      Values wanted;
      for (int i = 0; i != 45; ++i) wanted.push_back(i % 9 < 3 ? (type == poplar::BOOL ? 1 : 42) : i % 9 < 5 ? 0 : 1);
      INFO(name(on) << " " << type.toString());
      CHECK(bench.get(type.toString()) == wanted);
    }
  }
  Bench bench(On::Cpu);
  const auto i = bench.input(poplar::INT, {3}, Values(3, 0));
  CHECK_THROWS_WITH(popops::fill(bench.graph, i, bench.prog, 1.5f), says("not an integer"));
  CHECK_THROWS(popops::fill(bench.graph, i, bench.prog, 0x80000000u)); // nothing else tells what is meant
}

TEST_CASE("zero adds vertices for regions, tensors and mappings to a compute set") {
  for (On on : kDevices) {
    Bench bench(on);
    auto &g = bench.graph;
    const unsigned last = g.getTarget().getNumTiles() - 1;
    const auto regions = bench.input(poplar::FLOAT, {4, 5}, Values(20, 1)),
               whole = bench.input(poplar::HALF, {21}, Values(21, 1)),
               mapped = bench.input(poplar::INT, {40}, Values(40, 1));
    const auto cs = g.addComputeSet();
    popops::zero(g, regions, {{1, 4}, {7, 8}, {15, 20}}, last, cs);
    popops::zero(g, whole.slice(2, 21), last, cs);
    popops::zero(g, mapped, g.getTileMapping(mapped), cs);
    bench.prog.add(poplar::program::Execute(cs));
    bench.output("regions", regions);
    bench.output("whole", whole);
    bench.output("mapped", mapped);
    bench.run();
    Values wantRegions(20, 1), wantWhole(21);
    for (std::size_t i : {1, 2, 3, 7, 15, 16, 17, 18, 19}) wantRegions[i] = 0;
    wantWhole[0] = wantWhole[1] = 1;
    INFO(name(on));
    CHECK(bench.get("regions") == wantRegions);
    CHECK(bench.get("whole") == wantWhole);
    CHECK(bench.get("mapped") == Values(40));
  }
}

TEST_CASE("scaled additions take numbers and tensors and mix half with float") {
  for (On on : kDevices) {
    for (poplar::Type typeA : {poplar::FLOAT, poplar::HALF})
      for (poplar::Type typeB : {poplar::FLOAT, poplar::HALF}) {
        Bench bench(on);
        auto &g = bench.graph;
        auto &p = bench.prog;
        const Values a = rounded(typeA, numbers(40, -4, 4, 1)), b = rounded(typeB, numbers(40, -4, 4, 2));
        const auto tb = bench.input(typeB, {40}, b), two = bench.input(poplar::FLOAT, {}, {2}),
                   half = bench.input(poplar::FLOAT, {1}, {0.5}), quarter = bench.input(poplar::FLOAT, {1}, {0.25});
        std::vector<poplar::Tensor> as;
        for (int i = 0; i != 9; ++i) {
          as.push_back(bench.input(typeA, {40}, a));
          bench.output(std::to_string(i), as.back());
        }
        popops::scaledAddTo(g, as[0], tb, 0.25f, p);
        popops::scaledAddTo(g, as[1], tb, two, p);
        popops::scaledAddTo(g, as[2], half, tb, two, p);
        popops::scaledAddTo(g, as[3], 0.25f, tb, 2.0f, p, popops::ScaledAddSpecialisation::X_MINUS_AX_PLUS_BY);
        popops::scaledSubtractFrom(g, as[4], tb, 0.25f, p);
        popops::scaledSubtractFrom(g, as[5], half, tb, two, p);
        popops::scaledSubtractFrom(g, as[6], 0.5f, tb, 2.0f, p);
        popops::scaledSubtractFrom(g, as[7], tb, two, p);
        popops::scaledAddTo(g, as[8], quarter, tb, two, p, popops::ScaledAddSpecialisation::X_MINUS_AX_PLUS_BY);
        bench.run();
        const double scaleA[] = {1, 1, 0.5, 0.75, 1, 0.5, 0.5, 1, 0.75},
                     scaleB[] = {0.25, 2, 2, 2, -0.25, -2, -2, -2, 2};
        for (int i = 0; i != 9; ++i) {
          Values wanted;
          for (std::size_t j = 0; j != 40; ++j) wanted.push_back(scaleA[i] * a[j] + scaleB[i] * b[j]);
          INFO(name(on) << " " << typeA.toString() << " " << typeB.toString() << " form " << i);
          CHECK(worstError(bench.get(std::to_string(i)), wanted) <= tolerance(typeA));
        }
      }
    Bench bench(on);
    const auto i = bench.input(poplar::INT, {3}, {1, 2, 3}), j = bench.input(poplar::INT, {3}, {10, 20, 30});
    popops::scaledAddTo(bench.graph, i, j, 3.0f, bench.prog);
    bench.output("int", i);
    bench.run();
    CHECK(bench.get("int") == Values{31, 62, 93});
    CHECK_THROWS_WITH(popops::scaledAddTo(bench.graph, i, j.slice(0, 2), 1.0f, bench.prog), says("[3]") && says("[2]"));
  }
}

TEST_CASE("one-hot rows leave out masked and foreign labels") {
  for (On on : kDevices) {
    Bench bench(on);
    const Values labels{2, 0, 4294967295.0, 6, 1, 7, 3};
    const auto indices = bench.input(poplar::UNSIGNED_INT, {7}, labels);
    const auto rows = bench.input(poplar::FLOAT, {7, 7}, Values(49, 9)),
               other = bench.input(poplar::HALF, {7, 5}, Values(35, 9));
    const auto on2 = bench.input(poplar::HALF, {}, {2}), off = bench.input(poplar::HALF, {}, {-1});
    popops::encodeOneHot(bench.graph, indices, rows, bench.prog);
    popops::encodeOneHot(bench.graph, indices, other, bench.prog, on2, off);
    bench.output("rows", rows);
    bench.output("other", other);
    bench.run();
    Values wantRows, wantOther;
    for (double label : labels)
      for (int c = 0; c != 7; ++c) {
        wantRows.push_back(label == c);
        if (c < 5) wantOther.push_back(label == c ? 2 : -1);
      }
    INFO(name(on));
    CHECK(bench.get("rows") == wantRows);
    CHECK(bench.get("other") == wantOther);
  }
}

TEST_CASE("one-hot rows cost a fill and what is published for an index") {
  for (poplar::Type type : {poplar::FLOAT, poplar::HALF}) {
    Bench bench(On::Simulator, 1);
    const std::size_t rows = 50, classes = 100;
    const auto indices = bench.input(poplar::UNSIGNED_INT, {rows}, integers(rows, 0, int(classes)));
    const auto encoded = bench.input(type, {rows, classes}, Values(rows * classes));
    popops::encodeOneHot(bench.graph, indices, encoded, bench.prog);
    bench.output("cycles", poplar::cycleCount(bench.graph, bench.prog, 0, poplar::SyncType::INTERNAL));
    bench.run();
    // Two counter reads and the launch of a compute set; of each worker the start of a fill, a store for each 8 bytes
    // and 74 slots for each index. Each worker's share begins and may end in the middle of a row.
    const double workers = 6, words = double(rows * classes * bench.graph.getTarget().getTypeSize(type)) / 8;
    CHECK(bench.get("cycles")[0] <= 111 + 11 + workers * 26 + words + 74 * (double(rows) + 2 * workers));
  }
  Bench bench(On::Simulator);
  const auto indices = bench.input(poplar::INT, {2}, {0, 1});
  const auto encoded = bench.input(poplar::SHORT, {2, 3}, Values(6));
  support::throwsNaming<poputil::poplibs_error>(
      {"popops::encodeOneHot", "encoded", "short", "half"},
      [&] { popops::encodeOneHot(bench.graph, indices, encoded, bench.prog); });
}

TEST_CASE("iota counts up from its start") {
  for (On on : kDevices) {
    Bench bench(on);
    const auto u = bench.input(poplar::UNSIGNED_INT, {100}, Values(100, 0)),
               i = bench.input(poplar::INT, {9}, Values(9, 0));
    popops::iota(bench.graph, u, 5u, bench.prog);
    popops::iota(bench.graph, i, -4, bench.prog);
    bench.output("u", u);
    bench.output("i", i);
    bench.run();
    Values wanted;
    for (int k = 0; k != 100; ++k) wanted.push_back(5 + k);
    INFO(name(on));
    CHECK(bench.get("u") == wanted);
    CHECK(bench.get("i") == Values{-4, -3, -2, -1, 0, 1, 2, 3, 4});
  }
}

TEST_CASE("loops show their counter to the body") {
  for (On on : kDevices) {
    Bench bench(on);
    auto &g = bench.graph;
    const auto sum = bench.input(poplar::UNSIGNED_INT, {1}, {0}), runs = bench.input(poplar::INT, {1}, {0}),
               limit = bench.input(poplar::INT, {1}, {-6}), last = bench.input(poplar::INT, {1}, {99});
    bench.prog.add(popops::countedLoop(g, 3, 12, 4, [&](const poplar::Tensor &i) {
      poplar::program::Sequence body;
      popops::addInPlace(g, sum, i, body);
      return body;
    }));
    poplar::program::Sequence body;
    popops::addInPlace(g, runs, 1, body);
    bench.prog.add(popops::countedForLoop(g, last, 10, limit, -5, body));
    const auto below = bench.input(poplar::UNSIGNED_INT, {}, {8}), own = bench.input(poplar::INT, {1}, {0});
    poplar::program::Sequence ownBody;
    popops::addInPlace(g, own, 1, ownBody);
    bench.prog.add(popops::countedForLoop(g, 2, below, 3, ownBody));
    bench.output("own", own);
    bench.output("sum", sum);
    bench.output("runs", runs);
    bench.output("last", last);
    bench.run();
    INFO(name(on));
    CHECK(bench.get("sum") == Values{3 + 7 + 11});
    CHECK(bench.get("runs") == Values{4}); // 10, 5, 0, -5
    CHECK(bench.get("own") == Values{2});  // 2, 5
    CHECK(bench.get("last") == Values{-10});
    CHECK_THROWS_AS(popops::countedLoop(g, 0, 4, 0, [&](const poplar::Tensor &) { return body; }),
                    poputil::poplibs_error);
  }
}
