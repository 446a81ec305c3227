#ifndef gcl_Collectives_hpp
#define gcl_Collectives_hpp
/// \file
/// Collectives over the replicas of a graph, or over the IPUs of one. Elements are combined in the order of members, so
/// all receive the same bits. Options (`method`, `useReplicatedImplementation`, `syncful.…`) are accepted and do not
/// change results. Misuse throws poputil::poplibs_error, an unknown option poplar::invalid_option.

#include <cstddef>
#include <vector>

#include <gcl/CollectiveOperator.hpp>
#include <gcl/CommGroup.hpp>
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>

namespace gcl {

/// Every replica receives the reduction of its group's `data`, as a tensor like `data`.
POPLAR_API poplar::Tensor allReduceCrossReplica(poplar::Graph &graph, const poplar::Tensor &data, CollectiveOperator op,
                                                poplar::program::Sequence &prog, const CommGroup &group,
                                                const poplar::DebugContext &debugContext = {},
                                                const poplar::OptionFlags &options = {});
/// The same over all replicas.
POPLAR_API poplar::Tensor allReduceCrossReplica(poplar::Graph &graph, const poplar::Tensor &data, CollectiveOperator op,
                                                poplar::program::Sequence &prog,
                                                const poplar::DebugContext &debugContext = {},
                                                const poplar::OptionFlags &options = {});
/// The same for several tensors.
POPLAR_API std::vector<poplar::Tensor>
allReduceCrossReplica(poplar::Graph &graph, const std::vector<poplar::Tensor> &datas, CollectiveOperator op,
                      poplar::program::Sequence &prog, const CommGroup &group,
                      const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {});
/// The same for several tensors over all replicas.
POPLAR_API std::vector<poplar::Tensor> allReduceCrossReplica(poplar::Graph &graph,
                                                             const std::vector<poplar::Tensor> &datas,
                                                             CollectiveOperator op, poplar::program::Sequence &prog,
                                                             const poplar::DebugContext &debugContext = {},
                                                             const poplar::OptionFlags &options = {});

/// As allReduceCrossReplica, with the result in `destination`, which has as many elements of the same type.
POPLAR_API void allReduceToDestinationCrossReplica(poplar::Graph &graph, const poplar::Tensor &data,
                                                   const poplar::Tensor &destination, CollectiveOperator op,
                                                   poplar::program::Sequence &prog, const CommGroup &group,
                                                   const poplar::DebugContext &debugContext = {},
                                                   const poplar::OptionFlags &options = {});
/// The same over all replicas.
POPLAR_API void allReduceToDestinationCrossReplica(poplar::Graph &graph, const poplar::Tensor &data,
                                                   const poplar::Tensor &destination, CollectiveOperator op,
                                                   poplar::program::Sequence &prog,
                                                   const poplar::DebugContext &debugContext = {},
                                                   const poplar::OptionFlags &options = {});
/// The same for several tensors.
POPLAR_API void allReduceToDestinationCrossReplica(poplar::Graph &graph, const std::vector<poplar::Tensor> &datas,
                                                   const std::vector<poplar::Tensor> &destinations,
                                                   CollectiveOperator op, poplar::program::Sequence &prog,
                                                   const CommGroup &group,
                                                   const poplar::DebugContext &debugContext = {},
                                                   const poplar::OptionFlags &options = {});
/// The same for several tensors over all replicas.
POPLAR_API void allReduceToDestinationCrossReplica(poplar::Graph &graph, const std::vector<poplar::Tensor> &datas,
                                                   const std::vector<poplar::Tensor> &destinations,
                                                   CollectiveOperator op, poplar::program::Sequence &prog,
                                                   const poplar::DebugContext &debugContext = {},
                                                   const poplar::OptionFlags &options = {});

/// As allReduceCrossReplica, with the result in `data`.
POPLAR_API void allReduceInPlaceCrossReplica(poplar::Graph &graph, const poplar::Tensor &data, CollectiveOperator op,
                                             poplar::program::Sequence &prog, const CommGroup &group,
                                             const poplar::DebugContext &debugContext = {},
                                             const poplar::OptionFlags &options = {});
/// The same over all replicas.
POPLAR_API void allReduceInPlaceCrossReplica(poplar::Graph &graph, const poplar::Tensor &data, CollectiveOperator op,
                                             poplar::program::Sequence &prog,
                                             const poplar::DebugContext &debugContext = {},
                                             const poplar::OptionFlags &options = {});
/// The same for several tensors.
POPLAR_API void allReduceInPlaceCrossReplica(poplar::Graph &graph, const std::vector<poplar::Tensor> &datas,
                                             CollectiveOperator op, poplar::program::Sequence &prog,
                                             const CommGroup &group, const poplar::DebugContext &debugContext = {},
                                             const poplar::OptionFlags &options = {});
/// The same for several tensors over all replicas.
POPLAR_API void allReduceInPlaceCrossReplica(poplar::Graph &graph, const std::vector<poplar::Tensor> &datas,
                                             CollectiveOperator op, poplar::program::Sequence &prog,
                                             const poplar::DebugContext &debugContext = {},
                                             const poplar::OptionFlags &options = {});

/// The flat `data`, filled up with zeros to a multiple of the group's size, is reduced and cut; the member number i
/// receives slice i, 1-D.
POPLAR_API poplar::Tensor reduceScatterCrossReplica(poplar::Graph &graph, const poplar::Tensor &data,
                                                    CollectiveOperator op, poplar::program::Sequence &prog,
                                                    const CommGroup &group,
                                                    const poplar::DebugContext &debugContext = {},
                                                    const poplar::OptionFlags &options = {});
/// The same over all replicas.
POPLAR_API poplar::Tensor reduceScatterCrossReplica(poplar::Graph &graph, const poplar::Tensor &data,
                                                    CollectiveOperator op, poplar::program::Sequence &prog,
                                                    const poplar::DebugContext &debugContext = {},
                                                    const poplar::OptionFlags &options = {});

/// Every replica receives the `data` of all members: {group size, shape of data}, in the order of members.
POPLAR_API poplar::Tensor allGatherCrossReplica(poplar::Graph &graph, const poplar::Tensor &data,
                                                poplar::program::Sequence &prog, const CommGroup &group,
                                                const poplar::DebugContext &debugContext = {},
                                                const poplar::OptionFlags &options = {});
/// The same over all replicas.
POPLAR_API poplar::Tensor allGatherCrossReplica(poplar::Graph &graph, const poplar::Tensor &data,
                                                poplar::program::Sequence &prog,
                                                const poplar::DebugContext &debugContext = {},
                                                const poplar::OptionFlags &options = {});

/// `data` is {group size, ...}; slice j of member i becomes slice i of member j.
POPLAR_API poplar::Tensor allToAllCrossReplica(poplar::Graph &graph, const poplar::Tensor &data,
                                               poplar::program::Sequence &prog, const CommGroup &group,
                                               const poplar::DebugContext &debugContext = {},
                                               const poplar::OptionFlags &options = {});
/// The same over all replicas.
POPLAR_API poplar::Tensor allToAllCrossReplica(poplar::Graph &graph, const poplar::Tensor &data,
                                               poplar::program::Sequence &prog,
                                               const poplar::DebugContext &debugContext = {},
                                               const poplar::OptionFlags &options = {});

/// Every replica receives the `data` of member number `rootReplica` of its group, as a tensor like `data`.
POPLAR_API poplar::Tensor broadcastCrossReplica(poplar::Graph &graph, const poplar::Tensor &data,
                                                poplar::program::Sequence &prog, const CommGroup &group,
                                                unsigned rootReplica = 0, const poplar::DebugContext &debugContext = {},
                                                const poplar::OptionFlags &options = {});
/// The same over all replicas.
POPLAR_API poplar::Tensor broadcastCrossReplica(poplar::Graph &graph, const poplar::Tensor &data,
                                                poplar::program::Sequence &prog, unsigned rootReplica = 0,
                                                const poplar::DebugContext &debugContext = {},
                                                const poplar::OptionFlags &options = {});

/// A part of a reduction, on one IPU.
struct Chunk {
  poplar::Tensor tensor; ///< 1-D
  unsigned index = 0;    ///< number of the member that holds it
  unsigned offset = 0;   ///< position of its first element in the whole
  Chunk() = default;
  Chunk(poplar::Tensor tensor, unsigned index, unsigned offset)
      : tensor(std::move(tensor)), index(index), offset(offset) {}
};

/// A reduction in parts.
struct Chunks {
  poplar::Tensor originalInput; ///< what was reduced; its rows say where a result of the gather lies
  std::vector<Chunk> chunks;    ///< in the order of their offsets
  Chunks() = default;
  explicit Chunks(unsigned size) : chunks(size) {}
};

/// `toReduce` is {members, ...}, each row on an IPU; the reduction over the rows, in every row.
POPLAR_API poplar::Tensor allReduceWithinReplica(poplar::Graph &graph, const poplar::Tensor &toReduce,
                                                 CollectiveOperator op, poplar::program::Sequence &prog,
                                                 const poplar::DebugContext &debugContext = {},
                                                 const poplar::OptionFlags &options = {});
/// The reduction over the rows of `toReduce`, cut into as many nearly equal chunks, each on the IPU of its row.
POPLAR_API Chunks reduceScatterWithinReplica(poplar::Graph &graph, const poplar::Tensor &toReduce,
                                             CollectiveOperator op, poplar::program::Sequence &prog,
                                             const poplar::DebugContext &debugContext = {},
                                             const poplar::OptionFlags &options = {});
/// All chunks in the order of their offsets, in a row on the IPU of each: {number of chunks, elements of all}.
POPLAR_API poplar::Tensor allGatherWithinReplica(poplar::Graph &graph, const Chunks &toGather,
                                                 poplar::program::Sequence &prog,
                                                 const poplar::DebugContext &debugContext = {},
                                                 const poplar::OptionFlags &options = {});

} // namespace gcl

#endif
