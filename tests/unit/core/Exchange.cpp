// The floor plan and the exchange schedule, against published measurements and numbers worked out by hand.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <random>
#include <stdexcept>

#include "popgraph/api/TargetAccess.hpp"
#include "popgraph/passes/ExchangeSchedule.hpp"
#include "popgraph/passes/FragmentPacker.hpp"
#include "popgraph/passes/LinkLoad.hpp"
#include "popgraph/passes/RearrangePhase.hpp"
#include "tests/support/Catch.hpp"

using namespace popgraph;
using Catch::Matchers::Contains;

namespace {

GraphTables oneVariable(ElementType type, std::uint32_t elements) {
  GraphTables tables;
  tables.variables.append({elements, 0, type, false});
  return tables;
}

/// Cycles until each tile is done, and a schedule that the verifier has accepted.
struct Phase {
  std::map<std::uint32_t, std::uint32_t> done;
  std::vector<ExchangeSend> sends;
  std::vector<ExchangeReceive> receives;
  ExchangeSchedule schedule;

  std::uint32_t last() const {
    std::uint32_t most = 0;
    for (const auto &[tile, cycles] : done) most = std::max(most, cycles);
    return most;
  }
};

Phase exchange(const Machine &machine, std::vector<ExchangePiece> pieces, const GraphTables &tables,
               std::uint32_t ipus = 1) {
  const Floorplan plan(machine);
  Phase phase;
  joinPieces(pieces);
  cutTransfers(pieces, tables, machine.exchangeBytesPerCycle, phase.schedule);
  ExchangeScheduler(plan, plan.tiles() * ipus)(phase.schedule);
  const auto until = [&](std::uint32_t tile, std::int64_t cycles) {
    phase.done[tile] = std::max(phase.done[tile], static_cast<std::uint32_t>(cycles));
  };
  for (const ExchangeTransfer &t : phase.schedule.transfers) {
    phase.sends.push_back(
        {t.from, t.start, t.cycles, t.words, t.variable, t.begin, t.firstReceiver, t.receivers, t.wide});
    until(t.from, t.start + t.cycles);
    const std::uint32_t ipu = t.from / plan.tiles() * plan.tiles();
    for (std::uint32_t i = t.firstReceiver; i < t.firstReceiver + t.receivers; ++i) {
      const std::uint32_t tile = phase.schedule.receivers[i];
      const std::int64_t at = std::int64_t(t.start) + plan.routeCycles(t.from - ipu, tile - ipu);
      REQUIRE(at >= 0);
      phase.receives.push_back({tile, static_cast<std::uint32_t>(at), t.cycles, t.words, t.from});
      until(tile, at + t.cycles + plan.landingCycles(tile - ipu));
    }
  }
  verifySchedule(plan, phase.sends, phase.receives, phase.schedule.receivers);
  return phase;
}

} // namespace

TEST_CASE("tiles fill the chip in pairs, one stack after the other in a snake") {
  const Floorplan plan(machineByName("bow"));
  const auto at = [&](std::uint32_t tile) {
    const Floorplan::Place place = plan.place(tile);
    return std::vector<unsigned>{place.row, place.column, place.lane};
  };
  CHECK(at(0) == std::vector<unsigned>{0, 0, 0});
  CHECK(at(1) == std::vector<unsigned>{0, 0, 2});
  CHECK(at(45) == std::vector<unsigned>{22, 0, 2});
  CHECK(at(46) == std::vector<unsigned>{22, 0, 1});
  CHECK(at(91) == std::vector<unsigned>{0, 0, 3});
  CHECK(at(92) == std::vector<unsigned>{0, 1, 0});
  CHECK(at(1471) == std::vector<unsigned>{0, 15, 3});
  CHECK(plan.partner(92) == 93);
  CHECK(plan.partner(93) == 92);
}

