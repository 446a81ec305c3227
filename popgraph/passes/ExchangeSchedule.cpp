#include "popgraph/passes/ExchangeSchedule.hpp"

#include <algorithm>
#include <bit>
#include <spdlog/fmt/fmt.h>
#include <stdexcept>
#include <tuple>

namespace popgraph {

namespace {

constexpr std::uint32_t kNone = ~0u;

} // namespace

void joinPieces(std::vector<ExchangePiece> &pieces) {
  const auto byReceiver = [](const ExchangePiece &p) { return std::tie(p.from, p.variable, p.to, p.begin); };
  const auto less = [&](const ExchangePiece &a, const ExchangePiece &b) { return byReceiver(a) < byReceiver(b); };
  if (!std::is_sorted(pieces.begin(), pieces.end(), less)) std::sort(pieces.begin(), pieces.end(), less);
  std::size_t kept = 0;
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    ExchangePiece &last = pieces[kept];
    const ExchangePiece &next = pieces[i];
    if (last.from == next.from && last.variable == next.variable && last.to == next.to && next.begin <= last.end)
      last.end = std::max(last.end, next.end);
    else
      pieces[++kept] = next;
  }
  if (!pieces.empty()) pieces.resize(kept + 1);
  const auto byPlace = [](const ExchangePiece &p) { return std::tie(p.from, p.variable, p.begin, p.to); };
  const auto before = [&](const ExchangePiece &a, const ExchangePiece &b) { return byPlace(a) < byPlace(b); };
  if (!std::is_sorted(pieces.begin(), pieces.end(), before)) std::sort(pieces.begin(), pieces.end(), before);
}

void cutTransfers(const std::vector<ExchangePiece> &pieces, const GraphTables &tables, std::uint32_t wordBytes,
                  ExchangeSchedule &schedule) {
  std::vector<std::uint32_t> cuts;
  std::vector<std::size_t> active; // pieces that cover the part at hand
  for (std::size_t first = 0; first < pieces.size();) {
    // Pieces of one sender and variable, in order of begin, as far as they overlap.
    std::size_t last = first;
    std::uint32_t end = pieces[first].end;
    bool equal = true;
    while (++last < pieces.size() && pieces[last].from == pieces[first].from &&
           pieces[last].variable == pieces[first].variable && pieces[last].begin < end) {
      equal = equal && pieces[last].begin == pieces[first].begin && pieces[last].end == pieces[first].end;
      end = std::max(end, pieces[last].end);
    }
    const std::uint64_t bytes = pieceBytes(tables, pieces[first].variable);
    const auto add = [&](std::uint32_t begin, std::uint32_t upTo, auto &&tilesOf) {
      ExchangeTransfer transfer{pieces[first].from,
                                pieces[first].variable,
                                begin,
                                upTo,
                                static_cast<std::uint32_t>(((upTo - begin) * bytes + wordBytes - 1) / wordBytes),
                                static_cast<std::uint32_t>(schedule.receivers.size()),
                                0};
      tilesOf(schedule.receivers);
      transfer.receivers = static_cast<std::uint32_t>(schedule.receivers.size()) - transfer.firstReceiver;
      schedule.transfers.push_back(transfer);
    };
    if (equal) { // joined pieces have one receiver each, in order
      add(pieces[first].begin, pieces[first].end, [&](std::vector<std::uint32_t> &tiles) {
        for (std::size_t i = first; i < last; ++i) tiles.push_back(pieces[i].to);
      });
    } else {
      cuts.clear();
      for (std::size_t i = first; i < last; ++i) {
        cuts.push_back(pieces[i].begin);
        cuts.push_back(pieces[i].end);
      }
      std::sort(cuts.begin(), cuts.end());
      cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
      active.clear();
      std::size_t next = first;
      for (std::size_t c = 0; c + 1 < cuts.size(); ++c) {
        std::erase_if(active, [&](std::size_t i) { return pieces[i].end <= cuts[c]; });
        while (next < last && pieces[next].begin == cuts[c]) active.push_back(next++);
        add(cuts[c], cuts[c + 1], [&](std::vector<std::uint32_t> &tiles) {
          const auto from = tiles.size();
          for (const std::size_t i : active) tiles.push_back(pieces[i].to);
          std::sort(tiles.begin() + static_cast<std::ptrdiff_t>(from), tiles.end());
        });
      }
    }
    first = last;
  }
}

