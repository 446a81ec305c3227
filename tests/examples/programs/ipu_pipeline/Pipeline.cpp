// A pipeline over the IPUs of a device: each has a layer with weights of its own; in each step all layers work at the
// same time on different samples, whose activations then move on to the next IPU.
//
// Build: g++ -std=c++11 Pipeline.cpp -lpoplar -lpopops -lpoplin -lpoputil -o pipeline
// Run: POPLAR_TARGET_OPTIONS='{"tilesPerIPU":"8"}' ./pipeline ipu 4
// Run: ./pipeline model 2
// Run: ./pipeline cpu 2
#include <poplar/DeviceManager.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poplin/MatMul.hpp>
#include <poplin/codelets.hpp>
#include <popops/ElementWise.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

using namespace poplar;
using namespace poplar::program;

static Device acquire(const std::string &kind, unsigned numIpus) {
  if (kind == "cpu") return Device::createCPUDevice(numIpus);
  if (kind == "model") {
    IPUModel model;
    model.numIPUs = numIpus;
    model.tilesPerIPU = 8;
    return model.createDevice();
  }
  auto devices = DeviceManager::createDeviceManager().getDevices(TargetType::IPU, numIpus);
  auto it = std::find_if(devices.begin(), devices.end(), [](Device &d) { return d.attach(); });
  if (it == devices.end()) throw std::runtime_error("no device");
  return std::move(*it);
}

int main(int argc, char **argv) {
  if (argc != 3) return EXIT_FAILURE;
  const unsigned stages = std::atoi(argv[2]);
  const std::size_t width = 12;
  Device device = acquire(argv[1], stages);
  const unsigned tilesPerIpu = device.getTarget().getTilesPerIPU();
  if (device.getTarget().getNumIPUs() != stages) return EXIT_FAILURE;

  Graph graph(device.getTarget());
  popops::addCodelets(graph);
  poplin::addCodelets(graph);

  std::vector<Graph> ipu;
  std::vector<Tensor> weights, in, out;
  Sequence compute, advance;
  for (unsigned s = 0; s < stages; ++s) {
    ipu.emplace_back(graph.createVirtualGraph(s * tilesPerIpu, (s + 1) * tilesPerIpu));
    Graph &stage = ipu.back();
    weights.push_back(poplin::createMatMulInputRHS(stage, FLOAT, {1, width}, {width, width}, "weights"));
    in.push_back(poplin::createMatMulInputLHS(stage, FLOAT, {1, width}, {width, width}, "in"));
    Tensor product = poplin::matMul(stage, in[s], weights[s], compute, "layer" + std::to_string(s));
    popops::tanhInPlace(stage, product, compute, "activation");
    out.push_back(product);
    graph.createHostWrite("weights" + std::to_string(s), weights[s]);
  }
  // All activations move at once: a copy of concatenations reads everything before it writes.
  Tensor result = graph.clone(out.back(), "result");
  std::vector<Tensor> from(out), to(in.begin() + 1, in.end());
  to.push_back(result);
  for (Tensor &t : from) t = t.flatten();
  for (Tensor &t : to) t = t.flatten();
  advance.add(Copy(concat(from), concat(to)));
  DataStream samples = graph.addHostToDeviceFIFO("samples", FLOAT, width);
  DataStream results = graph.addDeviceToHostFIFO("results", FLOAT, width);
  Engine engine(graph, Sequence{Copy(samples, in[0]), compute, advance, Copy(result, results)});
  engine.load(device);

  std::mt19937 random(9);
  std::uniform_real_distribution<float> uniform(-0.5f, 0.5f);
  std::vector<std::vector<float>> hostWeights(stages, std::vector<float>(width * width));
  for (unsigned s = 0; s < stages; ++s) {
    for (float &w : hostWeights[s]) w = uniform(random);
    engine.writeTensor("weights" + std::to_string(s), hostWeights[s].data(), hostWeights[s].data() + width * width);
  }
  const unsigned count = 6, steps = count + stages - 1;
  std::vector<float> input(steps * width), output(steps * width);
  for (float &x : input) x = uniform(random);
  engine.connectStream("samples", input.data(), input.data() + input.size());
  engine.connectStream("results", output.data(), output.data() + output.size());
  for (unsigned step = 0; step < steps; ++step) engine.run();

  double error = 0;
  for (unsigned sample = 0; sample < count; ++sample) {
    std::vector<double> x(input.begin() + sample * width, input.begin() + (sample + 1) * width);
    for (unsigned s = 0; s < stages; ++s) {
      std::vector<double> y(width, 0.0);
      for (std::size_t j = 0; j < width; ++j) {
        for (std::size_t i = 0; i < width; ++i) y[j] += x[i] * hostWeights[s][i * width + j];
        y[j] = std::tanh(y[j]);
      }
      x = y;
    }
    for (std::size_t j = 0; j < width; ++j)
      error = std::max(error, std::fabs(x[j] - output[(sample + stages - 1) * width + j]));
  }
  std::cout << stages << " stages, largest error " << error << '\n';
  return error < 1e-5 ? EXIT_SUCCESS : EXIT_FAILURE;
}
