// Casts to and from 8-bit floating point, against the definition of its formats in double precision.
#include "tests/support/Catch.hpp"
#include "tests/unit/libs/Bench.hpp"
#include <cmath>
#include <popops/Cast.hpp>
#include <poputil/Util.hpp>
#include <poputil/exceptions.hpp>

using namespace test;
using poplar::QuarterMetadata;
using poplar::Tensor;
using support::throwsNaming;

namespace {

using Format = QuarterMetadata::Format;

double valueOf(unsigned bits, Format format, int scale) {
  if (bits == 0x80) return NAN;
  const int mantissaBits = format == Format::F143 ? 3 : 2, bias = format == Format::F143 ? 8 : 16;
  const int exponent = int(bits & 0x7f) >> mantissaBits;
  const double fraction = std::ldexp(double(bits & ((1u << mantissaBits) - 1)), -mantissaBits);
  const double magnitude = std::ldexp(exponent ? 1 + fraction : fraction, std::max(exponent, 1) - bias + scale);
  return bits & 0x80 ? -magnitude : magnitude;
}

/// Of all quarters the nearest one, of two the even one.
unsigned nearest(double x, Format format, int scale) {
  if (std::isnan(x)) return 0x80;
  unsigned best = 0;
  for (unsigned code = 1; code != 0x80; ++code) {
    const double before = std::fabs(std::fabs(x) - valueOf(best, format, scale));
    const double now = std::fabs(std::fabs(x) - valueOf(code, format, scale));
    if (now < before || (now == before && code % 2 == 0)) best = code;
  }
  if (std::isinf(x)) best = 0x7f;
  return best != 0 && std::signbit(x) ? best | 0x80 : best;
}

const std::pair<Format, int> kKinds[] = {{Format::F143, 0},  {Format::F152, 0},   {Format::F143, -32}, {Format::F152, -32},
                                         {Format::F143, 31}, {Format::F152, 31}, {Format::F143, 3},   {Format::F152, -5}};

/// The same to all that a cast sees: floats that are halves too.
Values inputs(Format format, int scale, bool halves) {
  Values x{0, -0.0, NAN, INFINITY, -INFINITY, 65504, -65504, 6e-8};
  for (unsigned bits = 0; bits != 0x80; ++bits) {
    const double value = valueOf(bits, format, scale), next = valueOf(std::min(bits + 1, 0x7fu), format, scale);
    for (double each : {value, -value, (value + next) / 2, -(value + next) / 2, value * 1.01, next * 0.99}) x.push_back(each);
  }
  for (double &each : x) {
    each = static_cast<float>(each);
    if (halves) each = poputil::castToDeviceHalfValue(poplar::Target::createCPUTarget(), each);
  }
  return x;
}

} // namespace

