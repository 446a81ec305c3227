#include "popgraph/passes/LinkLoad.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace popgraph {

namespace {

enum : std::uint32_t { Up, Down, Across, Directions };

} // namespace

LinkLoad::LinkLoad(const Machine &machine, std::uint32_t ipus)
    : machine_(machine), bytesPerCycle_(machine.linkBitsPerSecond / 8 * machine.linkEfficiency / machine.clockHz),
      links_(std::size_t(ipus + ipus % 2) * Directions), partners_(ipus) {
  for (std::size_t i = 0; i < links_.size(); ++i)
    links_[i].width = i % Directions == Across ? machine.linksInPair : machine.linksToNeighbourPair;
}

std::uint32_t LinkLoad::hops(std::uint32_t from, std::uint32_t to) {
  const std::uint32_t a = from / 2, b = to / 2;
  return (a > b ? a - b : b - a) + (from % 2 != to % 2);
}

template <typename F> void LinkLoad::forEachLink(std::uint32_t from, std::uint32_t to, F &&f) const {
  std::uint32_t at = from;
  while (at / 2 != to / 2) {
    const bool up = to / 2 > at / 2;
    f(at * Directions + (up ? Up : Down));
    at = up ? at + 2 : at - 2;
  }
  if (at != to) f(at * Directions + Across);
}

void LinkLoad::add(std::uint32_t from, std::uint32_t to, std::uint64_t bytes) {
  forEachLink(from, to, [&](std::uint32_t link) { links_[link].bytes += bytes; });
  for (const auto &[ipu, other] : {std::pair{from, to}, std::pair{to, from}}) {
    auto &partners = partners_[ipu];
    if (std::find(partners.begin(), partners.end(), other) == partners.end()) partners.push_back(other);
  }
}

std::uint64_t LinkLoad::cycles(std::uint32_t ipu) const {
  double longest = 0;
  const auto look = [&](std::uint32_t link) {
    longest = std::max(longest, static_cast<double>(links_[link].bytes) / (links_[link].width * bytesPerCycle_));
  };
  for (const std::uint32_t other : partners_[ipu]) {
    forEachLink(ipu, other, look);
    forEachLink(other, ipu, look);
  }
  return static_cast<std::uint64_t>(std::ceil(longest));
}

std::uint64_t LinkLoad::latency(std::uint32_t ipu) const {
  std::uint32_t most = 0;
  for (const std::uint32_t other : partners_[ipu]) most = std::max(most, hops(ipu, other));
  if (most == 0) return 0;
  // The first link costs packing and unpacking as well as the way.
  const double way = machine_.syncHopNanoseconds * 1e-9 * machine_.clockHz;
  return machine_.linkLatencyCycles + static_cast<std::uint64_t>(std::lround((most - 1) * way));
}

} // namespace popgraph
