#ifndef poplar_IPUModel_hpp
#define poplar_IPUModel_hpp

#include "poplar/Device.hpp"
#include "poplar/GlobalExchangeConstraints.hpp"
#include "poplar/OptionFlags.hpp"
#include "poplar/detail/Api.hpp"
#include "poplar/detail/OwnedText.hpp"

#include <limits>
#include <vector>

namespace poplar {

/// A model of IPUs whose numbers can be changed before a device is made of it.
struct POPLAR_API IPUModel {
  /** When tiles see a synchronisation. */ enum class RelativeSyncDelayType {
    AUTO,    ///< tiles see a synchronisation at different times
    NO_DELAY ///< all tiles see it at once
  };

  /// The numbers of a kind of IPU: "ipu1", "ipu2", "ipu21", "gc2", "gc200", "bow" or "c600". Throws
  /// invalid_machine_model for others.
  explicit IPUModel(const char *version = "ipu2");

  /// The kind, as given to the constructor; a text that converts from and to std::string.
  detail::OwnedText IPUVersion;
  unsigned numIPUs;
  unsigned tilesPerIPU;
  unsigned tilesPerSuperTile;
  /// Contexts of a tile that take turns at the shares of a MultiVertex, which are six on any IPU, and at vertices.
  unsigned numWorkerContexts;
  unsigned memoryBytesPerTile;
  double tileClockFrequency; ///< Hz
  unsigned exchangeBytesPerCycle;
  unsigned memcpyBytesPerCycle;
  unsigned instructionBytes;
  unsigned dataPathWidth;          ///< bits
  unsigned atomicStoreGranularity; ///< bytes
  unsigned numStrideBits;
  unsigned minIPUSyncDelay; ///< cycles
  unsigned globalSyncCycles;
  unsigned rptCountMax;
  unsigned interleavedMemoryElementIndex;
  unsigned tilesPerSharedExchangeBus;
  unsigned fp16InFp16OutConvUnitsPerTile;
  unsigned fp16InFp32OutConvUnitsPerTile;
  unsigned fp32InFp32OutConvUnitsPerTile;
  unsigned convUnitCoeffLoadBytesPerCycle;
  RelativeSyncDelayType relativeSyncDelay;
  /// Limits of the links between IPUs; empty: those of the kind.
  std::vector<GlobalExchangeConstraint> globalExchangeConstraints;
  /// Accepted; code and data sizes are always those of an IPU.
  bool compileIPUCode;

  /// A device with these numbers. `accurateHalf` is accepted: HALF always has 2 bytes. Throws invalid_machine_model
  /// when a number is impossible and invalid_option for an unknown option.
  Device createDevice(const OptionFlags &options = {}, bool accurateHalf = false,
                      unsigned deviceManagerId = std::numeric_limits<unsigned>::max()) const;
};

} // namespace poplar

#endif
