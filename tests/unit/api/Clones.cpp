// Clones: shape, type, tiles and aliases are those of the original; the order in memory is what the method says.
#include <algorithm>
#include <map>
#include <poplar/exceptions.hpp>
#include <random>
#include <set>

#include "tests/support/Catch.hpp"
#include "tests/support/Throws.hpp"
#include "tests/unit/api/Elements.hpp"

using namespace poplar;

namespace {

const TensorCloneMethod kMethods[] = {
    TensorCloneMethod::PRESERVE_ORDER_AND_ALIASES, TensorCloneMethod::CREATE_NEW_ORDER,
    TensorCloneMethod::PRESERVE_ORDER_UNLESS_ALIASES, TensorCloneMethod::GATHER_AND_PRESERVE_TILE_ORDER_AND_ALIASES};

bool keepsAliases(TensorCloneMethod method) {
  return method == TensorCloneMethod::PRESERVE_ORDER_AND_ALIASES ||
         method == TensorCloneMethod::GATHER_AND_PRESERVE_TILE_ORDER_AND_ALIASES;
}

/// Which positions of a view are the same element: the number of the first such position.
std::vector<std::size_t> aliasPattern(const Tensor &t) {
  std::map<std::pair<unsigned, std::size_t>, std::size_t> first;
  std::vector<std::size_t> pattern;
  for (const auto &element : elementsOf(t)) pattern.push_back(first.emplace(element, pattern.size()).first->second);
  return pattern;
}

/// A view made of slices, shuffles and repetitions of two variables that are spread over the tiles.
Tensor randomView(Graph &graph, std::mt19937 &random) {
  Tensor a = graph.addVariable(FLOAT, {3, 4}, "a"), b = graph.addVariable(FLOAT, {3, 4}, "b");
  for (const Tensor &t : {a.flatten(), b.flatten()})
    for (std::size_t i = 0; i < t.numElements(); ++i) graph.setTileMapping(t[i], random() % 3);
  Tensor view = random() % 2 ? a : concat(a, b, random() % 2);
  for (int step = 0; step < 4; ++step) {
    const unsigned d = random() % view.rank();
    switch (random() % 6) {
    case 0: view = view.transpose(); break;
    case 1: view = view.reverse(d); break;
    case 2: view = view.subSample(2, d); break;
    case 3: view = concat(view, view.slice(0, 1, d), d); break;
    case 4: view = view.slice(view.dim(d) / 3, view.dim(d), d); break;
    default: view = view.transpose().flatten().reshape(view.shape()); break;
    }
  }
  return view;
}

} // namespace

TEST_CASE("clones of random views keep shape, tiles and aliases") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    Graph graph(Target::createIPUTarget(1, 8, "ipu2"));
    const Tensor view = randomView(graph, random);
    for (const TensorCloneMethod method : kMethods) {
      INFO("method " << static_cast<int>(method));
      const Tensor copy = graph.clone(HALF, view, "copy", method);
      REQUIRE(copy.shape() == view.shape());
      REQUIRE(copy.elementType() == HALF);
      REQUIRE(graph.getTileMapping(copy) == graph.getTileMapping(view));
      REQUIRE_FALSE(copy.intersectsWith(view));
      if (keepsAliases(method))
        REQUIRE(aliasPattern(copy) == aliasPattern(view));
      else
        REQUIRE_FALSE(copy.containsAliases());

      const auto was = elementsOf(view), is = elementsOf(copy);
      const bool newOrder = method == TensorCloneMethod::CREATE_NEW_ORDER ||
                            (method == TensorCloneMethod::PRESERVE_ORDER_UNLESS_ALIASES && view.containsAliases());
      if (newOrder) REQUIRE(copy.isContiguous());
      const std::vector<unsigned> tiles = tilesOf(graph.getTileMapping(view), was.size());
      for (std::size_t i = 0; i < was.size(); ++i)
        for (std::size_t j = 0; j < was.size() && !newOrder; ++j) {
          const bool gather = method == TensorCloneMethod::GATHER_AND_PRESERVE_TILE_ORDER_AND_ALIASES;
          const bool before = gather && tiles[i] != tiles[j] ? tiles[i] < tiles[j] : was[i] < was[j];
          REQUIRE((is[i] < is[j]) == before);
        }
      // No element of the new variable is wasted.
      const std::set<std::pair<unsigned, std::size_t>> distinct(is.begin(), is.end());
      REQUIRE(graph.getVariable(copy.getVarRegions().front().var).numElements() == distinct.size());
    }
  }
}

TEST_CASE("cloneN lays clones side by side or tile by tile") {
  Graph graph(Target::createIPUTarget(1, 8, "ipu2"));
  const Tensor t = graph.addVariable(INT, {6}, "t");
  for (unsigned i = 0; i < 6; ++i) graph.setTileMapping(t[i], i / 2 % 2); // tiles 0 0 1 1 0 0
  for (const auto duplication : {TensorCloneDuplicationMethod::DUPLICATE_BY_OUTER_DIMENSION,
                                 TensorCloneDuplicationMethod::DUPLICATE_BY_TILE_CONTIGUOUS}) {
    const Tensor copies =
        graph.cloneN(FLOAT, t, 3, "copies", TensorCloneMethod::PRESERVE_ORDER_UNLESS_ALIASES, duplication);
    CHECK(copies.shape() == std::vector<std::size_t>{3, 6});
    CHECK(copies.elementType() == FLOAT);
    CHECK(copies.isParallelWriteable());
    for (unsigned k = 0; k < 3; ++k) CHECK(graph.getTileMapping(copies[k]) == graph.getTileMapping(t));
    const auto elements = elementsOf(copies);
    CHECK(std::set<unsigned>{elements[0].first, elements[17].first}.size() == 1);
    if (duplication == TensorCloneDuplicationMethod::DUPLICATE_BY_OUTER_DIMENSION) {
      CHECK(copies.isContiguous());
    } else {
      // On tile 0 lie four elements of each copy, one copy after the other.
      CHECK(copies[0][4].isContiguous());
      CHECK(elementsOf(copies[1])[0].second == 4);
      CHECK(elementsOf(copies[0])[2].second == 12);
      CHECK(elementsOf(copies[1])[2].second == 14);
    }
  }
  support::throwsNaming<graph_object_creation_error>({"cloneN", "one"}, [&] { graph.cloneN(t, 0); });
  support::throwsNaming<poplar_error>({"cloneN", "no variable"}, [&] { graph.cloneN(FLOAT, Tensor(), 2); });
}
