#include "poplar/TypeConversion.hpp"

#include "popgraph/base/Types.hpp"
#include "poplar/exceptions.hpp"

#include <immintrin.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <sstream>

namespace poplar::detail {
namespace {

/// Shifts right, rounding to nearest, ties to even. 1 <= shift <= 63.
std::uint64_t shiftRounded(std::uint64_t value, unsigned shift) {
  const std::uint64_t quotient = value >> shift, rest = value & ((std::uint64_t{1} << shift) - 1);
  const std::uint64_t half = std::uint64_t{1} << (shift - 1);
  return quotient + (rest > half || (rest == half && (quotient & 1)));
}

// The processor's conversion agrees with halfBits() and halfValue() bit for bit, NaNs included, and ignores the
// rounding and denormal modes of the host program.
__attribute__((target("avx,f16c"))) void floatsToHalves(const char *source, char *destination, std::size_t count) {
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m256 values = _mm256_loadu_ps(reinterpret_cast<const float *>(source + 4 * i));
    const __m128i halves = _mm256_cvtps_ph(values, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    _mm_storeu_si128(reinterpret_cast<__m128i *>(destination + 2 * i), halves);
  }
  for (; i != count; ++i) {
    float value;
    std::memcpy(&value, source + 4 * i, 4);
    const std::uint16_t bits = halfBits(value);
    std::memcpy(destination + 2 * i, &bits, 2);
  }
}

__attribute__((target("avx,f16c"))) void halvesToFloats(const char *source, char *destination, std::size_t count) {
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m128i halves = _mm_loadu_si128(reinterpret_cast<const __m128i *>(source + 2 * i));
    _mm256_storeu_ps(reinterpret_cast<float *>(destination + 4 * i), _mm256_cvtph_ps(halves));
  }
  for (; i != count; ++i) {
    std::uint16_t bits;
    std::memcpy(&bits, source + 2 * i, 2);
    const float value = halfValue(bits);
    std::memcpy(destination + 4 * i, &value, 4);
  }
}

/// Storage of BOOL: any byte but 0 is true.
struct BoolByte { unsigned char byte; };

template <typename T> auto load(const char *source) {
  T stored;
  std::memcpy(&stored, source, sizeof stored);
  if constexpr (std::is_same_v<T, IeeeHalf>)
    return static_cast<float>(stored);
  else if constexpr (std::is_same_v<T, BoolByte>)
    return stored.byte != 0;
  else
    return stored;
}

/// Whether a value, cut towards zero, is one of the integer type Int.
template <typename Int, typename V> bool fits(V value) {
  if constexpr (std::is_floating_point_v<V>) {
    const V cut = std::trunc(value);
    // 2^digits is exact in V, max() might not be.
    return cut >= static_cast<V>(std::numeric_limits<Int>::min()) &&
           cut < std::ldexp(static_cast<V>(1), std::numeric_limits<Int>::digits);
  } else if constexpr (std::is_same_v<V, bool>) {
    return true;
  } else {
    const auto wide = +value; // std::cmp_less_equal takes no characters
    return std::cmp_less_equal(+std::numeric_limits<Int>::min(), wide) &&
           std::cmp_less_equal(wide, +std::numeric_limits<Int>::max());
  }
}

template <typename T> void store(char *destination, T value) { std::memcpy(destination, &value, sizeof value); }

template <typename From, typename To>
void convertLoop(const char *source, char *destination, std::size_t count, Type to) {
  for (std::size_t i = 0; i != count; ++i) {
    const auto value = load<From>(source + i * sizeof(From));
    char *const out = destination + i * sizeof(To);
    if constexpr (std::is_same_v<To, BoolByte>) {
      store(out, BoolByte{static_cast<unsigned char>(value != 0)});
    } else if constexpr (std::is_same_v<To, IeeeHalf>) {
      store(out, IeeeHalf(static_cast<double>(value)));
    } else if constexpr (std::is_integral_v<To>) {
      if (!fits<To>(value)) {
        std::ostringstream message;
        message << "element " << i << ": the value " << +value << " does not fit " << to;
        throw overflow_error(message.str());
      }
      store(out, static_cast<To>(value));
    } else {
      store(out, static_cast<To>(value));
    }
  }
}

/// Calls function(T{}) with the host's storage type of a type. Throws type_error for those without arithmetic.
template <typename Function> void withStorage(Type type, Function &&function) {
  using popgraph::ElementType;
  switch (static_cast<ElementType>(type.id())) {
  case ElementType::Bool: return function(BoolByte{});
  case ElementType::Char: return function(char{});
  case ElementType::SignedChar: return function(static_cast<signed char>(0));
  case ElementType::UnsignedChar: return function(static_cast<unsigned char>(0));
  case ElementType::Short: return function(short{});
  case ElementType::UnsignedShort: return function(static_cast<unsigned short>(0));
  case ElementType::Int: return function(int{});
  case ElementType::UnsignedInt: return function(0u);
  case ElementType::Long: return function(0l);
  case ElementType::UnsignedLong: return function(0ul);
  case ElementType::LongLong: return function(0ll);
  case ElementType::UnsignedLongLong: return function(0ull);
  case ElementType::Half: return function(IeeeHalf{});
  case ElementType::Float: return function(0.f);
  case ElementType::Double: return function(0.);
  case ElementType::Quarter:
  case ElementType::QuarterMetadata:
  case ElementType::Count: break;
  }
  throw type_error("values cannot be converted from or to type " + type.toString());
}

} // namespace

