// map, mapInPlace, mapWithOutput: every evaluation becomes one compute set of vertices of one or two generated
// codelets. Work follows the tile mapping of the first result.
//
// On one tile the result's elements come as runs of memory:
//   one run,  all operands full or scalar      -> LoopForm::Flat
//   some operand repeats regularly             -> LoopForm::Rows      out: [rows x cols], column operand: [cols],
//                                                                     row operand: [rows]; a vertex each for the end of
//                                                                     a row, whole rows, the begin of a row
//   several runs                               -> LoopForm::Regions   one vertex per worker, some runs each
#include <popops/ElementWise.hpp>
#include <popops/ElementWiseUtil.hpp>
#include <popops/detail/MapInto.hpp>
#include "libs/popops/detail/ExprTypes.hpp"
#include "libs/popops/detail/MapCodelet.hpp"
#include <poputil/Broadcast.hpp>
#include <poputil/TileMapping.hpp>
#include <poputil/Util.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/detail/Options.hpp>
#include <poputil/detail/Parts.hpp>
#include <poputil/detail/ShapeText.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <map>
#include <numeric>
#include <optional>
#include <ostream>

namespace popops {

using namespace detail;
using poplar::DebugContext;
using poplar::Graph;
using poplar::Interval;
using poplar::OptionFlags;
using poplar::Tensor;
using poplar::Type;
using poplar::program::Sequence;
using poputil::poplibs_error;
using poputil::detail::shapeText;
using Tensors = std::vector<Tensor>;
using Shape = std::vector<std::size_t>;
using Group = std::vector<Interval>;

namespace {

struct MapOptions {
  bool generate = true, force = false, broadcasts = true, simplify = true;
};

MapOptions parseMapOptions(const std::string &function, const OptionFlags &options) {
  MapOptions result;
  if (options.begin() != options.end())
    poputil::detail::parseOptions(
        function, options,
        {{"enableGenerateCodelet", poputil::detail::boolOption(result.generate)},
         {"forceGenerateCodelet", poputil::detail::boolOption(result.force)},
         {"enableVectorBroadcastOptimisations", poputil::detail::boolOption(result.broadcasts)},
         {"enableExpressionOptimizations", poputil::detail::boolOption(result.simplify)}});
  return result;
}

Shape commonShape(const std::string &function, const Tensors &ts) {
  Shape common;
  for (const Tensor &t : ts) {
    const Shape shape = t.shape();
    if (shape.size() > common.size()) common.insert(common.begin(), shape.size() - common.size(), 1);
    for (std::size_t i = 0; i != shape.size(); ++i) {
      std::size_t &size = common[common.size() - shape.size() + i];
      if (size == 1)
        size = shape[i];
      else if (shape[i] != 1 && shape[i] != size) {
        std::string shapes;
        for (const Tensor &each : ts) shapes.append(" ").append(each.shapeToString());
        throw poplibs_error(function + ": operands of shapes" + shapes +
                            " cannot be broadcast to one shape; from the right, sizes must be equal or 1");
      }
    }
  }
  return common;
}

/// The dimensions of a tensor from the one whose elements lie furthest apart in memory to the one whose lie nearest.
std::vector<unsigned> orderInMemory(const Tensor &t) {
  std::vector<unsigned> order(t.rank());
  std::iota(order.begin(), order.end(), 0u);
  if (t.rank() < 2 || t.numElements() < 2) return order;
  const auto place = [](Tensor element) {
    for (unsigned d = element.rank(); d-- > 0;) element = element.slice(0, 1, d);
    return element.getVarRegions().front();
  };
  const auto first = place(t);
  std::vector<std::size_t> distance(t.rank(), ~std::size_t(0));
  for (unsigned d = 0; d != t.rank(); ++d) {
    if (t.dim(d) == 1) { // stays where it is
      if (d != 0) distance[d] = distance[d - 1];
      continue;
    }
    const auto next = place(t.slice(1, 2, d));
    if (next.var != first.var) continue;
    const std::size_t a = first.interval.begin(), b = next.interval.begin();
    distance[d] = a < b ? b - a : a - b;
  }
  std::stable_sort(order.begin(), order.end(), [&](unsigned a, unsigned b) { return distance[a] > distance[b]; });
  return order;
}

/// A tensor of at most as many dimensions as there are in `order`, with all of them, in that order.
Tensor reordered(const Tensor &t, const std::vector<unsigned> &order) {
  if (std::is_sorted(order.begin(), order.end())) return t;
  return t.expand(std::vector<std::size_t>(order.size() - t.rank(), 0)).dimShuffle(order);
}

/// An operand after its tensor has been looked at: how its flat elements relate to those of the result.
struct Operand {
  MapOperand as;
  Tensor flat;            ///< Full and Scalar: all elements. Repeating: the elements that are not repeats
  Tensor broadcast;       ///< of a repeating operand: the view of full size, flat
  std::size_t period = 0; ///< Column: so many elements lie side by side. Row: so many of the result use one
  std::size_t span = 0;   ///< Column: so many elements of the result use the same `period` ones

