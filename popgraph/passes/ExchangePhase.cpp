#include "popgraph/passes/ExchangePhase.hpp"

#include <algorithm>
#include <tuple>

#include "popgraph/api/TargetAccess.hpp"
#include "popgraph/passes/LinkLoad.hpp"

namespace popgraph {

namespace {

// Sends and receives that a module keeps; more would only grow it.
constexpr std::size_t kKeptEndpoints = std::size_t(1) << 18;

} // namespace

ExchangePhase::ExchangePhase(Module &module)
    : module_(module), machine_(machineOf(module.target)), floorplan_(machine_),
      schedule_(floorplan_, module.target.getNumTiles()), loads_(module.target.getNumTiles()) {}

ExchangePhase::TileLoad &ExchangePhase::load(std::uint32_t tile) {
  TileLoad &load = loads_[tile];
  if (!load.used) {
    load.used = true;
    touched_.push_back(tile);
  }
  return load;
}

ExchangePlan ExchangePhase::finish(std::vector<std::uint32_t> &code, std::vector<std::uint32_t> *messages) {
  ExchangePlan plan;
  if (pieces_.empty()) return plan;
  joinPieces(pieces_);
  if (module_.target.getNumIPUs() > 1) {
    const auto crosses = [&](const ExchangePiece &p) {
      return p.from / machine_.tilesPerIPU != p.to / machine_.tilesPerIPU;
    };
    std::copy_if(pieces_.begin(), pieces_.end(), std::back_inserter(across_), crosses);
    std::erase_if(pieces_, crosses);
  }
  plan.crossesIPUs = !across_.empty();
  if (!pieces_.empty()) planWithin(plan);
  if (!across_.empty()) planAcross();
  pieces_.clear();
  across_.clear();

  std::sort(touched_.begin(), touched_.end());
  Placement &placement = module_.placement;
  plan.firstTile = static_cast<std::uint32_t>(placement.exchangeTiles.size());
  plan.tiles = static_cast<std::uint32_t>(touched_.size());
  for (const std::uint32_t tile : touched_) {
    TileLoad &load = loads_[tile];
    const std::uint64_t in = load.in * machine_.exchangeBytesPerCycle, out = load.out * machine_.exchangeBytesPerCycle;
    placement.exchangeTiles.push_back(
        {tile, load.cycles, static_cast<std::uint32_t>(in), static_cast<std::uint32_t>(out)});
    plan.cycles = std::max(plan.cycles, load.cycles);
    plan.bytesIn += in;
    plan.bytesOut += out;
    code[tile] += load.receives * machine_.exchangeReceiveBytes + load.sendInstructions * machine_.exchangeSendBytes +
                  2 * machine_.exchangeDelayBytes;
    if (messages) (*messages)[tile] += static_cast<std::uint32_t>(in);
    load = {};
  }
  touched_.clear();
  return plan;
}

void ExchangePhase::planWithin(ExchangePlan &plan) {
  ExchangeSchedule schedule;
  cutTransfers(pieces_, module_.tables, machine_.exchangeBytesPerCycle, schedule);
  schedule_(schedule);
  const std::uint32_t perIPU = floorplan_.tiles();
  for (const ExchangeTransfer &transfer : schedule.transfers) {
    TileLoad &sender = load(transfer.from);
    sender.out += transfer.words;
    sender.sendInstructions += (transfer.words + machine_.exchangeWordsPerSend - 1) / machine_.exchangeWordsPerSend;
    sender.cycles = std::max(sender.cycles, transfer.start + transfer.cycles);
    const std::uint32_t local = transfer.from % perIPU, ipu = transfer.from - local;
    for (std::uint32_t i = 0; i < transfer.receivers; ++i) {
      const std::uint32_t tile = schedule.receivers[transfer.firstReceiver + i];
      TileLoad &receiver = load(tile);
      const std::int64_t listens = std::int64_t(transfer.start) + floorplan_.routeCycles(local, tile - ipu);
      receiver.in += transfer.words;
      ++receiver.receives;
      receiver.cycles = std::max(receiver.cycles, static_cast<std::uint32_t>(listens) + transfer.cycles +
                                                      floorplan_.landingCycles(tile - ipu));
    }
  }
  keep(plan, schedule);
}

void ExchangePhase::keep(ExchangePlan &plan, const ExchangeSchedule &schedule) {
  Placement &placement = module_.placement;
  std::vector<ExchangeSend> sends;
  std::vector<ExchangeReceive> receives;
  sends.reserve(schedule.transfers.size());
  receives.reserve(schedule.receivers.size());
  const std::uint32_t perIPU = floorplan_.tiles();
  for (const ExchangeTransfer &t : schedule.transfers) {
    sends.push_back({t.from, t.start, t.cycles, t.words, t.variable, t.begin, t.firstReceiver, t.receivers, t.wide});
    const std::uint32_t local = t.from % perIPU, ipu = t.from - local;
    for (std::uint32_t i = t.firstReceiver; i < t.firstReceiver + t.receivers; ++i) {
      const std::uint32_t tile = schedule.receivers[i];
      receives.push_back({tile, t.start + static_cast<std::uint32_t>(floorplan_.routeCycles(local, tile - ipu)),
                          t.cycles, t.words, t.from});
    }
  }
  const auto byTime = [](const auto &a, const auto &b) {
    return std::tie(a.tile, a.cycle) < std::tie(b.tile, b.cycle);
  };
  std::sort(sends.begin(), sends.end(), byTime);
  std::sort(receives.begin(), receives.end(), byTime);
  if (placement.sends.size() + placement.receives.size() + sends.size() + receives.size() > kKeptEndpoints) {
    verifySchedule(floorplan_, sends, receives, schedule.receivers);
    return;
  }
  plan.scheduled = true;
  plan.firstSend = static_cast<std::uint32_t>(placement.sends.size());
  plan.sends = static_cast<std::uint32_t>(sends.size());
  plan.firstReceive = static_cast<std::uint32_t>(placement.receives.size());
  plan.receives = static_cast<std::uint32_t>(receives.size());
  const auto shift = static_cast<std::uint32_t>(placement.exchangeReceivers.size());
  for (ExchangeSend &send : sends) send.firstReceiver += shift;
  placement.sends.insert(placement.sends.end(), sends.begin(), sends.end());
  placement.receives.insert(placement.receives.end(), receives.begin(), receives.end());
  placement.exchangeReceivers.insert(placement.exchangeReceivers.end(), schedule.receivers.begin(),
                                     schedule.receivers.end());
}

void ExchangePhase::planAcross() {
  const std::uint32_t perIPU = machine_.tilesPerIPU, wordBytes = machine_.exchangeBytesPerCycle;
  const auto words = [&](const ExchangePiece &p) {
    return (std::uint64_t(p.end - p.begin) * pieceBytes(module_.tables, p.variable) + wordBytes - 1) / wordBytes;
  };
  // Tiles: what they receive, and what they send once to each IPU.
  for (const ExchangePiece &piece : across_) {
    TileLoad &receiver = load(piece.to);
    receiver.in += words(piece);
    ++receiver.receives;
  }
  for (ExchangePiece &piece : across_) piece.to /= perIPU;
  joinPieces(across_);
  if (!links_) links_.emplace(module_.target);
  for (const ExchangePiece &piece : across_) {
    TileLoad &sender = load(piece.from);
    sender.out += words(piece);
    ++sender.sendInstructions;
    links_->add(piece.from / perIPU, piece.to, words(piece) * wordBytes);
  }
  // A tile that takes part is busy until the links of its IPU have carried everything.
  const std::vector<LinkLoad::Ipu> links = links_->take();
  for (const std::uint32_t tile : touched_) {
    TileLoad &load = loads_[tile];
    const LinkLoad::Ipu &ipu = links[tile / perIPU];
    const std::uint64_t carried = std::max({load.in, load.out, ipu.cycles});
    load.cycles = std::max(load.cycles, static_cast<std::uint32_t>(ipu.latency + carried));
  }
}

} // namespace popgraph
