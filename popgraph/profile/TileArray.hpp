#pragma once
// Per-tile arrays on disk: values minus their minimum, in the narrowest integer width, zstd-compressed.
//
//   values  7 9 7 300        base 7, width 2:   0 2 0 293  -> zstd
//   values  5 5 5 5          base 5, width 0:   nothing stored
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct ZSTD_CCtx_s;

namespace popgraph::profile {

struct PackedTileArray {
  std::uint32_t base = 0;
  std::uint32_t width = 0; ///< bytes per value before compression: 0, 1, 2 or 4
  std::string data;
};

/// Keeps its compression context and buffers between arrays.
class TileArrayPacker {
public:
  TileArrayPacker();
  ~TileArrayPacker();
  /// The result is valid until the next call.
  const PackedTileArray &pack(const std::uint32_t *values, std::size_t count);

private:
  struct Free { void operator()(ZSTD_CCtx_s *context) const; };
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
  std::string narrow_;
  PackedTileArray packed_;
};

/// Undoes pack(). Trusts nothing: throws std::runtime_error saying what is wrong when the parts do not make exactly
/// `count` 32-bit values.
std::vector<std::uint32_t> unpackTileArray(std::int64_t base, std::int64_t width, std::size_t count,
                                           std::string_view data);

} // namespace popgraph::profile