  /// The element that flat element i of the result uses.
  std::size_t at(std::size_t i) const {
    if (as.form == OperandForm::Row) return i / period % flat.numElements();
    return i / span % (flat.numElements() / period) * period + i % period;
  }
};

Operand describe(const Tensor &t, const Shape &shape, std::size_t elements) {
  Operand result;
  result.as.type = t.elementType();
  if (t.numElements() == 1) {
    result.as.form = OperandForm::Scalar;
    result.flat = t.reshape({});
    return result;
  }
  if (t.numElements() == elements) {
    result.flat = t.flatten();
    return result;
  }
  Tensor view = t;
  poputil::broadcastToMatch(view, shape);
  result.broadcast = view.flatten();
  // Right-aligned sizes; where the operand has 1 and the result does not, it repeats.
  Shape own = t.shape();
  own.insert(own.begin(), shape.size() - own.size(), 1);
  // From the right: elements along the dimensions in which it repeats, or does not.
  std::size_t d = shape.size();
  const auto along = [&](bool repeated) {
    std::size_t size = 1;
    for (; d != 0 && (shape[d - 1] == 1 || (own[d - 1] != shape[d - 1]) == repeated); --d) size *= shape[d - 1];
    return size;
  };
  const std::size_t inner = along(true), side = along(false), outer = along(true);
  result.as.form = inner == 1 ? OperandForm::Column : OperandForm::Row;
  result.period = inner == 1 ? side : inner;
  result.span = side * outer;
  if (inner == 1) {
    along(false);
    along(true);
  }
  result.flat = t.flatten();
  if (d != 0) { // in no such order
    result.as.form = OperandForm::Full;
    result.flat = result.broadcast;
  }
  return result;
}

bool repeats(const Operand &operand) {
  return operand.as.form == OperandForm::Column || operand.as.form == OperandForm::Row;
}

/// The elements of a row, along which each repeating operand has one value or elements that lie side by side; or 0.
std::size_t columnsOf(const std::vector<Operand> &operands) {
  std::size_t columns = 0;
  for (const Operand &operand : operands)
    if (repeats(operand)) columns = columns == 0 ? operand.period : std::min(columns, operand.period);
  for (const Operand &operand : operands)
    if (repeats(operand) && operand.period % columns != 0) return 0;
  return columns;
}

/// Rows, or parts of rows, of one length, along which column operands have the same elements.
struct Block {
  Group group;
  std::size_t columns;
};

constexpr std::size_t kManyBlocks = 32; // a tile has no more

/// A run of memory as blocks of rows of up to `columns` elements; incomplete where there are too many.
void addBlocks(const std::vector<Operand> &operands, const Group &run, std::size_t columns,
               std::vector<Block> &blocks) {
  bool first = true; // of this run
  for (const Interval &interval : run)
    for (std::size_t at = interval.begin(); at < interval.end() && blocks.size() <= kManyBlocks;) {
      const std::size_t end = std::min(interval.end(), (at / columns + 1) * columns);
      const auto continues = [&](const Block &block) {
        return block.columns == end - at && std::all_of(operands.begin(), operands.end(), [&](const Operand &operand) {
                 return operand.as.form != OperandForm::Column || operand.at(at) == operand.at(block.group[0].begin());
               });
      };
      if (first || !continues(blocks.back())) blocks.push_back({{}, end - at});
      Group &group = blocks.back().group;
      if (!group.empty() && group.back().end() == at)
        group.back() = Interval(group.back().begin(), end);
      else
        group.emplace_back(at, end);
      first = false;
      at = end;
    }
}

/// What a repeating operand contributes to a block.
Tensor repeatingPart(const Operand &operand, const Group &group, std::size_t columns) {
  if (operand.as.form == OperandForm::Column) {
    const std::size_t start = operand.at(group[0].begin());
    return operand.flat.slice(start, start + columns);
  }
  std::vector<Interval> rows;
  for (const Interval &interval : group)
    for (std::size_t at = interval.begin(); at < interval.end(); at += columns) {
      const std::size_t row = operand.at(at);
      if (!rows.empty() && rows.back().end() == row)
        rows.back() = Interval(rows.back().begin(), row + 1);
      else
        rows.emplace_back(row, row + 1);
    }
  return poplar::concat(operand.flat.slices(rows));
}

std::size_t elementsOf(const Group &group) {
  std::size_t elements = 0;
  for (const Interval &interval : group) elements += interval.size();
  return elements;
}

Tensor part(const Tensor &flat, const Group &group) {
  return group.size() == 1 ? flat.slice(group[0].begin(), group[0].end()) : poplar::concat(flat.slices(group));
}

void setConstants(Graph &graph, poplar::VertexRef vertex, const MapCodelet &codelet) {
  for (std::size_t k = 0; k != codelet.constants.size(); ++k) {
    const MapConstant &constant = codelet.constants[k];
    const poplar::FieldRef field = vertex["c" + std::to_string(k)];
    if (constant.isReal)
      graph.setInitialValue(field, static_cast<float>(constant.real));
    else if (constant.type == poplar::UNSIGNED_LONGLONG || constant.type == poplar::UNSIGNED_INT)
      graph.setInitialValue(field, static_cast<unsigned long long>(constant.integer));
    else
      graph.setInitialValue(field, static_cast<long long>(constant.integer));
  }
}

class Evaluation {
public:
  Evaluation(Graph &graph, MapRequest request, std::vector<Operand> operands, const Tensors &outputs,
             poplar::ComputeSet computeSet)
      : graph_(graph), request_(std::move(request)), operands_(std::move(operands)), computeSet_(computeSet) {
    for (const Tensor &output : outputs) flatOutputs_.push_back(output.flatten());
    columns_ = columnsOf(operands_);
    if (std::none_of(operands_.begin(), operands_.end(), repeats)) simplifyOrder();
  }

