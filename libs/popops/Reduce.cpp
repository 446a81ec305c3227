// Reductions, seen as a matrix of rows (what is combined) x columns (the results):
//
//      tile 0     tile 1            each tile holds blocks of rows x columns
//    +---------+---------+
//    | 0 0 0 0 | 1 1 1 1 |          1. blocks of several rows are reduced where they are       (if there are any)
//    | 0 0 0 0 | 1 1 1 1 |          2. many partial rows are reduced in groups, as many as     (repeated)
//    +---------+---------+             cost least
//    | tile 2  | tile 3  |          3. what is left is brought to the tiles of the result
//    +---------+---------+
//
// A block that has all rows of its columns is reduced straight into the result, on its tile. When tiles hold parts of
// single rows, step 1 brings blocks of a grid to tiles instead.
#include <popops/Reduce.hpp>
#include "libs/popops/detail/ReduceBlocks.hpp"
#include "libs/popops/detail/ReducePlan.hpp"
#include <popops/Expr.hpp>
#include <popops/OperationDefUtil.hpp>
#include <popops/detail/MapInto.hpp>
#include <poputil/TileMapping.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/detail/Options.hpp>
#include <poputil/detail/Parts.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>
#include <map>

namespace popops {

using namespace detail;
using poplar::ComputeSet;
using poplar::DebugContext;
using poplar::Graph;
using poplar::Interval;
using poplar::OptionFlags;
using poplar::Tensor;
using poplar::Type;
using poputil::poplibs_error;

namespace {

// Elements for which a further worker, or tile, is worth a vertex.
constexpr std::size_t kMinElementsPerWorker = 32;
/// Rows that are worth a partial result of their own on a CPU target, and how many such results are.
constexpr std::size_t kMinRowsOfPart = 4;
constexpr std::size_t kMaxPartsOfRows = 32;

/// A partial result: columns [begin, end) on a tile.
struct Piece {
  std::size_t begin, end;
  Tensor data;
  unsigned tile;
};

class Reduction {
public:
  Reduction(Graph &graph, const ReduceParams &params, Type accumulator, std::vector<ComputeSet> &css,
            std::size_t firstComputeSet, const DebugContext &debugContext)
      : graph_(graph), params_(params), accumulator_(accumulator), css_(css), next_(firstComputeSet),
        context_(debugContext, "Reduce"), op_(params.op),
        plan_(graph.getTarget(), graph.getTarget().getTypeSize(accumulator)) {}

  /// Reduces `matrix` {rows, columns}; `rowMajor` tells which way its elements lie in memory. An invalid `out` is
  /// created with type `outType`. Returns it, flat.
  Tensor run(const Tensor &matrix, bool rowMajor, Tensor out, Type outType) {
    const std::size_t rows = matrix.dim(0), columns = matrix.dim(1);
    const bool given = out.valid();
    if (columns == 0) return given ? out : graph_.addVariable(outType, {0}, context_);
    const bool combines = params_.update && op_ == Operation::LOG_ADD; // there is no operator for it
    if (rows == 1 && !combines && !(given && matrix.intersectsWith(out))) return oneRow(matrix.flatten(), out, outType);
    const auto blocks = parts(findBlocks(graph_, matrix, rowMajor), rowMajor);
    const bool direct = rows != 0 && std::all_of(blocks.begin(), blocks.end(), [&](const Block &block) {
                          return block.rows() == rows && !wantsRowSplit(block);
                        });
    if (!given) out = graph_.addVariable(outType, {columns}, {context_, "out"});
    if (direct) {
      const ComputeSet cs = nextComputeSet();
      for (const Block &block : blocks) {
        const Tensor part = out.slice(block.columnBegin, block.columnEnd);
        if (!given) graph_.setTileMapping(part, block.tile);
        lastStep(cs, block.tile, view(matrix, block, rowMajor), part, block.rows(), rowMajor);
      }
      return out;
    }
    std::vector<Piece> pieces;
    if (rows != 0)
      pieces = isScattered(blocks, rows, columns) ? gridStep(matrix, rowMajor) : localStep(matrix, blocks, rowMajor);
    while (anyWantsGroups(pieces)) pieces = groupStep(pieces);
    if (!given) // every result takes several elements from elsewhere: spread them, down to one a tile
      poputil::mapTensorLinearlyWithOffset(
          graph_, out, 1, 1,
          static_cast<unsigned>(poputil::chooseMappingOffset(graph_.getTarget().getNumTiles(), {rows, columns})));
    finalStep(pieces, matrix, out);
    return out;
  }

private:
  ComputeSet nextComputeSet() {
    if (next_ == css_.size()) css_.push_back(graph_.addComputeSet({context_, "stage" + std::to_string(next_)}));
    return css_[next_++];
  }

