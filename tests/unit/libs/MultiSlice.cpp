#include "tests/support/Catch.hpp"
#include "tests/unit/libs/Bench.hpp"
#include <poplar/CycleCount.hpp>
#include <popops/DynamicSlice.hpp>
#include <poputil/Util.hpp>
#include <poputil/exceptions.hpp>
#include <sstream>

using namespace test;
using popops::SlicePlan;
using poputil::poplibs_error;
using support::throwsNaming;

namespace {

const poplar::OptionFlags kNone;

/// A table {entries, columns} and what its operations should give.
struct Reference {
  std::size_t entries, columns;
  Values table, rows, offsets;
  bool inside(std::size_t i) const { return offsets[i] < double(entries); }
  Values sliced() const {
    Values result;
    for (std::size_t i = 0; i != offsets.size(); ++i)
      for (std::size_t c = 0; c != columns; ++c)
        result.push_back(inside(i) ? table[std::size_t(offsets[i]) * columns + c] : 0);
    return result;
  }
  template <class F> Values updated(F f) const {
    Values result = table;
    for (std::size_t i = 0; i != offsets.size(); ++i)
      for (std::size_t c = 0; inside(i) && c != columns; ++c) {
        double &place = result[std::size_t(offsets[i]) * columns + c];
        place = f(place, rows[i * columns + c]);
      }
    return result;
  }
};

Reference reference(std::size_t entries, std::size_t columns, std::size_t n, unsigned seed) {
  Reference r{entries, columns, integers(entries * columns, -9, 9, seed), integers(n * columns, -3, 3, seed + 1),
              integers(n, 0, int(entries) + 1, seed + 2)};
  return r;
}

/// Cycles of what `build` appends, on a simulated IPU.
template <class Build> double cycles(unsigned tiles, Build build) {
  Bench bench(On::Simulator, tiles);
  build(bench);
  bench.output("cycles", poplar::cycleCount(bench.graph, bench.prog, 0, poplar::SyncType::INTERNAL));
  bench.run();
  return bench.get("cycles")[0];
}

// Slots for an offset that is outside (5 published, and the counter that tells where its row is), of each worker.
constexpr double kCyclesPerOffset = 6 * 6;

} // namespace

TEST_CASE("look-ups give the same for every plan, mapping, type and number of look-ups") {
  for (On on : kDevices)
    for (poplar::Type type : {poplar::FLOAT, poplar::HALF, poplar::INT})
      for (std::size_t n : {1, 5, 40}) {
        Bench bench(on);
        auto &g = bench.graph;
        auto &p = bench.prog;
        const Reference r = reference(29, 7, n, unsigned(n));
        const SlicePlan plans[] = {SlicePlan(),
                                   SlicePlan(29, 7, 1, 1),
                                   SlicePlan(29, 7, 4, 1),
                                   SlicePlan(29, 7, 3, 3),
                                   SlicePlan(29, 7, 1, 2, 3, 1),
                                   SlicePlan(29, 7, 3, 1, 2, 4),
                                   SlicePlan(29, 7, 2, 1, 1, 3, 4),
                                   popops::embedding::plan(g, type, 29, 7, {n}, kNone)};
        for (std::size_t i = 0; i != std::size(plans); ++i)
          for (bool planned : {false, true}) {
            const auto table = [&] {
              return planned ? bench.feed(popops::createSliceableTensor(g, type, {29, 7}, {0}, {1}, plans[i], kNone),
                                          r.table)
                             : bench.input(type, {29, 7}, r.table);
            };
            const auto offsets = bench.feed(popops::createIndicesTensor(g, {0}, n, plans[i], kNone), r.offsets);
            const auto rows =
                bench.feed(popops::createSliceTensor(g, type, {29, 7}, {0}, {1}, n, plans[i], kNone), r.rows);
            REQUIRE(rows.shape() == Shape{n, 1, 7});
            const auto scale = bench.input(type == poplar::HALF ? poplar::FLOAT : type, {1}, {2});
            const auto looked = table(), stored = table(), added = table(), most = table(), product = table();
            const std::string id = std::to_string(i) + (planned ? "p" : "l");
            bench.output("looked" + id, popops::multiSlice(g, looked, offsets, {0}, {1}, p, plans[i], kNone));
            popops::multiUpdate(g, stored, rows, offsets, {0}, {1}, p, plans[i], kNone);
            popops::multiUpdateAdd(g, added, rows, offsets, scale, {0}, {1}, p, plans[i], kNone);
            popops::multiUpdateMax(g, most, rows, offsets, {0}, {1}, p, plans[i], kNone);
            popops::multiUpdateMul(g, product, rows, offsets, {0}, {1}, p, plans[i], kNone);
            bench.output("stored" + id, stored);
            bench.output("added" + id, added);
            bench.output("most" + id, most);
            bench.output("product" + id, product);
          }
        bench.run();
        for (std::size_t i = 0; i != std::size(plans); ++i)
          for (const char *how : {"p", "l"}) {
            const std::string id = std::to_string(i) + how;
            INFO(name(on) << " " << type.toString() << " " << n << " look-ups, plan " << plans[i] << how);
            CHECK(bench.get("looked" + id) == r.sliced());
            CHECK(bench.get("stored" + id) == r.updated([](double, double b) { return b; }));
            CHECK(bench.get("added" + id) == r.updated([](double a, double b) { return a + 2 * b; }));
            CHECK(bench.get("most" + id) == r.updated([](double a, double b) { return std::fmax(a, b); }));
            CHECK(worstError(bench.get("product" + id), r.updated([](double a, double b) { return a * b; })) == 0);
          }
      }
}

