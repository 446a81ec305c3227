// Regrouping: with groups of `from` lying together, blocks of to x from elements are gathered on tiles, and each block
// is transposed there, so that groups of `to` lie together.
#include <popops/Rearrange.hpp>
#include <poputil/TileMapping.hpp>
#include <poputil/Util.hpp>
#include <poputil/VertexTemplates.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>

namespace popops::rearrange {

using poplar::ComputeSet;
using poplar::DebugContext;
using poplar::Graph;
using poplar::Interval;
using poplar::Tensor;
using poplar::Type;
using poplar::program::Copy;
using poplar::program::Execute;
using poplar::program::Sequence;
using poputil::GroupingInfo;
using poputil::poplibs_error;

namespace {

/// The unsigned type of this size: transpositions only move bits.
Type bitsOf(std::size_t bytes) {
  return bytes == 1   ? poplar::UNSIGNED_CHAR
         : bytes == 2 ? poplar::UNSIGNED_SHORT
         : bytes == 4 ? poplar::UNSIGNED_INT
                      : poplar::UNSIGNED_LONGLONG;
}

Tensor bits(const Graph &graph, const Tensor &t) {
  const Type type = bitsOf(graph.getTarget().getTypeSize(t.elementType()));
  return type == t.elementType() ? t : t.reinterpret(type);
}

bool isWorthIt(const Tensor &t, const GroupingInfo &from, const GroupingInfo &to) {
  const unsigned grain = getMinimumRegroupGrainSize(t.elementType());
  return from.first != to.first && from.second % grain == 0 && to.second % grain == 0 && to.second > 1 &&
         t.dim(from.first) % from.second == 0 && t.dim(to.first) % to.second == 0;
}

} // namespace

bool canUseFastTranspose(const poplar::Target &target, const Type &type, unsigned numRows, unsigned numColumns,
                         unsigned numTranspositions) {
  const std::size_t grain = 8 / std::min<std::size_t>(8, target.getTypeSize(type));
  constexpr unsigned kMost = 0xffff;
  return numRows % grain == 0 && numColumns % grain == 0 && numRows <= kMost && numColumns <= kMost &&
         numTranspositions <= kMost;
}

void addTransposeVertices(Graph &graph, const ComputeSet &cs, const Type &dType, unsigned rows, unsigned cols,
                          const Graph::TileToTensorMapping &mapping,
                          const std::function<std::pair<const Tensor, const Tensor>(std::size_t)> &getInOut,
                          const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, cs, dType, rows, cols);
  const std::size_t bytes = graph.getTarget().getTypeSize(dType);
  const std::string name = poputil::templateVertex("popops::Transpose", bitsOf(bytes));
  for (unsigned tile = 0; tile != mapping.size(); ++tile) {
    std::vector<Tensor> in, out;
    for (const Interval &interval : mapping[tile])
      for (std::size_t i = interval.begin(); i != interval.end(); ++i) {
        const auto pair = getInOut(i);
        POPLIBS_CHECK_TENSORS(graph, pair.first, pair.second);
        for (const Tensor &t : {pair.first, pair.second})
          if (t.numElements() != std::size_t(rows) * cols || t.elementType() != dType)
            throw poplibs_error("popops::rearrange::addTransposeVertices: a tensor of shape " + t.shapeToString() +
                                " and type " + t.elementType().toString() + " for a matrix of " + std::to_string(rows) +
                                " x " + std::to_string(cols) + " elements of type " + dType.toString());
        in.push_back(pair.first.flatten());
        out.push_back(pair.second.flatten());
      }
    if (in.empty()) continue;
    const poplar::VertexRef vertex = graph.addVertex(cs, name);
    graph.setTileMapping(vertex, tile);
    graph.connect(vertex["in"], bits(graph, poplar::concat(in)));
    graph.connect(vertex["out"], bits(graph, poplar::concat(out)));
    graph.setInitialValue(vertex["rows"], rows);
    graph.setInitialValue(vertex["columns"], cols);
    graph.setInitialValue(vertex["matrices"], static_cast<unsigned>(in.size()));
    // Workers take whole matrices; small ones in pairs, so that no two workers store to one word.
    const std::size_t workers = graph.getTarget().getNumWorkerContexts();
    const std::size_t grain = std::size_t(rows) * cols * bytes % 8 == 0 ? 1 : 8;
    graph.setInitialValue(vertex["step"],
                          static_cast<unsigned>(((in.size() + workers - 1) / workers + grain - 1) / grain * grain));
  }
}

