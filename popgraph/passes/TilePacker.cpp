#include "popgraph/passes/TilePacker.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "popgraph/passes/ElementConstraints.hpp"

namespace popgraph {

namespace {

using profile::MemoryCategory;

bool isCode(MemoryCategory category) {
  return category == MemoryCategory::VertexCode || category == MemoryCategory::ControlCode ||
         category == MemoryCategory::InternalExchangeCode || category == MemoryCategory::HostExchangeCode;
}
bool isData(MemoryCategory category) {
  return category == MemoryCategory::Variable || category == MemoryCategory::Constant;
}

std::uint64_t alignUp(std::uint64_t address, std::uint64_t to) { return (address + to - 1) / to * to; }

/// Free memory of a tile from a growing end: region 0, region 1, both while region 1 is empty, and beyond. With `across`
/// data that needs no interleaving may lie across the border, and what needs it lies at the end of region 1.
class Regions {
public:
  struct Region {
    std::uint64_t at, end;
  };
  enum : std::size_t { Linear, Interleaved, Both, Beyond, Count };

  Regions(const Machine &machine, bool across, std::uint64_t interleavedBytes) : across_(across) {
    const std::uint64_t room = TilePacker::room(machine);
    border_ = std::min<std::uint64_t>(machine.interleavedOffset, room);
    const std::uint64_t end = across ? room - std::min(interleavedBytes, room - border_) : border_;
    of_[Linear] = {0, end};
    of_[Interleaved] = {end, room};
    of_[Beyond] = {machine.bytesPerTile, ~std::uint64_t(0) / 2};
  }
  Region operator[](std::size_t region) const {
    return region == Both ? Region{of_[Linear].at, of_[Interleaved].end} : of_[region];
  }
  bool allows(std::size_t region, const MemoryDraft &draft) const {
    switch (region) {
    case Linear: return !draft.interleaved;
    case Interleaved: return !isCode(draft.category);
    // Only ordinary accesses work across the border. The last choice: nothing else can use what is cut off.
    case Both: return !across_ && !draft.interleaved && !isCode(draft.category) && of_[Interleaved].at == border_;
    default: return true;
    }
  }
  std::uint64_t endFor(std::size_t region, const MemoryDraft &draft) const {
    const std::uint64_t end = (*this)[region].end;
    return region == Linear && isCode(draft.category) ? std::min(end, border_) : end;
  }
  /// `clear(draft, address)` gives the first address from there on that the draft may have.
  template <typename Clear> std::uint64_t take(const MemoryDraft &draft, Clear &&clear) {
    // Where something is in the way, another region rather than a gap.
    for (const bool gaps : {false, true})
      for (std::size_t r = 0; r < Count; ++r) {
        const std::uint64_t next = alignUp((*this)[r].at, draft.alignment), address = clear(draft, next);
        if (!allows(r, draft) || address + draft.bytes > endFor(r, draft)) continue;
        if (!gaps && (address != next || r == Beyond)) continue;
        of_[r == Both ? Interleaved : r].at = address + draft.bytes;
        if (r == Both) of_[Linear].at = border_;
        return address;
      }
    return alignUp((*this)[Beyond].at, draft.alignment); // not reached: it has no end
  }

private:
  bool across_;
  std::uint64_t border_;
  Region of_[Count];
};

} // namespace

/// Where data lies that others must lie apart from.
class TilePacker::Elements {
public:
  explicit Elements(const Machine &machine) : machine_(machine) {}
  void add(const MemoryDraft &draft, std::uint64_t address) {
    if (!draft.apart.empty()) placed_[draft.owner] = {address, draft.bytes};
  }
  /// The first address from `address` on where the draft shares no element with what it must lie apart from.
  std::uint64_t clear(const MemoryDraft &draft, std::uint64_t address) const {
    for (std::size_t i = 0; i < draft.apart.size();) {
      const auto [owner, region] = draft.apart[i++];
      const auto other = placed_.find(owner);
      if (other == placed_.end()) continue;
      const ElementSpan taken(machine_, other->second.first, other->second.second, region);
      if (address >= machine_.bytesPerTile || !taken.meets(ElementSpan(machine_, address, draft.bytes, region)))
        continue;
      address = alignUp(std::min<std::uint64_t>(taken.end, machine_.bytesPerTile), draft.alignment);
      i = 0;
    }
    return address;
  }

private:
  const Machine &machine_;
  std::map<std::uint32_t, std::pair<std::uint64_t, std::uint64_t>> placed_; ///< by variable: address, bytes
};

bool MemoryDraft::sameOn(const MemoryDraft &other) const {
  const auto tied = [](const MemoryDraft &d) {
    return std::tie(d.bytes, d.alignment, d.category, d.interleaved, d.owner, d.liveSet, d.apart);
  };
  return tied(*this) == tied(other);
}

TilePacker::TilePacker(const Machine &machine, const Liveness &liveness) : machine_(machine), liveness_(liveness) {}

bool TilePacker::overlap(const Liveness &liveness, std::uint32_t a, std::uint32_t b) {
  const LiveSet &x = liveness.sets[a], &y = liveness.sets[b];
  const StepRange *i = liveness.ranges.data() + x.first, *iEnd = i + x.count;
  const StepRange *j = liveness.ranges.data() + y.first, *jEnd = j + y.count;
  while (i != iEnd && j != jEnd) {
    if (i->end <= j->begin)
      ++i;
    else if (j->end <= i->begin)
      ++j;
    else
      return true;
  }
  return false;
}

std::vector<MemoryBlock> TilePacker::operator()(std::vector<MemoryDraft> drafts) const {
  const auto fits = [&](const std::vector<MemoryBlock> &blocks) {
    return std::none_of(blocks.begin(), blocks.end(),
                        [&](const MemoryBlock &block) { return block.address >= machine_.bytesPerTile; });
  };
  const std::vector<MemoryBlock> apart = place(drafts, false);
  if (fits(apart)) return apart;
  std::vector<MemoryBlock> across = place(drafts, true);
  if (fits(across)) return across;
  // Room before speed.
  bool constrained = false;
  for (MemoryDraft &draft : drafts) {
    constrained = constrained || !draft.apart.empty();
    draft.apart.clear();
  }
  return constrained ? (*this)(std::move(drafts)) : apart;
}

std::vector<MemoryBlock> TilePacker::place(std::vector<MemoryDraft> drafts, bool across) const {
  // Code before everything else of region 0, then what has no choice, then large before small.
  const auto rank = [](const MemoryDraft &d) {
    return isCode(d.category) ? 0 : d.liveSet != kAlwaysLive ? 4 : !isData(d.category) ? 1 : d.interleaved ? 2 : 3;
  };
  std::sort(drafts.begin(), drafts.end(), [&](const MemoryDraft &a, const MemoryDraft &b) {
    const int ra = rank(a), rb = rank(b);
    const bool bySize = ra >= 2;
    return std::make_tuple(ra, bySize ? ~a.bytes : std::uint64_t(0), a.category, a.owner) <
           std::make_tuple(rb, bySize ? ~b.bytes : std::uint64_t(0), b.category, b.owner);
  });
  std::vector<MemoryBlock> blocks;
  blocks.reserve(drafts.size());
  const auto keep = [&](const MemoryDraft &d, std::uint64_t address, std::uint32_t liveSet) {
    blocks.push_back({address, d.bytes, d.category, d.owner, liveSet});
  };
  std::uint64_t interleaved = 0;
  for (const MemoryDraft &d : drafts)
    if (d.interleaved) interleaved += alignUp(d.bytes, d.alignment);
  Regions regions(machine_, across, interleaved);
  Elements elements(machine_);
  const auto take = [&](const MemoryDraft &draft) {
    const std::uint64_t address =
        regions.take(draft, [&](const MemoryDraft &d, std::uint64_t at) { return elements.clear(d, at); });
    elements.add(draft, address);
    keep(draft, address, kAlwaysLive);
  };
  std::size_t shared = 0;
  while (shared < drafts.size() && drafts[shared].liveSet == kAlwaysLive) take(drafts[shared++]);
  for (std::size_t i = shared + kMostShared; i < drafts.size(); ++i) take(drafts[i]);

  std::vector<MemoryBlock> placed; // by address
  for (std::size_t i = shared; i < std::min(drafts.size(), shared + kMostShared); ++i) {
    const MemoryDraft &draft = drafts[i];
    std::uint64_t address = 0;
    for (std::size_t r = 0; r < Regions::Count; ++r) {
      if (!regions.allows(r, draft)) continue;
      address = alignUp(regions[r].at, draft.alignment);
      for (std::uint64_t tried = ~std::uint64_t(0); tried != address;) {
        tried = address = elements.clear(draft, address);
        for (const MemoryBlock &other : placed) {
          if (other.address + other.bytes <= address) continue;
          if (other.address >= address + draft.bytes) break;
          if (overlap(liveness_, other.liveSet, draft.liveSet))
            address = alignUp(other.address + other.bytes, draft.alignment);
        }
      }
      if (address + draft.bytes <= regions[r].end) break;
    }
    elements.add(draft, address);
    const MemoryBlock block{address, draft.bytes, draft.category, draft.owner, draft.liveSet};
    placed.insert(std::upper_bound(placed.begin(), placed.end(), block,
                                   [](const MemoryBlock &a, const MemoryBlock &b) { return a.address < b.address; }),
                  block);
  }
  blocks.insert(blocks.end(), placed.begin(), placed.end());
  std::sort(blocks.begin(), blocks.end(), [](const MemoryBlock &a, const MemoryBlock &b) {
    return std::tie(a.address, a.category, a.owner) < std::tie(b.address, b.category, b.owner);
  });
  return blocks;
}

} // namespace popgraph
