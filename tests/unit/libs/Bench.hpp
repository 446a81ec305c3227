#pragma once
// Builds a small graph on one device, runs it once and gives the results as doubles.
#include "tests/support/Catch.hpp"
#include "tests/support/Devices.hpp"
#include "tests/support/Throws.hpp"
#include <popops/codelets.hpp>
#include <poplin/codelets.hpp>
#include <popnn/codelets.hpp>
#include <poprand/codelets.hpp>
#include <poplar/CycleCount.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poplar/IeeeHalf.hpp>
#include <poplar/Program.hpp>
#include <poputil/TileMapping.hpp>
#include <cmath>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace test {

/// Matches an error text that contains `part`, in either version of Catch2.
inline auto says(const std::string &part) {
#if __has_include(<catch2/catch_all.hpp>)
  return Catch::Matchers::ContainsSubstring(part);
#else
  return Catch::Contains(part);
#endif
}

using Shape = std::vector<std::size_t>;
using Values = std::vector<double>;

inline std::size_t count(const Shape &shape) {
  std::size_t n = 1;
  for (std::size_t size : shape) n *= size;
  return n;
}

/// A CPU device, a simulated IPU, and the same IPU run by the CPU backend.
enum class On { Cpu, Simulator, CpuBackend };
inline const char *name(On on) {
  return on == On::Cpu ? "cpu" : on == On::Simulator ? "simulator" : "simulator's program on the cpu backend";
}
inline const On kDevices[] = {On::Cpu, On::Simulator, On::CpuBackend};

inline poplar::Device makeDevice(On on, unsigned tiles) {
  if (on == On::Cpu) return poplar::Device::createCPUDevice();
  poplar::IPUModel model;
  model.tilesPerIPU = tiles;
  return model.createDevice();
}

template <class T> void put(std::string &bytes, T value) {
  bytes.append(reinterpret_cast<const char *>(&value), sizeof value);
}
template <class T> T take(const std::string &bytes, std::size_t index) {
  T value;
  std::memcpy(&value, bytes.data() + index * sizeof value, sizeof value);
  return value;
}

#define TEST_TYPES(X)                                                                                                  \
  X(BOOL, bool)                                                                                                        \
  X(CHAR, char) X(SIGNED_CHAR, signed char) X(UNSIGNED_CHAR, unsigned char) X(SHORT, short)                            \
      X(UNSIGNED_SHORT, unsigned short) X(INT, int) X(UNSIGNED_INT, unsigned) X(LONGLONG, long long)                   \
          X(UNSIGNED_LONGLONG, unsigned long long) X(FLOAT, float)

inline std::string encode(poplar::Type type, const Values &values) {
  std::string bytes;
  for (double value : values) {
    if (type == poplar::HALF) put(bytes, poplar::IeeeHalf(value).bit16());
#define X(TYPE, T)                                                                                                     \
  if (type == poplar::TYPE) put(bytes, static_cast<T>(value));
    TEST_TYPES(X)
#undef X
  }
  return bytes;
}

inline Values decode(poplar::Type type, const std::string &bytes, std::size_t elements) {
  Values values;
  for (std::size_t i = 0; i != elements; ++i) {
    if (type == poplar::HALF) values.push_back(poplar::IeeeHalf::fromBits(take<std::uint16_t>(bytes, i)));
#define X(TYPE, T)                                                                                                     \
  if (type == poplar::TYPE) values.push_back(static_cast<double>(take<T>(bytes, i)));
    TEST_TYPES(X)
#undef X
  }
  return values;
}

/// The value of `type` nearest to each number: what the device is given.
inline Values rounded(poplar::Type type, const Values &values) {
  return decode(type, encode(type, values), values.size());
}

class Bench {
  support::Environment backend_; // for as long as the bench lives

public:
  explicit Bench(On on, unsigned tiles = 16)
      : backend_("POPGRAPH_BACKEND", on == On::CpuBackend ? "cpu" : nullptr), device(makeDevice(on, tiles)),
        graph(device.getTarget()) {
    popops::addCodelets(graph);
    poplin::addCodelets(graph);
    poprand::addCodelets(graph);
    popnn::addCodelets(graph);
  }