TEST_CASE("route times have the published extremes, mean and median over all pairs of tiles") {
  const Floorplan plan(machineByName("c600"));
  std::vector<std::int32_t> times;
  for (std::uint32_t from = 0; from < plan.tiles(); ++from)
    for (std::uint32_t to = 0; to < plan.tiles(); ++to) times.push_back(plan.routeCycles(from, to));
  std::sort(times.begin(), times.end());
  CHECK(times.front() == -78);
  CHECK(times.back() == 112);
  CHECK(times[times.size() / 2] == -12);
  double sum = 0;
  for (const std::int32_t time : times) sum += time;
  CHECK(sum / static_cast<double>(times.size()) == Approx(-10).margin(.5));
}

TEST_CASE("the ways of sync signals are those of the published delay table") {
  const Floorplan bow(machineByName("bow"));
  CHECK(bow.maxSyncDelay() == 58);
  CHECK(bow.syncDelay(0) == 0);
  CHECK(bow.syncDelay(45) == 22);
  CHECK(bow.syncDelay(16 * 46) == 36); // the first column beyond the middle
  CHECK(bow.syncDelay(17 * 46) == 58); // its other stack begins at the last row
  CHECK(bow.syncDelay(1471) == 8);
  CHECK(machineByName("bow").minSyncDelay + 2 * bow.maxSyncDelay() == 126); // C7
}

TEST_CASE("a broadcast of four bytes from tile 0 takes 74 cycles at the sender and up to 128 at the receivers") {
  const Machine &machine = machineByName("bow");
  std::vector<ExchangePiece> pieces;
  for (std::uint32_t t = 1; t < machine.tilesPerIPU; ++t) pieces.push_back({t, 0, 0, 0, 1});
  const Phase phase = exchange(machine, pieces, oneVariable(ElementType::Float, 1));
  REQUIRE(phase.schedule.transfers.size() == 1); // multicast
  // C8, and the pattern that was measured: 104 and 103 on the first stack, 128 beyond the middle.
  CHECK(phase.done.at(0) == 74);
  CHECK(phase.last() == 128);
  CHECK(phase.done.at(1) == 104);
  CHECK(phase.done.at(2) == 103);
  CHECK(phase.done.at(46) == 107);
  CHECK(phase.done.at(16 * 46) == 128);
}

TEST_CASE("tiles that gather a word from each of many neighbours listen to one a cycle, as early as routes allow") {
  // Tile d receives one word from each of tiles 32 d … 32 d + 31, as in a published hardware profile.
  const Machine &machine = machineByName("bow");
  std::vector<ExchangePiece> pieces;
  for (std::uint32_t t = 0; t < machine.tilesPerIPU; ++t)
    if (t / 32 != t) pieces.push_back({t / 32, t, 0, t, t + 1});
  const Phase phase = exchange(machine, pieces, oneVariable(ElementType::Float, machine.tilesPerIPU));
  CHECK(phase.done.at(0) == 89);
  CHECK(phase.done.at(1) == 92);
  CHECK(phase.done.at(24) == 180);
  CHECK(phase.done.at(44) == 134);
  CHECK(phase.last() == 180);
}

TEST_CASE("a halo of 133 x 133 blocks on gc2 takes the measured cycles within five per cent") {
  // C6: 536 words into the worst tile are the four sides and four corners of a block of 133 x 133.
  const Machine &machine = machineByName("gc2");
  const std::int32_t rows = 32, columns = 38, side = 133;
  std::vector<ExchangePiece> pieces;
  for (std::int32_t r = 0; r < rows; ++r)
    for (std::int32_t c = 0; c < columns; ++c)
      for (std::int32_t dr = -1; dr <= 1; ++dr)
        for (std::int32_t dc = -1; dc <= 1; ++dc) {
          if ((dr == 0 && dc == 0) || r + dr < 0 || r + dr >= rows || c + dc < 0 || c + dc >= columns) continue;
          const auto from = static_cast<std::uint32_t>((r + dr) * columns + c + dc);
          const auto words = static_cast<std::uint32_t>(dr != 0 && dc != 0 ? 1 : side);
          // Each of the eight directions has its own part of a tile's data.
          const auto part = static_cast<std::uint32_t>((dr + 1) * 3 + dc + 1);
          const std::uint32_t begin = (from * 9 + part) * 200;
          pieces.push_back({static_cast<std::uint32_t>(r * columns + c), from, 0, begin, begin + words});
        }
  const Phase phase = exchange(machine, pieces, oneVariable(ElementType::Float, 1216 * 9 * 200));
  CHECK(phase.last() == Approx(637).epsilon(.05));
}

