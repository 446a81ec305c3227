// Collectives over the IPUs of one replica, each of which holds a row of a tensor.
#include <algorithm>
#include <gcl/Collectives.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <poputil/exceptions.hpp>

#include "libs/gcl/detail/Groups.hpp"
#include "libs/gcl/detail/Reduction.hpp"

namespace gcl {

using poplar::DebugContext;
using poplar::Graph;
using poplar::OptionFlags;
using poplar::Tensor;
using poplar::program::Copy;
using poplar::program::Sequence;
using poputil::poplibs_error;

namespace {

/// The IPU of a tensor's first mapped element; where nothing is mapped, that of the member's number.
unsigned ipuOf(const Graph &graph, const Tensor &t, std::size_t member) {
  const unsigned tilesPerIPU = graph.getTarget().getTilesPerIPU();
  const auto mapping = graph.getTileMapping(t, false);
  for (unsigned tile = 0; tile < mapping.size(); ++tile)
    if (!mapping[tile].empty()) return tile / tilesPerIPU;
  return static_cast<unsigned>(member % graph.getTarget().getNumIPUs());
}

void mapOnIpu(Graph &graph, const Tensor &t, unsigned ipu) {
  const unsigned tilesPerIPU = std::min(graph.getTarget().getTilesPerIPU(), graph.getTarget().getNumTiles());
  Graph onIpu = graph.createVirtualGraph(ipu * tilesPerIPU, (ipu + 1) * tilesPerIPU);
  poputil::mapTensorLinearly(onIpu, t);
}

void check(const std::string &function, const Tensor &toReduce) {
  if (!toReduce.valid()) throw poplibs_error(function + ": the tensor refers to no variable");
  if (toReduce.rank() < 1 || toReduce.dim(0) == 0)
    throw poplibs_error(function + ": a tensor of shape " + toReduce.shapeToString() +
                        "; its outer dimension must be that of the members");
}

} // namespace

Chunks reduceScatterWithinReplica(Graph &graph, const Tensor &toReduce, CollectiveOperator op, Sequence &prog,
                                  const DebugContext &debugContext, const OptionFlags &options) {
  const std::string function = "gcl::reduceScatterWithinReplica";
  check(function, toReduce);
  detail::checkOperator(function, op, toReduce.elementType());
  detail::checkOptions(function, options);
  popops::addCodelets(graph);
  const DebugContext context(debugContext, "reduceScatterWithinReplica");
  const std::size_t members = toReduce.dim(0), elements = toReduce.numElements() / members;
  const Tensor rows = toReduce.reshape({members, elements});
  const Tensor reduced = graph.addVariable(toReduce.elementType(), {elements}, {context, "reduced"});
  Chunks result(static_cast<unsigned>(members));
  result.originalInput = toReduce;
  std::vector<Tensor> own;
  for (std::size_t m = 0; m < members; ++m) {
    const std::size_t begin = elements * m / members, end = elements * (m + 1) / members;
    result.chunks[m] = Chunk(reduced.slice(begin, end), static_cast<unsigned>(m), static_cast<unsigned>(begin));
    own.push_back(rows[m].slice(begin, end));
    if (begin != end) mapOnIpu(graph, result.chunks[m].tensor, ipuOf(graph, rows[m], m));
  }
  if (elements == 0) return result;
  if (op == CollectiveOperator::LOCAL) {
    prog.add(Copy(poplar::concat(own), reduced, false, context));
    return result;
  }
  std::vector<Tensor> parts;
  for (std::size_t m = 0; m < members; ++m) parts.push_back(rows[m]);
  detail::reduceInto(graph, reduced, parts, op, prog, context);
  return result;
}

Tensor allGatherWithinReplica(Graph &graph, const Chunks &toGather, Sequence &prog, const DebugContext &debugContext,
                              const OptionFlags &options) {
  const std::string function = "gcl::allGatherWithinReplica";
  detail::checkOptions(function, options);
  if (toGather.chunks.empty()) throw poplibs_error(function + ": there are no chunks");
  std::vector<const Chunk *> inOrder;
  for (const Chunk &chunk : toGather.chunks) {
    if (!chunk.tensor.valid())
      throw poplibs_error(function + ": the tensor of chunk " + std::to_string(chunk.index) + " refers to no variable");
    inOrder.push_back(&chunk);
  }
  std::stable_sort(inOrder.begin(), inOrder.end(),
                   [](const Chunk *a, const Chunk *b) { return a->offset < b->offset; });
  const DebugContext context(debugContext, "allGatherWithinReplica");
  std::vector<Tensor> parts;
  for (const Chunk *chunk : inOrder) parts.push_back(chunk->tensor.flatten());
  const Tensor whole = poplar::concat(parts);
  const std::size_t members = toGather.chunks.size(), elements = whole.numElements();
  const Tensor result = graph.addVariable(whole.elementType(), {members, elements}, {context, "gathered"});
  if (elements == 0) return result;
  const Tensor &input = toGather.originalInput;
  const bool likeInput =
      input.valid() && input.rank() > 0 && input.dim(0) == members && input.numElements() == members * elements;
  for (const Chunk &chunk : toGather.chunks) {
    if (chunk.index >= members)
      throw poplibs_error(function + ": a chunk is of member " + std::to_string(chunk.index) + "; there are " +
                          std::to_string(members) + " chunks");
    mapOnIpu(graph, result[chunk.index],
             ipuOf(graph, likeInput ? input[chunk.index] : chunk.tensor.flatten(), chunk.index));
  }
  prog.add(Copy(whole.expand({0}).broadcast(static_cast<unsigned>(members), 0), result, false, context));
  return result;
}

Tensor allReduceWithinReplica(Graph &graph, const Tensor &toReduce, CollectiveOperator op, Sequence &prog,
                              const DebugContext &debugContext, const OptionFlags &options) {
  const std::string function = "gcl::allReduceWithinReplica";
  check(function, toReduce);
  if (op == CollectiveOperator::LOCAL) {
    detail::checkOptions(function, options);
    const Tensor result = graph.clone(toReduce, {debugContext, "reduced"});
    prog.add(Copy(toReduce, result, false, debugContext));
    return result;
  }
  const Chunks chunks = reduceScatterWithinReplica(graph, toReduce, op, prog, debugContext, options);
  return allGatherWithinReplica(graph, chunks, prog, debugContext, options).reshape(toReduce.shape());
}

} // namespace gcl
