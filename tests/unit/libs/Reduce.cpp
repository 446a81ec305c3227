#include "tests/support/Catch.hpp"
#include "libs/popops/detail/ReducePlan.hpp"
#include "tests/unit/libs/Bench.hpp"
#include <popops/AllTrue.hpp>
#include <popops/OperationDefUtil.hpp>
#include <popops/Reduce.hpp>
#include <poputil/exceptions.hpp>

using namespace test;
using popops::Operation;

namespace {

double neutral(Operation op) {
  switch (op) {
  case Operation::MUL:
  case Operation::LOGICAL_AND: return 1;
  case Operation::MIN: return INFINITY;
  case Operation::MAX:
  case Operation::LOG_ADD: return -INFINITY;
  default: return 0;
  }
}

double combine(Operation op, double a, double x) {
  switch (op) {
  case Operation::ADD: return a + x;
  case Operation::MUL: return a * x;
  case Operation::MIN: return std::fmin(a, x);
  case Operation::MAX: return std::fmax(a, x);
  case Operation::LOGICAL_AND: return a != 0 && x != 0;
  case Operation::LOGICAL_OR: return a != 0 || x != 0;
  case Operation::SQUARE_ADD: return a + x * x;
  default: return std::log(std::exp(a) + std::exp(x));
  }
}

/// The reduction of a row-major tensor over some dimensions, one element at a time.
Values reference(Operation op, const Values &in, const Shape &shape, const std::vector<std::size_t> &dims) {
  std::size_t outputs = 1;
  for (std::size_t d = 0; d != shape.size(); ++d)
    if (std::find(dims.begin(), dims.end(), d) == dims.end()) outputs *= shape[d];
  Values result(outputs, neutral(op));
  for (std::size_t i = 0; i != in.size(); ++i) {
    std::size_t rest = i, to = 0, stride = 1;
    for (std::size_t d = shape.size(); d-- > 0;) {
      const std::size_t at = rest % shape[d];
      rest /= shape[d];
      if (std::find(dims.begin(), dims.end(), d) == dims.end()) {
        to += at * stride;
        stride *= shape[d];
      }
    }
    result[to] = combine(op, result[to], in[i]);
  }
  return result;
}

} // namespace

TEST_CASE("every operation over every choice of dimensions agrees with double precision") {
  const Shape shape{5, 7, 12};
  const std::vector<std::vector<std::size_t>> choices{{}, {0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}, {2, 0, 1}};
  for (On on : kDevices) {
    Bench bench(on);
    std::vector<std::tuple<Values, double, std::string>> wanted;
    for (Operation op :
         {Operation::ADD, Operation::MUL, Operation::MIN, Operation::MAX, Operation::SQUARE_ADD, Operation::LOG_ADD})
      for (poplar::Type type : {poplar::FLOAT, poplar::HALF, poplar::INT}) {
        if (type == poplar::INT && op == Operation::LOG_ADD) continue;
        Values values = numbers(count(shape), op == Operation::MUL ? 0.97 : -2, op == Operation::MUL ? 1.03 : 2, 5);
        if (type == poplar::INT)
          values = op == Operation::MUL ? Values(count(shape), 1) : integers(count(shape), -20, 20, 6);
        values = rounded(type, values);
        const auto in = bench.input(type, shape, values);
        for (const auto &dims : choices) {
          bench.output(std::to_string(wanted.size()), popops::reduce(bench.graph, in, dims, op, bench.prog));
          wanted.emplace_back(reference(op, values, shape, dims), type == poplar::HALF ? 2e-3 : tolerance(type) * 4,
                              std::string(poputil::asString(op)) + " of " + type.toString());
        }
      }
    bench.run();
    for (std::size_t i = 0; i != wanted.size(); ++i) {
      INFO(name(on) << " " << std::get<2>(wanted[i]) << " case " << i);
      CHECK(worstError(bench.get(std::to_string(i)), std::get<0>(wanted[i])) <= std::get<1>(wanted[i]));
    }
  }
}