std::uint16_t halfBits(double value) noexcept {
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(value);
  const std::uint16_t sign = static_cast<std::uint16_t>(bits >> 48 & 0x8000);
  const std::uint64_t magnitude = bits & ~(std::uint64_t{1} << 63);
  constexpr std::uint64_t kInfinity = std::uint64_t{0x7ff} << 52;
  constexpr std::uint64_t kOverflow = std::bit_cast<std::uint64_t>(65520.0); // between 65504 and 65536
  constexpr std::uint64_t kSmallestNormal = std::bit_cast<std::uint64_t>(0x1p-14);
  if (magnitude > kInfinity)
    return static_cast<std::uint16_t>(sign | 0x7e00 | (magnitude >> 42 & 0x3ff));
  if (magnitude >= kOverflow)
    return sign | 0x7c00;
  if (magnitude >= kSmallestNormal)
    return static_cast<std::uint16_t>(sign | shiftRounded(magnitude - (std::uint64_t{1023 - 15} << 52), 42));
  // A multiple of 2^-24: 53 bits of mantissa at 2^(exponent - 1075).
  const unsigned exponent = static_cast<unsigned>(magnitude >> 52);
  const unsigned shift = 1051 - exponent;
  if (shift > 54)
    return sign;
  const std::uint64_t mantissa = (magnitude & ((std::uint64_t{1} << 52) - 1)) | std::uint64_t{1} << 52;
  return static_cast<std::uint16_t>(sign | shiftRounded(mantissa, shift));
}

std::uint16_t halfBits(float value) noexcept { return halfBits(static_cast<double>(value)); }

float halfValue(std::uint16_t bits) noexcept {
  const std::uint32_t sign = std::uint32_t{bits & 0x8000u} << 16;
  const std::uint32_t exponent = bits >> 10 & 31u, mantissa = bits & 0x3ffu;
  if (exponent == 31)
    return std::bit_cast<float>(sign | 0x7f800000u | mantissa << 13 | (mantissa ? 0x400000u : 0u));
  if (exponent)
    return std::bit_cast<float>(sign | (exponent + 127 - 15) << 23 | mantissa << 13);
  return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(static_cast<float>(mantissa) * 0x1p-24f));
}

void convertElements(Type from, const void *source, Type to, void *destination, std::size_t count) {
  const char *const in = static_cast<const char *>(source);
  char *const out = static_cast<char *>(destination);
  if (from == to && from != BOOL && from != QUARTER && from.id() < popgraph::kNumElementTypes) {
    if (count)
      std::memcpy(out, in, count * popgraph::elementBytes(static_cast<popgraph::ElementType>(from.id())));
  } else if (from == FLOAT && to == HALF) {
    floatsToHalves(in, out, count);
  } else if (from == HALF && to == FLOAT) {
    halvesToFloats(in, out, count);
  } else {
    withStorage(from, [&](auto fromValue) {
      withStorage(to, [&](auto toValue) { convertLoop<decltype(fromValue), decltype(toValue)>(in, out, count, to); });
    });
  }
}

} // namespace poplar::detail
