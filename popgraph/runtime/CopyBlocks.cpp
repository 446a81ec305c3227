// Copies between variables: small ones on this thread, large ones in parts of a quarter of a megabyte on all.
//
// Blocks that lie side by side in one variable and across in the other make a transposition. They are taken together, in
// squares, so that each line of the cache is fetched once:
//
//   source   0 1 2 3 . .        destination   0 4 8 .     block 0: elements 0, 4, 8 of the source
//            4 5 6 7 . .                      1 5 9 .     block 1: elements 1, 5, 9
//            8 9 . . . .                      2 6 . .
#include "popgraph/runtime/CopyBlocks.hpp"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace popgraph {

namespace {

constexpr std::uint64_t kWorthParallel = 1u << 20, kPartBytes = 1u << 18;
constexpr std::uint64_t kSquareBlocks = 16, kSquareElements = 8; // a line of cache of floats, and its ways

std::uint64_t elementsOf(const CopyBlock &block) { return block.length * block.count; }

/// How many blocks from `block` on are the next columns of a transposition.
std::uint64_t transposition(const CopyBlock *block, const CopyBlock *end) {
  const CopyBlock *next = block + 1;
  for (; next != end && next - block < static_cast<std::ptrdiff_t>(kSquareBlocks); ++next) {
    const CopyBlock &before = next[-1];
    if (next->length != 1 || next->count != block->count || next->sourceVariable != block->sourceVariable ||
        next->destinationVariable != block->destinationVariable || next->sourceStride != block->sourceStride ||
        next->destinationStride != block->destinationStride ||
        (next->source != before.source + 1 && next->destination != before.destination + 1))
      break;
  }
  return static_cast<std::uint64_t>(next - block);
}

class Copier {
public:
  Copier(const CopyPlaces &places, std::size_t size) : places_(places), size_(static_cast<std::ptrdiff_t>(size)) {}

  void copy(const CopyBlock *block, const CopyBlock *end) const {
    while (block != end) {
      if (block->length != 1) {
        copyRuns(*block++);
        continue;
      }
      const std::uint64_t blocks = transposition(block, end);
      switch (size_) {
      case 1: copyWords<std::uint8_t>(block, blocks); break;
      case 2: copyWords<std::uint16_t>(block, blocks); break;
      case 4: copyWords<std::uint32_t>(block, blocks); break;
      default: copyWords<std::uint64_t>(block, blocks); break;
      }
      block += blocks;
    }
  }

private:
  void copyRuns(const CopyBlock &block) const {
    const char *in = places_(block.sourceVariable) + static_cast<std::ptrdiff_t>(block.source) * size_;
    char *out = places_(block.destinationVariable) + static_cast<std::ptrdiff_t>(block.destination) * size_;
    for (std::uint64_t k = 0; k < block.count;
         ++k, in += block.sourceStride * size_, out += block.destinationStride * size_)
      std::memcpy(out, in, block.length * static_cast<std::size_t>(size_));
  }

  template <typename Word> void copyWords(const CopyBlock *block, std::uint64_t blocks) const {
    const auto *in = reinterpret_cast<const Word *>(places_(block->sourceVariable));
    auto *out = reinterpret_cast<Word *>(places_(block->destinationVariable));
    for (std::uint64_t from = 0; from < block->count; from += kSquareElements) {
      const std::uint64_t to = blocks == 1 ? block->count : std::min(block->count, from + kSquareElements);
      for (std::uint64_t b = 0; b < blocks; ++b) {
        const auto first = static_cast<std::int64_t>(from);
        const Word *source = in + static_cast<std::int64_t>(block[b].source) + first * block->sourceStride;
        Word *destination = out + static_cast<std::int64_t>(block[b].destination) + first * block->destinationStride;
        for (std::uint64_t k = from; k < to;
             ++k, source += block->sourceStride, destination += block->destinationStride)
          *destination = *source;
      }
      if (blocks == 1) break;
    }
  }

  CopyPlaces places_;
  std::ptrdiff_t size_;
};

/// Blocks of about kPartBytes each: `block`, cut.
void cut(const CopyBlock &block, std::size_t size, std::vector<CopyBlock> &parts) {
  const bool rows = block.count > 1;
  const std::uint64_t whole = rows ? block.count : block.length;
  const std::uint64_t step = std::max<std::uint64_t>(1, kPartBytes / ((rows ? block.length : 1) * size));
  for (std::uint64_t from = 0; from < whole; from += step) {
    CopyBlock part = block;
    (rows ? part.count : part.length) = std::min(step, whole - from);
    const auto first = static_cast<std::int64_t>(from);
    part.source += static_cast<std::uint64_t>(rows ? first * block.sourceStride : first);
    part.destination += static_cast<std::uint64_t>(rows ? first * block.destinationStride : first);
    parts.push_back(part);
  }
}

} // namespace

void copyBlocks(const CopyBlock *begin, const CopyBlock *end, std::uint64_t elements, std::size_t size,
                const CopyPlaces &places) {
  const Copier copier(places, size);
  if (elements * size < kWorthParallel) return copier.copy(begin, end);
  // Blocks in groups of about one size, and single large ones in parts.
  std::vector<CopyBlock> parts;
  std::vector<std::pair<const CopyBlock *, const CopyBlock *>> groups;
  for (const CopyBlock *block = begin; block != end;) {
    if (elementsOf(*block) * size > 2 * kPartBytes) {
      cut(*block++, size, parts);
      continue;
    }
    const CopyBlock *const first = block;
    std::uint64_t bytes = 0;
    while (block != end && bytes < kPartBytes && elementsOf(*block) * size <= 2 * kPartBytes)
      bytes += elementsOf(*block++) * size;
    groups.emplace_back(first, block);
  }
  for (const CopyBlock &part : parts) groups.emplace_back(&part, &part + 1);
  tbb::parallel_for(std::size_t(0), groups.size(),
                    [&](std::size_t i) { copier.copy(groups[i].first, groups[i].second); });
}

} // namespace popgraph