  void build() {
    const auto mapping = graph_.getTileMapping(flatOutputs_[0]);
    for (unsigned tile = 0; tile != mapping.size(); ++tile)
      if (!mapping[tile].empty()) buildTile(tile, graph_.getSortedContiguousRegions(flatOutputs_[0], mapping[tile]));
  }

private:
  /// Takes all elements in the memory order of the first result: tiles then hold few, long runs of each tensor.
  void simplifyOrder() {
    std::vector<Tensor *> others;
    for (std::size_t i = 1; i < flatOutputs_.size(); ++i) others.push_back(&flatOutputs_[i]);
    for (Operand &operand : operands_)
      if (operand.as.form == OperandForm::Full) others.push_back(&operand.flat);
    graph_.reorderToSimplify(&flatOutputs_[0], others, false);
  }

  void buildTile(unsigned tile, const std::vector<Group> &groups) {
    if (const std::vector<Block> blocks = blocksOf(groups); !blocks.empty()) {
      for (const Block &block : blocks)
        for (const Group &part : parts(block.group, block.columns))
          single(tile, part, std::min(block.columns, elementsOf(part)));
      return;
    }
    if (groups.size() == 1) {
      for (const Group &part : parts(groups[0], 0)) single(tile, part, 0);
      return;
    }
    const Type type = request_.outputs[0];
    const poplar::Target &target = graph_.getTarget();
    const unsigned grain = std::max<unsigned>(
        target.getVectorWidth(type),
        std::max<unsigned>(1, static_cast<unsigned>(target.getAtomicStoreGranularity() / target.getTypeSize(type))));
    for (const auto &share : poputil::splitRegionsBetweenWorkers(target, groups, grain, 2 * grain))
      regions(tile, share);
  }

  /// The runs of a tile as blocks of rows. None where nothing repeats, or where so many vertices cost more than
  /// bringing together what operands repeat.
  std::vector<Block> blocksOf(const std::vector<Group> &runs) const {
    constexpr std::size_t kFewBlocks = 3, kElements = 64;
    std::vector<Block> blocks;
    if (columns_ == 0) return blocks;
    std::size_t elements = 0;
    for (const Group &run : runs) {
      addBlocks(operands_, run, columns_, blocks);
      elements += elementsOf(run);
    }
    if (blocks.size() > std::clamp(elements / kElements, kFewBlocks, kManyBlocks)) blocks.clear();
    return blocks;
  }