Tensor partialTranspose(Graph &graph, const Tensor &in, const ComputeSet &cs, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, in, cs);
  if (in.rank() < 2)
    throw poplibs_error("popops::rearrange::partialTranspose: a tensor of shape " + in.shapeToString() +
                        "; it must have at least 2 dimensions");
  std::vector<std::size_t> shape = in.shape();
  std::swap(shape[shape.size() - 1], shape[shape.size() - 2]);
  const Tensor out = graph.addVariable(in.elementType(), shape, {di.context(), "transposed"});
  if (out.numElements() == 0) return di.output(out);
  const unsigned rows = static_cast<unsigned>(shape[shape.size() - 1]);
  const unsigned cols = static_cast<unsigned>(shape[shape.size() - 2]);
  const std::size_t matrices = in.numElements() / rows / cols;
  const Tensor from = in.reshape({matrices, std::size_t(rows) * cols}),
               to = out.reshape({matrices, std::size_t(rows) * cols});
  const auto mapping = graph.getTileMapping(from.slice(0, 1, 1).flatten());
  for (unsigned tile = 0; tile != mapping.size(); ++tile)
    for (const Interval &interval : mapping[tile]) graph.setTileMapping(to.slice(interval), tile);
  addTransposeVertices(
      graph, cs, in.elementType(), rows, cols, mapping,
      [&](std::size_t i) { return std::pair<const Tensor, const Tensor>(from[i], to[i]); }, di.context());
  return di.output(out);
}

unsigned getMinimumRegroupGrainSize(const Type &type) {
  if (type == poplar::HALF || type == poplar::SHORT || type == poplar::UNSIGNED_SHORT) return 4;
  if (type == poplar::FLOAT || type == poplar::INT || type == poplar::UNSIGNED_INT) return 2;
  if (type == poplar::LONGLONG || type == poplar::UNSIGNED_LONGLONG) return 1;
  return 8;
}

Tensor regroupTensor(Graph &graph, const Tensor &t, std::vector<Copy> &copies, const ComputeSet &transposeCS,
                     const GroupingInfo &from, const GroupingInfo &to, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t, transposeCS, from, to);
  for (const GroupingInfo &group : {from, to})
    if (from.first == to.first || group.first >= t.rank() || group.second == 0 ||
        t.dim(group.first) % group.second != 0)
      throw poplibs_error("popops::rearrange::regroupTensor: groups of " + std::to_string(from.second) +
                          " along dimension " + std::to_string(from.first) + " to groups of " +
                          std::to_string(to.second) + " along dimension " + std::to_string(to.first) +
                          " of a tensor of shape " + t.shapeToString() +
                          "; the dimensions must differ, and groups divide them");
  // {outer dimensions, group along `to`, group along `from`}
  std::vector<std::size_t> factors(t.rank(), 1);
  factors[from.first] = from.second;
  factors[to.first] = to.second;
  const unsigned rank = t.rank();
  std::vector<unsigned> order;
  for (unsigned d = 0; d != rank; ++d) order.push_back(d);
  for (unsigned d = 0; d != rank; ++d)
    if (d != from.first && d != to.first) order.push_back(rank + d);
  order.push_back(rank + to.first);
  order.push_back(rank + from.first);
  const Tensor blocks = poputil::factorDims(t, factors).dimShuffle(order);
  const Tensor gathered = graph.addVariable(t.elementType(), blocks.shape(), {di.context(), "gathered"});
  const std::size_t block = std::size_t(from.second) * to.second;
  const Tensor flat = gathered.reshape({t.numElements() / block, block});
  const auto mapping = poputil::calcLinearTileMapping(
      graph, {flat.dim(0)}, 1, 1,
      static_cast<unsigned>(poputil::chooseMappingOffset(graph.getTarget().getNumTiles(), t.shape())));
  for (unsigned tile = 0; tile != mapping.size(); ++tile)
    for (const Interval &interval : mapping[tile]) graph.setTileMapping(flat.slice(interval), tile);
  copies.emplace_back(blocks, gathered, false, di.context());
  Tensor result = partialTranspose(graph, gathered, transposeCS, di.context()); // {.., from, to}
  std::vector<unsigned> back(2 * rank);
  for (unsigned i = 0; i != order.size(); ++i) back[order[i]] = i;
  std::swap(back[rank + to.first], back[rank + from.first]);
  return di.output(poputil::unfactorDims(result.dimShuffle(back), rank));
}

