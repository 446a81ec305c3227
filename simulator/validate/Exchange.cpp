// Experiments between tiles: copies, syncs and the exchanges of whole supersteps.
#include <algorithm>
#include <poplar/Target.hpp>

#include "simulator/validate/Bench.hpp"
#include "simulator/validate/Experiments.hpp"

namespace popgraph::validate {

using namespace poplar;
using popgraph::profile::StepKind;

namespace {

double most(const std::vector<std::uint32_t> &list) { return *std::max_element(list.begin(), list.end()); }

/// A variable with a row of `each` elements on each of the tiles [0, tiles).
Tensor rows(Bench &bench, const Type &type, unsigned tiles, unsigned each) {
  Tensor all = bench.graph().addVariable(type, {tiles, each});
  for (unsigned t = 0; t < tiles; ++t) bench.graph().setTileMapping(all[t], t);
  return all;
}

/// Cycles of a copy of `words` from a tile to others, until the last of them has them.
double copyCycles(const char *machine, unsigned from, const std::vector<unsigned> &to, unsigned words,
                  unsigned ipus = 1) {
  Bench bench(machine, ipus);
  const Tensor source = bench.data(FLOAT, words, from);
  Tensor target = bench.graph().addVariable(FLOAT, {to.size(), words});
  for (std::size_t i = 0; i < to.size(); ++i) bench.graph().setTileMapping(target[i], to[i]);
  const program::Copy copy(source.expand({0}).broadcast(static_cast<unsigned>(to.size()), 0), target);
  return bench.cycles(copy, to.back()); // the first reading is over when the last tile's sync signal arrives
}

double perWord(const char *machine, const std::vector<unsigned> &to) {
  return (copyCycles(machine, 4, to, 2000) - copyCycles(machine, 4, to, 1000)) / 1000;
}

/// One tile of each pair.
std::vector<unsigned> oneOfEachPair(const char *machine) {
  std::vector<unsigned> tiles;
  for (unsigned t = 8, n = Bench(machine).tiles(); t < n; t += 2) tiles.push_back(t);
  return tiles;
}

/// Cycles that each further byte of a tile costs where everything moves in pieces of `bytes`.
double rearrangementOfPieces(const char *machine, unsigned bytes) {
  // A transposition over 16 tiles; each tile gets its parts from all of them.
  constexpr unsigned tiles = 16;
  const auto cycles = [&](unsigned columns) {
    Bench bench(machine);
    const Type &type = bytes == 2 ? HALF : FLOAT;
    const unsigned atom = bytes > 4 ? bytes / 4 : 1;
    Tensor from = rows(bench, type, tiles, 16 * columns * atom).reshape({tiles * 16, columns, atom});
    Tensor to = rows(bench, type, tiles, 16 * columns * atom);
    const program::Copy copy(from.dimShuffle({1, 0, 2}).flatten(), to.flatten());
    return bench.cycles(copy);
  };
  const unsigned few = 32, many = 64;
  return (cycles(many) - cycles(few)) / ((many - few) * 16. * bytes);
}

} // namespace

double internalSync(const char *machine) {
  Bench bench(machine);
  return most(tileCycles(bench.profile(program::Sequence{program::Sync(SyncType::INTERNAL)}), StepKind::Sync));
}

double syncTurn(const char *machine, bool external) {
  const auto cycles = [&](unsigned turns) {
    const program::Sync sync(external ? SyncType::EXTERNAL : SyncType::INTERNAL);
    return Bench(machine).cycles(program::Repeat(turns, sync));
  };
  return (cycles(200) - cycles(100)) / 100;
}

double broadcast(const char *machine, bool sender) {
  Bench bench(machine);
  const unsigned tiles = bench.tiles();
  const Tensor one = bench.data(FLOAT, 1), all = rows(bench, FLOAT, tiles, 1);
  const program::Copy copy(one.broadcast(tiles - 1, 0), all.flatten().slice(1, tiles));
  const auto cycles = tileCycles(bench.profile(program::Sequence{copy}), StepKind::Exchange);
  return sender ? cycles[0] : most(cycles);
}

double broadcastWord(const char *machine) { return perWord(machine, oneOfEachPair(machine)); }
double pairWord(const char *machine) { return perWord(machine, {10, 11}); }

double localCopy(const char *machine) {
  Bench bench(machine);
  const Tensor from = bench.data(FLOAT, 2), to = bench.data(FLOAT, 2);
  return bench.cycles(program::Copy(from, to)) - kReading;
}

double localCopyRate(const char *machine) {
  const auto cycles = [&](unsigned words) {
    Bench bench(machine);
    const Tensor from = bench.data(FLOAT, words), to = bench.data(FLOAT, words);
    return bench.cycles(program::Copy(from, to));
  };
  return 4 * 4800 / (cycles(9600) - cycles(4800));
}

double haloExchange(const char *machine, bool sync) {
  // Blocks of 133 x 133 on 32 x 38 tiles: four sides and four corners, 536 words. Each direction's words lie together.
  constexpr int height = 32, width = 38, side = 133;
  Bench bench(machine);
  Tensor borders = rows(bench, FLOAT, height * width, 9 * side);
  std::vector<Tensor> from, to;
  Tensor halos = rows(bench, FLOAT, height * width, 4 * side + 4);
  for (int r = 0; r < height; ++r)
    for (int c = 0; c < width; ++c) {
      std::size_t filled = 0;
      for (int dr = -1; dr <= 1; ++dr)
        for (int dc = -1; dc <= 1; ++dc) {
          if ((dr == 0 && dc == 0) || r + dr < 0 || r + dr >= height || c + dc < 0 || c + dc >= width) continue;
          const std::size_t words = dr != 0 && dc != 0 ? 1 : side;
          const std::size_t part = static_cast<std::size_t>((dr + 1) * 3 + dc + 1) * side;
          from.push_back(borders[static_cast<std::size_t>((r + dr) * width + c + dc)].slice(part, part + words));
          to.push_back(halos[static_cast<std::size_t>(r * width + c)].slice(filled, filled + words));
          filled += words;
        }
    }
  const program::Copy copy(concat(from), concat(to));
  const profiler::Model model = bench.profile(program::Sequence{copy});
  return most(tileCycles(model, sync ? StepKind::Sync : StepKind::Exchange));
}

double exchangeBandwidth(const char *machine) {
  constexpr unsigned words = 4096;
  Bench bench(machine);
  const unsigned tiles = bench.tiles();
  const Tensor from = rows(bench, FLOAT, tiles, words), to = rows(bench, FLOAT, tiles, words);
  // Each tile's words go half-way round.
  const Tensor turned = concat(from.slice(tiles / 2, tiles), from.slice(0, tiles / 2));
  const profiler::Model model = bench.profile(program::Sequence{program::Copy(turned, to)});
  return 4. * words * tiles * bench.clock() / most(tileCycles(model, StepKind::Exchange));
}

double exchangeRemainder(const char *machine) {
  constexpr unsigned words = 1000;
  Bench bench(machine);
  const Tensor from = bench.data(FLOAT, words, 0), to = bench.data(FLOAT, words, bench.tiles() / 2);
  const profiler::Model model = bench.profile(program::Sequence{program::Copy(from, to)});
  return most(tileCycles(model, StepKind::Exchange)) - words;
}

double tileLatency(const char *machine, bool acrossIPUs) {
  // The mean over receivers in all parts of the chip.
  const unsigned tiles = Bench(machine).tiles();
  double sum = 0;
  unsigned count = 0;
  for (unsigned t = 50; t < tiles; t += 100, ++count)
    sum += copyCycles(machine, 0, {acrossIPUs ? tiles + t : t}, 1, acrossIPUs ? 2 : 1);
  return sum / count;
}

double linkBandwidth(const char *machine) {
  constexpr unsigned words = 4096;
  Bench bench(machine, 2);
  const unsigned tiles = bench.tiles() / 2;
  const Tensor all = rows(bench, FLOAT, 2 * tiles, words);
  const profiler::Model model =
      bench.profile(program::Sequence{program::Copy(all.slice(0, tiles), all.slice(tiles, 2 * tiles))});
  return 4. * words * tiles * bench.clock() / most(tileCycles(model, StepKind::Exchange));
}

double rearrangement(const char *machine, unsigned bytes) {
  if (bytes == 8) {
    // Data in atoms of 8 bytes lies in pieces of all sizes, short ones no more often than long ones.
    double sum = 0;
    unsigned sizes = 0;
    for (unsigned piece = 8; piece <= 256; piece *= 2, ++sizes) sum += rearrangementOfPieces(machine, piece);
    return sum / sizes;
  }
  return rearrangementOfPieces(machine, bytes);
}

} // namespace popgraph::validate
