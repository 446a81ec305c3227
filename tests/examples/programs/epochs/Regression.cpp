// Linear regression by stochastic gradient descent. The training data is a circular buffer: each copy takes the next
// batch, runs go on where the last one stopped, and an epoch brings it back to the start.
//
// Build: g++ -std=c++11 Regression.cpp -lpoplar -lpopops -lpoplin -lpoputil -o regression
// Run: ./regression
// Run: ./regression cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poplin/MatMul.hpp>
#include <poplin/codelets.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Reduce.hpp>
#include <popops/ScaledAdd.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <random>
#include <vector>

using namespace poplar;
using namespace poplar::program;

int main(int argc, char **) {
  const std::size_t features = 5, batch = 8, samples = 48;
  const unsigned batches = samples / batch, epochs = 4;
  const float rate = 0.05f;
  IPUModel model;
  model.tilesPerIPU = 4;
  Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device);
  popops::addCodelets(graph);
  poplin::addCodelets(graph);

  Tensor x = poplin::createMatMulInputLHS(graph, FLOAT, {batch, features}, {features, 1}, "x");
  Tensor w = poplin::createMatMulInputRHS(graph, FLOAT, {batch, features}, {features, 1}, "w");
  Tensor y = graph.addVariable(FLOAT, {batch, 1}, VariableMappingMethod::LINEAR, "y");
  Sequence step;
  DataStream xStream = graph.addHostToDeviceFIFO("x", FLOAT, batch * features);
  DataStream yStream = graph.addHostToDeviceFIFO("y", FLOAT, batch);
  step.add(Copy(xStream, x));
  step.add(Copy(yStream, y));
  Tensor error = poplin::matMul(graph, x, w, step, "prediction");
  popops::subInPlace(graph, error, y, step, "error");
  Tensor loss = popops::reduce(graph, error, {0, 1}, {popops::Operation::SQUARE_ADD}, step, "loss");
  Tensor gradient = poplin::matMul(graph, x.transpose(), error, step, "gradient");
  popops::scaledAddTo(graph, w, gradient, -rate / batch, step, "update");
  DataStream lossStream = graph.addDeviceToHostFIFO("loss", FLOAT, 1);
  step.add(Copy(loss, lossStream));
  graph.createHostWrite("w-init", w);
  graph.createHostRead("w", w);

  // One run is a third of an epoch.
  Engine engine(graph, Repeat(batches / 3, step));
  engine.load(device);

  std::mt19937 random(2);
  std::normal_distribution<float> normal;
  std::vector<float> hx(samples * features), hy(samples), hw(features, 0.0f), losses(batches * epochs);
  for (std::size_t i = 0; i < samples; ++i) {
    hy[i] = 0.01f * normal(random);
    for (std::size_t f = 0; f < features; ++f) {
      hx[i * features + f] = normal(random);
      hy[i] += hx[i * features + f] * (float(f) - 2.0f);
    }
  }
  engine.writeTensor("w-init", hw.data(), hw.data() + features);
  engine.connectStream("x", hx.data(), hx.data() + hx.size());
  engine.connectStream("y", hy.data(), hy.data() + hy.size());
  engine.connectStream("loss", losses.data(), losses.data() + losses.size());
  for (unsigned epoch = 0; epoch < epochs; ++epoch)
    for (unsigned third = 0; third < 3; ++third) engine.run();
  engine.readTensor("w", hw.data(), hw.data() + features);

  std::vector<double> ew(features, 0.0);
  double worst = 0;
  for (unsigned s = 0; s < batches * epochs; ++s) {
    std::vector<double> g(features, 0.0);
    double squares = 0;
    for (std::size_t i = 0; i < batch; ++i) {
      const std::size_t row = s % batches * batch + i;
      double e = -hy[row];
      for (std::size_t f = 0; f < features; ++f) e += ew[f] * hx[row * features + f];
      squares += e * e;
      for (std::size_t f = 0; f < features; ++f) g[f] += e * hx[row * features + f];
    }
    for (std::size_t f = 0; f < features; ++f) ew[f] -= double(rate) / batch * g[f];
    worst = std::max(worst, std::fabs(squares - losses[s]) / (1 + squares));
  }
  for (std::size_t f = 0; f < features; ++f) worst = std::max(worst, std::fabs(ew[f] - hw[f]));
  std::cout << "loss " << losses.front() << " -> " << losses.back() << ", largest error " << worst << '\n';
  return worst < 1e-4 && losses.back() < losses.front() ? EXIT_SUCCESS : EXIT_FAILURE;
}
