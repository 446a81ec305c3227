#include "popgraph/base/Types.hpp"
#include "poplar/IeeeHalf.hpp"
#include "poplar/Target.hpp"
#include "poplar/Type.hpp"
#include "poplar/TypeConversion.hpp"
#include "poplar/TypeTraits.hpp"
#include "poplar/exceptions.hpp"
#include "tests/support/Catch.hpp"

#include <immintrin.h>

#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <sstream>
#include <unordered_map>

using namespace poplar;

namespace {

// Constants are ready while a program's own static objects are made.
const std::string nameAtStart = [] { return FLOAT.toString(); }();

/// The processor's conversions, as the reference for ours.
__attribute__((target("f16c"))) std::uint16_t hardwareHalf(float value) {
  return static_cast<std::uint16_t>(_cvtss_sh(value, _MM_FROUND_TO_NEAREST_INT));
}
__attribute__((target("f16c"))) float hardwareFloat(std::uint16_t bits) { return _cvtsh_ss(bits); }

} // namespace

TEST_CASE("types are named as C++ spells them") {
  const std::map<std::string, Type> expected = {{"bool", BOOL},
                                                {"char", CHAR},
                                                {"signed char", SIGNED_CHAR},
                                                {"unsigned char", UNSIGNED_CHAR},
                                                {"short", SHORT},
                                                {"unsigned short", UNSIGNED_SHORT},
                                                {"int", INT},
                                                {"unsigned int", UNSIGNED_INT},
                                                {"long", LONG},
                                                {"unsigned long", UNSIGNED_LONG},
                                                {"long long", LONGLONG},
                                                {"unsigned long long", UNSIGNED_LONGLONG},
                                                {"quarter", QUARTER},
                                                {"quarter_metadata", QUARTER_METADATA},
                                                {"half", HALF},
                                                {"float", FLOAT},
                                                {"double", DOUBLE}};
  CHECK(expected.size() == popgraph::kNumElementTypes);
  for (const auto &[name, type] : expected) {
    CHECK(type.toString() == name);
    std::ostringstream out;
    out << type;
    CHECK(out.str() == name);
  }
  CHECK(nameAtStart == "float");
}

TEST_CASE("types are values: comparable, hashable, aliased where C++ aliases") {
  CHECK(INT == SIGNED);
  CHECK(UNSIGNED == UNSIGNED_INT);
  CHECK(CHAR != SIGNED_CHAR);
  CHECK(Type() == Type());
  CHECK(Type() != BOOL);
  std::unordered_map<Type, int> byType{{HALF, 2}, {FLOAT, 4}};
  CHECK(byType.at(HALF) == 2);
  CHECK((equivalent_device_type<float>().value == FLOAT));
  CHECK((equivalent_device_type<unsigned long>().value == UNSIGNED_LONG));
  CHECK((equivalent_device_type<IeeeHalf>().value == HALF));
  CHECK(HALF.isFloatingPoint());
  CHECK_FALSE(INT.isFloatingPoint());
  CHECK(QUARTER.requiresMetadata());
  CHECK_FALSE(HALF.requiresMetadata());
  STATIC_REQUIRE(TypeTraits::isSimpleType<unsigned>());
  STATIC_REQUIRE(!TypeTraits::isSimpleType<std::string>());
  CHECK(TypeTraits::make<short>().size == 2);
  CHECK(TypeTraits::make<short>().isIntegral);
  CHECK(TypeTraits::make<short>().isSigned);
  CHECK(TypeTraits::make<float>().isSimple);
  CHECK_FALSE(TypeTraits::make<float>().isIntegral);
  CHECK(SIGNED_SHORT == SHORT);
  CHECK(SIGNED_INT == INT);
  CHECK(SIGNED_LONG == LONG);
  CHECK(SIGNED_LONGLONG == LONGLONG);
  CHECK(Type::fromId(0) == BOOL);
}

TEST_CASE("every half becomes the float that the processor says, and comes back") {
  for (unsigned bits = 0; bits != 65536; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = detail::halfValue(half);
    REQUIRE(std::bit_cast<std::uint32_t>(value) == std::bit_cast<std::uint32_t>(hardwareFloat(half)));
    REQUIRE(detail::halfBits(value) == (std::isnan(value) ? half | 0x200 : half));
  }
}