  /// Of one row each element is a result: cast, squared, scaled and added as wanted.
  Tensor oneRow(const Tensor &row, Tensor out, Type outType) {
    using namespace expr;
    if (!out.valid()) {
      out = graph_.addVariable(outType, row.shape(), {context_, "out"});
      graph_.setTileMapping(out, graph_.getTileMapping(row));
    }
    const Type type = row.elementType();
    const bool real = type == poplar::HALF || type == poplar::FLOAT, squares = op_ == Operation::SQUARE_ADD;
    const bool inFloat = params_.useScale || (real && (squares || params_.update));
    std::vector<Tensor> ts{row};
    const auto placeholder = [&](const Tensor &t) {
      ts.push_back(t);
      return PlaceHolder(static_cast<unsigned>(ts.size()));
    };
    Any value = _1;
    if (squares && !real) value = Square(value);
    if (inFloat) value = Cast(value, poplar::FLOAT);
    if (squares && real) value = Square(value);
    if (params_.useScale) {
      const PlaceHolder scale = placeholder(params_.scale.reshape({}));
      value = op_ == Operation::LOG_ADD ? Any(value + scale) : Any(value * scale);
    }
    if (params_.update) {
      const PlaceHolder old = placeholder(out);
      value = value + (inFloat ? Any(Cast(old, poplar::FLOAT)) : Any(old));
    }
    if ((inFloat ? Type(poplar::FLOAT) : type) != outType) value = Cast(value, outType);
    mapIntoComputeSet("popops::reduce", graph_, value, ts, out, nextComputeSet());
    return out;
  }

  static Tensor view(const Tensor &matrix, const Block &block, bool rowMajor) {
    const Tensor part = matrix.slice({block.rowBegin, block.columnBegin}, {block.rowEnd, block.columnEnd});
    return rowMajor ? part.flatten() : part.transpose().flatten();
  }

  /// On a CPU target, whose tile is a whole processor, blocks are cut where they stay in one piece of memory, so that
  /// threads share them.
  std::vector<Block> parts(std::vector<Block> blocks, bool rowMajor) const {
    if (graph_.getTarget().getTargetType() != poplar::TargetType::CPU) return blocks;
    std::vector<Block> result;
    for (const Block &block : blocks) {
      const std::size_t lines = rowMajor ? block.rows() : block.columns();
      const std::size_t count =
          std::min(poputil::detail::partsOfTile(graph_.getTarget(), block.rows() * block.columns()),
                   rowMajor ? std::min(lines / kMinRowsOfPart, kMaxPartsOfRows) : lines);
      for (std::size_t i = 0; i < std::max<std::size_t>(1, count); ++i) {
        Block part = block;
        if (count > 1) {
          (rowMajor ? part.rowBegin : part.columnBegin) += lines * i / count;
          (rowMajor ? part.rowEnd : part.columnEnd) -= lines - lines * (i + 1) / count;
        }
        result.push_back(part);
      }
    }
    return result;
  }

  std::size_t workers() const { return graph_.getTarget().getNumWorkerContexts(); }

  /// Few columns with many rows: the workers share the rows.
  bool wantsRowSplit(const Block &block) const {
    return workers() > 1 && block.columns() < workers() && block.rows() >= 2 * kMinElementsPerWorker;
  }

  void connect(ComputeSet cs, const char *kind, Operation op, unsigned tile, const Tensor &in, const Tensor &out,
               std::size_t rows, bool rowMajor) {
    const poplar::VertexRef vertex =
        graph_.addVertex(cs, poputil::templateVertex(kind, op, in.elementType(), out.elementType(), rowMajor));
    graph_.setTileMapping(vertex, tile);
    graph_.connect(vertex["in"], in);
    graph_.connect(vertex["out"], out);
    graph_.setInitialValue(vertex["rows"], static_cast<unsigned>(rows));
    if (std::string(kind) != "popops::ReducePartial") {
      const std::size_t grain = 4 / std::min<std::size_t>(4, graph_.getTarget().getTypeSize(out.elementType()));
      const std::size_t share = (out.numElements() + workers() - 1) / workers();
      graph_.setInitialValue(vertex["step"], static_cast<unsigned>((share + grain - 1) / grain * grain));
    }
    if (std::string(kind) == "popops::ReduceScaled") {
      if (params_.useScale)
        graph_.connect(vertex["scale"], params_.scale.reshape({}));
      else
        graph_.connect(vertex["scale"], params_.op == Operation::LOG_ADD ? 0.0f : 1.0f); // log 1
      graph_.setInitialValue(vertex["update"], params_.update);
    }
  }

