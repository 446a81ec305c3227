#ifndef poplar_PerfEstimate_hpp
#define poplar_PerfEstimate_hpp
/// \file
/// A user's own figure for the cost of a vertex.

#include <cstdint>
#include <functional>

namespace poplar {

class Target;
class VertexIntrospector;

/// Cycles (of the tile, for the whole vertex) and floating point operations.
struct VertexPerfEstimate {
  VertexPerfEstimate() : cycles(0), flops(0) {}
  VertexPerfEstimate(std::uint64_t cycles, std::uint64_t flops = 0) : cycles(cycles), flops(flops) {}
  std::uint64_t cycles; ///< cycles of one execution
  std::uint64_t flops; ///< floating-point operations of one execution
};

/// Computes the cost of a vertex from its fields; see Graph::registerPerfEstimator.
using PerfEstimateFunc = std::function<VertexPerfEstimate(const VertexIntrospector &vertex, const Target &target)>;

} // namespace poplar

#endif