TEST_CASE("floats become the half that the processor says") {
  // All exponents and signs, mantissas around every rounding border, and a spread of others.
  for (std::uint32_t high = 0; high != 512; ++high)
    for (std::uint32_t top = 0; top != 1024; ++top)
      for (std::uint32_t low : {0u, 1u, 0xfffu, 0x1000u, 0x1001u, 0x1fffu}) {
        const float value = std::bit_cast<float>(high << 23 | top << 13 | low);
        if (detail::halfBits(value) != hardwareHalf(value)) FAIL("at bits " << std::bit_cast<std::uint32_t>(value));
      }
  std::mt19937 random(7);
  std::vector<float> values(100003);
  for (float &value : values) value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
  std::vector<std::uint16_t> halves(values.size());
  copyFloatToDeviceHalf(Target(), values.data(), halves.data(), values.size());
  for (std::size_t i = 0; i != values.size(); ++i) REQUIRE(halves[i] == hardwareHalf(values[i]));
}

TEST_CASE("doubles are rounded to half once") {
  // 1 + 2^-11 is the tie between two halves; a little more must round up, though as a float it is the tie itself.
  CHECK(detail::halfBits(1 + 0x1p-11) == 0x3c00);
  CHECK(detail::halfBits(1 + 0x1p-11 + 0x1p-40) == 0x3c01);
  CHECK(detail::halfBits(65504.0) == 0x7bff);
  CHECK(detail::halfBits(65519.999999) == 0x7bff);
  CHECK(detail::halfBits(65520.0) == 0x7c00);
  CHECK(detail::halfBits(-1e300) == 0xfc00);
  CHECK(detail::halfBits(0x1p-25) == 0);
  CHECK(detail::halfBits(0x1p-25 + 0x1p-60) == 1);
  CHECK(detail::halfBits(5e-324) == 0);
  CHECK(detail::halfBits(-0.0) == 0x8000);
}

TEST_CASE("IeeeHalf computes in float") {
  const IeeeHalf a = 1.5f, b = 2;
  CHECK(a + b == 3.5f);
  CHECK(IeeeHalf(1e10).isInf());
  CHECK(IeeeHalf(std::nan("")).isNaN());
  CHECK(IeeeHalf().isZero());
  CHECK(IeeeHalf::fromBits(0x3c00) == 1.0f);
  CHECK(toHalf(1.0).bit16() == 0x3c00);
}

TEST_CASE("values are converted to device storage and back") {
  const std::vector<float> values{1.5f, -2.25f, 65504.f};
  std::uint16_t halves[3];
  convertToDeviceType(HALF, values, halves);
  CHECK(halves[0] == 0x3e00);
  std::vector<double> back(3);
  convertFromDeviceType(HALF, halves, back);
  CHECK(back == std::vector<double>{1.5, -2.25, 65504});
  int integers[3];
  convertToDeviceType(INT, values, integers);
  CHECK(integers[0] == 1);
  CHECK(integers[1] == -2);
  unsigned char truth[2];
  convertToDeviceType(BOOL, std::vector<int>{0, 256}, truth);
  CHECK(truth[0] == 0);
  CHECK(truth[1] == 1);
  char unaligned[9];
  convertToDeviceType(FLOAT, std::vector<double>{0.1, 0.2}, unaligned + 1);
  float read[2];
  std::memcpy(read, unaligned + 1, 8);
  CHECK(read[1] == 0.2f);
}

TEST_CASE("integers that do not fit are refused with the value and the type") {
  unsigned char small;
  CHECK_THROWS_AS(convertToDeviceType(UNSIGNED_CHAR, 256, &small), overflow_error);
  CHECK_THROWS_AS(convertToDeviceType(UNSIGNED_CHAR, -1, &small), overflow_error);
  unsigned int word;
  CHECK_THROWS_AS(convertToDeviceType(UNSIGNED_INT, -1, &word), overflow_error);
  CHECK_THROWS_AS(convertToDeviceType(UNSIGNED_INT, 4294967296.0, &word), overflow_error);
  CHECK_THROWS_AS(convertToDeviceType(INT, 2147483648.0f, &word), overflow_error);
  CHECK_THROWS_AS(convertToDeviceType(INT, std::nan(""), &word), overflow_error);
  CHECK_NOTHROW(convertToDeviceType(INT, -2147483648.0, &word));
  CHECK_NOTHROW(convertToDeviceType(UNSIGNED_INT, 4294967295u, &word));
  long long wide;
  CHECK_THROWS_AS(convertToDeviceType(LONGLONG, 0x1p63, &wide), overflow_error);
  CHECK_THROWS_AS(convertToDeviceType(LONGLONG, std::numeric_limits<unsigned long long>::max(), &wide), overflow_error);
  CHECK_THROWS_AS(convertToDeviceType(QUARTER, 1.0f, &small), type_error);
  try {
    convertToDeviceType(SHORT, std::vector<int>{1, 70000}, &wide);
    FAIL("nothing was thrown");
  } catch (const overflow_error &error) {
    CHECK(error.what() == std::string("element 1: the value 70000 does not fit short"));
  }
}
