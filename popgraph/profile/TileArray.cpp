#include "popgraph/profile/TileArray.hpp"
#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <zstd.h>

namespace popgraph::profile {
namespace {

constexpr int kLevel = 1; // a run may bring 100,000 distinct arrays; higher levels gain little on narrowed values

template <class T> void narrowTo(std::string &out, const std::uint32_t *values, std::size_t count, std::uint32_t base) {
  out.resize(count * sizeof(T));
  for (std::size_t i = 0; i < count; ++i) {
    const T value = static_cast<T>(values[i] - base);
    std::memcpy(out.data() + i * sizeof(T), &value, sizeof(T));
  }
}

template <class T> void widenFrom(std::vector<std::uint32_t> &out, const std::string &raw, std::uint32_t base) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    T value;
    std::memcpy(&value, raw.data() + i * sizeof(T), sizeof(T));
    if (value > std::numeric_limits<std::uint32_t>::max() - base)
      throw std::runtime_error("a value of a tile array does not fit 32 bits");
    out[i] = base + value;
  }
}

} // namespace

TileArrayPacker::TileArrayPacker() : context_(ZSTD_createCCtx()) {
  if (!context_)
    throw std::bad_alloc();
}
TileArrayPacker::~TileArrayPacker() = default;
void TileArrayPacker::Free::operator()(ZSTD_CCtx_s *context) const { ZSTD_freeCCtx(context); }

const PackedTileArray &TileArrayPacker::pack(const std::uint32_t *values, std::size_t count) {
  packed_ = {};
  if (count == 0)
    return packed_;
  const auto [low, high] = std::minmax_element(values, values + count);
  packed_.base = *low;
  const std::uint32_t range = *high - *low;
  if (range == 0)
    return packed_;
  packed_.width = range <= 0xFF ? 1 : range <= 0xFFFF ? 2 : 4;
  if (packed_.width == 1)
    narrowTo<std::uint8_t>(narrow_, values, count, packed_.base);
  else if (packed_.width == 2)
    narrowTo<std::uint16_t>(narrow_, values, count, packed_.base);
  else
    narrowTo<std::uint32_t>(narrow_, values, count, packed_.base);
  packed_.data.resize(ZSTD_compressBound(narrow_.size()));
  const std::size_t size = ZSTD_compressCCtx(context_.get(), packed_.data.data(), packed_.data.size(), narrow_.data(),
                                             narrow_.size(), kLevel);
  if (ZSTD_isError(size))
    throw std::runtime_error(std::string("cannot compress a tile array: ") + ZSTD_getErrorName(size));
  packed_.data.resize(size);
  return packed_;
}

std::vector<std::uint32_t> unpackTileArray(std::int64_t base, std::int64_t width, std::size_t count,
                                           std::string_view data) {
  if (base < 0 || base > std::numeric_limits<std::uint32_t>::max())
    throw std::runtime_error("the base of a tile array is out of range");
  const auto low = static_cast<std::uint32_t>(base);
  if (width == 0) {
    if (!data.empty())
      throw std::runtime_error("a uniform tile array carries data");
    return std::vector<std::uint32_t>(count, low);
  }
  if (width != 1 && width != 2 && width != 4)
    throw std::runtime_error("a tile array has values of " + std::to_string(width) + " bytes");
  // The frame must promise the size the file's header implies before anything of that size is reserved for it.
  const std::size_t size = count * static_cast<std::size_t>(width);
  if (ZSTD_getFrameContentSize(data.data(), data.size()) != size)
    throw std::runtime_error("a tile array does not hold " + std::to_string(count) + " values");
  std::string raw(size, '\0');
  const std::size_t got = ZSTD_decompress(raw.data(), raw.size(), data.data(), data.size());
  if (ZSTD_isError(got) || got != size)
    throw std::runtime_error("a tile array does not decompress");
  std::vector<std::uint32_t> values(count);
  if (width == 1)
    widenFrom<std::uint8_t>(values, raw, low);
  else if (width == 2)
    widenFrom<std::uint16_t>(values, raw, low);
  else
    widenFrom<std::uint32_t>(values, raw, low);
  return values;
}

} // namespace popgraph::profile
