#include "tests/support/Catch.hpp"
#include "tests/unit/libs/Bench.hpp"
#include <popops/Pad.hpp>
#include <poputil/exceptions.hpp>

using namespace test;
using popops::padding::MappingMethod;

namespace {

/// Index into `size` elements of position i of a padded line, or -1 for an added value.
long source(long i, long size, const char *kind) {
  if (i >= 0 && i < size) return i;
  if (std::string(kind) == "edge") return i < 0 ? 0 : size - 1;
  if (std::string(kind) == "reflect") return i < 0 ? -i : 2 * (size - 1) - i;
  return -1;
}

Values padded(const Values &x, const long (&size)[2], const long (&lower)[2], const long (&upper)[2], const char *kind,
              double value = 0) {
  Values result;
  for (long i = -lower[0]; i < size[0] + upper[0]; ++i)
    for (long j = -lower[1]; j < size[1] + upper[1]; ++j) {
      const long a = source(i, size[0], kind), b = source(j, size[1], kind);
      result.push_back(a < 0 || b < 0 ? value : x[std::size_t(a * size[1] + b)]);
    }
  return result;
}

} // namespace

TEST_CASE("padding adds values, edges or reflections, and cuts off where it is negative") {
  const Values x = integers(20, -9, 9, 1);
  const long size[] = {4, 5}, lower[] = {2, -1}, upper[] = {1, 3};
  const std::vector<std::ptrdiff_t> low{2, -1}, high{1, 3};
  for (On on : kDevices)
    for (MappingMethod method : {MappingMethod::ZERO, MappingMethod::EDGE}) {
      Bench bench(on);
      auto &g = bench.graph;
      const auto t = bench.input(poplar::INT, {4, 5}, x), h = bench.input(poplar::HALF, {4, 5}, x);
      const auto value = bench.input(poplar::INT, {1}, {77});
      const auto show = [&](const char *handle, const poplar::Tensor &view) {
        const auto copy = g.addVariable(view.elementType(), view.shape());
        poputil::mapTensorLinearly(g, copy);
        bench.prog.add(poplar::program::Copy(view, copy));
        bench.output(handle, copy);
      };
      show("int", popops::pad(g, t, low, high, 5, method));
      show("float", popops::pad(g, h, low, high, 1.5f, method));
      show("zero", popops::pad(g, h, low, high));
      show("tensor", popops::pad(g, t, low, high, value, method));
      show("one", popops::pad(g, t, 2, 1, 0, 8, method));
      show("oneFloat", popops::pad(g, h, 2, 1, 0, 0.5f, method));
      show("oneTensor", popops::pad(g, t, 2, 1, 0, value, method));
      show("edge", popops::pad(t, low, high, popops::padding::Type::EDGE));
      show("reflect", popops::pad(t, low, high, popops::padding::Type::REFLECT));
      show("oneEdge", popops::pad(t, 3, 9, 1, popops::padding::Type::EDGE));
      bench.run();
      const Values cropped = padded(x, size, {0, -1}, {0, 0}, "");
      const long left[] = {4, 4}, lowerAfter[] = {2, 0};
      INFO(name(on));
      CHECK(bench.get("int") == padded(x, size, lower, upper, "", 5));
      CHECK(bench.get("float") == padded(x, size, lower, upper, "", 1.5));
      CHECK(bench.get("zero") == padded(x, size, lower, upper, ""));
      CHECK(bench.get("tensor") == padded(x, size, lower, upper, "", 77));
      CHECK(bench.get("one") == padded(x, size, {2, 0}, {1, 0}, "", 8));
      CHECK(bench.get("oneFloat") == padded(x, size, {2, 0}, {1, 0}, "", 0.5));
      CHECK(bench.get("oneTensor") == padded(x, size, {2, 0}, {1, 0}, "", 77));
      CHECK(bench.get("edge") == padded(cropped, left, lowerAfter, upper, "edge"));
      CHECK(bench.get("reflect") == padded(cropped, left, lowerAfter, upper, "reflect"));
      CHECK(bench.get("oneEdge") == padded(x, size, {0, 3}, {0, 9}, "edge"));
    }
}

TEST_CASE("constants of a padding lie on tile 0, beside their neighbours, or where the caller wants") {
  Bench bench(On::Simulator);
  auto &g = bench.graph;
  const auto t = g.addVariable(poplar::FLOAT, {8});
  g.setTileMapping(t.slice(0, 4), 3);
  g.setTileMapping(t.slice(4, 8), 5);
  const auto tileOf = [&](const poplar::Tensor &element) {
    const auto mapping = g.getTileMapping(element);
    for (unsigned tile = 0; tile != mapping.size(); ++tile)
      if (!mapping[tile].empty()) return tile;
    return ~0u;
  };
  const auto zero = popops::pad(g, t, 1, 1, 0, 0.0f, MappingMethod::ZERO);
  CHECK(tileOf(zero[0]) == 0);
  const auto edge = popops::pad(g, t, 1, 1, 0, 0.0f, MappingMethod::EDGE);
  CHECK(tileOf(edge[0]) == 3);
  CHECK(tileOf(edge[9]) == 5);
  const auto none = popops::pad(g, t, 1, 1, 0, 0.0f, MappingMethod::NONE);
  CHECK_THROWS(g.getTileMapping(none));
  using poputil::poplibs_error;
  using support::throwsNaming;
  const std::vector<std::ptrdiff_t> one{1}, two{1, 1};
  throwsNaming<poplibs_error>({"popops::pad", "-9", "[8]"}, [&] { popops::pad(g, t, -9, 0, 0); });
  throwsNaming<poplibs_error>({"popops::pad", "dimension 1", "[8]"}, [&] { popops::pad(g, t, 1, 0, 1); });
  throwsNaming<poplibs_error>({"popops::pad", "2 lower", "[8]"}, [&] { popops::pad(g, t, two, two); });
  throwsNaming<poplibs_error>({"popops::pad", "[8]", "one element"}, [&] { popops::pad(g, t, one, one, t); });
  throwsNaming<poplibs_error>({"popops::pad", "8", "[8]"},
                              [&] { popops::pad(t, 8, 0, 0, popops::padding::Type::REFLECT); });
}
