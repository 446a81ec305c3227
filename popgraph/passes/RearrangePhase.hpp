#pragma once
// Copies within a tile, by its workers. Each contiguous piece is one entry of a copy vertex's list:
//
//   every piece     rearrangePieceSlots: read and unpack source and length, set up the loop, branch
//   every 8 bytes   one instruction that loads and stores, where source and destination are multiples of 8
//   every 4 bytes   a load and a store, where they are multiples of 4
//   every 2 bytes   a load, and half of packing two and storing them: no narrow stores exist
//   every byte      a load, two to shift it into its place, a quarter of a store
//
// Up to 8 bytes that are repeated one after another are one piece: a store for every 8 bytes, and where it begins or
// ends within 8 bytes, a load, two to merge and a store.
// The slots are shared out over the workers evenly, after localCopyCycles for the call, its start and its end.
#include <cstdint>
#include <vector>

#include "popgraph/ir/Module.hpp"
#include "popgraph/machine/Machine.hpp"

namespace popgraph {

/// A number for a byte of a variable that no byte of another has.
inline std::uint64_t addressOf(std::uint32_t variable, std::uint64_t byte) {
  return (std::uint64_t(variable) << 40) + byte;
}

class RearrangePhase {
public:
  RearrangePhase(const Machine &machine, std::uint32_t tiles) : machine_(machine), tiles_(tiles) {}
  /// A piece goes from one byte to another. Addresses tell alignments and which pieces follow or repeat each other.
  void add(std::uint32_t tile, std::uint64_t from, std::uint64_t to, std::uint64_t bytes);
  RearrangePlan finish(Placement &placement);

private:
  /// Bytes at one place that are repeated at another.
  struct Piece {
    std::uint64_t from = 0, to = 0, bytes = 0, times = 0;
  };
  struct Work {
    std::uint64_t slots = 0, bytes = 0;
    std::uint32_t pieces = 0;
    Piece last; ///< not yet in `slots`
  };
  std::uint64_t slotsOf(const Piece &piece) const;

  const Machine &machine_;
  std::vector<Work> tiles_;
  std::vector<std::uint32_t> touched_;
};

} // namespace popgraph
