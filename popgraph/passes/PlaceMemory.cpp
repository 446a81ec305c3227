// An address for every byte of every tile, the bytes by category, and whether it all fits.
#include <algorithm>
#include <bit>
#include <map>
#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>
#include <unordered_map>

#include "popgraph/api/TargetAccess.hpp"
#include "popgraph/base/Log.hpp"
#include "popgraph/passes/CollectMemory.hpp"
#include "popgraph/passes/ElementConstraints.hpp"
#include "popgraph/passes/Passes.hpp"
#include "popgraph/profile/Schema.hpp"

namespace popgraph {

namespace {

using profile::MemoryCategory;

constexpr std::size_t kCategories = static_cast<std::size_t>(MemoryCategory::Count);

/// As tables of 32 bits hold it.
std::uint32_t saturated(std::uint64_t bytes) { return static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, ~0u)); }

/// How many bytes that are not always live a layout holds in each step: (first step, bytes until the next entry).
using Course = std::vector<std::pair<std::uint32_t, std::uint64_t>>;

class MemoryPlacement {
public:
  explicit MemoryPlacement(Module &module)
      : module_(module), placement_(module.placement), machine_(machineOf(module.target)),
        numTiles_(module.target.getNumTiles()) {}

  void run() {
    placement_.apart = wantedApart(module_);
    const std::vector<MemoryDraft> drafts = collectMemory(module_);
    layOut(drafts);
    findStalls(module_);
    placement_.memory.assign(kCategories, std::vector<std::uint32_t>(numTiles_, 0));
    placement_.peakBytes.assign(numTiles_, 0);
    std::vector<Summary> summaries;
    for (const TileLayout &layout : placement_.layouts) summaries.push_back(summarise(layout));
    for (std::uint32_t t = 0; t < numTiles_; ++t) {
      const Summary &summary = summaries[placement_.layoutOfTile[t]];
      for (std::size_t c = 0; c < kCategories; ++c) placement_.memory[c][t] = saturated(summary.bytes[c]);
      placement_.peakBytes[t] = saturated(summary.peak);
    }
    recordLiveness(summaries);
  }

  void checkFits(bool allow) const {
    const std::uint32_t room = TilePacker::room(machine_);
    std::vector<bool> isOver(placement_.layouts.size(), false);
    for (std::size_t l = 0; l < isOver.size(); ++l)
      forEachBlock(placement_.layouts[l], [&](const MemoryBlock &block) {
        isOver[l] = isOver[l] || block.address + block.bytes > room;
      });
    std::uint32_t over = 0, tile = 0;
    for (std::uint32_t t = 0; t < numTiles_; ++t) {
      if (!isOver[placement_.layoutOfTile[t]]) continue;
      if (over++ == 0 || placement_.peakBytes[t] > placement_.peakBytes[tile]) tile = t;
    }
    if (over == 0) return;
    std::string text = describe(tile, over, room);
    const bool isModelled = placement_.peakBytes[tile] != saturated(~std::uint64_t(0));
    if (!isModelled) text += " No model has tiles of 4 GiB and more.";
    if (allow && isModelled)
      log().warn(text);
    else
      throw poplar::graph_memory_allocation_error(text);
  }

private:
  struct Summary {
    std::uint64_t bytes[kCategories] = {};
    std::uint64_t peak = 0;
    Course course;
  };

  template <typename F> void forEachBlock(const TileLayout &layout, F &&f) const {
    for (std::uint32_t b = layout.first; b < layout.first + layout.blocks; ++b) f(placement_.blocks[b]);
  }

