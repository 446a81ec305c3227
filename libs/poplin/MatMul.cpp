// Matrix products: planned blocks, one vertex per tile (and group), then the sum of partial results.
//
//        B  k x n                    tile (m, n, k) computes block (m, n) of the result
//        +---+---+                   from block (m, k) of A and block (k, n) of B
//      k |   |   |
//        +---+---+
//   A    |   |   |
//  +--+--+---+---+
//  |  |  |   |   | m                 with several blocks along k, the tiles of one result block
//  +--+--+---+---+                   add up shares of their partial results
//    k      n
//
// On the matrix unit a block of B lies in panels of as many columns as there are units, and a tile may take its blocks
// along k one after the other, so that they share memory.
#include <poplin/MatMul.hpp>
#include "libs/poplin/detail/BlockedMatrix.hpp"
#include "libs/poplin/detail/MatMulPlan.hpp"
#include <popops/Cast.hpp>
#include <popops/Reduce.hpp>
#include <popops/ScaledAdd.hpp>
#include <poputil/VertexTemplates.hpp>
#include <poputil/detail/ShapeText.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>
#include <map>
#include <ostream>

namespace poplin {

using namespace detail;
using poplar::DebugContext;
using poplar::Graph;
using poplar::OptionFlags;
using poplar::Tensor;
using poplar::Type;
using poplar::program::Sequence;
using poputil::poplibs_error;
using poputil::detail::shapeText;
using Shape = std::vector<std::size_t>;

namespace {

// A share of a block smaller than this is not worth a message.
constexpr std::size_t kMinElementsPerShare = 8;

Problem makeProblem(const std::string &function, const Type &input, const Type &output, const Shape &a, const Shape &b,
                    bool grouped) {
  const std::size_t rank = grouped ? 3 : 2, first = grouped ? 1 : 0;
  if (a.size() != rank || b.size() != rank || (grouped && a[0] != b[0]) || a[first + 1] != b[first])
    throw poplibs_error(function + ": A of shape " + shapeText(a) + " times B of shape " + shapeText(b) + "; " +
                        (grouped ? "[g,m,k] and [g,k,n]" : "[m,k] and [k,n]") + " would be right");
  for (const Type &type : {input, output})
    if (type != poplar::HALF && type != poplar::FLOAT)
      throw poplibs_error(function + ": a matrix of type " + type.toString() + "; half and float can be multiplied");
  return {grouped ? a[0] : 1, a[first], a[first + 1], b[first + 1], input, output};
}

struct Range {
  std::size_t begin, end;
  std::size_t size() const { return end - begin; }
};
Range blockRange(std::size_t size, std::size_t block, std::size_t index) {
  return {std::min(size, index * block), std::min(size, (index + 1) * block)};
}

Tensor blockOf(const Tensor &matrix, std::size_t group, Range rows, Range columns) {
  return matrix.slice({group, rows.begin, columns.begin}, {group + 1, rows.end, columns.end}).flatten();
}

/// Spreads a flat block evenly over the tiles that use it.
void spread(Graph &graph, const Tensor &block, const std::vector<unsigned> &tiles) {
  const std::size_t elements = block.numElements();
  const std::size_t shares =
      std::clamp<std::size_t>(elements / kMinElementsPerShare, 1, tiles.size());
  for (std::size_t i = 0; i != shares; ++i) {
    // Shares start at even elements: two floats or four halves lie in one memory word.
    const std::size_t begin = elements * i / shares / 4 * 4;
    const std::size_t end = i + 1 == shares ? elements : elements * (i + 1) / shares / 4 * 4;
    if (begin != end)
      graph.setTileMapping(block.slice(begin, end), tiles[i]);
  }
}

enum class Operand { Left, Right, Output };

/// Memory order of a matrix: blocks of the plan, those of the right operand in panels for the matrix unit.
BlockedMatrix layOut(Graph &graph, const Problem &problem, const Plan &plan, const Type &partial, Operand which,
                     const Type &type, const DebugContext &debugContext) {
  const bool left = which == Operand::Left, right = which == Operand::Right;
  const bool unit = plan.method.units != 0;
  // The matrix unit's results have rows that start at multiples of 8 bytes.
  const std::size_t n = which == Operand::Output && unit ? alignedElements(graph.getTarget(), partial, problem.n)
                                                         : problem.n;
  return BlockedMatrix(graph, type, problem.groups, right ? problem.k : problem.m, left ? problem.k : n,
                       right ? plan.kBlock : plan.mBlock,
                       left ? plan.kBlock : right && unit ? plan.method.units : plan.nBlock, debugContext);
}

/// A matrix {groups, rows, columns} in the memory order and on the tiles of the plan; results may have columns more.
BlockedMatrix createOperand(Graph &graph, const Problem &problem, const Plan &plan, const Type &partial, Operand which,
                            const Type &type, const DebugContext &debugContext) {
  const BlockedMatrix matrix = layOut(graph, problem, plan, partial, which, type, debugContext);
  const bool left = which == Operand::Left, right = which == Operand::Right;
  const std::size_t panels = right && plan.method.units ? plan.nBlock / plan.method.units : 1; // of a tile
  std::vector<unsigned> users;
  for (std::size_t g = 0; g != problem.groups; ++g)
    for (std::size_t r = 0; r != matrix.rowBlocks(); ++r)
      for (std::size_t c = 0; c < matrix.columnBlocks(); c += panels) {
        users.clear();
        if (left)
          for (std::size_t n = 0; n != plan.nSplit; ++n)
            users.push_back(plan.tile(g, r, n, c));
        else if (right)
          for (std::size_t m = 0; m != plan.mSplit; ++m)
            users.push_back(plan.tile(g, m, c / panels, r));
        else
          for (std::size_t k = 0; k != plan.kSplit; ++k)
            users.push_back(plan.tile(g, r, c, k * plan.serial));
        spread(graph, matrix.blocks(g, r, c, panels), users);
      }
  return matrix;
}

/// What one vertex multiplies: elements of the operands.
struct Block {
  std::size_t group;
  Range rows, depth, columns;
};

/// The vertices of one product.
class Multiplier {
public:
  Multiplier(Graph &graph, const Plan &plan, const Type &partial, const Tensor &a, const Tensor &b)
      : graph_(graph), plan_(plan), partial_(partial), a_(a), b_(b) {}

