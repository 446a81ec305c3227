#include "popgraph/graph/Mapping.hpp"

#include <random>

#include "tests/support/Catch.hpp"

using popgraph::kNoTile;
using popgraph::MappedRange;
using popgraph::Mapping;

TEST_CASE("the last tile set for an element wins") {
  for (unsigned seed = 0; seed < 50; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    std::vector<std::uint32_t> reference(60, kNoTile);
    Mapping mapping;
    for (int i = 0; i < 25; ++i) {
      const std::uint32_t begin = random() % 60, end = begin + random() % (61 - begin), tile = random() % 5;
      mapping.set(begin, end, tile);
      std::fill(reference.begin() + begin, reference.begin() + end, tile);
      std::size_t hint = random() % 4; // any hint must do
      std::vector<std::uint32_t> seen;
      popgraph::forEachMapped(mapping.ranges(), 3, 57, hint, [&](std::uint32_t b, std::uint32_t e, std::uint32_t t) {
        REQUIRE(b < e);
        seen.insert(seen.end(), e - b, t);
      });
      REQUIRE(seen == std::vector<std::uint32_t>(reference.begin() + 3, reference.begin() + 57));
    }
    const auto &ranges = mapping.ranges();
    for (std::size_t i = 1; i < ranges.size(); ++i) {
      REQUIRE(ranges[i - 1].end <= ranges[i].begin);
      REQUIRE((ranges[i - 1].end < ranges[i].begin || ranges[i - 1].tile != ranges[i].tile));
    }
  }
}

TEST_CASE("elements mapped one by one take one entry per tile") {
  Mapping mapping;
  for (std::uint32_t i = 0; i < 1000; ++i) mapping.set(i, i + 1, i / 250);
  CHECK(mapping.ranges() == std::vector<MappedRange>{{0, 250, 0}, {250, 500, 1}, {500, 750, 2}, {750, 1000, 3}});
}
