// Lesson 6: several IPUs. Tiles are numbered through all IPUs of a device, so a program for one IPU also works on more.
// A virtual graph is a view of some tiles: with one for each IPU it is easy to say which IPU does what.
//
// Build: g++ -std=c++11 Lesson6SeveralIpus.cpp -lpoplar -lpopops -lpoputil -o lesson6
// Run: POPLAR_TARGET_OPTIONS='{"tilesPerIPU":"8"}' ./lesson6
#include <poplar/DeviceManager.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <popops/Reduce.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <vector>

using namespace poplar;
using namespace poplar::program;

int main() {
  const unsigned numIpus = 4, perIpu = 64, steps = 10;

  // The device manager knows the machine's devices; a program takes the first that nobody else holds.
  DeviceManager manager = DeviceManager::createDeviceManager();
  std::vector<Device> devices = manager.getDevices(TargetType::IPU, numIpus);
  auto found = std::find_if(devices.begin(), devices.end(), [](Device &device) { return device.attach(); });
  if (found == devices.end()) {
    std::cerr << "There is no free device with " << numIpus << " IPUs\n";
    return EXIT_FAILURE;
  }
  Device device = std::move(*found);
  const unsigned tilesPerIpu = device.getTarget().getTilesPerIPU();
  std::cout << "Device " << device.getId() << ": " << device.getTarget().getNumIPUs() << " IPUs with " << tilesPerIpu
            << " tiles each\n";

  Graph graph(device.getTarget());
  graph.addCodelets("Lesson6Codelets.cpp");
  popops::addCodelets(graph);

  // A ring of values, an equal part on each IPU. Inside its virtual graph each IPU's tiles count from 0.
  std::vector<Graph> ipus;
  std::vector<Tensor> parts[2];
  for (unsigned ipu = 0; ipu < numIpus; ++ipu) {
    ipus.push_back(graph.createVirtualGraph(ipu * tilesPerIpu, (ipu + 1) * tilesPerIpu));
    for (auto &side : parts) {
      side.push_back(ipus.back().addVariable(FLOAT, {perIpu}, "part"));
      poputil::mapTensorLinearly(ipus.back(), side.back());
    }
  }
  Tensor ring[2] = {concat(parts[0]), concat(parts[1])};
  const unsigned n = ring[0].numElements();

  // Two buffers take turns. A vertex at the end of a part reads an element of the neighbouring IPU: the data crosses
  // the links between the IPUs without anything being said about it.
  ComputeSet smooth[2] = {graph.addComputeSet("there"), graph.addComputeSet("back")};
  for (unsigned turn = 0; turn < 2; ++turn) {
    Tensor from = ring[turn], to = ring[1 - turn];
    const auto mapping = graph.getTileMapping(from);
    for (unsigned tile = 0; tile < mapping.size(); ++tile)
      for (const Interval &share : mapping[tile]) {
        VertexRef v = graph.addVertex(smooth[turn], "SmoothVertex",
                                      {{"left", from[(share.begin() + n - 1) % n]},
                                       {"in", from.slice(share)},
                                       {"right", from[share.end() % n]},
                                       {"out", to.slice(share)}});
        graph.setTileMapping(v, tile);
      }
  }

  Sequence prog{Repeat(steps / 2, Sequence{Execute(smooth[0]), Execute(smooth[1])})};
  Tensor total = popops::reduce(graph, ring[0], {0}, popops::Operation::ADD, prog, "total");
  graph.createHostWrite("ring", ring[0]);
  graph.createHostRead("ring-read", ring[0]);
  graph.createHostRead("total", total);

  Engine engine(graph, prog);
  engine.load(device);
  std::vector<float> values(n, 0.0f);
  values[0] = 100.0f;
  values[n / 2 - 1] = -40.0f;
  std::vector<double> expected(values.begin(), values.end());
  engine.writeTensor("ring", values.data(), values.data() + n);
  engine.run();
  engine.readTensor("ring-read", values.data(), values.data() + n);
  float sum;
  engine.readTensor("total", &sum, &sum + 1);

  for (unsigned step = 0; step < steps; ++step) {
    std::vector<double> old = expected;
    for (unsigned i = 0; i < n; ++i) expected[i] = 0.25 * old[(i + n - 1) % n] + 0.5 * old[i] + 0.25 * old[(i + 1) % n];
  }
  double worst = std::fabs(sum - 60.0);
  for (unsigned i = 0; i < n; ++i) worst = std::max(worst, std::fabs(values[i] - expected[i]));
  std::cout << "The sum stays " << sum << "; largest error " << worst << "\n";
  return worst < 1e-3 ? EXIT_SUCCESS : EXIT_FAILURE;
}
