// Copies between views, on every device, against an element-by-element reference.
#include <random>

#include "tests/support/Catch.hpp"
#include "tests/support/Devices.hpp"

using namespace poplar;
using namespace support;

namespace {

/// Runs one copy on a variable of 0, 1, 2, … and compares with moving the elements one by one.
void checkCopy(TestDevice &d, const std::function<std::pair<Tensor, Tensor>(const Tensor &)> &views,
               std::vector<std::size_t> shape) {
  Graph graph(d.device.getTarget());
  Tensor all = graph.addVariable(UNSIGNED_INT, shape, "all"), index = graph.addVariable(UNSIGNED_INT, shape, "index");
  spread(graph, all);
  const auto [source, destination] = views(all);
  graph.createHostWrite("in", all);
  graph.createHostRead("out", all);
  graph.createHostRead("source", source);
  graph.createHostRead("destination", destination);
  Engine engine(graph, program::Copy(source, destination));
  engine.load(d.device);
  std::vector<unsigned> before(all.numElements());
  for (std::size_t i = 0; i < before.size(); ++i) before[i] = static_cast<unsigned>(i);
  write(engine, "in", before);
  // Values are positions, so reading a view tells where its elements are.
  const auto from = read<unsigned>(engine, "source", source.numElements());
  const auto to = read<unsigned>(engine, "destination", destination.numElements());
  engine.run();
  std::vector<unsigned> expected = before;
  for (std::size_t i = 0; i < from.size(); ++i) expected[to[i]] = from[i];
  CHECK(read<unsigned>(engine, "out", before.size()) == expected);
}

} // namespace

TEST_CASE("a copy moves elements in row-major order whatever the views") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    const std::vector<std::size_t> shape{8, 6};
    SECTION("row to column") {
      checkCopy(
          d, [](const Tensor &t) { return std::make_pair(t[0].slice(0, 4), t.slice(4, 8).transpose()[3]); }, shape);
    }
    SECTION("transpose in place reads all before it writes") {
      checkCopy(d, [](const Tensor &t) { return std::make_pair(t.slice(0, 6).transpose(), t.slice(0, 6)); }, shape);
    }
    SECTION("overlapping shift") {
      checkCopy(
          d, [](const Tensor &t) { return std::make_pair(t.flatten().slice(0, 40), t.flatten().slice(8, 48)); }, shape);
    }
    SECTION("to itself, and nothing") {
      checkCopy(d, [](const Tensor &t) { return std::make_pair(t, t); }, shape);
      checkCopy(d, [](const Tensor &t) { return std::make_pair(t.slice(0, 0), t.slice(3, 3)); }, shape);
    }
    SECTION("a broadcast source") {
      checkCopy(
          d, [](const Tensor &t) { return std::make_pair(t[7].slice(1, 2).broadcast(12, 0), t.slice(0, 2).flatten()); },
          shape);
    }
    SECTION("reversed and subsampled") {
      checkCopy(
          d,
          [](const Tensor &t) {
            return std::make_pair(
                t.slice(0, 4).reverse(0).reverse(1),
                concat(t.slice(4, 8).subSample(2, 1), t.slice(4, 8).slice(1, 6, 1).subSample(2, 1), 1));
          },
          shape);
    }
  });
}

TEST_CASE("copies of random views agree with the reference") {
  const unsigned seed = 20240817;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  onEachDevice([&](TestDevice &d) {
    INFO(d.name);
    for (int round = 0; round < 25; ++round) {
      const std::vector<std::size_t> shape{2 + random() % 5, 1 + random() % 6, 2 + random() % 4};
      const unsigned choice = random();
      checkCopy(
          d,
          [&](const Tensor &t) {
            // Two disjoint halves along dimension 0, one of them shuffled.
            const std::size_t half = t.dim(0) / 2;
            Tensor from = t.slice(0, half), to = t.slice(half, 2 * half);
            if (choice & 1) from = from.dimShuffle({2, 0, 1});
            if (choice & 2) to = to.dimShuffle({1, 2, 0});
            if (choice & 4) from = from.reverse(choice >> 8 & 1);
            if (choice & 8) to = to.flatten().reverse(0);
            if (choice & 16) from = from.flatten();
            return std::make_pair(from, to);
          },
          shape);
    }
  });
}
