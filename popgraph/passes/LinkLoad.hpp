#pragma once
// Links between IPUs: a ladder. Data goes along its own side first and crosses at the rung of its destination.
//
//   0 ═ 1      ═ rung: linksInPair links
//   ‖   ‖      ‖ side: linksToNeighbourPair links
//   2 ═ 3
#include <cstdint>
#include <vector>

#include "popgraph/machine/Machine.hpp"

namespace popgraph {

class LinkLoad {
public:
  LinkLoad(const Machine &machine, std::uint32_t ipus);
  void add(std::uint32_t from, std::uint32_t to, std::uint64_t bytes);
  /// Until the busiest link on the ways from and to an IPU has carried its bytes.
  std::uint64_t cycles(std::uint32_t ipu) const;
  /// Of the longest way from or to an IPU; 0 where nothing goes.
  std::uint64_t latency(std::uint32_t ipu) const;
  static std::uint32_t hops(std::uint32_t from, std::uint32_t to);

private:
  struct Link {
    std::uint64_t bytes = 0;
    std::uint32_t width = 1;
  };
  /// Calls f with the place of each link on the way.
  template <typename F> void forEachLink(std::uint32_t from, std::uint32_t to, F &&f) const;

  const Machine &machine_;
  double bytesPerCycle_;                             ///< of one link
  std::vector<Link> links_;                          ///< by IPU: up, down, across
  std::vector<std::vector<std::uint32_t>> partners_; ///< by IPU: whom it exchanges with
};

} // namespace popgraph
