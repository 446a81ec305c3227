#ifndef poplar_CycleCount_hpp
#define poplar_CycleCount_hpp
/// \file
/// Cycle counters of the device.

#include <vector>

#include <poplar/DebugContext.hpp>
#include <poplar/Program.hpp>
#include <poplar/SyncType.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>

namespace poplar {
class Graph;

/// Wraps `sequence` in place so that it measures itself. Returns UNSIGNED_INT {2} on `tile`: low and high word of the
/// cycles between two counter reads, one before and one after; `syncType` says which tiles are synchronised first. On
/// a CPU target the count is 0. Throws invalid_tile_mapping for a tile that does not exist.
POPLAR_API Tensor cycleCount(Graph &graph, program::Sequence &sequence, unsigned tile, SyncType syncType,
                             const DebugContext &debugContext = {});
/// Older form with an internal sync.
inline Tensor cycleCount(Graph &graph, program::Sequence &sequence, unsigned tile,
                         const DebugContext &debugContext = {}) {
  return cycleCount(graph, sequence, tile, SyncType::INTERNAL, debugContext);
}
/// Appends a read of the cycle counter. Returns UNSIGNED_INT {2}: low and high word.
POPLAR_API Tensor cycleStamp(Graph &graph, program::Sequence &sequence, unsigned tile, SyncType syncType,
                             const DebugContext &debugContext = {});
/// As above after one sync for all of `tiles`; one tensor for each.
POPLAR_API std::vector<Tensor> cycleStamp(Graph &graph, program::Sequence &sequence,
                                          const std::vector<unsigned> &tiles, SyncType syncType,
                                          const DebugContext &debugContext = {});
/// Older forms with an internal sync.
inline Tensor cycleStamp(Graph &graph, program::Sequence &sequence, unsigned tile,
                         const DebugContext &debugContext = {}) {
  return cycleStamp(graph, sequence, tile, SyncType::INTERNAL, debugContext);
}
inline std::vector<Tensor> cycleStamp(Graph &graph, program::Sequence &sequence, const std::vector<unsigned> &tiles,
                                      const DebugContext &debugContext = {}) {
  return cycleStamp(graph, sequence, tiles, SyncType::INTERNAL, debugContext);
}

} // namespace poplar

#endif