TEST_CASE("logical reductions and allTrue agree with their definition") {
  for (On on : kDevices) {
    Bench bench(on);
    const Values bits = integers(60, 0, 1, 2);
    const auto in = bench.input(poplar::BOOL, {6, 10}, bits), ones = bench.input(poplar::BOOL, {40}, Values(40, 1));
    bench.output("and", popops::reduce(bench.graph, in, {1}, Operation::LOGICAL_AND, bench.prog));
    bench.output("or", popops::reduce(bench.graph, in, {0}, Operation::LOGICAL_OR, bench.prog));
    bench.output("some", popops::allTrue(bench.graph, in, bench.prog));
    bench.output("all", popops::allTrue(bench.graph, ones, bench.prog));
    bench.run();
    INFO(name(on));
    CHECK(bench.get("and") == reference(Operation::LOGICAL_AND, bits, {6, 10}, {1}));
    CHECK(bench.get("or") == reference(Operation::LOGICAL_OR, bits, {6, 10}, {0}));
    CHECK(bench.get("some") == Values{0});
    CHECK(bench.get("all") == Values{1});
  }
}

TEST_CASE("scale and update are applied once, in whatever layout") {
  for (On on : kDevices) {
    Bench bench(on);
    auto &g = bench.graph;
    const Values x = integers(600, -9, 9, 1), old = integers(20, -9, 9, 2);
    const auto in = bench.input(poplar::FLOAT, {30, 20}, x), scale = bench.input(poplar::FLOAT, {}, {0.5});
    const auto updated = bench.input(poplar::FLOAT, {20}, old),
               squares = bench.input(poplar::FLOAT, {30}, Values(30, 3));
    popops::reduceWithOutput(g, in, updated, {0}, {Operation::ADD, true, scale}, bench.prog);
    popops::reduceWithOutput(g, in, squares, {1}, {Operation::SQUARE_ADD, true}, bench.prog);
    bench.output("scaled", popops::reduce(g, in, {0}, {Operation::SQUARE_ADD, false, scale}, bench.prog));
    bench.output("updated", updated);
    bench.output("squares", squares);
    bench.run();
    Values wantUpdated = reference(Operation::ADD, x, {30, 20}, {0}),
           wantScaled = reference(Operation::SQUARE_ADD, x, {30, 20}, {0}),
           wantSquares = reference(Operation::SQUARE_ADD, x, {30, 20}, {1});
    for (std::size_t i = 0; i != 20; ++i) {
      wantUpdated[i] = old[i] + 0.5 * wantUpdated[i];
      wantScaled[i] *= 0.5;
    }
    for (double &value : wantSquares) value += 3;
    INFO(name(on));
    CHECK(bench.get("updated") == wantUpdated);
    CHECK(bench.get("scaled") == wantScaled);
    CHECK(bench.get("squares") == wantSquares);
  }
}

TEST_CASE("logarithms are added with a scale that is a logarithm, and to what the output holds") {
  for (On on : kDevices)
    for (poplar::Type type : {poplar::FLOAT, poplar::HALF}) {
      Bench bench(on);
      auto &g = bench.graph;
      const Values x = rounded(type, numbers(12 * 40, -3, 3, 3)), old = rounded(type, numbers(40, -2, 5, 4));
      const auto in = bench.input(type, {12, 40}, x), scale = bench.input(poplar::FLOAT, {}, {0.75});
      const auto updated = bench.input(type, {40}, old), both = bench.input(type, {40}, old);
      bench.output("scaled", popops::reduce(g, in, {0}, {Operation::LOG_ADD, false, scale}, bench.prog));
      popops::reduceWithOutput(g, in, updated, {0}, {Operation::LOG_ADD, true}, bench.prog);
      popops::reduceWithOutput(g, in, both, {0}, {Operation::LOG_ADD, true, scale}, bench.prog);
      bench.output("updated", updated);
      bench.output("both", both);
      bench.run();
      Values scaled = reference(Operation::LOG_ADD, x, {12, 40}, {0}), wantUpdated, wantBoth;
      for (std::size_t i = 0; i != 40; ++i) {
        wantUpdated.push_back(combine(Operation::LOG_ADD, old[i], scaled[i]));
        scaled[i] += 0.75;
        wantBoth.push_back(combine(Operation::LOG_ADD, old[i], scaled[i]));
      }
      INFO(name(on) << " " << type.toString());
      const double tolerated = type == poplar::HALF ? 2e-3 : 1e-5;
      CHECK(worstError(bench.get("scaled"), scaled) < tolerated);
      CHECK(worstError(bench.get("updated"), wantUpdated) < tolerated);
      CHECK(worstError(bench.get("both"), wantBoth) < tolerated);
    }
}

