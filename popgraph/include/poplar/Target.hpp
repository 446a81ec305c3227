#ifndef poplar_Target_hpp
#define poplar_Target_hpp

#include "poplar/ArrayRef.hpp"
#include "poplar/GlobalExchangeConstraints.hpp"
#include "poplar/OptionFlags.hpp"
#include "poplar/StringRef.hpp"
#include "poplar/TargetType.hpp"
#include "poplar/Type.hpp"
#include "poplar/detail/Api.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <istream>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace poplar {

namespace detail {
struct TargetData;
struct TargetAccess;
} // namespace detail

/// What a program is compiled for: a number of IPUs of a kind, or the CPU. A cheap value; all copies share their data.
class POPLAR_API Target {
public:
  /// A target without tiles: every question about its machine throws poplar_error.
  Target();
  /// Reads what serialize() wrote; throws poplar_error when it is anything else.
  explicit Target(std::istream &stream);

  /// The host's processor: one tile with one worker per IPU. `accurateHalf` is accepted: HALF always has 2 bytes.
  static Target createCPUTarget(bool accurateHalf = false, unsigned numIPUs = 1);
  /// `numIPUs` IPUs of the kind that `systemType` names ("ipu2", "bow", "" for the environment's). The option
  /// `tilesPerIPU` makes them smaller. Throws poplar_error for an unknown kind.
  static Target createIPUTarget(unsigned numIPUs, StringRef systemType, const OptionFlags &options = {});
  /// The same with `tilesPerIPU` tiles on each.
  static Target createIPUTarget(unsigned numIPUs, unsigned tilesPerIPU, StringRef systemType,
                                const OptionFlags &options = {});
  /// The same with one IPU.
  static Target createIPUTarget(StringRef systemType, const OptionFlags &options = {});
  /// A part of this target: `numIPUs` of its IPUs, `tilesPerIPU` of their tiles. Throws poplar_error when it has less.
  Target createVirtualTarget(unsigned numIPUs, unsigned tilesPerIPU) const;

  TargetType getTargetType() const; ///< what kind of device it is for
  /// "ipu1", "ipu2", "ipu21" or "cpu".
  StringRef getTargetArchString() const;
  /// Name of the kind of machine: "gc2", "gc200", "bow", "c600", "cpu", or what a machine file says.
  std::string getTargetSystemString() const { return systemName(); }

  unsigned getNumIPUs() const; ///< IPUs of a device
  unsigned getTilesPerIPU() const; ///< tiles of one of them
  /// Tiles of all IPUs.
  unsigned getNumTiles() const;
  /// Workers that codelets are compiled for, MultiVertex::numWorkers(): 6 on an IPU, 1 on a CPU. A model with other
  /// IPUModel::numWorkerContexts runs the same six, with other cycles.
  unsigned getNumWorkerContexts() const;
  /// Bytes of one tile's memory.
  unsigned getBytesPerTile() const;
  /// Bytes of all tiles' memory.
  std::uint64_t getMemoryBytes() const;
  /// Offsets in bytes from the start of a tile's memory at which its elements (units that serve one access per cycle)
  /// begin; those from getInterleavedMemoryElementIndex() on are halves of interleaved pairs.
  ArrayRef<unsigned> getMemoryElementOffsets() const;
  unsigned getInterleavedMemoryElementIndex() const;

  /// Bytes of one element in device memory.
  std::size_t getTypeSize(const Type &type) const;
  /// Elements that one instruction computes on: 2 for FLOAT, 4 for HALF; data path width over size for others.
  unsigned getVectorWidth(const Type &type) const;
  unsigned getFloatVectorWidth() const;
  unsigned getHalfVectorWidth() const;
  unsigned getQuarterVectorWidth() const;
  /// Bits that one load moves.
  unsigned getDataPathWidth() const;
  /// Bytes of the smallest store that leaves its neighbours alone.
  unsigned getAtomicStoreGranularity() const;
  /// Largest count of the hardware loop.
  unsigned getRptCountMax() const;
  /// Bits of a stride in the instructions that step addresses.
  unsigned getNumStrideBits() const;

