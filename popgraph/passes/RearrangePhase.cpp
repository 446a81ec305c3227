#include "popgraph/passes/RearrangePhase.hpp"

#include <algorithm>

namespace popgraph {

void RearrangePhase::add(std::uint32_t tile, std::uint64_t address, std::uint64_t bytes) {
  Work &work = tiles_[tile];
  if (work.pieces++ == 0) touched_.push_back(tile);
  const std::uint64_t misaligned = address | bytes;
  const std::uint64_t atom = misaligned % 8 == 0 ? 8 : misaligned % 4 == 0 ? 4 : misaligned % 2 == 0 ? 2 : 1;
  // Half slots of each atom; the last of an odd number of narrow ones is stored as a whole.
  const std::uint64_t halves = atom == 8 ? 2 : atom == 1 ? 7 : 4;
  work.slots += machine_.rearrangePieceSlots + (bytes / atom * halves + 1) / 2;
  work.bytes += bytes;
}

RearrangePlan RearrangePhase::finish(Placement &placement) {
  std::sort(touched_.begin(), touched_.end());
  const RearrangePlan plan{static_cast<std::uint32_t>(placement.rearranges.size()),
                           static_cast<std::uint32_t>(touched_.size())};
  for (const std::uint32_t tile : touched_) {
    Work &work = tiles_[tile];
    const std::uint64_t perWorker = (work.slots + machine_.workers - 1) / machine_.workers;
    placement.rearranges.push_back(
        {tile, static_cast<std::uint32_t>(machine_.localCopyCycles + perWorker * machine_.slotCycles), work.pieces,
         static_cast<std::uint32_t>(work.bytes)});
    work = {};
  }
  touched_.clear();
  return plan;
}

} // namespace popgraph
