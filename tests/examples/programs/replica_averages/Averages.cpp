// Averages over replicas with gcl: each replica has samples of its own; all learn the mean, and each keeps one share of
// the sums of squares. Transfers have tiles of their own.
//
// Build: g++ -std=c++17 Averages.cpp -lgcl -lpoplar -lpopops -lpoputil -o averages
// Run: POPLAR_TARGET_OPTIONS='{"tilesPerIPU":"8"}' ./averages 4
// Run: POPLAR_TARGET_OPTIONS='{"tilesPerIPU":"8"}' ./averages 2
// Run: POPGRAPH_BACKEND=cpu POPLAR_TARGET_OPTIONS='{"tilesPerIPU":"8"}' ./averages 4
#include <gcl/Collectives.hpp>
#include <gcl/TileAllocation.hpp>
#include <poplar/DeviceManager.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <popops/ElementWise.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

using namespace poplar;
using namespace poplar::program;

int main(int argc, char **argv) {
  const unsigned replicas = argc > 1 ? std::atoi(argv[1]) : 2;
  const std::size_t n = 24;

  auto devices = DeviceManager::createDeviceManager().getDevices(TargetType::IPU, replicas);
  auto it = std::find_if(devices.begin(), devices.end(), [](Device &d) { return d.attach(); });
  if (it == devices.end()) return 2;
  Device device = std::move(*it);

  Graph top(device.getTarget(), replication_factor(replicas));
  Graph io = top.createVirtualGraph(gcl::perIPUTiles(top, 0, 2));
  Graph compute = top.createVirtualGraph(gcl::perIPUTiles(top, 2, 6));
  popops::addCodelets(top);

  Tensor arriving = io.addVariable(FLOAT, {n}, VariableMappingMethod::LINEAR, "arriving");
  Tensor samples = compute.addVariable(FLOAT, {n}, "samples");
  poputil::mapTensorLinearly(compute, samples);
  DataStream in = top.addHostToDeviceFIFO("samples", FLOAT, n);
  Sequence prog{Copy(in, arriving), Copy(arriving, samples)};

  Tensor mean = gcl::allReduceCrossReplica(top, samples, gcl::CollectiveOperator::MEAN, prog, "mean");
  Tensor squares = popops::mul(compute, samples, samples, prog, "squares");
  Tensor share = gcl::reduceScatterCrossReplica(top, squares, gcl::CollectiveOperator::ADD, prog, "share");
  Tensor whole = gcl::allGatherCrossReplica(top, share, prog, "whole");
  top.createHostRead("mean", mean);
  top.createHostRead("share", share);
  top.createHostRead("whole", whole);

  Engine engine(top, prog);
  engine.load(device);
  std::vector<std::vector<float>> given(replicas, std::vector<float>(n));
  std::vector<double> sum(n), square(n);
  for (unsigned r = 0; r < replicas; ++r) {
    for (std::size_t i = 0; i < n; ++i) {
      given[r][i] = 0.5f * static_cast<float>(i) - static_cast<float>(r * r);
      sum[i] += given[r][i];
      square[i] += double(given[r][i]) * given[r][i];
    }
    engine.connectStreamToCallback("samples", r, [&given, r, n](void *to) {
      std::copy_n(given[r].data(), n, static_cast<float *>(to));
    });
  }
  engine.run(0);

  const std::size_t perReplica = n / replicas; // n is a multiple of both numbers of replicas
  std::vector<float> means(replicas * n), shares(n), wholes(replicas * n);
  engine.readTensor("mean", means.data(), means.data() + means.size());
  engine.readTensor("share", shares.data(), shares.data() + shares.size());
  engine.readTensor("whole", wholes.data(), wholes.data() + wholes.size());
  double worst = 0;
  for (unsigned r = 0; r < replicas; ++r)
    for (std::size_t i = 0; i < n; ++i) {
      worst = std::max(worst, std::fabs(means[r * n + i] - sum[i] / replicas));
      worst = std::max(worst, std::fabs(wholes[r * n + i] - square[i]));
      if (i < perReplica) worst = std::max(worst, std::fabs(shares[r * perReplica + i] - square[r * perReplica + i]));
    }
  std::cout << replicas << " replicas, worst difference " << worst << '\n';
  return worst < 1e-4 ? 0 : 1;
}
