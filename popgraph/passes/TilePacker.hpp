#pragma once
// Addresses on one tile. What is always live comes first; the rest shares what remains, where lifetimes allow.
//
//   region 0                      │ region 1 (interleaved)                     │ beyond
//   code, stacks, state, data ──▶ │ interleaved data, data that finds no room ▶│ what does not fit
//              ⟵ gaps are filled with what is not always live ⟶
//
// Data that must lie in different memory elements first tries the other region, then the next element; where that takes
// too much room, it lies as the rest does (ElementConstraints.hpp says what it costs). Code runs only in region 0. A
// block lies within one region, unless that would not fit. "Beyond" does not exist: what lies there is out of memory.
#include <cstdint>
#include <vector>

#include "popgraph/ir/Module.hpp"
#include "popgraph/machine/Machine.hpp"

namespace popgraph {

/// Something that needs memory on one tile.
struct MemoryDraft {
  std::uint32_t tile;
  std::uint64_t bytes;
  std::uint32_t alignment; ///< a power of two
  profile::MemoryCategory category;
  bool interleaved;                            ///< wants 128-bit accesses
  std::uint32_t owner, liveSet;                ///< as in MemoryBlock
  /// Data that must lie in other memory elements, or regions: (variable, whether regions), in order.
  std::vector<std::pair<std::uint32_t, bool>> apart = {};
  bool sameOn(const MemoryDraft &other) const; ///< equal but for the tile
};

class TilePacker {
public:
  TilePacker(const Machine &machine, const Liveness &liveness);
  /// The drafts of one tile; returns blocks in order of address.
  std::vector<MemoryBlock> operator()(std::vector<MemoryDraft> drafts) const;
  /// Whether two live sets have a step in common.
  static bool overlap(const Liveness &liveness, std::uint32_t a, std::uint32_t b);
  /// Bytes that a tile can use.
  static std::uint32_t room(const Machine &machine) { return machine.bytesPerTile - machine.unloadableTailBytes; }

private:
  std::vector<MemoryBlock> place(std::vector<MemoryDraft> drafts, bool across) const;
  class Elements;

  // Lifetimes of the largest are compared, each with each; smaller ones count as always live.
  static constexpr std::size_t kMostShared = 4096;

  const Machine &machine_;
  const Liveness &liveness_;
};

} // namespace popgraph
