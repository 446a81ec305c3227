// The product of a matrix and a vector, as the public tutorial on its optimisation has it: rows are cut into pieces of
// columns so that all workers of all tiles have work, one plain C++ vertex multiplies one piece, a second compute set
// adds what belongs together. Matrix and vectors lie linearly over the tiles, vertices too, all first pieces before all
// second ones; so the exchange brings nearly every piece to its vertex.
#include <algorithm>
#include <limits>
#include <poplar/Target.hpp>
#include <poputil/TileMapping.hpp>

#include "simulator/validate/Bench.hpp"
#include "simulator/validate/Experiments.hpp"

namespace popgraph::validate {

using namespace poplar;
using popgraph::profile::StepKind;

namespace {

constexpr std::size_t kRows = 10000, kColumns = 1000;

/// Pieces of a row for which the busiest tile ends first: an instruction for each of load, load, multiply, add, about
/// twenty for a vertex, and a cycle for each partial sum that has to be fetched.
std::size_t bestSplit(const Target &target) {
  const auto up = [](std::size_t a, std::size_t b) { return (a + b - 1) / b; };
  const std::size_t tiles = target.getNumTiles(), workers = target.getNumWorkerContexts();
  std::size_t best = 1, bestCost = std::numeric_limits<std::size_t>::max();
  for (std::size_t split = 1; split <= kColumns; ++split) {
    const std::size_t rounds = up(up(kRows * split, tiles), workers);
    const std::size_t cost = rounds * 6 * (4 * up(kColumns, split) + 20) + up(kRows, tiles) * split;
    if (cost < bestCost) {
      best = split;
      bestCost = cost;
    }
  }
  return best;
}

struct Means {
  double compute, exchange;
};

Means measure(const char *machine) {
  Bench bench(machine);
  Graph &graph = bench.graph();
  bench.codelets(R"(
struct Piece : public Vertex {
  Input<Vector<float>> row, in;
  Output<float> sum;
  bool compute() {
    float total = 0;
    for (unsigned i = 0; i < row.size(); ++i) total += row[i] * in[i];
    *sum = total;
    return true;
  }
};
struct Total : public Vertex {
  Input<Vector<float>> sums;
  Output<float> out;
  bool compute() {
    float total = 0;
    for (unsigned i = 0; i < sums.size(); ++i) total += sums[i];
    *out = total;
    return true;
  }
};
)");
  const std::size_t tiles = bench.tiles(), split = bestSplit(graph.getTarget());
  Tensor matrix = graph.addVariable(FLOAT, {kRows, kColumns}), in = graph.addVariable(FLOAT, {kColumns});
  Tensor out = graph.addVariable(FLOAT, {kRows}), sums = graph.addVariable(FLOAT, {kRows, split});
  poputil::mapTensorLinearly(graph, matrix);
  poputil::mapTensorLinearly(graph, in);
  poputil::mapTensorLinearly(graph, out);
  ComputeSet multiply = graph.addComputeSet("multiply"), add = graph.addComputeSet("add");
  for (std::size_t piece = 0; piece < split; ++piece) {
    const std::size_t begin = piece * kColumns / split, end = (piece + 1) * kColumns / split;
    for (std::size_t row = 0; row < kRows; ++row) {
      const std::size_t tile = (piece * kRows + row) * tiles / (kRows * split);
      VertexRef vertex = bench.vertex(multiply, "Piece", static_cast<unsigned>(tile));
      graph.connect(vertex["row"], matrix[row].slice(begin, end));
      graph.connect(vertex["in"], in.slice(begin, end));
      graph.connect(vertex["sum"], sums[row][piece]);
      graph.setTileMapping(sums[row][piece], static_cast<unsigned>(tile));
    }
  }
  for (std::size_t row = 0; row < kRows; ++row) {
    VertexRef vertex = bench.vertex(add, "Total", static_cast<unsigned>(row * tiles / kRows));
    graph.connect(vertex["sums"], sums[row]);
    graph.connect(vertex["out"], out[row]);
  }
  const profiler::Model model = bench.profile(program::Sequence{program::Execute(multiply), program::Execute(add)});
  return {meanCycles(model, StepKind::Compute), meanCycles(model, StepKind::Exchange)};
}

const Means &means(const char *machine) {
  static const Means both = measure(machine);
  return both;
}

} // namespace

double matrixVectorCompute(const char *machine) { return means(machine).compute; }
double matrixVectorExchange(const char *machine) { return means(machine).exchange; }

} // namespace popgraph::validate
