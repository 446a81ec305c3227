#ifndef poplar_Device_hpp
#define poplar_Device_hpp

#include "poplar/OptionFlags.hpp"
#include "poplar/Target.hpp"
#include "poplar/detail/Api.hpp"
#include "poplar/detail/OwnedText.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace poplar {

namespace detail {
struct DeviceData;
struct DeviceAccess;
} // namespace detail

/// Something that runs programs. Movable, not copyable; the default value is no device, and every question about it
/// throws poplar_error. An attached device is released when it is destroyed.
class POPLAR_API Device {
public:
  Device() noexcept;
  Device(Device &&) noexcept;
  Device &operator=(Device &&) noexcept;
  Device(const Device &) = delete;
  Device &operator=(const Device &) = delete;
  ~Device();

  /// The host's processor.
  static Device createCPUDevice(unsigned numIPUs = 1);
  /// A simulated IPU of any target of type IPU.
  static Device createSimulatorDevice(const Target &target, const OptionFlags &options = {});
  /// A CUDA device. Throws poplar_error: this build has no CUDA backend.
  static Device createCUDADevice(unsigned index = 0);
  /// This device's IPUs with only `tilesPerIPU` tiles. It shares the attachment of this one.
  Device createVirtualDevice(unsigned tilesPerIPU) const;

  /// What programs must be compiled for to run here.
  const Target &getTarget() const;
  /// Number by which the device manager knows it.
  unsigned getId() const;
  /// Takes the device for this object; false when another holds one of its IPUs. Models and CPUs are always free.
  bool attach() const;
  /// Gives the device back.
  void detach() const;
  bool isAttached() const;
  /// Puts the device in the state it had when attached; throws poplar_error when it is not attached.
  void reset() const;

  /// Whether programs may use remote buffers.
  bool supportsRemoteBuffers() const;
  bool hasGateway() const;
  /// Version of the driver, which is this library. Throws poplar_error unless it is of type IPU.
  void getDriverVersion(unsigned &major, unsigned &minor, unsigned &point) const;
  /// Numbers of the single IPUs it consists of. Throws poplar_error unless it is of type IPU.
  std::vector<int> getDriverIDs() const;
  /// NUMA nodes near the IPUs, one each. Throws poplar_error unless it is of type IPU.
  std::vector<int> getNumaTopology() const;
  /// Facts about the device as texts, by name.
  std::map<std::string, std::string> getAttributes() const {
    std::map<std::string, std::string> all;
    for (const Attribute &attribute : attributes())
      all.emplace(attribute.first, attribute.second);
    return all;
  }
  /// One of them; throws index_error, with the nearest name, when there is none of that name.
  std::string getAttribute(StringRef name) const { return attribute(name).str(); }

private:
  friend struct detail::DeviceAccess;
  using Attribute = std::pair<detail::OwnedText, detail::OwnedText>;
  std::vector<Attribute> attributes() const;
  detail::OwnedText attribute(StringRef name) const;
  explicit Device(std::unique_ptr<detail::DeviceData> data) noexcept;
  const detail::DeviceData &data() const;
  std::unique_ptr<detail::DeviceData> data_;
};

} // namespace poplar

#endif
