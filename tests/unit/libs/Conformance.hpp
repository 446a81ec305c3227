#pragma once
// What a row of the conformance table is given, and what it gives.
#include "tests/unit/libs/Bench.hpp"
#include <poputil/TileMapping.hpp>
#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace test {

using poplar::Tensor;
using poplar::Type;

enum class View { Stored, Transposed, EverySecondRow, Broadcast, Reversed, SameHalfTwice };
inline const View kViews[] = {View::Stored,    View::Transposed, View::EverySecondRow,
                              View::Broadcast, View::Reversed,   View::SameHalfTwice};
enum class Mapping { OneTile, Linear, RandomRuns, LastTile };
inline const Shape kShapes[] = {{0, 5}, {1, 1}, {1, 9}, {9, 1}, {7, 5}, {60, 33}, {3, 300}};

/// A tensor {rows, columns} and its values, row after row.
struct Operand {
  Tensor t;
  Values v;
};

/// What a row of the table is given, and what it gives.
struct Trial {
  Bench &bench;
  Type type;
  Shape shape;
  View view;
  Mapping mapping;
  std::mt19937 random;
  double low = -4, high = 4;
  bool whole = false;

  poplar::Graph &graph() { return bench.graph; }
  poplar::program::Sequence &prog() { return bench.prog; }
  std::size_t rows() const { return shape[0]; }
  std::size_t columns() const { return shape[1]; }

  void map(const Tensor &t) {
    const unsigned tiles = graph().getTarget().getNumTiles();
    if (mapping == Mapping::Linear)
      poputil::mapTensorLinearly(graph(), t, 1, 1);
    else if (mapping != Mapping::RandomRuns)
      graph().setTileMapping(t, mapping == Mapping::OneTile ? 1 % tiles : tiles - 1);
    else
      for (std::size_t i = 0, next; i < t.numElements(); i = next) {
        next = std::min<std::size_t>(t.numElements(), i + 1 + random() % 40);
        graph().setTileMapping(t.flatten().slice(i, next), random() % tiles);
      }
  }
  /// Random values of the trial's type, seen through its view; `writeable`: through one that has each element once.
  Operand operand(bool writeable = false, std::optional<Type> other = {}) {
    View seen = view;
    if (rows() == 0 || (writeable && (view == View::Broadcast || view == View::SameHalfTwice))) seen = View::Stored;
    if (seen == View::SameHalfTwice && rows() % 2 != 0) seen = View::Broadcast;
    const Type t = other.value_or(type);
    const std::size_t n = rows(), m = columns();
    const Shape stored = seen == View::Transposed       ? Shape{m, n}
                         : seen == View::EverySecondRow ? Shape{2 * n, m}
                         : seen == View::Broadcast      ? Shape{1, m}
                         : seen == View::SameHalfTwice  ? Shape{n / 2, m}
                                                        : shape;
    const unsigned seed = random();
    const Values v = rounded(t, whole || (t != poplar::FLOAT && t != poplar::HALF)
                                    ? integers(count(stored), int(std::ceil(low)), int(high), seed)
                                    : numbers(count(stored), low, high, seed));
    const Tensor variable = graph().addVariable(t, stored);
    map(variable);
    bench.feed(variable, v);
    const Tensor view = seen == View::Transposed       ? variable.transpose()
                        : seen == View::EverySecondRow ? variable.subSample(2, 0)
                        : seen == View::Broadcast      ? variable.broadcast(unsigned(n), 0)
                        : seen == View::Reversed       ? variable.reverse(1)
                        : seen == View::SameHalfTwice  ? poplar::concat(variable, variable)
                                                       : variable;
    Operand result{view, {}};
    for (std::size_t i = 0; i != n; ++i)
      for (std::size_t j = 0; j != m; ++j)
        result.v.push_back(v[seen == View::Transposed       ? j * n + i
                             : seen == View::EverySecondRow ? 2 * i * m + j
                             : seen == View::Broadcast      ? j
                             : seen == View::Reversed       ? i * m + (m - 1 - j)
                             : seen == View::SameHalfTwice  ? i % (n / 2) * m + j
                                                            : i * m + j]);
    return result;
  }
  Tensor indices(const Values &v, const Shape &at) { return bench.input(poplar::UNSIGNED_INT, at, v); }
};

struct Row {
  std::string name; ///< begins with the function's
  std::vector<Type> types;
  double low, high;
  bool whole;
  std::function<Operand(Trial &)> run; ///< the result and what it should be
};

inline const std::vector<Type> kReals{poplar::FLOAT, poplar::HALF};
inline const std::vector<Type> kNumbers{poplar::FLOAT, poplar::HALF, poplar::INT, poplar::UNSIGNED_INT};
inline const std::vector<Type> kMoved{poplar::FLOAT,         poplar::HALF,  poplar::INT,     poplar::BOOL,
                                      poplar::UNSIGNED_CHAR, poplar::SHORT, poplar::LONGLONG};

template <class F> Values zip(const Values &a, const Values &b, F f) {
  Values result;
  for (std::size_t i = 0; i != a.size(); ++i) result.push_back(f(a[i], b[i]));
  return result;
}

/// The rows of ConformanceRows.cpp.
std::vector<Row> moreRows();

} // namespace test
