// Collectives over replicas. All replicas run one program, so what a replica sends where must not depend on its number:
// data is arranged by distance instead. Row k of a tensor "by distance" goes to, or came from, the replica k ranks away;
// turning such a tensor by the replica's own rank, a slice whose offset is known at run time only, makes rows by rank.
//
//   gather, rank 1 of 3          by distance          turned by (3 - 1) % 3 = 2: by rank
//   own data  b                  b (own), c, a        a, b, c
#include <gcl/Collectives.hpp>
#include <numeric>
#include <popops/DynamicSlice.hpp>
#include <popops/codelets.hpp>
#include <poputil/exceptions.hpp>

#include "libs/gcl/detail/Groups.hpp"
#include "libs/gcl/detail/Reduction.hpp"

namespace gcl {

using detail::Groups;
using poplar::DebugContext;
using poplar::Graph;
using poplar::OptionFlags;
using poplar::Tensor;
using poplar::program::Copy;
using poplar::program::CrossReplicaCopy;
using poplar::program::Sequence;
using poputil::poplibs_error;

namespace {

/// One collective while it is built. Tensors of rows are {group size, elements}.
class Collective {
public:
  Collective(const char *function, Graph &graph, const CommGroup &group, Sequence &prog, const DebugContext &context,
             const OptionFlags &options)
      : function_(std::string("gcl::") + function), graph_(graph), prog_(prog), context_(context, function),
        groups_(detail::groupsOf(function_, graph, group)) {
    detail::checkOptions(function_, options);
    popops::addCodelets(graph);
  }

  const Groups &groups() const { return groups_; }
  const std::string &function() const { return function_; }
  const DebugContext &context() const { return context_; }

  void require(const Tensor &data) const {
    if (!data.valid()) throw poplibs_error(function_ + ": the tensor refers to no variable");
  }

  /// The flat data as rows, filled up with zeros.
  Tensor rowsOf(const Tensor &data) {
    const std::size_t elements = (data.numElements() + groups_.size - 1) / groups_.size;
    const Tensor rows = newRows(data.elementType(), elements);
    Tensor source = data.flatten();
    if (const std::size_t missing = rows.numElements() - source.numElements(); missing > 0) {
      const Tensor zero = graph_.addConstant(data.elementType(), {1}, 0u, {context_, "padding"});
      graph_.setTileMapping(zero, 0);
      source = poplar::concat(source, zero.broadcast(static_cast<unsigned>(missing), 0));
    }
    prog_.add(Copy(source, rows, false, context_));
    return rows;
  }

  /// The own data of all members, by rank.
  Tensor gather(const Tensor &own) {
    const Tensor byDistance = newRows(own.elementType(), own.numElements());
    prog_.add(Copy(own, byDistance[0], false, context_));
    for (unsigned k = 1; k < groups_.size; ++k)
      prog_.add(CrossReplicaCopy(own, byDistance[k], groups_.allToBefore(k), context_));
    return turn(byDistance);
  }

  /// From rows by receiving rank: the rows for this replica, by sending rank.
  Tensor exchange(const Tensor &rows) {
    std::vector<Tensor> reversed{rows[0]};
    for (unsigned k = 1; k < groups_.size; ++k) reversed.push_back(rows[groups_.size - k]);
    for (Tensor &row : reversed) row = row.expand({0});
    const Tensor toSend = turn(poplar::concat(reversed)); // row k is for the replica k ranks before
    const Tensor received = newRows(rows.elementType(), rows.dim(1));
    prog_.add(Copy(toSend[0], received[0], false, context_));
    for (unsigned k = 1; k < groups_.size; ++k)
      prog_.add(CrossReplicaCopy(toSend[k], received[k], groups_.allToBefore(k), context_));
    return turn(received);
  }

