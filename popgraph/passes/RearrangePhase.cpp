#include "popgraph/passes/RearrangePhase.hpp"

#include <algorithm>
#include <bit>

namespace popgraph {

void RearrangePhase::add(std::uint32_t tile, std::uint64_t from, std::uint64_t to, std::uint64_t bytes) {
  Work &work = tiles_[tile];
  work.bytes += bytes;
  Piece &last = work.last;
  if (work.pieces != 0 && bytes <= 8 && std::has_single_bit(bytes) && last.bytes == bytes && last.from == from &&
      last.to + bytes * last.times == to) {
    ++last.times;
    return;
  }
  if (work.pieces++ == 0)
    touched_.push_back(tile);
  else
    work.slots += slotsOf(last);
  last = {from, to, bytes, 1};
}

std::uint64_t RearrangePhase::slotsOf(const Piece &piece) const {
  if (piece.times > 1) {
    const std::uint64_t end = piece.to + piece.bytes * piece.times;
    return machine_.rearrangePieceSlots + (end + 7) / 8 - piece.to / 8 + 3 * (piece.to % 8 != 0) + 3 * (end % 8 != 0);
  }
  const std::uint64_t misaligned = piece.from | piece.to | piece.bytes;
  const std::uint64_t atom = misaligned % 8 == 0 ? 8 : misaligned % 4 == 0 ? 4 : misaligned % 2 == 0 ? 2 : 1;
  // Half slots of each atom; the last of an odd number of narrow ones is stored as a whole.
  const std::uint64_t halves = atom == 8 ? 2 : atom == 1 ? 7 : 4;
  return machine_.rearrangePieceSlots + (piece.bytes / atom * halves + 1) / 2;
}

RearrangePlan RearrangePhase::finish(Placement &placement) {
  std::sort(touched_.begin(), touched_.end());
  const RearrangePlan plan{static_cast<std::uint32_t>(placement.rearranges.size()),
                           static_cast<std::uint32_t>(touched_.size())};
  for (const std::uint32_t tile : touched_) {
    Work &work = tiles_[tile];
    work.slots += slotsOf(work.last);
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
