#ifndef poplar_HalfFloat_hpp
#define poplar_HalfFloat_hpp
/// \file
/// `half`: a 16-bit IEEE 754 binary16 number, for codelets and for host programs. Arithmetic is done in float; each
/// conversion to half rounds once, to nearest with ties to even.
#include <cstdint>
#include <cstring>
#include <limits>
#if !defined(__POPC__) && defined(__F16C__)
#include <immintrin.h>
#endif

// Codelets compute constants of halves; a processor's instructions and memcpy do not.
#if defined(__POPC__)
#define POPGRAPH_CONSTEXPR constexpr
#else
#define POPGRAPH_CONSTEXPR inline
#endif

namespace poplar {
namespace detail {

POPGRAPH_CONSTEXPR std::uint32_t floatBits(float value) {
#if defined(__POPC__)
  return __builtin_bit_cast(std::uint32_t, value);
#else
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
#endif
}

POPGRAPH_CONSTEXPR float bitsFloat(std::uint32_t bits) {
#if defined(__POPC__)
  return __builtin_bit_cast(float, bits);
#else
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
#endif
}

POPGRAPH_CONSTEXPR std::uint16_t floatToHalfBits(float value) {
#if defined(__POPC__)
  const _Float16 half = static_cast<_Float16>(value);
  return __builtin_bit_cast(std::uint16_t, half);
#elif defined(__F16C__)
  return static_cast<std::uint16_t>(_cvtss_sh(value, _MM_FROUND_TO_NEAREST_INT));
#else
  const std::uint32_t bits = floatBits(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000u;
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  std::uint32_t result;
  if (magnitude > 0x7f800000u) {
    result = 0x7e00u | ((magnitude >> 13) & 0x1ffu); // a quiet NaN keeps the top of its payload
  } else if (magnitude >= 0x47800000u) {
    result = 0x7c00u;
  } else if (magnitude < 0x38800000u) {
    // Below the smallest normal half: the float adder rounds at the place of the last subnormal bit.
    result = floatBits(bitsFloat(magnitude) + 0.5f) - 0x3f000000u;
  } else {
    result = (magnitude - 0x38000000u + 0xfffu + ((magnitude >> 13) & 1u)) >> 13;
  }
  return static_cast<std::uint16_t>(sign | result);
#endif
}

POPGRAPH_CONSTEXPR float halfBitsToFloat(std::uint16_t bits) {
#if defined(__POPC__)
  return static_cast<float>(__builtin_bit_cast(_Float16, bits));
#elif defined(__F16C__)
  return _cvtsh_ss(bits);
#else
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
  const std::uint32_t magnitude = bits & 0x7fffu;
  if (magnitude >= 0x7c00u) {
    const std::uint32_t quiet = magnitude > 0x7c00u ? 0x400000u : 0u;
    return bitsFloat(sign | 0x7f800000u | quiet | ((magnitude & 0x3ffu) << 13));
  }
  // Scaling by 2^112 moves the exponent from half's bias to float's; it is exact, for subnormals too.
  return bitsFloat(sign | floatBits(bitsFloat(magnitude << 13) * 5192296858534827628530496329220096.0f));
#endif
}

} // namespace detail
} // namespace poplar

/// 16-bit floating-point number.
class half {
public:
  half() = default;
  /// Rounds to nearest even. Too large values give infinity.
  POPGRAPH_CONSTEXPR half(float value) : bits_(poplar::detail::floatToHalfBits(value)) {}
  POPGRAPH_CONSTEXPR half(double value) : bits_(fromDouble(value)) {}
  POPGRAPH_CONSTEXPR half(bool value) : half(static_cast<float>(value)) {}
  POPGRAPH_CONSTEXPR half(char value) : half(static_cast<float>(value)) {}
  POPGRAPH_CONSTEXPR half(signed char value) : half(static_cast<float>(value)) {}
  POPGRAPH_CONSTEXPR half(unsigned char value) : half(static_cast<float>(value)) {}
  POPGRAPH_CONSTEXPR half(short value) : half(static_cast<float>(value)) {}
  POPGRAPH_CONSTEXPR half(unsigned short value) : half(static_cast<float>(value)) {}
  POPGRAPH_CONSTEXPR half(int value) : half(static_cast<float>(value)) {}
  POPGRAPH_CONSTEXPR half(unsigned value) : half(static_cast<float>(value)) {}
  POPGRAPH_CONSTEXPR half(long value) : half(static_cast<float>(value)) {}
  POPGRAPH_CONSTEXPR half(unsigned long value) : half(static_cast<float>(value)) {}
  POPGRAPH_CONSTEXPR half(long long value) : half(static_cast<float>(value)) {}
  POPGRAPH_CONSTEXPR half(unsigned long long value) : half(static_cast<float>(value)) {}