  /// The rows' reduction over all members, cut; the own slice.
  Tensor reduceScatter(const Tensor &data, CollectiveOperator op) {
    const Tensor rows = rowsOf(data);
    if (op == CollectiveOperator::LOCAL) // row `rank` is the first after that many turns
      return exchangeWithNone(rows);
    const Tensor parts = exchange(rows);
    const Tensor result = graph_.clone(parts[0], {context_, "reduced"});
    std::vector<Tensor> inOrder;
    for (unsigned k = 0; k < groups_.size; ++k) inOrder.push_back(parts[k]);
    detail::reduceInto(graph_, result, inOrder, op, prog_, context_);
    return result;
  }

  void allReduce(const Tensor &data, const Tensor &destination, CollectiveOperator op) {
    if (data.numElements() == 0) return;
    if (op == CollectiveOperator::LOCAL) {
      prog_.add(Copy(data, destination, false, context_));
    } else if (groups_.size == 1) {
      const Tensor result = graph_.clone(data, {context_, "reduced"});
      detail::reduceInto(graph_, result, {data}, op, prog_, context_);
      prog_.add(Copy(result, destination, false, context_));
    } else {
      const Tensor all = gather(reduceScatter(data, op)).flatten().slice(0, data.numElements());
      prog_.add(Copy(all, destination, false, context_));
    }
  }

private:
  Tensor newRows(const poplar::Type &type, std::size_t elements) {
    return popops::createSliceableTensor(graph_, type, {groups_.size, elements}, {0}, {groups_.size}, 0,
                                         {context_, "rows"});
  }

  Tensor turn(const Tensor &rows) {
    if (groups_.size == 1) return rows;
    return popops::dynamicSlice(graph_, rows, distanceToEnd(), {0}, {groups_.size}, prog_, context_);
  }

  /// The own row of rows by rank: the last row but `distance to end - 1`.
  Tensor exchangeWithNone(const Tensor &rows) {
    if (groups_.size == 1) return rows[0];
    // Reversed, row r stands at (size - r) % size, which is the distance to the end of the replica of rank r.
    std::vector<Tensor> reversed{rows[0].expand({0})};
    for (unsigned k = 1; k < groups_.size; ++k) reversed.push_back(rows[groups_.size - k].expand({0}));
    return popops::dynamicSlice(graph_, poplar::concat(reversed), distanceToEnd(), {0}, {1}, prog_, context_)[0];
  }

  const Tensor &distanceToEnd() {
    if (!distance_.valid()) distance_ = detail::distanceToEnd(graph_, groups_, prog_, context_);
    return distance_;
  }