  void lastStep(ComputeSet cs, unsigned tile, const Tensor &in, const Tensor &out, std::size_t rows, bool rowMajor) {
    const bool scaled = params_.useScale || params_.update;
    connect(cs, scaled ? "popops::ReduceScaled" : "popops::Reduce", op_, tile, in, out, rows, rowMajor);
  }

  Tensor partial(std::size_t columns, unsigned tile) {
    const Tensor result = graph_.addVariable(accumulator_, {columns}, {context_, "partial"});
    graph_.setTileMapping(result, tile);
    return result;
  }

  /// To bring blocks of a grid to tiles is cheaper than to reduce what lies together where it is.
  bool isScattered(const std::vector<Block> &blocks, std::size_t rows, std::size_t columns) {
    std::size_t widths = 0;
    std::vector<std::size_t> elements(graph_.getTarget().getNumTiles()), count(elements.size());
    for (const Block &block : blocks) {
      widths += block.columns();
      elements[block.tile] += block.rows() * block.columns();
      ++count[block.tile];
    }
    const std::size_t pieces = (widths + columns - 1) / columns, width = (widths + blocks.size() - 1) / blocks.size();
    return pieces > 1 && plan_.grid(rows, columns).cycles <
                             plan_.whereTheyAre(*std::max_element(elements.begin(), elements.end()),
                                                *std::max_element(count.begin(), count.end()), width, pieces);
  }

  /// Step 1 of a scattered matrix. It is cut into a grid of blocks, and each is brought to a tile.
  std::vector<Piece> gridStep(const Tensor &matrix, bool rowMajor) {
    const std::size_t rows = matrix.dim(0), columns = matrix.dim(1), tiles = graph_.getTarget().getNumTiles();
    const auto [down, across, cycles] = plan_.grid(rows, columns);
    const std::size_t first = poputil::chooseMappingOffset(tiles, {columns, rows});
    const ComputeSet cs = nextComputeSet();
    std::vector<Piece> pieces;
    for (std::size_t r = 0; r != down; ++r)
      for (std::size_t c = 0; c != across; ++c) {
        Block block;
        block.rowBegin = rows * r / down;
        block.rowEnd = rows * (r + 1) / down;
        block.columnBegin = columns * c / across;
        block.columnEnd = columns * (c + 1) / across;
        block.tile = static_cast<unsigned>((first + r * across + c) % tiles);
        const Tensor result = partial(block.columns(), block.tile);
        connect(cs, "popops::Reduce", op_, block.tile, view(matrix, block, rowMajor), result, block.rows(), rowMajor);
        pieces.push_back({block.columnBegin, block.columnEnd, result, block.tile});
      }
    squaresDone();
    return pieces;
  }

  /// Step 1. Blocks of one row pass through, unless some others have several.
  std::vector<Piece> localStep(const Tensor &matrix, const std::vector<Block> &blocks, bool rowMajor) {
    std::vector<Piece> pieces;
    const bool anyReduced =
        std::any_of(blocks.begin(), blocks.end(), [](const Block &block) { return block.rows() > 1; });
    if (!anyReduced) {
      for (const Block &block : blocks)
        pieces.push_back({block.columnBegin, block.columnEnd, view(matrix, block, rowMajor), block.tile});
      return pieces;
    }
    const ComputeSet cs = nextComputeSet();
    for (const Block &block : blocks) {
      std::size_t shares = 1;
      if (wantsRowSplit(block))
        shares = std::clamp<std::size_t>(block.rows() * block.columns() / kMinElementsPerWorker, 1, workers());
      for (std::size_t i = 0; i != shares; ++i) {
        Block share = block;
        share.rowBegin = block.rowBegin + block.rows() * i / shares;
        share.rowEnd = block.rowBegin + block.rows() * (i + 1) / shares;
        const Tensor result = partial(block.columns(), block.tile);
        connect(cs, shares == 1 ? "popops::Reduce" : "popops::ReducePartial", op_, block.tile,
                view(matrix, share, rowMajor), result, share.rows(), rowMajor);
        pieces.push_back({block.columnBegin, block.columnEnd, result, block.tile});
      }
    }
    squaresDone();
    return pieces;
  }

