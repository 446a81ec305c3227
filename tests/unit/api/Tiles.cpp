// Tile mappings of views, and virtual graphs.
#include <poplar/exceptions.hpp>
#include <random>

#include "tests/support/Catch.hpp"
#include "tests/support/Throws.hpp"
#include "tests/unit/api/Elements.hpp"

using namespace poplar;
using support::throwsNaming;

TEST_CASE("mappings of random views agree with the tiles of their elements") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    Graph graph(Target::createIPUTarget(1, 8, "ipu2"));
    const Tensor a = graph.addVariable(FLOAT, {4, 6}, "a"), b = graph.addVariable(FLOAT, {4, 6}, "b");
    std::vector<std::vector<unsigned>> tiles(2, std::vector<unsigned>(24, ~0u));
    const Tensor vars[] = {a, b};
    const auto randomView = [&] {
      Tensor view = random() % 3 == 0 ? concat(a, b, random() % 2) : vars[random() % 2];
      for (int step = 0; step < 3; ++step) {
        const unsigned d = random() % view.rank();
        const std::size_t from = random() % view.dim(d);
        switch (random() % 6) {
        case 0: view = view.transpose(); break;
        case 1: view = view.reverse(d); break;
        case 2: view = view.subSample(2, d); break;
        case 3: view = view.slice(from, view.dim(d), d); break;
        case 4: view = view.slice(0, 1, d).broadcast(3, d); break;
        default: view = view.transpose().flatten().reshape({1, view.numElements()}); break;
        }
      }
      return view;
    };
    for (int i = 0; i < 6; ++i) {
      const Tensor view = randomView();
      const unsigned tile = random() % 4;
      if (random() % 2) {
        graph.setTileMapping(view, tile);
        for (const auto &[variable, element] : elementsOf(view)) tiles[variable][element] = tile;
      } else {
        const std::size_t half = view.numElements() / 2;
        graph.setTileMapping(view, {{Interval(0, half)}, {}, {Interval(half, view.numElements())}});
        const auto elements = elementsOf(view);
        for (std::size_t k = 0; k < elements.size(); ++k)
          tiles[elements[k].first][elements[k].second] = k < half ? 0 : 2;
      }
    }
    for (int i = 0; i < 4; ++i) {
      const Tensor view = randomView();
      std::vector<unsigned> expected;
      bool whole = true;
      for (const auto &[variable, element] : elementsOf(view)) {
        expected.push_back(tiles[variable][element]);
        whole = whole && expected.back() != ~0u;
      }
      bool complete = !whole;
      const auto mapping = graph.getTileMapping(view, &complete);
      REQUIRE(tilesOf(mapping, expected.size()) == expected);
      REQUIRE(complete == whole);
      for (const auto &list : mapping)
        for (std::size_t k = 1; k < list.size(); ++k) REQUIRE(list[k - 1].end() < list[k].begin());
      if (!whole) REQUIRE_THROWS_AS(graph.getTileMapping(view), invalid_tile_mapping);
    }
  }
}

TEST_CASE("a huge view on one tile is one interval") {
  Graph graph(Target::createIPUTarget(1, 8, "ipu2"));
  const Tensor big = graph.addVariable(FLOAT, {10000, 10000});
  graph.setTileMapping(big.transpose(), 6);
  const auto mapping = graph.getTileMapping(big.transpose().subSample(3, 0).flatten());
  CHECK(mapping[6] == std::vector<Interval>{Interval(0, std::size_t(3334) * 10000)});
  graph.setTileMapping(big.slice(0, 5000), 1);
  CHECK(graph.getTileMapping(big)[1] == std::vector<Interval>{Interval(0, 50000000)});
  CHECK(graph.getVariableTileMapping(big.getVarRegions()[0].var) == graph.getTileMapping(big));
}

TEST_CASE("virtual graphs number their tiles from 0") {
  Graph graph(Target::createIPUTarget(2, 4, "ipu2"));
  CHECK(graph.getReplicationFactor() == 1);
  Graph odd = graph.createVirtualGraph({1, 3, 5, 7});
  CHECK(odd.getTarget().getNumTiles() == 4);
  CHECK(odd.getTarget().getNumIPUs() == 2); // two tiles of each
  CHECK(graph.createVirtualGraph(4, 8).getTarget().getNumIPUs() == 1);
  CHECK(graph.createVirtualGraph(5).getTarget().getNumTiles() == 5);
  Tensor t = odd.addVariable(FLOAT, {2}, VariableMappingMethod::NONE, "t");
  odd.setTileMapping(t[0], 0);
  odd.setTileMapping(t[1], 3);
  CHECK(tilesOf(graph.getTileMapping(t), 2) == std::vector<unsigned>{1, 7});
  CHECK(tilesOf(odd.getTileMapping(t), 2) == std::vector<unsigned>{0, 3});
  Graph inner = odd.createVirtualGraph({3, 2});
  CHECK_THROWS_AS(inner.getTileMapping(t), invalid_tile_mapping);
  CHECK(tilesOf(inner.getTileMapping(t, true, true), 2) == std::vector<unsigned>{~0u, 0});
  CHECK(tilesOf(inner.getTopLevelGraph().getTileMapping(t), 2) == std::vector<unsigned>{1, 7});

  CHECK(inner.convertTileToTopLevelGraphTile(1) == 5);
  CHECK(inner.convertVirtualTileToPhysicalTile(0) == 7);
  CHECK(inner.convertPhysicalTileToVirtualTile(5) == 1);
  CHECK(inner.convertPhysicalTileToVirtualTile(1, 3) == 0); // IPU 1, its tile 3
  CHECK(graph.convertPhysicalTileToVirtualTile(1, 2) == 6);
  throwsNaming<invalid_tile_mapping>({"tile 2", "2 tiles"}, [&] { inner.convertTileToTopLevelGraphTile(2); });
  throwsNaming<invalid_tile_mapping>({"tile 1", "not in"}, [&] { inner.convertPhysicalTileToVirtualTile(1); });
  throwsNaming<invalid_tile_mapping>({"IPU 2"}, [&] { inner.convertPhysicalTileToVirtualTile(2, 0); });
  throwsNaming<invalid_tile_mapping>({"tile 9", "8 tiles"}, [&] { graph.createVirtualGraph({1, 9}); });
  throwsNaming<invalid_tile_mapping>({"tile 3", "twice"}, [&] { graph.createVirtualGraph({3, 3}); });
  throwsNaming<invalid_tile_mapping>({"[3, 9)"}, [&] { graph.createVirtualGraph(3, 9); });
  throwsNaming<invalid_tile_mapping>({"at least one"}, [&] { graph.createVirtualGraph(0); });
}
