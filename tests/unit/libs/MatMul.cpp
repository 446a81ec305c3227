#include "libs/poplin/detail/MatMulPlan.hpp"
#include <array>
#include <poplar/CycleCount.hpp>
#include <poplar/DeviceManager.hpp>
#include "tests/support/Catch.hpp"
#include "tests/unit/libs/Bench.hpp"
#include <poplin/MatMul.hpp>
#include <popops/ElementWise.hpp>
#include <poputil/VertexTemplates.hpp>
#include <poputil/exceptions.hpp>
#include <sstream>

using namespace test;

namespace {

Values multiply(const Values &a, const Values &b, std::size_t g, std::size_t m, std::size_t k, std::size_t n) {
  Values c(g * m * n, 0);
  for (std::size_t h = 0; h != g; ++h)
    for (std::size_t i = 0; i != m; ++i)
      for (std::size_t j = 0; j != n; ++j)
        for (std::size_t l = 0; l != k; ++l)
          c[(h * m + i) * n + j] += a[(h * m + i) * k + l] * b[(h * k + l) * n + j];
  return c;
}

struct Sizes {
  std::size_t m, k, n;
};

// Machines that nobody has built.
constexpr const char *kSmallDesign = "gc200,convUnitsF16F16=4,convUnitsF16F32=5,convUnitsF32F32=2";
constexpr const char *kLargeDesign =
    "gc200,convUnitsF16F16=32,convUnitsF16F32=16,convUnitsF32F32=16,convCoeffBytesPerCycle=40";

} // namespace

TEST_CASE("sums and products do not depend on how many workers a tile has, and take longer on fewer") {
  for (poplar::Type type : {poplar::FLOAT, poplar::HALF}) {
    std::map<unsigned, std::uint32_t> cycles;
    const Values a = rounded(type, numbers(40 * 48, -1, 1, 1)), b = rounded(type, numbers(48 * 40, -1, 1, 2));
    std::vector<Values> results;
    for (const unsigned workers : {1u, 4u, 6u, 8u}) {
      const support::Environment machine("POPGRAPH_MACHINE", ("gc200,workers=" + std::to_string(workers)).c_str());
      Bench bench(On::Simulator, 4);
      auto &g = bench.graph;
      const auto lhs = bench.input(type, {40, 48}, a), rhs = bench.input(type, {48, 40}, b);
      poplar::program::Sequence timed;
      bench.output("sum", popops::add(g, lhs, rhs.reshape({40, 48}), timed));
      bench.output("product", poplin::matMul(g, lhs, rhs, timed, type));
      bench.output("count", poplar::cycleCount(g, timed, 0, poplar::SyncType::INTERNAL));
      bench.prog.add(timed);
      bench.run();
      Values all = bench.get("sum");
      const Values product = bench.get("product");
      all.insert(all.end(), product.begin(), product.end());
      results.push_back(all);
      cycles[workers] = static_cast<std::uint32_t>(bench.get("count")[0]);
    }
    for (const Values &result : results) CHECK(result == results[2]);
    const Values wanted = multiply(a, b, 1, 40, 48, 40);
    for (std::size_t i = 0; i != wanted.size(); ++i)
      CHECK(results[0][a.size() + i] == Approx(wanted[i]).margin(type == poplar::HALF ? .02 : 1e-4));
    CHECK(cycles[8] <= cycles[6]); // two are idle, but in copies within the tile
    CHECK(cycles[8] > .95 * cycles[6]);
    CHECK(cycles[4] > cycles[6]);
    CHECK(cycles[1] > 2 * cycles[4]);
  }
}

