#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>
#include <cstddef>
#include <functional>
#include <vector>

/// Updates of slices at places named by a tensor of indices, INT or UNSIGNED_INT. Updates that do not lie inside are
/// left out. Options are those of multiUpdate. Misuse throws poputil::poplibs_error.
namespace popops {

/// Combines what is there with an update, both of the shape of a slice; the result is stored.
using UpdateComputationFunc =
    std::function<poplar::Tensor(poplar::Graph &, poplar::Tensor &, poplar::Tensor &, poplar::program::Sequence &)>;

/// Stores `updates` to `operand`. Dimension `indexVectorDim` of `indices` (its rank: none, vectors of one element) holds
/// vectors of starts; entry j of a vector is the start along dimension scatterDimsToOperandDims[j], other starts are 0.
/// `updateWindowDims` are the dimensions of `updates` that make up a slice, to which `insertWindowDims` add dimensions
/// of size 1; the others are those of `indices` without indexVectorDim. Of updates of one place the last counts.
POPLAR_API void scatter(poplar::Graph &graph, const poplar::Tensor &operand, const poplar::Tensor &indices,
                        const poplar::Tensor &updates, std::size_t indexVectorDim,
                        const std::vector<unsigned> &updateWindowDims, const std::vector<std::size_t> &insertWindowDims,
                        const std::vector<unsigned> &scatterDimsToOperandDims, poplar::program::Sequence &prog,
                        const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {});
/// The same with a function that combines; one update after the other.
POPLAR_API void scatter(poplar::Graph &graph, const poplar::Tensor &operand, const poplar::Tensor &indices,
                        const poplar::Tensor &updates, std::size_t indexVectorDim,
                        const std::vector<unsigned> &updateWindowDims, const std::vector<std::size_t> &insertWindowDims,
                        const std::vector<unsigned> &scatterDimsToOperandDims,
                        const UpdateComputationFunc &updateComputation, poplar::program::Sequence &prog,
                        const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {});

} // namespace popops
