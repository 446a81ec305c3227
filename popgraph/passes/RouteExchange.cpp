// What every step moves between tiles, and how long that takes: the first exchange model.
//
//   tile 0 ──┐ send: each word once, any number of tiles may listen (multicast is free)
//   tile 1 ──┼──── all tiles ────  receive: one word a cycle
//   tile 2 ──┘
//
// After the sync a tile is done when it has sent and received its words, one a cycle each way at once, plus the time of
// the longest route. Data that a codelet sees as contiguous but that lies in pieces on the vertex's own tile is
// copied together there first; pieces that come over the exchange land in place.
#include <algorithm>

#include "popgraph/api/TargetAccess.hpp"
#include "popgraph/ir/Walk.hpp"
#include "popgraph/passes/Passes.hpp"

namespace popgraph {

namespace {

struct Piece {
  std::uint32_t to, from, variable, begin, end;
};

struct TileBytes {
  std::uint64_t in = 0, out = 0, landing = 0;
  std::uint32_t fragments = 0;
};

/// Collects the pieces of one exchange phase.
class ExchangeBuilder {
public:
  ExchangeBuilder(const Module &module, const Machine &machine)
      : module_(module), machine_(machine), tiles_(module.target.getNumTiles()) {}

  void add(std::uint32_t to, std::uint32_t from, std::uint32_t variable, std::uint32_t begin, std::uint32_t end) {
    if (!pieces_.empty()) {
      Piece &last = pieces_.back();
      if (last.to == to && last.from == from && last.variable == variable && last.end == begin) {
        last.end = end;
        return;
      }
    }
    pieces_.push_back({to, from, variable, begin, end});
  }

  /// Fills the plan; adds code and landing bytes to `fragments` and `landing` (by tile).
  ExchangePlan finish(Placement &placement, std::vector<std::uint32_t> &fragments,
                      std::vector<std::uint32_t> *landing) {
    ExchangePlan plan;
    if (pieces_.empty()) return plan;
    std::vector<std::uint32_t> touched;
    const auto tile = [&](std::uint32_t t) -> TileBytes & {
      if (tiles_[t].fragments == 0) touched.push_back(t);
      return tiles_[t];
    };
    // Receivers: an element that several vertices of a tile need is received once.
    sortBy([](const Piece &p) { return p.to; });
    forEachMerged([](const Piece &p) { return p.to; },
                  [&](const Piece &p) {
                    TileBytes &t = tile(p.to);
                    t.in += words(p) * 4;
                    t.landing += words(p) * 4;
                    ++t.fragments;
                  });
    // Senders: an element that several tiles need is sent once.
    sortBy([](const Piece &p) { return p.from; });
    forEachMerged([](const Piece &p) { return p.from; },
                  [&](const Piece &p) {
                    TileBytes &t = tile(p.from);
                    t.out += words(p) * 4;
                    ++t.fragments;
                  });
    pieces_.clear();
    std::sort(touched.begin(), touched.end());
    plan.firstTile = static_cast<std::uint32_t>(placement.exchangeTiles.size());
    plan.tiles = static_cast<std::uint32_t>(touched.size());
    for (const std::uint32_t t : touched) {
      TileBytes &bytes = tiles_[t];
      const std::uint64_t cycles =
          machine_.exchangeLatencyCycles +
          (std::max(bytes.in, bytes.out) + machine_.exchangeBytesPerCycle - 1) / machine_.exchangeBytesPerCycle;
      placement.exchangeTiles.push_back({t, static_cast<std::uint32_t>(cycles), static_cast<std::uint32_t>(bytes.in),
                                         static_cast<std::uint32_t>(bytes.out)});
      plan.cycles = std::max(plan.cycles, static_cast<std::uint32_t>(cycles));
      plan.bytesIn += bytes.in;
      plan.bytesOut += bytes.out;
      fragments[t] += bytes.fragments;
      if (landing) (*landing)[t] += static_cast<std::uint32_t>(bytes.landing);
      bytes = {};
    }
    return plan;
  }

private:
  std::uint64_t words(const Piece &p) const {
    return (std::uint64_t(p.end - p.begin) * elementBytes(module_.tables.variables[p.variable].type) + 3) / 4;
  }
  template <typename Tile> void sortBy(Tile tileOf) {
    const auto less = [&](const Piece &a, const Piece &b) {
      if (tileOf(a) != tileOf(b)) return tileOf(a) < tileOf(b);
      return a.variable != b.variable ? a.variable < b.variable : a.begin < b.begin;
    };
    if (!std::is_sorted(pieces_.begin(), pieces_.end(), less)) std::sort(pieces_.begin(), pieces_.end(), less);
  }
  template <typename Tile, typename F> void forEachMerged(Tile tileOf, F &&f) {
    for (std::size_t i = 0; i < pieces_.size();) {
      Piece merged = pieces_[i++];
      while (i < pieces_.size() && tileOf(pieces_[i]) == tileOf(merged) && pieces_[i].variable == merged.variable &&
             pieces_[i].begin <= merged.end)
        merged.end = std::max(merged.end, pieces_[i++].end);
      f(merged);
    }
  }