TEST_CASE("pairs of tiles that want the same words receive two in a cycle") {
  const Machine &machine = machineByName("gc200");
  const GraphTables tables = oneVariable(ElementType::Float, 1000);
  const Floorplan plan(machine);
  const Phase pair = exchange(machine, {{10, 4, 0, 0, 1000}, {11, 4, 0, 0, 1000}}, tables);
  REQUIRE(pair.sends.size() == 1);
  CHECK(pair.sends[0].wide);
  CHECK(pair.sends[0].cycles == 500);
  // Of the sender's own pair only the partner has to listen.
  const Phase partner = exchange(machine, {{5, 4, 0, 0, 1000}, {10, 4, 0, 0, 1000}, {11, 4, 0, 0, 1000}}, tables);
  REQUIRE(partner.sends.size() == 1);
  CHECK(partner.sends[0].wide);
  const Phase single = exchange(machine, {{10, 4, 0, 0, 1000}, {12, 4, 0, 0, 1000}}, tables);
  REQUIRE(single.sends.size() == 1);
  CHECK(!single.sends[0].wide);
  CHECK(single.done.at(10) ==
        1000 + single.sends[0].cycle + static_cast<std::uint32_t>(plan.routeCycles(4, 10)) + plan.landingCycles(10));
}

TEST_CASE("overlapping wishes are cut so that each word is sent once") {
  //  tile 1 wants [0, 10), tile 2 wants [5, 20), tile 3 wants [5, 10) twice
  ExchangeSchedule schedule;
  std::vector<ExchangePiece> pieces{{2, 0, 0, 5, 20}, {1, 0, 0, 0, 10}, {3, 0, 0, 5, 10}, {3, 0, 0, 5, 8}};
  joinPieces(pieces);
  cutTransfers(pieces, oneVariable(ElementType::Half, 20), 4, schedule);
  REQUIRE(schedule.transfers.size() == 3);
  const auto tiles = [&](std::size_t i) {
    const auto begin = schedule.receivers.begin() + schedule.transfers[i].firstReceiver;
    return std::vector<std::uint32_t>(begin, begin + schedule.transfers[i].receivers);
  };
  CHECK(tiles(0) == std::vector<std::uint32_t>{1});
  CHECK(tiles(1) == std::vector<std::uint32_t>{1, 2, 3});
  CHECK(tiles(2) == std::vector<std::uint32_t>{2});
  CHECK(schedule.transfers[0].words == 3); // five halves
  CHECK(schedule.transfers[1].words == 3);
  CHECK(schedule.transfers[2].words == 5);
}

TEST_CASE("words are as wide as the machine's exchange") {
  Machine machine = machineByName("gc200");
  const GraphTables tables = oneVariable(ElementType::Half, 2001);
  const auto done = [&](std::uint32_t bytes, std::uint32_t to) {
    machine.exchangeBytesPerCycle = bytes;
    return exchange(machine, {{to, 4, 0, 0, 2001}}, tables).done.at(to); // 4,002 bytes
  };
  for (const std::uint32_t to : {5u, 900u}) {
    const std::uint32_t words = 1001, beside = done(4, to) - words;
    CHECK(done(8, to) == beside + 501);
    CHECK(done(2, to) == beside + 2001);
    CHECK(done(3, to) == beside + 1334);
  }
}

