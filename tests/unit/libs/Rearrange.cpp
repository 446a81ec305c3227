#include "tests/support/Catch.hpp"
#include "tests/unit/libs/Bench.hpp"
#include <popops/GatherStatistics.hpp>
#include <popops/NormaliseImage.hpp>
#include <popops/Rearrange.hpp>
#include <popops/SequenceSlice.hpp>
#include <poputil/exceptions.hpp>

using namespace test;
using poputil::GroupingInfo;
using poputil::poplibs_error;
using support::throwsNaming;
namespace rearrange = popops::rearrange;

TEST_CASE("matrices are transposed on their tiles, of every element size and any number") {
  for (On on : kDevices)
    for (poplar::Type type : {poplar::UNSIGNED_CHAR, poplar::HALF, poplar::FLOAT, poplar::LONGLONG})
      for (std::size_t matrices : {1, 5, 30}) {
        Bench bench(on);
        auto &g = bench.graph;
        const Values x = integers(matrices * 12, 0, 99, 1);
        const auto t = bench.input(type, {matrices, 3, 4}, x);
        const auto cs = g.addComputeSet("transpose");
        const auto result = rearrange::partialTranspose(g, t, cs);
        REQUIRE(result.shape() == Shape{matrices, 4, 3});
        CHECK(result.isContiguous());
        bench.prog.add(poplar::program::Execute(cs));
        const auto flat = bench.input(type, {12}, Values(12, 1));
        const auto own = g.addComputeSet("own");
        auto mapping = g.getTileMapping(t[0][0][0]);
        rearrange::addTransposeVertices(g, own, type, 3, 4, mapping, [&](std::size_t) {
          return std::pair<const poplar::Tensor, const poplar::Tensor>(t[0].flatten(), flat);
        });
        bench.prog.add(poplar::program::Execute(own));
        bench.output("result", result);
        bench.output("flat", flat);
        bench.run();
        Values wanted;
        for (std::size_t m = 0; m != matrices; ++m)
          for (std::size_t c = 0; c != 4; ++c)
            for (std::size_t r = 0; r != 3; ++r) wanted.push_back(x[m * 12 + r * 4 + c]);
        INFO(name(on) << " " << type.toString() << " " << matrices);
        CHECK(bench.get("result") == wanted);
        CHECK(bench.get("flat") == Values(wanted.begin(), wanted.begin() + 12));
        throwsNaming<poplibs_error>({"addTransposeVertices", "[12]", "5 x 4"}, [&] {
          rearrange::addTransposeVertices(g, own, type, 5, 4, mapping, [&](std::size_t) {
            return std::pair<const poplar::Tensor, const poplar::Tensor>(t[0].flatten(), flat);
          });
        });
        throwsNaming<poplibs_error>({"partialTranspose", "[12]"}, [&] { rearrange::partialTranspose(g, flat, own); });
      }
}

TEST_CASE("regrouping keeps the values and lays the wanted groups together") {
  const Shape shape{8, 16, 3};
  const Values x = integers(count(shape), -99, 99, 1);
  for (On on : kDevices) {
    Bench bench(on);
    auto &g = bench.graph;
    // In memory {3, 16, 8}: groups along dimension 0. The reference has groups along dimension 1.
    const auto t = g.addVariable(poplar::HALF, {3, 16, 8}).dimShuffle({2, 1, 0});
    const auto like = g.addVariable(poplar::HALF, {8, 3, 16}).dimShuffle({0, 2, 1});
    for (const auto &tensor : {t, like})
      for (std::size_t i = 0; i != 8; ++i) g.setTileMapping(tensor, 1 % g.getTarget().getNumTiles());
    bench.feed(t, x);
    REQUIRE(poputil::detectDimGroupings(g, t)[0] == GroupingInfo(0, 8));
    const auto check = [&](const char *handle, const poplar::Tensor &result, const GroupingInfo &group) {
      REQUIRE(result.shape() == shape);
      bench.output(handle, result);
      CHECK(poputil::detectDimGroupings(g, result)[0].first == group.first);
      CHECK(poputil::detectDimGroupings(g, result)[0].second >= group.second);
    };
    check("possible", rearrange::regroupIfPossible(g, t, bench.prog, {1, 4}), {1, 4});
    check("like", rearrange::regroupIfBeneficial(g, t, like, bench.prog), {1, 16});
    const auto cs = g.addComputeSet("regroup");
    check("tensor", rearrange::regroupTensor(g, t, bench.prog, cs, {0, 4}, {1, 8}), {1, 8});
    bench.prog.add(poplar::program::Execute(cs));
    std::vector<poplar::program::Copy> copies;
    const auto second = g.addComputeSet("second");
    check("copies", rearrange::regroupIfBeneficial(g, t, like, copies, second), {1, 16});
    CHECK(copies.size() == 1);
    for (const auto &copy : copies) bench.prog.add(copy);
    bench.prog.add(poplar::program::Execute(second));
    CHECK(rearrange::regroupIfBeneficial(g, t, t, bench.prog) == t);
    CHECK(rearrange::regroupIfBeneficial(g, t, 3, bench.prog) == t);
    const auto inner = like.dimShuffle({0, 2, 1}); // {8, 3, 16} with groups along its innermost dimension
    CHECK(rearrange::regroupIfBeneficial(g, inner, 16, bench.prog) == inner);
    CHECK(rearrange::regroupIfBeneficial(g, t.dimShuffle({0, 2, 1}), 8, bench.prog) != t.dimShuffle({0, 2, 1}));
    bench.run();
    INFO(name(on));
    for (const char *handle : {"possible", "like", "tensor", "copies"}) CHECK(bench.get(handle) == x);
    throwsNaming<poplibs_error>({"regroupTensor", "5", "[8,16,3]"},
                                [&] { rearrange::regroupTensor(g, t, bench.prog, cs, {0, 5}, {1, 8}); });
    throwsNaming<poplibs_error>({"regroupIfBeneficial", "[8,16,3]", "[16,3]"},
                                [&] { rearrange::regroupIfBeneficial(g, t, t[0], bench.prog); });
    throwsNaming<poplibs_error>({"regroupIfPossible", "dimension 3"},
                                [&] { rearrange::regroupIfPossible(g, t, bench.prog, {3, 4}); });
  }
}

