#include "poplar/Quarter.hpp"
#include "poplar/exceptions.hpp"
#include "tests/support/Catch.hpp"

#include <cmath>
#include <limits>
#include <random>
#include <sstream>
#include <type_traits>

using namespace poplar;

TEST_CASE("scales of quarters have limits") {
  CHECK(QuarterMetadata(QuarterMetadata::Format::F143, QuarterMetadata::kMinScale).getScale() == -32);
  CHECK(QuarterMetadata(QuarterMetadata::Format::F143, QuarterMetadata::kMaxScale).getScale() == 31);
}
using Format = QuarterMetadata::Format;

namespace {

/// The value of 8 bits, from the definition of the format with sums of powers of two.
double reference(unsigned bits, Format format) {
  const unsigned mantissaBits = format == Format::F143 ? 3 : 2;
  const int bias = format == Format::F143 ? 8 : 16;
  double fraction = 0;
  for (unsigned i = 0; i != mantissaBits; ++i)
    if (bits & 1u << i) fraction += 1.0 / (1u << (mantissaBits - i));
  const int exponent = static_cast<int>((bits & 0x7f) >> mantissaBits);
  const double magnitude =
      exponent ? (1 + fraction) * std::pow(2.0, exponent - bias) : fraction * std::pow(2.0, 1 - bias);
  return bits & 0x80 ? -magnitude : magnitude;
}

/// The bits whose value is nearest, among equals those that are even.
unsigned nearest(double value, Format format) {
  unsigned best = 0;
  for (unsigned bits = 0; bits != 256; ++bits) {
    if (bits == 0x80) continue;
    const double distance = std::fabs(reference(bits, format) - value),
                 least = std::fabs(reference(best, format) - value);
    if (distance < least || (distance == least && bits % 2 == 0)) best = bits;
  }
  return best;
}

} // namespace

TEST_CASE("all quarters have the values that their formats define, at every scale") {
  for (const Format format : {Format::F143, Format::F152})
    for (const int scale : {-32, -1, 0, 5, 31}) {
      const QuarterMetadata metadata(format, scale);
      for (unsigned bits = 0; bits != 256; ++bits) {
        const Quarter quarter = Quarter::fromBits(static_cast<std::uint8_t>(bits));
        if (bits == 0x80) {
          CHECK(quarter.isNaN());
          CHECK(std::isnan(quarter.toFloat(metadata)));
          continue;
        }
        const float value = quarter.toFloat(metadata);
        CHECK(value == reference(bits, format) * std::pow(2.0, scale));
        CHECK(Quarter(value, metadata) == quarter);
      }
    }
  CHECK(Quarter::fromBits(0x7f).toFloat(QuarterMetadata(Format::F143, 0)) == 240);
  CHECK(Quarter::fromBits(0x7f).toFloat(QuarterMetadata(Format::F152, 0)) == 57344);
}

TEST_CASE("floats become the nearest quarter, ties to even") {
  std::mt19937 random(7);
  for (const Format format : {Format::F143, Format::F152}) {
    const QuarterMetadata metadata(format, 0);
    for (unsigned bits = 0; bits != 0x7f; ++bits) {
      const double middle = (reference(bits, format) + reference(bits + 1, format)) / 2;
      for (const float value :
           {static_cast<float>(middle), -static_cast<float>(middle), std::nextafter(static_cast<float>(middle), 0.f),
            std::nextafter(static_cast<float>(middle), 1e9f)})
        CHECK(Quarter(value, metadata).bits() == nearest(value, format));
    }
    std::uniform_real_distribution<float> exponent(-20, 18);
    for (int i = 0; i != 200; ++i) {
      const float value = std::exp2(exponent(random)) * (i % 2 ? 1 : -1);
      CHECK(Quarter(value, metadata).bits() == nearest(value, format));
    }
  }
}

TEST_CASE("quarters have no infinity and no negative zero") {
  const QuarterMetadata metadata;
  CHECK(Quarter(1e9f, metadata).bits() == 0x7f);
  CHECK(Quarter(-std::numeric_limits<float>::infinity(), metadata).bits() == 0xff);
  CHECK(Quarter(-0.f, metadata).bits() == 0);
  CHECK(Quarter(-1e-30f, metadata) == Quarter());
  CHECK(Quarter(std::nanf(""), metadata).isNaN());
}

TEST_CASE("metadata has a format and a scale in range, and says so") {
  const QuarterMetadata metadata(Format::F152, -3);
  CHECK(metadata.getFormat() == Format::F152);
  CHECK(metadata.getScale() == -3);
  CHECK(metadata.toString() == "F152 scale -3");
  std::ostringstream text;
  text << metadata << ' ' << Format::F143;
  CHECK(text.str() == "F152 scale -3 F143");
  CHECK(metadata == QuarterMetadata(Format::F152, -3));
  CHECK(metadata != QuarterMetadata());
  CHECK_THROWS_AS(QuarterMetadata(Format::F143, 32), tensor_metadata_error);
  CHECK_THROWS_AS(QuarterMetadata(Format::F143, -33), tensor_metadata_error);
}