TEST_CASE("exchanges of every tile with every other stay close to the words of the busiest tile") {
  Machine machine = withTiles(machineByName("gc200"), 184);
  const GraphTables tables = oneVariable(ElementType::Float, 184 * 184 * 8);
  std::vector<ExchangePiece> pieces;
  for (std::uint32_t from = 0; from < 184; ++from)
    for (std::uint32_t to = 0; to < 184; ++to)
      if (from != to) pieces.push_back({to, from, 0, (from * 184 + to) * 8, (from * 184 + to) * 8 + 8});
  const Phase all = exchange(machine, pieces, tables);
  CHECK(all.last() >= 183 * 8);
  CHECK(all.last() < 183 * 8 * 1.15 + 210);

  std::mt19937 random(7);
  pieces.clear();
  std::map<std::uint32_t, std::uint64_t> in, out;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    const std::uint32_t from = static_cast<std::uint32_t>(random() % 184),
                        to = static_cast<std::uint32_t>(random() % 184);
    const std::uint32_t words = 1 + static_cast<std::uint32_t>(random() % 30);
    if (from == to) continue;
    pieces.push_back({to, from, 0, i * 40, i * 40 + words});
    in[to] += words;
    out[from] += words;
  }
  std::uint64_t busiest = 0;
  for (const auto &list : {in, out})
    for (const auto &[tile, words] : list) busiest = std::max(busiest, words);
  const Phase mixed = exchange(machine, pieces, tables);
  CHECK(mixed.last() < static_cast<double>(busiest) * 1.25 + 210);
}

TEST_CASE("the verifier refuses schedules in which a tile sends or receives twice at once") {
  const Machine &machine = machineByName("gc200");
  const Floorplan plan(machine);
  const Phase good =
      exchange(machine, {{5, 1, 0, 0, 10}, {5, 2, 0, 10, 20}, {6, 1, 0, 20, 30}}, oneVariable(ElementType::Float, 30));
  const auto verify = [&](const Phase &phase) {
    verifySchedule(plan, phase.sends, phase.receives, phase.schedule.receivers);
  };
  CHECK_NOTHROW(verify(good));
  Phase moved = good; // both the send and its listener, so that only the clash is left
  const auto later = [](Phase &phase, std::size_t i, std::uint32_t cycle) {
    const std::uint32_t by = cycle - phase.sends[i].cycle;
    phase.sends[i].cycle += by;
    for (ExchangeReceive &receive : phase.receives)
      if (receive.from == phase.sends[i].tile && receive.tile == phase.schedule.receivers[phase.sends[i].firstReceiver])
        receive.cycle += by;
  };
  std::size_t first = 0, second = 0;
  for (std::size_t i = 0; i < good.sends.size(); ++i)
    if (good.sends[i].tile == 1) (first == 0 && second == 0 ? first : second) = i;
  later(moved, second, moved.sends[first].cycle + 3);
  CHECK_THROWS_AS(verify(moved), std::logic_error);
  Phase deaf = good;
  deaf.receives.pop_back();
  CHECK_THROWS_AS(verify(deaf), std::logic_error);
  Phase late = good;
  late.receives[0].cycle += 1;
  CHECK_THROWS_AS(verify(late), std::logic_error);
  Phase hurried = good;
  hurried.sends[0].words *= 2;
  CHECK_THROWS_AS(verify(hurried), std::logic_error);
}

namespace {

constexpr double kLinkBytes = 137438953472. / 8 * .85 / 1.33e9; // 10.98 bytes a cycle and link

LinkLoad::Ipu linkLoad(const poplar::Target &target, std::uint32_t ipu,
                       std::vector<std::array<std::uint32_t, 2>> flows) {
  LinkLoad load(target);
  for (int phase = 0; phase < 2; ++phase) { // the second knows nothing of the first
    for (const auto &[from, to] : flows) load.add(from, to, 1000000);
    if (phase == 0) load.take();
  }
  return load.take()[ipu];
}

} // namespace

