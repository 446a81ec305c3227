// Devices of several sizes: the program asks the manager for 1, 2, 4, ... IPUs, takes the first that is free of each
// size, runs the same work on all of its tiles and gives it back.
//
// Build: g++ -std=c++17 Sizes.cpp -lpoplar -lpoputil -o sizes
// Run: POPLAR_TARGET_OPTIONS='{"tilesPerIPU":"4"}' ./sizes
#include <poplar/Device.hpp>
#include <poplar/DeviceManager.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/Target.hpp>
#include <poplar/TargetType.hpp>
#include <poputil/TileMapping.hpp>
#include <algorithm>
#include <iostream>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <vector>

using namespace poplar;
using namespace poplar::program;

static std::optional<Device> acquire(const DeviceManager &manager, std::size_t numIpus) {
  auto devices = manager.getDevices(TargetType::IPU, numIpus);
  const auto it = std::find_if(devices.begin(), devices.end(), [](Device &device) { return device.attach(); });
  if (it == devices.end()) return std::nullopt;
  return std::move(*it);
}

static bool sumOnAllTiles(const Device &device) {
  const Target &target = device.getTarget();
  Graph graph(target, replication_factor(1));
  graph.addCodelets("TileNumber.cpp");
  Tensor out = graph.addVariable(UNSIGNED_INT, {target.getNumTiles()}, "out");
  ComputeSet cs = graph.addComputeSet("number");
  for (unsigned tile = 0; tile < target.getNumTiles(); ++tile) {
    VertexRef v = graph.addVertex(cs, "TileNumber", {{"out", out[tile]}, {"tile", tile}});
    graph.setTileMapping(v, tile);
    graph.setTileMapping(out[tile], tile);
  }
  DataStream stream = graph.addDeviceToHostFIFO("out", UNSIGNED_INT, out.numElements());
  OptionFlags options;
  options.set("debug.instrument", "false");
  options.set({{"target.syncReplicasIndependently", "true"}, {"opt.enableInlining", "true"}});
  Engine engine(graph, Sequence{Execute(cs), Copy(out, stream)}, options);
  engine.load(device);
  std::vector<unsigned> host(out.numElements());
  engine.connectStream("out", host.data(), host.data() + host.size());
  engine.run();
  for (unsigned tile = 0; tile < host.size(); ++tile)
    if (host[tile] != tile * tile + 1) return false;
  return true;
}

int main() {
  const auto manager = DeviceManager::createDeviceManager();
  std::cout << manager.getNumDevices() << " devices\n";
  if (manager.getNumDevices() == 0) return 1;

  // Nobody has so many IPUs: no devices, no exception.
  if (!manager.getDevices(TargetType::IPU, 100000).empty()) return 1;

  std::set<unsigned> ids;
  for (std::size_t size : {1, 2, 4, 8, 16}) {
    auto device = acquire(manager, size);
    if (!device) {
      std::cerr << "no device with " << size << " IPUs\n";
      return 1;
    }
    const Target &target = device->getTarget();
    std::cout << "device " << device->getId() << ": " << target.getNumIPUs() << " x " << target.getTilesPerIPU()
              << " tiles, " << target.getTileClockFrequency() / 1e9 << " GHz, " << target.getTargetArchString() << '\n';
    ids.insert(device->getId());
    if (target.getNumIPUs() != size || target.getNumTiles() != size * target.getTilesPerIPU() ||
        target.getTargetType() != TargetType::IPU || !device->isAttached())
      return 1;
    if (!sumOnAllTiles(*device)) {
      std::cerr << "wrong results on " << size << " IPUs\n";
      return 1;
    }
    device->detach();
    if (device->isAttached()) return 1;
  }
  if (ids.size() != 5) return 1;

  // A device by its number; the first is a single IPU.
  Device first = manager.getDevice(0);
  if (first.getTarget().getNumIPUs() != 1 || !first.attach()) return 1;
  const bool right = sumOnAllTiles(first);
  first.detach();
  return right ? 0 : 1;
}
