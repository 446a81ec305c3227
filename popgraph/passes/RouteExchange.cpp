// What every step moves between tiles, within tiles, and between tiles and host, and how long that takes.
//
//   inputs:   owner ── exchange ──▶ message on the vertex's tile     pieces on the tile ── copy ──▶ buffer ──▶ vertex
//   outputs:  vertex ──▶ message ── exchange ──▶ owner               vertex ──▶ buffer ── copy ──▶ pieces on the tile
//
// Many short pieces between two tiles are packed before, or unpacked after they go (FragmentPacker.hpp).
// Data that a codelet sees as contiguous but that lies in pieces on the vertex's own tile is copied together there
// first; pieces that come over the exchange land in their place.
#include <algorithm>

#include "popgraph/api/TargetAccess.hpp"
#include "popgraph/ir/Walk.hpp"
#include "popgraph/passes/ExchangePhase.hpp"
#include "popgraph/passes/FragmentPacker.hpp"
#include "popgraph/passes/Passes.hpp"
#include "popgraph/passes/RearrangePhase.hpp"

namespace popgraph {

namespace {

class Routing {
public:
  explicit Routing(Module &module)
      : module_(module), tables_(module.tables), machine_(machineOf(module.target)),
        numTiles_(module.target.getNumTiles()), exchange_(module), fragments_(module.tables),
        rearrange_(machine_, numTiles_), packing_(machine_, numTiles_), hints_(module.tables.variables.size(), 0),
        messages_(numTiles_, 0), staged_(numTiles_, 0) {
    auto &memory = module_.placement.memory;
    memory.assign(static_cast<std::size_t>(profile::MemoryCategory::Count), {});
    for (auto category : {profile::MemoryCategory::InternalExchangeCode, profile::MemoryCategory::HostExchangeCode})
      memory[static_cast<std::size_t>(category)].assign(numTiles_, 0);
  }

