// Tensors so large that the one tile of a CPU device is shared by threads, next to one that small devices hold.
#include "tests/support/Catch.hpp"
#include "tests/unit/libs/Bench.hpp"
#include <numeric>
#include <popops/DynamicSlice.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Fill.hpp>
#include <popops/GatherStatistics.hpp>
#include <popops/Reduce.hpp>
#include <poputil/Util.hpp>
#include <poputil/detail/Parts.hpp>

using namespace test;
using namespace popops::expr;
using popops::Operation;

TEST_CASE("a CPU device's tile is divided for its threads, an IPU's for its workers") {
  using poplar::Target;
  const Target cpu = Target::createCPUTarget(), ipu = Target::createIPUTarget(1, 4, "ipu2");
  const std::vector<poplar::Interval> regions{{0, 1 << 20}}, few{{0, 100}};
  CHECK(poputil::splitRegionsBetweenWorkers(ipu, regions, 2).size() == 6);
  CHECK(poputil::splitRegionsBetweenWorkers(cpu, regions, 2).size() > 6);
  CHECK(poputil::splitRegionsBetweenWorkers(cpu, few, 2).size() == 1);
  CHECK(poputil::splitRegionsBetweenWorkers(cpu, std::vector<std::vector<poplar::Interval>>{regions, few}, 2).size() >
        6);
  auto pieces = poputil::detail::cut({{3, 10}, {20, 24}}, 5);
  CHECK(pieces == std::vector<std::vector<poplar::Interval>>{{{3, 8}}, {{8, 10}, {20, 23}}, {{23, 24}}});
  CHECK(poputil::detail::verticesOfTile(ipu, 1 << 20) == 1);
}

TEST_CASE("map of large operands, broadcast along any dimension, agrees with double precision") {
  const std::size_t rows = 300, columns = 401, n = rows * columns;
  const Values a = numbers(n, -2, 2, 1), row = numbers(columns, -2, 2, 2), column = numbers(rows, -2, 2, 3);
  for (On on : {On::Cpu, On::CpuBackend}) {
    INFO(name(on));
    Bench bench(on);
    const auto ta = bench.input(poplar::FLOAT, {rows, columns}, a);
    const auto trow = bench.input(poplar::FLOAT, {columns}, row);
    const auto tcolumn = bench.input(poplar::FLOAT, {rows, 1}, column);
    const auto whole = bench.input(poplar::FLOAT, {1, n}, a), lines = bench.input(poplar::FLOAT, {2, n}, [&] {
      Values twice = a;
      twice.insert(twice.end(), a.rbegin(), a.rend());
      return twice;
    }());
    const auto two = bench.input(poplar::FLOAT, {2, 1}, {3, 5});
    bench.output("row", popops::map(bench.graph, _1 * _2 + Const(1.0f), {ta, trow}, bench.prog));
    bench.output("column", popops::map(bench.graph, _1 * _2 - _1, {ta, tcolumn}, bench.prog));
    bench.output("long rows", popops::map(bench.graph, _1 + _2, {lines, whole}, bench.prog));
    bench.output("long columns", popops::map(bench.graph, _1 * _2, {lines, two}, bench.prog));
    bench.output("transposed", popops::map(bench.graph, _1 - _2, {ta.transpose(), tcolumn.transpose()}, bench.prog));
    bench.output("both", popops::map(bench.graph, _1 + _2 * _3, {ta, trow, tcolumn}, bench.prog));
    bench.run(2);
    Values wantedRow(n), wantedColumn(n), transposed(n), both(n), longRows(2 * n), longColumns(2 * n);
    for (std::size_t r = 0; r != rows; ++r)
      for (std::size_t c = 0; c != columns; ++c) {
        const std::size_t i = r * columns + c;
        wantedRow[i] = a[i] * row[c] + 1;
        wantedColumn[i] = a[i] * column[r] - a[i];
        transposed[c * rows + r] = a[i] - column[r];
        both[i] = a[i] + row[c] * column[r];
      }
    for (std::size_t i = 0; i != n; ++i) {
      longRows[i] = 2 * a[i];
      longRows[n + i] = a[n - 1 - i] + a[i];
      longColumns[i] = 3 * a[i];
      longColumns[n + i] = 5 * a[n - 1 - i];
    }
    CHECK(worstError(bench.get("row"), wantedRow) < 1e-6);
    CHECK(worstError(bench.get("column"), wantedColumn) < 1e-6);
    CHECK(worstError(bench.get("long rows"), longRows) < 1e-6);
    CHECK(worstError(bench.get("long columns"), longColumns) < 1e-6);
    CHECK(worstError(bench.get("transposed"), transposed) < 1e-6);
    CHECK(worstError(bench.get("both"), both) < 1e-6);
  }
}

TEST_CASE("fill and histogram of large tensors miss nothing") {
  for (On on : {On::Cpu, On::CpuBackend}) {
    INFO(name(on));
    Bench bench(on);
    const std::size_t n = 100'003;
    const auto t = bench.input(poplar::HALF, {n}, Values(n, 7));
    popops::fill(bench.graph, t.slice(1, n - 1), bench.prog, 2.5f);
    bench.output("filled", t);
    Values values(n);
    for (std::size_t i = 0; i != n; ++i) values[i] = static_cast<double>(i % 10);
    const auto levels = bench.input(poplar::FLOAT, {2}, {2.5, 7.5});
    const auto in = bench.input(poplar::FLOAT, {n}, values);
    bench.output("counts", popops::histogram(bench.graph, in, levels, false, bench.prog));
    bench.run(2);
    Values wanted(n, 2.5), counts(3, 0);
    wanted.front() = wanted.back() = 7;
    for (double value : values) ++counts[value < 2.5 ? 0 : value < 7.5 ? 1 : 2];
    CHECK(worstError(bench.get("filled"), wanted) == 0);
    CHECK(worstError(bench.get("counts"), counts) == 0);
  }
}

