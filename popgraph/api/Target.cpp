#include "poplar/Target.hpp"

#include "popgraph/api/TargetAccess.hpp"
#include "popgraph/base/Types.hpp"
#include "poplar/TypeConversion.hpp"
#include "poplar/exceptions.hpp"

#include <cmath>
#include <limits>

namespace poplar {
namespace {

using popgraph::Machine;

const Machine &machine(const Target &target) { return popgraph::machineOf(target); }

unsigned widthOf(const Machine &machine, std::size_t bytes) {
  return std::max<unsigned>(1, machine.dataPathBits / 8 / static_cast<unsigned>(bytes));
}

} // namespace

Target::Target() = default;

Target Target::createCPUTarget(bool, unsigned numIPUs) {
  return popgraph::makeTarget(TargetType::CPU, numIPUs, popgraph::machineByName("cpu"));
}

Target Target::createIPUTarget(unsigned numIPUs, StringRef systemType, const OptionFlags &options) {
  return popgraph::makeTarget(TargetType::IPU, numIPUs,
                              popgraph::applyTargetOptions(popgraph::ipuMachine(systemType), options));
}

Target Target::createIPUTarget(unsigned numIPUs, unsigned tilesPerIPU, StringRef systemType,
                               const OptionFlags &options) {
  // As an option, so that the environment has the last word here too.
  OptionFlags all = options;
  all.set("tilesPerIPU", std::to_string(tilesPerIPU));
  return createIPUTarget(numIPUs, systemType, all);
}

Target Target::createIPUTarget(StringRef systemType, const OptionFlags &options) {
  return createIPUTarget(1, systemType, options);
}

Target Target::createVirtualTarget(unsigned numIPUs, unsigned tilesPerIPU) const {
  const auto &data = detail::TargetAccess::data(*this);
  if (numIPUs == 0 || numIPUs > data.numIPUs || tilesPerIPU == 0 || tilesPerIPU > data.machine.tilesPerIPU)
    throw poplar_error("a target with " + std::to_string(numIPUs) + " IPUs of " + std::to_string(tilesPerIPU) +
                       " tiles cannot be part of one with " + std::to_string(data.numIPUs) + " IPUs of " +
                       std::to_string(data.machine.tilesPerIPU) + " tiles");
  return popgraph::makeTarget(data.type, numIPUs, popgraph::withTiles(data.machine, tilesPerIPU));
}

TargetType Target::getTargetType() const { return detail::TargetAccess::data(*this).type; }
StringRef Target::getTargetArchString() const { return machine(*this).architecture; }
StringRef Target::systemName() const { return machine(*this).name; }

unsigned Target::getNumIPUs() const { return detail::TargetAccess::data(*this).numIPUs; }
unsigned Target::getTilesPerIPU() const { return machine(*this).tilesPerIPU; }
unsigned Target::getNumTiles() const { return getNumIPUs() * getTilesPerIPU(); }
unsigned Target::getNumWorkerContexts() const { return popgraph::workersOf(machine(*this).architecture); }
unsigned Target::getBytesPerTile() const { return machine(*this).bytesPerTile; }
std::uint64_t Target::getMemoryBytes() const { return std::uint64_t{getNumTiles()} * getBytesPerTile(); }
ArrayRef<unsigned> Target::getMemoryElementOffsets() const {
  return detail::TargetAccess::data(*this).memoryElementOffsets;
}
unsigned Target::getInterleavedMemoryElementIndex() const {
  return machine(*this).interleavedOffset / machine(*this).memoryElementBytes;
}

std::size_t Target::getTypeSize(const Type &type) const {
  detail::TargetAccess::data(*this);
  if (type.id() >= popgraph::kNumElementTypes)
    throw type_error("the size of a default-constructed Type was asked for");
  return popgraph::elementBytes(static_cast<popgraph::ElementType>(type.id()));
}
unsigned Target::getVectorWidth(const Type &type) const { return widthOf(machine(*this), getTypeSize(type)); }
unsigned Target::getFloatVectorWidth() const { return getVectorWidth(FLOAT); }
unsigned Target::getHalfVectorWidth() const { return getVectorWidth(HALF); }
unsigned Target::getQuarterVectorWidth() const { return getVectorWidth(QUARTER); }
unsigned Target::getDataPathWidth() const { return machine(*this).dataPathBits; }
unsigned Target::getAtomicStoreGranularity() const { return machine(*this).atomicStoreBytes; }
unsigned Target::getRptCountMax() const { return machine(*this).rptCountMax; }
unsigned Target::getNumStrideBits() const { return machine(*this).strideBits; }

double Target::getTileClockFrequency() const { return machine(*this).clockHz; }
unsigned Target::getExchangeBytesPerCycle() const { return machine(*this).exchangeBytesPerCycle; }
unsigned Target::getMemcpyBytesPerCycle() const { return machine(*this).memcpyBytesPerCycle; }
unsigned Target::getMinIPUSyncDelay() const { return machine(*this).minSyncDelay; }
unsigned Target::getMaxIPUSyncDelay() const { return machine(*this).maxSyncDelay; }
unsigned Target::getGlobalSyncCycles() const { return machine(*this).globalSyncCycles; }
unsigned Target::getTilesPerSharedExchangeBus() const { return machine(*this).tilesPerSharedExchangeBus; }
bool Target::supportsExchangeBusSharing() const { return machine(*this).tilesPerSharedExchangeBus > 1; }
ArrayRef<GlobalExchangeConstraint> Target::getGlobalExchangeConstraints() const {
  return detail::TargetAccess::data(*this).constraints;
}
unsigned Target::getNumIPULinks() const { return machine(*this).linksPerIPU; }
double Target::getIPULinkBandwidth() const { return machine(*this).linkBitsPerSecond * machine(*this).linkEfficiency; }
double Target::getHostExchangeBandwidth() const {
  return machine(*this).hostBytesPerCycle * 8 * machine(*this).clockHz;
}

unsigned Target::getNumConvUnits(const Type &input, const Type &partials) const {
  if (input == FLOAT)
    return partials == FLOAT ? getFp32InFp32OutConvUnitsPerTile() : 0;
  if (input == HALF)
    return partials == FLOAT  ? getFp16InFp32OutConvUnitsPerTile()
           : partials == HALF ? getFp16InFp16OutConvUnitsPerTile()
                              : 0;
  if (input == QUARTER)
    return partials == FLOAT  ? getFp8InFp32OutConvUnitsPerTile()
           : partials == HALF ? getFp8InFp16OutConvUnitsPerTile()
                              : 0;
  return 0;
}
unsigned Target::getNumConvUnits(bool floatInput, bool floatPartials) const {
  return getNumConvUnits(floatInput ? FLOAT : HALF, floatPartials ? FLOAT : HALF);
}
unsigned Target::getFp8InFp16OutConvUnitsPerTile() const { return machine(*this).convUnitsF8F16; }
unsigned Target::getFp8InFp32OutConvUnitsPerTile() const { return detail::TargetAccess::data(*this), 0; }
unsigned Target::getFp16InFp16OutConvUnitsPerTile() const { return machine(*this).convUnitsF16F16; }
unsigned Target::getFp16InFp32OutConvUnitsPerTile() const { return machine(*this).convUnitsF16F32; }
unsigned Target::getFp32InFp32OutConvUnitsPerTile() const { return machine(*this).convUnitsF32F32; }
unsigned Target::getWeightsPerConvUnit(const Type &input) const { return getVectorWidth(input); }
unsigned Target::getWeightsPerConvUnit(bool floatInput) const {
  return getWeightsPerConvUnit(floatInput ? FLOAT : HALF);
}
unsigned Target::getConvUnitMaxPipelineDepth(const Type &) const { return machine(*this).convPipelineDepth; }
unsigned Target::getConvUnitInputLoadElemsPerCycle(const Type &input) const {
  return std::max<unsigned>(1, machine(*this).convInputBytesPerCycle / static_cast<unsigned>(getTypeSize(input)));
}
unsigned Target::getConvUnitInputLoadElemsPerCycle(bool floatInput) const {
  return getConvUnitInputLoadElemsPerCycle(floatInput ? FLOAT : HALF);
}
unsigned Target::getConvUnitCoeffLoadBytesPerCycle() const { return machine(*this).convCoeffBytesPerCycle; }

bool Target::getGatewayMode() const { return machine(*this).remoteBufferMegabytes != 0; }
unsigned Target::makeFpIctlValue(bool inv, bool div0, bool oflo, bool esr, bool nanoo) const {
  return inv | div0 << 1 | oflo << 2 | esr << 3 | nanoo << 4;
}
// Numbers of our own: codelets for these targets name registers through the device headers.
unsigned Target::getFpIctlRegIndex() const { return 0x40; }
unsigned Target::getDbgDataRegIndex() const { return 0x41; }

void Target::typeLimit(const Type &type, bool max, Type resultType, void *result) const {
  // long double holds every value of all types here exactly.
  const auto limit = [&]() -> long double {
    using popgraph::ElementType;
    const auto integer = [&](auto zero) -> long double {
      using Limits = std::numeric_limits<decltype(zero)>;
      return max ? Limits::max() : Limits::lowest();
    };
    switch (static_cast<ElementType>(type.id())) {
    case ElementType::Bool: return max ? 1 : 0;
    case ElementType::Char:
    case ElementType::SignedChar: return integer(static_cast<signed char>(0));
    case ElementType::UnsignedChar: return integer(static_cast<unsigned char>(0));
    case ElementType::Short: return integer(short{});
    case ElementType::UnsignedShort: return integer(static_cast<unsigned short>(0));
    case ElementType::Int: return integer(0);
    case ElementType::UnsignedInt: return integer(0u);
    case ElementType::Long:
    case ElementType::LongLong: return integer(0ll);
    case ElementType::UnsignedLong:
    case ElementType::UnsignedLongLong: return integer(0ull);
    case ElementType::Half: return max ? 65504 : -65504;
    case ElementType::Float: return integer(0.f);
    case ElementType::Double: return integer(0.);
    default: throw poplar_error("type " + type.toString() + " has no limits of its own");
    }
  }();
  const auto put = [&](auto zero) {
    using U = decltype(zero);
    bool exact = true;
    if constexpr (std::is_integral_v<U>)
      exact = limit >= std::numeric_limits<U>::lowest() && limit <= std::numeric_limits<U>::max();
    if (exact) {
      *static_cast<U *>(result) = static_cast<U>(limit);
      exact = static_cast<long double>(static_cast<U>(limit)) == limit;
    }
    if (!exact)
      throw poplar_error(std::string(max ? "the largest" : "the lowest") + " value of " + type.toString() +
                         " is not exact as " + resultType.toString());
  };
  switch (static_cast<popgraph::ElementType>(resultType.id())) {
#define X(ELEMENT, HOST) case popgraph::ElementType::ELEMENT: return put(HOST{});
    X(Bool, bool) X(Char, char) X(Short, short) X(Int, int) X(Long, long) X(Float, float) X(Double, double)
#undef X
  case popgraph::ElementType::SignedChar: return put(static_cast<signed char>(0));
  case popgraph::ElementType::UnsignedChar: return put(static_cast<unsigned char>(0));
  case popgraph::ElementType::UnsignedShort: return put(static_cast<unsigned short>(0));
  case popgraph::ElementType::UnsignedInt: return put(0u);
  case popgraph::ElementType::UnsignedLong: return put(0ul);
  case popgraph::ElementType::LongLong: return put(0ll);
  case popgraph::ElementType::UnsignedLongLong: return put(0ull);
  default: throw poplar_error("limits cannot be given as " + resultType.toString());
  }
}

std::size_t Target::hash() const { return data_ ? std::hash<std::string>()(data_->key) : 0; }
bool Target::operator==(const Target &other) const {
  return data_ == other.data_ || (data_ && other.data_ && data_->key == other.data_->key);
}
bool Target::operator<(const Target &other) const {
  return !data_ || !other.data_ ? !data_ && other.data_ : data_->key < other.data_->key;
}

void copyFloatToDeviceHalf(const Target &, const float *src, void *dst, std::size_t numElements) {
  detail::convertElements(FLOAT, src, HALF, dst, numElements);
}
void copyDoubleToDeviceHalf(const Target &, const double *src, void *dst, std::size_t numElements) {
  detail::convertElements(DOUBLE, src, HALF, dst, numElements);
}
void copyDeviceHalfToFloat(const Target &, const void *src, float *dst, std::size_t numElements) {
  detail::convertElements(HALF, src, FLOAT, dst, numElements);
}
void copyDeviceHalfToDouble(const Target &, const void *src, double *dst, std::size_t numElements) {
  detail::convertElements(HALF, src, DOUBLE, dst, numElements);
}

} // namespace poplar
