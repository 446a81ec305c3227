// Rows of the conformance table: forms of functions beside the ones of Conformance.cpp, each against its definition.
#include "tests/unit/libs/Conformance.hpp"
#include <popops/AllTrue.hpp>
#include <popops/Cast.hpp>
#include <popops/DynamicSlice.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Encoding.hpp>
#include <popops/GatherStatistics.hpp>
#include <popops/Loop.hpp>
#include <popops/NaN.hpp>
#include <popops/NormaliseImage.hpp>
#include <popops/Rearrange.hpp>
#include <popops/Reduce.hpp>
#include <popops/ScaledAdd.hpp>
#include <popops/Scatter.hpp>
#include <popops/SelectScalarFromRows.hpp>
#include <popops/SequenceSlice.hpp>
#include <popops/Sort.hpp>
#include <popops/TopK.hpp>
#include <popops/UpdateScalarInRows.hpp>
#include <poputil/Broadcast.hpp>
#include <poputil/Util.hpp>
#include <numeric>

namespace test {

namespace {

using popops::Operation;
using popops::SlicePlan;

/// The sum of each column.
Values columnSums(const Trial &t, const Values &v) {
  Values sums(t.columns());
  for (std::size_t i = 0; i != v.size(); ++i) sums[i % t.columns()] += v[i];
  return sums;
}

void addElementWise(std::vector<Row> &rows) {
  rows.push_back({"mapWithOutput", kNumbers, 0, 9, true, [](Trial &t) {
                    const Operand a = t.operand(), b = t.operand(), out = t.operand(true);
                    popops::mapWithOutput(t.graph(), popops::expr::_1 * popops::expr::_2, {a.t, b.t}, out.t, t.prog());
                    return Operand{out.t, zip(a.v, b.v, [](double x, double y) { return x * y; })};
                  }});
  rows.push_back({"map of several expressions", kNumbers, 0, 9, true, [](Trial &t) {
                    const Operand a = t.operand(), b = t.operand(), out = t.operand(true);
                    using namespace popops::expr;
                    const std::vector<Any> expressions{_1 + _2, _1 * _2};
                    std::vector<Tensor> results = popops::map(t.graph(), expressions, {a.t, b.t}, t.prog());
                    popops::mapWithOutput(t.graph(), std::vector<Any>{_2 + Const(1)}, {a.t, b.t}, {out.t}, t.prog());
                    results.push_back(out.t);
                    Values wanted = zip(a.v, b.v, [](double x, double y) { return x + y; });
                    for (double each : zip(a.v, b.v, [](double x, double y) { return x * y; })) wanted.push_back(each);
                    for (double each : b.v) wanted.push_back(each + 1);
                    return Operand{poplar::concat(results), wanted};
                  }});
  rows.push_back({"castWithOutput", kNumbers, 0, 9, true, [](Trial &t) {
                    const Operand a = t.operand(), out = t.operand(true, poplar::INT);
                    popops::castWithOutput(t.graph(), a.t, out.t, t.prog());
                    return Operand{out.t, a.v};
                  }});
  rows.push_back({"scaledSubtractFrom", kReals, -4, 4, true, [](Trial &t) {
                    const Operand a = t.operand(true), b = t.operand();
                    popops::scaledSubtractFrom(t.graph(), a.t, b.t, 0.5f, t.prog());
                    return Operand{a.t, zip(a.v, b.v, [](double x, double y) { return x - y / 2; })};
                  }});
  rows.push_back({"checkTypes and what follows", kReals, -4, 4, true, [](Trial &t) {
                    const Operand a = t.operand();
                    popops::checkTypes(t.type, 0.5);
                    return Operand{popops::mul(t.graph(), a.t, 0.5, t.prog()),
                                   zip(a.v, a.v, [](double x, double) { return x / 2; })};
                  }});
  rows.push_back({"broadcastToMatch", kMoved, 0, 1, true, [](Trial &t) {
                    Operand a = t.operand();
                    poputil::broadcastToMatch(a.t, {2, t.rows(), t.columns()});
                    a.v.insert(a.v.end(), a.v.begin(), a.v.end());
                    return Operand{poputil::duplicate(t.graph(), a.t, t.prog()), a.v};
                  }});
  rows.push_back({"broadcastToMatch of three", kNumbers, 0, 9, true, [](Trial &t) {
                    const Operand a = t.operand();
                    const std::size_t n = t.rows(), m = t.columns();
                    const Values row = integers(m, 0, 9, t.random()), column = integers(n, 0, 9, t.random());
                    Tensor full = a.t, r = t.bench.input(t.type, {m}, row), c = t.bench.input(t.type, {n, 1}, column);
                    poputil::broadcastToMatch(r, full, c);
                    Values wanted = a.v;
                    for (std::size_t i = 0; i != n * m; ++i) wanted.push_back(row[i % m]);
                    for (std::size_t i = 0; i != n * m; ++i) wanted.push_back(column[i / m]);
                    return Operand{poputil::duplicate(t.graph(), poplar::concat({full, r, c}), t.prog()), wanted};
                  }});
  rows.push_back({"cloneN", kMoved, 0, 1, true, [](Trial &t) {
                    Operand a = t.operand();
                    const Tensor clones = poputil::cloneN(t.graph(), a.t, 2);
                    t.prog().add(poplar::program::Copy(a.t.expand({0}).broadcast(2, 0), clones));
                    a.v.insert(a.v.end(), a.v.begin(), a.v.end());
                    return Operand{clones, a.v};
                  }});
  rows.push_back({"copyToIpu", kMoved, 0, 1, true, [](Trial &t) {
                    const Operand a = t.operand();
                    return Operand{poputil::copyToIpu(t.graph(), a.t, t.prog(), 0), a.v};
                  }});
  rows.push_back({"factorDims and unfactorDims", kMoved, 0, 1, true, [](Trial &t) {
                    const Operand a = t.operand();
                    const Tensor factored = poputil::factorDims(a.t, {1, t.columns()});
                    return Operand{poputil::duplicate(t.graph(), poputil::unfactorDims(factored, 2), t.prog()), a.v};
                  }});
  rows.push_back({"unfactorDims of rows", kMoved, 0, 1, true, [](Trial &t) {
                    const Operand a = t.operand();
                    const Tensor factored = poputil::factorDims(a.t, {t.rows()});
                    return Operand{poputil::duplicate(t.graph(), poputil::unfactorDims(factored, 1), t.prog()), a.v};
                  }});
  rows.push_back({"iota", {poplar::INT, poplar::UNSIGNED_INT}, 0, 1, true, [](Trial &t) {
                    const Operand a = t.operand(true);
                    Values wanted(a.v.size());
                    std::iota(wanted.begin(), wanted.end(), 7.0);
                    popops::iota(t.graph(), a.t.flatten(), 7, t.prog());
                    return Operand{a.t, wanted};
                  }});
  rows.push_back({"countedLoop", {poplar::FLOAT, poplar::INT}, 0, 9, true, [](Trial &t) {
                    const Operand a = t.operand(true);
                    Values wanted;
                    for (double x : a.v) wanted.push_back(x + 3);
                    t.prog().add(popops::countedLoop(t.graph(), 3, [&](const Tensor &) {
                      poplar::program::Sequence body;
                      popops::addInPlace(t.graph(), a.t, 1, body);
                      return body;
                    }));
                    return Operand{a.t, wanted};
                  }});
}

void addReductions(std::vector<Row> &rows) {
  rows.push_back({"allTrue", {poplar::BOOL}, 0, 1, true, [](Trial &t) {
                    const Operand a = t.operand();
                    const bool all = std::all_of(a.v.begin(), a.v.end(), [](double x) { return x != 0; });
                    return Operand{popops::allTrue(t.graph(), a.t, t.prog()), {double(all)}};
                  }});
  rows.push_back({"hasNaNOrInf", kReals, -1, 1, false, [](Trial &t) {
                    const Operand a = t.operand();
                    return Operand{popops::hasNaNOrInf(t.graph(), a.t, t.prog()), {0}};
                  }});
  rows.push_back({"reduceWithOutput", kNumbers, 0, 3, true, [](Trial &t) {
                    const Operand a = t.operand();
                    const Values old = integers(t.columns(), 0, 3, t.random());
                    const Tensor out = t.bench.input(t.type, {t.columns()}, old);
                    popops::reduceWithOutput(t.graph(), a.t, out, {0}, {Operation::ADD, true}, t.prog());
                    return Operand{out, zip(columnSums(t, a.v), old, [](double x, double y) { return x + y; })};
                  }});
  rows.push_back({"reduceMany", kNumbers, 0, 3, true, [](Trial &t) {
                    const Operand a = t.operand(), b = t.operand();
                    std::vector<Tensor> out;
                    popops::reduceMany(t.graph(), {{a.t, {0}, Operation::ADD}, {b.t, {0}, Operation::ADD}}, out,
                                       t.prog());
                    Values wanted = columnSums(t, a.v), second = columnSums(t, b.v);
                    wanted.insert(wanted.end(), second.begin(), second.end());
                    return Operand{poplar::concat(out), wanted};
                  }});
  rows.push_back({"histogram", kReals, -4, 4, false, [](Trial &t) {
                    const Operand a = t.operand();
                    Values wanted(3);
                    for (double x : a.v) ++wanted[x < -1 ? 0 : x < 2 ? 1 : 2];
                    const Tensor levels = t.bench.input(t.type, {2}, {-1, 2});
                    return Operand{popops::histogram(t.graph(), a.t, levels, false, t.prog()), wanted};
                  }});
  rows.push_back({"selectScalarFromRows", kReals, -4, 4, false, [](Trial &t) {
                    const Operand a = t.operand();
                    Values at, wanted;
                    for (std::size_t i = 0; i != t.rows(); ++i) {
                      at.push_back(double(t.random() % (t.columns() + 1)));
                      wanted.push_back(at[i] == double(t.columns()) ? NAN : a.v[i * t.columns() + std::size_t(at[i])]);
                    }
                    return Operand{popops::selectScalarFromRows(t.graph(), a.t, t.indices(at, {t.rows()}), t.prog()),
                                   wanted};
                  }});
  rows.push_back({"updateScalarInRows", kReals, -4, 4, true, [](Trial &t) {
                    const Operand a = t.operand(true);
                    Values at, wanted = a.v;
                    for (std::size_t i = 0; i != t.rows(); ++i) {
                      at.push_back(double(t.random() % t.columns()));
                      wanted[i * t.columns() + std::size_t(at[i])] -= 1;
                    }
                    popops::updateScalarInRows(t.graph(), a.t, t.indices(at, {t.rows()}), t.prog());
                    return Operand{a.t, wanted};
                  }});
}

/// Updates of rows {0, n / 2}, one place of each outside, by `apply`, that give f(old, new).
template <class Apply, class F>
void addUpdate(std::vector<Row> &rows, const char *name, const std::vector<Type> &types, Apply apply, F f) {
  rows.push_back({name, types, 0, 3, true, [=](Trial &t) {
                    const Operand a = t.operand(true);
                    const std::size_t n = t.rows(), m = t.columns();
                    if (n == 0) return a;
                    const std::vector<std::size_t> at{n / 2, n};
                    const Values s = integers(2 * m, 0, 3, t.random());
                    const Values given = t.type == poplar::BOOL ? Values(2 * m, 1) : s;
                    apply(t, a.t, t.bench.input(t.type, {2, 1, m}, given),
                          t.indices(Values(at.begin(), at.end()), {2, 1}));
                    Values wanted = a.v;
                    for (std::size_t j = 0; j != m; ++j) wanted[n / 2 * m + j] = f(wanted[n / 2 * m + j], given[j]);
                    return Operand{a.t, wanted};
                  }});
}

void addSlices(std::vector<Row> &rows) {
  rows.push_back({"dynamicSliceWithOutput", kMoved, 0, 1, true, [](Trial &t) {
                    const Operand a = t.operand();
                    if (t.rows() == 0) return a;
                    const std::size_t at = t.random() % (t.rows() + 1); // the last one is outside
                    const Tensor out = t.bench.input(t.type, {1, t.columns()}, Values(t.columns(), 1));
                    popops::dynamicSliceWithOutput(t.graph(), out, a.t, t.indices({double(at)}, {1}), {0}, {1},
                                                   t.prog());
                    if (at == t.rows()) return Operand{out, Values(t.columns(), 1)};
                    const auto row = a.v.begin() + std::ptrdiff_t(at * t.columns());
                    return Operand{out, Values(row, row + std::ptrdiff_t(t.columns()))};
                  }});
  rows.push_back({"groupedMultiSlice", kMoved, 0, 1, true, [](Trial &t) {
                    const Operand a = t.operand();
                    if (t.rows() == 0) return a;
                    const Tensor at = t.indices({double(t.rows() - 1), 0}, {1, 2, 1});
                    Values wanted(a.v.end() - std::ptrdiff_t(t.columns()), a.v.end());
                    wanted.insert(wanted.end(), a.v.begin(), a.v.begin() + std::ptrdiff_t(t.columns()));
                    return Operand{
                        popops::groupedMultiSlice(t.graph(), a.t.expand({0}), at, {0}, {1}, t.prog(), SlicePlan(), {}),
                        wanted};
                  }});
  const auto stored = [](double, double s) { return s; };
  const auto added = [](double x, double s) { return x + 2 * s; };
  const auto most = [](double x, double s) { return std::fmax(x, s); };
  const auto product = [](double x, double s) { return x * s; };
#define UPDATE(function, types, f)                                                                                     \
  addUpdate(                                                                                                           \
      rows, "multi" #function, types,                                                                                  \
      [](Trial &t, const Tensor &a, const Tensor &s, const Tensor &at) {                                               \
        popops::multi##function(t.graph(), a, s, at, {0}, {1}, t.prog(), SlicePlan(), {});                             \
      },                                                                                                               \
      f);                                                                                                              \
  addUpdate(                                                                                                           \
      rows, "groupedMulti" #function, types,                                                                           \
      [](Trial &t, const Tensor &a, const Tensor &s, const Tensor &at) {                                               \
        popops::groupedMulti##function(t.graph(), a.expand({0}), s.expand({0}), at.expand({0}), {0}, {1}, t.prog(),    \
                                       SlicePlan(), {});                                                               \
      },                                                                                                               \
      f);
  UPDATE(Update, kMoved, stored)
  UPDATE(UpdateMax, kNumbers, most)
  UPDATE(UpdateMul, kNumbers, product)
#undef UPDATE
  addUpdate(
      rows, "groupedMultiUpdateAdd", kNumbers,
      [](Trial &t, const Tensor &a, const Tensor &s, const Tensor &at) {
        popops::groupedMultiUpdateAdd(t.graph(), a.expand({0}), s.expand({0}), at.expand({0}),
                                      t.bench.input(t.type, {}, {2}), {0}, {1}, t.prog(), SlicePlan(), {});
      },
      added);
  addUpdate(
      rows, "scatter", kMoved,
      [](Trial &t, const Tensor &a, const Tensor &s, const Tensor &at) {
        popops::scatter(t.graph(), a, at, s.squeeze({1}), 1, {1}, {0}, {0}, t.prog());
      },
      stored);
  rows.push_back({"planMultiple, for a look-up", kNumbers, 0, 3, true, [](Trial &t) {
                    const Operand a = t.operand();
                    if (t.rows() == 0) return a;
                    const auto plans = popops::embedding::planMultiple(
                        {{t.graph(), t.type, t.rows(), t.columns(), {2}, poplar::OptionFlags()}});
                    const Tensor at = t.indices({double(t.rows()), 0}, {2, 1});
                    Values wanted(t.columns());
                    wanted.insert(wanted.end(), a.v.begin(), a.v.begin() + std::ptrdiff_t(t.columns()));
                    return Operand{popops::multiSlice(t.graph(), a.t, at, {0}, {1}, t.prog(), plans[0], {}), wanted};
                  }});
  rows.push_back({"sequenceSlice", {poplar::FLOAT, poplar::HALF, poplar::INT}, 0, 9, true, [](Trial &t) {
                    const Operand a = t.operand(), out = t.operand(true);
                    if (t.rows() == 0) return a;
                    const Tensor one = t.indices({1}, {1});
                    popops::sequenceSlice(t.graph(), a.t, out.t, one, t.indices({double(t.rows() - 1)}, {1}),
                                          t.indices({0}, {1}), true, t.prog());
                    Values wanted(a.v.end() - std::ptrdiff_t(t.columns()), a.v.end());
                    wanted.resize(a.v.size());
                    return Operand{out.t, wanted};
                  }});
}

void addRearrangements(std::vector<Row> &rows) {
  const auto sorted = [](const Trial &t, Values v) {
    for (std::size_t i = 0; i != t.rows(); ++i)
      std::sort(v.begin() + std::ptrdiff_t(i * t.columns()), v.begin() + std::ptrdiff_t((i + 1) * t.columns()));
    return v;
  };
  rows.push_back({"sortInPlace", kNumbers, 0, 50, true, [=](Trial &t) {
                    const Operand a = t.operand(true);
                    popops::sortInPlace(t.graph(), a.t, 1, t.prog());
                    return Operand{a.t, sorted(t, a.v)};
                  }});
  rows.push_back({"sortKeyValueInPlace", kNumbers, 0, 50, true, [=](Trial &t) {
                    const Operand a = t.operand(true), v = t.operand(true, poplar::INT);
                    popops::sortKeyValueInPlace(t.graph(), a.t, v.t, 1, t.prog());
                    return Operand{a.t, sorted(t, a.v)};
                  }});
  rows.push_back({"topKKeyValue", kNumbers, 0, 50, true, [=](Trial &t) {
                    const Operand a = t.operand();
                    const Tensor negated = popops::sub(t.graph(), 99, a.t, t.prog());
                    Values wanted;
                    const Values all = sorted(t, a.v);
                    for (std::size_t i = 0; i != t.rows(); ++i) wanted.push_back(99 - all[i * t.columns()]);
                    return Operand{popops::topKKeyValue(t.graph(), t.prog(), a.t, negated,
                                                        popops::TopKParams(1, false, popops::SortOrder::NONE))
                                       .second,
                                   wanted};
                  }});
  rows.push_back({"topKWithPermutation", kNumbers, 0, 5, true, [](Trial &t) {
                    const Operand a = t.operand();
                    Values wanted; // the first of the largest
                    for (std::size_t i = 0; i != t.rows(); ++i) {
                      const auto row = a.v.begin() + std::ptrdiff_t(i * t.columns());
                      wanted.push_back(double(std::max_element(row, row + std::ptrdiff_t(t.columns())) - row));
                    }
                    return Operand{popops::topKWithPermutation(t.graph(), t.prog(), a.t,
                                                               popops::TopKParams(1, true, popops::SortOrder::NONE))
                                       .second,
                                   wanted};
                  }});
  rows.push_back({"partialTranspose", kMoved, 0, 1, true, [](Trial &t) {
                    const Operand a = t.operand();
                    const poplar::ComputeSet cs = t.graph().addComputeSet();
                    const Tensor out = popops::rearrange::partialTranspose(t.graph(), a.t, cs);
                    t.prog().add(poplar::program::Execute(cs));
                    Values wanted;
                    for (std::size_t j = 0; j != t.columns(); ++j)
                      for (std::size_t i = 0; i != t.rows(); ++i) wanted.push_back(a.v[i * t.columns() + j]);
                    return Operand{out, wanted};
                  }});
  rows.push_back({"regroupIfPossible", kMoved, 0, 1, true, [](Trial &t) {
                    const Operand a = t.operand();
                    if (t.rows() == 0) return a;
                    return Operand{popops::rearrange::regroupIfPossible(t.graph(), a.t, t.prog(), {0, 4}), a.v};
                  }});
  rows.push_back({"regroupIfBeneficial", kMoved, 0, 1, true, [](Trial &t) {
                    const Operand a = t.operand(), ref = t.operand();
                    if (t.rows() == 0) return a;
                    return Operand{popops::rearrange::regroupIfBeneficial(t.graph(), a.t, ref.t, t.prog()), a.v};
                  }});
  rows.push_back({"normaliseImage", kReals, 0, 4, true, [](Trial &t) {
                    const Operand a = t.operand();
                    if (t.columns() % 3 != 0) return Operand{a.t, a.v};
                    const Tensor offsets = t.bench.input(t.type, {3}, {1, 2, 3});
                    const Tensor scales = t.bench.input(t.type, {3}, {1, 0.5, 2});
                    const Tensor image = a.t.reshape({t.rows(), t.columns() / 3, 3});
                    const double offset[] = {1, 2, 3}, scale[] = {1, 0.5, 2};
                    Values wanted;
                    for (std::size_t i = 0; i != a.v.size(); ++i) {
                      wanted.push_back((a.v[i] * 2 - offset[i % 3]) * scale[i % 3]);
                      if (i % 3 == 2) wanted.push_back(0);
                    }
                    return Operand{popops::normaliseImage(t.graph(), t.prog(), image, 2, offsets, scales), wanted};
                  }});
}

} // namespace

std::vector<Row> moreRows() {
  std::vector<Row> rows;
  addElementWise(rows);
  addReductions(rows);
  addSlices(rows);
  addRearrangements(rows);
  return rows;
}

} // namespace test