TEST_CASE("logarithms of nothing and of infinity are added as such") {
  for (On on : kDevices) {
    Bench bench(on);
    const double inf = INFINITY;
    const Values x{-inf, inf, inf, inf, 3, -inf, -inf, -inf, inf, -inf, 4, 3};
    for (poplar::Type type : {poplar::FLOAT, poplar::HALF})
      bench.output(type.toString(),
                   popops::reduce(bench.graph, bench.input(type, {6, 2}, x), {1}, Operation::LOG_ADD, bench.prog));
    bench.run();
    for (poplar::Type type : {poplar::FLOAT, poplar::HALF}) {
      const Values got = bench.get(type.toString());
      INFO(name(on) << " " << type.toString());
      CHECK(Values(got.begin(), got.begin() + 5) == Values{inf, inf, 3, -inf, inf});
      CHECK(got[5] == Approx(std::log(std::exp(4) + std::exp(3))).epsilon(1e-3));
    }
  }
}

TEST_CASE("a reduction of one row is a cast, with what else is wanted of it") {
  for (On on : kDevices)
    for (poplar::Type type : {poplar::FLOAT, poplar::HALF, poplar::INT}) {
      Bench bench(on);
      auto &g = bench.graph;
      const Values x = integers(300, -20, 20, 3), old = integers(300, -9, 9, 4);
      const auto in = bench.input(type, {1, 300}, x), scale = bench.input(poplar::FLOAT, {1}, {0.5});
      const auto updated = bench.input(type, {300}, old);
      bench.output("max", popops::reduce(g, in, {0}, Operation::MAX, bench.prog));
      bench.output("squares", popops::reduce(g, in, {0}, Operation::SQUARE_ADD, bench.prog));
      bench.output("scaled", popops::reduce(g, in, {0}, {Operation::ADD, false, scale}, bench.prog));
      popops::reduceWithOutput(g, in, updated, {0}, {Operation::SQUARE_ADD, true}, bench.prog);
      bench.output("updated", updated);
      if (type == poplar::HALF)
        bench.output("wider", popops::reduce(g, in, poplar::FLOAT, {0}, Operation::ADD, bench.prog));
      bench.run();
      Values squares, scaled, sums;
      for (std::size_t i = 0; i != x.size(); ++i) {
        squares.push_back(x[i] * x[i]);
        scaled.push_back(type == poplar::INT ? std::trunc(x[i] / 2) : x[i] / 2);
        sums.push_back(old[i] + x[i] * x[i]);
      }
      INFO(name(on) << " " << type.toString());
      CHECK(bench.get("max") == x);
      CHECK(bench.get("squares") == squares);
      CHECK(bench.get("scaled") == scaled);
      CHECK(bench.get("updated") == sums);
      if (type == poplar::HALF) CHECK(bench.get("wider") == x);
    }
  // A cast reads and writes 64 bits a slot: 3000 halves on a tile in 3000 / 4 * 6 slots of a worker, /6 workers, and a
  // start of a few hundred cycles.
  Bench bench(On::Simulator, 1);
  const auto in = bench.input(poplar::HALF, {1, 3000}, Values(3000, 1));
  popops::reduce(bench.graph, in, {0}, Operation::ADD, bench.prog);
  CHECK(bench.cycles() < 2 * 3000 / 4 + 400);
}

TEST_CASE("reductions on a tile take the slots of their vectors") {
  const auto cycles = [](poplar::Type type, Operation op) {
    Bench bench(On::Simulator, 1);
    const auto in = bench.input(type, {6000}, Values(6000, 1));
    popops::reduce(bench.graph, in, {0}, op, bench.prog);
    return bench.cycles();
  };
  // Six workers: a slot of each is a cycle. Two stages start in some hundred cycles, and join six partial results.
  const double start = 1500;
  CHECK(cycles(poplar::BOOL, Operation::LOGICAL_AND) < start + 6000 / 8 * 4.0); // two words: two loads, two operations
  CHECK(cycles(poplar::HALF, Operation::MAX) < start + 6000 / 8 * 2.0);         // two vectors, loaded beside
  // PopLibs: 23 cycles for two floats. Exponential, logarithm and what is around them, within three times that.
  CHECK(cycles(poplar::FLOAT, Operation::LOG_ADD) < start + 3 * 6000 / 2 * 23.0);
}