  /// Hz.
  double getTileClockFrequency() const;
  /// Bytes a tile sends, and receives, per cycle.
  unsigned getExchangeBytesPerCycle() const;
  /// Bytes of a copy within a tile, per cycle.
  unsigned getMemcpyBytesPerCycle() const;
  /// Cycles between the first and the last tile's sight of a synchronisation within an IPU: bounds.
  unsigned getMinIPUSyncDelay() const;
  unsigned getMaxIPUSyncDelay() const;
  /// Cycles of a synchronisation of all IPUs.
  unsigned getGlobalSyncCycles() const;
  /// Neighbouring tiles that can receive together at double width, and whether they can.
  unsigned getTilesPerSharedExchangeBus() const;
  bool supportsExchangeBusSharing() const;
  /// Limits of the links between IPUs; empty for one IPU.
  ArrayRef<GlobalExchangeConstraint> getGlobalExchangeConstraints() const;
  /// Links of one IPU, and bits per second of one in each direction.
  unsigned getNumIPULinks() const;
  double getIPULinkBandwidth() const;
  /// Bits per second between one IPU and the host, each direction.
  double getHostExchangeBandwidth() const;

  /// Convolution units that work in one cycle, for types of input and partial sums; 0 where there are none.
  unsigned getNumConvUnits(const Type &input, const Type &partials) const;
  unsigned getNumConvUnits(bool floatInput, bool floatPartials) const;
  unsigned getFp8InFp16OutConvUnitsPerTile() const;
  unsigned getFp8InFp32OutConvUnitsPerTile() const;
  unsigned getFp16InFp16OutConvUnitsPerTile() const;
  unsigned getFp16InFp32OutConvUnitsPerTile() const;
  unsigned getFp32InFp32OutConvUnitsPerTile() const;
  /// Weights, and so multiply-adds per cycle, of one unit.
  unsigned getWeightsPerConvUnit(const Type &input) const;
  unsigned getWeightsPerConvUnit(bool floatInput) const;
  /// Cycles a unit's pipeline is deep.
  unsigned getConvUnitMaxPipelineDepth(const Type &partials) const;
  /// Inputs a unit's set takes per cycle.
  unsigned getConvUnitInputLoadElemsPerCycle(const Type &input) const;
  unsigned getConvUnitInputLoadElemsPerCycle(bool floatInput) const;
  /// Bytes of weights loaded per cycle.
  unsigned getConvUnitCoeffLoadBytesPerCycle() const;

  /// Largest and lowest finite value of a type. Throws poplar_error when Value cannot hold it exactly.
  template <typename Value> Value getTypeLimitsMaxAs(const Type &type) const {
    Value value;
    typeLimit(type, true, equivalent_device_type<Value>().value, &value);
    return value;
  }
  template <typename Value> Value getTypeLimitsLowestAs(const Type &type) const {
    Value value;
    typeLimit(type, false, equivalent_device_type<Value>().value, &value);
    return value;
  }

  /// Whether programs reach remote memory through a gateway.
  bool getGatewayMode() const;
  /// Value of the floating-point control register that enables: exceptions on invalid operations, division by zero and
  /// overflow, stochastic rounding, and NaN on half overflow.
  unsigned makeFpIctlValue(bool inv, bool div0, bool oflo, bool esr, bool nanoo) const;
  /// Numbers of control registers.
  unsigned getFpIctlRegIndex() const;
  unsigned getDbgDataRegIndex() const;

  /// Writes the target so that Target(istream) reads it back.
  void serialize(std::ostream &stream) const;
  std::size_t hash() const;
  /// Same kind of machine, same numbers. The order is total, without further meaning.
  bool operator==(const Target &other) const;
  bool operator!=(const Target &other) const { return !(*this == other); }
  bool operator<(const Target &other) const;

private:
  friend struct detail::TargetAccess;
  StringRef systemName() const;
  void typeLimit(const Type &type, bool max, Type resultType, void *result) const;
  std::shared_ptr<const detail::TargetData> data_;
};

/// Converts `numElements` host values to the target's HALF storage (2 bytes each), rounding to nearest even.
POPLAR_API void copyFloatToDeviceHalf(const Target &target, const float *src, void *dst, std::size_t numElements);
POPLAR_API void copyDoubleToDeviceHalf(const Target &target, const double *src, void *dst, std::size_t numElements);
/// Converts the target's HALF storage to host values.
POPLAR_API void copyDeviceHalfToFloat(const Target &target, const void *src, float *dst, std::size_t numElements);
POPLAR_API void copyDeviceHalfToDouble(const Target &target, const void *src, double *dst, std::size_t numElements);

} // namespace poplar

namespace std {
template <> struct hash<poplar::Target> {
  size_t operator()(const poplar::Target &target) const { return target.hash(); }
};
} // namespace std

#endif