TEST_CASE("groups have tables, look-ups and updates of their own") {
  const std::size_t groups = 3, n = 9;
  for (On on : kDevices)
    for (bool planned : {false, true}) {
      Bench bench(on);
      auto &g = bench.graph;
      auto &p = bench.prog;
      std::vector<Reference> refs;
      Values tables, rows, at;
      for (unsigned i = 0; i != groups; ++i) {
        refs.push_back(reference(11, 6, n, 10 * i));
        tables.insert(tables.end(), refs[i].table.begin(), refs[i].table.end());
        rows.insert(rows.end(), refs[i].rows.begin(), refs[i].rows.end());
        at.insert(at.end(), refs[i].offsets.begin(), refs[i].offsets.end());
      }
      const SlicePlan plan =
          planned ? popops::embedding::plan(g, poplar::FLOAT, groups, 11, 6, {n}, kNone) : SlicePlan();
      const auto table = [&] {
        return bench.feed(
            popops::createGroupedSliceableTensor(g, poplar::FLOAT, groups, {11, 6}, {0}, {1}, plan, kNone), tables);
      };
      const auto offsets = bench.feed(popops::createGroupedIndicesTensor(g, groups, {0}, n, plan, kNone), at);
      const auto s = bench.feed(
          popops::createGroupedSliceTensor(g, poplar::FLOAT, groups, {11, 6}, {0}, {1}, n, plan, kNone), rows);
      REQUIRE(s.shape() == Shape{groups, n, 1, 6});
      const auto scale = bench.input(poplar::FLOAT, {}, {-1});
      const auto stored = table(), added = table(), most = table(), product = table();
      bench.output("looked", popops::groupedMultiSlice(g, table(), offsets, {0}, {1}, p, plan, kNone));
      popops::groupedMultiUpdate(g, stored, s, offsets, {0}, {1}, p, plan, kNone);
      popops::groupedMultiUpdateAdd(g, added, s, offsets, scale, {0}, {1}, p, plan, kNone);
      popops::groupedMultiUpdateMax(g, most, s, offsets, {0}, {1}, p, plan, kNone);
      popops::groupedMultiUpdateMul(g, product, s, offsets, {0}, {1}, p, plan, kNone);
      bench.output("stored", stored);
      bench.output("added", added);
      bench.output("most", most);
      bench.output("product", product);
      bench.run();
      const auto all = [&](auto f) {
        Values result;
        for (const Reference &r : refs) {
          const Values part = f(r);
          result.insert(result.end(), part.begin(), part.end());
        }
        return result;
      };
      const auto updated = [&](auto f) { return all([&](const Reference &r) { return r.updated(f); }); };
      INFO(name(on) << (planned ? " planned" : ""));
      CHECK(bench.get("looked") == all([](const Reference &r) { return r.sliced(); }));
      CHECK(bench.get("stored") == updated([](double, double b) { return b; }));
      CHECK(bench.get("added") == updated([](double a, double b) { return a - b; }));
      CHECK(bench.get("most") == updated([](double a, double b) { return std::fmax(a, b); }));
      CHECK(worstError(bench.get("product"), updated([](double a, double b) { return a * b; })) == 0);
    }
}