Tensor regroupTensor(Graph &graph, const Tensor &t, Sequence &copies, const ComputeSet &transposeCS,
                     const GroupingInfo &from, const GroupingInfo &to, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t, transposeCS, from, to);
  std::vector<Copy> list;
  const Tensor result = regroupTensor(graph, t, list, transposeCS, from, to, di.context());
  for (const Copy &copy : list) copies.add(copy);
  return di.output(result);
}

Tensor regroupIfPossible(Graph &graph, const Tensor &t, Sequence &prog, const GroupingInfo &to,
                         const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t, to);
  if (to.first >= t.rank())
    throw poplibs_error("popops::rearrange::regroupIfPossible: dimension " + std::to_string(to.first) +
                        " of a tensor of shape " + t.shapeToString());
  const auto groupings = poputil::detectDimGroupings(graph, t);
  if (groupings.empty() || !isWorthIt(t, groupings[0], to)) return di.output(t);
  const ComputeSet cs = graph.addComputeSet({di.context(), "Regroup"});
  const Tensor result = regroupTensor(graph, t, prog, cs, groupings[0], to, di.context());
  prog.add(Execute(cs, di.context()));
  return di.output(result);
}

Tensor regroupIfBeneficial(Graph &graph, const Tensor &in, const Tensor &ref, std::vector<Copy> &copies,
                           ComputeSet transposeCS, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, in, ref, transposeCS);
  if (in.shape() != ref.shape())
    throw poplibs_error("popops::rearrange::regroupIfBeneficial: tensors of shapes " + in.shapeToString() + " and " +
                        ref.shapeToString() + "; they must be equal");
  const auto own = poputil::detectDimGroupings(graph, in), wanted = poputil::detectDimGroupings(graph, ref);
  if (own.empty() || wanted.empty() || !isWorthIt(in, own[0], wanted[0])) return di.output(in);
  return di.output(regroupTensor(graph, in, copies, transposeCS, own[0], wanted[0], di.context()));
}

Tensor regroupIfBeneficial(Graph &graph, const Tensor &in, const Tensor &ref, Sequence &prog,
                           const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, in, ref);
  std::vector<Copy> copies;
  const ComputeSet cs = graph.addComputeSet({di.context(), "Regroup"});
  const Tensor result = regroupIfBeneficial(graph, in, ref, copies, cs, di.context());
  for (const Copy &copy : copies) prog.add(copy);
  if (!copies.empty()) prog.add(Execute(cs, di.context()));
  return di.output(result);
}

Tensor regroupIfBeneficial(Graph &graph, const Tensor &in, std::size_t preferredGrouping, Sequence &prog,
                           const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, in, preferredGrouping);
  if (in.rank() == 0 || preferredGrouping == 0)
    throw poplibs_error("popops::rearrange::regroupIfBeneficial: groups of " + std::to_string(preferredGrouping) +
                        " in a tensor of shape " + in.shapeToString());
  return di.output(
      regroupIfPossible(graph, in, prog, {in.rank() - 1, static_cast<unsigned>(preferredGrouping)}, di.context()));
}

} // namespace popops::rearrange
