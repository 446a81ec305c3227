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
#include <poplin/MatMul.hpp>
#include "libs/poplin/detail/BlockedMatrix.hpp"
#include "libs/poplin/detail/MatMulPlan.hpp"
#include <popops/Reduce.hpp>
#include <popops/ScaledAdd.hpp>
#include <poputil/VertexTemplates.hpp>
#include <poputil/detail/ShapeText.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>
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

/// A matrix {groups, rows, columns} in the memory order and on the tiles of the plan.
BlockedMatrix createOperand(Graph &graph, const Problem &problem, const Plan &plan, Operand which, const Type &type,
                            const DebugContext &debugContext) {
  const bool left = which == Operand::Left, right = which == Operand::Right;
  const BlockedMatrix matrix(graph, type, problem.groups, right ? problem.k : problem.m, left ? problem.k : problem.n,
                             right ? plan.kBlock : plan.mBlock, left ? plan.kBlock : plan.nBlock, debugContext);
  std::vector<unsigned> users;
  for (std::size_t g = 0; g != problem.groups; ++g)
    for (std::size_t r = 0; r != matrix.rowBlocks(); ++r)
      for (std::size_t c = 0; c != matrix.columnBlocks(); ++c) {
        users.clear();
        if (left)
          for (std::size_t n = 0; n != plan.nSplit; ++n)
            users.push_back(plan.tile(g, r, n, c));
        else if (right)
          for (std::size_t m = 0; m != plan.mSplit; ++m)
            users.push_back(plan.tile(g, m, c, r));
        else
          for (std::size_t k = 0; k != plan.kSplit; ++k)
            users.push_back(plan.tile(g, r, c, k));
        spread(graph, matrix.block(g, r, c), users);
      }
  return matrix;
}

void addBlockVertex(Graph &graph, poplar::ComputeSet cs, unsigned tile, const Tensor &a, const Tensor &b,
                    const Tensor &out, std::size_t m, std::size_t k, std::size_t n) {
  const poplar::VertexRef vertex =
      graph.addVertex(cs, poputil::templateVertex("poplin::MatMulBlock", a.elementType(), out.elementType()));
  graph.setTileMapping(vertex, tile);
  graph.connect(vertex["a"], a);
  graph.connect(vertex["b"], b);
  graph.connect(vertex["out"], out);
  graph.setInitialValue(vertex["m"], static_cast<unsigned>(m));
  graph.setInitialValue(vertex["k"], static_cast<unsigned>(k));
  graph.setInitialValue(vertex["n"], static_cast<unsigned>(n));
}

/// The product of rank 3 operands.
Tensor multiply(Graph &graph, const Problem &problem, const Plan &plan, const MatMulOptions &options, const Tensor &a,
                const Tensor &b, Sequence &prog, const DebugContext &debugContext) {
  const DebugContext context(debugContext, "MatMul");
  const BlockedMatrix out = createOperand(graph, problem, plan, Operand::Output, problem.output, {context, "out"});
  if (out.storage().numElements() == 0)
    return out.view();
  const poplar::ComputeSet cs = graph.addComputeSet({context, "Multiply"});
  const bool reduced = plan.kSplit > 1;
  const Type partialType = options.halfPartials && problem.input == poplar::HALF ? poplar::HALF : poplar::FLOAT;
  // Partial results lie like the result, block after block: a block is one run and the sums are simple views.
  const Tensor partials =
      reduced ? graph.addVariable(partialType, {plan.kSplit, out.storage().numElements()}, {context, "partials"})
              : Tensor();
  for (std::size_t g = 0; g != problem.groups; ++g)
    for (std::size_t mi = 0; mi != plan.mSplit; ++mi)
      for (std::size_t ni = 0; ni != plan.nSplit; ++ni) {
        const Range rows = blockRange(problem.m, plan.mBlock, mi), columns = blockRange(problem.n, plan.nBlock, ni);
        const std::size_t offset = out.blockOffset(g, mi, ni), elements = out.blockSize(mi, ni);
        for (std::size_t ki = 0; ki != plan.kSplit; ++ki) {
          const Range depth = blockRange(problem.k, plan.kBlock, ki);
          const unsigned tile = plan.tile(g, mi, ni, ki);
          const Tensor target = (reduced ? partials[ki] : out.storage()).slice(offset, offset + elements);
          if (reduced)
            graph.setTileMapping(target, tile);
          addBlockVertex(graph, cs, tile, blockOf(a, g, rows, depth), blockOf(b, g, depth, columns), target,
                         rows.size(), depth.size(), columns.size());
        }
      }
  prog.add(poplar::program::Execute(cs, context));
  if (reduced)
    popops::reduceWithOutput(graph, partials, out.storage(), {0}, popops::Operation::ADD, prog, context);
  return out.view();
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
      createOperand(graph, problem, plan, which, which == Operand::Output ? outputType : inputType,
                    debugContext).view();
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
      << "\n  elements of a block:      " << plan.groupBlock << " x " << plan.mBlock << " x " << plan.kBlock << " x "
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
