#pragma once
// What an exchange phase puts on the links between IPUs. A target's global exchange constraints are the links: a flow
// that one names is a way from an IPU to another. Data takes the shortest way over them, of several the one that the
// first constraints make; between IPUs that no way joins nothing limits it.
#include <cstdint>
#include <memory>
#include <vector>

#include "popgraph/api/TargetAccess.hpp"

namespace popgraph {

class LinkLoad {
public:
  explicit LinkLoad(const poplar::Target &target);
  ~LinkLoad();
  void add(std::uint32_t from, std::uint32_t to, std::uint64_t bytes) { flows_.push_back({from, to, bytes}); }

  struct Ipu {
    std::uint64_t latency = 0; ///< of the longest way from or to the IPU; 0 where nothing goes
    std::uint64_t cycles = 0;  ///< until the busiest link on the ways from and to it has carried its bytes
  };
  /// For each IPU, what was added since the last call.
  std::vector<Ipu> take();

private:
  struct Flow {
    std::uint32_t from, to;
    std::uint64_t bytes;
  };
  class Network;
  /// One flow for each pair of IPUs, by sender.
  void joinFlows();

  const Machine &machine_;
  std::uint32_t ipus_;
  std::unique_ptr<Network> network_;
  std::vector<Flow> flows_;
};

} // namespace popgraph