  const Module &module_;
  const Machine &machine_;
  std::vector<TileBytes> tiles_;
  std::vector<Piece> pieces_;
};

/// Bytes copied on each tile, by the size of the atoms that move.
class RearrangeBuilder {
public:
  RearrangeBuilder(const Machine &machine, std::uint32_t tiles) : machine_(machine), tiles_(tiles) {}

  void add(std::uint32_t tile, std::uint64_t address, std::uint64_t bytes) {
    Atoms &atoms = tiles_[tile];
    if (atoms.bytes[0] + atoms.bytes[1] + atoms.bytes[2] == 0) touched_.push_back(tile);
    atoms.bytes[(address | bytes) % 8 == 0 ? 2 : (address | bytes) % 4 == 0 ? 1 : 0] += bytes;
  }

  RearrangePlan finish(Placement &placement) {
    std::sort(touched_.begin(), touched_.end());
    RearrangePlan plan{static_cast<std::uint32_t>(placement.rearrangeCycles.size()),
                       static_cast<std::uint32_t>(touched_.size())};
    for (const std::uint32_t tile : touched_) {
      const Atoms &a = tiles_[tile];
      const double cycles = machine_.localCopyCycles +
                            machine_.rearrangeCyclesPerByte2 * static_cast<double>(a.bytes[0]) +
                            machine_.rearrangeCyclesPerByte4 * static_cast<double>(a.bytes[1]) +
                            machine_.rearrangeCyclesPerByte8 * static_cast<double>(a.bytes[2]);
      placement.rearrangeCycles.emplace_back(tile, static_cast<std::uint32_t>(cycles + 0.5));
      tiles_[tile] = {};
    }
    touched_.clear();
    return plan;
  }

private:
  struct Atoms {
    std::uint64_t bytes[3] = {0, 0, 0}; // atoms of 2 (and 1), 4, 8
  };
  const Machine &machine_;
  std::vector<Atoms> tiles_;
  std::vector<std::uint32_t> touched_;
};

class Routing {
public:
  explicit Routing(Module &module)
      : module_(module), tables_(module.tables), machine_(machineOf(module.target)),
        numTiles_(module.target.getNumTiles()), exchange_(module, machine_), rearrange_(machine_, numTiles_),
        hints_(module.tables.variables.size(), 0) {
    auto &memory = module_.placement.memory;
    memory.assign(static_cast<std::size_t>(profile::MemoryCategory::Count), {});
    for (auto category : {profile::MemoryCategory::InternalExchangeCode, profile::MemoryCategory::HostExchangeCode,
                          profile::MemoryCategory::Message, profile::MemoryCategory::Rearrangement})
      memory[static_cast<std::size_t>(category)].assign(numTiles_, 0);
    fragments_.assign(numTiles_, 0);
    landing_.assign(numTiles_, 0);
    staged_.assign(numTiles_, 0);
  }

  void run() {
    Placement &placement = module_.placement;
    placement.computeSets.resize(module_.computeSets.size());
    for (std::size_t i = 0; i < module_.computeSets.size(); ++i)
      if (module_.computeSets[i].rows > 0) placement.computeSets[i] = computeSet(module_.computeSets[i]);
    for (const CopyPlan &copy : module_.copies) placement.copies.push_back(routeCopy(copy));
    for (const TransferPlan &transfer : module_.transfers) placement.transfers.push_back(routeTransfer(transfer));
    for (const CrossReplicaPlan &copy : module_.crossCopies) placement.crossCopies.push_back(routeCrossReplica(copy));
    auto &code = category(profile::MemoryCategory::InternalExchangeCode);
    for (std::uint32_t t = 0; t < numTiles_; ++t) code[t] = fragments_[t] * machine_.exchangeCodeBytesPerFragment;
  }

private:
  std::vector<std::uint32_t> &category(profile::MemoryCategory c) {
    return module_.placement.memory[static_cast<std::size_t>(c)];
  }

