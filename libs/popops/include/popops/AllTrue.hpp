#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>

namespace popops {

/// A BOOL scalar: whether all elements of the BOOL tensor `in` are true. Throws poputil::poplibs_error for other types.
POPLAR_API poplar::Tensor allTrue(poplar::Graph &graph, poplar::Tensor in, poplar::program::Sequence &prog,
                                  const poplar::DebugContext &debugContext = {});

} // namespace popops
