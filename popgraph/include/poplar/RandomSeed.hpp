#ifndef poplar_RandomSeed_hpp
#define poplar_RandomSeed_hpp
/// \file
/// State of the workers' random number generators.

#include <poplar/DebugContext.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>

namespace poplar {
class Graph;

/// Appends reading the generators of all tiles of the graph. Returns UNSIGNED_INT {tiles, workers, 4}: the two 64-bit
/// words of each worker, low halves first. Row i is on tile i.
POPLAR_API Tensor getHwSeeds(Graph &graph, program::Sequence &sequence, const DebugContext &debugContext = {});
/// Appends writing them: `seeds` as getHwSeeds returns them. Throws control_program_error for another shape or type.
POPLAR_API void setHwSeeds(Graph &graph, const Tensor &seeds, program::Sequence &sequence,
                           const DebugContext &debugContext = {});

} // namespace poplar

#endif
