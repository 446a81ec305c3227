#ifndef POPGRAPH_ARCH_GC_TILE_DEFINES_H
#define POPGRAPH_ARCH_GC_TILE_DEFINES_H
// Constants of the tile, by the name that includes them from low-level code.
#include <poplar/TileConstants.hpp>
#endif