  /// Squares are taken once, by the first step that sees the elements.
  void squaresDone() {
    if (op_ == Operation::SQUARE_ADD) op_ = Operation::ADD;
  }

  using ByColumns = std::map<std::pair<std::size_t, std::size_t>, std::vector<const Piece *>>;

  static ByColumns byColumns(const std::vector<Piece> &pieces) {
    ByColumns result;
    for (const Piece &piece : pieces) result[{piece.begin, piece.end}].push_back(&piece);
    return result;
  }

  bool anyWantsGroups(const std::vector<Piece> &pieces) {
    for (const auto &[columns, list] : byColumns(pieces))
      if (plan_.groups(list.size(), columns.second - columns.first) < list.size()) return true;
    return false;
  }

  /// Step 2. Pieces of the same columns, in groups.
  std::vector<Piece> groupStep(const std::vector<Piece> &pieces) {
    const ComputeSet cs = nextComputeSet();
    std::vector<Piece> result;
    for (const auto &[columns, list] : byColumns(pieces)) {
      // All pass through a vertex, so that all have one type and squares are taken.
      const std::size_t width = columns.second - columns.first;
      const std::size_t groups = plan_.groups(list.size(), width);
      for (std::size_t g = 0; g != groups; ++g) {
        const std::size_t begin = list.size() * g / groups, end = list.size() * (g + 1) / groups;
        std::vector<Tensor> parts;
        for (std::size_t i = begin; i != end; ++i) parts.push_back(list[i]->data);
        const unsigned tile = list[begin]->tile;
        const Tensor sum = partial(width, tile);
        connect(cs, "popops::Reduce", op_, tile, poplar::concat(parts), sum, parts.size(), true);
        result.push_back({columns.first, columns.second, sum, tile});
      }
    }
    squaresDone();
    return result;
  }

  /// Step 3. On the tiles of the result.
  void finalStep(std::vector<Piece> &pieces, const Tensor &matrix, const Tensor &out) {
    std::stable_sort(pieces.begin(), pieces.end(), [](const Piece &a, const Piece &b) { return a.begin < b.begin; });
    std::size_t longest = 0;
    for (const Piece &piece : pieces) longest = std::max(longest, piece.end - piece.begin);
    const ComputeSet cs = nextComputeSet();
    const auto mapping = graph_.getTileMapping(out);
    for (unsigned tile = 0; tile != mapping.size(); ++tile)
      for (const Interval &interval : mapping[tile]) {
        // Pieces that reach into the interval, and where the set of them changes.
        std::vector<const Piece *> near;
        std::vector<std::size_t> cuts{interval.begin(), interval.end()};
        const std::size_t from = interval.begin() > longest ? interval.begin() - longest : 0;
        auto piece = std::lower_bound(pieces.begin(), pieces.end(), from,
                                      [](const Piece &p, std::size_t column) { return p.begin < column; });
        for (; piece != pieces.end() && piece->begin < interval.end(); ++piece) {
          if (piece->end <= interval.begin()) continue;
          near.push_back(&*piece);
          cuts.push_back(std::max(piece->begin, interval.begin()));
          cuts.push_back(std::min(piece->end, interval.end()));
        }
        std::sort(cuts.begin(), cuts.end());
        cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
        for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
          std::vector<Tensor> parts;
          for (const Piece *p : near)
            if (p->begin <= cuts[i] && p->end >= cuts[i + 1])
              parts.push_back(p->data.slice(cuts[i] - p->begin, cuts[i + 1] - p->begin));
          const Tensor in = parts.empty() ? matrix.flatten().slice(0, 0) : poplar::concat(parts);
          lastStep(cs, tile, in, out.slice(cuts[i], cuts[i + 1]), parts.size(), true);
        }
      }
  }

