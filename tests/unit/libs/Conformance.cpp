// The conformance table: every row is a function, run for all of its types on tensors of all shapes seen through all
// views, with mappings in turn, on all devices. Inputs are random, from the seed that a failure prints.
//
//   shapes    empty, one element, a row, a column, odd, large, long rows
//   views     as stored, transposed, every second row, broadcast from one row, reversed, the same half twice
//   mappings  one tile, linear, random runs, all on the last tile
#include "tests/support/Catch.hpp"
#include "tests/unit/libs/Conformance.hpp"
#include "tests/unit/libs/Functions.hpp"
#include "tests/unit/libs/Operators.hpp"
#include <popops/Cast.hpp>
#include <popops/DynamicSlice.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Encoding.hpp>
#include <popops/ExprOpUtils.hpp>
#include <popops/Fill.hpp>
#include <popops/Gather.hpp>
#include <popops/NaN.hpp>
#include <popops/OperationDefUtil.hpp>
#include <popops/Pad.hpp>
#include <popops/Reduce.hpp>
#include <popops/ScaledAdd.hpp>
#include <popops/Sort.hpp>
#include <popops/TopK.hpp>
#include <popops/Zero.hpp>
#include <poputil/Util.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>
#include <map>
#include <numeric>
#include <set>

using namespace test;

