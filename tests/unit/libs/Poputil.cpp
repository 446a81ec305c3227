#include "tests/support/Catch.hpp"
#include "tests/unit/libs/Bench.hpp"
#include <poputil/Broadcast.hpp>
#include <poputil/DebugInfo.hpp>
#include <poputil/TileMapping.hpp>
#include <poputil/Util.hpp>
#include <poputil/VarStructure.hpp>
#include <poputil/VertexTemplates.hpp>
#include <poputil/exceptions.hpp>

using namespace test;
using poplar::Interval;

namespace {

std::size_t sizeOf(const std::vector<Interval> &intervals) {
  std::size_t n = 0;
  for (const Interval &interval : intervals)
    n += interval.size();
  return n;
}

poplar::Graph graphOf(unsigned tiles) {
  return poplar::Graph(makeDevice(On::Simulator, tiles).getTarget());
}

} // namespace

TEST_CASE("linear mappings cover everything once with full grains and the minimum size") {
  const auto g = graphOf(24);
  for (std::size_t elements : {1, 31, 32, 100, 769, 5000})
    for (unsigned grain : {1, 2, 8})
      for (unsigned least : {1, 32, 100}) {
        const auto mapping = poputil::calcLinearTileMapping(g, {elements}, least, grain, 5);
        std::size_t next = 0, used = 0;
        for (unsigned i = 0; i != 24; ++i)
          for (const Interval &interval : mapping[(i + 5) % 24]) {
            CHECK(interval.begin() == next);
            CHECK(interval.begin() % grain == 0);
            CHECK(interval.size() >= std::min<std::size_t>(elements, least));
            next = interval.end();
            ++used;
          }
        INFO(elements << " elements, grain " << grain << ", minimum " << least);
        CHECK(next == elements);
        CHECK(used <= 24);
        if (elements >= std::size_t(24) * std::max(least, grain) * 2)
          CHECK(used == 24);
      }
}

TEST_CASE("tensors are mapped with at least 128 bytes a tile, from the offset on, in either direction") {
  auto g = graphOf(24);
  const auto t = g.addVariable(poplar::HALF, {130});
  poputil::mapTensorLinearlyWithOffset(g, t, 20, true);
  auto mapping = g.getTileMapping(t);
  CHECK(mapping[20] == std::vector<Interval>{{0, 64}});
  CHECK(mapping[21] == std::vector<Interval>{{64, 130}});
  poputil::mapTensorLinearlyWithOffset(g, t, 20, false);
  mapping = g.getTileMapping(t);
  CHECK(mapping[3] == std::vector<Interval>{{0, 64}});
  CHECK(mapping[2] == std::vector<Interval>{{64, 130}});
  CHECK(poputil::calcLinearTileMappingAndNewOffset(g, t, 23).second == 1);
  for (unsigned tile = 0; tile != 24; ++tile)
    for (bool ascending : {true, false})
      CHECK(poputil::invTransformTileIndex(poputil::transformTileIndex(tile, 24, 7, ascending), 24, 7, ascending) ==
            tile);
}

TEST_CASE("the imbalance of a mapping is what its fullest tile has too much") {
  auto g = graphOf(4);
  const auto t = g.addVariable(poplar::FLOAT, {16});
  poputil::mapTensorLinearly(g, t, 1, 1);
  CHECK(poputil::getTileImbalance(g, t) == 0);
  g.setTileMapping(t, 2);
  CHECK(poputil::getTileImbalance(g, t) == 12);
  CHECK(poputil::getTileImbalance(g, t, 10) == 6);
}

TEST_CASE("a broadcast operand lies on the tiles of the full tensor") {
  auto g = graphOf(16);
  const auto full = g.addVariable(poplar::FLOAT, {8, 12});
  for (unsigned i = 0; i != 6; ++i)
    g.setTileMapping(full.slice(2 * i, 2 * i + 2, 1), i + 4);
  const auto bias = poputil::createBroadcastOperand(g, full, poplar::HALF, 1);
  CHECK(bias.shape() == Shape{12});
  CHECK(bias.elementType() == poplar::HALF);
  const auto mapping = g.getTileMapping(bias);
  for (unsigned i = 0; i != 6; ++i)
    CHECK(mapping[i + 4] == std::vector<Interval>{{2 * i, 2 * i + 2}});
  CHECK(poputil::dimIsSplitOverTiles(g, full, 0));
  CHECK_FALSE(poputil::dimIsSplitOverTiles(g, full, 1));
  CHECK_THROWS_WITH(poputil::createBroadcastOperand(g, full, poplar::HALF, 2), says("[8,12]"));
}

