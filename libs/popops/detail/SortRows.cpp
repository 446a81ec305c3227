// Each row is cut into runs, one for a tile (or for a worker when there are many rows), which are sorted where they are.
// Then runs are merged:
//
//   all of the row kept     Batcher's merge exchange: pairs of runs (i, i + d) become their lower and their upper part.
//                           The network sorts any number of runs of one size; the last one may be shorter, as if it
//                           ended with keys that come after all others.
//   the first few kept      a tree: of each pair of runs only the first `keep` go on.
//
//   runs    0   1   2   3         step 1: (0,1) (2,3)    step 2: (0,2) (1,3)    step 3: (1,2)
#include "libs/popops/detail/SortRows.hpp"
#include <poputil/VertexTemplates.hpp>
#include <poputil/exceptions.hpp>
#include <poputil/TileMapping.hpp>
#include <algorithm>
#include <vector>

namespace popops::detail {

using poplar::ComputeSet;
using poplar::DebugContext;
using poplar::Graph;
using poplar::Tensor;
using poplar::Type;
using poplar::program::Copy;
using poplar::program::Execute;
using poplar::program::Sequence;
using poputil::poplibs_error;

namespace {

// Shorter runs than this are not worth a tile of their own.
constexpr std::size_t kMinRun = 64;

struct Run {
  Tensor keys, numbers, values;
  unsigned tile;
  std::size_t size() const { return keys.numElements(); }
};

class Sorter {
public:
  Sorter(Graph &graph, Type keyType, Type valueType, bool hasValues, bool descending, Sequence &prog,
         const DebugContext &context)
      : graph_(graph), keyType_(keyType), valueType_(valueType), hasValues_(hasValues), descending_(descending),
        prog_(prog), context_(context) {}

  /// Sorted runs of each row.
  std::vector<std::vector<Run>> makeRuns(const Tensor &keys, const Tensor &values) {
    const std::size_t rows = keys.dim(0), n = keys.dim(1);
    const unsigned tiles = graph_.getTarget().getNumTiles();
    const std::size_t wanted =
        std::clamp<std::size_t>(n / kMinRun, 1, std::max<std::size_t>(1, (tiles + rows - 1) / rows));
    const std::size_t length = (n + wanted - 1) / wanted;
    const unsigned first = static_cast<unsigned>(poputil::chooseMappingOffset(tiles, keys.shape()));
    const ComputeSet cs = graph_.addComputeSet({context_, "SortRuns"});
    std::vector<Tensor> from, to;
    std::vector<std::vector<Run>> result(rows);
    const std::size_t runs = (n + length - 1) / length, total = rows * runs;
    for (std::size_t row = 0; row != rows; ++row)
      for (std::size_t i = 0; i != runs; ++i) {
        const std::size_t begin = i * length, end = std::min(n, begin + length);
        // Runs side by side, several on a tile when there are more than tiles.
        const unsigned tile =
            static_cast<unsigned>((first + (row * runs + i) * std::min<std::size_t>(tiles, total) / total) % tiles);
        Run run = makeRun(end - begin, tile);
        from.push_back(keys[row].slice(begin, end));
        to.push_back(run.keys);
        const poplar::VertexRef vertex =
            graph_.addVertex(cs, hasValues_ ? poputil::templateVertex("popops::SortRunWithValues", keyType_, valueType_)
                                            : poputil::templateVertex("popops::SortRun", keyType_));
        graph_.setTileMapping(vertex, tile);
        graph_.connect(vertex["key"], run.keys);
        graph_.connect(vertex["number"], run.numbers);
        if (hasValues_) {
          graph_.connect(vertex["given"], values[row].slice(begin, end));
          graph_.connect(vertex["value"], run.values);
        }
        graph_.setInitialValue(vertex["first"], static_cast<unsigned>(begin));
        graph_.setInitialValue(vertex["descending"], descending_);
        result[row].push_back(run);
      }
    prog_.add(Copy(poplar::concat(from), poplar::concat(to), false, context_));
    prog_.add(Execute(cs, context_));
    return result;
  }

  /// Merge exchange over the runs of each row.
  void mergeAll(std::vector<std::vector<Run>> &rows) {
    const std::size_t runs = rows[0].size();
    std::size_t top = 1;
    while (top < runs) top *= 2;
    for (std::size_t p = top / 2; p > 0; p /= 2) {
      std::size_t q = top / 2, r = 0, d = p;
      while (d > 0) {
        const ComputeSet cs = graph_.addComputeSet({context_, "SortMerge"});
        for (auto &row : rows) {
          std::vector<Run> next = row;
          for (std::size_t i = 0; i + d < runs; ++i)
            if ((i & p) == r) {
              next[i] = merge(cs, row[i], row[i + d], row[i].size(), 0, row[i].tile);
              next[i + d] = merge(cs, row[i], row[i + d], row[i + d].size(), row[i].size(), row[i + d].tile);
            }
          row = std::move(next);
        }
        prog_.add(Execute(cs, context_));
        d = q > p ? q - p : 0;
        q /= 2;
        r = p;
      }
    }
  }