TEST_CASE("data between IPUs goes along the ladder's side and crosses at the rung") {
  const auto ladder = [](unsigned ipus) {
    return makeTarget(poplar::TargetType::IPU, ipus, machineByName("gc200"));
  };
  const LinkLoad::Ipu pair = linkLoad(ladder(2), 1, {{0, 1}});
  CHECK(pair.cycles == std::ceil(1000000 / (4 * kLinkBytes))); // four links join a pair
  CHECK(pair.latency == 600);
  CHECK(linkLoad(ladder(2), 0, {{0, 1}}).cycles == pair.cycles);
  // The two IPUs of a C2 card have six: 96 GB/s each way, less what protocols take.
  const poplar::Target card = makeTarget(poplar::TargetType::IPU, 2, machineByName("gc2"));
  CHECK(linkLoad(card, 1, {{0, 1}}).cycles == std::ceil(1000000 / (6 * kLinkBytes * 1.33 / 1.6)));
  // The way to 3 shares the side with that to 2, then takes the rung.
  CHECK(linkLoad(ladder(4), 2, {{0, 2}, {0, 3}}).cycles == std::ceil(2000000 / (2 * kLinkBytes)));
  CHECK(linkLoad(ladder(4), 3, {{0, 2}, {0, 3}}).latency == 600 + 20); // a further hop of 15 ns
  CHECK(linkLoad(ladder(4), 1, {{0, 2}, {0, 3}}).latency == 0);
  CHECK(linkLoad(ladder(8), 6, {{1, 6}}).latency == 600 + 60); // 3, 5, 7, 6
  CHECK(linkLoad(ladder(8), 6, {{1, 6}, {1, 7}}).cycles == std::ceil(2000000 / (2 * kLinkBytes)));
  // Where the last pair is not whole, there is no rung to cross.
  CHECK(linkLoad(ladder(3), 2, {{1, 2}}).latency == 600 + 20);
}

TEST_CASE("in a torus data goes round the shorter way") {
  Machine machine = machineByName("gc200");
  machine.linkTopology = "torus";
  const poplar::Target torus = makeTarget(poplar::TargetType::IPU, 8, machine);
  CHECK(linkLoad(torus, 6, {{0, 6}}).latency == 600);
  CHECK(linkLoad(torus, 6, {{1, 6}}).latency == 600 + 20);
  CHECK(linkLoad(torus, 4, {{0, 4}, {0, 6}}).cycles == std::ceil(1000000 / (2 * kLinkBytes)));
  machine.linkTopology = "star";
  CHECK_THROWS_WITH(makeTarget(poplar::TargetType::IPU, 8, machine), Contains("\"mesh\" or \"torus\""));
}

TEST_CASE("constraints of a program's own limit the flows that they name") {
  const auto target = [](std::vector<poplar::GlobalExchangeConstraint> constraints) {
    return makeTarget(poplar::TargetType::IPU_MODEL, 3, machineByName("gc200"), std::move(constraints));
  };
  const double bits = 8 * 1.33e9; // one byte a cycle
  const poplar::Target shared = target({{bits, {{0, 1}, {0, 2}}}, {bits / 2, {{0, 2}}}});
  CHECK(linkLoad(shared, 1, {{0, 1}}).cycles == 1000000);
  CHECK(linkLoad(shared, 1, {{0, 1}, {0, 2}}).cycles == 2000000);
  CHECK(linkLoad(shared, 2, {{0, 2}}).cycles == 2000000); // of two limits the lower one
  CHECK(linkLoad(shared, 1, {{2, 1}}).cycles == 0);       // nothing limits it
  CHECK(linkLoad(shared, 1, {{2, 1}}).latency == 600);
  CHECK_THROWS_WITH(target({{bits, {{0, 1}}}, {bits, {{0, 3}}}}),
                    Contains("globalExchangeConstraints[1]") && Contains("IPU 3 of 3"));
  CHECK_THROWS_WITH(target({{0, {{0, 1}}}}), Contains("globalExchangeConstraints[0]") && Contains("above 0"));
}

