#pragma once
#include "profiler/Model.hpp"

namespace profiler {

/// Bytes of tile memory. "Used" is the peak: always-live bytes plus the largest step's not-always-live bytes.
struct MemoryView {
  struct Category {
    std::string name;
    bool alwaysLive = true;
    std::uint64_t totalBytes = 0, maxTileBytes = 0;
    std::uint32_t maxTile = 0;
    std::vector<std::uint32_t> bytesByTile;
  };
  struct Bin { std::uint64_t fromBytes = 0, toBytes = 0; std::uint32_t tiles = 0; }; ///< from <= bytes < to
  struct Ipu { std::uint64_t totalBytes = 0, maxTileBytes = 0; std::uint32_t maxTile = 0; };

  std::uint64_t totalBytes = 0, capacityBytes = 0, bytesPerTile = 0;
  std::uint64_t alwaysLiveBytes = 0, notAlwaysLiveBytes = 0;
  std::uint64_t maxTileBytes = 0, medianTileBytes = 0, p95TileBytes = 0;
  std::uint32_t maxTile = 0, tilesUsed = 0, tilesOverLimit = 0;
  std::vector<std::uint32_t> usedByTile;
  std::vector<Category> categories;       ///< all of them, in file order
  std::vector<Bin> histogram;             ///< only ranges that hold tiles
  std::vector<std::uint32_t> worstTiles;  ///< fullest first, at most five
  std::vector<Ipu> ipus;
};

MemoryView makeMemoryView(const Model &model);

} // namespace profiler