TEST_CASE("products of many shapes agree with double precision for planned and for other layouts") {
  const Sizes cases[] = {{1, 1, 1}, {7, 1, 3}, {1, 300, 1}, {33, 17, 5}, {5, 64, 70}, {50, 784, 20}, {3, 2, 200}};
  for (On on : kDevices)
    for (poplar::Type type : {poplar::FLOAT, poplar::HALF}) {
      Bench bench(on, 37);
      auto &g = bench.graph;
      std::vector<Values> wanted;
      poplin::matmul::PlanningCache cache;
      for (const Sizes &s : cases) {
        const Values a = rounded(type, numbers(s.m * s.k, -1, 1, 1)), b = rounded(type, numbers(s.k * s.n, -1, 1, 2));
        const auto pa = poplin::createMatMulInputLHS(g, type, {s.m, s.k}, {s.k, s.n}, "a", {}, &cache);
        const auto pb = poplin::createMatMulInputRHS(g, type, {s.m, s.k}, {s.k, s.n}, "b", {}, &cache);
        bench.feed(pa, a);
        bench.feed(pb, b);
        bench.output(std::to_string(wanted.size()), poplin::matMul(g, pa, pb, bench.prog, poplar::FLOAT, "", {},
                                                                   &cache));
        wanted.push_back(multiply(a, b, 1, s.m, s.k, s.n));
        const auto la = bench.input(type, {s.m, s.k}, a), lb = bench.input(type, {s.n, s.k}, [&] {
          Values transposed;
          for (std::size_t j = 0; j != s.n; ++j)
            for (std::size_t l = 0; l != s.k; ++l)
              transposed.push_back(b[l * s.n + j]);
          return transposed;
        }());
        bench.output(std::to_string(wanted.size()),
                     poplin::matMul(g, la, lb.transpose(), bench.prog, poplar::FLOAT, "", {}, &cache));
        wanted.push_back(wanted.back());
      }
      CHECK(cache.size() == std::size(cases));
      bench.run();
      for (std::size_t i = 0; i != wanted.size(); ++i) {
        INFO(name(on) << " " << type.toString() << " case " << i);
        CHECK(worstError(bench.get(std::to_string(i)), wanted[i]) < 2e-5);
      }
    }
}

TEST_CASE("grouped products, accumulation and given outputs agree with double precision") {
  for (On on : kDevices) {
    Bench bench(on, 20);
    auto &g = bench.graph;
    auto &p = bench.prog;
    const std::size_t groups = 6, m = 9, k = 40, n = 11;
    const Values a = rounded(poplar::FLOAT, numbers(groups * m * k, -1, 1, 1)),
                 b = rounded(poplar::FLOAT, numbers(groups * k * n, -1, 1, 2)), c = numbers(groups * m * n, -1, 1, 3);
    const auto pa = poplin::createMatMulGroupedInputLHS(g, poplar::FLOAT, poplar::FLOAT, {groups, m, k}, {groups, k,
        n}, "a");
    const auto pb = poplin::createMatMulGroupedInputRHS(g, poplar::FLOAT, poplar::FLOAT, {groups, m, k}, {groups, k,
        n}, "b");
    bench.feed(pa, a);
    bench.feed(pb, b);
    const auto acc = bench.input(poplar::FLOAT, {groups, m, n}, c), acc2 = bench.input(poplar::FLOAT, {m, n},
        Values(m * n, 1)),
               factor = bench.input(poplar::FLOAT, {}, {2});
    auto out = bench.input(poplar::FLOAT, {groups, m, n}, Values(groups * m * n, 0));
    bench.output("grouped", poplin::matMulGrouped(g, pa, pb, p, poplar::FLOAT));
    poplin::matMulGroupedAcc(g, acc, -0.5f, pa, pb, p);
    poplin::matMulAcc(g, acc2, factor, pa[1], pb[1], p);
    poplin::matMulGroupedWithOutput(g, pa, pb, out, p);
    bench.output("acc", acc);
    bench.output("acc2", acc2);
    bench.output("out", out);
    bench.output("half", poplin::matMul(g, pa[0], pb[0], p, poplar::HALF));
    bench.run();
    const Values product = multiply(a, b, groups, m, k, n);
    Values wantAcc, wantAcc2;
    for (std::size_t i = 0; i != product.size(); ++i)
      wantAcc.push_back(c[i] - 0.5 * product[i]);
    for (std::size_t i = 0; i != m * n; ++i)
      wantAcc2.push_back(1 + 2 * product[m * n + i]);
    INFO(name(on));
    CHECK(worstError(bench.get("grouped"), product) < 1e-5);
    CHECK(worstError(bench.get("out"), product) < 1e-5);
    CHECK(worstError(bench.get("acc"), wantAcc) < 1e-5);
    CHECK(worstError(bench.get("acc2"), wantAcc2) < 1e-5);
    CHECK(worstError(bench.get("half"), Values(product.begin(), product.begin() + m * n)) < 2e-3);
  }
}