  /// Tiles that hold the same, which are most in most programs, are laid out once.
  void layOut(const std::vector<MemoryDraft> &drafts) {
    const TilePacker pack(machine_, placement_.liveness);
    placement_.layoutOfTile.assign(numTiles_, 0);
    placement_.layouts.assign(1, {}); // of tiles that hold nothing
    struct Known {
      std::size_t first, count;
      std::uint32_t layout;
    };
    std::unordered_multimap<std::uint64_t, Known> known;
    for (std::size_t i = 0; i < drafts.size();) {
      std::size_t end = i;
      std::uint64_t hash = 0;
      const auto mix = [&](std::uint64_t value) { hash = std::rotl(hash ^ value * 0x9e3779b97f4a7c15u, 29) * 5 + 1; };
      for (; end < drafts.size() && drafts[end].tile == drafts[i].tile; ++end) {
        const MemoryDraft &d = drafts[end];
        mix((d.bytes << 32) | d.owner);
        mix((std::uint64_t(d.liveSet) << 32) | (std::uint64_t(d.alignment) << 8) |
            static_cast<std::uint64_t>(d.category));
        for (const auto &[owner, region] : d.apart) mix(std::uint64_t(owner) << 1 | region);
      }
      std::uint32_t layout = 0;
      const auto [from, to] = known.equal_range(hash);
      for (auto k = from; k != to && layout == 0; ++k)
        if (k->second.count == end - i &&
            std::equal(drafts.begin() + static_cast<std::ptrdiff_t>(i),
                       drafts.begin() + static_cast<std::ptrdiff_t>(end),
                       drafts.begin() + static_cast<std::ptrdiff_t>(k->second.first),
                       [](const MemoryDraft &a, const MemoryDraft &b) { return a.sameOn(b); }))
          layout = k->second.layout;
      if (layout == 0) {
        const std::vector<MemoryBlock> blocks =
            pack({drafts.begin() + static_cast<std::ptrdiff_t>(i), drafts.begin() + static_cast<std::ptrdiff_t>(end)});
        layout = static_cast<std::uint32_t>(placement_.layouts.size());
        placement_.layouts.push_back(
            {static_cast<std::uint32_t>(placement_.blocks.size()), static_cast<std::uint32_t>(blocks.size())});
        placement_.blocks.insert(placement_.blocks.end(), blocks.begin(), blocks.end());
        known.emplace(hash, Known{i, end - i, layout});
      }
      placement_.layoutOfTile[drafts[i].tile] = layout;
      i = end;
    }
  }

  template <typename F> void forEachRange(std::uint32_t liveSet, F &&f) const {
    const LiveSet &set = placement_.liveness.sets[liveSet];
    for (std::uint32_t r = set.first; r < set.first + set.count; ++r) f(placement_.liveness.ranges[r]);
  }

  Summary summarise(const TileLayout &layout) const {
    Summary summary;
    std::map<std::uint32_t, std::int64_t> changes;
    forEachBlock(layout, [&](const MemoryBlock &block) {
      if (block.liveSet == kAlwaysLive) {
        summary.bytes[static_cast<std::size_t>(block.category)] += block.bytes;
        summary.peak += block.bytes;
      } else {
        forEachRange(block.liveSet, [&](const StepRange &range) {
          changes[range.begin] += static_cast<std::int64_t>(block.bytes);
          changes[range.end] -= static_cast<std::int64_t>(block.bytes);
        });
      }
    });
    std::int64_t now = 0;
    std::uint64_t most = 0;
    std::uint32_t fullest = 0;
    for (const auto &[step, change] : changes) {
      now += change;
      summary.course.emplace_back(step, static_cast<std::uint64_t>(now));
      if (static_cast<std::uint64_t>(now) <= most) continue;
      most = static_cast<std::uint64_t>(now);
      fullest = step;
    }
    if (most == 0) return summary;
    summary.peak += most;
    forEachBlock(layout, [&](const MemoryBlock &block) {
      if (block.liveSet == kAlwaysLive) return;
      forEachRange(block.liveSet, [&](const StepRange &range) {
        if (range.begin <= fullest && fullest < range.end)
          summary.bytes[static_cast<std::size_t>(block.category)] += block.bytes;
      });
    });
    return summary;
  }

  void recordLiveness(const std::vector<Summary> &summaries) {
    const auto steps = static_cast<std::uint32_t>(module_.steps.size());
    std::vector<std::uint64_t> tilesOf(summaries.size(), 0);
    std::vector<std::uint32_t> firstTile(summaries.size(), ~0u);
    for (std::uint32_t t = 0; t < numTiles_; ++t) {
      ++tilesOf[placement_.layoutOfTile[t]];
      firstTile[placement_.layoutOfTile[t]] = std::min(firstTile[placement_.layoutOfTile[t]], t);
    }
    std::vector<profile::LivenessRecord> records(steps);
    for (std::size_t l = 0; l < summaries.size(); ++l) {
      const Course &course = summaries[l].course;
      for (std::size_t i = 0; i + 1 < course.size(); ++i) {
        if (course[i].second == 0) continue;
        for (std::uint32_t s = course[i].first; s < course[i + 1].first; ++s) {
          profile::LivenessRecord &record = records[s];
          const std::uint32_t bytes = saturated(course[i].second);
          record.bytes += course[i].second * tilesOf[l];
          if (bytes > record.maxTileBytes || (bytes == record.maxTileBytes && firstTile[l] < record.maxTile)) {
            record.maxTileBytes = bytes;
            record.maxTile = firstTile[l];
          }
        }
      }
    }
    for (std::uint32_t s = 0; s < steps; ++s) {
      if (records[s].bytes == 0) continue;
      records[s].program = module_.steps[s].program;
      placement_.livenessBySteps.push_back(records[s]);
    }
  }

