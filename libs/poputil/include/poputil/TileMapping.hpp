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
#include <memory>
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
POPLAR_API std::vector<std::vector<poplar::Interval>> calcLinearTileMapping(const poplar::Graph &graph,
                                                                            const poplar::Tensor &t,
                                                                            unsigned offset = 0,
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

/// cloneToIpu, and in `copySrc` and `copyDst` the flat views that a copy of the contents is made of: each element once,
/// in the order of the clone's memory.
POPLAR_API poplar::Tensor
createIpuCopy(poplar::Graph &graph, const poplar::Tensor &t, unsigned dstIpu, poplar::Tensor &copySrc,
              poplar::Tensor &copyDst, const poplar::DebugContext &debugContext = {},
              poplar::TensorCloneMethod method = poplar::TensorCloneMethod::PRESERVE_ORDER_AND_ALIASES);
/// A clone of `t`, a tensor of `srcGraph`, in `dstGraph`, a view of the same graph: each element on the tile of the same
/// number there.
POPLAR_API poplar::Tensor
cloneToGraph(poplar::Graph &srcGraph, poplar::Graph &dstGraph, const poplar::Tensor &t,
             const poplar::DebugContext &debugContext = {},
             poplar::TensorCloneMethod method = poplar::TensorCloneMethod::PRESERVE_ORDER_UNLESS_ALIASES);
/// A tensor like `t` in which every element has a place of its own, and the tile after the last one used. An element's
/// first occurrence keeps its tile; the others are mapped linearly from tile `offset` on.
POPLAR_API std::pair<poplar::Tensor, unsigned> cloneAndExpandAliasing(poplar::Graph &graph, const poplar::Tensor &t,
                                                                      unsigned offset = 0,
                                                                      const poplar::DebugContext &debugContext = {});

/// Rotates tile numbers by `offset` and mirrors them when not `ascending`.
POPLAR_API unsigned transformTileIndex(unsigned tile, unsigned numTiles, unsigned offset, bool ascending);
/// The inverse of transformTileIndex.
POPLAR_API unsigned invTransformTileIndex(unsigned tile, unsigned numTiles, unsigned offset, bool ascending);

/// Chooses tiles for tensors by who uses their elements.
class POPLAR_API TensorUseTracker {
public:
  /// What is done with elements that several tiles use. OptimizeHaloRegions: runs beside elements that one of these
  /// tiles has alone go there. None, ConstrainMappingToUsedTiles, and all other runs: they are shared out between those
  /// tiles in full grains.
  enum class MappingMethod { OptimizeHaloRegions, ConstrainMappingToUsedTiles, None };
  /// For tiles [0, numTiles); elements are shared out from startTile on, upwards or downwards.
  explicit TensorUseTracker(unsigned numTiles, unsigned startTile = 0, bool ascendingMappingOrder = true);
  TensorUseTracker(const TensorUseTracker &other);
  TensorUseTracker(TensorUseTracker &&other) noexcept;
  TensorUseTracker &operator=(const TensorUseTracker &other);
  TensorUseTracker &operator=(TensorUseTracker &&other) noexcept;
  ~TensorUseTracker();
  /// Tile `tile` uses the elements of `t`. Throws poplibs_error for a tile that does not exist.
  void add(const poplar::Graph &graph, unsigned tile, const poplar::Tensor &t);
  /// Adds all uses of another tracker.
  void add(TensorUseTracker other);
  /// Reduces the uses to one tile for each element. `extendPartialUsage`: elements of a used variable that nobody uses
  /// go with their neighbours, else they stay out. Throws poplibs_error for a grainSize of 0.
  void resolve(const poplar::Graph &graph, unsigned grainSize, unsigned minElementsPerTile,
               bool extendPartialUsage = false, MappingMethod mappingMethod = MappingMethod::None);
  /// resolve(), and maps the variables accordingly.
  void mapTensorsByUse(poplar::Graph &graph, unsigned grainSize, unsigned minElementsPerTile,
                       bool extendPartialUsage = false, MappingMethod mappingMethod = MappingMethod::None);
  /// Whether nothing was added.
  bool empty() const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace poputil