TEST_CASE("plans use the tiles and are the same each time") {
  const auto device = makeDevice(On::Simulator, 1472);
  poplar::Graph g(device.getTarget());
  std::ostringstream first, second;
  poplin::matMulReportPlan(first, g, poplar::FLOAT, poplar::FLOAT, {50, 784}, {784, 128});
  poplin::matMulReportPlan(second, g, poplar::FLOAT, poplar::FLOAT, {50, 784}, {784, 128});
  CHECK(first.str() == second.str());
  const auto weights = poplin::createMatMulInputRHS(g, poplar::FLOAT, {50, 784}, {784, 128}, "w");
  std::size_t used = 0, most = 0;
  for (const auto &tile : g.getTileMapping(weights)) {
    std::size_t elements = 0;
    for (const auto &interval : tile)
      elements += interval.size();
    used += elements != 0;
    most = std::max(most, elements);
  }
  INFO(first.str());
  CHECK(used > 300);
  CHECK(most < 400);
  // Less memory for temporary data gives smaller blocks, never an error.
  std::ostringstream small;
  poplin::matMulReportPlan(small, g, poplar::FLOAT, poplar::FLOAT, {2000, 4000}, {4000, 1000},
                           {{"availableMemoryProportion", "0"}});
  CHECK(small.str().find("tiles") != std::string::npos);
}

TEST_CASE("misuse of products is told") {
  Bench bench(On::Cpu);
  auto &g = bench.graph;
  auto &p = bench.prog;
  const auto a = bench.input(poplar::FLOAT, {3, 4}, Values(12, 0)), b = bench.input(poplar::FLOAT, {3, 4}, Values(12,
      0)),
             h = bench.input(poplar::HALF, {4, 3}, Values(12, 0)), i = bench.input(poplar::INT, {4, 3}, Values(12, 0));
  CHECK_THROWS_WITH(poplin::matMul(g, a, b, p), says("[3,4]") && says("poplin::matMul"));
  CHECK_THROWS_WITH(poplin::matMul(g, a, h, p), says("half"));
  CHECK_THROWS_WITH(poplin::matMul(g, i.transpose(), i, p), says("int"));
  CHECK_THROWS_AS(poplin::matMul(g, a, b.transpose(), p, "", {{"partialType", "half"}}), poplar::invalid_option);
  CHECK_THROWS_WITH(poplin::matMul(g, a, b.transpose(), p, "", {{"partialType", "half"}}),
                    says("partialsType"));
  CHECK_THROWS_AS(poplin::matMul(g, a, b.transpose(), p, "", {{"partialsType", "int"}}), poplar::invalid_option);
}

TEST_CASE("the planner's cycles of a block are those of the codelet") {
  // Beside the vertex: two counter reads 45 cycles apart and the launch of a compute set, 66 cycles.
  constexpr double kBeside = 45 + 66;
  const poplar::Device device = poplar::DeviceManager().getDevice(0);
  for (const auto &[m, k, n] : std::vector<std::array<unsigned, 3>>{
           {6, 16, 16}, {12, 32, 16}, {50, 8, 4}, {6, 64, 64}, {1, 64, 48}, {48, 64, 32}, {50, 98, 1}, {7, 40, 13}}) {
    INFO(m << " x " << k << " x " << n);
    poplar::Graph graph(device.getTarget());
    poplin::addCodelets(graph);
    const poplar::Tensor a = graph.addVariable(poplar::FLOAT, {m * k}), b = graph.addVariable(poplar::FLOAT, {k * n}),
                         out = graph.addVariable(poplar::FLOAT, {m * n});
    for (const poplar::Tensor &t : {a, b, out})
      graph.setTileMapping(t, 0);
    const poplar::ComputeSet cs = graph.addComputeSet();
    graph.setTileMapping(graph.addVertex(cs, "poplin::MatMulBlock<float,float>",
                                         {{"a", a}, {"b", b}, {"out", out}, {"m", m}, {"k", k}, {"n", n}}),
                         0);
    poplar::program::Sequence prog{poplar::program::Execute(cs)};
    graph.createHostRead("cycles", poplar::cycleCount(graph, prog, 0, poplar::SyncType::INTERNAL));
    poplar::Engine engine(graph, prog);
    engine.load(device);
    engine.run();
    std::uint64_t cycles = 0;
    engine.readTensor("cycles", &cycles, &cycles + 1);
    CHECK(poplin::detail::blockCycles(device.getTarget(), {}, m, k, n) ==
          Approx(static_cast<double>(cycles) - kBeside).epsilon(0.1));
  }
}