  std::string describe(std::uint32_t tile, std::uint32_t over, std::uint32_t room) const {
    const std::uint32_t peak = placement_.peakBytes[tile];
    std::string text = fmt::format("out of memory: tile {} needs {} bytes but has {}", tile, peak, room);
    text += peak > room ? fmt::format(", {} too many", peak - room)
                        : std::string(" in two regions, which they do not fill evenly");
    text += fmt::format(" ({} tile{} over). By category:", over, over == 1 ? " is" : "s are");
    MemoryCategory largest = MemoryCategory::Variable;
    for (std::size_t c = 0; c < kCategories; ++c) {
      const std::uint32_t bytes = placement_.memory[c][tile];
      if (bytes > 0) text += fmt::format(" {} {}", profile::memoryCategoryName(c), bytes);
      if (bytes > placement_.memory[static_cast<std::size_t>(largest)][tile]) largest = static_cast<MemoryCategory>(c);
    }
    std::vector<MemoryBlock> owners;
    forEachBlock(placement_.layouts[placement_.layoutOfTile[tile]],
                 [&](const MemoryBlock &block) { owners.push_back(block); });
    std::stable_sort(owners.begin(), owners.end(),
                     [](const MemoryBlock &a, const MemoryBlock &b) { return a.bytes > b.bytes; });
    if (owners.size() > 5) owners.resize(5);
    text += ". Largest on this tile:";
    for (const MemoryBlock &block : owners) text += fmt::format(" {} {};", nameOf(block), block.bytes);
    text.back() = '.';
    return text + ' ' + adviceFor(largest);
  }

  std::string nameOf(const MemoryBlock &block) const {
    const GraphTables &tables = module_.tables;
    switch (block.category) {
    case MemoryCategory::Variable:
    case MemoryCategory::Constant:
    case MemoryCategory::Temporary: return fmt::format("'{}'", tables.variableName(block.owner));
    case MemoryCategory::VertexCode: return fmt::format("code of {}", tables.codelets[block.owner].codelet().name);
    case MemoryCategory::Message:
    case MemoryCategory::Rearrangement:
      return fmt::format("{} of {}", profile::memoryCategoryName(static_cast<std::size_t>(block.category)),
                         block.owner & kCopyOwner ? std::string("a copy")
                                                  : "compute set '" + tables.computeSetName(block.owner) + "'");
    default: return std::string(profile::memoryCategoryName(static_cast<std::size_t>(block.category)));
    }
  }

  static const char *adviceFor(MemoryCategory category) {
    switch (category) {
    case MemoryCategory::Variable:
    case MemoryCategory::Constant:
    case MemoryCategory::Temporary: return "Map the variables over more tiles, or use a smaller type.";
    case MemoryCategory::Message:
    case MemoryCategory::HostMessage:
      return "Exchange the data in several steps, or map vertices to the tiles that hold what they read.";
    case MemoryCategory::Rearrangement: return "Connect vertices to consecutive elements, or split the compute set.";
    case MemoryCategory::VertexCode: return "Use fewer types of vertices on the tile.";
    case MemoryCategory::VertexState:
    case MemoryCategory::VertexFieldData:
    case MemoryCategory::VectorListDescriptor: return "Use fewer or larger vertices on the tile.";
    case MemoryCategory::Stack: return "Declare smaller stacks, or avoid large local variables in codelets.";
    default: return "Use fewer copies and compute sets, with fewer scattered pieces: their code takes memory.";
    }
  }

  Module &module_;
  Placement &placement_;
  const Machine &machine_;
  const std::uint32_t numTiles_;
};

} // namespace

void placeMemory(Module &module, bool allowOutOfMemory) {
  MemoryPlacement memory(module);
  memory.run();
  memory.checkFits(allowOutOfMemory);
}

} // namespace popgraph