namespace {

/// What a packer makes of fragments: pieces packed and unpacked by tile, words that tiles get.
struct Packed {
  std::vector<std::uint32_t> packed = std::vector<std::uint32_t>(16, 0), landed = packed;
  std::map<std::uint32_t, std::uint32_t> packs, unpacks, in;
  std::size_t sends = 0;
};

/// fragment(i) of n: {begin, end, other}; from tile 0 to each of `receivers`.
template <class F>
Packed packed(unsigned n, F &&fragment, std::vector<std::uint32_t> receivers = {5}, bool fromOther = false,
              bool inPlace = true) {
  Module module;
  module.target = makeTarget(poplar::TargetType::IPU, 1, machineByName("gc200"));
  module.tables = oneVariable(ElementType::Float, 100000);
  ExchangePhase exchange(module);
  RearrangePhase pack(machineByName("gc200"), 16), unpack(machineByName("gc200"), 16);
  FragmentPacker packer(module.tables);
  for (const std::uint32_t to : receivers)
    for (unsigned i = 0; i < n; ++i) {
      const auto [begin, end, other] = fragment(i);
      packer.add(to, 0, 0, begin, end, other + 100000 * to);
    }
  Packed result;
  packer.finish(fromOther, inPlace, exchange, pack, unpack, result.packed, result.landed);
  std::vector<std::uint32_t> code(module.target.getNumTiles(), 0);
  const ExchangePlan plan = exchange.finish(code, nullptr);
  result.sends = plan.sends;
  for (std::uint32_t i = plan.firstTile; i < plan.firstTile + plan.tiles; ++i) {
    const ExchangeTile &tile = module.placement.exchangeTiles[i];
    if (tile.bytesIn) result.in[tile.tile] = tile.bytesIn / 4;
  }
  for (RearrangePhase *phase : {&pack, &unpack}) {
    const RearrangePlan copies = phase->finish(module.placement);
    for (std::uint32_t i = copies.first; i < copies.first + copies.count; ++i)
      (phase == &pack ? result.packs : result.unpacks)[module.placement.rearranges[i].tile] =
          module.placement.rearranges[i].pieces;
  }
  return result;
}

struct Piece {
  std::uint32_t begin, end;
  std::uint64_t other;
};
using Pieces = std::map<std::uint32_t, std::uint32_t>;

} // namespace

TEST_CASE("short pieces are packed where they are scattered, and sent as one message") {
  // A column of a matrix becomes a row: apart at the sender, together at the receiver.
  const Packed column = packed(40, [](unsigned i) { return Piece{i * 10, i * 10 + 1, i * 4}; });
  CHECK(column.packs == Pieces{{0, 40}});
  CHECK(column.unpacks.empty());
  CHECK(column.sends == 1);
  CHECK(column.in == Pieces{{5, 40}});
  CHECK(column.packed[0] == 160);
  // A row becomes a column.
  const Packed row = packed(40, [](unsigned i) { return Piece{i, i + 1, i * 40}; });
  CHECK(row.packs.empty());
  CHECK(row.unpacks == Pieces{{5, 40}});
  CHECK(row.sends == 1);
  CHECK(row.landed[5] == 160);
  // Columns to columns.
  const Packed both = packed(40, [](unsigned i) { return Piece{i * 10, i * 10 + 1, i * 40}; });
  CHECK(both.packs == Pieces{{0, 40}});
  CHECK(both.unpacks == Pieces{{5, 40}});
  // Outputs: the named end is where they go.
  const Packed output = packed(40, [](unsigned i) { return Piece{i * 10, i * 10 + 1, i * 4}; }, {5}, true);
  CHECK(output.packs.empty());
  CHECK(output.unpacks == Pieces{{5, 40}});
  // Backwards: together at either end, but not in the same order.
  const Packed turned = packed(40, [](unsigned i) { return Piece{40 - i, 41 - i, i * 4}; });
  CHECK(turned.packs == Pieces{{0, 40}});
  CHECK(turned.unpacks.empty());
}

TEST_CASE("long pieces and few ones are sent as they are") {
  const Packed few = packed(7, [](unsigned i) { return Piece{i * 10, i * 10 + 1, i * 4}; });
  CHECK(few.packs.empty());
  CHECK(few.sends == 7);
  const Packed longOnes = packed(40, [](unsigned i) { return Piece{i * 10, i * 10 + 4, i * 16}; });
  CHECK(longOnes.packs.empty());
  CHECK(longOnes.sends == 40);
  CHECK(longOnes.in == Pieces{{5, 160}});
}

TEST_CASE("what several tiles want in the same pieces is packed once and heard by all") {
  const auto column = [](unsigned i) { return Piece{i * 10, i * 10 + 1, i * 4}; };
  const Packed three = packed(40, column, {3, 8, 12});
  CHECK(three.packs == Pieces{{0, 40}});
  CHECK(three.packed[0] == 160);
  CHECK(three.sends == 1);
  CHECK(three.in == Pieces{{3, 40}, {8, 40}, {12, 40}});
}

