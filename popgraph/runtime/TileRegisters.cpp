#include "popgraph/runtime/TileRegisters.hpp"

#include <algorithm>
#include <cfenv>

namespace popgraph {

namespace {

/// The splitmix64 sequence: states that follow one another and are never both zero.
class SeedSequence {
public:
  explicit SeedSequence(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }

private:
  std::uint64_t state_;
};

} // namespace

void TileRegisters::reset(const TileDefaults &defaults) {
  std::fill(floats_.begin(), floats_.end(),
            (defaults.floatExceptions ? kTraps : 0) | (defaults.stochasticRounding ? kStochastic : 0));
  SeedSequence sequence(defaults.seed);
  for (std::uint64_t &word : seeds_) word = sequence.next();
}

void clearFloatFlags() { std::feclearexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW); }

std::uint32_t raisedFloatFlags() {
  const int raised = std::fetestexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW);
  return (raised & FE_INVALID ? TileRegisters::kInvalid : 0) |
         (raised & FE_DIVBYZERO ? TileRegisters::kDivisionByZero : 0) |
         (raised & FE_OVERFLOW ? TileRegisters::kOverflow : 0);
}

const char *describeFloatFlag(std::uint32_t flags) {
  if (flags & TileRegisters::kInvalid) return "an invalid floating point operation";
  if (flags & TileRegisters::kDivisionByZero) return "a floating point division by zero";
  return "a floating point overflow";
}

} // namespace popgraph