  /// The parts of one run that are vertices of their own: the run, where workers share a vertex. Cuts lie between rows,
  /// or rows are cut.
  std::vector<Group> parts(const Group &group, std::size_t columns) const {
    const std::size_t elements = elementsOf(group);
    const std::size_t count = poputil::detail::verticesOfTile(graph_.getTarget(), elements);
    if (count == 1) return {group};
    const std::size_t share = (elements + count - 1) / count;
    std::size_t length = share;
    if (columns != 0) length = columns < share ? share / columns * columns : columns;
    std::vector<Group> result;
    for (auto &part : poputil::detail::cut(group, length)) {
      if (length <= 2 * share)
        result.push_back(std::move(part));
      else
        for (auto &ofRow : poputil::detail::cut(part, share)) result.push_back(std::move(ofRow));
    }
    return result;
  }

  const MapCodelet &codelet(LoopForm loop) {
    auto &known = codelets_[loop];
    if (!known) {
      std::vector<MapOperand> forms;
      for (const Operand &operand : operands_) {
        forms.push_back(operand.as);
        if (loop != LoopForm::Rows && repeats(operand)) forms.back().form = OperandForm::Full;
      }
      known = addMapCodelet(graph_, request_, forms, loop);
    }
    return *known;
  }

  /// How many of `count` things, each of `width` elements, a worker takes, so that no two store to one 8-byte word.
  unsigned workerShare(std::size_t count, std::size_t width = 1) const {
    const poplar::Target &target = graph_.getTarget();
    std::size_t grain = 1;
    for (Type type : request_.outputs)
      grain = std::max<std::size_t>(grain, 8 / std::min<std::size_t>(8, target.getTypeSize(type)));
    while (grain > 1 && width % 2 == 0) {
      grain /= 2;
      width /= 2;
    }
    const std::size_t workers = target.getNumWorkerContexts();
    return static_cast<unsigned>(((count + workers - 1) / workers + grain - 1) / grain * grain);
  }

  void single(unsigned tile, const Group &group, std::size_t columns) {
    const LoopForm loop = columns != 0 ? LoopForm::Rows : LoopForm::Flat;
    const MapCodelet &code = codelet(loop);
    const poplar::VertexRef vertex = graph_.addVertex(computeSet_, code.name);
    graph_.setTileMapping(vertex, tile);
    for (std::size_t i = 0; i != flatOutputs_.size(); ++i)
      graph_.connect(vertex["out" + std::to_string(i)], part(flatOutputs_[i], group));
    for (std::size_t j = 0; j != operands_.size(); ++j) {
      const Operand &operand = operands_[j];
      if (operand.as.form == OperandForm::Result) continue;
      const poplar::FieldRef field = vertex["in" + std::to_string(j)];
      if (operand.as.form == OperandForm::Scalar)
        graph_.connect(field, operand.flat);
      else if (repeats(operand))
        graph_.connect(field, columns != 0 ? repeatingPart(operand, group, columns) : part(operand.broadcast, group));
      else
        graph_.connect(field, part(operand.flat, group));
    }
    setConstants(graph_, vertex, code);
    const std::size_t elements = elementsOf(group);
    const std::size_t workers = graph_.getTarget().getNumWorkerContexts();
    if (loop == LoopForm::Flat) {
      graph_.setInitialValue(vertex["step"], workerShare(elements));
      return;
    }
    const std::size_t rows = elements / columns;
    // Workers take rows, or parts of each, whichever leaves the slowest less to do.
    constexpr std::size_t kRow = 16; // elements that take as long as to begin a row
    const auto shareOf = [&](std::size_t things) { return (things + workers - 1) / workers; };
    const bool byRows = shareOf(rows) * (columns + kRow) <= rows * (shareOf(columns) + kRow);
    graph_.setInitialValue(vertex["rows"], static_cast<unsigned>(rows));
    graph_.setInitialValue(vertex["cols"], static_cast<unsigned>(columns));
    graph_.setInitialValue(vertex["rowStep"], byRows ? workerShare(rows, columns) : 0u);
    graph_.setInitialValue(vertex["columnStep"], byRows ? 0u : workerShare(columns));
  }

