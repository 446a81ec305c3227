#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>

/// Sorting along one dimension, ascending. Keys are HALF, FLOAT, INT or UNSIGNED_INT; values, of the shape of the keys,
/// have any type of 2 or 4 bytes. Equal keys keep their order. NaNs come last. Misuse throws poputil::poplibs_error.
namespace popops {

/// `t` sorted along `dim`, as a new tensor.
POPLAR_API poplar::Tensor sort(poplar::Graph &graph, const poplar::Tensor &t, unsigned dim,
                               poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {});
/// Sorts `t` along `dim`.
POPLAR_API void sortInPlace(poplar::Graph &graph, const poplar::Tensor &t, unsigned dim,
                            poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {});
/// The values `v` in the order that sorts the keys `k` along `dim`, as a new tensor.
POPLAR_API poplar::Tensor sortKeyValue(poplar::Graph &graph, const poplar::Tensor &k, const poplar::Tensor &v,
                                       unsigned dim, poplar::program::Sequence &prog,
                                       const poplar::DebugContext &debugContext = {});
/// Sorts the keys `k` along `dim` and moves the values `v` alike.
POPLAR_API void sortKeyValueInPlace(poplar::Graph &graph, const poplar::Tensor &k, const poplar::Tensor &v,
                                    unsigned dim, poplar::program::Sequence &prog,
                                    const poplar::DebugContext &debugContext = {});

} // namespace popops