  template <typename F> void forEachTile(const Run &run, F &&f) {
    std::size_t hint = hints_[run.variable];
    forEachMapped(tables_.mappingOf(run.variable), run.offset, run.offset + run.count, hint, f);
    hints_[run.variable] = static_cast<std::uint32_t>(hint);
  }

  /// Edges of one direction; returns the exchange and leaves on-tile copies in rearrange_.
  ExchangePlan direction(const ComputeSetPlan &plan, bool inputs) {
    for (std::uint32_t row = plan.firstRow; row < plan.firstRow + plan.rows; ++row) {
      const VertexRow &vertex = tables_.vertices[module_.rows[row]];
      forEachEdge(tables_, vertex, [&](const codelets::Field &field, const EdgeRow &edge) {
        if (inputs ? field.access == codelets::Access::Output : field.access == codelets::Access::Input) return;
        const std::size_t size = elementBytes(field.type);
        const bool pieces = edge.kind() == EdgeRow::View;
        forEachRunOf(tables_, edge, [&](const Run &run) {
          forEachTile(run, [&](std::uint32_t begin, std::uint32_t end, std::uint32_t tile) {
            if (tile != vertex.tile) {
              if (inputs)
                exchange_.add(vertex.tile, tile, run.variable, begin, end);
              else
                exchange_.add(tile, vertex.tile, run.variable, begin, end);
            } else if (pieces) {
              rearrange_.add(tile, begin * size, (end - begin) * size);
            }
          });
        });
        if (pieces && inputs) staged_[vertex.tile] += static_cast<std::uint32_t>(edge.elements() * size);
      });
    }
    return exchange_.finish(module_.placement, fragments_, &landing_);
  }

  StepPlacement computeSet(const ComputeSetPlan &plan) {
    StepPlacement result;
    result.before = direction(plan, true);
    result.gather = rearrange_.finish(module_.placement);
    result.after = direction(plan, false);
    result.scatter = rearrange_.finish(module_.placement);
    keepLargest();
    return result;
  }

  StepPlacement routeCopy(const CopyPlan &copy) {
    const std::size_t size = elementBytes(copy.type);
    for (std::uint32_t b = copy.firstBlock; b < copy.firstBlock + copy.blocks; ++b) {
      const CopyBlock &block = module_.copyBlocks[b];
      for (std::uint64_t k = 0; k < block.count; ++k) {
        const auto from = static_cast<std::uint32_t>(static_cast<std::int64_t>(block.source) +
                                                     static_cast<std::int64_t>(k) * block.sourceStride);
        const auto to = static_cast<std::uint32_t>(static_cast<std::int64_t>(block.destination) +
                                                   static_cast<std::int64_t>(k) * block.destinationStride);
        forEachTile(Run{block.sourceVariable, from, static_cast<std::uint32_t>(block.length)},
                    [&](std::uint32_t begin, std::uint32_t end, std::uint32_t sourceTile) {
                      const std::uint32_t shift = to - from;
                      forEachTile(
                          Run{block.destinationVariable, begin + shift, end - begin},
                          [&](std::uint32_t dBegin, std::uint32_t dEnd, std::uint32_t tile) {
                            if (tile == sourceTile)
                              rearrange_.add(tile, (dBegin - shift) * size | dBegin * size, (dEnd - dBegin) * size);
                            else
                              exchange_.add(tile, sourceTile, block.sourceVariable, dBegin - shift, dEnd - shift);
                          });
                    });
      }
    }
    StepPlacement result;
    // Copied data lands where it stays: no buffer.
    result.before = exchange_.finish(module_.placement, fragments_, nullptr);
    result.gather = rearrange_.finish(module_.placement);
    return result;
  }