  void regions(unsigned tile, const std::vector<Group> &groups) {
    const MapCodelet &code = codelet(LoopForm::Regions);
    const poplar::VertexRef vertex = graph_.addVertex(computeSet_, code.name);
    graph_.setTileMapping(vertex, tile);
    const auto parts = [&](const Tensor &flat) {
      Tensors result;
      for (const Group &group : groups) result.push_back(part(flat, group));
      return result;
    };
    for (std::size_t i = 0; i != flatOutputs_.size(); ++i)
      graph_.connect(vertex["out" + std::to_string(i)], parts(flatOutputs_[i]));
    for (std::size_t j = 0; j != operands_.size(); ++j) {
      const Operand &operand = operands_[j];
      if (operand.as.form == OperandForm::Scalar)
        graph_.connect(vertex["in" + std::to_string(j)], operand.flat);
      else if (operand.as.form != OperandForm::Result)
        graph_.connect(vertex["in" + std::to_string(j)], parts(repeats(operand) ? operand.broadcast : operand.flat));
    }
    setConstants(graph_, vertex, code);
  }

  Graph &graph_;
  MapRequest request_;
  std::vector<Operand> operands_;
  Tensors flatOutputs_;
  std::size_t columns_ = 0; ///< of the rows along which operands repeat regularly, or 0
  poplar::ComputeSet computeSet_;
  std::map<LoopForm, std::optional<MapCodelet>> codelets_;
};

/// The whole of map and its kin. `outputs` holds given result tensors, or invalid ones to be created. Vertices go to
/// `into` when it is given, else to a new compute set that is appended to `prog`.
Tensors evaluate(const std::string &function, Graph &graph, const std::vector<const expr::Expr *> &exprs,
                 const Tensors &ts, Tensors outputs, Sequence &prog, const DebugContext &debugContext,
                 const OptionFlags &optionFlags, const poplar::ComputeSet *into = nullptr) {
  const MapOptions options = parseMapOptions(function, optionFlags);
  if (exprs.empty()) throw poplibs_error(function + ": no expression was given");
  for (std::size_t i = 0; i != ts.size(); ++i)
    if (!ts[i].valid()) throw poplibs_error(function + ": operand " + std::to_string(i + 1) + " is an invalid tensor");

  MapRequest request;
  request.function = function;
  request.ts = ts;
  for (std::size_t i = 0; i != exprs.size(); ++i) {
    Type type = inferType(function, *exprs[i], ts);
    if (type == Type() && outputs[i].valid()) type = outputs[i].elementType();
    if (type == Type())
      throw poplibs_error(function + ": the type of the expression cannot be told, as it has only constants; use Cast");
    if (outputs[i].valid() && outputs[i].elementType() != type)
      throw poplibs_error(function + ": the result has the type " + type.toString() +
                          " but is to be stored to a "
                          "tensor of type " +
                          outputs[i].elementType().toString());
    request.outputs.push_back(type);
    request.exprs.push_back(options.simplify ? simplify(function, *exprs[i], ts) : exprs[i]->clone());
  }

  Tensors shaping = ts;
  if (shaping.empty())
    for (const Tensor &output : outputs)
      if (output.valid()) shaping.push_back(output);
  if (shaping.empty())
    throw poplibs_error(function + ": an expression of constants only needs a tensor to be stored to");
  const Shape shape = commonShape(function, shaping);
  std::size_t elements = 1;
  for (std::size_t size : shape) elements *= size;

  Tensors stored = outputs; // where vertices write; differs from `outputs` where an operand lies across a result
  for (std::size_t i = 0; i != outputs.size(); ++i) {
    if (!outputs[i].valid()) {
      outputs[i] = stored[i] = createOutputForElementWiseOp(graph, shaping, request.outputs[i], {debugContext, "out"});
      if (outputs[i].shape() != shape) outputs[i] = stored[i] = outputs[i].reshape(shape);
      continue;
    }
    if (outputs[i].shape() != shape)
      throw poplibs_error(function + ": the result has the shape " + shapeText(shape) +
                          " but is to be stored to a tensor of shape " + outputs[i].shapeToString());
    if (!outputs[i].isParallelWriteable())
      throw poplibs_error(function + ": the tensor to be stored to, of shape " + outputs[i].shapeToString() +
                          ", contains constants or an element more than once");
    for (std::size_t j = 0; j != i; ++j)
      if (outputs[j].valid() && outputs[j].intersectsWith(outputs[i])) {
        const std::string list = function == "popops::mapInPlace" ? "ts[" : "outs[";
        throw poplibs_error(function + ": " + list + std::to_string(j) + "] and " + list + std::to_string(i) +
                            "], of shape " + shapeText(shape) +
                            ", overlap; each result needs a tensor of its own to be stored to");
      }
    const bool across = std::any_of(
        ts.begin(), ts.end(), [&](const Tensor &t) { return !(t == outputs[i]) && t.intersectsWith(outputs[i]); });
    if (across && into) throw poplibs_error(function + ": an operand overlaps the result without being it");
    if (across) stored[i] = graph.clone(outputs[i], {debugContext, "tmp"});
  }
  if (elements == 0) return outputs;

  // Elements are taken in the order in which the first result's dimensions lie in memory.
  const std::vector<unsigned> order = orderInMemory(stored[0]);
  Tensors taken = ts;
  for (Tensor &t : taken) t = reordered(t, order);
  for (Tensor &t : stored) t = reordered(t, order);
  Shape takenShape;
  for (unsigned d : order) takenShape.push_back(shape[d]);

  std::vector<Operand> operands;
  Tensors operandTensors;
  for (const Tensor &t : taken) {
    const auto known = std::find(operandTensors.begin(), operandTensors.end(), t);
    request.operandOf.push_back(static_cast<unsigned>(known - operandTensors.begin()));
    if (known != operandTensors.end()) continue;
    operandTensors.push_back(t);
    Operand operand;
    const auto result = std::find(stored.begin(), stored.end(), t);
    if (result != stored.end()) {
      operand.as = {t.elementType(), OperandForm::Result, static_cast<unsigned>(result - stored.begin())};
    } else {
      operand = describe(t, takenShape, elements);
      if (!options.broadcasts && repeats(operand)) {
        operand.as.form = OperandForm::Full;
        operand.flat = operand.broadcast;
      }
    }
    operands.push_back(std::move(operand));
  }
  const poplar::ComputeSet cs = into ? *into : graph.addComputeSet({debugContext, operatorNames(*request.exprs[0])});
  Evaluation(graph, std::move(request), std::move(operands), stored, cs).build();
  if (into) return outputs;
  prog.add(poplar::program::Execute(cs, debugContext));
  for (std::size_t i = 0; i != outputs.size(); ++i) {
    const Tensor output = reordered(outputs[i], order);
    if (!(stored[i] == output)) prog.add(poplar::program::Copy(stored[i], output, false, debugContext));
  }
  return outputs;
}

std::vector<const expr::Expr *> pointers(const std::vector<expr::Any> &exprs) {
  std::vector<const expr::Expr *> result;
  for (const expr::Any &e : exprs) result.push_back(&e.get());
  return result;
}

} // namespace

void detail::mapIntoComputeSet(poplar::StringRef function, Graph &graph, const expr::Expr &e, const Tensors &ts,
                               const Tensor &out, poplar::ComputeSet cs) {
  Sequence unused;
  evaluate(function, graph, {&e}, ts, {out}, unused, {}, {}, &cs);
}

void detail::warnOfNarrowing(const Type &elementType) {
  const char *level = std::getenv("POPLIBS_POPOPS_LOG_LEVEL");
  if (level == nullptr) level = std::getenv("POPLIBS_LOG_LEVEL");
  for (const char *verbose : {"WARN", "INFO", "DEBUG", "TRACE"})
    if (level != nullptr && std::strcmp(level, verbose) == 0)
      std::cerr << "popops: a constant of type double is used with a tensor of type " << elementType.toString()
                << "; it is narrowed\n";
}

Tensor createOutputForElementWiseOp(Graph &graph, const Tensors &inputs, const Type &outputType,
                                    const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, inputs, outputType);
  const Shape shape = commonShape("popops::createOutputForElementWiseOp", inputs);
  std::size_t elements = 1;
  for (std::size_t size : shape) elements *= size;
  // Best: fewest elements on the fullest tile, then most tiles used, then fewest runs of memory.
  struct Score {
    std::size_t most = 0, tiles = 0, runs = 0;
    bool operator<(const Score &other) const {
      return most != other.most ? most < other.most : tiles != other.tiles ? tiles > other.tiles : runs < other.runs;
    }
  };
  const Tensor *best = nullptr;
  Score bestScore;
  for (const Tensor &input : inputs) {
    if (input.numElements() != elements || elements == 0 || input.containsAliases()) continue;
    if (best && input == *best) continue;
    Score score;
    bool complete = true;
    // Neither number of elements nor of runs depends on the order of dimensions; in that of memory they are found fast.
    for (const auto &tile : graph.getTileMapping(reordered(input, orderInMemory(input)), &complete)) {
      std::size_t count = 0;
      for (const Interval &interval : tile) count += interval.size();
      score.most = std::max(score.most, count);
      score.tiles += count != 0;
      score.runs += tile.size();
    }
    if (complete && (!best || score < bestScore)) {
      best = &input;
      bestScore = score;
    }
  }
  if (best) return di.output(graph.clone(outputType, *best, di.context()).reshape(shape));
  Tensor result = graph.addVariable(outputType, shape, di.context());
  poputil::mapTensorLinearlyWithOffset(
      graph, result, static_cast<unsigned>(poputil::chooseMappingOffset(graph.getTarget().getNumTiles(), shape)));
  return di.output(result);
}

