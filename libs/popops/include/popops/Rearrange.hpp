#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/GraphElements.hpp>
#include <poplar/Program.hpp>
#include <poplar/Target.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/Api.hpp>
#include <poputil/VarStructure.hpp>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

/// Transpositions on tiles, and changes of which elements lie together in memory. Misuse throws poputil::poplibs_error.
namespace popops {
namespace rearrange {

/// Whether matrices of this size are transposed in full words: rows and columns are multiples of the elements in 8
/// bytes, and the sizes fit 16 bits.
POPLAR_API bool canUseFastTranspose(const poplar::Target &target, const poplar::Type &type, unsigned numRows,
                                    unsigned numColumns, unsigned numTranspositions);

/// Adds vertices that transpose matrices of `rows` x `cols` elements of `dType`. `mapping` lists for each tile the
/// numbers of its matrices; getInOut(i) gives the flat matrix i and its flat result.
POPLAR_API void
addTransposeVertices(poplar::Graph &graph, const poplar::ComputeSet &cs, const poplar::Type &dType, unsigned rows,
                     unsigned cols, const poplar::Graph::TileToTensorMapping &mapping,
                     const std::function<std::pair<const poplar::Tensor, const poplar::Tensor>(std::size_t)> &getInOut,
                     const poplar::DebugContext &debugContext = {});

/// A new tensor with the last two dimensions of `in` exchanged, in memory as well; `cs` fills it, on the tiles of the
/// first element of each matrix.
POPLAR_API poplar::Tensor partialTranspose(poplar::Graph &graph, const poplar::Tensor &in, const poplar::ComputeSet &cs,
                                           const poplar::DebugContext &debugContext = {});

/// The smallest group that regrouping is worth for: 8 for types of 1 byte, 4 for 2, 2 for 4, else 1.
POPLAR_API unsigned getMinimumRegroupGrainSize(const poplar::Type &type);

/// A tensor with the elements of `t` in which groups along dimension to.first lie together, where in `t` those of
/// from.first do. `copies` get the elements to blocks of both groups spread over the tiles, `transposeCS` transposes
/// these. Throws when a group does not divide its dimension, or both are along the same one.
POPLAR_API poplar::Tensor regroupTensor(poplar::Graph &graph, const poplar::Tensor &t,
                                        std::vector<poplar::program::Copy> &copies,
                                        const poplar::ComputeSet &transposeCS, const poputil::GroupingInfo &from,
                                        const poputil::GroupingInfo &to, const poplar::DebugContext &debugContext = {});
/// The same, with the copy appended to `copies`.
POPLAR_API poplar::Tensor regroupTensor(poplar::Graph &graph, const poplar::Tensor &t,
                                        poplar::program::Sequence &copies, const poplar::ComputeSet &transposeCS,
                                        const poputil::GroupingInfo &from, const poputil::GroupingInfo &to,
                                        const poplar::DebugContext &debugContext = {});

/// `t` regrouped to `to` when its innermost grouping is along another dimension and both are large enough, else `t`.
POPLAR_API poplar::Tensor regroupIfPossible(poplar::Graph &graph, const poplar::Tensor &t,
                                            poplar::program::Sequence &prog, const poputil::GroupingInfo &to,
                                            const poplar::DebugContext &debugContext = {});

/// `in` regrouped like `ref`, a tensor of the same shape, when that is worth it, else `in`.
POPLAR_API poplar::Tensor regroupIfBeneficial(poplar::Graph &graph, const poplar::Tensor &in, const poplar::Tensor &ref,
                                              poplar::program::Sequence &prog,
                                              const poplar::DebugContext &debugContext = {});
/// The same with copies and transpositions kept apart; the caller executes both, in this order.
POPLAR_API poplar::Tensor regroupIfBeneficial(poplar::Graph &graph, const poplar::Tensor &in, const poplar::Tensor &ref,
                                              std::vector<poplar::program::Copy> &copies,
                                              poplar::ComputeSet transposeCS,
                                              const poplar::DebugContext &debugContext = {});
/// `in` regrouped to groups of `preferredGrouping` along its innermost dimension when that is worth it, else `in`.
POPLAR_API poplar::Tensor regroupIfBeneficial(poplar::Graph &graph, const poplar::Tensor &in,
                                              std::size_t preferredGrouping, poplar::program::Sequence &prog,
                                              const poplar::DebugContext &debugContext = {});

} // namespace rearrange
} // namespace popops
