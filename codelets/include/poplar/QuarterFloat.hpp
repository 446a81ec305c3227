#ifndef poplar_QuarterFloat_hpp
#define poplar_QuarterFloat_hpp
/// \file
/// `quarter`: an 8-bit floating-point number as it lies in memory. What its bits mean depends on metadata of the
/// tensor it belongs to, so it has no arithmetic.
#include <cstdint>

/// 8 bits of storage.
class quarter {
public:
  quarter() = default;
  /// The quarter whose representation is `bits`.
  static quarter fromBits(std::uint8_t bits) { quarter q; q.bits_ = bits; return q; }
  /// The representation.
  std::uint8_t bits() const { return bits_; }
private:
  std::uint8_t bits_;
};

namespace poplar {
using ::quarter;
}

#endif