Tensor map(Graph &graph, const expr::Expr &e, const Tensors &ts, Sequence &prog, const DebugContext &debugContext,
           const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, e, ts, options);
  return di.output(evaluate("popops::map", graph, {&e}, ts, Tensors(1), prog, di.context(), options)[0]);
}
Tensor map(Graph &graph, expr::UnaryOpType op, const Tensor &t, Sequence &prog, const DebugContext &debugContext,
           const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, op, t, options);
  return di.output(map(graph, expr::UnaryOp(op, expr::_1), {t}, prog, di.context(), options));
}
Tensor map(Graph &graph, expr::BinaryOpType op, const Tensor &a, const Tensor &b, Sequence &prog,
           const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, op, a, b, options);
  return di.output(map(graph, expr::BinaryOp(op, expr::_1, expr::_2), {a, b}, prog, di.context(), options));
}
Tensor map(Graph &graph, expr::TernaryOpType op, const Tensor &a, const Tensor &b, const Tensor &c, Sequence &prog,
           const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, op, a, b, c, options);
  return di.output(
      map(graph, expr::TernaryOp(op, expr::_1, expr::_2, expr::_3), {a, b, c}, prog, di.context(), options));
}
Tensors map(Graph &graph, const std::vector<expr::Any> &exprs, const Tensors &ts, Sequence &prog,
            const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, exprs, ts, options);
  return di.output(
      evaluate("popops::map", graph, pointers(exprs), ts, Tensors(exprs.size()), prog, di.context(), options));
}