  /// What an edge of a half is connected to: without this, its two conversions would be equally good.
  template <template <class> class Edge, class = typename Edge<half>::ElementType>
  half(const Edge<half> &edge) : half(*edge) {}

  /// Exact.
  POPGRAPH_CONSTEXPR operator float() const { return poplar::detail::halfBitsToFloat(bits_); }

  /// Exact, and a half.
  constexpr half operator-() const { return fromBits(static_cast<std::uint16_t>(bits_ ^ 0x8000u)); }
  half &operator+=(float other) { return *this = half(static_cast<float>(*this) + other); }
  half &operator-=(float other) { return *this = half(static_cast<float>(*this) - other); }
  half &operator*=(float other) { return *this = half(static_cast<float>(*this) * other); }
  half &operator/=(float other) { return *this = half(static_cast<float>(*this) / other); }
  half &operator++() { return *this += 1.0f; }
  half &operator--() { return *this -= 1.0f; }
  half operator++(int) { half old = *this; *this += 1.0f; return old; }
  half operator--(int) { half old = *this; *this -= 1.0f; return old; }

  /// The half whose representation is `bits`.
  static constexpr half fromBits(std::uint16_t bits) { return half(Bits{bits}); }
  /// The representation.
  constexpr std::uint16_t bits() const { return bits_; }

private:
  struct Bits { std::uint16_t value; };
  explicit constexpr half(Bits bits) : bits_(bits.value) {}
  // Rounding twice, to float and then to half, would be wrong near ties: keep what float drops as a sticky bit.
  static POPGRAPH_CONSTEXPR std::uint16_t fromDouble(double value) {
    float narrow = static_cast<float>(value);
    const double back = static_cast<double>(narrow);
    if (back != value && value == value) {
      std::uint32_t bits = poplar::detail::floatBits(narrow);
      const bool away = (back > value) == (value > 0);
      if (away) --bits;
      narrow = poplar::detail::bitsFloat(bits | 1u);
    }
    return poplar::detail::floatToHalfBits(narrow);
  }
  std::uint16_t bits_;
};

namespace poplar {
using ::half;
}

namespace std {
template <> class numeric_limits<half> {
public:
  static constexpr bool is_specialized = true, is_signed = true, is_integer = false, is_exact = false;
  static constexpr bool has_infinity = true, has_quiet_NaN = true, has_signaling_NaN = true;
  static constexpr bool is_iec559 = true, is_bounded = true, is_modulo = false, traps = false, tinyness_before = false;
  static constexpr float_denorm_style has_denorm = denorm_present;
  static constexpr bool has_denorm_loss = false;
  static constexpr float_round_style round_style = round_to_nearest;
  static constexpr int digits = 11, digits10 = 3, max_digits10 = 5, radix = 2;
  static constexpr int min_exponent = -13, min_exponent10 = -4, max_exponent = 16, max_exponent10 = 4;
  static constexpr half min() { return half::fromBits(0x0400); }
  static constexpr half max() { return half::fromBits(0x7bff); }
  static constexpr half lowest() { return half::fromBits(0xfbff); }
  static constexpr half epsilon() { return half::fromBits(0x1400); }
  static constexpr half round_error() { return half::fromBits(0x3800); }
  static constexpr half infinity() { return half::fromBits(0x7c00); }
  static constexpr half quiet_NaN() { return half::fromBits(0x7e00); }
  static constexpr half signaling_NaN() { return half::fromBits(0x7d00); }
  static constexpr half denorm_min() { return half::fromBits(0x0001); }
};
} // namespace std

#undef POPGRAPH_CONSTEXPR

#endif
