#include "poplar/Quarter.hpp"

#include "poplar/exceptions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace poplar {
namespace {

/// The bias is one more than IEEE's, as no exponent is set aside for infinities.
struct Layout {
  int mantissaBits, bias;
};
Layout layoutOf(QuarterMetadata::Format format) {
  return format == QuarterMetadata::Format::F143 ? Layout{3, 8} : Layout{2, 16};
}

constexpr int kLargest = 0x7f; // of the bits without the sign

} // namespace

const char *toString(QuarterMetadata::Format format) {
  return format == QuarterMetadata::Format::F143 ? "F143" : "F152";
}
std::ostream &operator<<(std::ostream &stream, QuarterMetadata::Format format) { return stream << toString(format); }

QuarterMetadata::QuarterMetadata(Format format, int scale) : format_(format), scale_(static_cast<std::int8_t>(scale)) {
  if (scale < kMinScale || scale > kMaxScale)
    throw tensor_metadata_error("a QUARTER tensor's scale is " + std::to_string(scale) + "; it must be from " +
                                std::to_string(int{kMinScale}) + " to " + std::to_string(int{kMaxScale}));
}

Quarter::Quarter(float value, const QuarterMetadata &metadata) : bits_(0x80) {
  if (std::isnan(value)) return;
  const Layout layout = layoutOf(metadata.getFormat());
  const double magnitude = std::ldexp(std::fabs(static_cast<double>(value)), -metadata.getScale());
  // Subnormals and zero share the smallest exponent, 1 - bias.
  const int exponent = std::isfinite(magnitude) ? std::max(std::ilogb(magnitude), 1 - layout.bias) : 0;
  // In units of the last place; nearbyint() would follow the program's rounding mode.
  const double units = std::ldexp(magnitude, layout.mantissaBits - exponent);
  const double below = std::floor(units), rest = units - below;
  const double rounded = below + (rest > .5 || (rest == .5 && std::fmod(below, 2) == 1));
  // A mantissa that rounds up to the next power carries into the exponent by itself.
  const double bits = rounded + std::ldexp(exponent + layout.bias - 1, layout.mantissaBits);
  const int code = std::isfinite(magnitude) ? static_cast<int>(std::min<double>(bits, kLargest)) : kLargest;
  // There is no negative zero: its bits are the NaN.
  bits_ = static_cast<std::uint8_t>(code | (code != 0 && std::signbit(value) ? 0x80 : 0));
}

float Quarter::toFloat(const QuarterMetadata &metadata) const {
  if (isNaN()) return std::numeric_limits<float>::quiet_NaN();
  const Layout layout = layoutOf(metadata.getFormat());
  const int exponent = (bits_ & 0x7f) >> layout.mantissaBits;
  int mantissa = bits_ & ((1 << layout.mantissaBits) - 1);
  if (exponent) mantissa |= 1 << layout.mantissaBits;
  const int power = std::max(exponent, 1) - layout.bias - layout.mantissaBits + metadata.getScale();
  return std::ldexp(static_cast<float>(bits_ & 0x80 ? -mantissa : mantissa), power);
}

} // namespace poplar
