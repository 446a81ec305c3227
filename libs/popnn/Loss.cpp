#include <popnn/Loss.hpp>
#include <popops/Reduce.hpp>
#include <poputil/VertexTemplates.hpp>
#include <poputil/exceptions.hpp>
#include <vector>

namespace popnn {

using poplar::DebugContext;
using poplar::Graph;
using poplar::Tensor;
using poplar::Type;
using poplar::program::Execute;
using poplar::program::Program;
using poplar::program::Sequence;
using poputil::poplibs_error;

namespace {

bool isReal(Type type) { return type == poplar::HALF || type == poplar::FLOAT; }
bool isLabel(Type type) { return type == poplar::INT || type == poplar::UNSIGNED_INT; }

/// The tile of each row's vertex: where its first element lies, so that a row on one tile stays there.
std::vector<unsigned> tilesOfRows(const Graph &graph, const Tensor &matrix) {
  std::vector<unsigned> tiles(matrix.dim(0));
  const Tensor firsts = matrix.slice(0, 1, 1).flatten();
  const auto mapping = graph.getTileMapping(firsts);
  for (unsigned tile = 0; tile != mapping.size(); ++tile)
    for (const poplar::Interval &rows : mapping[tile])
      for (std::size_t row = rows.begin(); row != rows.end(); ++row)
        tiles[row] = tile;
  // Rows that lie together on few tiles are dealt out, as each takes a vertex.
  std::vector<unsigned> count(mapping.size());
  const std::size_t fair = (matrix.dim(0) + mapping.size() - 1) / mapping.size() + 5;
  unsigned next = 0;
  for (unsigned &tile : tiles)
    if (++count[tile] > fair) {
      while (count[next] >= fair)
        next = (next + 1) % static_cast<unsigned>(mapping.size());
      tile = next;
      ++count[tile];
    }
  return tiles;
}

std::string shapes(const Tensor &outputs, const Tensor &expected) {
  return "modelOutputs of shape " + outputs.shapeToString() + " and type " + outputs.elementType().toString() +
         " with expected of shape " + expected.shapeToString() + " and type " + expected.elementType().toString();
}

void checkOutputs(const std::string &function, const Tensor &outputs, const Tensor &expected, bool labelsOnly) {
  const bool labels = expected.rank() == 1 && isLabel(expected.elementType());
  const bool values = !labelsOnly && expected.rank() == 2 && expected.elementType() == outputs.elementType();
  const bool fits = outputs.rank() == 2 && isReal(outputs.elementType()) && (labels || values) && outputs.dim(1) != 0 &&
                    expected.dim(0) == outputs.dim(0) && (labels || expected.dim(1) == outputs.dim(1));
  if (!fits)
    throw poplibs_error(function + ": " + shapes(outputs, expected) +
                        "; [batch,classes] of half or float with [batch] class numbers of int or unsigned int" +
                        (labelsOnly ? "" : " or with [batch,classes] of the same type") + " would be right");
}

void addAccuracy(const std::string &function, Graph &graph, const Tensor &outputs, const Tensor &expected,
                 const Tensor &numCorrect, Sequence &prog, const DebugContext &context) {
  if (numCorrect.elementType() != poplar::UNSIGNED_INT || numCorrect.numElements() != 1)
    throw poplibs_error(function + ": numCorrect of shape " + numCorrect.shapeToString() + " and type " +
                        numCorrect.elementType().toString() + "; one unsigned int would be right");
  const poplar::ComputeSet cs = graph.addComputeSet({context, "IsCorrect"});
  const Tensor correct = graph.addVariable(poplar::UNSIGNED_INT, {outputs.dim(0)}, {context, "correct"});
  const std::string name =
      poputil::templateVertex("popnn::IsCorrect", outputs.elementType(), expected.elementType());
  const auto tiles = tilesOfRows(graph, outputs);
  for (std::size_t row = 0; row != outputs.dim(0); ++row) {
    const poplar::VertexRef vertex = graph.addVertex(cs, name);
    graph.setTileMapping(vertex, tiles[row]);
    graph.setTileMapping(correct[row], tiles[row]);
    graph.connect(vertex["outputs"], outputs[row]);
    graph.connect(vertex["label"], expected[row]);
    graph.connect(vertex["correct"], correct[row]);
  }
  prog.add(Execute(cs, context));
  popops::reduceWithOutput(graph, correct, numCorrect.reshape({}), {0}, popops::Operation::ADD, prog, context);
}

Program loss(const char *function, Graph &graph, const Tensor &outputs, const Tensor &expected, const Tensor &loss,
             const Tensor &deltas, const Tensor *deltasScale, const Tensor *outputScaling, const Tensor *numCorrect,
             LossType lossType, const DebugContext &debugContext) {
  checkOutputs(function, outputs, expected, numCorrect != nullptr);
  const Type type = outputs.elementType();
  if (loss.rank() != 1 || loss.numElements() != outputs.dim(0) || loss.elementType() != type ||
      deltas.shape() != outputs.shape() || deltas.elementType() != type)
    throw poplibs_error(std::string(function) + ": loss of shape " + loss.shapeToString() + " and deltas of shape " +
                        deltas.shapeToString() + " for outputs of shape " + outputs.shapeToString() +
                        "; [batch] and [batch,classes] of type " + type.toString() + " would be right");
  for (const Tensor *scale : {deltasScale, outputScaling})
    if (scale && (scale->numElements() != 1 || scale->elementType() != type))
      throw poplibs_error(std::string(function) + ": a scale of shape " + scale->shapeToString() + " and type " +
                          scale->elementType().toString() + "; one element of type " + type.toString() +
                          " would be right");
  const DebugContext context(debugContext, lossType == CROSS_ENTROPY_LOSS ? "CrossEntropy" : "SumSquared");
  const bool cross = lossType == CROSS_ENTROPY_LOSS, labels = expected.rank() == 1;
  const std::string name =
      labels ? poputil::templateVertex("popnn::LossOfLabel", type, expected.elementType(), cross)
             : poputil::templateVertex("popnn::LossOfValues", type, cross);
  Sequence prog(context);
  const poplar::ComputeSet cs = graph.addComputeSet({context, "Loss"});
  const auto tiles = tilesOfRows(graph, outputs);
  for (std::size_t row = 0; row != outputs.dim(0); ++row) {
    const poplar::VertexRef vertex = graph.addVertex(cs, name);
    graph.setTileMapping(vertex, tiles[row]);
    graph.connect(vertex["outputs"], outputs[row]);
    graph.connect(vertex[labels ? "label" : "expected"], expected[row]);
    graph.connect(vertex["deltas"], deltas[row]);
    graph.connect(vertex["loss"], loss[row]);
    const std::pair<const char *, const Tensor *> scales[] = {{"deltasScale", deltasScale},
                                                             {"outputScaling", outputScaling}};
    for (const auto &[field, scale] : scales)
      if (scale)
        graph.connect(vertex[field], scale->reshape({}));
      else
        graph.connect(vertex[field], 1.0f);
  }
  prog.add(Execute(cs, context));
  if (numCorrect)
    addAccuracy(function, graph, outputs, expected, *numCorrect, prog, context);
  return prog;
}

std::pair<Tensor, Tensor> extreme(const std::string &function, Graph &graph, const Tensor &input, bool maximum,
                                  Sequence &prog, const DebugContext &debugContext) {
  const Type type = input.elementType();
  if (input.rank() != 2 || input.dim(1) == 0 || !(isReal(type) || isLabel(type)))
    throw poplibs_error(function + ": a tensor of shape " + input.shapeToString() + " and type " + type.toString() +
                        "; [rows,columns] of half, float, int or unsigned int would be right");
  const DebugContext context(debugContext, maximum ? "ArgMax" : "ArgMin");
  const Tensor values = graph.addVariable(type, {input.dim(0)}, {context, "values"});
  const Tensor indices = graph.addVariable(poplar::UNSIGNED_INT, {input.dim(0)}, {context, "indices"});
  const poplar::ComputeSet cs = graph.addComputeSet(context);
  const std::string name = poputil::templateVertex("popnn::Extreme", type, maximum);
  const auto tiles = tilesOfRows(graph, input);
  for (std::size_t row = 0; row != input.dim(0); ++row) {
    const poplar::VertexRef vertex = graph.addVertex(cs, name);
    graph.setTileMapping(vertex, tiles[row]);
    graph.setTileMapping(values[row], tiles[row]);
    graph.setTileMapping(indices[row], tiles[row]);
    graph.connect(vertex["row"], input[row]);
    graph.connect(vertex["value"], values[row]);
    graph.connect(vertex["index"], indices[row]);
  }
  prog.add(Execute(cs, context));
  return {values, indices};
}

constexpr char kCalcLoss[] = "popnn::calcLoss";

} // namespace

Program calcLoss(Graph &graph, const Tensor &modelOutputs, const Tensor &expected, const Tensor &lossOut,
                 const Tensor &deltas, const Tensor &deltasScale, const Tensor &modelOutputScaling, LossType lossType,
                 const DebugContext &debugContext) {
  return loss(kCalcLoss, graph, modelOutputs, expected, lossOut, deltas, &deltasScale, &modelOutputScaling, nullptr,
              lossType, debugContext);
}

Program calcLoss(Graph &graph, const Tensor &modelOutputs, const Tensor &expected, const Tensor &lossOut,
                 const Tensor &deltas, LossType lossType, const DebugContext &debugContext) {
  return loss(kCalcLoss, graph, modelOutputs, expected, lossOut, deltas, nullptr, nullptr, nullptr, lossType,
              debugContext);
}

Program calcLoss(Graph &graph, const Tensor &modelOutputs, const Tensor &expected, const Tensor &lossOut,
                 const Tensor &deltas, const Tensor &deltasScale, const Tensor &modelOutputScaling,
                 const Tensor &numCorrect, LossType lossType, const DebugContext &debugContext) {
  return loss(kCalcLoss, graph, modelOutputs, expected, lossOut, deltas, &deltasScale, &modelOutputScaling,
              &numCorrect, lossType, debugContext);
}

Program calcLoss(Graph &graph, const Tensor &modelOutputs, const Tensor &expected, const Tensor &lossOut,
                 const Tensor &deltas, const Tensor &numCorrect, LossType lossType, const DebugContext &debugContext) {
  return loss(kCalcLoss, graph, modelOutputs, expected, lossOut, deltas, nullptr, nullptr, &numCorrect, lossType,
              debugContext);
}

Program calcAccuracy(Graph &graph, const Tensor &modelOutputs, const Tensor &expected, const Tensor &numCorrect,
                     const DebugContext &debugContext) {
  const std::string function = "popnn::calcAccuracy";
  checkOutputs(function, modelOutputs, expected, true);
  const DebugContext context(debugContext, "Accuracy");
  Sequence prog(context);
  addAccuracy(function, graph, modelOutputs, expected, numCorrect, prog, context);
  return prog;
}

Tensor argMax(Graph &graph, const Tensor &input, Sequence &prog, const DebugContext &debugContext) {
  return extreme("popnn::argMax", graph, input, true, prog, debugContext).second;
}
std::pair<Tensor, Tensor> maxAndArgMax(Graph &graph, const Tensor &input, Sequence &prog,
                                       const DebugContext &debugContext) {
  return extreme("popnn::maxAndArgMax", graph, input, true, prog, debugContext);
}
Tensor argMin(Graph &graph, const Tensor &input, Sequence &prog, const DebugContext &debugContext) {
  return extreme("popnn::argMin", graph, input, false, prog, debugContext).second;
}
std::pair<Tensor, Tensor> minAndArgMin(Graph &graph, const Tensor &input, Sequence &prog,
                                       const DebugContext &debugContext) {
  return extreme("popnn::minAndArgMin", graph, input, false, prog, debugContext);
}

} // namespace popnn
