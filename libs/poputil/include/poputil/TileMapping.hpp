#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Interval.hpp>
#include <poplar/Program.hpp>
#include <poplar/Target.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/TensorCloneMethod.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/Api.hpp>
#include <cstddef>
#include <utility>
#include <vector>

namespace poputil {

/// The even spread of a flattened shape over all tiles: contiguous pieces whose sizes are multiples of `grainSize`
/// elements (the last one excepted) and at least `minElementsPerTile`, so that small tensors use few tiles.
/// The first piece goes to tile `offset` (modulo the number of tiles), the next to the tile above, or below when
/// `ascendingOrder` is false. Result: one list of intervals per tile. Throws poplibs_error when grainSize is 0.
POPLAR_API std::vector<std::vector<poplar::Interval>>
calcLinearTileMapping(const poplar::Graph &graph, const std::vector<std::size_t> &shape, unsigned minElementsPerTile,
                      unsigned grainSize, unsigned offset = 0, bool ascendingOrder = true);
/// The same for the tiles of a target.
POPLAR_API std::vector<std::vector<poplar::Interval>>
calcLinearTileMapping(const poplar::Target &target, const std::vector<std::size_t> &shape, unsigned minElementsPerTile,
                      unsigned grainSize, unsigned offset = 0, bool ascendingOrder = true);
/// The same with the usual numbers for the tensor's type: at least 128 bytes per tile, grain = the vector width.
POPLAR_API std::vector<std::vector<poplar::Interval>>
calcLinearTileMapping(const poplar::Graph &graph, const poplar::Tensor &t, unsigned offset = 0,
                      bool ascendingOrder = true);
/// The same for a shape and element type on a target.
POPLAR_API std::vector<std::vector<poplar::Interval>>
calcLinearTileMapping(const poplar::Target &target, const std::vector<std::size_t> &shape,
                      const poplar::Type &elementType, unsigned offset = 0, bool ascendingOrder = true);
/// The linear mapping of `t` from tile `offset` on, and the tile after the last one used.
POPLAR_API std::pair<poplar::Graph::TileToTensorMapping, unsigned>
calcLinearTileMappingAndNewOffset(const poplar::Graph &graph, const poplar::Tensor &t, unsigned offset = 0);

/// Applies calcLinearTileMapping to `t`.
POPLAR_API void mapTensorLinearly(poplar::Graph &graph, const poplar::Tensor &t, unsigned minElementsPerTile,
                                  unsigned grainSize);
/// Applies calcLinearTileMapping to `t` with the usual minimum and grain.
POPLAR_API void mapTensorLinearly(poplar::Graph &graph, const poplar::Tensor &t);
/// mapTensorLinearly with the first piece on tile `offset`.
POPLAR_API void mapTensorLinearlyWithOffset(poplar::Graph &graph, const poplar::Tensor &t, unsigned minElementsPerTile,
                                            unsigned grainSize, unsigned offset, bool ascendingOrder = true);
/// mapTensorLinearly with the usual minimum and grain and the first piece on tile `offset`.
POPLAR_API void mapTensorLinearlyWithOffset(poplar::Graph &graph, const poplar::Tensor &t, unsigned offset = 0,
                                            bool ascendingOrder = true);

/// A tile number below `numTiles` that depends on the shape only; spreads small tensors over the chip.
POPLAR_API std::size_t chooseMappingOffset(std::size_t numTiles, const std::vector<std::size_t> &shape);
/// The same, varied by a seed.
POPLAR_API std::size_t chooseMappingOffset(std::size_t numTiles, const std::vector<std::size_t> &shape,
                                           std::size_t seed);

/// How many elements the fullest tile holds beyond its share of a perfect spread that keeps the minimum and grain.
POPLAR_API unsigned getTileImbalance(const poplar::Graph::TileToTensorMapping &mapping, unsigned minElementsPerTile = 0,
                                     unsigned grainSize = 1);
/// The same for the mapping of a tensor.
POPLAR_API unsigned getTileImbalance(const poplar::Graph &graph, const poplar::Tensor &t,
                                     unsigned minElementsPerTile = 0, unsigned grainSize = 1);

/// True when some index along `dimension` has elements on more than one tile.
POPLAR_API bool dimIsSplitOverTiles(const poplar::Graph &graph, const poplar::Tensor &t, unsigned dimension);
/// True when some index along `dimension` has elements on more than one IPU.
POPLAR_API bool dimIsSplitOverIPUs(const poplar::Graph &graph, const poplar::Tensor &t, unsigned dimension);

/// A new 1-D tensor of `type` with as many elements as `fullTensor` has along `dim`, for an operand that is broadcast
/// over the other dimensions (biases, scales). Its elements are spread over the tiles that hold `fullTensor`.
/// `ditherMapping` moves the first tile by a hash of the shape. Throws poplibs_error when dim is not a dimension.
POPLAR_API poplar::Tensor createBroadcastOperand(poplar::Graph &graph, const poplar::Tensor &fullTensor,
                                                 const poplar::Type &type, unsigned dim, bool ditherMapping = false,
                                                 const poplar::DebugContext &debugContext = {});

/// A clone of `t` on the tiles of IPU `dstIPU`, each element on the tile of the same number within its IPU.
POPLAR_API poplar::Tensor
cloneToIpu(poplar::Graph &graph, const poplar::Tensor &t, unsigned dstIPU,
           const poplar::DebugContext &debugContext = {},
           poplar::TensorCloneMethod method = poplar::TensorCloneMethod::PRESERVE_ORDER_UNLESS_ALIASES);
/// cloneToIpu plus a copy of the contents, appended to `prog`.
POPLAR_API poplar::Tensor
copyToIpu(poplar::Graph &graph, const poplar::Tensor &t, poplar::program::Sequence &prog, unsigned dstIPU,
          const poplar::DebugContext &debugContext = {},
          poplar::TensorCloneMethod method = poplar::TensorCloneMethod::PRESERVE_ORDER_UNLESS_ALIASES);

/// Rotates tile numbers by `offset` and mirrors them when not `ascending`.
POPLAR_API unsigned transformTileIndex(unsigned tile, unsigned numTiles, unsigned offset, bool ascending);
/// The inverse of transformTileIndex.
POPLAR_API unsigned invTransformTileIndex(unsigned tile, unsigned numTiles, unsigned offset, bool ascending);

} // namespace poputil
