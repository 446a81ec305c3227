#pragma once
#include <popops/SlicePlan.hpp>
#include <poplar/ArrayRef.hpp>
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/Api.hpp>
#include <cstddef>
#include <vector>

/// Slices, of any type, at offsets that are known when the program runs; those of QUARTER have the metadata of their
/// tensor. `offset` is an UNSIGNED_INT tensor with one element for each of `dims`, the dimensions that are sliced;
/// `sizes` are the sizes of the slice along them. A slice that starts inside and runs past the end goes on at index 0.
/// With an offset outside, slices and updates copy nothing: the output keeps what it holds; with the option
/// remapOutOfBoundIndices (true, false) the offset counts as 0. With the option validateIndices (true, false) it ends
/// the run with poplar::application_runtime_error. Misuse throws poputil::poplibs_error.
namespace popops {

/// A new tensor laid out for slicing along `dims`: the other dimensions are spread over the tiles, each of their
/// elements with everything that slices choose from on one tile. `minGrainSize` elements stay together (0: a vector).
POPLAR_API poplar::Tensor createSliceableTensor(poplar::Graph &graph, const poplar::Type &type,
                                                const std::vector<std::size_t> &shape,
                                                const std::vector<std::size_t> &dims,
                                                const std::vector<std::size_t> &sizes, std::size_t minGrainSize = 0,
                                                const poplar::DebugContext &debugContext = {});
/// A new tensor {numIndices, shape of t with dims cut to sizes}: each slice laid out like a slice of `t` if its tiles
/// have all that slices choose from, and room for the slices; else all of them spread evenly.
POPLAR_API poplar::Tensor createSliceTensor(poplar::Graph &graph, const poplar::Tensor &t,
                                            const std::vector<std::size_t> &dims, const std::vector<std::size_t> &sizes,
                                            std::size_t numIndices, const poplar::DebugContext &debugContext = {});
/// The slice of `t` at `offset`, as a new tensor.
POPLAR_API poplar::Tensor dynamicSlice(poplar::Graph &graph, const poplar::Tensor &t, const poplar::Tensor &offset,
                                       const std::vector<std::size_t> &dims, const std::vector<std::size_t> &sizes,
                                       poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},
                                       const poplar::OptionFlags &options = {});
/// The slice of `t` at `offset`, stored to `output`, which has the slice's shape.
POPLAR_API void dynamicSliceWithOutput(poplar::Graph &graph, const poplar::Tensor &output, const poplar::Tensor &t,
                                       const poplar::Tensor &offset, const std::vector<std::size_t> &dims,
                                       const std::vector<std::size_t> &sizes, poplar::program::Sequence &prog,
                                       const poplar::DebugContext &debugContext = {},
                                       const poplar::OptionFlags &options = {});
/// Stores `s`, which has the shape of a slice, to `t` at `offset`.
POPLAR_API void dynamicUpdate(poplar::Graph &graph, const poplar::Tensor &t, const poplar::Tensor &s,
                              const poplar::Tensor &offset, const std::vector<std::size_t> &dims,
                              const std::vector<std::size_t> &sizes, poplar::program::Sequence &prog,
                              const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {});

/// A tensor for the result of dynamicSliceWithOutput.
POPLAR_API poplar::Tensor createDynamicSliceOutput(poplar::Graph &graph, const poplar::Tensor &t,
                                                   const poplar::Tensor &offset, const std::vector<std::size_t> &dims,
                                                   const std::vector<std::size_t> &sizes,
                                                   const poplar::DebugContext &debugContext = {},
                                                   const poplar::OptionFlags &options = {});
/// Where the elements of a slice would lie.
POPLAR_API poplar::Graph::TileToTensorMapping getSliceMapping(poplar::Graph &graph, const poplar::Tensor &t,
                                                              const std::vector<std::size_t> &dims,
                                                              const std::vector<std::size_t> &sizes);
/// A new tensor numSlices[i] times as large as `s` along dims[i]: that many slices, each laid out like `s`.
POPLAR_API poplar::Tensor createSliceableTensorFromSlice(poplar::Graph &graph, const poplar::Tensor &s,
                                                         const std::vector<std::size_t> &dims,
                                                         const std::vector<std::size_t> &numSlices,
                                                         const poplar::DebugContext &debugContext = {});