TEST_CASE("grains of regrouping and of fast transpositions follow the element size") {
  Bench bench(On::Simulator);
  CHECK(rearrange::getMinimumRegroupGrainSize(poplar::UNSIGNED_CHAR) == 8);
  CHECK(rearrange::getMinimumRegroupGrainSize(poplar::HALF) == 4);
  CHECK(rearrange::getMinimumRegroupGrainSize(poplar::FLOAT) == 2);
  CHECK(rearrange::getMinimumRegroupGrainSize(poplar::LONGLONG) == 1);
  const auto &target = bench.graph.getTarget();
  CHECK(rearrange::canUseFastTranspose(target, poplar::HALF, 8, 4, 3));
  CHECK_FALSE(rearrange::canUseFastTranspose(target, poplar::HALF, 8, 6, 3));
}

TEST_CASE("a histogram of few levels takes vectors of elements for each") {
  // PopLibs: 3 cycles for each vector and level; a comparison, a selection and a sum are 5 slots.
  for (const auto &[type, width] : {std::pair{poplar::FLOAT, 2.0}, {poplar::HALF, 4.0}}) {
    Bench bench(On::Simulator, 1);
    const auto in = bench.input(type, {6000}, Values(6000, 1)), levels = bench.input(type, {5}, {0, 1, 2, 3, 4});
    popops::histogram(bench.graph, in, levels, false, bench.prog);
    CHECK(bench.cycles() < 1.1 * 5 * 5 * 6000 / width + 2000);
  }
}

TEST_CASE("histograms of many levels are searched, with the same counts") {
  Values levels(24), wanted(25);
  for (std::size_t i = 0; i != levels.size(); ++i) levels[i] = -3 + 0.25 * static_cast<double>(i);
  const Values x = numbers(301, -4, 4, 3);
  for (double value : rounded(poplar::FLOAT, x)) {
    std::size_t bin = 0;
    while (bin != levels.size() && value >= levels[bin]) ++bin;
    ++wanted[bin];
  }
  for (On on : kDevices) {
    Bench bench(on);
    const auto in = bench.input(poplar::FLOAT, {301}, x), at = bench.input(poplar::FLOAT, {24}, levels);
    bench.output("counts", popops::histogram(bench.graph, in, at, false, bench.prog));
    bench.run();
    INFO(name(on));
    CHECK(bench.get("counts") == wanted);
  }
}

TEST_CASE("histograms count between levels, anew or on top of what is there") {
  const Values x = numbers(301, -4, 4, 3), levels{-2, -1, 0.5, 3};
  for (On on : kDevices)
    for (poplar::Type type : {poplar::FLOAT, poplar::HALF})
      for (bool absolute : {false, true}) {
        Bench bench(on);
        auto &g = bench.graph;
        Values exact = rounded(type, x);
        exact[7] = 0.5; // a level itself counts above it
        const auto t = bench.input(type, {7, 43}, exact), at = bench.input(type, {4}, levels);
        auto counts = bench.input(poplar::UNSIGNED_INT, {5}, {100, 200, 300, 400, 500});
        auto reals = bench.input(poplar::FLOAT, {5}, Values(5, 9));
        popops::histogram(g, t, counts, true, at, absolute, bench.prog);
        popops::histogram(g, t, reals, false, at, absolute, bench.prog);
        const auto fresh = popops::histogram(g, t, at, absolute, bench.prog);
        const auto real = popops::histogram(g, t, at, absolute, bench.prog, {}, {{"useFloatArithmetic", "true"}});
        CHECK(fresh.elementType() == poplar::UNSIGNED_INT);
        CHECK(real.elementType() == poplar::FLOAT);
        bench.output("counts", counts);
        bench.output("reals", reals);
        bench.output("fresh", fresh);
        bench.output("real", real);
        bench.run();
        Values wanted(5), onTop{100, 200, 300, 400, 500};
        for (double value : exact) {
          const double v = absolute ? std::fabs(value) : value;
          std::size_t bin = 0;
          while (bin != 4 && v >= levels[bin]) ++bin;
          ++wanted[bin];
          ++onTop[bin];
        }
        INFO(name(on) << " " << type.toString());
        CHECK(bench.get("fresh") == wanted);
        CHECK(bench.get("real") == wanted);
        CHECK(bench.get("reals") == wanted);
        CHECK(bench.get("counts") == onTop);
        throwsNaming<poplibs_error>({"popops::histogram", "[7,43]"},
                                    [&] { popops::histogram(g, t, t, absolute, bench.prog); });
        throwsNaming<poplibs_error>({"popops::histogram", "output", "[4]"}, [&] {
          auto few = counts.slice(0, 4);
          popops::histogram(g, t, few, false, at, absolute, bench.prog);
        });
      }
}