  StepPlacement routeTransfer(const TransferPlan &transfer) {
    // Host data of all tiles shares one way to the chip.
    const std::size_t size = elementBytes(transfer.type);
    const bool in = transfer.toDevice;
    std::vector<std::uint64_t> bytes(numTiles_, 0);
    for (const Run &run : transfer.runs)
      forEachTile(run, [&](std::uint32_t begin, std::uint32_t end, std::uint32_t tile) {
        bytes[tile] += (end - begin) * size;
      });
    StepPlacement result;
    ExchangePlan &plan = result.before;
    plan.firstTile = static_cast<std::uint32_t>(module_.placement.exchangeTiles.size());
    std::uint64_t total = 0;
    for (std::uint32_t t = 0; t < numTiles_; ++t) {
      if (bytes[t] == 0) continue;
      total += bytes[t];
      const auto n = static_cast<std::uint32_t>(bytes[t]);
      module_.placement.exchangeTiles.push_back(
          {t, (n + machine_.exchangeBytesPerCycle - 1) / machine_.exchangeBytesPerCycle, in ? n : 0, in ? 0 : n});
      const std::uint32_t packets = (n + machine_.hostPayloadBytes - 1) / machine_.hostPayloadBytes;
      category(profile::MemoryCategory::HostExchangeCode)[t] += packets * machine_.exchangeCodeBytesPerFragment;
      ++plan.tiles;
    }
    plan.bytesIn = in ? total : 0;
    plan.bytesOut = in ? 0 : total;
    plan.cycles = machine_.hostExchangeLatency +
                  static_cast<std::uint32_t>(static_cast<double>(total) / machine_.hostBytesPerCycle + 0.5);
    return result;
  }

  /// Every replica sends and receives at once over the links of its IPUs to the next pair.
  StepPlacement routeCrossReplica(const CrossReplicaPlan &copy) {
    const std::size_t size = elementBytes(copy.type);
    std::vector<std::uint64_t> in(numTiles_, 0), out(numTiles_, 0);
    const auto count = [&](const std::vector<Run> &runs, std::vector<std::uint64_t> &bytes) {
      for (const Run &run : runs)
        forEachTile(run, [&](std::uint32_t begin, std::uint32_t end, std::uint32_t tile) {
          bytes[tile] += (end - begin) * size;
        });
    };
    count(copy.source, out);
    count(copy.destination, in);
    StepPlacement result;
    ExchangePlan &plan = result.before;
    plan.firstTile = static_cast<std::uint32_t>(module_.placement.exchangeTiles.size());
    for (std::uint32_t t = 0; t < numTiles_; ++t) {
      const std::uint64_t most = std::max(in[t], out[t]);
      if (most == 0) continue;
      module_.placement.exchangeTiles.push_back(
          {t, static_cast<std::uint32_t>((most + machine_.exchangeBytesPerCycle - 1) / machine_.exchangeBytesPerCycle),
           static_cast<std::uint32_t>(in[t]), static_cast<std::uint32_t>(out[t])});
      ++plan.tiles;
      plan.bytesIn += in[t];
      plan.bytesOut += out[t];
    }
    const double bytesPerCycle =
        machine_.linksToNeighbourPair * machine_.linkBitsPerSecond * machine_.linkEfficiency / 8 / machine_.clockHz;
    plan.cycles = machine_.linkLatencyCycles +
                  static_cast<std::uint32_t>(static_cast<double>(copy.elements * size) / bytesPerCycle + 0.5);
    return result;
  }

  void keepLargest() {
    auto &message = category(profile::MemoryCategory::Message);
    auto &rearrangement = category(profile::MemoryCategory::Rearrangement);
    for (std::uint32_t t = 0; t < numTiles_; ++t) {
      message[t] = std::max(message[t], landing_[t]);
      rearrangement[t] = std::max(rearrangement[t], staged_[t]);
      landing_[t] = staged_[t] = 0;
    }
  }

  Module &module_;
  const GraphTables &tables_;
  const Machine &machine_;
  std::uint32_t numTiles_;
  ExchangeBuilder exchange_;
  RearrangeBuilder rearrange_;
  std::vector<std::uint32_t> hints_;
  std::vector<std::uint32_t> fragments_, landing_, staged_;
};

} // namespace

void routeExchange(Module &module) { Routing(module).run(); }

} // namespace popgraph
