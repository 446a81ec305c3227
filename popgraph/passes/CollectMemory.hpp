#pragma once
// What each tile has to hold, before anything has an address.
#include <vector>

#include "popgraph/passes/TilePacker.hpp"

namespace popgraph {

/// In order of tiles; the order within a tile is that of (category, owner) and does not depend on the user's.
std::vector<MemoryDraft> collectMemory(const Module &module);

} // namespace popgraph
