#include "poplar/Graph.hpp"
#include "poplar/IPUModel.hpp"
#include "poplar/Target.hpp"
#include "poplar/exceptions.hpp"
#include "tests/support/Catch.hpp"
#include "tests/support/Environment.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <sstream>

using namespace poplar;

TEST_CASE("an ipu2 target answers what planners ask") {
  const Target target = Target::createIPUTarget(2, "ipu2");
  CHECK(target.getTargetType() == TargetType::IPU);
  CHECK(target.getTargetArchString() == "ipu2");
  CHECK(target.getTargetSystemString() == "gc200");
  CHECK(target.getNumIPUs() == 2);
  CHECK(target.getTilesPerIPU() == 1472);
  CHECK(target.getNumTiles() == 2944);
  CHECK(target.getNumWorkerContexts() == 6);
  CHECK(target.getBytesPerTile() == 624 * 1024);
  CHECK(target.getMemoryBytes() == 2944ull * 624 * 1024);
  CHECK(target.getExchangeBytesPerCycle() == 4);
  CHECK(target.getTileClockFrequency() == 1.33e9);
  CHECK(target.getDataPathWidth() == 64);
  CHECK(target.getAtomicStoreGranularity() == 4);
  CHECK(target.getRptCountMax() == 65535);
  CHECK(target.getVectorWidth(FLOAT) == 2);
  CHECK(target.getVectorWidth(HALF) == 4);
  CHECK(target.getQuarterVectorWidth() == 8);
  CHECK(target.getVectorWidth(LONGLONG) == 1);
  CHECK(target.getTypeSize(BOOL) == 1);
  CHECK(target.getTypeSize(UNSIGNED_LONGLONG) == 8);
  CHECK_THROWS_AS(target.getTypeSize(Type()), type_error);
  CHECK(target.getMaxIPUSyncDelay() == 126);
}

TEST_CASE("matrix units times weights give the multiply-adds per cycle that each generation has") {
  const auto rate = [](const char *machine, Type in, Type out) {
    const Target target = Target::createIPUTarget(machine);
    return target.getNumConvUnits(in, out) * target.getWeightsPerConvUnit(in);
  };
  CHECK(rate("gc2", HALF, HALF) == 32);
  CHECK(rate("gc2", HALF, FLOAT) == 32);
  CHECK(rate("gc2", FLOAT, FLOAT) == 8);
  CHECK(rate("gc200", HALF, HALF) == 64);
  CHECK(rate("gc200", HALF, FLOAT) == 32);
  CHECK(rate("gc200", FLOAT, FLOAT) == 16);
  CHECK(rate("gc200", FLOAT, HALF) == 0);
  CHECK(rate("gc200", QUARTER, HALF) == 0);
  CHECK(rate("c600", QUARTER, HALF) == 128);
}

TEST_CASE("an ipu2 target answers what cost models and register-poking vertices ask") {
  const Target target = Target::createIPUTarget(2, "ipu2");
  CHECK(target.getFloatVectorWidth() == 2);
  CHECK(target.getHalfVectorWidth() == 4);
  CHECK(target.getMemcpyBytesPerCycle() == 8);
  CHECK(target.getGlobalSyncCycles() == 600);
  CHECK(target.getTilesPerSharedExchangeBus() == 2);
  CHECK(target.supportsExchangeBusSharing());
  CHECK(target.getConvUnitMaxPipelineDepth(HALF) == 4);
  // One 64-bit load a cycle.
  CHECK(target.getConvUnitInputLoadElemsPerCycle(HALF) == 4);
  CHECK(target.getConvUnitInputLoadElemsPerCycle(FLOAT) == 2);
  CHECK(target.getConvUnitInputLoadElemsPerCycle(true) == 2);
  CHECK(target.getConvUnitInputLoadElemsPerCycle(false) == 4);
  CHECK(target.getConvUnitCoeffLoadBytesPerCycle() == 16);
  CHECK(target.getNumConvUnits(false, false) == target.getFp16InFp16OutConvUnitsPerTile());
  CHECK(target.getNumConvUnits(true, true) == target.getFp32InFp32OutConvUnitsPerTile());
  CHECK(target.getNumConvUnits(INT, FLOAT) == 0);
  CHECK(target.getWeightsPerConvUnit(true) == 2);
  CHECK(target.getWeightsPerConvUnit(false) == 4);
  CHECK(target.getFp8InFp16OutConvUnitsPerTile() == 0);
  CHECK(target.getFp8InFp32OutConvUnitsPerTile() == 0);
  CHECK(Target::createIPUTarget("ipu21").getFp8InFp16OutConvUnitsPerTile() == 16);
  CHECK(target.getNumIPULinks() == 10);
  // 128 Gib/s, of which 85 in 100 carry data.
  CHECK(target.getIPULinkBandwidth() == Approx(.85 * 128 * 1024 * 1024 * 1024.));
  CHECK(target.getHostExchangeBandwidth() == Approx(4.7 * 8 * 1.33e9));
  CHECK(target.getGatewayMode());
  CHECK_FALSE(Target::createIPUTarget("c600").getGatewayMode());
  // One bit each, from the lowest.
  CHECK(target.makeFpIctlValue(true, false, false, false, false) == 1);
  CHECK(target.makeFpIctlValue(false, true, false, false, false) == 2);
  CHECK(target.makeFpIctlValue(false, false, true, false, false) == 4);
  CHECK(target.makeFpIctlValue(false, false, false, true, false) == 8);
  CHECK(target.makeFpIctlValue(false, false, false, false, true) == 16);
  CHECK(target.getFpIctlRegIndex() != target.getDbgDataRegIndex());
  const Target empty;
  CHECK_THROWS_AS(empty.getFp8InFp32OutConvUnitsPerTile(), poplar_error);
  CHECK_THROWS_AS(empty.getGlobalSyncCycles(), poplar_error);
}

