// The order of elements in memory: simplifying permutations, and what a tensor was broadcast from.
#include <poplar/exceptions.hpp>
#include <random>

#include "tests/support/Catch.hpp"
#include "tests/support/Throws.hpp"
#include "tests/unit/api/Elements.hpp"

using namespace poplar;
using support::throwsNaming;

TEST_CASE("a rearranger sorts by memory, moves other tensors alike, and comes back") {
  Graph graph(Target::createCPUTarget());
  for (unsigned seed = 0; seed < 50; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    std::vector<Tensor> pieces;
    const Tensor a = graph.addVariable(FLOAT, {30}), b = graph.addVariable(FLOAT, {200});
    for (std::size_t at = 0; at < 30;) {
      const std::size_t end = std::min<std::size_t>(30, at + 1 + random() % 5);
      pieces.push_back(a.slice(at, end));
      at = end;
    }
    std::shuffle(pieces.begin(), pieces.end(), random);
    const Tensor t = concat(pieces), other = b.slice(0, 30);
    const TensorRearranger order = graph.getSimplifyingRearranger(t);
    REQUIRE(order.numElements() == 30);
    REQUIRE(order.rearrange(t) == a);
    REQUIRE(order.undoRearrangement(order.rearrange(other)) == other);
    Tensor simple = t, along = other;
    graph.reorderToSimplify(&simple, {&along});
    REQUIRE(simple == a);
    REQUIRE(along == order.rearrange(other));

    // Intervals go where the elements go.
    const std::size_t begin = random() % 30, end = begin + random() % (31 - begin);
    std::vector<Tensor> moved, back;
    for (const Interval &i : order.rearrange({Interval(begin, end)})) moved.push_back(order.rearrange(t).slice(i));
    for (const Interval &i : order.undoRearrangement({Interval(begin, end)})) back.push_back(t.slice(i));
    if (begin < end) {
      REQUIRE(concat(moved) == t.slice(begin, end));
      REQUIRE(concat(back) == order.rearrange(t).slice(begin, end));
    }
    throwsNaming<index_error>({"[0, 31)", "30"}, [&] { order.rearrange({Interval(0, 31)}); });
    throwsNaming<poplar_error>({"[30]", "[200]"}, [&] { order.rearrange(b); });
    throwsNaming<poplar_error>({"[30]", "[200]"}, [&] { order.undoRearrangement(b); });
  }
  const Tensor matrix = graph.addVariable(FLOAT, {2, 2});
  throwsNaming<poplar_error>({"[4]", "[2,2]"}, [&] { graph.getSimplifyingRearranger(matrix); });
}

TEST_CASE("aliased intervals are removed and told") {
  Graph graph(Target::createCPUTarget());
  const Tensor a = graph.addVariable(FLOAT, {4});
  const Tensor t = concat({a.slice(1, 4), a.slice(0, 2)}); // a1 a2 a3 a0 a1
  std::vector<std::size_t> aliases;
  CHECK(graph.getSortedContiguousRegions(t, {Interval(0, 5)}, true, &aliases) ==
        std::vector<std::vector<Interval>>{{Interval(3, 5), Interval(1, 3)}});
  CHECK(aliases == std::vector<std::size_t>{0});
}

TEST_CASE("the tensor before broadcasting is found") {
  Graph graph(Target::createCPUTarget());
  const Tensor a = graph.addVariable(FLOAT, {3, 1}), b = graph.addVariable(FLOAT, {2, 4});
  CHECK(graph.findUnbroadcastTensor(a.broadcast(5, 1)) == a);
  CHECK(graph.findUnbroadcastTensor(b.broadcast(3, 0)) == b);
  CHECK(graph.findUnbroadcastTensor(b.broadcast(3, 1).broadcast(2, 0)) == b);
  CHECK(graph.findUnbroadcastTensor(b) == b);
  CHECK(graph.findUnbroadcastTensor(b.transpose()) == b.transpose());
  CHECK(graph.findUnbroadcastTensor(concat(b, b, 1).slice(0, 7, 1)) == concat(b, b, 1).slice(0, 7, 1));
  throwsNaming<poplar_error>({"findUnbroadcastTensor", "no variable"}, [&] { graph.findUnbroadcastTensor(Tensor()); });
}