TEST_CASE("the planner's cycles of a block on the matrix unit are those of the codelet") {
  constexpr double kBeside = 45 + 66;
  for (const char *machine : {"gc2", "gc200", "bow", "c600", kSmallDesign, kLargeDesign})
    for (const auto &[input, partial] : std::vector<std::array<poplar::Type, 2>>{
             {poplar::HALF, poplar::HALF}, {poplar::HALF, poplar::FLOAT}, {poplar::FLOAT, poplar::FLOAT}})
      for (const auto &[m, k, n] : std::vector<std::array<unsigned, 3>>{
               {6, 16, 16}, {12, 64, 16}, {50, 32, 64}, {96, 96, 48}, {1, 64, 48}, {48, 64, 30}, {7, 40, 12}}) {
        INFO(machine << " " << input.toString() << " " << partial.toString() << ": " << m << " x " << k << " x " << n);
        support::Environment environment("POPGRAPH_MACHINE", machine);
        poplar::IPUModel model(machine);
        model.tilesPerIPU = 2;
        const poplar::Device device = model.createDevice();
        poplar::Graph graph(device.getTarget());
        poplin::addCodelets(graph);
        const auto method = poplin::detail::matrixUnit(device.getTarget(), input, partial);
        REQUIRE(method.units != 0);
        const poplar::Tensor a = graph.addVariable(input, {m * k}), b = graph.addVariable(input, {k * n}),
                             out = graph.addVariable(
                                 partial, {m * poplin::detail::alignedElements(device.getTarget(), partial, n)});
        for (const poplar::Tensor &t : {a, b, out})
          graph.setTileMapping(t, 0);
        const poplar::ComputeSet cs = graph.addComputeSet();
        graph.setTileMapping(
            graph.addVertex(cs,
                            poputil::templateVertex("poplin::MatMulUnit", input, partial, method.units,
                                                    method.loadBytes, false),
                            {{"a", a}, {"b", b}, {"out", out}, {"m", m}, {"k", k}, {"n", n}}),
            0);
        poplar::program::Sequence prog{poplar::program::Execute(cs)};
        graph.createHostRead("cycles", poplar::cycleCount(graph, prog, 0, poplar::SyncType::INTERNAL));
        poplar::Engine engine(graph, prog);
        engine.load(device);
        engine.run();
        std::uint64_t cycles = 0;
        engine.readTensor("cycles", &cycles, &cycles + 1);
        CHECK(poplin::detail::blockCycles(device.getTarget(), method, m, k, n) ==
              Approx(static_cast<double>(cycles) - kBeside).epsilon(0.1));
      }
}

TEST_CASE("twice the units of a design take half the time") {
  const auto cycles = [](poplar::Type type, const char *partials, const std::string &machine) {
    const support::Environment environment("POPGRAPH_MACHINE", machine.c_str());
    Bench bench(On::Simulator, 1);
    const poplar::OptionFlags options{{"partialsType", partials}};
    const auto a = bench.input(type, {192, 192}, Values(192 * 192, 1)),
               b = poplin::createMatMulInputRHS(bench.graph, type, {192, 192}, {192, 192}, "b", options);
    bench.feed(b, Values(192 * 192, 1));
    poplar::program::Sequence timed;
    bench.output("c", poplin::matMul(bench.graph, a, b, timed, std::string(partials) == "half" ? type : poplar::FLOAT,
                                     "", options));
    bench.output("count", poplar::cycleCount(bench.graph, timed, 0, poplar::SyncType::INTERNAL));
    bench.prog.add(timed);
    bench.run();
    CHECK(bench.get("c") == Values(192 * 192, 192));
    return bench.get("count")[0];
  };
  struct Case {
    poplar::Type type;
    const char *partials, *constant;
    unsigned least, most;
  };
  for (const Case &c : std::vector<Case>{{poplar::HALF, "half", "convUnitsF16F16=", 4, 32},
                                         {poplar::HALF, "float", "convUnitsF16F32=", 4, 32},
                                         {poplar::FLOAT, "float", "convUnitsF32F32=", 2, 16}}) {
    double before = 0;
    const auto with = [&](unsigned units) {
      return cycles(c.type, c.partials, "convCoeffBytesPerCycle=32," + (c.constant + std::to_string(units)));
    };
    for (unsigned units = c.least; units <= c.most; units *= 2) {
      const double now = with(units);
      INFO(c.constant << units);
      if (before != 0) CHECK(before / now == Approx(2).margin(.15));
      before = now;
    }
    // Others than powers of two use what they can, more than codelets are compiled for are idle.
    CHECK(with(c.most * 3 / 2) == before);
  }
}