TEST_CASE("slices of several dimensions and rows are looked up and stored whole or not at all") {
  const Shape shape{5, 3, 6};
  const Values x = integers(90, -99, 99, 1), at{0, 0, 3, 4, 4, 1, 1, 5, 2, 2}, s = integers(5 * 2 * 3 * 2, -9, 9, 2);
  for (On on : kDevices)
    for (const SlicePlan &plan : {SlicePlan(), SlicePlan(30, 3, 3, 1)})
      for (bool remap : {false, true}) {
        Bench bench(on);
        auto &g = bench.graph;
        const poplar::OptionFlags options{{"remapOutOfBoundIndices", remap ? "true" : "false"}};
        const auto t = bench.feed(popops::createSliceableTensor(g, poplar::INT, shape, {2, 0}, {2, 2}, plan, kNone), x);
        const auto offsets = bench.input(poplar::UNSIGNED_INT, {5, 2}, at);
        const auto rows =
            bench.feed(popops::createSliceTensor(g, poplar::INT, shape, {2, 0}, {2, 2}, 5, plan, kNone), s);
        REQUIRE(rows.shape() == Shape{5, 2, 3, 2});
        const auto stored = bench.input(poplar::INT, shape, x);
        bench.output("looked", popops::multiSlice(g, t, offsets, {2, 0}, {2, 2}, bench.prog, plan, options));
        popops::multiUpdate(g, stored, rows, offsets, {2, 0}, {2, 2}, bench.prog, plan, options);
        bench.output("stored", stored);
        bench.run();
        Values looked, wantStored = x;
        for (std::size_t i = 0; i != 5; ++i) {
          std::size_t k0 = std::size_t(at[2 * i]), i0 = std::size_t(at[2 * i + 1]);
          if (remap) {
            k0 = k0 <= 4 ? k0 : 0;
            i0 = i0 <= 3 ? i0 : 0;
          }
          const bool inside = k0 <= 4 && i0 <= 3;
          for (std::size_t a = 0; a != 2; ++a)
            for (std::size_t j = 0; j != 3; ++j)
              for (std::size_t b = 0; b != 2; ++b) {
                const std::size_t place = inside ? ((i0 + a) * 3 + j) * 6 + k0 + b : 0;
                looked.push_back(inside ? x[place] : 0);
                if (inside) wantStored[place] = s[((i * 2 + a) * 3 + j) * 2 + b];
              }
        }
        INFO(name(on) << " " << plan << (remap ? " remapped" : ""));
        CHECK(bench.get("looked") == looked);
        CHECK(bench.get("stored") == wantStored);
      }
}

TEST_CASE("rows at places known when the graph is built are copied and added, and are 0 outside") {
  for (On on : kDevices) {
    Bench bench(on);
    auto &g = bench.graph;
    const Reference r = reference(8, 5, 4, 3);
    const std::vector<unsigned> at{7, 2, 8, 2};
    const auto t = bench.input(poplar::FLOAT, {8, 5}, r.table), added = bench.input(poplar::FLOAT, {8, 5}, r.table);
    const auto s = bench.input(poplar::FLOAT, {4, 1, 5}, r.rows), scale = bench.input(poplar::FLOAT, {}, {3});
    bench.output("rows", popops::multiSlice(g, t, at, 0, bench.prog));
    bench.output("columns", popops::multiSlice(g, t.transpose(), at, 1, bench.prog));
    popops::multiUpdateAdd(g, added, s, at, scale, 0, bench.prog);
    bench.output("added", added);
    bench.run();
    Reference fixed = r;
    fixed.offsets.assign(at.begin(), at.end());
    INFO(name(on));
    CHECK(bench.get("rows") == fixed.sliced());
    CHECK(bench.get("columns") == fixed.sliced());
    CHECK(bench.get("added") == fixed.updated([](double a, double b) { return a + 3 * b; }));
  }
}

TEST_CASE("sums of halves with a float scale are rounded once") {
  for (On on : kDevices) {
    Bench bench(on);
    auto &g = bench.graph;
    // Scales that no half is near to: 1.5e-7 is 2.5 of the smallest steps, 1e-8 none at all.
    const double scales[] = {1.5e-7, 1e-8, 1.0 / 3};
    const Values table = rounded(poplar::HALF, numbers(32, -1e-4, 1e-4)), rows(16, 4096);
    const auto s = bench.input(poplar::HALF, {2, 1, 8}, rows), at = bench.input(poplar::UNSIGNED_INT, {2, 1}, {0, 2});
    for (std::size_t i = 0; i != std::size(scales); ++i) {
      const auto t = bench.input(poplar::HALF, {4, 8}, table), scale = bench.input(poplar::FLOAT, {}, {scales[i]});
      popops::multiUpdateAdd(g, t, s, at, scale, {0}, {1}, bench.prog, SlicePlan(), kNone);
      bench.output(std::to_string(i), t);
    }
    bench.run();
    for (std::size_t i = 0; i != std::size(scales); ++i) {
      Values wanted = table;
      for (std::size_t k = 0; k != 32; ++k)
        if (k / 8 % 2 == 0) wanted[k] = float(wanted[k] + float(scales[i]) * 4096.0);
      INFO(name(on) << " scale " << scales[i]);
      CHECK(bench.get(std::to_string(i)) == rounded(poplar::HALF, wanted));
    }
  }
}

