#include "poplar/Device.hpp"
#include "poplar/DeviceManager.hpp"
#include "poplar/IPUModel.hpp"
#include "poplar/Version.hpp"
#include "poplar/exceptions.hpp"
#include "tests/support/Catch.hpp"
#include "tests/support/Environment.hpp"

#include <algorithm>
#include <optional>
#include <type_traits>

using namespace poplar;

TEST_CASE("a program finds a free device as all hardware programs do") {
  const DeviceManager manager = DeviceManager::createDeviceManager();
  auto devices = manager.getDevices(TargetType::IPU, 1);
  REQUIRE(devices.size() == 16);
  const auto found = std::find_if(devices.begin(), devices.end(), [](Device &device) { return device.attach(); });
  REQUIRE(found != devices.end());
  CHECK(found->getId() == 0);
  CHECK(found->isAttached());
  CHECK(found->getTarget().getNumTiles() == 1472);
  Device mine = std::move(*found);
  CHECK(mine.isAttached());
  CHECK(mine.attach());

  auto others = manager.getDevices(TargetType::IPU, 1);
  CHECK_FALSE(others[0].attach());
  CHECK(others[1].attach());
  mine.detach();
  CHECK_FALSE(mine.isAttached());
  CHECK(others[0].attach());
}

TEST_CASE("a device that dies is free again") {
  const DeviceManager manager;
  { CHECK(manager.getDevice(3).attach()); }
  CHECK(manager.getDevice(3).attach());
}

TEST_CASE("any number of IPUs from 1 to 16 can be had, each with numbers that getDevice knows") {
  const DeviceManager manager;
  for (unsigned numIPUs = 1; numIPUs <= 16; ++numIPUs) {
    auto devices = manager.getDevices(TargetType::IPU, numIPUs);
    REQUIRE_FALSE(devices.empty());
    for (Device &device : devices) {
      CHECK(device.getTarget().getNumIPUs() == numIPUs);
      CHECK(device.getDriverIDs().size() == numIPUs);
      CHECK(manager.getDevice(device.getId()).getDriverIDs() == device.getDriverIDs());
      CHECK(device.attach());
      device.detach();
    }
  }
  // Single IPUs come first, then the groups of a pod, then the sizes between.
  CHECK(manager.getDevice(0).getTarget().getNumIPUs() == 1);
  CHECK(manager.getDevice(16).getTarget().getNumIPUs() == 2);
  CHECK(manager.getDevice(30).getTarget().getNumIPUs() == 16);
  CHECK(manager.getDevice(31).getTarget().getNumIPUs() == 3);
}

TEST_CASE("groups of IPUs share their members") {
  const DeviceManager manager;
  CHECK(manager.getNumDevices() == 50);
  CHECK(manager.getDevices().size() == 50);
  CHECK(manager.getDevices(TargetType::IPU, 2).size() == 8);
  CHECK(manager.getDevices(TargetType::IPU, 16).size() == 1);
  CHECK(manager.getDevices(TargetType::IPU, 0).empty());
  CHECK(manager.getDevices(TargetType::IPU, 17).empty());
  CHECK(manager.getChildDeviceIds(17) == std::vector<unsigned>{2, 3});
  CHECK(manager.getChildDeviceIds(30, 8) == std::vector<unsigned>{28, 29});
  CHECK(manager.getChildDeviceIds(0).empty());
  CHECK_THROWS_AS(manager.getDevice(50), poplar_error);
  const Device pair = manager.getDevice(17);
  CHECK(pair.getTarget().getNumIPUs() == 2);
  CHECK(pair.getDriverIDs() == std::vector<int>{2, 3});
  CHECK(pair.attach());
  CHECK_FALSE(manager.getDevice(3).attach());
  CHECK(manager.getDevice(4).attach());
}

TEST_CASE("a virtual device has fewer tiles and shares the attachment") {
  Device device = DeviceManager().getDevice(5);
  CHECK(device.attach());
  const Device part = device.createVirtualDevice(10);
  CHECK(part.getTarget().getNumTiles() == 10);
  CHECK(part.getId() == 5);
  CHECK(part.isAttached());
  CHECK_THROWS_AS(device.createVirtualDevice(1473), poplar_error);
}

TEST_CASE("devices are moved, kept in optionals, and say when they are empty") {
  STATIC_REQUIRE(!std::is_copy_constructible<Device>::value);
  STATIC_REQUIRE(std::is_nothrow_move_constructible<Device>::value);
  Device device;
  CHECK_THROWS_AS(device.getTarget(), poplar_error);
  CHECK_THROWS_AS(device.attach(), poplar_error);
  device = IPUModel().createDevice();
  std::optional<Device> kept = std::move(device);
  CHECK(kept->attach());
  CHECK_THROWS_AS(device.getId(), poplar_error);
}

