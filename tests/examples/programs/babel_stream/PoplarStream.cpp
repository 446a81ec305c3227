#include "PoplarStream.h"
#include <poplar/Device.hpp>
#include <poplar/DeviceManager.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poplar/Program.hpp>
#include <popops/Reduce.hpp>
#include <popops/codelets.hpp>
#include <poputil/VertexTemplates.hpp>
#include <stdexcept>

using namespace poplar;
using namespace poplar::program;

namespace {

Device chooseDevice(const std::string &name) {
  if (name == "cpu") return Device::createCPUDevice();
  if (name == "model") {
    IPUModel ipuModel;
    ipuModel.tilesPerIPU = 4;
    ipuModel.minIPUSyncDelay = 50;
    ipuModel.relativeSyncDelay = IPUModel::RelativeSyncDelayType::NO_DELAY;
    return ipuModel.createDevice();
  }
  auto manager = DeviceManager::createDeviceManager();
  Device device;
  bool attached = false;
  for (auto &candidate : manager.getDevices(TargetType::IPU, 1)) {
    if (candidate.attach()) {
      device = std::move(candidate);
      attached = true;
      break;
    }
  }
  if (!attached) throw std::runtime_error("Could not attach to any device");
  return device;
}

} // namespace

template <class T>
PoplarStream<T>::PoplarStream(unsigned size, const std::string &device) : size_(size), arrays_(3 * size) {
  device_ = chooseDevice(device);
  const auto &target = device_.getTarget();
  const auto numTiles = target.getNumTiles(), numWorkers = target.getNumWorkerContexts();
  const Type type = equivalent_device_type<T>().value;

  Graph graph(target);
  popops::addCodelets(graph);
  graph.addCodelets({"StreamKernels.cpp"}, "-O3 -Wall");

  Tensor a = graph.addVariable(type, {size}, "a"), b = graph.addVariable(type, {size}, "b"),
         c = graph.addVariable(type, {size}, "c");
  Tensor initials = graph.addVariable(type, {3}, "initials"),
         partials = graph.addVariable(type, {numTiles * numWorkers}, "partials");
  graph.setTileMapping(initials, 0);
  ComputeSet init = graph.addComputeSet("init"), copy = graph.addComputeSet("copy"), mul = graph.addComputeSet("mul"),
             add = graph.addComputeSet("add"), triad = graph.addComputeSet("triad"), dot = graph.addComputeSet("dot");
  const auto chunks = numTiles * numWorkers;
  for (unsigned chunk = 0; chunk < chunks; chunk++) {
    const Interval range{std::size_t(size) * chunk / chunks, std::size_t(size) * (chunk + 1) / chunks};
    const auto tile = chunk / numWorkers;
    for (auto t : {a, b, c}) graph.setTileMapping(t.slice(range), tile);
    graph.setTileMapping(partials[chunk], tile);
    auto vertex = [&](ComputeSet cs, const char *kernel) {
      auto v = graph.addVertex(cs, poputil::templateVertex(kernel, type));
      graph.setTileMapping(v, tile);
      return v;
    };
    auto v = vertex(init, "InitKernel");
    graph.connect(v["initials"], initials);
    graph.connect(v["a"], a.slice(range));
    graph.connect(v["b"], b.slice(range));
    graph.connect(v["c"], c.slice(range));
    v = vertex(copy, "CopyKernel");
    graph.connect(v["a"], a.slice(range));
    graph.connect(v["c"], c.slice(range));
    v = vertex(mul, "MulKernel");
    graph.connect(v["b"], b.slice(range));
    graph.connect(v["c"], c.slice(range));
    v = vertex(add, "AddKernel");
    graph.connect(v["a"], a.slice(range));
    graph.connect(v["b"], b.slice(range));
    graph.connect(v["c"], c.slice(range));
    v = vertex(triad, "TriadKernel");
    graph.connect(v["a"], a.slice(range));
    graph.connect(v["b"], b.slice(range));
    graph.connect(v["c"], c.slice(range));
    v = vertex(dot, "DotKernel");
    graph.connect(v["a"], a.slice(range));
    graph.connect(v["b"], b.slice(range));
    graph.connect(v["sum"], partials[chunk]);
  }

  auto initStream = graph.addHostToDeviceFIFO("init", type, 3);
  auto dotStream = graph.addDeviceToHostFIFO("dot", type, 1);
  auto arrayStream = graph.addDeviceToHostFIFO("arrays", type, 3 * size, {{"splitLimit", "52428800"}});
  std::vector<Program> programs(NUM_PROGRAMS);
  programs[INIT] = Sequence{Copy(initStream, initials), Execute(init)};
  programs[COPY] = Execute{copy};
  programs[MUL] = Execute{mul};
  programs[ADD] = Execute{add};
  programs[TRIAD] = Execute{triad};
  Sequence dotProgram{Execute(dot)};
  auto sum = popops::reduce(graph, partials, type, {0}, {popops::Operation::ADD, false}, dotProgram, "dot");
  dotProgram.add(Copy(sum, dotStream));
  programs[DOT] = dotProgram;
  programs[READ] = Copy(concat({a, b, c}), arrayStream);

  engine_ = std::unique_ptr<Engine>(
      new Engine(std::move(graph), programs, {{"debug.runtimeVerify", "false"}, {"target.hostSyncTimeout", "60"}}));
  engine_->connectStream("init", init_, init_ + 3);
  engine_->connectStream("dot", &dot_, &dot_ + 1);
  engine_->connectStream("arrays", arrays_.data(), arrays_.data() + arrays_.size());
  engine_->load(device_);
}

template <class T> T PoplarStream<T>::dot() {
  engine_->run(DOT);
  return dot_;
}

template <class T> void PoplarStream<T>::initArrays(T a, T b, T c) {
  init_[0] = a;
  init_[1] = b;
  init_[2] = c;
  engine_->run(INIT);
}

template <class T> void PoplarStream<T>::readArrays(std::vector<T> &a, std::vector<T> &b, std::vector<T> &c) {
  engine_->run(READ);
  a.assign(arrays_.begin(), arrays_.begin() + size_);
  b.assign(arrays_.begin() + size_, arrays_.begin() + 2 * size_);
  c.assign(arrays_.begin() + 2 * size_, arrays_.end());
}

template class PoplarStream<float>;
template class PoplarStream<int>;