TEST_CASE("slices of a table that is spread over the tiles are spread, too") {
  Bench bench(On::Simulator);
  auto &g = bench.graph;
  const std::size_t rows = 500, columns = 64;
  std::vector<unsigned> at;
  Values wanted;
  for (unsigned i = 0; i != rows; ++i) at.push_back(i * 7919 % rows);
  const Values x = integers(rows * columns, -99, 99);
  for (unsigned i : at) wanted.insert(wanted.end(), x.begin() + i * columns, x.begin() + (i + 1) * columns);
  const auto linear = g.addVariable(poplar::FLOAT, {rows, columns}), one = g.addVariable(poplar::FLOAT, {2, columns});
  poputil::mapTensorLinearly(g, linear);
  g.setTileMapping(one, 3);
  const auto columnwise = popops::createSliceableTensor(g, poplar::FLOAT, {rows, columns}, {0}, {1});
  const auto most = [&](const poplar::Tensor &t) {
    std::size_t result = 0;
    for (const auto &tile : g.getTileMapping(t)) {
      std::size_t elements = 0;
      for (const auto &interval : tile) elements += interval.size();
      result = std::max(result, elements);
    }
    return result;
  };
  bench.output("rows", popops::multiSlice(g, bench.feed(linear, x), at, 0, bench.prog));
  const auto slices = popops::createSliceTensor(g, linear, {0}, {1}, rows);
  CHECK(most(slices) <= rows * columns / 16 * 2);
  // 640 KB of rows do not go to the tile of a small table.
  CHECK(most(popops::createSliceTensor(g, one, {0}, {1}, 2500)) <= 2500 * columns / 16 * 2);
  CHECK(g.getTileMapping(popops::createSliceTensor(g, one, {0}, {1}, 3))[3].size() == 1);
  CHECK(g.getTileMapping(popops::createSliceTensor(g, columnwise, {0}, {1}, 3)[2][0]) ==
        g.getTileMapping(columnwise[0]));
  bench.run();
  CHECK(bench.get("rows") == wanted);
}

TEST_CASE("quarters are sliced as their bits, with their metadata") {
  for (On on : kDevices) {
    Bench bench(on);
    auto &g = bench.graph;
    auto &p = bench.prog;
    const auto metadata = poputil::createConstantMetadataTensor(g, poplar::QuarterMetadata::Format::F143, 2);
    const Reference r{6, 8, integers(48, 0, 255), integers(24, 0, 255, 2), {4, 1, 5}};
    const auto bits = [](const poplar::Tensor &t) { return t.reinterpret(poplar::UNSIGNED_CHAR); };
    const auto quarters = [&](const Shape &shape, const Values &values) {
      const auto t = g.addVariable(poplar::QUARTER, metadata, shape);
      bench.feed(bits(t), values, true);
      return t;
    };
    const auto t = quarters({6, 8}, r.table), stored = quarters({6, 8}, r.table), other = quarters({6, 8}, r.table),
               s = quarters({3, 1, 8}, r.rows);
    const auto at = bench.input(poplar::UNSIGNED_INT, {3, 1}, r.offsets);
    const auto looked = popops::multiSlice(g, t, at, {0}, {1}, p, SlicePlan(), kNone),
               known = popops::multiSlice(g, t, {4, 1, 5}, 0, p), one = popops::dynamicSlice(g, t, at[0], {0}, {1}, p);
    popops::multiUpdate(g, stored, s, at, {0}, {1}, p, SlicePlan(), kNone);
    popops::dynamicUpdate(g, other, s[1], at[0], {0}, {1}, p);
    for (const auto &each : {looked, known, one}) {
      CHECK(each.elementType() == poplar::QUARTER);
      CHECK(each.hasMetadata());
    }
    bench.output("looked", bits(looked));
    bench.output("known", bits(known));
    bench.output("one", bits(one));
    bench.output("stored", bits(stored));
    bench.output("other", bits(other));
    bench.run();
    INFO(name(on));
    CHECK(bench.get("looked") == r.sliced());
    CHECK(bench.get("known") == r.sliced());
    CHECK(bench.get("one") == Values(r.table.begin() + 32, r.table.begin() + 40));
    CHECK(bench.get("stored") == r.updated([](double, double b) { return b; }));
    Values wanted = r.table;
    std::copy(r.rows.begin() + 8, r.rows.begin() + 16, wanted.begin() + 32);
    CHECK(bench.get("other") == wanted);
  }
}

