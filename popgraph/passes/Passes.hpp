#pragma once
// The passes, one verb each. Every pass reads a Module that an earlier stage completed and adds its own part; the order
// and the reasons for it are in Pipeline.cpp.
#include <vector>

#include "popgraph/ir/Module.hpp"
#include "popgraph/passes/Pipeline.hpp"

namespace popgraph {

void lowerPrograms(Module &module, const GraphState &graph,
                   const std::vector<poplar::program::Program> &programs);
void checkConnections(const Module &module);
void orderVertices(Module &module);
/// Whether a tile of the target is a whole processor, whose rows may be several tasks.
bool runsTilesInParts(const Module &module);
void estimateVertices(Module &module, const GraphState &graph);
void checkRaces(const Module &module);
void checkMapping(const Module &module);
void routeExchange(Module &module);
void findLiveness(Module &module);
void placeMemory(Module &module, bool allowOutOfMemory);

/// Checks what the module's stage promises; throws std::logic_error for a fault of ours.
void verify(const Module &module);
/// The same for all that a finished module holds, and that every id and range in it is good: for modules that were read
/// from outside. Throws std::logic_error.
void verifyExecutable(const Module &module);

} // namespace popgraph