  /// A tree over the runs of each row that keeps the first `keep`.
  void mergeFirst(std::vector<std::vector<Run>> &rows, std::size_t keep) {
    while (rows[0].size() > 1) {
      const ComputeSet cs = graph_.addComputeSet({context_, "TopMerge"});
      for (auto &row : rows) {
        std::vector<Run> next;
        for (std::size_t i = 0; i < row.size(); i += 2)
          if (i + 1 == row.size())
            next.push_back(row[i]);
          else
            next.push_back(merge(cs, first(row[i], keep), first(row[i + 1], keep),
                                 std::min(keep, row[i].size() + row[i + 1].size()), 0, row[i].tile));
        row = std::move(next);
      }
      prog_.add(Execute(cs, context_));
    }
  }

  static Run first(Run run, std::size_t keep) {
    const std::size_t n = std::min(keep, run.size());
    run.keys = run.keys.slice(0, n);
    run.numbers = run.numbers.slice(0, n);
    if (run.values.valid()) run.values = run.values.slice(0, n);
    return run;
  }

private:
  Run makeRun(std::size_t n, unsigned tile) {
    Run run;
    run.tile = tile;
    run.keys = variable(keyType_, n, tile, "keys");
    run.numbers = variable(poplar::UNSIGNED_INT, n, tile, "numbers");
    if (hasValues_) run.values = variable(valueType_, n, tile, "values");
    return run;
  }

  Tensor variable(Type type, std::size_t n, unsigned tile, const char *name) {
    const Tensor t = graph_.addVariable(type, {n}, {context_, name});
    graph_.setTileMapping(t, tile);
    return t;
  }

  Run merge(ComputeSet cs, const Run &a, const Run &b, std::size_t n, std::size_t skip, unsigned tile) {
    Run run = makeRun(n, tile);
    const poplar::VertexRef vertex =
        graph_.addVertex(cs, hasValues_ ? poputil::templateVertex("popops::SortMergeWithValues", keyType_, valueType_)
                                        : poputil::templateVertex("popops::SortMerge", keyType_));
    graph_.setTileMapping(vertex, tile);
    graph_.connect(vertex["keyA"], a.keys);
    graph_.connect(vertex["keyB"], b.keys);
    graph_.connect(vertex["numberA"], a.numbers);
    graph_.connect(vertex["numberB"], b.numbers);
    graph_.connect(vertex["key"], run.keys);
    graph_.connect(vertex["number"], run.numbers);
    if (hasValues_) {
      graph_.connect(vertex["valueA"], a.values);
      graph_.connect(vertex["valueB"], b.values);
      graph_.connect(vertex["value"], run.values);
    }
    graph_.setInitialValue(vertex["skip"], static_cast<unsigned>(skip));
    graph_.setInitialValue(vertex["descending"], descending_);
    return run;
  }

  Graph &graph_;
  Type keyType_, valueType_;
  bool hasValues_, descending_;
  Sequence &prog_;
  DebugContext context_;
};

/// One tensor {rows, keep} of the runs of all rows.
Tensor joined(const std::vector<std::vector<Run>> &rows, Tensor Run::*part, std::size_t keep) {
  std::vector<Tensor> all;
  for (const auto &row : rows) {
    std::vector<Tensor> parts;
    for (const Run &run : row) parts.push_back(run.*part);
    all.push_back(poplar::concat(parts).slice(0, keep).expand({0}));
  }
  return poplar::concat(all);
}

} // namespace

void checkSortable(const std::string &function, const Tensor &keys, const Tensor &values) {
  const Type type = keys.elementType();
  if (type != poplar::HALF && type != poplar::FLOAT && type != poplar::INT && type != poplar::UNSIGNED_INT)
    throw poplibs_error(function + ": keys of type " + type.toString() +
                        "; half, float, int or unsigned int would be right");
  if (!values.valid()) return;
  if (values.shape() != keys.shape())
    throw poplibs_error(function + ": keys of shape " + keys.shapeToString() + " with values of shape " +
                        values.shapeToString() + "; they must be equal");
}

SortedRows sortRows(const std::string &function, Graph &graph, const Tensor &keys, const Tensor &values,
                    std::size_t keep, bool descending, Sequence &prog, const DebugContext &context) {
  const bool hasValues = values.valid();
  Type carried = poplar::UNSIGNED_INT;
  Tensor bits;
  if (hasValues) {
    const std::size_t size = graph.getTarget().getTypeSize(values.elementType());
    if (size != 2 && size != 4)
      throw poplibs_error(function + ": values of type " + values.elementType().toString() +
                          "; a type of 2 or 4 bytes would be right");
    carried = size == 2 ? poplar::UNSIGNED_SHORT : poplar::UNSIGNED_INT;
    bits = values.reinterpret(carried);
  }
  Sorter sorter(graph, keys.elementType(), carried, hasValues, descending, prog, context);
  auto rows = sorter.makeRuns(keys, bits);
  if (keep == keys.dim(1)) {
    sorter.mergeAll(rows);
  } else {
    sorter.mergeFirst(rows, keep);
  }
  SortedRows result{joined(rows, &Run::keys, keep), joined(rows, &Run::numbers, keep), Tensor()};
  if (hasValues) result.values = joined(rows, &Run::values, keep).reinterpret(values.elementType());
  return result;
}

} // namespace popops::detail
