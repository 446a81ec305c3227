#pragma once
// The devices a conformance test runs on, and small helpers to run a program on each.
#include <cstdlib>
#include <functional>
#include <memory>
#include <poplar/DeviceManager.hpp>
#include <poplar/CycleCount.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poplar/TypeConversion.hpp>
#include <string>
#include <vector>

namespace support {

struct TestDevice {
  std::string name;
  const char *backend; ///< value of POPGRAPH_BACKEND, or null
  poplar::Device device;
};

/// A simulated IPU of 12 tiles, the same IPU run by the CPU backend, and a CPU device.
inline std::vector<TestDevice> devices() {
  poplar::IPUModel model;
  model.tilesPerIPU = 12;
  std::vector<TestDevice> result;
  result.push_back({"simulator", nullptr, model.createDevice()});
  result.push_back({"cpu backend", "cpu", model.createDevice()});
  result.push_back({"CPU device", nullptr, poplar::Device::createCPUDevice()});
  return result;
}

/// Sets an environment variable for as long as it lives.
class Environment {
public:
  Environment(const char *name, const char *value) : name_(name) {
    if (const char *old = std::getenv(name)) {
      had_ = true;
      old_ = old;
    }
    if (value)
      setenv(name, value, 1);
    else
      unsetenv(name);
  }
  ~Environment() {
    if (had_)
      setenv(name_, old_.c_str(), 1);
    else
      unsetenv(name_);
  }
  Environment(const Environment &) = delete;
  Environment &operator=(const Environment &) = delete;

private:
  const char *name_;
  bool had_ = false;
  std::string old_;
};

/// Calls f for every device, with its backend chosen.
inline void onEachDevice(const std::function<void(TestDevice &)> &f) {
  for (TestDevice &device : devices()) {
    Environment backend("POPGRAPH_BACKEND", device.backend);
    f(device);
  }
}

/// The tile that `wanted` means on a target of any size.
inline unsigned tileOf(const poplar::Graph &graph, std::size_t wanted) {
  return static_cast<unsigned>(wanted % graph.getTarget().getNumTiles());
}

/// Maps the elements of a tensor over the tiles in turn.
inline void spread(poplar::Graph &graph, const poplar::Tensor &tensor) {
  const poplar::Tensor flat = tensor.flatten();
  for (std::size_t i = 0; i < flat.numElements(); ++i) graph.setTileMapping(flat[i], tileOf(graph, i));
}

template <typename T> void write(poplar::Engine &engine, const char *handle, const std::vector<T> &values) {
  engine.writeTensor(handle, values.data(), values.data() + values.size());
}
template <typename T> std::vector<T> read(poplar::Engine &engine, const char *handle, std::size_t count) {
  std::vector<T> values(count);
  engine.readTensor(handle, values.data(), values.data() + count);
  return values;
}

} // namespace support
