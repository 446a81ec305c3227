#include "tests/support/Catch.hpp"
#include "tests/unit/libs/Bench.hpp"
#include <popops/ElementWise.hpp>
#include <popops/Gather.hpp>
#include <popops/Scatter.hpp>
#include <poputil/exceptions.hpp>

using namespace test;
using poputil::poplibs_error;
using support::throwsNaming;

TEST_CASE("gathering along an axis replaces it by the dimensions of the indices") {
  const Values x = integers(4 * 5 * 3, -99, 99, 1), at{4, 0, 2, 2, 1, 9};
  for (On on : kDevices)
    for (poplar::Type indexType : {poplar::INT, poplar::UNSIGNED_INT})
      for (unsigned axis : {0u, 1u, 2u}) {
        Bench bench(on);
        auto &g = bench.graph;
        const Shape shape{4, 5, 3};
        const auto t = bench.feed(popops::createGatherInput(g, poplar::HALF, shape, axis), x);
        const auto indices = bench.input(indexType, {2, 3}, at);
        const auto result = popops::gather(g, t, indices, axis, bench.prog, popops::GatherParams(1000));
        Shape wantShape = shape;
        wantShape[axis] = 3;
        wantShape.insert(wantShape.begin() + axis, 2);
        REQUIRE(result.shape() == wantShape);
        bench.output("result", result);
        bench.run();
        std::size_t inner = 1, outer = 1;
        for (unsigned d = 0; d != 3; ++d) (d < axis ? outer : inner) *= d == axis ? 1 : shape[d];
        Values wanted;
        for (std::size_t o = 0; o != outer; ++o)
          for (double i : at)
            for (std::size_t k = 0; k != inner; ++k)
              wanted.push_back(i < double(shape[axis]) ? x[(o * shape[axis] + std::size_t(i)) * inner + k] : 0);
        INFO(name(on) << " axis " << axis);
        CHECK(bench.get("result") == wanted);
      }
}

TEST_CASE("general gathers place slices of any dimensions where offsetDims say") {
  const Shape shape{4, 5, 3};
  const Values x = integers(60, -99, 99, 1), at{1, 3, 0, 0, 2, 2}; // three vectors {row, column}
  for (On on : kDevices)
    for (bool columnsFirst : {false, true}) {
      Bench bench(on);
      auto &g = bench.graph;
      const auto t = bench.feed(popops::createGatherInput(g, poplar::FLOAT, shape, {1, 2, 2}, {0u, 1u}), x);
      Values vectors = at;
      if (columnsFirst) // the vectors as columns of a matrix
        vectors = {at[0], at[2], at[4], at[1], at[3], at[5]};
      const auto indices = bench.input(poplar::UNSIGNED_INT, columnsFirst ? Shape{2, 3} : Shape{3, 2}, vectors);
      // Slices of 1 x 2 x 2; the first dimension vanishes, the others become dimensions 0 and 2 of the result.
      const auto result =
          popops::gather(g, t, indices, columnsFirst ? 0 : 1, {0, 2}, {1, 2, 2}, {0}, {0u, 1u}, bench.prog);
      REQUIRE(result.shape() == Shape{2, 3, 2});
      bench.output("result", result);
      bench.run();
      Values wanted;
      for (std::size_t a = 0; a != 2; ++a)
        for (std::size_t v = 0; v != 3; ++v)
          for (std::size_t b = 0; b != 2; ++b)
            wanted.push_back(x[(std::size_t(at[2 * v]) * 5 + std::size_t(at[2 * v + 1]) + a) * 3 + b]);
      INFO(name(on));
      CHECK(bench.get("result") == wanted);
    }
}

TEST_CASE("scattering stores slices, or combines them one after the other") {
  const Values x = integers(5 * 4, -9, 9, 1), at{3, 0, 3, 7}, u = integers(4 * 4, -9, 9, 2);
  for (On on : kDevices) {
    Bench bench(on);
    auto &g = bench.graph;
    const auto stored = bench.input(poplar::FLOAT, {5, 4}, x), added = bench.input(poplar::FLOAT, {5, 4}, x);
    const auto points = bench.input(poplar::INT, {5, 4}, x);
    const auto indices = bench.input(poplar::UNSIGNED_INT, {4}, at), updates = bench.input(poplar::FLOAT, {4, 4}, u);
    popops::scatter(g, stored, indices, updates, 1, {1}, {0}, {0}, bench.prog);
    popops::scatter(
        g, added, indices, updates, 1, {1}, {0}, {0},
        [](poplar::Graph &graph, poplar::Tensor &a, poplar::Tensor &b, poplar::program::Sequence &prog) {
          return popops::add(graph, a, b, prog);
        },
        bench.prog);
    // Single elements at {row, column}.
    const auto places = bench.input(poplar::INT, {3, 2}, {0, 3, 4, 0, 2, 4});
    const auto values = bench.input(poplar::INT, {3}, {100, 200, 300});
    popops::scatter(g, points, places, values, 1, {}, {0, 1}, {0, 1}, bench.prog);
    bench.output("stored", stored);
    bench.output("added", added);
    bench.output("points", points);
    bench.run();
    Values wantStored = x, wantAdded = x, wantPoints = x;
    for (std::size_t i = 0; i != 3; ++i)
      for (std::size_t c = 0; c != 4; ++c) {
        wantStored[std::size_t(at[i]) * 4 + c] = u[i * 4 + c];
        wantAdded[std::size_t(at[i]) * 4 + c] += u[i * 4 + c];
      }
    wantPoints[3] = 100;
    wantPoints[16] = 200;
    INFO(name(on));
    CHECK(bench.get("stored") == wantStored);
    CHECK(bench.get("added") == wantAdded);
    CHECK(bench.get("points") == wantPoints);
  }
}

TEST_CASE("gather and scatter say which argument is wrong") {
  Bench bench(On::Simulator);
  auto &g = bench.graph;
  auto &p = bench.prog;
  const auto t = bench.input(poplar::FLOAT, {4, 6}, Values(24)), at = bench.input(poplar::INT, {3}, Values(3));
  throwsNaming<poplibs_error>({"popops::gather", "axis 2", "[4,6]"}, [&] { popops::gather(g, t, at, 2, p, {}); });
  throwsNaming<poplibs_error>({"popops::gather", "float"}, [&] { popops::gather(g, t, t, 0, p, {}); });
  throwsNaming<poplibs_error>({"popops::createGatherInput", "axis 2", "[4,6]"},
                              [&] { popops::createGatherInput(g, poplar::FLOAT, {4, 6}, 2); });
  throwsNaming<poplibs_error>({"popops::createGatherInput", "[7,1]", "[4,6]"},
                              [&] { popops::createGatherInput(g, poplar::FLOAT, {4, 6}, {7, 1}, {0u}); });
  throwsNaming<poplibs_error>({"popops::gather", "[3]", "2 entries"},
                              [&] { popops::gather(g, t, at, 0, {}, {1, 1}, {0, 1}, {0u, 1u}, p); });
  throwsNaming<poplibs_error>({"popops::gather", "[1,6]", "collapsed"},
                              [&] { popops::gather(g, t, at, 1, {1}, {1, 6}, {1}, {0u}, p); });
  throwsNaming<poplibs_error>({"popops::scatter", "[4,6]", "3 slices"},
                              [&] { popops::scatter(g, t, at, t, 1, {1}, {0}, {0}, p); });
}
