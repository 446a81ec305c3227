#include "popgraph/passes/LinkLoad.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <cmath>

namespace popgraph {

/// IPUs, joined by the flows that constraints name; an edge knows the constraints that limit it.
class LinkLoad::Network {
  struct Limits { std::vector<std::uint32_t> constraints; };
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property, Limits>;

public:
  Network(std::uint32_t ipus, poplar::ArrayRef<poplar::GlobalExchangeConstraint> constraints, double clockHz)
      : graph_(ipus), into_(ipus), hops_(ipus) {
    for (const poplar::GlobalExchangeConstraint &constraint : constraints) {
      for (const poplar::GlobalExchangeFlow &flow : constraint.flows) {
        auto [edge, known] = boost::edge(flow.src, flow.dst, graph_);
        if (!known) edge = boost::add_edge(flow.src, flow.dst, graph_).first;
        graph_[edge].constraints.push_back(static_cast<std::uint32_t>(bytesPerCycle_.size()));
      }
      bytesPerCycle_.push_back(constraint.bandwidth / 8 / clockHz);
    }
  }

  const std::vector<double> &bytesPerCycle() const { return bytesPerCycle_; }

  /// Finds the shortest ways from an IPU, for the functions that follow.
  void start(std::uint32_t from) {
    std::fill(hops_.begin(), hops_.end(), 0);
    boost::breadth_first_search(
        graph_, from,
        boost::visitor(boost::make_bfs_visitor(
            std::pair(boost::record_edge_predecessors(into_.data(), boost::on_tree_edge()),
                      boost::record_distances(hops_.data(), boost::on_tree_edge())))));
  }
  /// Edges on the way to an IPU; 0 where none joins them.
  std::uint32_t hops(std::uint32_t to) const { return hops_[to]; }
  /// Appends the constraints on the way to an IPU.
  void way(std::uint32_t to, std::vector<std::uint32_t> &constraints) const {
    for (std::uint32_t left = hops_[to]; left > 0; --left) {
      const auto &limits = graph_[into_[to]].constraints;
      constraints.insert(constraints.end(), limits.begin(), limits.end());
      to = static_cast<std::uint32_t>(boost::source(into_[to], graph_));
    }
  }

private:
  Graph graph_;
  std::vector<double> bytesPerCycle_; // by constraint
  // What start() found, by IPU.
  std::vector<Graph::edge_descriptor> into_;
  std::vector<std::uint32_t> hops_;
};

LinkLoad::LinkLoad(const poplar::Target &target)
    : machine_(machineOf(target)), ipus_(target.getNumIPUs()),
      network_(std::make_unique<Network>(ipus_, target.getGlobalExchangeConstraints(), machine_.clockHz)) {}
LinkLoad::~LinkLoad() = default;

void LinkLoad::joinFlows() {
  const auto order = [](const Flow &flow) { return std::pair(flow.from, flow.to); };
  std::sort(flows_.begin(), flows_.end(), [&](const Flow &a, const Flow &b) { return order(a) < order(b); });
  std::size_t kept = 0;
  for (const Flow &flow : flows_)
    if (kept > 0 && order(flows_[kept - 1]) == order(flow))
      flows_[kept - 1].bytes += flow.bytes;
    else
      flows_[kept++] = flow;
  flows_.resize(kept);
}

std::vector<LinkLoad::Ipu> LinkLoad::take() {
  const std::vector<double> &bytesPerCycle = network_->bytesPerCycle();
  std::vector<double> carries(bytesPerCycle.size(), 0);
  std::vector<Ipu> result(ipus_);
  std::vector<std::uint32_t> ways, ends; // constraints of all flows, and where each flow's end
  const double hop = machine_.syncHopNanoseconds * 1e-9 * machine_.clockHz;
  joinFlows();
  for (std::size_t i = 0; i < flows_.size(); ++i) {
    const Flow &flow = flows_[i];
    if (i == 0 || flow.from != flows_[i - 1].from) network_->start(flow.from);
    const std::size_t begin = ways.size();
    network_->way(flow.to, ways);
    for (std::size_t w = begin; w < ways.size(); ++w) carries[ways[w]] += static_cast<double>(flow.bytes);
    ends.push_back(static_cast<std::uint32_t>(ways.size()));
    // The first link costs packing and unpacking as well as the way.
    const std::uint32_t further = std::max(network_->hops(flow.to), 1u) - 1;
    const std::uint64_t latency = machine_.linkLatencyCycles + static_cast<std::uint64_t>(std::lround(further * hop));
    for (const std::uint32_t end : {flow.from, flow.to}) result[end].latency = std::max(result[end].latency, latency);
  }
  std::size_t w = 0;
  for (std::size_t i = 0; i < flows_.size(); ++i) {
    double longest = 0;
    for (; w < ends[i]; ++w) longest = std::max(longest, carries[ways[w]] / bytesPerCycle[ways[w]]);
    const auto cycles = static_cast<std::uint64_t>(std::ceil(longest));
    for (const std::uint32_t end : {flows_[i].from, flows_[i].to})
      result[end].cycles = std::max(result[end].cycles, cycles);
  }
  flows_.clear();
  return result;
}

} // namespace popgraph