void mapInPlace(Graph &graph, const expr::Expr &e, const Tensors &ts, Sequence &prog, const DebugContext &debugContext,
                const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, e, ts, options);
  if (ts.empty()) throw poplibs_error("popops::mapInPlace: no tensors were given; the result is stored to the first");
  evaluate("popops::mapInPlace", graph, {&e}, ts, {ts[0]}, prog, di.context(), options);
}
void mapInPlace(Graph &graph, expr::UnaryOpType op, const Tensor &t, Sequence &prog, const DebugContext &debugContext,
                const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, op, t, options);
  mapInPlace(graph, expr::UnaryOp(op, expr::_1), {t}, prog, di.context(), options);
}
void mapInPlace(Graph &graph, expr::BinaryOpType op, const Tensor &a, const Tensor &b, Sequence &prog,
                const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, op, a, b, options);
  mapInPlace(graph, expr::BinaryOp(op, expr::_1, expr::_2), {a, b}, prog, di.context(), options);
}
void mapInPlace(Graph &graph, expr::TernaryOpType op, const Tensor &a, const Tensor &b, const Tensor &c, Sequence &prog,
                const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, op, a, b, c, options);
  mapInPlace(graph, expr::TernaryOp(op, expr::_1, expr::_2, expr::_3), {a, b, c}, prog, di.context(), options);
}
void mapInPlace(Graph &graph, const std::vector<expr::Any> &exprs, const Tensors &ts, Sequence &prog,
                const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, exprs, ts, options);
  if (ts.size() < exprs.size())
    throw poplibs_error("popops::mapInPlace: " + std::to_string(exprs.size()) + " expressions but only " +
                        std::to_string(ts.size()) + " tensors to store the results to");
  evaluate("popops::mapInPlace", graph, pointers(exprs), ts,
           Tensors(ts.begin(), ts.begin() + static_cast<std::ptrdiff_t>(exprs.size())), prog, di.context(), options);
}