namespace {

bool isWhole(UnaryOpType op) { return op == UnaryOpType::SIGNUM || op == UnaryOpType::RELU; }

std::vector<Row> elementWise() {
  std::vector<Row> rows;
  for (const UnaryCase &c : unaryCases())
    rows.push_back({toString(c.op), kReals, c.low, c.high, isWhole(c.op), [c](Trial &t) {
                      const Operand a = t.operand();
                      Values wanted;
                      for (double x : a.v) wanted.push_back(c.reference(x));
                      return Operand{popops::map(t.graph(), c.op, a.t, t.prog()), wanted};
                    }});
  for (const BinaryCase &c : binaryCases()) {
    const bool compares = c.op == BinaryOpType::EQUAL || c.op == BinaryOpType::NOT_EQUAL;
    const auto both = [c](Trial &t, bool inPlace) {
      const Operand a = t.operand(inPlace), b = t.operand();
      const Values wanted = zip(a.v, b.v, c.reference);
      if (!inPlace) return Operand{popops::map(t.graph(), c.op, a.t, b.t, t.prog()), wanted};
      popops::mapInPlace(t.graph(), c.op, a.t, b.t, t.prog());
      return Operand{a.t, wanted};
    };
    rows.push_back({toString(c.op), kReals, c.low, c.high, compares, [both](Trial &t) { return both(t, false); }});
    if (c.op == BinaryOpType::ADD || c.op == BinaryOpType::MULTIPLY || c.op == BinaryOpType::MAXIMUM)
      rows.push_back({toString(c.op) + " in place", kNumbers, 0, 9, true, [both](Trial &t) { return both(t, true); }});
  }
  for (const bool column : {false, true}) // an operand that repeats along or across rows
    rows.push_back({column ? "add a column" : "subtract from a row", kNumbers, 0, 9, true, [column](Trial &t) {
                      const Operand a = t.operand();
                      const std::size_t n = column ? t.rows() : t.columns();
                      const Values v = integers(n, 9, 20, t.random());
                      const Tensor b = t.bench.input(t.type, column ? Shape{n, 1} : Shape{n}, v);
                      Values wanted;
                      for (std::size_t i = 0; i != a.v.size(); ++i)
                        wanted.push_back(column ? a.v[i] + v[i / t.columns()] : v[i % t.columns()] - a.v[i]);
                      return Operand{column ? popops::add(t.graph(), a.t, b, t.prog())
                                            : popops::sub(t.graph(), b, a.t, t.prog()),
                                     wanted};
                    }});
  rows.push_back({"SELECT", kMoved, 0, 1, true, [](Trial &t) {
                    const Operand a = t.operand(), b = t.operand(), c = t.operand(false, poplar::BOOL);
                    Values wanted;
                    for (std::size_t i = 0; i != a.v.size(); ++i) wanted.push_back(c.v[i] != 0 ? a.v[i] : b.v[i]);
                    return Operand{popops::select(t.graph(), a.t, b.t, c.t, t.prog()), wanted};
                  }});
  rows.push_back({"CLAMP", kNumbers, 0, 9, true, [](Trial &t) {
                    const Operand a = t.operand(), b = t.operand();
                    const Tensor high = popops::add(t.graph(), b.t, 2, t.prog());
                    return Operand{popops::clamp(t.graph(), a.t, b.t, high, t.prog()),
                                   zip(a.v, b.v, [](double x, double y) { return std::fmin(std::fmax(x, y), y + 2); })};
                  }});
  rows.push_back({"scaledAddTo", kReals, -4, 4, true, [](Trial &t) {
                    const Operand a = t.operand(true), b = t.operand();
                    popops::scaledAddTo(t.graph(), a.t, 2.0f, b.t, -0.5f, t.prog());
                    return Operand{a.t, zip(a.v, b.v, [](double x, double y) { return 2 * x - y / 2; })};
                  }});
  for (Type to : {Type(poplar::HALF), Type(poplar::INT), Type(poplar::BOOL)})
    rows.push_back({"cast to " + to.toString(), kNumbers, 0, 9, true, [to](Trial &t) {
                      const Operand a = t.operand();
                      Values wanted = a.v;
                      if (to == poplar::BOOL)
                        for (double &x : wanted) x = x != 0;
                      return Operand{popops::cast(t.graph(), a.t, to, t.prog()), wanted};
                    }});
  rows.push_back({"fill", kMoved, 0, 1, true, [](Trial &t) {
                    const Operand a = t.operand(true);
                    popops::fill(t.graph(), a.t, t.prog(), 1);
                    return Operand{a.t, Values(a.v.size(), 1)};
                  }});
  rows.push_back({"zero", kMoved, 0, 1, true, [](Trial &t) {
                    const Operand a = t.operand(true);
                    popops::zero(t.graph(), a.t, t.prog());
                    return Operand{a.t, Values(a.v.size(), 0)};
                  }});
  rows.push_back({"duplicate", kMoved, 0, 1, true, [](Trial &t) {
                    const Operand a = t.operand();
                    return Operand{poputil::duplicate(t.graph(), a.t, t.prog()), a.v};
                  }});
  return rows;
}

std::vector<Row> reductions() {
  using popops::Operation;
  std::vector<Row> rows;
  for (Operation op : {Operation::ADD, Operation::SQUARE_ADD, Operation::MIN, Operation::MAX})
    for (std::size_t dim : {0, 1})
      rows.push_back({std::string("reduce ") + poputil::asString(op) + " " + std::to_string(dim), kNumbers, 0, 3, true,
                      [op, dim](Trial &t) {
                        const Operand a = t.operand();
                        const std::size_t n = dim == 0 ? t.columns() : t.rows();
                        const bool real = t.type == poplar::FLOAT || t.type == poplar::HALF;
                        const bool isSigned = t.type == poplar::INT;
                        const double most = real ? INFINITY : isSigned ? 2147483647.0 : 4294967295.0;
                        const double least = real ? -INFINITY : isSigned ? -2147483648.0 : 0.0;
                        Values wanted(n, op == Operation::MIN ? most : op == Operation::MAX ? least : 0);
                        for (std::size_t i = 0; i != t.rows(); ++i)
                          for (std::size_t j = 0; j != t.columns(); ++j) {
                            double &to = wanted[dim == 0 ? j : i];
                            const double x = a.v[i * t.columns() + j];
                            to = op == Operation::ADD          ? to + x
                                 : op == Operation::SQUARE_ADD ? to + x * x
                                 : op == Operation::MIN        ? std::fmin(to, x)
                                                               : std::fmax(to, x);
                          }
                        return Operand{popops::reduce(t.graph(), a.t, {dim}, op, t.prog()), wanted};
                      }});
  rows.push_back({"hasNaN", kReals, -1, 1, false, [](Trial &t) {
                    const Operand a = t.operand();
                    return Operand{popops::hasNaN(t.graph(), a.t, t.prog()), Values{0}};
                  }});
  return rows;
}

/// Rows of `v` at places; absent ones are 0.
Values rowsAt(const Trial &t, const Values &v, const std::vector<std::size_t> &places) {
  Values result;
  for (std::size_t place : places)
    for (std::size_t j = 0; j != t.columns(); ++j) result.push_back(place < t.rows() ? v[place * t.columns() + j] : 0);
  return result;
}

std::vector<Row> rearrangements() {
  std::vector<Row> rows;
  rows.push_back({"dynamicSlice", kMoved, 0, 1, true, [](Trial &t) {
                    const Operand a = t.operand();
                    // Wraps around: after one row, or after two of three.
                    const std::size_t size = std::min<std::size_t>(2 + t.random() % 2, t.rows());
                    const std::size_t at = t.rows() - std::max<std::size_t>(1, size - 1);
                    const Tensor offset = t.indices({double(at)}, {1});
                    Values wanted;
                    for (std::size_t i = 0; i != size; ++i) {
                      const Values row = rowsAt(t, a.v, {(at + i) % t.rows()});
                      wanted.insert(wanted.end(), row.begin(), row.end());
                    }
                    return Operand{popops::dynamicSlice(t.graph(), a.t, offset, {0}, {size}, t.prog()), wanted};
                  }});
  rows.push_back({"dynamicUpdate", kMoved, 0, 1, true, [](Trial &t) {
                    const Operand a = t.operand(true);
                    if (t.columns() == 0 || t.rows() == 0) return a;
                    const std::size_t at = t.random() % t.columns();
                    const Tensor offset = t.indices({double(at)}, {1});
                    const Tensor s = t.bench.input(t.type, {t.rows(), 1}, Values(t.rows(), 1));
                    popops::dynamicUpdate(t.graph(), a.t, s, offset, {1}, {1}, t.prog());
                    Values wanted = a.v;
                    for (std::size_t i = 0; i != t.rows(); ++i) wanted[i * t.columns() + at] = 1;
                    return Operand{a.t, wanted};
                  }});
  rows.push_back({"dynamicUpdate of rows that wrap around", kMoved, 0, 1, true, [](Trial &t) {
                    const Operand a = t.operand(true);
                    if (t.columns() == 0 || t.rows() == 0) return a;
                    const std::size_t size = std::min<std::size_t>(3, t.rows());
                    const std::size_t at = t.rows() - std::max<std::size_t>(1, size - 1);
                    const Values v = integers(size * t.columns(), 0, 1, t.random());
                    const Tensor s = t.bench.input(t.type, {size, t.columns()}, v);
                    popops::dynamicUpdate(t.graph(), a.t, s, t.indices({double(at)}, {1}), {0}, {size}, t.prog());
                    Values wanted = a.v;
                    for (std::size_t i = 0; i != v.size(); ++i)
                      wanted[(at + i / t.columns()) % t.rows() * t.columns() + i % t.columns()] = v[i];
                    return Operand{a.t, wanted};
                  }});
  rows.push_back({"multiSlice", kMoved, 0, 1, true, [](Trial &t) {
                    const Operand a = t.operand();
                    const std::vector<std::size_t> at{0, t.rows(), t.rows() / 2, 0, t.rows() - 1, 1};
                    const Tensor offsets = t.indices(Values(at.begin(), at.end()), {at.size(), 1});
                    return Operand{popops::multiSlice(t.graph(), a.t, offsets, {0}, {1}, t.prog(), popops::SlicePlan(),
                                                      poplar::OptionFlags()),
                                   rowsAt(t, a.v, at)};
                  }});
  rows.push_back({"multiUpdateAdd", kNumbers, 0, 3, true, [](Trial &t) {
                    const Operand a = t.operand(true);
                    const std::vector<std::size_t> at{0, t.rows(), t.rows() / 2, 0};
                    const Tensor offsets = t.indices(Values(at.begin(), at.end()), {at.size(), 1});
                    const Tensor s = t.bench.input(t.type, {4, 1, t.columns()}, Values(4 * t.columns(), 2));
                    const Tensor scale = t.bench.input(t.type, {}, {3});
                    popops::multiUpdateAdd(t.graph(), a.t, s, offsets, scale, {0}, {1}, t.prog(), popops::SlicePlan(),
                                           poplar::OptionFlags());
                    Values wanted = a.v;
                    for (std::size_t place : at)
                      for (std::size_t j = 0; place < t.rows() && j != t.columns(); ++j)
                        wanted[place * t.columns() + j] += 6;
                    return Operand{a.t, wanted};
                  }});
  rows.push_back({"gather", kMoved, 0, 1, true, [](Trial &t) {
                    const Operand a = t.operand();
                    const Tensor at = t.indices({double(t.rows() - 1), 0}, {2});
                    return Operand{popops::gather(t.graph(), a.t, at, 0, t.prog(), popops::GatherParams()),
                                   rowsAt(t, a.v, {t.rows() - 1, 0})};
                  }});
  rows.push_back({"sort", kNumbers, 0, 50, true, [](Trial &t) {
                    const Operand a = t.operand();
                    Values wanted = a.v;
                    for (std::size_t i = 0; i != t.rows(); ++i)
                      std::sort(wanted.begin() + std::ptrdiff_t(i * t.columns()),
                                wanted.begin() + std::ptrdiff_t((i + 1) * t.columns()));
                    return Operand{popops::sort(t.graph(), a.t, 1, t.prog()), wanted};
                  }});
  rows.push_back({"sortKeyValue", kNumbers, 0, 5, true, [](Trial &t) {
                    const Operand a = t.operand();
                    Values order(a.v.size()); // equal keys keep their order
                    std::iota(order.begin(), order.end(), 0.0);
                    const Tensor v = t.bench.input(poplar::INT, t.shape, order);
                    for (std::size_t i = 0; i != t.rows(); ++i) {
                      const auto line = order.begin() + std::ptrdiff_t(i * t.columns());
                      std::stable_sort(line, line + std::ptrdiff_t(t.columns()),
                                       [&](double x, double y) { return a.v[std::size_t(x)] < a.v[std::size_t(y)]; });
                    }
                    return Operand{popops::sortKeyValue(t.graph(), a.t, v, 1, t.prog()), order};
                  }});
  rows.push_back({"topK", kNumbers, 0, 50, true, [](Trial &t) {
                    const Operand a = t.operand();
                    Values wanted;
                    for (std::size_t i = 0; i != t.rows(); ++i)
                      wanted.push_back(*std::max_element(a.v.begin() + std::ptrdiff_t(i * t.columns()),
                                                         a.v.begin() + std::ptrdiff_t((i + 1) * t.columns())));
                    return Operand{
                        popops::topK(t.graph(), t.prog(), a.t, popops::TopKParams(1, true, popops::SortOrder::NONE)),
                        wanted};
                  }});
  rows.push_back({"pad", kMoved, 0, 1, true, [](Trial &t) {
                    const Operand a = t.operand();
                    Values wanted(t.columns(), 1);
                    wanted.insert(wanted.end(), a.v.begin(), a.v.end());
                    const Tensor view = popops::pad(t.graph(), a.t, 1, 0, 0, 1);
                    return Operand{poputil::duplicate(t.graph(), view, t.prog()), wanted};
                  }});
  rows.push_back({"encodeOneHot", kNumbers, 0, 1, true, [](Trial &t) {
                    const Operand a = t.operand(true);
                    Values at, wanted;
                    for (std::size_t i = 0; i != t.rows(); ++i) at.push_back(double(t.random() % (t.columns() + 1)));
                    popops::encodeOneHot(t.graph(), t.indices(at, {t.rows()}), a.t, t.prog());
                    for (double index : at)
                      for (std::size_t j = 0; j != t.columns(); ++j) wanted.push_back(index == double(j));
                    return Operand{a.t, wanted};
                  }});
  return rows;
}

void runTable(const std::vector<Row> &table) {
  std::size_t compared = 0;
  std::map<std::string, std::size_t> refused; // by class
  unsigned seed = 1;
  for (On on : kDevices)
    for (const Row &row : table) {
      Bench bench(on);
      struct Wanted {
        std::string text;
        Values values;
        double tolerance;
      };
      std::vector<Wanted> wanted;
      for (Type type : row.types)
        for (const Shape &shape : kShapes)
          for (View view : kViews) {
            const Mapping mapping = Mapping(++seed % 4);
            Trial trial{bench, type, shape, view, mapping, std::mt19937(seed), row.low, row.high, row.whole};
            const std::string text = std::string(name(on)) + ": " + row.name + " of " + type.toString() + " [" +
                                     std::to_string(shape[0]) + "," + std::to_string(shape[1]) + "] view " +
                                     std::to_string(int(view)) + " mapping " + std::to_string(int(mapping)) + " seed " +
                                     std::to_string(seed);
            try {
              const Operand result = row.run(trial);
              if (result.t.numElements() != 0)
                bench.output(std::to_string(wanted.size()), result.t);
              else
                CHECK(result.v.empty());
              if (result.t.numElements() != 0) wanted.push_back({text, result.v, tolerance(type)});
            } catch (const poputil::poplibs_error &e) {
              INFO(text << ": " << e.what());
              CHECK(shape[0] == 0); // only empty tensors may be refused
              ++refused[e.type];
            }
          }
      bench.run();
      for (std::size_t i = 0; i != wanted.size(); ++i) {
        const double error = worstError(bench.get(std::to_string(i)), wanted[i].values);
        if (error > wanted[i].tolerance) {
          INFO(wanted[i].text);
          CHECK(error <= wanted[i].tolerance);
        }
        ++compared;
      }
      CHECK(!wanted.empty());
    }
  std::string text;
  for (const auto &[type, cases] : refused) text += ", " + std::to_string(cases) + " refused with " + type;
  WARN(table.size() << " functions, " << compared << " cases compared" << text << ", seeds 2 to " << seed);
}

/// Functions whose result is no numbers but a layout, a program or a property: Functions.cpp calls them all.
const std::vector<std::string> kWithoutNumbers{"addCodelets",
                                               "addForLoopCounterVertex",
                                               "addTransposeVertices",
                                               "calcLinearTileMapping",
                                               "calcLinearTileMappingAndNewOffset",
                                               "canBroadcastToMatch",
                                               "canUseFastTranspose",
                                               "castToDeviceHalfValue",
                                               "cloneToGraph",
                                               "countedForLoop",
                                               "createBroadcastOperand",
                                               "createConstantMetadataTensor",
                                               "createVariableMetadataTensor",
                                               "createDynamicSliceOutput",
                                               "createGatherInput",
                                               "createGroupedIndicesTensor",
                                               "createGroupedSliceTensor",
                                               "createGroupedSliceableTensor",
                                               "createHostSliceableTensor",
                                               "createHostTransferableTensor",
                                               "createIndicesTensor",
                                               "createIpuCopy",
                                               "createNormaliseImageInput",
                                               "createOutputForElementWiseOp",
                                               "createPartitionableTensor",
                                               "createSliceTensor",
                                               "createSliceableTensor",
                                               "createSliceableTensorFromSlice",
                                               "createTopKInput",
                                               "detectDimGroupings",
                                               "detectInnermostGrouping",
                                               "dimIsSplitOverIPUs",
                                               "dimIsSplitOverTiles",
                                               "expandToMatchRanks",
                                               "getSliceMapping",
                                               "getTileImbalance",
                                               "inout",
                                               "input",
                                               "iterateTensorPartitions",
                                               "mapTensorLinearly",
                                               "mapTensorLinearlyWithOffset",
                                               "output",
                                               "outputGeneratedCodelet",
                                               "plan",
                                               "registerPerfFunctions",
                                               "splitRegionsBetweenWorkers",
                                               "cloneToIpu",
                                               "cloneAndExpandAliasing",
                                               "checkAccuracyWhenCast",
                                               "regroupTensor"};

} // namespace

TEST_CASE("conformance table: element-wise functions") { runTable(elementWise()); }
TEST_CASE("conformance table: reductions") { runTable(reductions()); }
TEST_CASE("conformance table: slices, sorting and rearrangements") { runTable(rearrangements()); }
TEST_CASE("conformance table: other forms") { runTable(moreRows()); }

TEST_CASE("every function of the public headers that computes is in a row of the conformance table") {
  std::set<std::string> named{"map", "mapInPlace"}; // in the rows of operators
  for (const auto &table : {elementWise(), reductions(), rearrangements(), moreRows()})
    for (const Row &row : table) named.insert(row.name.substr(0, row.name.find(' ')));
  named.insert(kWithoutNumbers.begin(), kWithoutNumbers.end());
  for (const std::string &function : declaredFunctions().names) {
    INFO(function);
    CHECK(named.count(function) == 1);
  }
}