TEST_CASE("halves are copied between host and device as floats and as doubles") {
  const Target target = Target::createIPUTarget("ipu2");
  const double doubles[] = {0, 1, -2.5, 65504, 1.0 / 3};
  const float floats[] = {0, 1, -2.5f, 65504, 1.f / 3};
  std::uint16_t fromDoubles[5], fromFloats[5];
  copyDoubleToDeviceHalf(target, doubles, fromDoubles, 5);
  copyFloatToDeviceHalf(target, floats, fromFloats, 5);
  CHECK(std::equal(fromDoubles, fromDoubles + 5, fromFloats));
  CHECK(fromDoubles[1] == 0x3c00);
  double backDoubles[5];
  float backFloats[5];
  copyDeviceHalfToDouble(target, fromDoubles, backDoubles, 5);
  copyDeviceHalfToFloat(target, fromFloats, backFloats, 5);
  CHECK(backDoubles[2] == -2.5);
  CHECK(backDoubles[3] == 65504);
  CHECK(std::fabs(backDoubles[4] - 1.0 / 3) < 0x1p-12);
  CHECK(std::equal(backDoubles, backDoubles + 5, backFloats));
}

TEST_CASE("memory elements start every 16 KiB, and the interleaved ones after 13 of them") {
  const Target target = Target::createIPUTarget("ipu2");
  REQUIRE(target.getMemoryElementOffsets().size() == 39);
  CHECK(target.getInterleavedMemoryElementIndex() == 13);
  CHECK(target.getMemoryElementOffsets()[13] == 0x80000 - 0x4c000);
  CHECK(Target::createIPUTarget("ipu1").getInterleavedMemoryElementIndex() == 8);
}

TEST_CASE("a CPU target has one tile with one worker") {
  const Target target = Target::createCPUTarget();
  CHECK(target.getTargetType() == TargetType::CPU);
  CHECK(target.getTargetArchString() == "cpu");
  CHECK(target.getNumTiles() == 1);
  CHECK(target.getNumWorkerContexts() == 1);
  CHECK(target.getVectorWidth(FLOAT) == 2);
}

TEST_CASE("a virtual target is a part of another") {
  const Target target = Target::createIPUTarget(4, "ipu2");
  const Target part = target.createVirtualTarget(2, 100);
  CHECK(part.getNumTiles() == 200);
  CHECK(part.getTargetArchString() == "ipu2");
  CHECK_THROWS_AS(part.createVirtualTarget(2, 101), poplar_error);
  CHECK_THROWS_AS(part.createVirtualTarget(3, 100), poplar_error);
  CHECK_THROWS_AS(part.createVirtualTarget(0, 100), poplar_error);
}

TEST_CASE("links join the IPUs of a pair and neighbouring pairs in both directions") {
  CHECK(Target::createIPUTarget(1, "ipu2").getGlobalExchangeConstraints().empty());
  const Target target = Target::createIPUTarget(4, "ipu2");
  std::set<std::pair<unsigned, unsigned>> flows;
  for (const GlobalExchangeConstraint &constraint : target.getGlobalExchangeConstraints()) {
    REQUIRE(constraint.flows.size() == 1);
    flows.emplace(constraint.flows[0].src, constraint.flows[0].dst);
    CHECK(constraint.bandwidth > 0);
  }
  CHECK(flows ==
        std::set<std::pair<unsigned, unsigned>>{{0, 1}, {1, 0}, {2, 3}, {3, 2}, {0, 2}, {2, 0}, {1, 3}, {3, 1}});
}

TEST_CASE("type limits are given only where they are exact") {
  const Target target = Target::createIPUTarget("ipu2");
  CHECK(target.getTypeLimitsMaxAs<float>(HALF) == 65504.f);
  CHECK(target.getTypeLimitsLowestAs<int>(HALF) == -65504);
  CHECK(target.getTypeLimitsMaxAs<unsigned>(UNSIGNED_INT) == 4294967295u);
  CHECK(target.getTypeLimitsMaxAs<double>(FLOAT) == std::numeric_limits<float>::max());
  CHECK(target.getTypeLimitsLowestAs<float>(INT) == -2147483648.f);
  CHECK_THROWS_AS(target.getTypeLimitsMaxAs<float>(INT), poplar_error);
  CHECK_THROWS_AS(target.getTypeLimitsMaxAs<int>(UNSIGNED_INT), poplar_error);
  CHECK_THROWS_AS(target.getTypeLimitsLowestAs<unsigned>(INT), poplar_error);
  CHECK_THROWS_AS(target.getTypeLimitsMaxAs<float>(DOUBLE), poplar_error);
  CHECK_THROWS_AS(target.getTypeLimitsMaxAs<double>(LONGLONG), poplar_error);
}

