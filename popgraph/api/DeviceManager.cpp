#include "poplar/DeviceManager.hpp"

#include "popgraph/api/DeviceAccess.hpp"
#include "popgraph/api/TargetAccess.hpp"
#include "poplar/exceptions.hpp"

#include <bit>
#include <numeric>

namespace poplar {
namespace {

/// One row of the machine's devices: consecutive IPUs.
struct Group {
  unsigned firstIPU, numIPUs;
};

/// In the order of their numbers: all single IPUs, all pairs, and so on to the whole, as a pod has them; then the
/// sizes between, which only simulated machines can offer.
const std::vector<Group> &groups() {
  static const std::vector<Group> all = [] {
    constexpr unsigned kAll = detail::Claim::kNumIPUs;
    std::vector<Group> groups;
    for (bool ofPod : {true, false})
      for (unsigned size = 1; size <= kAll; ++size)
        if (std::has_single_bit(size) == ofPod)
          for (unsigned first = 0; first + size <= kAll; first += size) groups.push_back({first, size});
    return groups;
  }();
  return all;
}

const Group &groupOf(unsigned id) {
  if (id >= groups().size())
    throw poplar_error("there is no device " + std::to_string(id) + "; their numbers are 0 to " +
                       std::to_string(groups().size() - 1));
  return groups()[id];
}

popgraph::Machine machine(const OptionFlags &options) {
  return popgraph::applyTargetOptions(popgraph::ipuMachine(""), options);
}

Device makeDevice(unsigned id, const popgraph::Machine &machine) {
  const Group &group = groupOf(id);
  std::vector<unsigned> ipus(group.numIPUs);
  std::iota(ipus.begin(), ipus.end(), group.firstIPU);
  return detail::DeviceAccess::make(popgraph::makeTarget(TargetType::IPU, group.numIPUs, machine), id, std::move(ipus));
}

} // namespace

DeviceManager::DeviceManager() = default;
DeviceManager DeviceManager::createDeviceManager() { return DeviceManager(); }

std::size_t DeviceManager::getNumDevices() const { return groups().size(); }

std::vector<Device> DeviceManager::getDevices(const OptionFlags &options) const {
  const popgraph::Machine kind = machine(options);
  std::vector<Device> devices;
  for (unsigned id = 0; id != groups().size(); ++id) devices.push_back(makeDevice(id, kind));
  return devices;
}

std::vector<Device> DeviceManager::getDevices(TargetType type, unsigned numIPUs, const OptionFlags &options) const {
  const popgraph::Machine kind = machine(options);
  std::vector<Device> devices;
  if (type == TargetType::IPU) {
    for (unsigned id = 0; id != groups().size(); ++id)
      if (groups()[id].numIPUs == numIPUs) devices.push_back(makeDevice(id, kind));
  } else if (numIPUs != 0) {
    if (type == TargetType::CPU)
      devices.push_back(Device::createCPUDevice(numIPUs));
    else
      devices.push_back(detail::DeviceAccess::make(popgraph::makeTarget(type, numIPUs, kind), 0, {}));
  }
  return devices;
}

Device DeviceManager::getDevice(unsigned id, const OptionFlags &options) const {
  groupOf(id); // a wrong number is the first thing to say
  return makeDevice(id, machine(options));
}

std::vector<unsigned> DeviceManager::getChildDeviceIds(unsigned parentId, unsigned numIPUs) const {
  const Group &parent = groupOf(parentId);
  std::vector<unsigned> ids;
  for (unsigned id = 0; id != groups().size(); ++id)
    if (groups()[id].numIPUs == numIPUs && id != parentId && groups()[id].firstIPU >= parent.firstIPU &&
        groups()[id].firstIPU + numIPUs <= parent.firstIPU + parent.numIPUs)
      ids.push_back(id);
  return ids;
}

} // namespace poplar