  void run() {
    Placement &placement = module_.placement;
    placement.computeSets.resize(module_.computeSets.size());
    for (std::size_t i = 0; i < module_.computeSets.size(); ++i)
      if (module_.computeSets[i].rows > 0) placement.computeSets[i] = computeSet(module_.computeSets[i]);
    for (const CopyPlan &copy : module_.copies) placement.copies.push_back(routeCopy(copy));
    for (const TransferPlan &transfer : module_.transfers) placement.transfers.push_back(routeTransfer(transfer));
    for (const CrossReplicaPlan &copy : module_.crossCopies) placement.crossCopies.push_back(routeCrossReplica(copy));
    for (const SwitchTable &table : module_.switches) placement.switches.push_back(broadcast(table.control));
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

  std::vector<std::uint32_t> &exchangeCode() { return category(profile::MemoryCategory::InternalExchangeCode); }

  /// Edges of one direction; returns the exchange and leaves on-tile copies in rearrange_.
  ExchangePlan direction(const ComputeSetPlan &plan, bool inputs) {
    for (std::uint32_t row = plan.firstRow; row < plan.firstRow + plan.rows; ++row) {
      const VertexRow &vertex = tables_.vertices[module_.rows[row]];
      forEachEdge(tables_, vertex, [&](const codelets::Field &field, const EdgeRow &edge) {
        nextEdgeByte_ += 64 - nextEdgeByte_ % 8; // edges do not touch
        if (inputs ? field.access == codelets::Access::Output : field.access == codelets::Access::Input) return;
        const std::size_t size = elementBytes(field.type);
        const bool pieces = edge.kind() == EdgeRow::View;
        // What a vertex reads and writes has one buffer.
        const bool needsBuffer = inputs || field.access == codelets::Access::Output;
        forEachRunOf(tables_, edge, [&](const Run &run) {
          const std::uint64_t place = nextEdgeByte_ - run.offset * size; // of element 0 in what the vertex sees
          nextEdgeByte_ += run.count * size;
          forEachTile(run, [&](std::uint32_t begin, std::uint32_t end, std::uint32_t tile) {
            const auto bytes = static_cast<std::uint32_t>((end - begin) * size);
            if (tile != vertex.tile) {
              if (inputs) {
                fragments_.add(vertex.tile, tile, run.variable, begin, end, place + begin * size);
              } else {
                fragments_.add(tile, vertex.tile, run.variable, begin, end, place + begin * size);
                if (needsBuffer) messages_[vertex.tile] += bytes;
              }
            } else if (pieces) {
              rearrange_.add(tile, addressOf(run.variable, begin * size), place + begin * size, bytes);
              if (needsBuffer) staged_[tile] += bytes;
            }
          });
        });
      });
    }
    nextEdgeByte_ = 0;
    // Inputs are packed before the exchange and unpacked with what is gathered; outputs are packed with what is scattered.
    fragments_.finish(!inputs, !inputs, exchange_, inputs ? packing_ : rearrange_, inputs ? rearrange_ : packing_,
                      staged_, messages_);
    return exchange_.finish(exchangeCode(), inputs ? &messages_ : nullptr);
  }

  StepPlacement computeSet(const ComputeSetPlan &plan) {
    StepPlacement result;
    result.before = direction(plan, true);
    result.pack = packing_.finish(module_.placement);
    result.gather = rearrange_.finish(module_.placement);
    result.after = direction(plan, false);
    result.scatter = rearrange_.finish(module_.placement);
    result.unpack = packing_.finish(module_.placement);
    result.buffers = keepBuffers();
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
                              rearrange_.add(tile, addressOf(block.sourceVariable, (dBegin - shift) * size),
                                             addressOf(block.destinationVariable, dBegin * size),
                                             (dEnd - dBegin) * size);
                            else
                              fragments_.add(tile, sourceTile, block.sourceVariable, dBegin - shift, dEnd - shift,
                                             addressOf(block.destinationVariable, dBegin * size));
                          });
                    });
      }
    }
    StepPlacement result;
    fragments_.finish(false, !copy.overlaps, exchange_, packing_, rearrange_, staged_, messages_);
    result.pack = packing_.finish(module_.placement);
    // Copied data lands where it stays, unless it would overwrite what is still to be copied.
    result.before = exchange_.finish(exchangeCode(), copy.overlaps ? &messages_ : nullptr);
    result.gather = rearrange_.finish(module_.placement);
    result.buffers = keepBuffers();
    return result;
  }

  StepPlacement routeTransfer(const TransferPlan &transfer) {
    // Each IPU has one way to the host, which its tiles share.
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
    std::uint64_t total = 0, ofIpu = 0, most = 0; // of all IPUs, of the one at hand, of the busiest
    std::uint32_t slowest = 0;
    for (std::uint32_t t = 0, ipu = 0; t < numTiles_; ++t) {
      if (t / machine_.tilesPerIPU != ipu) ipu = t / machine_.tilesPerIPU, ofIpu = 0;
      if (bytes[t] == 0) continue;
      total += bytes[t];
      ofIpu += bytes[t];
      most = std::max(most, ofIpu);
      const auto n = static_cast<std::uint32_t>(bytes[t]);
      const auto parts = [n](std::uint32_t size) { return (n + size - 1) / size; };
      // A tile is busy with its words, and with each packet's header and hand-over.
      const std::uint32_t cycles =
          parts(machine_.exchangeBytesPerCycle) +
          parts(in ? machine_.hostPayloadBytes : machine_.hostWriteBytes) * machine_.hostPacketCycles;
      slowest = std::max(slowest, cycles);
      module_.placement.exchangeTiles.push_back({t, cycles, in ? n : 0, in ? 0 : n});
      category(profile::MemoryCategory::HostExchangeCode)[t] +=
          parts(machine_.hostPayloadBytes) * machine_.exchangeHostBytesPerPacket;
      ++plan.tiles;
    }
    plan.bytesIn = in ? total : 0;
    plan.bytesOut = in ? 0 : total;
    const auto carried = static_cast<std::uint32_t>(static_cast<double>(most) / machine_.hostBytesPerCycle + 0.5);
    plan.cycles = machine_.hostExchangeLatency + std::max(slowest, carried);
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

  ExchangePlan broadcast(const ScalarPlace &scalar) {
    forEachTile(Run{scalar.variable, scalar.element, 1},
                [&](std::uint32_t begin, std::uint32_t end, std::uint32_t from) {
                  for (std::uint32_t tile = 0; tile < numTiles_; ++tile)
                    if (tile != from) exchange_.add(tile, from, scalar.variable, begin, end);
                });
    return exchange_.finish(exchangeCode(), nullptr);
  }

  BufferPlan keepBuffers() {
    auto &buffers = module_.placement.buffers;
    BufferPlan plan{static_cast<std::uint32_t>(buffers.size()), 0};
    for (std::uint32_t t = 0; t < numTiles_; ++t)
      if (messages_[t] + staged_[t] > 0) buffers.push_back({t, messages_[t], staged_[t]});
    std::fill(messages_.begin(), messages_.end(), 0);
    std::fill(staged_.begin(), staged_.end(), 0);
    plan.count = static_cast<std::uint32_t>(buffers.size()) - plan.first;
    return plan;
  }

  Module &module_;
  const GraphTables &tables_;
  const Machine &machine_;
  std::uint32_t numTiles_;
  ExchangePhase exchange_;
  FragmentPacker fragments_;
  RearrangePhase rearrange_, packing_;
  std::uint64_t nextEdgeByte_ = 0; // where the next run of an edge lies in what vertices see
  std::vector<std::uint32_t> hints_;
  std::vector<std::uint32_t> messages_, staged_; // of the step at hand, by tile
};

} // namespace

void routeExchange(Module &module) { Routing(module).run(); }

} // namespace popgraph
