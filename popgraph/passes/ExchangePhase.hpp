#pragma once
// Collects what tiles want in one exchange phase and turns it into a plan: a schedule within each IPU, loads of the
// links between IPUs, and what tile memory has to hold for it.
#include <cstdint>
#include <optional>
#include <vector>

#include "popgraph/passes/ExchangeSchedule.hpp"
#include "popgraph/passes/LinkLoad.hpp"

namespace popgraph {

class ExchangePhase {
public:
  explicit ExchangePhase(Module &module);

  /// Tile `to` wants elements [begin, end) of a variable that tile `from` has.
  void add(std::uint32_t to, std::uint32_t from, std::uint32_t variable, std::uint32_t begin, std::uint32_t end) {
    if (!pieces_.empty()) {
      ExchangePiece &last = pieces_.back();
      if (last.to == to && last.from == from && last.variable == variable && last.end == begin) {
        last.end = end;
        return;
      }
    }
    pieces_.push_back({to, from, variable, begin, end});
  }
  /// Plans what was added since the last call. Adds bytes of exchange code to `code`, and of the messages to
  /// `messages` where the data does not land in its own place (else null); both by tile.
  ExchangePlan finish(std::vector<std::uint32_t> &code, std::vector<std::uint32_t> *messages);

private:
  struct TileLoad {
    std::uint64_t in = 0, out = 0; ///< words
    std::uint32_t cycles = 0, sendInstructions = 0, receives = 0;
    bool used = false;
  };
  TileLoad &load(std::uint32_t tile);
  void planWithin(ExchangePlan &plan);
  void planAcross();
  void keep(ExchangePlan &plan, const ExchangeSchedule &schedule);

  Module &module_;
  const Machine &machine_;
  Floorplan floorplan_;
  ExchangeScheduler schedule_;
  std::optional<LinkLoad> links_; // made for the first phase that crosses
  std::vector<ExchangePiece> pieces_, across_;
  std::vector<TileLoad> loads_;
  std::vector<std::uint32_t> touched_;
};

} // namespace popgraph
