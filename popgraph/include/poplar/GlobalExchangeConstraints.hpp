#ifndef poplar_GlobalExchangeConstraints_hpp
#define poplar_GlobalExchangeConstraints_hpp

#include <utility>
#include <vector>

namespace poplar {

/// Traffic from one IPU to another, by their numbers in the target.
struct GlobalExchangeFlow {
  unsigned src /** from */, dst /** to */;
  GlobalExchangeFlow(unsigned source, unsigned destination) : src(source), dst(destination) {}
};

/// A limit on the sum of several flows.
struct GlobalExchangeConstraint {
  double bandwidth; ///< bits per second
  std::vector<GlobalExchangeFlow> flows; ///< what shares the limit
  GlobalExchangeConstraint(double bitsPerSecond, std::vector<GlobalExchangeFlow> limited)
      : bandwidth(bitsPerSecond), flows(std::move(limited)) {}
};

} // namespace poplar

#endif