TEST_CASE("many partial results on many tiles are reduced in stages") {
  Bench bench(On::Simulator, 256);
  auto &g = bench.graph;
  const std::size_t rows = 256, columns = 3;
  const auto in = g.addVariable(poplar::FLOAT, {rows, columns});
  for (unsigned r = 0; r != rows; ++r) g.setTileMapping(in[r], r);
  const Values x = integers(rows * columns, -9, 9, 1);
  bench.feed(in, x);
  std::vector<poplar::ComputeSet> css;
  bench.output("squares", popops::reduce(g, in, {0}, Operation::SQUARE_ADD, css));
  CHECK(css.size() == 2);
  for (poplar::ComputeSet cs : css) bench.prog.add(poplar::program::Execute(cs));
  bench.output("sum", popops::reduce(g, in, {0, 1}, Operation::ADD, bench.prog));
  bench.run();
  CHECK(bench.get("squares") == reference(Operation::SQUARE_ADD, x, {rows, columns}, {0}));
  CHECK(bench.get("sum") == reference(Operation::ADD, x, {rows, columns}, {0, 1}));
}

TEST_CASE("partial results are combined in the steps that cost least by the target") {
  poplar::IPUModel model;
  const poplar::Target target = model.createDevice().getTarget();
  popops::detail::ReducePlan plan(target, 4);
  // Few pieces, or so many columns that all tiles share the last step: at once.
  CHECK(plan.groups(4, 64) == 4);
  CHECK(plan.groups(16, 10000) == 16);
  // One column on every tile: the last step has one worker for it.
  const std::size_t groups = plan.groups(1472, 1);
  CHECK(groups > 10);
  CHECK(groups < 150);
  const auto grid = plan.grid(4096, 4096);
  CHECK(grid.down * grid.across <= target.getNumTiles());
  CHECK(grid.down > 4);
  CHECK(grid.across > 4);
  CHECK(plan.whereTheyAre(64 * 1000, 1, 64, 100) < plan.whereTheyAre(64 * 1000, 1000, 64, 100));
  // Wider elements take longer on the exchange.
  CHECK(popops::detail::ReducePlan(target, 2).grid(1000, 4096).cycles < plan.grid(1000, 4096).cycles);
}

TEST_CASE("results that have all their elements on one tile stay there") {
  Bench bench(On::Simulator);
  auto &g = bench.graph;
  const auto in = g.addVariable(poplar::FLOAT, {16, 4, 8});
  for (unsigned i = 0; i != 16; ++i) g.setTileMapping(in[i], 15 - i);
  std::vector<poplar::ComputeSet> css;
  const auto out = popops::reduce(g, in, {1}, Operation::ADD, css);
  CHECK(css.size() == 1);
  const auto mapping = g.getTileMapping(out);
  for (unsigned i = 0; i != 16; ++i) CHECK(mapping[15 - i] == std::vector<poplar::Interval>{{i * 8, i * 8 + 8}});
}

TEST_CASE("reductions of nothing give the neutral element and half can be summed to float") {
  for (On on : kDevices) {
    Bench bench(on);
    const auto empty = bench.graph.addVariable(poplar::FLOAT, {0, 4});
    bench.output("add", popops::reduce(bench.graph, empty, {0}, Operation::ADD, bench.prog));
    bench.output("mul", popops::reduce(bench.graph, empty, {0}, Operation::MUL, bench.prog));
    const Values x = rounded(poplar::HALF, numbers(3000, 0, 1, 4));
    const auto half = bench.input(poplar::HALF, {3000}, x);
    bench.output("sum", popops::reduce(bench.graph, half, poplar::FLOAT, {0}, Operation::ADD, bench.prog));
    bench.run();
    INFO(name(on));
    CHECK(bench.get("add") == Values(4, 0));
    CHECK(bench.get("mul") == Values(4, 1));
    CHECK(worstError(bench.get("sum"), reference(Operation::ADD, x, {3000}, {0})) < 1e-5);
  }
}

