#pragma once
// What each tile keeps outside its memory: floating point behaviour and the workers' random number generators.
#include <cstdint>
#include <vector>

#include "popgraph/ir/Module.hpp"

namespace popgraph {

/// Settings of an engine that say how tiles start.
struct TileDefaults {
  bool floatExceptions = false, stochasticRounding = false;
  std::uint64_t seed = 0; ///< of the generators; no two workers start alike
};

class TileRegisters {
public:
  static constexpr std::uint32_t kInvalid = 1, kDivisionByZero = 2, kOverflow = 4;
  static constexpr std::uint32_t kStochastic = 8; ///< as Target::makeFpIctlValue() has it
  static constexpr std::uint32_t kTraps = kInvalid | kDivisionByZero | kOverflow;

  TileRegisters(std::uint32_t tiles, std::uint32_t workers)
      : workers_(workers), floats_(tiles, 0), seeds_(std::size_t(tiles) * workers * 2, 1) {}
  void reset(const TileDefaults &defaults);

  /// Which floating point exceptions of a tile end the run: bits as above.
  std::uint32_t traps(std::uint32_t tile) const { return floats_[tile] & kTraps; }
  /// Whether a tile rounds to half at random.
  bool stochastic(std::uint32_t tile) const { return (floats_[tile] & kStochastic) != 0; }
  std::uint32_t &floats(std::uint32_t tile) { return floats_[tile]; }
  /// Generators of a tile's workers, two words each.
  std::uint64_t *seeds(std::uint32_t tile) { return seeds_.data() + std::size_t(tile) * workers_ * 2; }
  std::size_t seedBytes() const { return workers_ * 2 * sizeof(std::uint64_t); }

private:
  std::uint32_t workers_;
  std::vector<std::uint32_t> floats_; ///< by tile
  std::vector<std::uint64_t> seeds_;
};

/// Clears the host's floating point flags, and tells afterwards which of a tile's exceptions were raised.
void clearFloatFlags();
std::uint32_t raisedFloatFlags();
/// "divided by zero", for messages.
const char *describeFloatFlag(std::uint32_t flags);

} // namespace popgraph