  /// out = a * b on a tile, or with `adds` out += a * b.
  void add(poplar::ComputeSet cs, unsigned tile, const Block &block, const Tensor &out, bool adds) {
    const Method &method = plan_.method;
    const poplar::VertexRef vertex = graph_.addVertex(
        cs, method.units ? poputil::templateVertex("poplin::MatMulUnit", a_.elementType(), partial_, method.units,
                                                   method.loadBytes, adds)
                         : poputil::templateVertex("poplin::MatMulBlock", a_.elementType(), out.elementType()));
    graph_.setTileMapping(vertex, tile);
    graph_.connect(vertex["a"], left(tile, block));
    graph_.connect(vertex["b"], right(block));
    graph_.connect(vertex["out"], out);
    graph_.setInitialValue(vertex["m"], static_cast<unsigned>(block.rows.size()));
    graph_.setInitialValue(vertex["k"], static_cast<unsigned>(block.depth.size()));
    graph_.setInitialValue(vertex["n"], static_cast<unsigned>(block.columns.size()));
  }

private:
  /// Rows of the left operand, for the matrix unit each with zeros up to a multiple of 8 bytes.
  Tensor left(unsigned tile, const Block &block) {
    const Tensor rows = blockOf(a_, block.group, block.rows, block.depth);
    const std::size_t k = block.depth.size(), padding = alignedElements(graph_.getTarget(), a_.elementType(), k) - k;
    if (!plan_.method.units || padding == 0) return rows;
    const std::size_t m = block.rows.size();
    return poplar::concat(rows.reshape({m, k}), zeros(tile, padding).expand({0}).broadcast(static_cast<unsigned>(m), 0),
                          1)
        .flatten();
  }
  /// A block of the right operand, for the matrix unit panel after panel.
  Tensor right(const Block &block) {
    if (!plan_.method.units) return blockOf(b_, block.group, block.depth, block.columns);
    std::vector<Tensor> panels;
    for (std::size_t c = block.columns.begin; c < block.columns.end; c += plan_.method.units)
      panels.push_back(blockOf(b_, block.group, block.depth,
                               {c, std::min<std::size_t>(c + plan_.method.units, block.columns.end)}));
    return panels.size() == 1 ? panels[0] : poplar::concat(panels);
  }
  Tensor zeros(unsigned tile, std::size_t elements) {
    Tensor &constant = zeros_[tile];
    if (!constant.valid()) {
      constant = graph_.addConstant(a_.elementType(), {elements}, 0.0f, "zeros");
      graph_.setTileMapping(constant, tile);
    }
    return constant;
  }