std::int64_t ExchangeScheduler::Calendar::earliest(std::int64_t from, std::int64_t cycles) const {
  for (const Hole &hole : holes_) {
    const std::int64_t begin = std::max(from, hole.begin);
    if (begin + cycles <= hole.end) return begin;
  }
  return kForever;
}

void ExchangeScheduler::Calendar::take(std::int64_t begin, std::int64_t cycles) {
  std::size_t i = 0;
  while (holes_[i].end < begin + cycles) ++i;
  Hole &hole = holes_[i];
  const Hole after{begin + cycles, hole.end};
  if (hole.begin == begin) {
    if (after.begin == after.end)
      holes_.erase(holes_.begin() + static_cast<std::ptrdiff_t>(i));
    else
      hole = after;
    return;
  }
  hole.end = begin;
  if (after.begin == after.end) return;
  holes_.insert(holes_.begin() + static_cast<std::ptrdiff_t>(i) + 1, after);
  if (holes_.size() > kHoles)
    holes_.erase(std::min_element(holes_.begin(), holes_.end(),
                                  [](const Hole &a, const Hole &b) { return a.end - a.begin < b.end - b.begin; }));
}

ExchangeScheduler::ExchangeScheduler(const Floorplan &plan, std::uint32_t tiles)
    : plan_(plan), out_(tiles), in_(tiles), touched_(tiles, false) {}

ExchangeScheduler::Calendar &ExchangeScheduler::used(std::vector<Calendar> &calendars, std::uint32_t tile) {
  if (!touched_[tile]) {
    touched_[tile] = true;
    touchedTiles_.push_back(tile);
  }
  return calendars[tile];
}

void ExchangeScheduler::place(ExchangeSchedule &schedule, ExchangeTransfer &transfer) {
  const std::uint32_t perIPU = plan_.tiles(), ipu = transfer.from / perIPU * perIPU, local = transfer.from - ipu;
  const std::uint32_t *tiles = schedule.receivers.data() + transfer.firstReceiver, n = transfer.receivers;
  // A pair that wants the same words listens to both buses of the sending pair.
  const std::uint32_t partner = plan_.partner(local);
  transfer.wide = transfer.words >= 2 && n >= 2 && partner != local;
  std::uint32_t alone = kNone; // the sender's own partner, whose pair has the words: it listens to both muxes
  for (std::uint32_t i = 0; i < n && transfer.wide;) {
    const std::uint32_t other = plan_.partner(tiles[i] - ipu); // receivers are in order, so it is the next
    if (other == local)
      alone = i++;
    else if (i + 1 < n && tiles[i + 1] - ipu == other)
      i += 2;
    else
      transfer.wide = false;
  }
  transfer.cycles = transfer.wide ? (transfer.words + 1) / 2 : transfer.words;

  shifts_.resize(n);
  for (std::uint32_t i = 0; i < n; ++i) shifts_[i] = plan_.routeCycles(local, tiles[i] - ipu);
  std::int64_t start = 0;
  for (bool moved = true; moved;) {
    moved = false;
    const auto wait = [&](std::int64_t until) {
      if (until <= start) return;
      start = until;
      moved = true;
    };
    wait(used(out_, transfer.from).earliest(start, transfer.cycles));
    if (transfer.wide) wait(used(out_, ipu + partner).earliest(start, transfer.cycles));
    if (transfer.wide && alone != kNone)
      wait(used(in_, transfer.from).earliest(start + shifts_[alone], transfer.cycles) - shifts_[alone]);
    for (std::uint32_t i = 0; i < n; ++i)
      wait(used(in_, tiles[i]).earliest(start + shifts_[i], transfer.cycles) - shifts_[i]);
  }
  transfer.start = static_cast<std::uint32_t>(start);
  out_[transfer.from].take(start, transfer.cycles);
  if (transfer.wide) out_[ipu + partner].take(start, transfer.cycles);
  if (transfer.wide && alone != kNone) in_[transfer.from].take(start + shifts_[alone], transfer.cycles);
  for (std::uint32_t i = 0; i < n; ++i) in_[tiles[i]].take(start + shifts_[i], transfer.cycles);
}