  /// A mapped variable that holds these values when the program starts.
  poplar::Tensor input(poplar::Type type, const Shape &shape, const Values &values) {
    return feed(graph.addVariable(type, shape), values, true);
  }
  /// The same for a tensor that exists.
  poplar::Tensor feed(const poplar::Tensor &t, const Values &values, bool map = false) {
    if (map)
      poputil::mapTensorLinearlyWithOffset(graph, t, 3, 2,
                                           static_cast<unsigned>(inputs_.size()) % graph.getTarget().getNumTiles());
    const std::string handle = "in" + std::to_string(inputs_.size());
    graph.createHostWrite(handle, t);
    inputs_.emplace_back(handle, encode(t.elementType(), values));
    return t;
  }
  void output(const std::string &handle, const poplar::Tensor &t) {
    graph.createHostRead(handle, t);
    outputs_[handle] = {t.elementType(), t.numElements()};
  }
  void run(unsigned times = 1) {
    if (!engine_) {
      engine_ = std::make_unique<poplar::Engine>(graph, prog);
      engine_->load(device);
      for (const auto &[handle, bytes] : inputs_)
        engine_->writeTensor(handle, bytes.data(), bytes.data() + bytes.size());
    }
    for (unsigned i = 0; i != times; ++i) engine_->run(0);
  }
  /// Cycles of the program, run once, with the reading of a counter before and after it.
  std::uint64_t cycles() {
    graph.createHostRead("cycles", poplar::cycleCount(graph, prog, 0, poplar::SyncType::INTERNAL));
    run();
    std::uint64_t result = 0;
    engine_->readTensor("cycles", &result, &result + 1);
    return result;
  }
  Values get(const std::string &handle) {
    const auto &[type, elements] = outputs_.at(handle);
    std::string bytes(elements * device.getTarget().getTypeSize(type), '\0');
    engine_->readTensor(handle, bytes.data(), bytes.data() + bytes.size());
    return decode(type, bytes, elements);
  }

  poplar::Device device;
  poplar::Graph graph;
  poplar::program::Sequence prog;

private:
  std::vector<std::pair<std::string, std::string>> inputs_;
  std::map<std::string, std::pair<poplar::Type, std::size_t>> outputs_;
  std::unique_ptr<poplar::Engine> engine_;
};

/// Reproducible numbers within [low, high].
inline Values numbers(std::size_t n, double low, double high, unsigned seed = 1) {
  std::mt19937 generator(seed);
  Values values(n);
  for (double &value : values) value = low + (high - low) * (static_cast<double>(generator()) / 4294967295.0);
  return values;
}
inline Values integers(std::size_t n, int low, int high, unsigned seed = 1) {
  std::mt19937 generator(seed);
  Values values(n);
  for (double &value : values) value = low + static_cast<int>(generator() % static_cast<unsigned>(high - low + 1));
  return values;
}

/// The largest |got - wanted| / max(1, |wanted|); NaNs and infinities must agree.
inline double worstError(const Values &got, const Values &wanted) {
  if (got.size() != wanted.size()) return INFINITY;
  double worst = 0;
  for (std::size_t i = 0; i != got.size(); ++i) {
    if (std::isnan(wanted[i]) || std::isinf(wanted[i])) {
      const bool same = std::isnan(wanted[i]) ? std::isnan(got[i]) : got[i] == wanted[i];
      worst = same ? worst : INFINITY;
      continue;
    }
    const double error = std::fabs(got[i] - wanted[i]) / std::fmax(1.0, std::fabs(wanted[i]));
    worst = error > worst || std::isnan(error) ? (std::isnan(error) ? INFINITY : error) : worst;
  }
  return worst;
}

/// What rounding of a result to the type may cost, with some room for the functions themselves.
inline double tolerance(poplar::Type type) { return type == poplar::HALF ? 1e-3 : type == poplar::FLOAT ? 2e-6 : 0; }

} // namespace test
