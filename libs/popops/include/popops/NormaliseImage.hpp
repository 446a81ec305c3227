#pragma once
#include <poplar/ArrayRef.hpp>
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/Api.hpp>
#include <cstddef>

namespace popops {

/// A new image tensor whose innermost dimension are the 3 channels, spread over the tiles by whole pixels. The type is
/// UNSIGNED_CHAR, HALF or FLOAT. Misuse throws poputil::poplibs_error.
POPLAR_API poplar::Tensor createNormaliseImageInput(poplar::Graph &graph, const poplar::Type &type,
                                                    const poplar::ArrayRef<std::size_t> shape,
                                                    const poplar::DebugContext &debugContext = {});
/// (tIn * inScale - offsets) * scales in each of the 3 channels, and 0 in a fourth: the innermost dimension becomes 4.
/// `offsets` {3} and `scales` {3} are HALF or FLOAT, and so is the result; an input of HALF or FLOAT has their type.
/// Misuse throws poputil::poplibs_error.
POPLAR_API poplar::Tensor normaliseImage(poplar::Graph &graph, poplar::program::Sequence &seq,
                                         const poplar::Tensor &tIn, float inScale, const poplar::Tensor &offsets,
                                         const poplar::Tensor &scales, const poplar::DebugContext &debugContext = {});

} // namespace popops
