#include "poplar/IPUModel.hpp"

#include "popgraph/api/DeviceAccess.hpp"
#include "popgraph/api/TargetAccess.hpp"
#include "poplar/exceptions.hpp"

#include <algorithm>

namespace poplar {

IPUModel::IPUModel(const char *version)
    : IPUVersion(version && *version ? version : "ipu2"), numIPUs(1), tilesPerSuperTile(4),
      relativeSyncDelay(RelativeSyncDelayType::AUTO), compileIPUCode(false) {
  const popgraph::Machine machine = popgraph::ipuMachine(IPUVersion);
  tilesPerIPU = machine.tilesPerIPU;
  numWorkerContexts = machine.workers;
  memoryBytesPerTile = machine.bytesPerTile;
  tileClockFrequency = machine.clockHz;
  exchangeBytesPerCycle = machine.exchangeBytesPerCycle;
  memcpyBytesPerCycle = machine.memcpyBytesPerCycle;
  instructionBytes = machine.instructionBytes;
  dataPathWidth = machine.dataPathBits;
  atomicStoreGranularity = machine.atomicStoreBytes;
  minIPUSyncDelay = machine.minSyncDelay;
  globalSyncCycles = machine.globalSyncCycles;
  rptCountMax = machine.rptCountMax;
  numStrideBits = machine.strideBits;
  tilesPerSharedExchangeBus = machine.tilesPerSharedExchangeBus;
  fp16InFp16OutConvUnitsPerTile = machine.convUnitsF16F16;
  fp16InFp32OutConvUnitsPerTile = machine.convUnitsF16F32;
  fp32InFp32OutConvUnitsPerTile = machine.convUnitsF32F32;
  convUnitCoeffLoadBytesPerCycle = machine.convCoeffBytesPerCycle;
  interleavedMemoryElementIndex = machine.interleavedOffset / machine.memoryElementBytes;
}

Device IPUModel::createDevice(const OptionFlags &options, bool, unsigned deviceManagerId) const {
  popgraph::Machine machine = popgraph::ipuMachine(IPUVersion);
  if (tilesPerIPU == 0)
    throw invalid_machine_model("IPUModel::tilesPerIPU is 0; it must be at least 1");
  machine.workers = numWorkerContexts;
  machine.bytesPerTile = memoryBytesPerTile;
  machine.clockHz = tileClockFrequency;
  machine.exchangeBytesPerCycle = exchangeBytesPerCycle;
  machine.memcpyBytesPerCycle = memcpyBytesPerCycle;
  machine.instructionBytes = instructionBytes;
  machine.dataPathBits = dataPathWidth;
  machine.atomicStoreBytes = atomicStoreGranularity;
  machine.minSyncDelay = minIPUSyncDelay;
  if (relativeSyncDelay == RelativeSyncDelayType::NO_DELAY)
    machine.syncRowCycles = machine.syncColumnCycles = machine.syncFarHalfCycles = 0;
  machine = popgraph::withTiles(std::move(machine), tilesPerIPU);
  machine.globalSyncCycles = globalSyncCycles;
  machine.rptCountMax = rptCountMax;
  machine.strideBits = numStrideBits;
  machine.tilesPerSharedExchangeBus = tilesPerSharedExchangeBus;
  machine.convUnitsF16F16 = fp16InFp16OutConvUnitsPerTile;
  machine.convUnitsF16F32 = fp16InFp32OutConvUnitsPerTile;
  machine.convUnitsF32F32 = fp32InFp32OutConvUnitsPerTile;
  machine.convCoeffBytesPerCycle = convUnitCoeffLoadBytesPerCycle;
  // A model with little memory has only the part without interleaving.
  const std::uint64_t interleavedOffset = std::uint64_t{interleavedMemoryElementIndex} * machine.memoryElementBytes;
  machine.interleavedOffset = static_cast<std::uint32_t>(std::min<std::uint64_t>(
      interleavedOffset, memoryBytesPerTile / machine.memoryElementBytes * machine.memoryElementBytes));
  if (machine.unloadableTailBytes >= machine.bytesPerTile)
    machine.unloadableTailBytes = 0;
  machine = popgraph::applyTargetOptions(std::move(machine), options, popgraph::TargetEnvironment::Ignore);
  return detail::DeviceAccess::make(
      popgraph::makeTarget(TargetType::IPU_MODEL, numIPUs, machine, globalExchangeConstraints), deviceManagerId, {});
}

} // namespace poplar