TEST_CASE("several reductions share their compute sets") {
  for (On on : kDevices) {
    Bench bench(on);
    const Values x = integers(400, -9, 9, 1), y = integers(90, -9, 9, 2);
    const auto a = bench.input(poplar::FLOAT, {20, 20}, x), b = bench.input(poplar::INT, {9, 10}, y);
    std::vector<poplar::Tensor> outputs;
    popops::reduceMany(bench.graph, {{a, {0}, Operation::ADD}, {b, {0, 1}, Operation::MAX}, {a, {1}, Operation::MIN}},
                       outputs, bench.prog);
    REQUIRE(outputs.size() == 3);
    for (std::size_t i = 0; i != 3; ++i) bench.output(std::to_string(i), outputs[i]);
    bench.run();
    INFO(name(on));
    CHECK(bench.get("0") == reference(Operation::ADD, x, {20, 20}, {0}));
    CHECK(bench.get("1") == reference(Operation::MAX, y, {9, 10}, {0, 1}));
    CHECK(bench.get("2") == reference(Operation::MIN, x, {20, 20}, {1}));
  }
}

TEST_CASE("misuse of reductions is told") {
  Bench bench(On::Cpu);
  auto &g = bench.graph;
  auto &p = bench.prog;
  const auto f = bench.input(poplar::FLOAT, {4, 5}, Values(20, 0)), b = bench.input(poplar::BOOL, {4}, Values(4, 0));
  CHECK_THROWS_WITH(popops::reduce(g, f, {2}, Operation::ADD, p), says("dimension 2") && says("[4,5]"));
  CHECK_THROWS_WITH(popops::reduce(g, f, {1, 1}, Operation::ADD, p), says("twice"));
  CHECK_THROWS_WITH(popops::reduce(g, b, {0}, Operation::ADD, p), says("bool"));
  CHECK_THROWS_WITH(popops::reduce(g, f, {0}, Operation::LOGICAL_OR, p), says("bool"));
  CHECK_THROWS_WITH(popops::reduce(g, f, poplar::INT, {0}, Operation::ADD, p), says("int"));
  CHECK_THROWS_WITH(popops::reduce(g, f, {0}, {Operation::ADD, true}, p), says("reduceWithOutput"));
  CHECK_THROWS_WITH(popops::reduce(g, f, {0}, {Operation::MAX, false, b}, p), says("only ADD, SQUARE_ADD and LOG_ADD"));
  CHECK_THROWS_WITH(popops::reduceWithOutput(g, f, f, {0}, Operation::ADD, p), says("output"));
  CHECK_THROWS_AS(popops::reduce(g, f, {0}, Operation::ADD, p, "", {{"accumType.interTiles", "half"}}),
                  poplar::invalid_option);
}

TEST_CASE("matrices of which tiles hold parts of single rows are reduced in blocks that are brought together") {
  for (On on : kDevices)
    for (Operation op : {Operation::ADD, Operation::SQUARE_ADD, Operation::MAX})
      for (poplar::Type type : {poplar::FLOAT, poplar::HALF, poplar::INT}) {
        Bench bench(on);
        auto &g = bench.graph;
        const Shape shape{100, 70};
        const Values x = integers(count(shape), -3, 3, 5);
        const auto t = g.addVariable(type, shape);
        for (std::size_t i = 0; i != 7000; i += 35) // half a row at a time
          g.setTileMapping(t.flatten().slice(i, i + 35), unsigned(i / 35) % g.getTarget().getNumTiles());
        bench.feed(t, x);
        bench.output("rows", popops::reduce(g, t, {0}, op, bench.prog));
        bench.output("columns", popops::reduce(g, t.transpose(), {1}, op, bench.prog));
        const auto out = bench.input(type, {70}, Values(70, 10));
        if (op != Operation::MAX) popops::reduceWithOutput(g, t, out, {0}, popops::ReduceParams(op, true), bench.prog);
        bench.output("updated", out);
        bench.run();
        const Values wanted = reference(op, x, shape, {0});
        INFO(name(on) << " " << poputil::asString(op) << " " << type.toString());
        CHECK(bench.get("rows") == wanted);
        CHECK(bench.get("columns") == wanted);
        Values updated(70, 10);
        for (std::size_t i = 0; op != Operation::MAX && i != 70; ++i) updated[i] += wanted[i];
        CHECK(bench.get("updated") == updated);
      }
}