TEST_CASE("a CPU device answers, and has nothing that only IPUs have") {
  const Device device = Device::createCPUDevice();
  CHECK(device.attach());
  CHECK(device.supportsRemoteBuffers());
  CHECK(device.getAttributes().at("type") == "CPU");
  CHECK(device.getAttribute("type") == "CPU");
  CHECK(device.getAttributes().size() == 7);
  try {
    device.getAttribute("typ");
    FAIL("nothing was thrown");
  } catch (const index_error &error) {
    CHECK(error.what() == std::string("a device has no attribute \"typ\"; did you mean \"type\"?"));
  }
  unsigned a, b, c;
  CHECK_THROWS_AS(device.getDriverVersion(a, b, c), poplar_error);
  CHECK_THROWS_AS(device.getDriverIDs(), poplar_error);
  const Device ipu = DeviceManager().getDevice(0);
  ipu.getDriverVersion(a, b, c);
  CHECK(versionString() == std::to_string(a) + "." + std::to_string(b) + "." + std::to_string(c));
  CHECK_THROWS_AS(ipu.reset(), poplar_error);
  CHECK(ipu.hasGateway());
  CHECK_FALSE(IPUModel("ipu1").createDevice().hasGateway());
  CHECK(ipu.getNumaTopology() == std::vector<int>{0});
  CHECK(ipu.attach());
  CHECK_NOTHROW(ipu.reset());
  ipu.detach();
  CHECK_FALSE(packageHash().empty());
  CHECK_THROWS_AS(Device::createCUDADevice(), poplar_error);
  CHECK_THROWS_AS(Device::createSimulatorDevice(device.getTarget()), poplar_error);
  CHECK(Device::createSimulatorDevice(ipu.getTarget()).getTarget() == ipu.getTarget());
}

TEST_CASE("the environment's simulator options make simulated devices smaller") {
  const Device ipu = DeviceManager().getDevice(0);
  const Environment options("POPLAR_SIMULATOR_OPTIONS", R"({"tilesPerIPU": 16})");
  CHECK(Device::createSimulatorDevice(ipu.getTarget()).getTarget().getNumTiles() == 16);
  CHECK(Device::createSimulatorDevice(ipu.getTarget(), {{"tilesPerIPU", "32"}}).getTarget().getNumTiles() == 16);
  const Environment wrong("POPLAR_SIMULATOR_OPTIONS", R"({"tiles": 16})");
  CHECK_THROWS_AS(Device::createSimulatorDevice(ipu.getTarget()), invalid_option);
}

TEST_CASE("a model's text and numbers can be changed field by field") {
  IPUModel model("ipu21");
  CHECK(model.IPUVersion == "ipu21");
  CHECK(model.createDevice().getTarget().getTargetArchString() == "ipu21");
  model.IPUVersion = std::string("ipu1");
  const std::string version = model.IPUVersion;
  CHECK(version == "ipu1");
  model.numStrideBits = 9;
  model.tilesPerSharedExchangeBus = 1;
  model.fp16InFp16OutConvUnitsPerTile = 3;
  model.fp16InFp32OutConvUnitsPerTile = 4;
  model.fp32InFp32OutConvUnitsPerTile = 5;
  model.convUnitCoeffLoadBytesPerCycle = 4;
  const Device device = model.createDevice();
  const Target &target = device.getTarget();
  CHECK(target.getTargetArchString() == "ipu1");
  CHECK(target.getNumStrideBits() == 9);
  CHECK_FALSE(target.supportsExchangeBusSharing());
  CHECK(target.getFp16InFp16OutConvUnitsPerTile() == 3);
  CHECK(target.getFp16InFp32OutConvUnitsPerTile() == 4);
  CHECK(target.getFp32InFp32OutConvUnitsPerTile() == 5);
  CHECK(target.getConvUnitCoeffLoadBytesPerCycle() == 4);
}