  std::string function_;
  Graph &graph_;
  Sequence &prog_;
  DebugContext context_;
  Groups groups_;
  Tensor distance_;
};

} // namespace

void allReduceToDestinationCrossReplica(Graph &graph, const std::vector<Tensor> &datas,
                                        const std::vector<Tensor> &destinations, CollectiveOperator op, Sequence &prog,
                                        const CommGroup &group, const DebugContext &debugContext,
                                        const OptionFlags &options) {
  Collective collective("allReduceCrossReplica", graph, group, prog, debugContext, options);
  if (datas.size() != destinations.size())
    throw poplibs_error(collective.function() + ": " + std::to_string(datas.size()) + " tensors for " +
                        std::to_string(destinations.size()) + " destinations");
  for (std::size_t i = 0; i < datas.size(); ++i) {
    collective.require(datas[i]);
    collective.require(destinations[i]);
    detail::checkOperator(collective.function(), op, datas[i].elementType());
    if (datas[i].elementType() != destinations[i].elementType() ||
        datas[i].numElements() != destinations[i].numElements())
      throw poplibs_error(collective.function() + ": data of shape " + datas[i].shapeToString() + " and type " +
                          datas[i].elementType().toString() + " for a destination of shape " +
                          destinations[i].shapeToString() + " and type " + destinations[i].elementType().toString());
  }
  for (std::size_t i = 0; i < datas.size(); ++i) collective.allReduce(datas[i], destinations[i], op);
}

std::vector<Tensor> allReduceCrossReplica(Graph &graph, const std::vector<Tensor> &datas, CollectiveOperator op,
                                          Sequence &prog, const CommGroup &group, const DebugContext &debugContext,
                                          const OptionFlags &options) {
  std::vector<Tensor> results;
  for (const Tensor &data : datas) {
    if (!data.valid()) throw poplibs_error("gcl::allReduceCrossReplica: the tensor refers to no variable");
    results.push_back(graph.clone(data, {debugContext, "reduced"}));
  }
  allReduceToDestinationCrossReplica(graph, datas, results, op, prog, group, debugContext, options);
  return results;
}

Tensor reduceScatterCrossReplica(Graph &graph, const Tensor &data, CollectiveOperator op, Sequence &prog,
                                 const CommGroup &group, const DebugContext &debugContext, const OptionFlags &options) {
  Collective collective("reduceScatterCrossReplica", graph, group, prog, debugContext, options);
  collective.require(data);
  detail::checkOperator(collective.function(), op, data.elementType());
  if (data.numElements() == 0) return graph.clone(data.flatten(), {debugContext, "reduced"});
  return collective.reduceScatter(data, op);
}

Tensor allGatherCrossReplica(Graph &graph, const Tensor &data, Sequence &prog, const CommGroup &group,
                             const DebugContext &debugContext, const OptionFlags &options) {
  Collective collective("allGatherCrossReplica", graph, group, prog, debugContext, options);
  collective.require(data);
  std::vector<std::size_t> shape = data.shape();
  shape.insert(shape.begin(), collective.groups().size);
  if (data.numElements() == 0) return data.expand({0}).broadcast(collective.groups().size, 0);
  return collective.gather(data.flatten()).reshape(shape);
}

Tensor allToAllCrossReplica(Graph &graph, const Tensor &data, Sequence &prog, const CommGroup &group,
                            const DebugContext &debugContext, const OptionFlags &options) {
  Collective collective("allToAllCrossReplica", graph, group, prog, debugContext, options);
  collective.require(data);
  if (data.rank() == 0 || data.dim(0) != collective.groups().size)
    throw poplibs_error(collective.function() + ": data of shape " + data.shapeToString() + "; its outer dimension " +
                        "must be the size of the group, " + std::to_string(collective.groups().size));
  if (data.numElements() == 0) return graph.clone(data, {debugContext, "received"});
  return collective.exchange(collective.rowsOf(data)).reshape(data.shape());
}

Tensor broadcastCrossReplica(Graph &graph, const Tensor &data, Sequence &prog, const CommGroup &group,
                             unsigned rootReplica, const DebugContext &debugContext, const OptionFlags &options) {
  Collective collective("broadcastCrossReplica", graph, group, prog, debugContext, options);
  collective.require(data);
  const Groups &groups = collective.groups();
  if (rootReplica >= groups.size)
    throw poplibs_error(collective.function() + ": the root is member " + std::to_string(rootReplica) +
                        "; a group has " + std::to_string(groups.size));
  const Tensor result = graph.clone(data, {debugContext, "received"});
  prog.add(Copy(data, result, false, collective.context()));
  for (unsigned k = 1; k < groups.size; ++k) {
    std::map<unsigned, unsigned> copies;
    for (unsigned replica = 0; replica < groups.replicas; ++replica)
      if (groups.rankOf(replica) == rootReplica) copies[replica] = groups.before(replica, k);
    prog.add(CrossReplicaCopy(data, result, copies, collective.context()));
  }
  return result;
}

// The other forms.

Tensor allReduceCrossReplica(Graph &graph, const Tensor &data, CollectiveOperator op, Sequence &prog,
                             const CommGroup &group, const DebugContext &debugContext, const OptionFlags &options) {
  return allReduceCrossReplica(graph, std::vector<Tensor>{data}, op, prog, group, debugContext, options).front();
}
Tensor allReduceCrossReplica(Graph &graph, const Tensor &data, CollectiveOperator op, Sequence &prog,
                             const DebugContext &debugContext, const OptionFlags &options) {
  return allReduceCrossReplica(graph, data, op, prog, CommGroup(), debugContext, options);
}
std::vector<Tensor> allReduceCrossReplica(Graph &graph, const std::vector<Tensor> &datas, CollectiveOperator op,
                                          Sequence &prog, const DebugContext &debugContext,
                                          const OptionFlags &options) {
  return allReduceCrossReplica(graph, datas, op, prog, CommGroup(), debugContext, options);
}

void allReduceToDestinationCrossReplica(Graph &graph, const Tensor &data, const Tensor &destination,
                                        CollectiveOperator op, Sequence &prog, const CommGroup &group,
                                        const DebugContext &debugContext, const OptionFlags &options) {
  allReduceToDestinationCrossReplica(graph, std::vector<Tensor>{data}, std::vector<Tensor>{destination}, op, prog,
                                     group, debugContext, options);
}
void allReduceToDestinationCrossReplica(Graph &graph, const Tensor &data, const Tensor &destination,
                                        CollectiveOperator op, Sequence &prog, const DebugContext &debugContext,
                                        const OptionFlags &options) {
  allReduceToDestinationCrossReplica(graph, data, destination, op, prog, CommGroup(), debugContext, options);
}
void allReduceToDestinationCrossReplica(Graph &graph, const std::vector<Tensor> &datas,
                                        const std::vector<Tensor> &destinations, CollectiveOperator op, Sequence &prog,
                                        const DebugContext &debugContext, const OptionFlags &options) {
  allReduceToDestinationCrossReplica(graph, datas, destinations, op, prog, CommGroup(), debugContext, options);
}

void allReduceInPlaceCrossReplica(Graph &graph, const std::vector<Tensor> &datas, CollectiveOperator op, Sequence &prog,
                                  const CommGroup &group, const DebugContext &debugContext,
                                  const OptionFlags &options) {
  allReduceToDestinationCrossReplica(graph, datas, datas, op, prog, group, debugContext, options);
}
void allReduceInPlaceCrossReplica(Graph &graph, const std::vector<Tensor> &datas, CollectiveOperator op, Sequence &prog,
                                  const DebugContext &debugContext, const OptionFlags &options) {
  allReduceInPlaceCrossReplica(graph, datas, op, prog, CommGroup(), debugContext, options);
}
void allReduceInPlaceCrossReplica(Graph &graph, const Tensor &data, CollectiveOperator op, Sequence &prog,
                                  const CommGroup &group, const DebugContext &debugContext,
                                  const OptionFlags &options) {
  allReduceInPlaceCrossReplica(graph, std::vector<Tensor>{data}, op, prog, group, debugContext, options);
}
void allReduceInPlaceCrossReplica(Graph &graph, const Tensor &data, CollectiveOperator op, Sequence &prog,
                                  const DebugContext &debugContext, const OptionFlags &options) {
  allReduceInPlaceCrossReplica(graph, data, op, prog, CommGroup(), debugContext, options);
}

Tensor reduceScatterCrossReplica(Graph &graph, const Tensor &data, CollectiveOperator op, Sequence &prog,
                                 const DebugContext &debugContext, const OptionFlags &options) {
  return reduceScatterCrossReplica(graph, data, op, prog, CommGroup(), debugContext, options);
}
Tensor allGatherCrossReplica(Graph &graph, const Tensor &data, Sequence &prog, const DebugContext &debugContext,
                             const OptionFlags &options) {
  return allGatherCrossReplica(graph, data, prog, CommGroup(), debugContext, options);
}
Tensor allToAllCrossReplica(Graph &graph, const Tensor &data, Sequence &prog, const DebugContext &debugContext,
                            const OptionFlags &options) {
  return allToAllCrossReplica(graph, data, prog, CommGroup(), debugContext, options);
}
Tensor broadcastCrossReplica(Graph &graph, const Tensor &data, Sequence &prog, unsigned rootReplica,
                             const DebugContext &debugContext, const OptionFlags &options) {
  return broadcastCrossReplica(graph, data, prog, CommGroup(), rootReplica, debugContext, options);
}

} // namespace gcl