void mapWithOutput(Graph &graph, const expr::Expr &e, const Tensors &ts, const Tensor &out, Sequence &prog,
                   const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, e, ts, out, options);
  evaluate("popops::mapWithOutput", graph, {&e}, ts, {out}, prog, di.context(), options);
}
void mapWithOutput(Graph &graph, expr::UnaryOpType op, const Tensor &in, const Tensor &out, Sequence &prog,
                   const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, op, in, out, options);
  mapWithOutput(graph, expr::UnaryOp(op, expr::_1), {in}, out, prog, di.context(), options);
}
void mapWithOutput(Graph &graph, expr::BinaryOpType op, const Tensor &a, const Tensor &b, const Tensor &out,
                   Sequence &prog, const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, op, a, b, out, options);
  mapWithOutput(graph, expr::BinaryOp(op, expr::_1, expr::_2), {a, b}, out, prog, di.context(), options);
}
void mapWithOutput(Graph &graph, expr::TernaryOpType op, const Tensor &a, const Tensor &b, const Tensor &c,
                   const Tensor &out, Sequence &prog, const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, op, a, b, c, out, options);
  mapWithOutput(graph, expr::TernaryOp(op, expr::_1, expr::_2, expr::_3), {a, b, c}, out, prog, di.context(), options);
}
void mapWithOutput(Graph &graph, const std::vector<expr::Any> &exprs, const Tensors &ts, const Tensors &outs,
                   Sequence &prog, const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, exprs, ts, outs, options);
  if (outs.size() != exprs.size())
    throw poplibs_error("popops::mapWithOutput: " + std::to_string(exprs.size()) + " expressions but " +
                        std::to_string(outs.size()) + " tensors to store the results to");
  evaluate("popops::mapWithOutput", graph, pointers(exprs), ts, outs, prog, di.context(), options);
}

void outputGeneratedCodelet(const poplar::Target &, const expr::Expr &e, const Tensors &ts, const OptionFlags &options,
                            std::ostream &os) {
  const std::string function = "popops::outputGeneratedCodelet";
  const MapOptions parsed = parseMapOptions(function, options);
  for (const Tensor &t : ts)
    if (!t.valid()) throw poplibs_error(function + ": the argument ts has an invalid tensor; it refers to no variable");
  commonShape(function, ts);
  MapRequest request;
  request.function = function;
  request.ts = ts;
  const Type type = inferType(function, e, ts);
  if (type == Type())
    throw poplibs_error(function + ": the type of the expression cannot be told, as it has only constants; use Cast");
  request.outputs.push_back(type);
  request.exprs.push_back(parsed.simplify ? simplify(function, e, ts) : e.clone());
  std::vector<MapOperand> operands;
  for (const Tensor &t : ts) {
    request.operandOf.push_back(static_cast<unsigned>(operands.size()));
    operands.push_back({t.elementType(), t.numElements() == 1 ? OperandForm::Scalar : OperandForm::Full, 0});
  }
  os << mapCodeletSource(request, operands, LoopForm::Flat);
}

namespace {

Tensor oneElement(const char *function, const Tensor &epsilon) {
  if (epsilon.numElements() != 1)
    throw poplibs_error(std::string(function) + ": an epsilon of shape " + epsilon.shapeToString() +
                        "; it must have one element");
  return epsilon.reshape({});
}

} // namespace

Tensor varianceToInvStdDev(Graph &graph, const Tensor &src, float epsilon, Sequence &prog, const Type &dstType,
                           const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, src, epsilon, dstType);
  using namespace expr;
  return di.output(
      map(graph, Cast(Rsqrt(Add(Cast(_1, poplar::FLOAT), Const(epsilon))), dstType), {src}, prog, di.context()));
}
Tensor invStdDevToVariance(Graph &graph, const Tensor &src, float epsilon, Sequence &prog, const Type &dstType,
                           const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, src, epsilon, dstType);
  using namespace expr;
  return di.output(
      map(graph, Cast(Sub(Inv(Square(Cast(_1, poplar::FLOAT))), Const(epsilon)), dstType), {src}, prog, di.context()));
}
Tensor varianceToInvStdDev(Graph &graph, const Tensor &src, const Tensor &epsilon, Sequence &prog, const Type &dstType,
                           const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, src, epsilon, dstType);
  using namespace expr;
  return di.output(map(graph, Cast(Rsqrt(Add(Cast(_1, poplar::FLOAT), Cast(_2, poplar::FLOAT))), dstType),
                       {src, oneElement("popops::varianceToInvStdDev", epsilon)}, prog, di.context()));
}
Tensor invStdDevToVariance(Graph &graph, const Tensor &src, const Tensor &epsilon, Sequence &prog, const Type &dstType,
                           const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, src, epsilon, dstType);
  using namespace expr;
  return di.output(map(graph, Cast(Sub(Inv(Square(Cast(_1, poplar::FLOAT))), Cast(_2, poplar::FLOAT)), dstType),
                       {src, oneElement("popops::invStdDevToVariance", epsilon)}, prog, di.context()));
}

} // namespace popops