TEST_CASE("an IPUModel is what its fields say") {
  IPUModel model;
  CHECK(model.tilesPerIPU == 1472);
  CHECK(IPUModel("ipu1").tilesPerIPU == 1216);
  model.numIPUs = 2;
  model.tilesPerIPU = 4;
  model.minIPUSyncDelay = 20;
  model.relativeSyncDelay = IPUModel::RelativeSyncDelayType::NO_DELAY;
  model.compileIPUCode = true;
  const Device device = model.createDevice({{"syncConfiguration", "intraReplicaAndAll"}});
  const Target &target = device.getTarget();
  CHECK(target.getTargetType() == TargetType::IPU_MODEL);
  CHECK(target.getNumTiles() == 8);
  CHECK(target.getMinIPUSyncDelay() == 20);
  CHECK(target.getMaxIPUSyncDelay() == 20);
  CHECK(target.getNumWorkerContexts() == 6);
  model.tilesPerIPU = 3000; // more than the chip has: a model may
  CHECK(model.createDevice().getTarget().getNumTiles() == 6000);
  model.memoryBytesPerTile = 65536; // less than the part without interleaving
  CHECK(model.createDevice().getTarget().getMemoryElementOffsets().size() == 4);
}

TEST_CASE("all numbers of a model are there to be read and set") {
  IPUModel model("ipu2");
  CHECK(model.relativeSyncDelay == IPUModel::RelativeSyncDelayType::AUTO);
  CHECK(model.tilesPerSuperTile == 4);
  CHECK(model.instructionBytes == 4);
  CHECK(model.memcpyBytesPerCycle == 8);
  CHECK(model.atomicStoreGranularity == 4);
  CHECK(model.globalSyncCycles == 600);
  CHECK(model.rptCountMax == 65535);
  CHECK(model.interleavedMemoryElementIndex == 13);
  model.globalSyncCycles = 700;
  CHECK(model.createDevice().getTarget().getNumTiles() == 1472);
}

TEST_CASE("an impossible IPUModel is refused") {
  CHECK_THROWS_AS(IPUModel("ipu9"), invalid_machine_model);
  const auto refused = [](void (*change)(IPUModel &)) {
    IPUModel model;
    change(model);
    CHECK_THROWS_AS(model.createDevice(), invalid_machine_model);
  };
  refused([](IPUModel &model) { model.tilesPerIPU = 0; });
  refused([](IPUModel &model) { model.numIPUs = 0; });
  refused([](IPUModel &model) { model.numIPUs = 4000000000u; });
  refused([](IPUModel &model) { model.numWorkerContexts = 0; });
  refused([](IPUModel &model) { model.memoryBytesPerTile = 0; });
  refused([](IPUModel &model) { model.dataPathWidth = 7; });
  refused([](IPUModel &model) { model.tileClockFrequency = -1; });
  CHECK_THROWS_AS(IPUModel().createDevice({{"nonsense", "1"}}), invalid_option);
}

TEST_CASE("constants of the environment reach models, too, where the program sets none") {
  const Environment machine("POPGRAPH_MACHINE", "bow,tilesPerIPU=64,workers=4");
  const Target device = DeviceManager().getDevice(0).getTarget();
  CHECK(device.getTargetSystemString() == "bow");
  CHECK(device.getNumTiles() == 64);
  IPUModel model;
  CHECK(model.tilesPerIPU == 64);
  CHECK(model.numWorkerContexts == 4);
  model.numWorkerContexts = 5;
  const Target target = model.createDevice().getTarget();
  CHECK(target.getTargetSystemString() == "gc200");
  CHECK(target.getNumTiles() == 64);
  CHECK(target.getNumWorkerContexts() == 6); // what codelets are compiled for
  const Environment wrong("POPGRAPH_MACHINE", "workrs=4");
  CHECK_THROWS_AS(IPUModel(), invalid_machine_model);
  // A model has a machine of its own, but a machine that does not exist is nobody's.
  for (const char *nobodys : {"foo", "foo,workers=4", "/nowhere/machine.json"}) {
    const Environment unknown("POPGRAPH_MACHINE", nobodys);
    CHECK_THROWS_AS(IPUModel(), invalid_machine_model);
  }
}

TEST_CASE("the environment decides what devices are, but not what models are") {
  const Environment machine("POPGRAPH_MACHINE", "bow");
  const Environment options("POPLAR_TARGET_OPTIONS", R"({"tilesPerIPU": 32})");
  const Device device = DeviceManager().getDevice(0);
  CHECK(device.getTarget().getTargetSystemString() == "bow");
  CHECK(device.getTarget().getNumTiles() == 32);
  IPUModel model;
  model.tilesPerIPU = 4;
  CHECK(model.createDevice().getTarget().getNumTiles() == 4);
  CHECK(model.createDevice().getTarget().getTargetSystemString() == "gc200");
  const Environment wrong("POPGRAPH_MACHINE", "bwo");
  CHECK_THROWS_AS(DeviceManager().getDevices(), invalid_machine_model);
}