/// \name Look-ups of many slices
/// `offsets` {n, number of dims} is UNSIGNED_INT; slices {n, shape of t with dims cut to sizes}. Slices that do not lie
/// inside are left out: they are 0, their updates do nothing; with the option remapOutOfBoundIndices an offset outside
/// counts as 0. The other options are those of embedding::plan. The grouped forms do the same for several tables at
/// once: tensors and offsets have a leading dimension of groups, which shape, dims and sizes do not count.
/// @{
/// A new tensor laid out for look-ups.
POPLAR_API poplar::Tensor createSliceableTensor(poplar::Graph &graph, const poplar::Type &type,
                                                const std::vector<std::size_t> &shape,
                                                const std::vector<std::size_t> &dims,
                                                const std::vector<std::size_t> &sizes, const SlicePlan &plan,
                                                const poplar::OptionFlags &options,
                                                const poplar::DebugContext &debugContext = {});
/// A new tensor {groupSize, shape} laid out for look-ups.
POPLAR_API poplar::Tensor createGroupedSliceableTensor(poplar::Graph &graph, const poplar::Type &type,
                                                       std::size_t groupSize, const std::vector<std::size_t> &shape,
                                                       const std::vector<std::size_t> &dims,
                                                       const std::vector<std::size_t> &sizes, const SlicePlan &plan,
                                                       const poplar::OptionFlags &options,
                                                       const poplar::DebugContext &debugContext = {});
/// A new tensor for `numIndices` slices or updates of a table of this shape.
POPLAR_API poplar::Tensor createSliceTensor(poplar::Graph &graph, const poplar::Type &type,
                                            const std::vector<std::size_t> &shape, const std::vector<std::size_t> &dims,
                                            const std::vector<std::size_t> &sizes, std::size_t numIndices,
                                            const SlicePlan &plan, const poplar::OptionFlags &options,
                                            const poplar::DebugContext &debugContext = {});
/// A new tensor {groupSize, numIndices, ...} for slices or updates.
POPLAR_API poplar::Tensor createGroupedSliceTensor(poplar::Graph &graph, const poplar::Type &type,
                                                   std::size_t groupSize, const std::vector<std::size_t> &shape,
                                                   const std::vector<std::size_t> &dims,
                                                   const std::vector<std::size_t> &sizes, std::size_t numIndices,
                                                   const SlicePlan &plan, const poplar::OptionFlags &options,
                                                   const poplar::DebugContext &debugContext = {});
/// A new tensor for offsets: UNSIGNED_INT {numIndices, number of dims}.
POPLAR_API poplar::Tensor createIndicesTensor(poplar::Graph &graph, const std::vector<std::size_t> &dims,
                                              std::size_t numIndices, const SlicePlan &plan,
                                              const poplar::OptionFlags &options,
                                              const poplar::DebugContext &debugContext = {});
/// A new tensor for offsets: UNSIGNED_INT {groupSize, numIndices, number of dims}.
POPLAR_API poplar::Tensor createGroupedIndicesTensor(poplar::Graph &graph, std::size_t groupSize,
                                                     const std::vector<std::size_t> &dims, std::size_t numIndices,
                                                     const SlicePlan &plan, const poplar::OptionFlags &options,
                                                     const poplar::DebugContext &debugContext = {});
/// The slices at all offsets.
POPLAR_API poplar::Tensor multiSlice(poplar::Graph &graph, const poplar::Tensor &t, const poplar::Tensor &offsets,
                                     const std::vector<std::size_t> &dims, const std::vector<std::size_t> &sizes,
                                     poplar::program::Sequence &prog, const SlicePlan &plan,
                                     const poplar::OptionFlags &options, const poplar::DebugContext &debugContext = {});
/// The slices of size 1 along `dim` at offsets known now; copies only.
POPLAR_API poplar::Tensor multiSlice(poplar::Graph &graph, const poplar::Tensor &t, poplar::ArrayRef<unsigned> offsets,
                                     std::size_t dim, poplar::program::Sequence &prog,
                                     const poplar::DebugContext &debugContext = {},
                                     const poplar::OptionFlags &options = {});
/// The slices of each group.
POPLAR_API poplar::Tensor groupedMultiSlice(poplar::Graph &graph, const poplar::Tensor &t,
                                            const poplar::Tensor &offsets, const std::vector<std::size_t> &dims,
                                            const std::vector<std::size_t> &sizes, poplar::program::Sequence &prog,
                                            const SlicePlan &plan, const poplar::OptionFlags &options,
                                            const poplar::DebugContext &debugContext = {});
