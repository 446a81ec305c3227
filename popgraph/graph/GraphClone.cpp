// The part of poplar::Graph that makes clones. The elements of a clone are those of the original in some order:
//
//   new order     a0 a2 b1 a0        as they come in the view
//   order kept    a0 a2 b1           each once, by variable and offset, and then seen through the same view
//   by tile       tile 0: a0 b1      the same, with the elements of each tile together
//                 tile 1: a2
//
// cloneN lays out copies of the whole, or of the part of each tile, one after the other.
#include <poplar/Graph.hpp>

#include <algorithm>
#include <functional>
#include <spdlog/fmt/fmt.h>

#include "popgraph/graph/GraphState.hpp"
#include "popgraph/graph/View.hpp"

namespace poplar {

using popgraph::ElementType;
using popgraph::GraphState;
using popgraph::Run;
using popgraph::TensorAccess;
using Strides = std::vector<std::int64_t>;

namespace {

/// The elements of a clone in their order, and how to see them as the original is seen.
struct Order {
  std::vector<Tensor> source; ///< of the original, one after the other
  std::size_t elements = 0;
  /// The clone whose first element is element `offset` of `variable`.
  std::function<Tensor(std::uint32_t variable, std::int64_t offset)> view;
};

Order orderOfView(GraphState *state, const Tensor &tensor, ElementType type) {
  const std::vector<std::size_t> shape = tensor.shape();
  return {{tensor}, tensor.numElements(), [=](std::uint32_t variable, std::int64_t offset) {
            const Tensor whole = TensorAccess::whole(state, type, variable, shape);
            const auto strides = TensorAccess::strides(whole);
            return TensorAccess::affine(state, type, variable, offset, shape, strides);
          }};
}

/// Packs a nested affine view: the same dimensions with the gaps closed.
Order orderOfAffine(GraphState *state, const Tensor &tensor, ElementType type, const popgraph::MemoryOrder &order) {
  const std::vector<std::size_t> shape = tensor.shape();
  const auto old = TensorAccess::strides(tensor);
  Strides strides(shape.size(), 0);
  std::int64_t first = 0, stride = 1;
  for (std::size_t i = order.from.size(); i-- > 0;) {
    const unsigned d = order.from[i];
    strides[d] = old[d] < 0 ? -stride : stride;
    if (old[d] < 0) first += static_cast<std::int64_t>(shape[d] - 1) * stride;
    stride *= static_cast<std::int64_t>(shape[d]);
  }
  const Tensor source = TensorAccess::affine(TensorAccess::graph(tensor), TensorAccess::type(tensor),
                                             TensorAccess::variable(tensor), order.offset, order.dims, order.strides);
  return {{source}, static_cast<std::size_t>(stride), [=](std::uint32_t variable, std::int64_t offset) {
            return TensorAccess::affine(state, type, variable, offset + first, shape, strides);
          }};
}

/// Any view: distinct runs, and where each run of the view is among them.
Order orderOfRuns(GraphState *state, const Tensor &tensor, ElementType type) {
  const std::vector<Run> distinct = popgraph::distinctRuns(tensor);
  Order order;
  std::vector<std::int64_t> starts;
  for (const Run &run : distinct) {
    const std::size_t length[] = {run.count};
    const std::int64_t one[] = {1};
    order.source.push_back(TensorAccess::affine(TensorAccess::graph(tensor), TensorAccess::type(tensor), run.variable,
                                                run.offset, length, one));
    starts.push_back(static_cast<std::int64_t>(order.elements));
    order.elements += run.count;
  }
  order.view = [=, runs = popgraph::contiguousRuns(tensor), shape = tensor.shape()](std::uint32_t variable,
                                                                                    std::int64_t offset) {
    std::vector<Tensor> parts;
    for (const Run &run : runs) {
      const auto after = std::upper_bound(distinct.begin(), distinct.end(), run, popgraph::inMemoryOrder);
      const auto i = static_cast<std::size_t>(after - distinct.begin()) - 1;
      const std::size_t length[] = {run.count};
      const std::int64_t one[] = {1};
      parts.push_back(TensorAccess::affine(
          state, type, variable, offset + starts[i] + std::int64_t(run.offset) - distinct[i].offset, length, one));
    }
    return TensorAccess::reshape(TensorAccess::concat(std::move(parts), 0), shape);
  };
  return order;
}

Order orderInMemory(GraphState *state, const Tensor &tensor, ElementType type) {
  if (tensor.numElements() == 0) return orderOfView(state, tensor, type);
  if (TensorAccess::kind(tensor) == popgraph::ViewNode::Kind::Reshape) {
    Order order = orderInMemory(state, TensorAccess::node(tensor).parts.front(), type);
    order.view = [inner = std::move(order.view), shape = tensor.shape()](std::uint32_t variable, std::int64_t offset) {
      return TensorAccess::reshape(inner(variable, offset), shape);
    };
    return order;
  }
  if (TensorAccess::isAffine(tensor)) {
    const popgraph::MemoryOrder order = popgraph::memoryOrder(tensor);
    if (order.nested) return orderOfAffine(state, tensor, type, order);
  }
  return orderOfRuns(state, tensor, type);
}

/// Elements of a clone that stay together.
struct Piece {
  std::uint32_t begin, count, tile; ///< in the order of the clone
  std::uint32_t place, step;        ///< copy k is at place + k * step of the variable
};

/// Sees a clone through the places that its pieces were given.
Tensor rearranged(const Tensor &clone, const std::vector<Piece> &pieces, std::size_t k) {
  std::vector<Tensor> parts;
  for (const Run &run : popgraph::contiguousRuns(clone)) {
    auto piece = std::upper_bound(pieces.begin(), pieces.end(), run.offset,
                                  [](std::uint32_t at, const Piece &p) { return at < p.begin; });
    for (std::uint32_t at = run.offset, end = run.offset + run.count; at != end; ++piece) {
      const Piece &p = *std::prev(piece);
      const std::size_t length[] = {std::min(end, p.begin + p.count) - at};
      const std::int64_t one[] = {1};
      const std::size_t place = p.place + k * p.step + (at - p.begin);
      parts.push_back(TensorAccess::affine(TensorAccess::graph(clone), TensorAccess::type(clone), run.variable,
                                           static_cast<std::int64_t>(place), length, one));
      at += static_cast<std::uint32_t>(length[0]);
    }
  }
  return TensorAccess::reshape(TensorAccess::concat(std::move(parts), 0), TensorAccess::dims(clone));
}

std::vector<Tensor> makeClones(GraphState &state, const Type &type, const Tensor &tensor, std::size_t n,
                               std::string_view name, TensorCloneMethod method,
                               TensorCloneDuplicationMethod duplication) {
  const ElementType element = popgraph::elementTypeOf(type);
  const bool inViewOrder = method == TensorCloneMethod::CREATE_NEW_ORDER ||
                           (method == TensorCloneMethod::PRESERVE_ORDER_UNLESS_ALIASES && tensor.containsAliases());
  const Order order = inViewOrder ? orderOfView(&state, tensor, element) : orderInMemory(&state, tensor, element);
  std::size_t all;
  if (__builtin_mul_overflow(order.elements, n, &all) || all >= 0xffffffffull)
    throw graph_object_creation_error(
        fmt::format("Graph::clone: {} clones of {} elements are too large for one variable", n, order.elements));
  const std::uint32_t variable = state.addVariable(element, all, name, false);
  if (type.requiresMetadata() && tensor.hasMetadata()) state.metadata[variable] = tensor.getMetadata();

  std::vector<Piece> pieces;
  std::uint32_t at = 0;
  for (const Tensor &source : order.source)
    popgraph::forEachTile(state.tables, source, [&](std::size_t count, std::uint32_t tile) {
      if (!pieces.empty() && pieces.back().tile == tile)
        pieces.back().count += static_cast<std::uint32_t>(count);
      else
        pieces.push_back({at, static_cast<std::uint32_t>(count), tile, 0, 0});
      at += static_cast<std::uint32_t>(count);
    });

  // Groups of pieces whose copies follow one another: everything, or what is on one tile.
  const bool byTile = n > 1 && duplication == TensorCloneDuplicationMethod::DUPLICATE_BY_TILE_CONTIGUOUS;
  const bool gather = byTile || method == TensorCloneMethod::GATHER_AND_PRESERVE_TILE_ORDER_AND_ALIASES;
  std::vector<Piece *> placed;
  for (Piece &piece : pieces) placed.push_back(&piece);
  if (gather)
    std::stable_sort(placed.begin(), placed.end(), [](const Piece *a, const Piece *b) { return a->tile < b->tile; });
  std::uint32_t group = 0;
  for (std::size_t begin = 0, end; begin < placed.size(); begin = end) {
    std::uint32_t size = 0;
    for (end = begin; end < placed.size() && (!byTile || placed[end]->tile == placed[begin]->tile); ++end) {
      placed[end]->place = group + size;
      size += placed[end]->count;
    }
    for (std::size_t i = begin; i < end; ++i) placed[i]->step = size;
    group += size * static_cast<std::uint32_t>(n);
  }
  for (std::size_t k = 0; k < n; ++k)
    for (const Piece *piece : placed)
      if (piece->tile != popgraph::kNoTile) {
        const auto begin = static_cast<std::uint32_t>(piece->place + k * piece->step);
        state.editMapping(variable).set(begin, begin + piece->count, piece->tile);
      }

  std::vector<Tensor> clones;
  for (std::size_t k = 0; k < n; ++k)
    clones.push_back(gather ? rearranged(order.view(variable, 0), pieces, k)
                            : order.view(variable, static_cast<std::int64_t>(k * order.elements)));
  return clones;
}

std::string nameOf(const Tensor &tensor, const DebugContext &context) {
  return context.path().empty() && tensor.numElements() > 0 ? tensor.getVarStr() : context.getPathName();
}

} // namespace

Tensor Graph::clone(const Type &type, const Tensor &tensor, const DebugContext &context, TensorCloneMethod method) {
  popgraph::checkOwn(*state_, tensor, "clone");
  return makeClones(*state_, type, tensor, 1, nameOf(tensor, context), method,
                    TensorCloneDuplicationMethod::DUPLICATE_BY_OUTER_DIMENSION)
      .front();
}

Tensor Graph::cloneN(const Type &type, const Tensor &tensor, std::size_t n, const DebugContext &context,
                     TensorCloneMethod method, TensorCloneDuplicationMethod duplication) {
  popgraph::checkOwn(*state_, tensor, "cloneN");
  if (n == 0) throw graph_object_creation_error("Graph::cloneN: needs at least one clone");
  std::vector<Tensor> clones = makeClones(*state_, type, tensor, n, nameOf(tensor, context), method, duplication);
  for (Tensor &clone : clones) clone = clone.expand({0});
  return TensorAccess::concat(std::move(clones), 0);
}

} // namespace poplar
