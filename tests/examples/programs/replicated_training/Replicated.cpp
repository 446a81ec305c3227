// Data-parallel training: the same graph on several IPUs, each with data of its own; gradients are summed over the
// replicas in each step, so that all of them keep the same weights.
//
// Build: g++ -std=c++17 Replicated.cpp -lpoplar -lpopops -lpoplin -lpoputil -o replicated
// Run: POPLAR_TARGET_OPTIONS='{"tilesPerIPU":"4"}' ./replicated 4
// Run: POPLAR_TARGET_OPTIONS='{"tilesPerIPU":"4"}' ./replicated 2
// Run: ./replicated 1
// Run: POPGRAPH_BACKEND=cpu POPLAR_TARGET_OPTIONS='{"tilesPerIPU":"4"}' ./replicated 2
#include <poplar/DeviceManager.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/replication_factor.hpp>
#include <poplin/MatMul.hpp>
#include <poplin/codelets.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Reduce.hpp>
#include <popops/ScaledAdd.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <vector>

using namespace poplar;
using namespace poplar::program;

// The sum over all replicas, by sending every replica's tensor once around the ring.
static Tensor allReduce(Graph &graph, const Tensor &mine, Sequence &prog) {
  const unsigned replicas = graph.getReplicationFactor();
  Tensor sum = graph.clone(mine, "sum"), passing = graph.clone(mine, "passing"),
         arriving = graph.clone(mine, "arriving");
  std::map<unsigned, unsigned> ring;
  for (unsigned r = 0; r < replicas; ++r) ring[r] = (r + 1) % replicas;
  prog.add(Copy(mine, sum));
  prog.add(Copy(mine, passing));
  Sequence step{CrossReplicaCopy(passing, arriving, ring), Copy(arriving, passing)};
  popops::addInPlace(graph, sum, arriving, step, "accumulate");
  prog.add(Repeat(replicas - 1, step));
  return sum;
}

