// The largest eigenvalue of a symmetric matrix by power iteration with poplin's matrix product. The host looks at the
// estimate after each round of steps and stops when it has settled.
//
// Build: g++ -std=c++11 PowerIteration.cpp -lpoplar -lpoputil -lpopops -lpoplin -o power
// Run: ./power model
// Run: ./power cpu
// Run: POPLAR_TARGET_OPTIONS='{"tilesPerIPU":"16"}' ./power ipu
#include <poplar/DeviceManager.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poplin/MatMul.hpp>
#include <poplin/codelets.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Reduce.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <cmath>
#include <iostream>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace poplar;
using namespace poplar::program;

static Device getDevice(const std::string &kind) {
  if (kind == "cpu") return Device::createCPUDevice();
  if (kind == "model") {
    IPUModel model;
    model.tilesPerIPU = 16;
    return model.createDevice();
  }
  auto manager = DeviceManager::createDeviceManager();
  for (auto &device : manager.getDevices(TargetType::IPU, 1))
    if (device.attach()) return std::move(device);
  throw std::runtime_error("no IPU is free");
}

int main(int argc, char **argv) {
  const std::size_t n = 48;
  const unsigned stepsPerRound = 10;
  Device device = getDevice(argc > 1 ? argv[1] : "model");
  Graph graph(device.getTarget());
  popops::addCodelets(graph);
  poplin::addCodelets(graph);

  OptionFlags matMulOptions{{"partialsType", "float"}, {"availableMemoryProportion", "0.6"}};
  poplin::PlanningCache cache;
  Tensor a = poplin::createMatMulInputLHS(graph, FLOAT, {n, n}, {n, 1}, "a", matMulOptions, &cache);
  Tensor v = poplin::createMatMulInputRHS(graph, FLOAT, {n, n}, {n, 1}, "v", matMulOptions, &cache);

  Sequence step;
  Tensor w = poplin::matMul(graph, a, v, step, "w", matMulOptions, &cache);
  Tensor square = popops::reduce(graph, w.flatten(), {0}, {popops::Operation::SQUARE_ADD}, step, "square");
  Tensor norm = popops::sqrt(graph, square, step, "norm");
  popops::divInPlace(graph, w, norm, step, "normalise");
  step.add(Copy(w, v));

  graph.createHostWrite("a", a);
  graph.createHostWrite("v", v);
  graph.createHostRead("norm", norm);
  graph.createHostRead("vector", v);
  Engine engine(std::move(graph), Repeat(stepsPerRound, step));
  engine.load(device);

  // A = Q D Q with a reflection Q = I - 2 u u^T, so that eigenvalues and vectors are known.
  std::vector<double> u(n), d(n);
  std::mt19937 random(3);
  double length = 0;
  for (std::size_t i = 0; i < n; ++i) {
    u[i] = std::normal_distribution<double>()(random);
    length += u[i] * u[i];
    d[i] = i == 5 ? 9.0 : 4.0 * i / n;
  }
  for (double &x : u) x /= std::sqrt(length);
  auto q = [&](std::size_t i, std::size_t j) { return (i == j) - 2 * u[i] * u[j]; };
  std::vector<float> ha(n * n), hv(n, 1.0f);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < n; ++k) sum += q(i, k) * d[k] * q(k, j);
      ha[i * n + j] = float(sum);
    }
  engine.writeTensor("a", ha.data(), ha.data() + ha.size());
  engine.writeTensor("v", hv.data(), hv.data() + hv.size());

  float estimate = 0, before = -1;
  unsigned rounds = 0;
  for (; rounds < 100 && std::fabs(estimate - before) > 1e-5f; ++rounds) {
    before = estimate;
    engine.run(0);
    engine.readTensor("norm", &estimate, &estimate + 1);
    std::cout << "round " << rounds << ": " << estimate << '\n';
  }
  engine.readTensor("vector", hv.data(), hv.data() + hv.size());
  double alignment = 0;
  for (std::size_t i = 0; i < n; ++i) alignment += hv[i] * q(i, 5);
  std::cout << "eigenvalue " << estimate << " (9 is right), alignment " << alignment << '\n';
  return std::fabs(estimate - 9.0) < 1e-3 && std::fabs(std::fabs(alignment) - 1) < 1e-3 ? 0 : 1;
}
