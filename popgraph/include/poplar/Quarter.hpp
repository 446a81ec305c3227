#ifndef poplar_Quarter_hpp
#define poplar_Quarter_hpp

#include "poplar/detail/Api.hpp"

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>

namespace poplar {

/// What the 8 bits of a QUARTER tensor's elements mean: how they are divided, and a power of two that all are
/// multiplied with.
class POPLAR_API QuarterMetadata {
public:
  /// Bits of sign, exponent and mantissa.
  enum class Format {
    F143, ///< up to 240 in steps of an eighth, before scaling
    F152  ///< up to 57344 in steps of a quarter, before scaling
  };
  /// Smallest and largest scale.
  enum : int { kMinScale = -32, kMaxScale = 31 };

  /// F143 with a scale of 0.
  QuarterMetadata() noexcept : format_(Format::F143), scale_(0) {}
  /// Throws tensor_metadata_error when `scale` is not from kMinScale to kMaxScale.
  QuarterMetadata(Format format, int scale);
  Format getFormat() const { return format_; }
  /// The exponent of the power of two.
  int getScale() const { return scale_; }
  /// One byte for a tensor of type QUARTER_METADATA: six bits of scale, two's complement, and above them 1 for F152.
  std::uint8_t bits() const {
    return static_cast<std::uint8_t>((scale_ & 0x3f) | (format_ == Format::F152 ? 0x40 : 0));
  }
  /// Such as "F143 scale -2".
  std::string toString() const;

  friend bool operator==(const QuarterMetadata &a, const QuarterMetadata &b) {
    return a.format_ == b.format_ && a.scale_ == b.scale_;
  }
  friend bool operator!=(const QuarterMetadata &a, const QuarterMetadata &b) { return !(a == b); }

private:
  Format format_;
  std::int8_t scale_;
};

/// Name of the enumerator.
POPLAR_API const char *toString(QuarterMetadata::Format format);
POPLAR_API std::ostream &operator<<(std::ostream &stream, QuarterMetadata::Format format);
inline std::string QuarterMetadata::toString() const {
  return std::string(poplar::toString(format_)) + " scale " + std::to_string(getScale());
}
/// Prints toString().
inline std::ostream &operator<<(std::ostream &stream, const QuarterMetadata &metadata) {
  return stream << metadata.toString();
}

/// An 8-bit floating point number on the host, as an element of a QUARTER tensor holds it. It has one zero, one NaN
/// (0x80) and no infinities; without metadata it means nothing.
class POPLAR_API Quarter {
public:
  /// Zero.
  constexpr Quarter() : bits_(0) {}
  /// The nearest quarter, ties to even; too large becomes the largest of its sign, infinities too; NaN stays NaN.
  Quarter(float value, const QuarterMetadata &metadata);
  /// The quarter with these 8 bits.
  static Quarter fromBits(std::uint8_t bits) {
    Quarter quarter;
    quarter.bits_ = bits;
    return quarter;
  }
  /// The 8 bits.
  constexpr std::uint8_t bits() const { return bits_; }
  /// The value, exact.
  float toFloat(const QuarterMetadata &metadata) const;
  constexpr bool isNaN() const { return bits_ == 0x80; }

  /// Equal bits.
  friend constexpr bool operator==(Quarter a, Quarter b) { return a.bits_ == b.bits_; }
  friend constexpr bool operator!=(Quarter a, Quarter b) { return a.bits_ != b.bits_; }

private:
  std::uint8_t bits_;
};

} // namespace poplar

#endif
