#pragma once
// One exchange phase within IPUs: who sends which words in which cycle. A list scheduler, deterministic:
//
//   wanted pieces ── transfers: maximal pieces of a tile's data that the same tiles want (multicast is free)
//                 ── in order of length class, then of the distance between sender and receiver, each at the earliest
//                    cycle in which the sender's bus and the muxes of all its receivers are free
//
// Equal distances make the rounds of regular patterns: in one round no tile sends or receives twice.
#include <cstdint>
#include <vector>

#include "popgraph/ir/Module.hpp"
#include "popgraph/machine/Floorplan.hpp"

namespace popgraph {

/// Elements [begin, end) of a variable that tile `to` wants and tile `from` has.
struct ExchangePiece {
  std::uint32_t to, from, variable, begin, end;
};

/// In place of a variable: a message that its sender has packed; elements are units of four bytes, whatever the
/// machine's words.
inline constexpr std::uint32_t kMessageVariable = ~0u;
/// Bytes of an element of a variable, or of a message.
inline std::uint64_t pieceBytes(const GraphTables &tables, std::uint32_t variable) {
  return variable == kMessageVariable ? 4 : elementBytes(tables.variables[variable].type);
}

/// Words of one tile for one set of tiles.
struct ExchangeTransfer {
  std::uint32_t from, variable, begin, end;
  std::uint32_t words;
  std::uint32_t firstReceiver, receivers; ///< into ExchangeSchedule::receivers, in order of tiles
  std::uint32_t start = 0, cycles = 0;    ///< of the send, on the sender's clock
  bool wide = false;                      ///< both tiles of every receiving pair want it: two words a cycle
};

struct ExchangeSchedule {
  std::vector<ExchangeTransfer> transfers;
  std::vector<std::uint32_t> receivers;
};

/// Sorts pieces by sender and joins those of one receiver that touch or overlap.
void joinPieces(std::vector<ExchangePiece> &pieces);

/// Cuts joined pieces into transfers of words of `wordBytes`: what the exchange moves in a cycle.
void cutTransfers(const std::vector<ExchangePiece> &pieces, const GraphTables &tables, std::uint32_t wordBytes,
                  ExchangeSchedule &schedule);

/// Gives every transfer its cycles. Tiles of all IPUs have one floor plan; transfers stay within an IPU.
class ExchangeScheduler {
public:
  ExchangeScheduler(const Floorplan &plan, std::uint32_t tiles);
  void operator()(ExchangeSchedule &schedule);

private:
  /// When one direction of one tile's bus is free: holes in order, the last without end.
  class Calendar {
  public:
    std::int64_t earliest(std::int64_t from, std::int64_t cycles) const;
    void take(std::int64_t begin, std::int64_t cycles);
    void clear() { holes_.assign(1, {0, kForever}); }

  private:
    static constexpr std::int64_t kForever = std::int64_t(1) << 62;
    static constexpr std::size_t kHoles = 48; // more are forgotten, the smallest first: time stays linear
    struct Hole {
      std::int64_t begin, end;
    };
    std::vector<Hole> holes_{{0, kForever}};
  };

  void place(ExchangeSchedule &schedule, ExchangeTransfer &transfer);
  Calendar &used(std::vector<Calendar> &calendars, std::uint32_t tile);

  const Floorplan &plan_;
  std::vector<Calendar> out_, in_;
  std::vector<bool> touched_;
  std::vector<std::uint32_t> touchedTiles_;
  std::vector<std::int32_t> shifts_;
};

/// Throws std::logic_error when a tile sends or receives two words in one cycle of a schedule, or when the muxes of
/// its receivers do not listen when the words arrive.
void verifySchedule(const Floorplan &plan, const std::vector<ExchangeSend> &sends,
                    const std::vector<ExchangeReceive> &receives, const std::vector<std::uint32_t> &receivers);

} // namespace popgraph
