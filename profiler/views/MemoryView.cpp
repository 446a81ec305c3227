#include "profiler/views/MemoryView.hpp"
#include "popgraph/profile/Schema.hpp"
#include <algorithm>
#include <numeric>

namespace profiler {
namespace {

constexpr std::uint64_t kBins = 16;

void makeHistogram(MemoryView &view) {
  if (view.usedByTile.empty())
    return;
  // Bins are powers of two KiB wide so that their edges read well and do not move with every byte.
  std::uint64_t width = 1024;
  while (width * kBins <= view.maxTileBytes)
    width *= 2;
  std::vector<MemoryView::Bin> bins(kBins);
  for (const std::uint32_t bytes : view.usedByTile)
    ++bins[bytes / width].tiles;
  for (std::uint64_t i = 0; i < kBins; ++i)
    if (bins[i].tiles > 0)
      view.histogram.push_back({i * width, (i + 1) * width, bins[i].tiles});
}

} // namespace

MemoryView makeMemoryView(const Model &model) {
  using namespace popgraph::profile;
  MemoryView view;
  const CompileRecord &compile = model.compile;
  const std::uint32_t tiles = model.numTiles();
  view.bytesPerTile = compile.target.bytesPerTile;
  view.capacityBytes = view.bytesPerTile * tiles;

  std::vector<std::uint64_t> sums(tiles);
  for (std::size_t index = 0; index < kNumMemoryCategories; ++index) {
    MemoryView::Category &category = view.categories.emplace_back();
    category.name = memoryCategoryName(index);
    category.alwaysLive = isAlwaysLive(index);
    if (index < compile.memoryByCategory.size())
      category.bytesByTile = compile.memoryByCategory[index];
    category.bytesByTile.resize(tiles);
    for (std::uint32_t tile = 0; tile < tiles; ++tile) {
      const std::uint32_t bytes = category.bytesByTile[tile];
      category.totalBytes += bytes;
      sums[tile] += bytes;
      if (bytes > category.maxTileBytes) {
        category.maxTileBytes = bytes;
        category.maxTile = tile;
      }
    }
    if (category.alwaysLive)
      view.alwaysLiveBytes += category.totalBytes;
  }

  view.usedByTile = compile.peakBytesByTile;
  if (view.usedByTile.size() != tiles) // not placed: nothing overlaps
    view.usedByTile.assign(sums.begin(), sums.end());
  view.ipus.resize(compile.target.numIPUs);
  for (std::uint32_t tile = 0; tile < tiles; ++tile) {
    const std::uint32_t bytes = view.usedByTile[tile];
    MemoryView::Ipu &ipu = view.ipus[tile / compile.target.tilesPerIPU];
    view.totalBytes += bytes;
    ipu.totalBytes += bytes;
    view.tilesUsed += bytes > 0;
    view.tilesOverLimit += bytes > view.bytesPerTile;
    if (bytes > ipu.maxTileBytes) {
      ipu.maxTileBytes = bytes;
      ipu.maxTile = tile;
    }
    if (bytes > view.maxTileBytes) {
      view.maxTileBytes = bytes;
      view.maxTile = tile;
    }
  }
  view.notAlwaysLiveBytes = view.totalBytes > view.alwaysLiveBytes ? view.totalBytes - view.alwaysLiveBytes : 0;

  std::vector<std::uint32_t> order(tiles);
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return view.usedByTile[a] > view.usedByTile[b]; });
  if (tiles > 0) {
    view.medianTileBytes = view.usedByTile[order[tiles / 2]];
    view.p95TileBytes = view.usedByTile[order[tiles / 20]];
  }
  for (std::uint32_t i = 0; i < std::min<std::uint32_t>(tiles, 5) && view.usedByTile[order[i]] > 0; ++i)
    view.worstTiles.push_back(order[i]);
  makeHistogram(view);
  return view;
}

} // namespace profiler
