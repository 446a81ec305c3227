#ifndef poplar_DeviceManager_hpp
#define poplar_DeviceManager_hpp

#include "poplar/Device.hpp"
#include "poplar/OptionFlags.hpp"
#include "poplar/TargetType.hpp"
#include "poplar/detail/Api.hpp"

#include <cstddef>
#include <vector>

namespace poplar {

/// The machine's devices: 16 simulated IPUs (devices 0 to 15), and their groups of 2 (16 to 23), 4 (24 to 27),
/// 8 (28 and 29) and 16 (30), then of the sizes between, so that any number from 1 to 16 can be had. The environment
/// decides what they are: POPGRAPH_MACHINE names their kind or a file of constants,
/// POPLAR_TARGET_OPTIONS={"tilesPerIPU":"32"} makes them smaller.
class POPLAR_API DeviceManager {
public:
  DeviceManager();
  /// The same as the constructor.
  static DeviceManager createDeviceManager();

  /// Number of devices of type IPU.
  std::size_t getNumDevices() const;
  /// All devices of type IPU. Throws invalid_option for an unknown option.
  std::vector<Device> getDevices(const OptionFlags &options = {}) const;
  /// The devices of a type with that many IPUs; empty when there are none.
  std::vector<Device> getDevices(TargetType type, unsigned numIPUs, const OptionFlags &options = {}) const;
  /// One device; throws poplar_error when there is none of that number.
  Device getDevice(unsigned id, const OptionFlags &options = {}) const;
  /// Numbers of the devices with `numIPUs` IPUs that are part of device `parentId`.
  std::vector<unsigned> getChildDeviceIds(unsigned parentId, unsigned numIPUs = 1) const;
};

} // namespace poplar

#endif