int main(int argc, char **argv) {
  const unsigned replicas = argc > 1 ? std::atoi(argv[1]) : 2;
  const std::size_t features = 4, batch = 8, steps = 12;
  const float rate = 0.2f;

  auto devices = DeviceManager::createDeviceManager().getDevices(TargetType::IPU, replicas);
  auto it = std::find_if(devices.begin(), devices.end(), [](Device &d) { return d.attach(); });
  if (it == devices.end()) return 2;
  Device device = std::move(*it);

  // The graph describes one replica: its target has one IPU.
  Graph graph(device.getTarget(), replication_factor(replicas));
  if (graph.getReplicationFactor() != replicas || graph.getTarget().getNumIPUs() != 1) return 1;
  popops::addCodelets(graph);
  poplin::addCodelets(graph);

  Tensor x = poplin::createMatMulInputLHS(graph, FLOAT, {batch, features}, {features, 1}, "x");
  Tensor w = poplin::createMatMulInputRHS(graph, FLOAT, {batch, features}, {features, 1}, "w");
  Tensor y = graph.addVariable(FLOAT, {batch, 1}, VariableMappingMethod::LINEAR, "y");
  Tensor index = graph.addReplicationIndexConstant("index");
  graph.setTileMapping(index, 0);

  // Each replica has its own inputs; the rate goes to all of them.
  DataStream xIn = graph.addHostToDeviceFIFO("x", FLOAT, batch * features, ReplicatedStreamMode::REPLICATE);
  DataStream yIn = graph.addHostToDeviceFIFO("y", FLOAT, batch, ReplicatedStreamMode::REPLICATE);
  DataStream rateIn = graph.addHostToDeviceFIFO("rate", FLOAT, 1, ReplicatedStreamMode::BROADCAST);
  DataStream lossOut = graph.addDeviceToHostFIFO("loss", FLOAT, 1);
  Tensor rateTensor = graph.addVariable(FLOAT, {}, "rate");
  graph.setTileMapping(rateTensor, 0);

  Sequence step{Copy(xIn, x), Copy(yIn, y), Copy(rateIn, rateTensor)};
  Tensor error = poplin::matMul(graph, x, w, step, "prediction");
  popops::subInPlace(graph, error, y, step, "error");
  Tensor loss = popops::reduce(graph, error, {0, 1}, {popops::Operation::SQUARE_ADD}, step, "loss");
  step.add(Copy(loss, lossOut));
  Tensor gradient = poplin::matMul(graph, x.transpose(), error, step, "gradient");
  Tensor all = allReduce(graph, gradient, step);
  popops::mulInPlace(graph, all, rateTensor, step, "scale");
  popops::subInPlace(graph, w, all, step, "update");

  graph.createHostWrite("w-init", w);
  graph.createHostRead("w", w);
  Tensor indexCopy = graph.addVariable(UNSIGNED_INT, {}, "indexCopy");
  graph.setTileMapping(indexCopy, 0);
  graph.createHostRead("index", indexCopy);
  Engine engine(graph, {Repeat(steps, step), Copy(index, indexCopy)}, {{"target.syncReplicasIndependently", "true"}});
  engine.load(device);

  std::mt19937 random(4);
  std::normal_distribution<float> normal;
  const std::size_t samples = replicas * batch;
  std::vector<float> hx(samples * features), hy(samples);
  for (std::size_t i = 0; i < samples; ++i) {
    hy[i] = 0;
    for (std::size_t f = 0; f < features; ++f) {
      hx[i * features + f] = normal(random);
      hy[i] += hx[i * features + f] * (1.0f - float(f));
    }
  }
  // Handles of the host hold the values of all replicas one after the other.
  std::vector<float> hw(replicas * features, 0.5f);
  engine.writeTensor("w-init", hw.data(), hw.data() + hw.size());
  float hRate = rate / float(samples);
  engine.connectStream("rate", &hRate);
  std::vector<std::vector<float>> losses(replicas);
  for (unsigned r = 0; r < replicas; ++r) {
    engine.connectStreamToCallback("x", r, [&, r](void *p) {
      std::copy_n(hx.begin() + r * batch * features, batch * features, static_cast<float *>(p));
    });
    engine.connectStreamToCallback(
        "y", r, [&, r](void *p) { std::copy_n(hy.begin() + r * batch, batch, static_cast<float *>(p)); });
    engine.connectStreamToCallback("loss", r, [&, r](void *p) { losses[r].push_back(*static_cast<float *>(p)); });
  }
  engine.run(0);
  engine.run(1);
  engine.readTensor("w", hw.data(), hw.data() + hw.size());
  std::vector<unsigned> indices(replicas);
  engine.readTensor("index", indices.data(), indices.data() + replicas);

  std::vector<double> ew(features, 0.5);
  double worst = 0;
  for (std::size_t s = 0; s < steps; ++s) {
    std::vector<double> g(features, 0.0), loss(replicas, 0.0);
    for (std::size_t i = 0; i < samples; ++i) {
      double e = -hy[i];
      for (std::size_t f = 0; f < features; ++f) e += ew[f] * hx[i * features + f];
      loss[i / batch] += e * e;
      for (std::size_t f = 0; f < features; ++f) g[f] += e * hx[i * features + f];
    }
    for (unsigned r = 0; r < replicas; ++r) {
      if (losses[r].size() != steps) return 1;
      worst = std::max(worst, std::fabs(loss[r] - losses[r][s]) / (1 + loss[r]));
    }
    for (std::size_t f = 0; f < features; ++f) ew[f] -= double(hRate) * g[f];
  }
  for (unsigned r = 0; r < replicas; ++r) {
    if (indices[r] != r) return 1;
    for (std::size_t f = 0; f < features; ++f) worst = std::max(worst, std::fabs(ew[f] - hw[r * features + f]));
  }
  std::cout << replicas << " replicas, loss " << losses[0].front() << " -> " << losses[0].back() << ", largest error "
            << worst << '\n';
  return worst < 1e-4 ? 0 : 1;
}