TEST_CASE("targets are compared by what they are") {
  const Target a = Target::createIPUTarget(1, "ipu2");
  CHECK(a == Target::createIPUTarget(1, "gc200"));
  CHECK(a.hash() == Target::createIPUTarget(1, "gc200").hash());
  CHECK(a != Target::createIPUTarget(1, "bow"));
  CHECK(a != Target::createIPUTarget(2, "ipu2"));
  CHECK(a != a.createVirtualTarget(1, 1471));
  CHECK(a != IPUModel().createDevice().getTarget());
  CHECK(((a < Target::createIPUTarget(1, "bow")) != (Target::createIPUTarget(1, "bow") < a)));
}

TEST_CASE("targets are written and read back, one after another in a stream") {
  IPUModel model;
  model.numIPUs = 2;
  model.tilesPerIPU = 4;
  model.globalExchangeConstraints.emplace_back(1e9, std::vector<GlobalExchangeFlow>{{0, 1}, {1, 0}});
  const Target targets[] = {Target::createIPUTarget(2, 32, "bow"), model.createDevice().getTarget(),
                            Target::createCPUTarget()};
  std::stringstream stream;
  for (const Target &target : targets) target.serialize(stream);
  for (const Target &target : targets) {
    const Target read(stream);
    CHECK(read == target);
    std::stringstream once, again; // of all numbers of the machine
    target.serialize(once);
    read.serialize(again);
    CHECK(once.str() == again.str());
  }
}

TEST_CASE("every option that programs give to targets and streams is accepted") {
  const Target target = Target::createIPUTarget(1, "ipu2",
                                                {{"tilesPerIPU", "8"},
                                                 {"ipuLinkConfiguration", "SlidingWindow"},
                                                 {"ipuLinkTopology", "torus"},
                                                 {"ipuLinkDomainSize", "64"},
                                                 {"syncConfiguration", "ipuAndAll"},
                                                 {"gatewayMode", "true"}});
  CHECK(target.getNumTiles() == 8);
  Graph graph(target);
  const DataStream stream =
      graph.addHostToDeviceFIFO("in", FLOAT, 4, ReplicatedStreamMode::REPLICATE, {{"bufferingDepth", "3"}, {"splitLimit", "0"}});
  CHECK(stream.numElements() == 4);
}

TEST_CASE("damaged targets are refused") {
  std::stringstream whole;
  Target::createIPUTarget(1, "ipu2").serialize(whole);
  const std::string bytes = whole.str();
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    std::istringstream stream(bytes.substr(0, size));
    CHECK_THROWS_AS(Target(stream), poplar_error);
  }
  for (const char *text : {"popgraph-target 1 999999999\n{}", "popgraph-target 1 x\n{}", "popgraph-target 1 2\n{}",
                           "popgraph-target 1 7\n[[[[[[[", "hello"}) {
    std::istringstream stream(text);
    CHECK_THROWS_AS(Target(stream), poplar_error);
  }
  std::string many = bytes;
  many.replace(many.find("\"numIPUs\":1"), 11, "\"numIPUs\":-");
  std::istringstream stream(many);
  CHECK_THROWS_AS(Target(stream), poplar_error);
}

TEST_CASE("an empty target says so when it is asked") {
  const Target empty;
  CHECK_THROWS_AS(empty.getNumTiles(), poplar_error);
  CHECK(empty == Target());
  CHECK(empty != Target::createCPUTarget());
}

TEST_CASE("wrong names and options of targets are refused by name") {
  CHECK_THROWS_AS(Target::createIPUTarget(1, "ipu7"), invalid_machine_model);
  CHECK_THROWS_AS(Target::createIPUTarget(1, "cpu"), invalid_machine_model);
  CHECK_THROWS_AS(Target::createIPUTarget(0, "ipu2"), invalid_machine_model);
  CHECK_THROWS_AS(Target::createIPUTarget(1, "ipu2", {{"tilesPerIPU", "1473"}}), invalid_option);
  CHECK_THROWS_AS(Target::createIPUTarget(1, "ipu2", {{"tilesPerIPU", "12x"}}), invalid_option);
  try {
    Target::createIPUTarget(1, "ipu2", {{"tilesPerIpu", "12"}});
    FAIL("nothing was thrown");
  } catch (const invalid_option &error) {
    CHECK(error.what() ==
          std::string("Unrecognised option 'tilesPerIpu' of the target; did you mean \"tilesPerIPU\"?"));
  }
}

TEST_CASE("the environment's target options override those of the program") {
  const Environment options("POPLAR_TARGET_OPTIONS", R"({"tilesPerIPU":"32"})");
  CHECK(Target::createIPUTarget(1, "ipu2").getNumTiles() == 32);
  CHECK(Target::createIPUTarget(1, 64, "ipu2").getNumTiles() == 32);
}