/// Stores `s` to the slices of `t` at the offsets; of equal offsets the last counts.
POPLAR_API void multiUpdate(poplar::Graph &graph, const poplar::Tensor &t, const poplar::Tensor &s,
                            const poplar::Tensor &offsets, const std::vector<std::size_t> &dims,
                            const std::vector<std::size_t> &sizes, poplar::program::Sequence &prog,
                            const SlicePlan &plan, const poplar::OptionFlags &options,
                            const poplar::DebugContext &debugContext = {});
/// The same in each group.
POPLAR_API void groupedMultiUpdate(poplar::Graph &graph, const poplar::Tensor &t, const poplar::Tensor &s,
                                   const poplar::Tensor &offsets, const std::vector<std::size_t> &dims,
                                   const std::vector<std::size_t> &sizes, poplar::program::Sequence &prog,
                                   const SlicePlan &plan, const poplar::OptionFlags &options,
                                   const poplar::DebugContext &debugContext = {});
/// Adds `scale` (one element of the type of t; or FLOAT for HALF, with each sum rounded once) times `s` to the slices
/// of `t`; equal offsets add up. HALF, FLOAT, INT or UNSIGNED_INT.
POPLAR_API void multiUpdateAdd(poplar::Graph &graph, const poplar::Tensor &t, const poplar::Tensor &s,
                               const poplar::Tensor &offsets, const poplar::Tensor &scale,
                               const std::vector<std::size_t> &dims, const std::vector<std::size_t> &sizes,
                               poplar::program::Sequence &prog, const SlicePlan &plan,
                               const poplar::OptionFlags &options, const poplar::DebugContext &debugContext = {});
/// The same for slices of size 1 along `dim` at offsets known now.
POPLAR_API void multiUpdateAdd(poplar::Graph &graph, const poplar::Tensor &t, const poplar::Tensor &s,
                               poplar::ArrayRef<unsigned> offsets, const poplar::Tensor &scale, std::size_t dim,
                               poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},
                               const poplar::OptionFlags &options = {});
/// The same in each group.
POPLAR_API void groupedMultiUpdateAdd(poplar::Graph &graph, const poplar::Tensor &t, const poplar::Tensor &s,
                                      const poplar::Tensor &offsets, const poplar::Tensor &scale,
                                      const std::vector<std::size_t> &dims, const std::vector<std::size_t> &sizes,
                                      poplar::program::Sequence &prog, const SlicePlan &plan,
                                      const poplar::OptionFlags &options,
                                      const poplar::DebugContext &debugContext = {});
/// Replaces the slices of `t` by their maximum with `s`. HALF, FLOAT, INT or UNSIGNED_INT.
POPLAR_API void multiUpdateMax(poplar::Graph &graph, const poplar::Tensor &t, const poplar::Tensor &s,
                               const poplar::Tensor &offsets, const std::vector<std::size_t> &dims,
                               const std::vector<std::size_t> &sizes, poplar::program::Sequence &prog,
                               const SlicePlan &plan, const poplar::OptionFlags &options,
                               const poplar::DebugContext &debugContext = {});
/// The same in each group.
POPLAR_API void groupedMultiUpdateMax(poplar::Graph &graph, const poplar::Tensor &t, const poplar::Tensor &s,
                                      const poplar::Tensor &offsets, const std::vector<std::size_t> &dims,
                                      const std::vector<std::size_t> &sizes, poplar::program::Sequence &prog,
                                      const SlicePlan &plan, const poplar::OptionFlags &options,
                                      const poplar::DebugContext &debugContext = {});
/// Multiplies the slices of `t` by `s`. HALF, FLOAT, INT or UNSIGNED_INT.
POPLAR_API void multiUpdateMul(poplar::Graph &graph, const poplar::Tensor &t, const poplar::Tensor &s,
                               const poplar::Tensor &offsets, const std::vector<std::size_t> &dims,
                               const std::vector<std::size_t> &sizes, poplar::program::Sequence &prog,
                               const SlicePlan &plan, const poplar::OptionFlags &options,
                               const poplar::DebugContext &debugContext = {});
/// The same in each group.
POPLAR_API void groupedMultiUpdateMul(poplar::Graph &graph, const poplar::Tensor &t, const poplar::Tensor &s,
                                      const poplar::Tensor &offsets, const std::vector<std::size_t> &dims,
                                      const std::vector<std::size_t> &sizes, poplar::program::Sequence &prog,
                                      const SlicePlan &plan, const poplar::OptionFlags &options,
                                      const poplar::DebugContext &debugContext = {});
/// @}

} // namespace popops