TEST_CASE("images are scaled by channel and get a fourth one of zeros") {
  for (On on : kDevices)
    for (poplar::Type type : {poplar::FLOAT, poplar::HALF})
      for (bool bytes : {false, true}) {
        Bench bench(on);
        auto &g = bench.graph;
        const std::vector<std::size_t> shape{2, 5, 7, 3};
        const Values x = integers(210, 0, 255, 1), offsets{0.5, 0.25, 0.125}, scales{2, 4, 8};
        const auto in = bench.feed(
            popops::createNormaliseImageInput(g, bytes ? poplar::Type(poplar::UNSIGNED_CHAR) : type, shape), x);
        const auto o = bench.input(type, {3}, offsets), s = bench.input(type, {3}, scales);
        const auto out = popops::normaliseImage(g, bench.prog, in, 1.0f / 128, o, s);
        REQUIRE(out.shape() == Shape{2, 5, 7, 4});
        bench.output("out", out);
        bench.run();
        Values wanted;
        for (std::size_t i = 0; i != 70; ++i)
          for (std::size_t c = 0; c != 4; ++c)
            wanted.push_back(c == 3 ? 0 : (x[i * 3 + c] / 128 - offsets[c]) * scales[c]);
        INFO(name(on) << " " << type.toString());
        CHECK(worstError(bench.get("out"), wanted) <= tolerance(type));
        throwsNaming<poplibs_error>({"popops::normaliseImage", "[2,5,7,3]", "[2,5,7,4]"},
                                    [&] { popops::normaliseImage(g, bench.prog, in, 1, out, s); });
        throwsNaming<poplibs_error>({"createNormaliseImageInput", "[2,4]"}, [&] {
          popops::createNormaliseImageInput(g, type, std::vector<std::size_t>{2, 4});
        });
      }
}

TEST_CASE("runs of rows are copied between tensors") {
  const Values x = integers(10 * 9, -99, 99, 1), before(8 * 9, 55);
  const Values lengths{3, 1, 4, 2}, from{1, 9, 8, 50}, to{0, 4, 6, 1};
  for (On on : kDevices)
    for (poplar::Type type : {poplar::FLOAT, poplar::HALF, poplar::INT})
      for (bool zero : {false, true}) {
        Bench bench(on);
        auto &g = bench.graph;
        const auto in = bench.input(type, {10, 3, 3}, x), out = bench.input(type, {8, 3, 3}, before);
        const auto n = bench.input(poplar::UNSIGNED_INT, {4}, lengths),
                   a = bench.input(poplar::UNSIGNED_INT, {4}, from), b = bench.input(poplar::UNSIGNED_INT, {4}, to);
        popops::sequenceSlice(g, in, out, n, a, b, zero, bench.prog);
        bench.output("out", out);
        bench.run();
        Values wanted(8 * 9, zero ? 0 : 55);
        for (std::size_t s = 0; s != 4; ++s)
          for (std::size_t r = 0; r != std::size_t(lengths[s]); ++r)
            for (std::size_t c = 0; c != 9; ++c)
              if (from[s] + double(r) < 10 && to[s] + double(r) < 8)
                wanted[(std::size_t(to[s]) + r) * 9 + c] = x[(std::size_t(from[s]) + r) * 9 + c];
        INFO(name(on) << " " << type.toString());
        CHECK(bench.get("out") == wanted);
        throwsNaming<poplibs_error>({"popops::sequenceSlice", "[10,3,3]", "[8,9]"}, [&] {
          popops::sequenceSlice(g, in, out.reshape({8, 9}), n, a, b, zero, bench.prog);
        });
        throwsNaming<poplibs_error>({"popops::sequenceSlice", "[3]"},
                                    [&] { popops::sequenceSlice(g, in, out, n.slice(0, 3), a, b, zero, bench.prog); });
      }
}