TEST_CASE("indices outside end the run where the option asks for it") {
  const char *const kFunctions[] = {"popops::multiSlice", "popops::multiUpdate", "popops::dynamicSlice",
                                    "popops::dynamicUpdate", "popops::multiSlice"};
  for (On on : kDevices)
    for (const char *validate : {"true", "false"})
      for (bool isInside : {false, true})
        for (unsigned form = 0; form != 5; ++form) {
          Bench bench(on);
          auto &g = bench.graph;
          auto &p = bench.prog;
          const poplar::OptionFlags options{{"validateIndices", validate}};
          const auto t = bench.input(poplar::FLOAT, {4, 8}, Values(32, 1));
          const double last = isInside ? 2 : 3; // of slices of 2 rows, but dynamic ones, which wrap around
          const auto at = bench.input(poplar::UNSIGNED_INT, {2, 1}, {0, last}),
                     offset = bench.input(poplar::UNSIGNED_INT, {1}, {last + 1});
          const auto s = bench.input(poplar::FLOAT, {2, 2, 8}, Values(32, 2));
          if (form == 0) popops::multiSlice(g, t, at, {0}, {2}, p, SlicePlan(), options);
          if (form == 1) popops::multiUpdate(g, t, s, at, {0}, {2}, p, SlicePlan(), options);
          if (form == 2) popops::dynamicSlice(g, t, offset, {0}, {2}, p, {}, options);
          if (form == 3) popops::dynamicUpdate(g, t, s[0], offset, {0}, {2}, p, {}, options);
          if (form == 4) popops::multiSlice(g, t, {0, isInside ? 3u : 4u}, 0, p, {}, options);
          INFO(name(on) << " form " << form << (isInside ? " inside" : " outside"));
          if (std::string(validate) == "true" && !isInside)
            throwsNaming<poplar::runtime_error>({kFunctions[form], "outside", "[4,8]"}, [&] { bench.run(); });
          else
            CHECK_NOTHROW(bench.run());
        }
}

TEST_CASE("tables are stacked from slices, each on the tiles of the slice") {
  for (On on : kDevices) {
    Bench bench(on);
    auto &g = bench.graph;
    const auto s = g.addVariable(poplar::FLOAT, {2, 3});
    g.setTileMapping(s[0], 0);
    g.setTileMapping(s[1], g.getTarget().getNumTiles() - 1);
    const auto t = popops::createSliceableTensorFromSlice(g, s, {0, 1}, {2, 4});
    REQUIRE(t.shape() == Shape{4, 12});
    CHECK(g.getTileMapping(t.slice({2, 6}, {4, 9})) == g.getTileMapping(s));
    const Values x = integers(48, 0, 99, 1);
    bench.feed(t, x);
    const auto offset = bench.input(poplar::UNSIGNED_INT, {2}, {2, 9});
    const auto out = popops::createDynamicSliceOutput(g, t, offset, {0, 1}, {2, 3});
    CHECK(g.getTileMapping(out) == popops::getSliceMapping(g, t, {0, 1}, {2, 3}));
    popops::dynamicSliceWithOutput(g, out, t, offset, {0, 1}, {2, 3}, bench.prog);
    bench.output("out", out);
    bench.run();
    CHECK(bench.get("out") == Values{x[33], x[34], x[35], x[45], x[46], x[47]});
    throwsNaming<poplibs_error>({"createSliceableTensorFromSlice", "[2,3]"},
                                [&] { popops::createSliceableTensorFromSlice(g, s, {2}, {2}); });
  }
}