  Graph &graph_;
  const Plan &plan_;
  Type partial_;
  const Tensor &a_, &b_;
  std::map<unsigned, Tensor> zeros_; ///< by tile: a copy from elsewhere would cost more than they take
};

/// The product of rank 3 operands.
Tensor multiply(Graph &graph, const Problem &problem, const Plan &plan, const MatMulOptions &options, const Tensor &a,
                const Tensor &b, Sequence &prog, const DebugContext &debugContext) {
  const DebugContext context(debugContext, "MatMul");
  const Type partial = partialType(problem, options);
  const BlockedMatrix out =
      createOperand(graph, problem, plan, partial, Operand::Output, problem.output, {context, "out"});
  const Tensor result = out.view().slice(0, problem.n, 2);
  if (out.storage().numElements() == 0)
    return result;
  const bool reduced = plan.kSplit > 1, cast = !reduced && plan.method.units && partial != problem.output;
  // Partial results lie like the result, block after block: a block is one run and the sums are simple views.
  const Tensor partials = reduced || cast ? graph.addVariable(partial, {plan.kSplit, out.storage().numElements()},
                                                              {context, "partials"})
                                          : out.storage().expand({0});
  std::vector<poplar::ComputeSet> sets;
  for (std::size_t s = 0; s != plan.serial; ++s)
    sets.push_back(graph.addComputeSet({context, plan.serial == 1 ? "Multiply" : "Multiply/" + std::to_string(s)}));
  Multiplier multiplier(graph, plan, partial, a, b);
  for (std::size_t g = 0; g != problem.groups; ++g)
    for (std::size_t mi = 0; mi != plan.mSplit; ++mi)
      for (std::size_t ni = 0; ni != plan.nSplit; ++ni) {
        Block block{g, blockRange(problem.m, plan.mBlock, mi), {}, blockRange(problem.n, plan.nBlock, ni)};
        const std::size_t offset = out.blockOffset(g, mi, ni), elements = out.blockSize(mi, ni);
        for (std::size_t ki = 0; ki != plan.kSplit; ++ki) {
          const unsigned tile = plan.tile(g, mi, ni, ki * plan.serial);
          const Tensor target = partials[ki].slice(offset, offset + elements);
          if (reduced || cast)
            graph.setTileMapping(target, tile);
          for (std::size_t s = 0; s != plan.serial; ++s) {
            block.depth = blockRange(problem.k, plan.kBlock, ki * plan.serial + s);
            if (s == 0 || block.depth.size() != 0)
              multiplier.add(sets[s], tile, block, target, s != 0);
          }
        }
      }
  for (const poplar::ComputeSet &set : sets)
    prog.add(poplar::program::Execute(set, context));
  if (reduced)
    popops::reduceWithOutput(graph, partials, out.storage(), {0}, popops::Operation::ADD, prog, context);
  else if (cast)
    prog.add(popops::cast(graph, partials[0], out.storage(), context));
  return result;
}

Tensor product(const std::string &function, Graph &graph, const Tensor &A, const Tensor &B, const Type &outputType,
               bool grouped, Sequence &prog, const DebugContext &debugContext, const OptionFlags &optionFlags,
               PlanningCache *cache) {
  if (!A.valid() || !B.valid())
    throw poplibs_error(function + ": an operand is an invalid tensor");
  if (A.elementType() != B.elementType())
    throw poplibs_error(function + ": A has the type " + A.elementType().toString() + " and B " +
                        B.elementType().toString() + "; they must be equal");
  const MatMulOptions options = parseMatMulOptions(function, optionFlags);
  const Problem problem = makeProblem(function, A.elementType(), outputType, A.shape(), B.shape(), grouped);
  const Plan plan = planMatMul(graph.getTarget(), problem, options, cache);
  const Tensor result = multiply(graph, problem, plan, options, grouped ? A : A.expand({0}),
                                 grouped ? B : B.expand({0}), prog, debugContext);
  return grouped ? result : result[0];
}

Tensor create(const std::string &function, Graph &graph, Operand which, const Type &inputType, const Type &outputType,
              const Shape &aShape, const Shape &bShape, bool grouped, const DebugContext &debugContext,
              const OptionFlags &optionFlags, PlanningCache *cache) {
  const MatMulOptions options = parseMatMulOptions(function, optionFlags);
  const Problem problem = makeProblem(function, inputType, outputType, aShape, bShape, grouped);
  const Plan plan = planMatMul(graph.getTarget(), problem, options, cache);
  const Tensor result =
      createOperand(graph, problem, plan, partialType(problem, options), which,
                    which == Operand::Output ? outputType : inputType, debugContext)
          .view()
          .slice(0, which == Operand::Left ? problem.k : problem.n, 2);
  return grouped ? result : result[0];
}

void copyTo(const std::string &function, const Tensor &result, const Tensor &out, Sequence &prog,
            const DebugContext &debugContext) {
  if (result.shape() != out.shape())
    throw poplibs_error(function + ": the product has the shape " + result.shapeToString() + " but out has " +
                        out.shapeToString());
  prog.add(poplar::program::Copy(result, out, false, debugContext));
}

template <class Factor>
void accumulate(const std::string &function, Graph &graph, const Tensor &C, const Factor &k, const Tensor &A,
                const Tensor &B, bool grouped, Sequence &prog, const DebugContext &debugContext,
                const OptionFlags &options, PlanningCache *cache) {
  const Tensor result =
      product(function, graph, A, B, C.elementType(), grouped, prog, debugContext, options, cache);
  if (result.shape() != C.shape())
    throw poplibs_error(function + ": the product has the shape " + result.shapeToString() + " but C has " +
                        C.shapeToString());
  popops::scaledAddTo(graph, C, result, k, prog, debugContext);
}

void reportPlan(const std::string &function, std::ostream &out, const Graph &graph, const Type &inputType,
                const Type &outputType, const Shape &aShape, const Shape &bShape, bool grouped,
                const OptionFlags &optionFlags, PlanningCache *cache) {
  const MatMulOptions options = parseMatMulOptions(function, optionFlags);
  const Problem problem = makeProblem(function, inputType, outputType, aShape, bShape, grouped);
  const Plan plan = planMatMul(graph.getTarget(), problem, options, cache);
  out << "matrix product " << shapeText(aShape) << " x " << shapeText(bShape) << " of " << inputType << " to "
      << outputType << "\n  blocks (groups, m, k, n): " << plan.groupSplit << " x " << plan.mSplit << " x "
      << plan.kSplit << " x " << plan.nSplit << " on " << plan.tiles() << " tiles"
      << (plan.serial > 1 ? ", " + std::to_string(plan.serial) + " blocks along k in turn" : "") << ", "
      << (plan.method.units ? "matrix unit" : "vector code") << "\n  elements of a block:      " << plan.groupBlock << " x " << plan.mBlock << " x " << plan.kBlock << " x "
      << plan.nBlock << "\n  estimated cycles:         " << static_cast<std::uint64_t>(plan.cycles) << " (exchange "
      << static_cast<std::uint64_t>(plan.exchangeCycles) << ", multiply "
      << static_cast<std::uint64_t>(plan.computeCycles) << ", add partial results "
      << static_cast<std::uint64_t>(plan.reduceCycles) << ")\n  temporary bytes per tile: "
      << static_cast<std::uint64_t>(plan.temporaryBytes) << "\n";
}

} // namespace

Tensor matMul(Graph &graph, const Tensor &A, const Tensor &B, Sequence &prog, const Type &outputType,
              const DebugContext &debugContext, const OptionFlags &options, PlanningCache *cache) {
  return product("poplin::matMul", graph, A, B, outputType, false, prog, debugContext, options, cache);
}

Tensor matMul(Graph &graph, const Tensor &A, const Tensor &B, Sequence &prog, const DebugContext &debugContext,
              const OptionFlags &options, PlanningCache *cache) {
  return matMul(graph, A, B, prog, A.elementType(), debugContext, options, cache);
}

void matMulWithOutput(Graph &graph, const Tensor &A, const Tensor &B, Tensor &out, Sequence &prog,
                      const DebugContext &debugContext, const OptionFlags &options, PlanningCache *cache) {
  const char *function = "poplin::matMulWithOutput";
  copyTo(function, product(function, graph, A, B, out.elementType(), false, prog, debugContext, options, cache), out,
         prog, debugContext);
}

Tensor matMulGrouped(Graph &graph, const Tensor &A, const Tensor &B, Sequence &prog, const Type &outputType,
                     const DebugContext &debugContext, const OptionFlags &options, PlanningCache *cache) {
  return product("poplin::matMulGrouped", graph, A, B, outputType, true, prog, debugContext, options, cache);
}

void matMulGroupedWithOutput(Graph &graph, const Tensor &A, const Tensor &B, Tensor &out, Sequence &prog,
                             const DebugContext &debugContext, const OptionFlags &options, PlanningCache *cache) {
  const char *function = "poplin::matMulGroupedWithOutput";
  copyTo(function, product(function, graph, A, B, out.elementType(), true, prog, debugContext, options, cache), out,
         prog, debugContext);
}

void matMulAcc(Graph &graph, const Tensor &C, float k, const Tensor &A, const Tensor &B, Sequence &prog,
               const DebugContext &debugContext, const OptionFlags &options, PlanningCache *cache) {
  accumulate("poplin::matMulAcc", graph, C, k, A, B, false, prog, debugContext, options, cache);
}

void matMulAcc(Graph &graph, const Tensor &C, const Tensor &k, const Tensor &A, const Tensor &B, Sequence &prog,
               const DebugContext &debugContext, const OptionFlags &options, PlanningCache *cache) {
  accumulate("poplin::matMulAcc", graph, C, k, A, B, false, prog, debugContext, options, cache);
}

void matMulGroupedAcc(Graph &graph, const Tensor &C, float k, const Tensor &A, const Tensor &B, Sequence &prog,
                      const DebugContext &debugContext, const OptionFlags &options, PlanningCache *cache) {
  accumulate("poplin::matMulGroupedAcc", graph, C, k, A, B, true, prog, debugContext, options, cache);
}

void matMulGroupedAcc(Graph &graph, const Tensor &C, const Tensor &k, const Tensor &A, const Tensor &B,
                      Sequence &prog, const DebugContext &debugContext, const OptionFlags &options,
                      PlanningCache *cache) {
  accumulate("poplin::matMulGroupedAcc", graph, C, k, A, B, true, prog, debugContext, options, cache);
}

#define POPLIN_CREATE(function, which, grouped)                                                                      \
  Tensor function(Graph &graph, const Type &inputType, const Type &outputType, const Shape &aShape,                  \
                  const Shape &bShape, const DebugContext &debugContext, const OptionFlags &options,                 \
                  PlanningCache *cache) {                                                                            \
    return create("poplin::" #function, graph, Operand::which, inputType, outputType, aShape, bShape, grouped,       \
                  debugContext, options, cache);                                                                     \
  }
#define POPLIN_CREATE_ONE_TYPE(function)                                                                             \
  Tensor function(Graph &graph, const Type &dataType, const Shape &aShape, const Shape &bShape,                      \
                  const DebugContext &debugContext, const OptionFlags &options, PlanningCache *cache) {              \
    return function(graph, dataType, dataType, aShape, bShape, debugContext, options, cache);                        \
  }
POPLIN_CREATE(createMatMulInputLHS, Left, false)
POPLIN_CREATE(createMatMulInputRHS, Right, false)
POPLIN_CREATE(createMatMulOutput, Output, false)
POPLIN_CREATE(createMatMulGroupedInputLHS, Left, true)
POPLIN_CREATE(createMatMulGroupedInputRHS, Right, true)
POPLIN_CREATE(createMatMulGroupedOutput, Output, true)
POPLIN_CREATE_ONE_TYPE(createMatMulInputLHS)
POPLIN_CREATE_ONE_TYPE(createMatMulInputRHS)
POPLIN_CREATE_ONE_TYPE(createMatMulOutput)

Tensor preArrangeMatMulInputRHS(Graph &graph, const Shape &aShape, const Tensor &B, Sequence &prog,
                                const Type &outputType, const DebugContext &debugContext, const OptionFlags &options,
                                PlanningCache *cache) {
  const Tensor result = create("poplin::preArrangeMatMulInputRHS", graph, Operand::Right, B.elementType(), outputType,
                               aShape, B.shape(), false, debugContext, options, cache);
  prog.add(poplar::program::Copy(B, result, false, debugContext));
  return result;
}

Tensor preArrangeMatMulInputRHS(Graph &graph, const Shape &aShape, const Tensor &B, Sequence &prog,
                                const DebugContext &debugContext, const OptionFlags &options, PlanningCache *cache) {
  return preArrangeMatMulInputRHS(graph, aShape, B, prog, B.elementType(), debugContext, options, cache);
}

Tensor preArrangeMatMulGroupedInputRHS(Graph &graph, const Shape &aShape, const Tensor &B, Sequence &prog,
                                       const Type &outputType, const DebugContext &debugContext,
                                       const OptionFlags &options, PlanningCache *cache) {
  const Tensor result = create("poplin::preArrangeMatMulGroupedInputRHS", graph, Operand::Right, B.elementType(),
                               outputType, aShape, B.shape(), true, debugContext, options, cache);
  prog.add(poplar::program::Copy(B, result, false, debugContext));
  return result;
}

Tensor transposeGroupedMatrix(const Tensor &A) {
  if (A.rank() != 3)
    throw poplibs_error("poplin::transposeGroupedMatrix: a tensor of shape " + A.shapeToString() +
                        "; rank 3 would be right");
  return A.dimShuffle({0, 2, 1});
}

void matMulReportPlan(std::ostream &out, const Graph &graph, const Type &inputType, const Type &outputType,
                      const Shape &aShape, const Shape &bShape, const OptionFlags &options, PlanningCache *cache) {
  reportPlan("poplin::matMulReportPlan", out, graph, inputType, outputType, aShape, bShape, false, options, cache);
}

void matMulGroupedReportPlan(std::ostream &out, const Graph &graph, const Type &inputType, const Type &outputType,
                             const Shape &aShape, const Shape &bShape, const OptionFlags &options,
                             PlanningCache *cache) {
  reportPlan("poplin::matMulGroupedReportPlan", out, graph, inputType, outputType, aShape, bShape, true, options,
             cache);
}

void preplanMatMuls(const std::set<MatMulPlanParams> &matmuls, matmul::PlanningCache &cache) {
  for (const MatMulPlanParams &entry : matmuls) {
    const MatMulParams &params = std::get<1>(entry);
    const char *function = "poplin::preplanMatMuls";
    planMatMul(*std::get<0>(entry),
               makeProblem(function, params.inputType, params.outputType, params.aShape, params.bShape,
                           params.aShape.size() == 3),
               parseMatMulOptions(function, *std::get<2>(entry)), &cache);
  }
}

void matmulValidateOptions(const OptionFlags &options) { parseMatMulOptions("poplin::matMul", options); }

} // namespace poplin