TEST_CASE("products on every machine's matrix unit agree with double precision, bit for bit on both backends") {
  // Edges of every kind: rows of inputs that do not fill the unit or end between words, narrow panels, one row.
  const Sizes cases[] = {{24, 64, 32}, {13, 50, 10}, {50, 37, 21}, {1, 128, 64}, {64, 300, 1}};
  for (const char *machine : {"gc2", "gc200", "bow", "c600", kSmallDesign, kLargeDesign})
    for (const auto &[input, partials] : std::vector<std::pair<poplar::Type, const char *>>{
             {poplar::HALF, "half"}, {poplar::HALF, "float"}, {poplar::FLOAT, "float"}})
      for (const Sizes &s : cases)
        for (const poplar::Type &output : {poplar::HALF, poplar::FLOAT}) {
          constexpr std::size_t groups = 2;
          INFO(machine << " " << input.toString() << " " << partials << " " << output.toString() << " " << s.m << " x "
                       << s.k << " x " << s.n);
          support::Environment environment("POPGRAPH_MACHINE", machine);
          const Values a = rounded(input, numbers(groups * s.m * s.k, -1, 1, 1)),
                       b = rounded(input, numbers(groups * s.k * s.n, -1, 1, 2));
          const Values wanted = multiply(a, b, groups, s.m, s.k, s.n);
          Values results[2];
          for (On on : {On::Simulator, On::CpuBackend}) {
            Bench bench(on, 7);
            const poplar::OptionFlags options{{"partialsType", partials}};
            const Shape left{groups, s.m, s.k}, right{groups, s.k, s.n};
            const auto pa =
                poplin::createMatMulGroupedInputLHS(bench.graph, input, output, left, right, "a", options);
            const auto pb =
                poplin::createMatMulGroupedInputRHS(bench.graph, input, output, left, right, "b", options);
            bench.feed(pa, a);
            bench.feed(pb, b);
            bench.output("c", poplin::matMulGrouped(bench.graph, pa, pb, bench.prog, output, "", options));
            std::ostringstream plan;
            poplin::matMulGroupedReportPlan(plan, bench.graph, input, output, left, right, options);
            if (s.m > 1 || std::string_view(machine) != kSmallDesign) // few units are no gain for one row
              CHECK(plan.str().find("matrix unit") != std::string::npos);
            bench.run();
            results[on == On::CpuBackend] = bench.get("c");
          }
          CHECK(results[0] == results[1]);
          // Half partial results are rounded after every sixteen inputs, and once for each tile along k.
          const bool halves = std::string(partials) == "half";
          const double bound = halves                    ? 0x1p-10 * (static_cast<double>(s.k) / 16 + 2)
                               : output == poplar::HALF ? 0x1p-10
                                                         : 2e-5;
          CHECK(worstError(results[0], wanted) < bound);
        }
}

TEST_CASE("a product whose blocks do not fit at once takes them in turn and gives the same") {
  constexpr std::size_t m = 40, k = 512, n = 48;
  const Values a = rounded(poplar::HALF, numbers(m * k, -1, 1, 1)), b = rounded(poplar::HALF, numbers(k * n, -1, 1, 2));
  std::vector<Values> results;
  for (On on : {On::Simulator, On::CpuBackend})
    for (const char *proportion : {"0.6", "0.01"}) {
      Bench bench(on, 1);
      const poplar::OptionFlags options{{"availableMemoryProportion", proportion}};
      const auto pa = bench.input(poplar::HALF, {m, k}, a), pb = bench.input(poplar::HALF, {k, n}, b);
      std::ostringstream plan;
      poplin::matMulReportPlan(plan, bench.graph, poplar::HALF, poplar::FLOAT, {m, k}, {k, n}, options);
      INFO(plan.str());
      CHECK((plan.str().find("in turn") != std::string::npos) == (proportion == std::string("0.01")));
      bench.output("c", poplin::matMul(bench.graph, pa, pb, bench.prog, poplar::FLOAT, "", options));
      bench.run();
      results.push_back(bench.get("c"));
      CHECK(worstError(results.back(), multiply(a, b, 1, m, k, n)) < 2e-5);
      CHECK(results.back() == results.front()); // sums in the order of k either way
    }
}

TEST_CASE("a large product of halves keeps the matrix units of a Bow busy") {
  const auto device = poplar::IPUModel("bow").createDevice();
  poplar::Graph g(device.getTarget());
  std::ostringstream plan;
  poplin::matMulReportPlan(plan, g, poplar::HALF, poplar::HALF, {4096, 4096}, {4096, 4096}, {{"partialsType", "half"}});
  INFO(plan.str());
  const auto at = plan.str().find("estimated cycles:");
  REQUIRE(at != std::string::npos);
  const double cycles = std::stod(plan.str().substr(at + 17));
  const double peak = 4096. * 4096 * 4096 / 1472 / 64;
  CHECK(peak / cycles > 0.5);
  CHECK(peak / cycles < 1);
}