TEST_CASE("plans cut long tables of few columns by entries, wide ones by columns, and keep within memory") {
  poplar::IPUModel model;
  const poplar::Graph g(model.createDevice().getTarget());
  using popops::embedding::plan;
  const SlicePlan tall = plan(g, poplar::FLOAT, 100000, 16, {64}, kNone);
  CHECK(tall.entrySplit() * tall.columnSplit() <= g.getTarget().getNumTiles());
  CHECK(100000.0 / double(tall.entrySplit()) * 16.0 / double(tall.columnSplit()) * 4 <
        double(g.getTarget().getBytesPerTile()));
  CHECK(tall.entrySplit() > 1);
  const SlicePlan wide = plan(g, poplar::FLOAT, 32, 4096, {64}, kNone);
  CHECK(wide.columnSplit() > 100);
  CHECK(plan(g, poplar::FLOAT, 32, 4096, {64}, kNone) == wide);
  CHECK(wide != tall);
  CHECK((wide < tall) != (tall < wide));
  const SlicePlan grouped = plan(g, poplar::FLOAT, 16, 1000, 64, {64}, kNone);
  CHECK(grouped.entrySplit() * grouped.columnSplit() <= g.getTarget().getNumTiles() / 16);
  const auto many = popops::embedding::planMultiple(
      {{g, poplar::FLOAT, 100000, 16, {64}, kNone}, {g, poplar::FLOAT, 16, 1000, 64, {64}, kNone}});
  CHECK(many == std::vector<SlicePlan>{tall, grouped});
  std::ostringstream text;
  text << SlicePlan() << tall;
  CHECK(text.str().find("100000 x 16") != std::string::npos);
  CHECK(poputil::toProfileValue(tall).asMap().at("entries").asDouble() == 100000);
}

TEST_CASE("many look-ups of a small table are shared by copies of it, and come in rounds where memory is short") {
  poplar::IPUModel model;
  const poplar::Graph g(model.createDevice().getTarget());
  using popops::embedding::plan;
  const SlicePlan many = plan(g, poplar::FLOAT, 64, 8, {20000}, kNone);
  CHECK(many.lookupParallelSplit() > 8);
  CHECK(many.entrySplit() * many.columnSplit() * many.lookupParallelSplit() <= g.getTarget().getNumTiles());
  CHECK(plan(g, poplar::FLOAT, 64, 8, {1}, kNone).lookupParallelSplit() == 1);
  CHECK(plan(g, poplar::FLOAT, 64, 8, {20000}, {{"partialType", "unset"}}) == many);
  // A plan for stores cannot count on copies: their order decides.
  CHECK(plan(g, poplar::FLOAT, 64, 8, {20000}, {{"usedForSlice", "false"}, {"operationForUpdate", "none"}})
            .lookupParallelSplit() == 1);
  const auto within = [&](const char *proportion) {
    return plan(g, poplar::FLOAT, 500000, 64, {20000},
                {{"availableMemoryProportion", proportion}, {"usedForUpdate", "false"}});
  };
  CHECK(within("0.01").lookupSerialSplit() > within("0.6").lookupSerialSplit());
  // The rows that are found are 20000 * 256 bytes, more than 0.005 of the memory: then there is no bound.
  CHECK(within("0.005") == within("1"));
  // A table of 512 MB for each of 16 groups fits nowhere.
  CHECK(plan(g, poplar::FLOAT, 16, 1000000, 128, {4096}, kNone).lookupSerialSplit() == 1);
}

TEST_CASE("rounds of look-ups are a loop, whose program does not grow with them") {
  const auto size = [](const char *rounds) {
    Bench bench(On::Simulator);
    auto &g = bench.graph;
    const poplar::OptionFlags options{{"planConstraints", "{\"slicedDimSplit\": 4, \"lookupSerialSplit\": " +
                                                              std::string(rounds) + "}"}};
    const SlicePlan plan = popops::embedding::plan(g, poplar::FLOAT, 64, 8, {1000}, options);
    const auto t = popops::createSliceableTensor(g, poplar::FLOAT, {64, 8}, {0}, {1}, plan, kNone);
    const auto at = popops::createIndicesTensor(g, {0}, 1000, plan, kNone);
    const auto s = popops::multiSlice(g, t, at, {0}, {1}, bench.prog, plan, kNone);
    popops::multiUpdate(g, t, s, at, {0}, {1}, bench.prog, plan, kNone);
    std::ostringstream text;
    poplar::compileGraph(g, {bench.prog}).serialize(text);
    return text.str().size();
  };
  CHECK(double(size("500")) <= 1.1 * double(size("4")));
}