TEST_CASE("regions are divided between workers evenly, at grains, without loss") {
  const std::vector<Interval> regions{{0, 17}, {40, 44}, {100, 300}};
  for (unsigned grain : {1, 2, 4})
    for (unsigned partitions : {1, 3, 6}) {
      const auto result = poputil::splitRegions(regions, grain, partitions);
      std::vector<Interval> all = poputil::flattenIntervals(result);
      poputil::mergeAdjacentRegions(all);
      INFO("grain " << grain << ", partitions " << partitions);
      CHECK(all == regions);
      CHECK(result.size() == partitions);
      std::size_t most = 0, least = ~std::size_t(0);
      for (const auto &partition : result) {
        most = std::max(most, sizeOf(partition));
        least = std::min(least, sizeOf(partition));
      }
      CHECK(most - least <= 3 * grain);
    }
  std::vector<std::vector<poplar::Interval>> mapping{{{0, 3}, {3, 5}, {6, 7}}, {}, {{5, 6}, {7, 9}, {9, 12}}};
  poputil::mergeAdjacentRegions(mapping);
  CHECK(mapping == std::vector<std::vector<poplar::Interval>>{{{0, 5}, {6, 7}}, {}, {{5, 6}, {7, 12}}});
  CHECK(poputil::splitRegions(regions, 1, 6, 100).size() == 2);
  CHECK(poputil::splitRegions(regions, 1, 1, 0, 50).size() >= 5);
  for (const auto &partition : poputil::splitRegions(regions, 1, 6, 0, UINT_MAX, 10))
    for (const Interval &interval : partition)
      CHECK(interval.size() <= 10);
  CHECK(poputil::splitRegions(std::vector<Interval>{}, 1, 6).empty());
  const auto groups = poputil::splitRegions(std::vector<std::vector<Interval>>{{{0, 4}, {10, 14}}, {{20, 30}}}, 2, 3);
  std::size_t total = 0;
  for (const auto &partition : groups)
    total += poputil::intervalSequenceNumElements(partition);
  CHECK(groups.size() == 3);
  CHECK(total == 18);
}

TEST_CASE("a permutation of intervals is undone by its unshuffling") {
  auto g = graphOf(1);
  const auto t = g.addVariable(poplar::INT, {20});
  const std::vector<Interval> order{{10, 13}, {0, 7}, {13, 20}, {7, 10}};
  const auto shuffled = poplar::concat(t.slices(order));
  CHECK(poplar::concat(shuffled.slices(poputil::calculateUnshufflingIntervals(order))) == t);
}

TEST_CASE("tensors broadcast to a common shape as views") {
  auto g = graphOf(2);
  poplar::Tensor a = g.addVariable(poplar::FLOAT, {3, 1}), b = g.addVariable(poplar::FLOAT, {4});
  CHECK(poputil::canBroadcastToMatch(a, b));
  poputil::broadcastToMatch(a, b);
  CHECK(a.shape() == Shape{3, 4});
  CHECK(b.shape() == Shape{3, 4});
  CHECK(a[2][1] == a[2][3]);
  CHECK(b[0][2] == b[2][2]);
  poplar::Tensor c = g.addVariable(poplar::FLOAT, {5});
  CHECK_FALSE(poputil::canBroadcastToMatch(a, c));
  CHECK_THROWS_WITH(poputil::broadcastToMatch(a, c), says("[3,4]") && says("[5]"));
  CHECK_THROWS_WITH(poputil::broadcastToMatch(c, Shape{2, 6}), says("[2,6]"));
}

TEST_CASE("factored dimensions can be joined again") {
  auto g = graphOf(2);
  const auto t = g.addVariable(poplar::FLOAT, {6, 8, 5});
  const auto factored = poputil::factorDims(t, {3, 4});
  CHECK(factored.shape() == Shape{2, 2, 3, 4, 5});
  CHECK(factored[1][0][2][3] == t[5][3]);
  CHECK(poputil::unfactorDims(factored, 2) == t);
  CHECK_THROWS_WITH(poputil::factorDims(t, {4}), says("does not divide"));
}