TEST_CASE("bytes that are wanted many times are sent once, and repeated by their receivers") {
  // 40 elements of a row, each eight times: 160 bytes that lie together.
  const auto each = [](unsigned i) { return Piece{i / 8, i / 8 + 1, i * 4}; };
  const Packed rows = packed(320, each, {3, 8});
  CHECK(rows.packs.empty());
  CHECK(rows.sends == 1);
  CHECK(rows.in == Pieces{{3, 40}, {8, 40}});
  CHECK(rows.unpacks == Pieces{{3, 40}, {8, 40}});
  CHECK(rows.landed[3] == 160); // the message; the copies have a place
  CHECK(packed(320, each, {3, 8}, false, false).landed[3] == 8 * 160);
  // Of receivers that want different elements, each gets its own.
  const Packed two = packed(40, [](unsigned i) { return Piece{i / 20 * 9, i / 20 * 9 + 1, i * 4}; });
  CHECK(two.packs.empty());
  CHECK(two.in == Pieces{{5, 2}});
  CHECK(two.unpacks == Pieces{{5, 2}});
  // Apart at the sender: packed there, each once.
  const Packed column = packed(400, [](unsigned i) { return Piece{i / 10 * 7, i / 10 * 7 + 1, i * 4}; });
  CHECK(column.packs == Pieces{{0, 40}});
  CHECK(column.packed[0] == 160);
  CHECK(column.in == Pieces{{5, 40}});
  CHECK(column.unpacks == Pieces{{5, 40}});
}

TEST_CASE("copies within a tile cost their pieces and atoms, shared out over six workers") {
  const Machine &machine = machineByName("gc200");
  RearrangePhase phase(machine, 8);
  for (unsigned i = 0; i < 60; ++i) phase.add(3, 0, 0, 64); // 8 slots, and one for each 8 bytes
  for (unsigned i = 0; i < 60; ++i) phase.add(5, 0, 2, 2);  // 8 slots, a load and half of packing and storing two
  for (unsigned i = 0; i < 60; ++i) phase.add(6, 0, 4, 4);  // 8 slots, a load and a store
  for (unsigned i = 0; i < 60; ++i) phase.add(7, 0, 1, 3);  // 8 slots, three bytes of 3.5
  Placement placement;
  const RearrangePlan plan = phase.finish(placement);
  REQUIRE(plan.count == 4);
  CHECK(placement.rearranges[0].tile == 3);
  CHECK(placement.rearranges[0].bytes == 60 * 64);
  CHECK(placement.rearranges[0].cycles == 288 + 6 * 10 * (8 + 8)); // C4 and ten pieces for each worker
  CHECK(placement.rearranges[1].cycles == 288 + 6 * 10 * (8 + 2));
  CHECK(placement.rearranges[2].cycles == 288 + 6 * 10 * (8 + 2));
  CHECK(placement.rearranges[3].cycles == 288 + 6 * 10 * (8 + 11));
}

TEST_CASE("an element that is repeated within a tile is one piece that fills words") {
  RearrangePhase phase(machineByName("gc200"), 8);
  for (unsigned i = 0; i < 256; ++i) phase.add(2, 6, 512 + i * 2, 2); // 64 stores of 8 bytes
  for (unsigned i = 0; i < 256; ++i) phase.add(4, 6, 514 + i * 2, 2); // both ends are merged into words
  for (unsigned i = 0; i < 12; ++i) phase.add(6, 6 + i % 2, i, 1);    // not the same one twice
  Placement placement;
  const RearrangePlan plan = phase.finish(placement);
  REQUIRE(plan.count == 3);
  CHECK(placement.rearranges[0].pieces == 1);
  CHECK(placement.rearranges[0].bytes == 512);
  CHECK(placement.rearranges[0].cycles == 288 + 6 * ((8 + 64 + 5) / 6));
  CHECK(placement.rearranges[1].cycles == 288 + 6 * ((8 + 65 + 6 + 5) / 6));
  CHECK(placement.rearranges[2].pieces == 12);
}
