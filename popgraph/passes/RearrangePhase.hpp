#pragma once
// Copies within a tile, by its workers. Each contiguous piece is one entry of a copy vertex's list:
//
//   every piece     rearrangePieceSlots: read and unpack source and length, set up the loop, branch
//   every 8 bytes   one instruction that loads and stores, where source and destination are multiples of 8
//   every 4 bytes   a load and a store, where they are multiples of 4
//   every 2 bytes   a load, and half of packing two and storing them: no narrow stores exist
//   every byte      a load, two to shift it into its place, a quarter of a store
//
// The slots are shared out over the workers evenly, after localCopyCycles for the call, its start and its end.
#include <cstdint>
#include <vector>

#include "popgraph/ir/Module.hpp"
#include "popgraph/machine/Machine.hpp"

namespace popgraph {

class RearrangePhase {
public:
  RearrangePhase(const Machine &machine, std::uint32_t tiles) : machine_(machine), tiles_(tiles) {}
  /// A piece; `address` has the common low bits of where it is and where it goes.
  void add(std::uint32_t tile, std::uint64_t address, std::uint64_t bytes);
  RearrangePlan finish(Placement &placement);

private:
  struct Work {
    std::uint64_t slots = 0, bytes = 0;
    std::uint32_t pieces = 0;
  };
  const Machine &machine_;
  std::vector<Work> tiles_;
  std::vector<std::uint32_t> touched_;
};

} // namespace popgraph
