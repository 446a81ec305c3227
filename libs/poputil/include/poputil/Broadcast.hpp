#pragma once
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>
#include <cstddef>
#include <vector>

namespace poputil {

/// Gives the tensor of lower rank leading dimensions of size 1 until both have the same rank.
POPLAR_API void expandToMatchRanks(poplar::Tensor &a, poplar::Tensor &b);
/// Replaces `a` by its broadcast view of this shape (right-aligned; dimensions of size 1 are repeated).
/// Throws poplibs_error when the shapes do not fit.
POPLAR_API void broadcastToMatch(poplar::Tensor &a, const std::vector<std::size_t> &shape);
/// Replaces both tensors by their broadcast views of the common shape.
POPLAR_API void broadcastToMatch(poplar::Tensor &a, poplar::Tensor &b);
/// Replaces the three tensors by their broadcast views of the common shape.
POPLAR_API void broadcastToMatch(poplar::Tensor &a, poplar::Tensor &b, poplar::Tensor &c);
/// True when broadcastToMatch(a, b) would succeed.
POPLAR_API bool canBroadcastToMatch(const poplar::Tensor &a, const poplar::Tensor &b);

} // namespace poputil