  Graph &graph_;
  const ReduceParams &params_;
  Type accumulator_;
  std::vector<ComputeSet> &css_;
  std::size_t next_;
  DebugContext context_;
  Operation op_;
  ReducePlan plan_;
};

Type chooseAccumulator(const std::string &function, Type type, Operation op, const OptionFlags &options) {
  std::string interTile = "float", inVertex = "float";
  poputil::detail::parseOptions(function, options,
                                {{"accumType.interTile", poputil::detail::choiceOption(interTile, {"half", "float"})},
                                 {"accumType.inVertex", poputil::detail::choiceOption(inVertex, {"half", "float"})}});
  if (type != poplar::HALF) return type;
  const bool sums =
      op == Operation::ADD || op == Operation::SQUARE_ADD || op == Operation::LOG_ADD || op == Operation::MUL;
  return sums && interTile == "float" ? Type(poplar::FLOAT) : type;
}

void check(const std::string &function, const Tensor &in, const Type &outType, const std::vector<std::size_t> &dims,
           const ReduceParams &params) {
  const Type type = in.elementType();
  const bool logical = params.op == Operation::LOGICAL_AND || params.op == Operation::LOGICAL_OR;
  const bool real = type == poplar::HALF || type == poplar::FLOAT;
  const bool integer = type == poplar::INT || type == poplar::UNSIGNED_INT;
  const std::string what = function + ": " + poputil::asString(params.op) + " of a tensor of type " + type.toString();
  if (logical ? type != poplar::BOOL : params.op == Operation::LOG_ADD ? !real : !(real || integer))
    throw poplibs_error(what + "; it takes " +
                        (logical                           ? "bool"
                         : params.op == Operation::LOG_ADD ? "half and float"
                                                           : "half, float, int and unsigned int"));
  if (outType != type && !(real && (outType == poplar::HALF || outType == poplar::FLOAT)))
    throw poplibs_error(what + " with a result of type " + outType.toString() +
                        "; they must be equal, or both half or float");
  std::vector<bool> seen(in.rank());
  for (std::size_t dim : dims) {
    if (dim >= in.rank() || seen[dim])
      throw poplibs_error(function + ": dimension " + std::to_string(dim) + " of a tensor of shape " +
                          in.shapeToString() + (dim < in.rank() ? " is given twice" : " does not exist"));
    seen[dim] = true;
  }
  if (params.update || params.useScale) {
    if (params.op != Operation::ADD && params.op != Operation::SQUARE_ADD && params.op != Operation::LOG_ADD)
      throw poplibs_error(what + " with scale or update; only ADD, SQUARE_ADD and LOG_ADD have them");
    if (params.useScale &&
        (!params.scale.valid() || params.scale.elementType() != poplar::FLOAT || params.scale.numElements() != 1))
      throw poplibs_error(function + ": the scale must be a FLOAT tensor of one element");
  }
}

Tensor reduceInto(const std::string &function, Graph &graph, const Tensor &in, Tensor out, const Type &outType,
                  const std::vector<std::size_t> &dims, const ReduceParams &params, std::vector<ComputeSet> &css,
                  std::size_t firstComputeSet, const DebugContext &debugContext, const OptionFlags &options) {
  poputil::detail::checkArgument(graph, function.c_str(), "in", 0, in);
  if (params.useScale) poputil::detail::checkArgument(graph, function.c_str(), "params.scale", 0, params.scale);
  check(function, in, outType, dims, params);
  if (!out.valid() && params.update)
    throw poplibs_error(function + ": update needs an output that exists; use reduceWithOutput");
  const Type accumulator = chooseAccumulator(function, in.elementType(), params.op, options);

  std::vector<bool> isReduced(in.rank());
  for (std::size_t dim : dims) isReduced[dim] = true;
  std::vector<unsigned> order;
  std::vector<std::size_t> keptShape;
  std::size_t rows = 1, columns = 1;
  for (unsigned d = 0; d != in.rank(); ++d)
    if (isReduced[d]) {
      order.push_back(d);
      rows *= in.dim(d);
    }
  for (unsigned d = 0; d != in.rank(); ++d)
    if (!isReduced[d]) {
      order.push_back(d);
      keptShape.push_back(in.dim(d));
      columns *= in.dim(d);
    }
  if (out.valid()) {
    if (out.shape() != keptShape)
      throw poplibs_error(function + ": reducing a tensor of shape " + in.shapeToString() +
                          " does not give the output's shape " + out.shapeToString());
    if (!out.isParallelWriteable())
      throw poplibs_error(function + ": the output of shape " + out.shapeToString() +
                          " contains constants or an element more than once");
  }
  const Tensor matrix = in.dimShuffle(order).reshape({rows, columns});
  const bool rowMajor = in.rank() == 0 || !isReduced[in.rank() - 1];
  Reduction reduction(graph, params, accumulator, css, firstComputeSet, debugContext);
  return reduction.run(matrix, rowMajor, out.valid() ? out.flatten() : out, outType).reshape(keptShape);
}

void execute(poplar::program::Sequence &prog, const std::vector<ComputeSet> &css, const DebugContext &debugContext) {
  for (ComputeSet cs : css) prog.add(poplar::program::Execute(cs, debugContext));
}

} // namespace

