#pragma once
// Tensors of quarters, which are moved as their bits and keep their metadata.
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/Type.hpp>
#include <cstddef>
#include <vector>

namespace popops::detail {

inline bool isQuarter(const poplar::Tensor &t) { return t.elementType() == poplar::QUARTER; }

/// What codelets see: quarters as their bits.
inline poplar::Tensor bitsOf(const poplar::Tensor &t) {
  return isQuarter(t) ? t.reinterpret(poplar::UNSIGNED_CHAR) : t;
}

/// A variable with the type and metadata of `t`.
inline poplar::Tensor variableLike(poplar::Graph &graph, const poplar::Tensor &t, const std::vector<std::size_t> &shape,
                                   const poplar::DebugContext &context) {
  return isQuarter(t) && t.hasMetadata() ? graph.addVariable(t.elementType(), t.getMetadata(), shape, context)
                                         : graph.addVariable(t.elementType(), shape, context);
}

} // namespace popops::detail