TEST_CASE("partitionable tensors keep every block in one run of memory") {
  auto g = graphOf(2);
  for (const Shape &parts : {Shape{1, 1}, Shape{3, 2}, Shape{2, 4}, Shape{7, 10}}) {
    const auto t = poputil::createPartitionableTensor(g, poplar::FLOAT, {7, 10}, parts);
    CHECK(t.shape() == Shape{7, 10});
    std::size_t blocks = 0, elements = 0;
    poputil::iterateTensorPartitions(t, parts, [&](const Shape &, const poplar::Tensor &block) {
      CHECK(block.flatten().isContiguous());
      ++blocks;
      elements += block.numElements();
    });
    CHECK(elements == 70);
    CHECK(blocks <= parts[0] * parts[1]);
    CHECK_FALSE(t.containsAliases());
  }
  for (std::size_t n = 0; n != 14; ++n)
    for (std::size_t parts = 1; parts != 14; ++parts) {
      INFO(n << " elements in " << parts << " parts");
      const auto t = poputil::createPartitionableTensor(g, poplar::FLOAT, {n}, {parts});
      CHECK(t.shape() == Shape{n});
      poputil::iterateTensorPartitions(
          t, {parts}, [](const Shape &, const poplar::Tensor &block) { CHECK(block.isContiguous()); });
    }
}

TEST_CASE("groupings tell how elements lie together") {
  auto g = graphOf(4);
  const auto stored = g.addVariable(poplar::FLOAT, {3, 5, 8, 4});
  g.setTileMapping(stored, 1);
  const auto view = stored.dimShuffle({1, 2, 0, 3}).reshape({5, 8, 12}); // innermost in groups of 4
  CHECK(poputil::detectInnermostGrouping(g, view) == 4);
  CHECK(poputil::detectDimGroupings(g, view) == std::vector<poputil::GroupingInfo>{{2, 4}});
  CHECK(poputil::detectInnermostGrouping(g, stored) == 4);
  CHECK(poputil::detectInnermostGrouping(g, stored.dimShuffle({3, 2, 1, 0})) == 1);
  CHECK(poputil::detectDimGroupings(g, stored.dimShuffle({2, 3, 0, 1})) ==
        std::vector<poputil::GroupingInfo>{{1, 4}, {0, 8}, {3, 5}, {2, 3}});
}

TEST_CASE("vertex names spell their template arguments") {
  CHECK(poputil::templateVertex("ns::V", poplar::FLOAT, true, 16u, "x") == "ns::V<float,true,16,x>");
  CHECK(poputil::templateVertex("V", poplar::UNSIGNED_INT, -3) == "V<unsigned int,-3>");
}

TEST_CASE("debug records turn arguments into values and names into contexts") {
  auto g = graphOf(1);
  const auto t = g.addVariable(poplar::HALF, {2, 3}, "weights");
  const std::vector<std::size_t> dims{1, 2};
  const unsigned *missing = nullptr;
  poputil::PoplibsOpDebugInfo di({"outer"}, DI_ARGS(t, dims, missing));
  CHECK(poplar::DebugContext(di, "inner").getPathName() == "outer/inner");
  const std::vector<poputil::ArgType> args = DI_ARGS(t, dims, missing);
  REQUIRE(args.size() == 3);
  CHECK(args[0].n == "t");
  CHECK(args[0].pv["type"].asString() == "half");
  CHECK(args[0].pv["shape"][1].asUint() == 3);
  CHECK(args[1].pv[0].asUint() == 1);
  CHECK(args[2].pv.asString() == "<null>");
  di.addOutput(t);
}

TEST_CASE("host numbers round to half as the device does") {
  const auto g = graphOf(1);
  CHECK(poputil::castToDeviceHalfValue(g.getTarget(), 2049) == 2048);
  CHECK(poputil::checkAccuracyWhenCast(g.getTarget(), 0.5, poplar::FLOAT, poplar::HALF, 1e-6));
  CHECK_FALSE(poputil::checkAccuracyWhenCast(g.getTarget(), 0.1, poplar::FLOAT, poplar::HALF, 1e-6));
  CHECK_FALSE(poputil::checkAccuracyWhenCast(g.getTarget(), 1e6, poplar::FLOAT, poplar::HALF, 1e-3));
  CHECK(poputil::balancedPartition(11, 4) == std::vector<int>{3, 3, 3, 2});
}

TEST_CASE("duplicates hold the same numbers in a tensor of their own") {
  for (On on : kDevices) {
    Bench bench(on);
    const auto t = bench.input(poplar::INT, {3, 7}, integers(21, 0, 99, 1));
    const auto copy = poputil::duplicate(bench.graph, t, bench.prog);
    CHECK_FALSE(copy.intersectsWith(t));
    bench.output("copy", copy);
    bench.run();
    CHECK(bench.get("copy") == integers(21, 0, 99, 1));
  }
}
