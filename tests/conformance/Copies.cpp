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

namespace {

/// A copy from one variable to another, on the CPU device, where large ones are moved in parts.
template <typename T>
void checkLargeCopy(const Type &type, const std::vector<std::size_t> &shape,
                    const std::function<std::pair<Tensor, Tensor>(const Tensor &, const Tensor &)> &views) {
  const Device device = Device::createCPUDevice();
  Graph graph(device.getTarget());
  Tensor a = graph.addVariable(type, shape, "a"), b = graph.addVariable(type, shape, "b");
  graph.setTileMapping(a, 0);
  graph.setTileMapping(b, 0);
  // Tensors of the same shape whose elements are numbered tell where the elements of views are.
  Tensor numbers = graph.addVariable(UNSIGNED_INT, shape, "numbers");
  graph.setTileMapping(numbers, 0);
  const auto [source, destination] = views(a, b);
  const auto [sourceNumbers, destinationNumbers] = views(numbers, numbers);
  graph.createHostWrite("a", a);
  graph.createHostWrite("b", b);
  graph.createHostWrite("numbers", numbers);
  graph.createHostRead("b", b);
  graph.createHostRead("from", sourceNumbers);
  graph.createHostRead("to", destinationNumbers);
  Engine engine(graph, program::Copy(source, destination));
  engine.load(device);
  const std::size_t n = a.numElements();
  std::vector<T> in(n), expected(n);
  std::vector<unsigned> number(n);
  for (std::size_t i = 0; i < n; ++i) {
    in[i] = static_cast<T>(i * 2654435761u >> 7);
    expected[i] = static_cast<T>(i);
    number[i] = static_cast<unsigned>(i);
  }
  write(engine, "a", in);
  write(engine, "b", expected);
  write(engine, "numbers", number);
  engine.run();
  const auto from = read<unsigned>(engine, "from", source.numElements());
  const auto to = read<unsigned>(engine, "to", destination.numElements());
  for (std::size_t i = 0; i < from.size(); ++i) expected[to[i]] = in[from[i]];
  CHECK(read<T>(engine, "b", n) == expected);
}

template <typename T> void checkLargeCopies(const Type &type, std::size_t rows, std::size_t columns) {
  INFO("elements of " << sizeof(T) << " bytes");
  const std::vector<std::size_t> square{rows, columns}, cube{9, rows / 9, columns};
  using Views = std::pair<Tensor, Tensor>;
  checkLargeCopy<T>(type, square, [](const Tensor &a, const Tensor &b) { return Views(a, b); });
  checkLargeCopy<T>(type, square, [](const Tensor &a, const Tensor &b) {
    return Views(a.transpose().flatten().slice(5, 100), b.flatten().slice(5, 100)); // a short one
  });
  checkLargeCopy<T>(type, square, [](const Tensor &a, const Tensor &b) {
    return Views(a.transpose(), b.reshape({b.dim(1), b.dim(0)}));
  });
  checkLargeCopy<T>(type, square, [](const Tensor &a, const Tensor &b) {
    return Views(a.reshape({a.dim(1), a.dim(0)}), b.transpose());
  });
  checkLargeCopy<T>(type, square, [](const Tensor &a, const Tensor &b) {
    return Views(a.reverse(1).transpose(), b.transpose().reverse(0));
  });
  checkLargeCopy<T>(type, square, [](const Tensor &a, const Tensor &b) {
    const std::size_t n = a.dim(1) - 3;
    return Views(a.slice(1, n, 1), b.slice(3, n + 2, 1));
  });
  checkLargeCopy<T>(type, cube, [](const Tensor &a, const Tensor &b) {
    return Views(a.dimShuffle({2, 0, 1}), b.reshape({b.dim(2), b.dim(0), b.dim(1)}));
  });
  checkLargeCopy<T>(type, square, [](const Tensor &a, const Tensor &b) {
    return Views(a[3].broadcast(static_cast<unsigned>(a.dim(0)), 0), b.flatten());
  });
}

} // namespace

TEST_CASE("large copies between variables move every element, whatever its size and the views") {
  checkLargeCopies<unsigned char>(UNSIGNED_CHAR, 1800, 1103);
  checkLargeCopies<unsigned short>(UNSIGNED_SHORT, 900, 1103);
  checkLargeCopies<unsigned>(UNSIGNED_INT, 630, 1103);
  checkLargeCopies<unsigned long long>(UNSIGNED_LONGLONG, 450, 557);
}