TEST_CASE("casts to quarters take the nearest, and casts from them are exact") {
  for (On on : kDevices)
    for (const auto &[format, scale] : kKinds) {
      Bench bench(on);
      INFO(name(on) << " " << QuarterMetadata(format, scale).toString());
      const Tensor constant = poputil::createConstantMetadataTensor(bench.graph, format, scale);
      const Tensor variable = poputil::createVariableMetadataTensor(bench.graph, format, scale);
      CHECK(constant.elementType() == poplar::QUARTER_METADATA);
      CHECK(QuarterMetadata(format, scale).bits() == (unsigned(scale) & 63) + (format == Format::F152 ? 64 : 0));
      Values all;
      for (unsigned bits = 0; bits != 256; ++bits) all.push_back(bits);
      const Tensor bits = bench.input(poplar::UNSIGNED_CHAR, {256}, all);
      const Tensor quarters = bench.graph.addVariable(poplar::QUARTER, variable, {256}, "quarters");
      bench.graph.setTileMapping(quarters, bench.graph.getTileMapping(bits));
      bench.prog.add(poplar::program::Copy(bits, quarters.reinterpret(poplar::UNSIGNED_CHAR)));
      bench.output("float", popops::cast(bench.graph, quarters, poplar::FLOAT, bench.prog));
      bench.output("half", popops::cast(bench.graph, quarters, poplar::HALF, bench.prog));
      const Tensor other = poputil::createConstantMetadataTensor(bench.graph, Format::F152, 0);
      bench.output("other", popops::cast(bench.graph, quarters, poplar::QUARTER, other, bench.prog)
                                .reinterpret(poplar::UNSIGNED_CHAR));
      std::vector<Values> given;
      for (poplar::Type type : {poplar::FLOAT, poplar::HALF}) {
        given.push_back(inputs(format, scale, type == poplar::HALF));
        const Tensor x = bench.input(type, {given.back().size()}, given.back());
        const Tensor q = popops::cast(bench.graph, x, poplar::QUARTER, constant, bench.prog);
        REQUIRE(q.hasMetadata());
        CHECK(q.getMetadata() == constant);
        CHECK(bench.graph.clone(q.slice(1, 5)).getMetadata() == constant);
        bench.output(type.toString() + " to", q.reinterpret(poplar::UNSIGNED_CHAR));
        const poplar::ComputeSet cs = bench.graph.addComputeSet();
        bench.output(type.toString() + " again", popops::cast(bench.graph, x, poplar::QUARTER, constant, cs)
                                                     .reinterpret(poplar::UNSIGNED_CHAR));
        bench.prog.add(poplar::program::Execute(cs));
      }
      bench.run();
      Values floats, halves, others;
      for (unsigned b = 0; b != 256; ++b) {
        floats.push_back(valueOf(b, format, scale));
        halves.push_back(poputil::castToDeviceHalfValue(poplar::Target::createCPUTarget(), floats.back()));
        others.push_back(nearest(floats.back(), Format::F152, 0));
      }
      CHECK(worstError(bench.get("float"), floats) == 0);
      CHECK(worstError(bench.get("half"), halves) == 0);
      CHECK(worstError(bench.get("other"), others) == 0);
      for (std::size_t i = 0; i != 2; ++i) {
        Values wanted;
        for (double x : given[i]) wanted.push_back(nearest(x, format, scale));
        const std::string type = i == 0 ? "float" : "half";
        CHECK(worstError(bench.get(type + " to"), wanted) == 0);
        CHECK(worstError(bench.get(type + " again"), wanted) == 0);
      }
    }
}

TEST_CASE("misuse of quarters is told") {
  Bench bench(kDevices[0]);
  const Tensor x = bench.input(poplar::FLOAT, {4}, {1, 2, 3, 4}), n = bench.input(poplar::INT, {4}, {1, 2, 3, 4});
  const Tensor metadata = poputil::createConstantMetadataTensor(bench.graph, Format::F143, 0);
  const auto q = [&] { return bench.graph.addVariable(poplar::QUARTER, {4}); };
  throwsNaming<poputil::poplibs_error>({"popops::cast", "QUARTER", "metadata"},
                                       [&] { popops::cast(bench.graph, x, poplar::QUARTER, bench.prog); });
  throwsNaming<poputil::poplibs_error>({"popops::cast", "half", "metadata"},
                                       [&] { popops::cast(bench.graph, x, poplar::HALF, metadata, bench.prog); });
  throwsNaming<poputil::poplibs_error>({"popops::cast", "float", "[4]", "createConstantMetadataTensor"},
                                       [&] { popops::cast(bench.graph, x, poplar::QUARTER, x, bench.prog); });
  throwsNaming<poputil::poplibs_error>({"popops::cast", "[4]", "no metadata"},
                                       [&] { popops::cast(bench.graph, q(), poplar::FLOAT, bench.prog); });
  throwsNaming<poputil::poplibs_error>({"popops::cast", "int", "quarter"},
                                       [&] { popops::cast(bench.graph, n, poplar::QUARTER, metadata, bench.prog); });
  throwsNaming<poplar::tensor_metadata_error>({"getMetadata", "addVariable"}, [&] { q().getMetadata(); });
  throwsNaming<poplar::tensor_metadata_error>({"addVariable", "float", "QUARTER"},
                                              [&] { bench.graph.addVariable(poplar::FLOAT, metadata, {4}); });
  throwsNaming<poplar::tensor_metadata_error>({"addVariable", "[4]", "QUARTER_METADATA"},
                                              [&] { bench.graph.addVariable(poplar::QUARTER, x, {4}); });
  throwsNaming<poplar::tensor_metadata_error>(
      {"scale", "99", "31"}, [&] { poputil::createVariableMetadataTensor(bench.graph, Format::F143, 99); });
  CHECK_FALSE(q().hasMetadata());
  CHECK_FALSE(x.hasMetadata());
}