Tensor reduce(Graph &graph, const Tensor &in, const Type &outType, const std::vector<std::size_t> &dims,
              ReduceParams params, std::vector<ComputeSet> &css, const DebugContext &debugContext,
              const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, in, outType, dims, params, options);
  return di.output(
      reduceInto("popops::reduce", graph, in, Tensor(), outType, dims, params, css, css.size(), di.context(), options));
}

Tensor reduce(Graph &graph, const Tensor &in, const std::vector<std::size_t> &dims, ReduceParams params,
              std::vector<ComputeSet> &css, const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, in, dims, params, options);
  return di.output(reduce(graph, in, in.elementType(), dims, params, css, di.context(), options));
}

Tensor reduce(Graph &graph, const Tensor &in, const Type &outType, const std::vector<std::size_t> &dims,
              ReduceParams params, poplar::program::Sequence &prog, const DebugContext &debugContext,
              const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, in, outType, dims, params, options);
  std::vector<ComputeSet> css;
  Tensor result = reduce(graph, in, outType, dims, params, css, di.context(), options);
  execute(prog, css, di.context());
  return di.output(result);
}

Tensor reduce(Graph &graph, const Tensor &in, const std::vector<std::size_t> &dims, ReduceParams params,
              poplar::program::Sequence &prog, const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, in, dims, params, options);
  return di.output(reduce(graph, in, in.elementType(), dims, params, prog, di.context(), options));
}

void reduceWithOutput(Graph &graph, const Tensor &in, const Tensor &out, const std::vector<std::size_t> &dims,
                      ReduceParams params, std::vector<ComputeSet> &css, const DebugContext &debugContext,
                      const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, in, out, dims, params, options);
  reduceInto("popops::reduceWithOutput", graph, in, out, out.elementType(), dims, params, css, css.size(), di.context(),
             options);
}

void reduceWithOutput(Graph &graph, const Tensor &in, const Tensor &out, const std::vector<std::size_t> &dims,
                      ReduceParams params, poplar::program::Sequence &prog, const DebugContext &debugContext,
                      const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, in, out, dims, params, options);
  std::vector<ComputeSet> css;
  reduceWithOutput(graph, in, out, dims, params, css, di.context(), options);
  execute(prog, css, di.context());
}

void reduceMany(Graph &graph, const std::vector<SingleReduceOp> &reductions, std::vector<Tensor> &outputs,
                poplar::program::Sequence &prog, const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, reductions, outputs, options);
  POPLIBS_CHECK_TENSORS(graph, outputs);
  if (!outputs.empty() && outputs.size() != reductions.size())
    throw poplibs_error("popops::reduceMany: " + std::to_string(reductions.size()) + " reductions with " +
                        std::to_string(outputs.size()) + " outputs; give none or one for each");
  const bool create = outputs.empty();
  std::vector<ComputeSet> css;
  for (std::size_t i = 0; i != reductions.size(); ++i) {
    const SingleReduceOp &r = reductions[i];
    const Tensor result = reduceInto("popops::reduceMany", graph, r.in, create ? Tensor() : outputs[i],
                                     create ? r.outType : outputs[i].elementType(), r.dims, r.params, css, 0,
                                     {di.context(), r.debugName}, options);
    if (create) outputs.push_back(result);
  }
  execute(prog, css, di.context());
}

} // namespace popops

template <> poplar::ProfileValue poputil::toProfileValue(const popops::ReduceParams &t) {
  return poplar::ProfileValue::Map{{"op", asString(t.op)},
                                   {"update", toProfileValue(t.update)},
                                   {"scale", t.useScale ? toProfileValue(t.scale) : poplar::ProfileValue("<none>")}};
}

template <> poplar::ProfileValue poputil::toProfileValue(const popops::SingleReduceOp &t) {
  return poplar::ProfileValue::Map{{"in", toProfileValue(t.in)},
                                   {"dims", toProfileValue(t.dims)},
                                   {"params", toProfileValue(t.params)},
                                   {"outType", toProfileValue(t.outType)}};
}
