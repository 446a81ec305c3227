#include "poplar/Device.hpp"

#include "popgraph/api/DeviceAccess.hpp"
#include "popgraph/api/TargetAccess.hpp"
#include "popgraph/base/Nearest.hpp"
#include "poplar/Version.hpp"
#include "poplar/exceptions.hpp"

#include <array>
#include <cstdio>
#include <mutex>

namespace poplar {
namespace detail {
namespace {

/// Who holds which IPU of this process's machine.
struct Registry {
  std::mutex mutex;
  std::array<bool, Claim::kNumIPUs> held{};
};
Registry &registry() {
  // Never destroyed: devices may be static objects.
  static Registry &instance = *new Registry;
  return instance;
}

} // namespace

bool Claim::take() {
  const std::lock_guard lock(registry().mutex);
  if (taken_) return true;
  for (unsigned ipu : ipus_)
    if (registry().held[ipu]) return false;
  for (unsigned ipu : ipus_) registry().held[ipu] = true;
  return taken_ = true;
}

void Claim::release() {
  const std::lock_guard lock(registry().mutex);
  if (taken_)
    for (unsigned ipu : ipus_) registry().held[ipu] = false;
  taken_ = false;
}

bool Claim::taken() const {
  const std::lock_guard lock(registry().mutex);
  return taken_;
}

Device DeviceAccess::make(Target target, unsigned id, std::vector<unsigned> ipus) {
  return Device(
      std::make_unique<DeviceData>(DeviceData{std::move(target), id, std::make_shared<Claim>(std::move(ipus))}));
}

} // namespace detail

namespace {

void requireIPU(const Target &target, const char *what) {
  if (target.getTargetType() != TargetType::IPU)
    throw poplar_error(std::string("only devices of type IPU have ") + what + "; this one is of type " +
                       toString(target.getTargetType()));
}

} // namespace

Device::Device() noexcept = default;
Device::Device(Device &&) noexcept = default;
Device &Device::operator=(Device &&) noexcept = default;
Device::~Device() = default;
Device::Device(std::unique_ptr<detail::DeviceData> data) noexcept : data_(std::move(data)) {}

const detail::DeviceData &Device::data() const {
  if (!data_)
    throw poplar_error("this Device is empty; take one from DeviceManager, IPUModel or Device::createCPUDevice()");
  return *data_;
}

Device Device::createCPUDevice(unsigned numIPUs) {
  return detail::DeviceAccess::make(Target::createCPUTarget(false, numIPUs), 0, {});
}

Device Device::createSimulatorDevice(const Target &target, const OptionFlags &options) {
  requireIPU(target, "a simulator");
  OptionFlags all = options;
  readJSONFromEnv("POPLAR_SIMULATOR_OPTIONS", all);
  const popgraph::Machine &machine = popgraph::machineOf(target);
  const std::uint32_t tiles =
      popgraph::applyTargetOptions(machine, all, popgraph::TargetEnvironment::Ignore).tilesPerIPU;
  if (tiles != machine.tilesPerIPU)
    return detail::DeviceAccess::make(target.createVirtualTarget(target.getNumIPUs(), tiles), 0, {});
  return detail::DeviceAccess::make(target, 0, {});
}

Device Device::createCUDADevice(unsigned) {
  throw poplar_error("this build has no CUDA backend; use an IPU device, an IPUModel or Device::createCPUDevice()");
}

Device Device::createVirtualDevice(unsigned tilesPerIPU) const {
  const Target target = data().target.createVirtualTarget(data().target.getNumIPUs(), tilesPerIPU);
  return Device(std::make_unique<detail::DeviceData>(detail::DeviceData{target, data().id, data().claim}));
}

const Target &Device::getTarget() const { return data().target; }
unsigned Device::getId() const { return data().id; }
bool Device::attach() const { return data().claim->take(); }
void Device::detach() const { data().claim->release(); }
bool Device::isAttached() const { return data().claim->taken(); }

void Device::reset() const {
  // Engines load all state they use, so an attached device has none to lose.
  if (!isAttached()) throw poplar_error("device " + std::to_string(getId()) + " cannot be reset before it is attached");
}

bool Device::supportsRemoteBuffers() const { return data(), true; }
bool Device::hasGateway() const { return data().target.getGatewayMode(); }

void Device::getDriverVersion(unsigned &major, unsigned &minor, unsigned &point) const {
  requireIPU(data().target, "a driver");
  major = minor = point = 0;
  std::sscanf(detail::versionText(), "%u.%u.%u", &major, &minor, &point);
}

std::vector<int> Device::getDriverIDs() const {
  requireIPU(data().target, "numbers of single IPUs");
  return {data().claim->ipus().begin(), data().claim->ipus().end()};
}

std::vector<int> Device::getNumaTopology() const {
  requireIPU(data().target, "NUMA nodes");
  return std::vector<int>(data().target.getNumIPUs(), 0);
}

std::vector<Device::Attribute> Device::attributes() const {
  const Target &target = data().target;
  return {{"architecture", target.getTargetArchString()}, {"id", std::to_string(data().id)},
          {"machine", target.getTargetSystemString()},    {"numIPUs", std::to_string(target.getNumIPUs())},
          {"software version", versionString()},          {"tilesPerIPU", std::to_string(target.getTilesPerIPU())},
          {"type", toString(target.getTargetType())}};
}

detail::OwnedText Device::attribute(StringRef name) const {
  std::vector<std::string> names;
  for (const auto &[known, value] : attributes()) {
    if (known == name) return value;
    names.push_back(known);
  }
  throw index_error("a device has no attribute \"" + name + "\"" + popgraph::didYouMean(name.cloneAsString(), names));
}

} // namespace poplar
