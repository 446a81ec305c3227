#pragma once
#include <popops/SlicePlan.hpp>
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/Api.hpp>
#include <cstddef>
#include <vector>

/// Slices at offsets that are known when the program runs. `offset` is an UNSIGNED_INT tensor with one element for each
/// of `dims`, the dimensions that are sliced; `sizes` are the sizes of the slice along them. A slice that starts inside
/// and runs past the end goes on at index 0. With an offset outside, a slice is undefined and an update does nothing;
/// with
/// the option remapOutOfBoundIndices (true, false) it counts as 0. Option validateIndices (true, false) is accepted.
/// Misuse
/// throws poputil::poplibs_error.
namespace popops {

/// A new tensor laid out for slicing along `dims`: the other dimensions are spread over the tiles, each of their
/// elements with everything that slices choose from on one tile. `minGrainSize` elements stay together (0: a vector).
POPLAR_API poplar::Tensor createSliceableTensor(poplar::Graph &graph, const poplar::Type &type,
                                                const std::vector<std::size_t> &shape,
                                                const std::vector<std::size_t> &dims,
                                                const std::vector<std::size_t> &sizes, std::size_t minGrainSize = 0,
                                                const poplar::DebugContext &debugContext = {});
/// A new tensor {numIndices, shape of t with dims cut to sizes}, each slice laid out like a slice of `t`.
POPLAR_API poplar::Tensor createSliceTensor(poplar::Graph &graph, const poplar::Tensor &t,
                                            const std::vector<std::size_t> &dims,
                                            const std::vector<std::size_t> &sizes, std::size_t numIndices,
                                            const poplar::DebugContext &debugContext = {});
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

/// \name Look-ups of many rows
/// `offsets` {n, 1} is UNSIGNED_INT, `dims` and `sizes` have one element: slices of sizes[0] rows along dims[0].
/// Offsets of which a row would lie outside are left out: their slices are 0, their updates do nothing. Options as for
/// embedding::plan.
/// @{
/// A new tensor laid out for look-ups.
POPLAR_API poplar::Tensor createSliceableTensor(poplar::Graph &graph, const poplar::Type &type,
                                                const std::vector<std::size_t> &shape,
                                                const std::vector<std::size_t> &dims,
                                                const std::vector<std::size_t> &sizes, const SlicePlan &plan,
                                                const poplar::OptionFlags &options,
                                                const poplar::DebugContext &debugContext = {});
/// A new tensor for `numIndices` slices or updates: {numIndices, shape with dims cut to sizes}.
POPLAR_API poplar::Tensor createSliceTensor(poplar::Graph &graph, const poplar::Type &type,
                                            const std::vector<std::size_t> &shape,
                                            const std::vector<std::size_t> &dims,
                                            const std::vector<std::size_t> &sizes, std::size_t numIndices,
                                            const SlicePlan &plan, const poplar::OptionFlags &options,
                                            const poplar::DebugContext &debugContext = {});
/// A new tensor for offsets: UNSIGNED_INT {numIndices, number of dims}.
POPLAR_API poplar::Tensor createIndicesTensor(poplar::Graph &graph, const std::vector<std::size_t> &dims,
                                              std::size_t numIndices, const SlicePlan &plan,
                                              const poplar::OptionFlags &options,
                                              const poplar::DebugContext &debugContext = {});
/// The slices at all offsets: {n, shape of t with dims cut to sizes}.
POPLAR_API poplar::Tensor multiSlice(poplar::Graph &graph, const poplar::Tensor &t, const poplar::Tensor &offsets,
                                     const std::vector<std::size_t> &dims, const std::vector<std::size_t> &sizes,
                                     poplar::program::Sequence &prog, const SlicePlan &plan,
                                     const poplar::OptionFlags &options,
                                     const poplar::DebugContext &debugContext = {});
/// Stores `s` {n, ...} to the rows of `t` at the offsets; of equal offsets the last counts.
POPLAR_API void multiUpdate(poplar::Graph &graph, const poplar::Tensor &t, const poplar::Tensor &s,
                            const poplar::Tensor &offsets, const std::vector<std::size_t> &dims,
                            const std::vector<std::size_t> &sizes, poplar::program::Sequence &prog,
                            const SlicePlan &plan, const poplar::OptionFlags &options,
                            const poplar::DebugContext &debugContext = {});
/// Adds `scale` (one element of the type of t) times `s` to the rows of `t`; equal offsets add up. HALF, FLOAT, INT or
/// UNSIGNED_INT.
POPLAR_API void multiUpdateAdd(poplar::Graph &graph, const poplar::Tensor &t, const poplar::Tensor &s,
                               const poplar::Tensor &offsets, const poplar::Tensor &scale,
                               const std::vector<std::size_t> &dims, const std::vector<std::size_t> &sizes,
                               poplar::program::Sequence &prog, const SlicePlan &plan,
                               const poplar::OptionFlags &options, const poplar::DebugContext &debugContext = {});
/// Replaces the rows of `t` by their maximum with `s`. HALF, FLOAT, INT or UNSIGNED_INT.
POPLAR_API void multiUpdateMax(poplar::Graph &graph, const poplar::Tensor &t, const poplar::Tensor &s,
                               const poplar::Tensor &offsets, const std::vector<std::size_t> &dims,
                               const std::vector<std::size_t> &sizes, poplar::program::Sequence &prog,
                               const SlicePlan &plan, const poplar::OptionFlags &options,
                               const poplar::DebugContext &debugContext = {});
/// @}

} // namespace popops
