#pragma once
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <poplar/Device.hpp>
#include <poplar/DeviceManager.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poplar/Program.hpp>
#include <poplar/exceptions.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace app {

// What the command line asks for.
struct RuntimeConfig {
  std::size_t numIpus = 1;
  std::string exeName;
  bool useIpuModel = false, saveExe = false, loadExe = false, compileOnly = false, deferredAttach = false;
};

// Names for programs, so that a builder and an executor need not agree on numbers.
class ProgramManager {
public:
  void add(const std::string &name, const poplar::program::Program &program) {
    if (!indices_.emplace(name, programs_.size()).second) throw std::logic_error("program '" + name + "' exists");
    programs_.push_back(program);
  }
  unsigned operator[](const std::string &name) const { return indices_.at(name); }
  const std::vector<poplar::program::Program> &list() const { return programs_; }
  void save(std::ostream &stream) const {
    for (const auto &[name, index] : indices_) stream << name << ' ' << index << '\n';
  }
  void load(std::istream &stream) {
    std::string name;
    for (unsigned index; stream >> name >> index;) indices_[name] = index;
  }

private:
  std::vector<poplar::program::Program> programs_;
  std::map<std::string, unsigned> indices_;
};

// What an application implements.
class Builder {
public:
  virtual ~Builder() = default;
  virtual void build(poplar::Graph &graph, const poplar::Target &target) = 0;
  virtual void execute(poplar::Engine &engine, const poplar::Device &device) = 0;
  ProgramManager &programs() { return programs_; }

private:
  ProgramManager programs_;
};

// A tensor with streams to and from it, named once.
struct StreamableTensor {
  explicit StreamableTensor(std::string n) : name(std::move(n)) {}
  StreamableTensor &operator=(const poplar::Tensor &t) {
    tensor = t;
    return *this;
  }
  operator poplar::Tensor &() { return *tensor; }
  const poplar::Tensor &get() const { return tensor.value(); }

  poplar::program::Copy write(poplar::Graph &graph) {
    auto stream = graph.addHostToDeviceFIFO("write_" + name, get().elementType(), get().numElements());
    return poplar::program::Copy(stream, get());
  }
  poplar::program::Copy read(poplar::Graph &graph) {
    auto stream = graph.addDeviceToHostFIFO("read_" + name, get().elementType(), get().numElements());
    return poplar::program::Copy(get(), stream);
  }
  template <typename Container> void connectWrite(poplar::Engine &engine, Container &data) {
    engine.connectStream("write_" + name, data.data(), data.data() + data.size());
  }
  template <typename Container> void connectRead(poplar::Engine &engine, Container &data) {
    engine.connectStream("read_" + name, data.data(), data.data() + data.size());
  }

  std::string name;
  std::optional<poplar::Tensor> tensor;
};

// Owns the device; compiles or loads, and runs.
class Manager {
public:
  explicit Manager(RuntimeConfig config) : config_(std::move(config)) {}

  int run(Builder &builder) {
    try {
      device_ = std::make_unique<poplar::Device>(open());
      if (config_.loadExe) {
        std::ifstream file(config_.exeName + ".poplar.exe", std::ios::binary), names(config_.exeName + ".programs");
        executable_ = poplar::Executable::deserialize(file);
        builder.programs().load(names);
      } else {
        auto graph = poplar::Graph(device_->getTarget());
        builder.build(graph, graph.getTarget());
        executable_ =
            poplar::compileGraph(graph, builder.programs().list(), {{"opt.maxCompilationThreads", "2"}},
                                 [](int step, int all) { std::clog << "compiling " << step << " / " << all << '\n'; });
        if (config_.saveExe) {
          std::ofstream file(config_.exeName + ".poplar.exe", std::ios::binary), names(config_.exeName + ".programs");
          executable_->serialize(file);
          builder.programs().save(names);
        }
      }
      if (config_.compileOnly) return EXIT_SUCCESS;
      poplar::Engine engine(std::move(*executable_), {});
      engine.load(*device_);
      builder.execute(engine, *device_);
      return EXIT_SUCCESS;
    } catch (const poplar::poplar_error &e) {
      std::cerr << "Poplar: " << e.what() << '\n';
    } catch (const std::exception &e) {
      std::cerr << "Error: " << e.what() << '\n';
    }
    return EXIT_FAILURE;
  }

private:
  poplar::Device open() const {
    if (config_.useIpuModel) {
      poplar::IPUModel model;
      model.numIPUs = unsigned(config_.numIpus);
      model.tilesPerIPU = 8;
      return model.createDevice();
    }
    auto devices = poplar::DeviceManager::createDeviceManager().getDevices(poplar::TargetType::IPU, config_.numIpus);
    for (auto &d : devices)
      if (config_.deferredAttach || d.attach()) return std::move(d);
    throw std::runtime_error("no device");
  }

  RuntimeConfig config_;
  std::unique_ptr<poplar::Device> device_;
  std::optional<poplar::Executable> executable_;
};

} // namespace app