TEST_CASE("updates look at each offset once") {
  for (std::size_t rows : {1, 2})
    for (bool adds : {false, true}) {
      const auto outside = [&](std::size_t n) {
        return cycles(1, [&](Bench &bench) {
          auto &g = bench.graph;
          const auto t = bench.input(poplar::FLOAT, {20, 16}, Values(320)), one = bench.input(poplar::FLOAT, {}, {1});
          const auto at = bench.input(poplar::UNSIGNED_INT, {n, 1}, Values(n, 1e6));
          const auto s = bench.input(poplar::FLOAT, {n, rows, 16}, Values(n * rows * 16));
          if (adds)
            popops::multiUpdateAdd(g, t, s, at, one, {0}, {rows}, bench.prog, SlicePlan(), kNone);
          else
            popops::multiUpdate(g, t, s, at, {0}, {rows}, bench.prog, SlicePlan(), kNone);
        });
      };
      CHECK((outside(192) - outside(96)) / 96 <= kCyclesPerOffset);
    }
}

TEST_CASE("updates share their offsets between copies of the table if they are additions, whether planned or not") {
  const std::size_t entries = 4096, columns = 4, n = 4000;
  const auto updates = [&](bool adds, bool planned) {
    return cycles(64, [&](Bench &bench) {
      auto &g = bench.graph;
      const poplar::OptionFlags options{{"usedForSlice", "false"}, {"operationForUpdate", adds ? "add" : "none"}};
      const SlicePlan plan =
          planned ? popops::embedding::plan(g, poplar::FLOAT, entries, columns, {n}, options) : SlicePlan();
      const Values zeros(entries * columns);
      const auto t = planned ? bench.feed(popops::createSliceableTensor(g, poplar::FLOAT, {entries, columns}, {0}, {1},
                                                                        plan, kNone),
                                          zeros)
                             : bench.input(poplar::FLOAT, {entries, columns}, zeros);
      const auto at = bench.input(poplar::UNSIGNED_INT, {n, 1}, integers(n, 0, int(entries) - 1)),
                 s = bench.input(poplar::FLOAT, {n, 1, columns}, Values(n * columns)),
                 one = bench.input(poplar::FLOAT, {}, {1});
      if (adds)
        popops::multiUpdateAdd(g, t, s, at, one, {0}, {1}, bench.prog, plan, kNone);
      else
        popops::multiUpdate(g, t, s, at, {0}, {1}, bench.prog, plan, kNone);
    });
  };
  // Stores see all offsets; each tile has a share of the rows, which cost some hundred cycles at most.
  const double stores = updates(false, true);
  CHECK(stores <= n * kCyclesPerOffset * 1.25);
  // Two copies or more see half of them or less.
  CHECK(updates(true, true) <= 0.6 * stores);
  CHECK(updates(true, false) <= 0.6 * stores);
  CHECK(updates(false, false) <= 1.25 * stores);
}

TEST_CASE("plans have the splits that constraints ask for, or say that none has") {
  for (On on : kDevices) {
    Bench bench(on);
    auto &g = bench.graph;
    const auto constrained = [](const char *json) { return poplar::OptionFlags{{"planConstraints", json}}; };
    const unsigned tiles = g.getTarget().getNumTiles();
    const std::size_t split = tiles == 1 ? 1 : 2;
    const std::string two = std::to_string(split);
    const SlicePlan plan = popops::embedding::plan(
        g, poplar::FLOAT, 30, 12, {10},
        constrained(("{\"lookupParallelSplit\": " + two + ", \"lookupSerialSplit\": 2, \"slicedDimSplit\": " + two +
                     ", \"unslicedDimSplit\": " + two + ", \"unslicedGrainSize\": 3, \"useOrderingInfo\": false}")
                        .c_str()));
    CHECK(plan == SlicePlan(30, 12, split, split, split, 2, 3));
    const Reference r = reference(30, 12, 10, 5);
    const auto table =
        bench.feed(popops::createSliceableTensor(g, poplar::FLOAT, {30, 12}, {0}, {1}, plan, kNone), r.table);
    const auto at = bench.input(poplar::UNSIGNED_INT, {10, 1}, r.offsets);
    bench.output("rows", popops::multiSlice(g, table, at, {0}, {1}, bench.prog, plan, kNone));
    bench.run();
    CHECK(bench.get("rows") == r.sliced());
    for (const char *bad : {"{\"lookupParallelSplit\": 5000}", "{\"slicedDimSplit\": 31}", "{\"groupSplit\": 2}"})
      throwsNaming<poplar::invalid_option>(
          {"popops::embedding::plan", "planConstraints", "30 x 12", "10 look-ups"},
          [&] { popops::embedding::plan(g, poplar::FLOAT, 30, 12, {10}, constrained(bad)); });
    throwsNaming<poplar::invalid_option>({"planConstraints", "lookupSplit", "lookupParallelSplit"}, [&] {
      popops::embedding::plan(g, poplar::FLOAT, 30, 12, {10}, constrained("{\"lookupSplit\": 2}"));
    });
    throwsNaming<poplar::invalid_option>({"planConstraints", "slicedDimSplit", "number"}, [&] {
      popops::embedding::plan(g, poplar::FLOAT, 30, 12, {10}, constrained("{\"slicedDimSplit\": \"x\"}"));
    });
    throwsNaming<poplar::invalid_option>({"planConstraints", "useOrderingInfo", "true or false"}, [&] {
      popops::embedding::plan(g, poplar::FLOAT, 30, 12, {10}, constrained("{\"useOrderingInfo\": 1}"));
    });
  }
}