TEST_CASE("reductions of large matrices agree with double precision in every operation and direction") {
  const std::size_t rows = 517, columns = 1100;
  const Values a = rounded(poplar::HALF, numbers(rows * columns, 0.9, 1.1, 4));
  for (On on : {On::Cpu, On::CpuBackend}) {
    Bench bench(on);
    std::map<std::string, Values> wanted;
    for (const poplar::Type type : {poplar::FLOAT, poplar::HALF}) {
      const auto in = bench.input(type, {rows, columns}, a);
      for (const Operation op :
           {Operation::ADD, Operation::MUL, Operation::MIN, Operation::MAX, Operation::SQUARE_ADD, Operation::LOG_ADD})
        for (const std::size_t dim : {0, 1}) {
          // A sum of half would be too large for half; products of few columns stay near 1.
          const std::string key = type.toString() + std::to_string(static_cast<int>(op)) + std::to_string(dim);
          bench.output(key, popops::reduce(bench.graph, in, poplar::FLOAT, {dim}, op, bench.prog));
          Values result(dim == 0 ? columns : rows), sums(result.size(), 0);
          for (std::size_t r = 0; r != rows; ++r)
            for (std::size_t c = 0; c != columns; ++c) {
              const double x = a[r * columns + c];
              const std::size_t k = dim == 0 ? c : r;
              const bool first = dim == 0 ? r == 0 : c == 0;
              double &y = result[k];
              if (first)
                y = op == Operation::SQUARE_ADD ? x * x : op == Operation::LOG_ADD ? std::exp(x) : x;
              else
                y = op == Operation::ADD          ? y + x
                    : op == Operation::MUL        ? y * x
                    : op == Operation::MIN        ? std::fmin(y, x)
                    : op == Operation::MAX        ? std::fmax(y, x)
                    : op == Operation::SQUARE_ADD ? y + x * x
                                                  : y + std::exp(x);
            }
          if (op == Operation::LOG_ADD)
            for (double &y : result) y = std::log(y);
          wanted[key] = result;
        }
    }
    bench.run(2);
    for (const auto &[key, values] : wanted) {
      INFO(name(on) << ", " << key);
      CHECK(worstError(bench.get(key), values) < 2e-5);
    }
  }
}

TEST_CASE("a reduction of a large matrix scales and updates") {
  const std::size_t rows = 300, columns = 250;
  const Values a = integers(rows * columns, -9, 9, 5), before = integers(columns, -9, 9, 6);
  for (On on : {On::Cpu, On::CpuBackend}) {
    INFO(name(on));
    Bench bench(on);
    const auto in = bench.input(poplar::FLOAT, {rows, columns}, a), out = bench.input(poplar::FLOAT, {columns}, before);
    const auto across = bench.input(poplar::FLOAT, {rows}, Values(rows, 1));
    const auto scale = bench.input(poplar::FLOAT, {}, {0.5});
    popops::reduceWithOutput(bench.graph, in, out, {0}, {Operation::ADD, true, scale}, bench.prog);
    popops::reduceWithOutput(bench.graph, in, across, {1}, {Operation::SQUARE_ADD, true, scale}, bench.prog);
    bench.output("out", out);
    bench.output("across", across);
    bench.run();
    Values wanted = before, wantedAcross(rows, 1);
    for (std::size_t i = 0; i != a.size(); ++i) {
      wanted[i % columns] += 0.5 * a[i];
      wantedAcross[i / columns] += 0.5 * a[i] * a[i];
    }
    CHECK(worstError(bench.get("out"), wanted) < 1e-6);
    CHECK(worstError(bench.get("across"), wantedAcross) < 1e-6);
  }
}

TEST_CASE("many look-ups of several entries each find theirs") {
  const std::size_t entries = 500, columns = 24, lookups = 3000, size = 3;
  Values table(entries * columns);
  std::iota(table.begin(), table.end(), 0.0);
  const Values offsets = integers(lookups, 0, static_cast<int>(entries) + 5, 7); // some lie outside
  for (On on : {On::Cpu, On::CpuBackend}) {
    INFO(name(on));
    Bench bench(on);
    const auto t = bench.input(poplar::FLOAT, {entries, columns}, table);
    const auto at = bench.input(poplar::UNSIGNED_INT, {lookups, 1}, offsets);
    bench.output("slices", popops::multiSlice(bench.graph, t, at, {0}, {size}, bench.prog, popops::SlicePlan(), {}));
    bench.run(2);
    Values wanted;
    for (double offset : offsets)
      for (std::size_t i = 0; i != size * columns; ++i)
        wanted.push_back(offset + size <= entries ? offset * static_cast<double>(columns) + static_cast<double>(i) : 0);
    CHECK(worstError(bench.get("slices"), wanted) == 0);
  }
}
