#include "tests/support/Catch.hpp"
#include "tests/unit/libs/Bench.hpp"
#include <poputil/DebugInfo.hpp>
#include <poputil/TileMapping.hpp>
#include <poputil/exceptions.hpp>

using namespace test;
using poplar::Interval;
using poputil::poplibs_error;
using support::throwsNaming;

namespace {

poplar::Graph graphOf(unsigned tiles, unsigned ipus = 1) {
  poplar::IPUModel model;
  model.tilesPerIPU = tiles;
  model.numIPUs = ipus;
  return poplar::Graph(model.createDevice().getTarget());
}

/// The tile of each element.
std::vector<unsigned> tilesOf(const poplar::Graph &g, const poplar::Tensor &t) {
  std::vector<unsigned> result(t.numElements(), ~0u);
  const auto mapping = g.getTileMapping(t, false);
  for (unsigned tile = 0; tile != mapping.size(); ++tile)
    for (const Interval &interval : mapping[tile])
      std::fill(result.begin() + std::ptrdiff_t(interval.begin()), result.begin() + std::ptrdiff_t(interval.end()),
                tile);
  return result;
}

constexpr unsigned kNone = ~0u;

} // namespace

TEST_CASE("elements go to the tiles that use them, shared ones to each of these in full grains") {
  auto g = graphOf(8);
  const auto t = g.addVariable(poplar::FLOAT, {16});
  poputil::TensorUseTracker uses(8);
  CHECK(uses.empty());
  uses.add(g, 2, t.slice(0, 8));
  poputil::TensorUseTracker more(8);
  more.add(g, 5, t.slice(4, 12));
  uses.add(more);
  CHECK_FALSE(uses.empty());
  poputil::TensorUseTracker plain = uses, extended = uses, halo = uses, coarse = uses,
                            later = poputil::TensorUseTracker(8, 5);
  plain.mapTensorsByUse(g, 2, 0);
  CHECK(tilesOf(g, t) == std::vector<unsigned>{2, 2, 2, 2, 2, 2, 5, 5, 5, 5, 5, 5, kNone, kNone, kNone, kNone});
  extended.mapTensorsByUse(g, 2, 0, true);
  CHECK(tilesOf(g, t) == std::vector<unsigned>{2, 2, 2, 2, 2, 2, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5});
  halo.mapTensorsByUse(g, 1, 0, true, poputil::TensorUseTracker::MappingMethod::OptimizeHaloRegions);
  CHECK(tilesOf(g, t) == std::vector<unsigned>{2, 2, 2, 2, 2, 2, 2, 2, 5, 5, 5, 5, 5, 5, 5, 5});
  coarse.mapTensorsByUse(g, 1, 4);
  CHECK(tilesOf(g, t)[5] == tilesOf(g, t)[6]);
  later.add(uses);
  later.mapTensorsByUse(g, 2, 0);
  CHECK(tilesOf(g, t) == std::vector<unsigned>{2, 2, 2, 2, 5, 5, 2, 2, 5, 5, 5, 5, 5, 5, 5, 5});
  poputil::TensorUseTracker resolved = uses;
  resolved.resolve(g, 2, 0);
  resolved.mapTensorsByUse(g, 1, 0);
  CHECK(tilesOf(g, t)[5] == 2);
  CHECK(tilesOf(g, t)[6] == 5);
  throwsNaming<poplibs_error>({"TensorUseTracker::add", "tile 8"}, [&] { uses.add(g, 8, t); });
  throwsNaming<poplibs_error>({"grainSize"}, [&] { uses.mapTensorsByUse(g, 0, 0); });
  throwsNaming<poplibs_error>({"numTiles"}, [&] { poputil::TensorUseTracker(0); });
}

TEST_CASE("copies between IPUs name each element once") {
  auto g = graphOf(4, 2);
  const auto t = g.addVariable(poplar::FLOAT, {6});
  poputil::mapTensorLinearly(g, t, 2, 1);
  const auto view = poplar::concat(t, t.slice(0, 3));
  poplar::Tensor source, destination;
  const auto there = poputil::createIpuCopy(g, view, 1, source, destination);
  CHECK(there.shape() == Shape{9});
  CHECK(source.shape() == Shape{6});
  CHECK(destination.shape() == Shape{6});
  CHECK_FALSE(destination.containsAliases());
  CHECK(tilesOf(g, there) == std::vector<unsigned>{4, 4, 5, 5, 6, 6, 4, 4, 5});
  throwsNaming<poplibs_error>({"createIpuCopy", "IPU 2"},
                              [&] { poputil::createIpuCopy(g, view, 2, source, destination); });
}

TEST_CASE("clones in other graphs keep tile numbers, and expanded ones give every element its own place") {
  auto g = graphOf(8);
  auto low = g.createVirtualGraph(0, 4), high = g.createVirtualGraph(4, 8);
  const auto t = low.addVariable(poplar::FLOAT, {6});
  poputil::mapTensorLinearly(low, t, 2, 1);
  const auto there = poputil::cloneToGraph(low, high, t);
  CHECK(tilesOf(g, there) == std::vector<unsigned>{4, 4, 5, 5, 6, 6});
  auto small = g.createVirtualGraph(7, 8);
  throwsNaming<poplibs_error>({"cloneToGraph", "[6]", "tile 1"}, [&] { poputil::cloneToGraph(low, small, t); });

  const auto [same, offset] = poputil::cloneAndExpandAliasing(g, t, 3);
  CHECK(offset == 3);
  CHECK(tilesOf(g, same) == tilesOf(g, t));
  const auto view = poplar::concat(t, t);
  const auto [expanded, next] = poputil::cloneAndExpandAliasing(g, view, 3);
  CHECK(expanded.shape() == Shape{12});
  CHECK_FALSE(expanded.containsAliases());
  CHECK(next == 4);
  CHECK(tilesOf(g, expanded) == std::vector<unsigned>{0, 0, 1, 1, 2, 2, 3, 3, 3, 3, 3, 3});
}

TEST_CASE("programs, clone methods and arrays have records for profilers") {
  CHECK(poputil::toProfileValue(poplar::TensorCloneMethod::CREATE_NEW_ORDER).asString() == "CREATE_NEW_ORDER");
  CHECK(poputil::toProfileValue(poplar::program::Sequence()).asString() == "Sequence");
  auto g = graphOf(2);
  const auto t = g.addVariable(poplar::FLOAT, {2});
  CHECK(poputil::toProfileValue(poplar::program::Copy(t[0], t[1])).asString() == "Copy");
  const auto list = poputil::toProfileValue(std::array<int, 2>{4, 5});
  REQUIRE(list.asVector().size() == 2);
  CHECK(list.asVector()[1].asDouble() == 5);
}
