#include "popgraph/graph/Convert.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <poplar/IeeeHalf.hpp>
#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>

namespace popgraph {

namespace {

/// A value on its way: integers exactly, everything else as double.
struct Number {
  bool isInteger, isNegative;
  std::uint64_t magnitude;
  double real;
};

template <typename T> T read(const void *at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <typename T> Number integer(const void *at) {
  const T value = read<T>(at);
  const bool negative = value < T(0);
  const auto bits = static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
  return {true, negative, negative ? 0 - bits : static_cast<std::uint64_t>(value), static_cast<double>(value)};
}

Number load(ElementType type, const void *at) {
  switch (type) {
  case ElementType::Bool: return {true, false, read<std::uint8_t>(at) ? 1u : 0u, read<std::uint8_t>(at) ? 1.0 : 0.0};
  case ElementType::Char:
  case ElementType::SignedChar: return integer<std::int8_t>(at);
  case ElementType::UnsignedChar:
  case ElementType::Quarter:
  case ElementType::QuarterMetadata: return integer<std::uint8_t>(at);
  case ElementType::Short: return integer<std::int16_t>(at);
  case ElementType::UnsignedShort: return integer<std::uint16_t>(at);
  case ElementType::Int: return integer<std::int32_t>(at);
  case ElementType::UnsignedInt: return integer<std::uint32_t>(at);
  case ElementType::Long:
  case ElementType::LongLong: return integer<std::int64_t>(at);
  case ElementType::UnsignedLong:
  case ElementType::UnsignedLongLong: return integer<std::uint64_t>(at);
  case ElementType::Half: return {false, false, 0, poplar::detail::halfValue(read<std::uint16_t>(at))};
  case ElementType::Float: return {false, false, 0, read<float>(at)};
  case ElementType::Double: return {false, false, 0, read<double>(at)};
  case ElementType::Count: break;
  }
  throw poplar::type_error("values of an unknown element type");
}

[[noreturn]] void overflow(const Number &n, ElementType type, const char *what) {
  const std::string value =
      n.isInteger ? (n.isNegative ? "-" : "") + std::to_string(n.magnitude) : fmt::format("{}", n.real);
  throw poplar::overflow_error(fmt::format("{}: the value {} does not fit in type {}", what, value, elementName(type)));
}

template <typename T> void storeInteger(Number n, void *at, ElementType type, const char *what) {
  if (!n.isInteger) {
    // A real value is taken when it is a whole number in range: silent truncation would be a wrong answer.
    if (!(std::fabs(n.real) < 18446744073709551616.0) || n.real != std::trunc(n.real)) overflow(n, type, what);
    n.isNegative = n.real < 0;
    n.magnitude = static_cast<std::uint64_t>(std::fabs(n.real));
  }
  const auto limit = static_cast<std::uint64_t>(std::numeric_limits<T>::max());
  if (n.isNegative ? (std::is_unsigned_v<T> ? n.magnitude != 0 : n.magnitude > limit + 1) : n.magnitude > limit)
    overflow(n, type, what);
  const T value = static_cast<T>(n.isNegative ? 0 - n.magnitude : n.magnitude);
  std::memcpy(at, &value, sizeof value);
}

void store(const Number &n, ElementType type, void *at, const char *what) {
  switch (type) {
  case ElementType::Bool: {
    const std::uint8_t value = n.isInteger ? n.magnitude != 0 : n.real != 0;
    std::memcpy(at, &value, 1);
    return;
  }
  case ElementType::Char:
  case ElementType::SignedChar: return storeInteger<std::int8_t>(n, at, type, what);
  case ElementType::UnsignedChar:
  case ElementType::Quarter:
  case ElementType::QuarterMetadata: return storeInteger<std::uint8_t>(n, at, type, what);
  case ElementType::Short: return storeInteger<std::int16_t>(n, at, type, what);
  case ElementType::UnsignedShort: return storeInteger<std::uint16_t>(n, at, type, what);
  case ElementType::Int: return storeInteger<std::int32_t>(n, at, type, what);
  case ElementType::UnsignedInt: return storeInteger<std::uint32_t>(n, at, type, what);
  case ElementType::Long:
  case ElementType::LongLong: return storeInteger<std::int64_t>(n, at, type, what);
  case ElementType::UnsignedLong:
  case ElementType::UnsignedLongLong: return storeInteger<std::uint64_t>(n, at, type, what);
  case ElementType::Half: {
    const std::uint16_t bits = poplar::detail::halfBits(n.real);
    if (std::isinf(poplar::detail::halfValue(bits)) && !std::isinf(n.real)) overflow(n, type, what);
    std::memcpy(at, &bits, 2);
    return;
  }
  case ElementType::Float: {
    const auto value = static_cast<float>(n.real);
    if (std::isinf(value) && !std::isinf(n.real)) overflow(n, type, what);
    std::memcpy(at, &value, 4);
    return;
  }
  case ElementType::Double: std::memcpy(at, &n.real, 8); return;
  case ElementType::Count: break;
  }
  throw poplar::type_error(fmt::format("{}: unknown element type", what));
}

} // namespace

void convertValues(ElementType from, const void *source, ElementType to, void *destination, std::size_t count,
                   bool broadcast, const char *what) {
  const std::size_t step = elementBytes(from), size = elementBytes(to);
  const auto *in = static_cast<const char *>(source);
  auto *out = static_cast<char *>(destination);
  if (from == to && !broadcast && from != ElementType::Bool) {
    std::memcpy(out, in, count * size);
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (broadcast && i > 0)
      std::memcpy(out + i * size, out, size);
    else
      store(load(from, in + i * step), to, out + i * size, what);
  }
}

double valueAsDouble(ElementType type, const void *value) { return load(type, value).real; }

} // namespace popgraph
