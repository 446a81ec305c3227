#ifndef poplar_IeeeHalf_hpp
#define poplar_IeeeHalf_hpp

#include "poplar/Type.hpp"
#include "poplar/detail/Api.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>

namespace poplar {

namespace detail {
/// Nearest half, ties to even; too large becomes infinity, a NaN stays a quiet NaN of its sign.
POPLAR_API std::uint16_t halfBits(float value) noexcept;
POPLAR_API std::uint16_t halfBits(double value) noexcept;
/// The exact value.
POPLAR_API float halfValue(std::uint16_t bits) noexcept;
} // namespace detail

/// IEEE binary16 on the host, bit for bit what a HALF tensor holds. Arithmetic happens in float after the implicit
/// conversion.
class IeeeHalf {
public:
  /// Zero.
  constexpr IeeeHalf() : bits_(0) {}
  /// Nearest half, ties to even; too large becomes infinity.
  IeeeHalf(float value) : bits_(detail::halfBits(value)) {}
  IeeeHalf(double value) : bits_(detail::halfBits(value)) {}
  IeeeHalf(int value) : bits_(detail::halfBits(static_cast<double>(value))) {}
  /// The half with these 16 bits.
  static IeeeHalf fromBits(std::uint16_t bits) {
    IeeeHalf half;
    half.bits_ = bits;
    return half;
  }
  /// The 16 bits.
  constexpr std::uint16_t bit16() const { return bits_; }
  /// The exact value.
  operator float() const { return detail::halfValue(bits_); }

  bool isNaN() const { return (bits_ & 0x7fff) > 0x7c00; } ///< no number
  bool isInf() const { return (bits_ & 0x7fff) == 0x7c00; } ///< an infinity of either sign
  bool isZero() const { return (bits_ & 0x7fff) == 0; } ///< a zero of either sign

private:
  std::uint16_t bits_;
};

/// Nearest half of a value.
inline IeeeHalf toHalf(float value) { return IeeeHalf(value); }
inline IeeeHalf toHalf(double value) { return IeeeHalf(value); }

template <> struct equivalent_device_type<IeeeHalf> {
  const Type value;
  constexpr equivalent_device_type() : value(HALF) {}
};

} // namespace poplar

#endif