TEST_CASE("look-ups say which argument is wrong") {
  Bench bench(On::Simulator);
  auto &g = bench.graph;
  auto &p = bench.prog;
  const SlicePlan plan;
  const auto t = bench.input(poplar::FLOAT, {4, 6}, Values(24)), b = bench.input(poplar::BOOL, {4, 6}, Values(24));
  const auto at = bench.input(poplar::UNSIGNED_INT, {3, 1}, Values(3)),
             s = bench.input(poplar::FLOAT, {3, 1, 6}, Values(18));
  const auto sb = bench.input(poplar::BOOL, {3, 1, 6}, Values(18)), one = bench.input(poplar::FLOAT, {1}, {1});
  throwsNaming<poplibs_error>({"popops::multiSlice", "dimension 2", "[4,6]"},
                              [&] { popops::multiSlice(g, t, at, {2}, {1}, p, plan, kNone); });
  throwsNaming<poplibs_error>({"popops::multiSlice", "size 5", "[4,6]"},
                              [&] { popops::multiSlice(g, t, at, {0}, {5}, p, plan, kNone); });
  throwsNaming<poplibs_error>({"popops::multiSlice", "[3,1]", "[n,2]"},
                              [&] { popops::multiSlice(g, t, at, {0, 1}, {1, 1}, p, plan, kNone); });
  throwsNaming<poplibs_error>({"popops::groupedMultiSlice", "[4,6]", "[3,1]"},
                              [&] { popops::groupedMultiSlice(g, t, at, {0}, {1}, p, plan, kNone); });
  throwsNaming<poplibs_error>({"popops::multiUpdateMul", "bool"},
                              [&] { popops::multiUpdateMul(g, b, sb, at, {0}, {1}, p, plan, kNone); });
  throwsNaming<poplibs_error>({"popops::multiUpdateMax", "[3,1,6]"},
                              [&] { popops::multiUpdateMax(g, t, s.slice(0, 2), at, {0}, {1}, p, plan, kNone); });
  throwsNaming<poplibs_error>({"popops::multiUpdateAdd", "scale", "[4,6]"},
                              [&] { popops::multiUpdateAdd(g, t, s, at, t, {0}, {1}, p, plan, kNone); });
  throwsNaming<poplibs_error>({"popops::multiUpdate:", "more than once"}, [&] {
    popops::multiUpdate(g, t[0].expand({0}).broadcast(4, 0), s, at, {0}, {1}, p, plan, kNone);
  });
  throwsNaming<poplar::invalid_option>({"popops::multiSlice", "usedForSlices", "usedForSlice"}, [&] {
    popops::multiSlice(g, t, at, {0}, {1}, p, plan, {{"usedForSlices", "true"}});
  });
  throwsNaming<poplar::invalid_option>({"popops::embedding::plan", "availableMemoryProportion", "0"}, [&] {
    popops::embedding::plan(g, poplar::FLOAT, 4, 4, {1}, {{"availableMemoryProportion", "0"}});
  });
  throwsNaming<poplibs_error>({"popops::createGroupedSliceTensor", "groupSize"}, [&] {
    popops::createGroupedSliceTensor(g, poplar::FLOAT, 0, {4, 6}, {0}, {1}, 3, plan, kNone);
  });
  throwsNaming<poplibs_error>({"popops::createSliceableTensor", "[9]", "[4,6]"},
                              [&] { popops::createSliceableTensor(g, poplar::FLOAT, {4, 6}, {9}, {1}, plan, kNone); });
}