void ExchangeScheduler::operator()(ExchangeSchedule &schedule) {
  struct Key {
    std::uint32_t classAndFan, distance, from, index;
    auto tied() const { return std::tie(classAndFan, distance, from, index); }
    bool operator<(const Key &other) const { return tied() < other.tied(); }
  };
  std::vector<Key> order(schedule.transfers.size());
  const std::uint32_t perIPU = plan_.tiles();
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    const ExchangeTransfer &t = schedule.transfers[i];
    const std::uint32_t to = schedule.receivers[t.firstReceiver];
    const auto length = static_cast<std::uint32_t>(std::bit_width(t.words));
    order[i] = {(64 - length) * 2 + (t.receivers > 1 ? 0 : 1), (to + perIPU - t.from % perIPU) % perIPU, t.from, i};
  }
  std::sort(order.begin(), order.end());
  for (const Key &key : order) place(schedule, schedule.transfers[key.index]);
  for (const std::uint32_t tile : touchedTiles_) {
    out_[tile].clear();
    in_[tile].clear();
    touched_[tile] = false;
  }
  touchedTiles_.clear();
}

void verifySchedule(const Floorplan &plan, const std::vector<ExchangeSend> &sends,
                    const std::vector<ExchangeReceive> &receives, const std::vector<std::uint32_t> &receivers) {
  const auto fault = [](const char *what, std::uint32_t tile, std::uint64_t cycle) {
    throw std::logic_error(fmt::format("internal error: exchange: tile {} {} at cycle {}", tile, what, cycle));
  };
  struct Use {
    std::uint32_t tile;
    std::int64_t begin, end;
    std::uint32_t from;
  };
  const auto check = [&](std::vector<Use> &uses, const char *what) {
    std::sort(uses.begin(), uses.end(),
              [](const Use &a, const Use &b) { return std::tie(a.tile, a.begin) < std::tie(b.tile, b.begin); });
    for (std::size_t i = 0; i < uses.size(); ++i) {
      if (uses[i].begin < 0) fault("is busy before its release", uses[i].tile, 0);
      if (i > 0 && uses[i - 1].tile == uses[i].tile && uses[i - 1].end > uses[i].begin)
        fault(what, uses[i].tile, static_cast<std::uint64_t>(uses[i].begin));
    }
  };
  const std::uint32_t perIPU = plan.tiles();
  std::vector<Use> out, arriving, listening;
  for (const ExchangeSend &send : sends) {
    const std::uint32_t local = send.tile % perIPU, ipu = send.tile - local;
    const std::int64_t end = std::int64_t(send.cycle) + send.cycles;
    out.push_back({send.tile, send.cycle, end, send.tile});
    if (send.wide) out.push_back({ipu + plan.partner(local), send.cycle, end, send.tile});
    if (std::uint64_t(send.cycles) * (send.wide ? 2 : 1) < send.words)
      fault("has too few cycles for its words", send.tile, send.cycle);
    for (std::uint32_t r = send.firstReceiver; r < send.firstReceiver + send.receivers; ++r) {
      const std::int64_t shift = plan.routeCycles(local, receivers[r] - ipu);
      arriving.push_back({receivers[r], send.cycle + shift, end + shift, send.tile});
    }
  }
  for (const ExchangeReceive &receive : receives)
    listening.push_back({receive.tile, receive.cycle, std::int64_t(receive.cycle) + receive.cycles, receive.from});
  check(out, "sends twice");
  check(arriving, "receives twice");
  check(listening, "listens twice");
  if (arriving.size() != listening.size()) throw std::logic_error("internal error: exchange: words without a listener");
  for (std::size_t i = 0; i < arriving.size(); ++i) {
    const Use &a = arriving[i], &b = listening[i];
    if (a.tile != b.tile || a.begin != b.begin || a.end != b.end || a.from != b.from)
      fault("does not listen to what arrives", a.tile, static_cast<std::uint64_t>(a.begin));
  }
}

} // namespace popgraph
