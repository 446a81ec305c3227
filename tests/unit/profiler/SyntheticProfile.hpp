#pragma once
// A small made-up program told to a Sink: numbers are simple functions of the tile, so tests can compute them again.
#include "popgraph/profile/Records.hpp"
#include <cstdint>
#include <string>
#include <vector>

namespace synthetic {

struct Options {
  std::uint32_t tiles = 1472;
  std::uint32_t runs = 3;              ///< of program 0
  std::uint32_t iterations = 10;       ///< of its loop
  std::string computeSetName = "matMul/Convolve";
};

inline std::uint32_t variableBytes(std::uint32_t tile) { return 40000 + 64 * (tile % 97); }
inline std::uint32_t codeBytes(std::uint32_t tile) { return tile % 2 ? 1200 : 1600; }
inline std::uint32_t messageBytes(std::uint32_t tile) { return tile == 5 ? 9000u : 512u; }
inline std::uint32_t computeCycles(std::uint32_t tile, std::uint32_t iteration) {
  return 1000 + (tile * 7 + iteration * 13) % 401;
}

popgraph::profile::CompileRecord compileRecord(const Options &options);

/// compiled(), then options.runs runs of program 0.
void tell(popgraph::profile::Sink &sink, const Options &options);

/// Cycles of one run, computed from the definitions above.
std::uint64_t cyclesOfRun(const Options &options);

} // namespace synthetic
