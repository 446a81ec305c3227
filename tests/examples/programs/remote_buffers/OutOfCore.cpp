// A matrix that does not fit on the device: its blocks of rows live in a remote buffer and are brought in one after the
// other by an index that the device itself computes; results go to a second buffer.
//
// Build: g++ -std=c++11 OutOfCore.cpp -lpoplar -lpopops -lpoputil -o outofcore
// Run: POPLAR_TARGET_OPTIONS='{"tilesPerIPU":"8"}' ./outofcore ipu
// Run: ./outofcore model
// Run: ./outofcore cpu
#include <poplar/DeviceManager.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Reduce.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <algorithm>
#include <cmath>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

using namespace poplar;
using namespace poplar::program;

static Device getDevice(const std::string &kind) {
  if (kind == "cpu") return Device::createCPUDevice();
  if (kind == "model") {
    IPUModel model;
    model.tilesPerIPU = 8;
    return model.createDevice();
  }
  DeviceManager manager;
  auto devices = manager.getDevices(TargetType::IPU, 1);
  auto free = std::find_if(devices.begin(), devices.end(), [](Device &d) { return d.attach(); });
  if (free == devices.end()) throw std::runtime_error("no device");
  if (!free->supportsRemoteBuffers()) throw std::runtime_error("the device has no remote buffers");
  return std::move(*free);
}

int main(int argc, char **argv) {
  const unsigned blocks = 10, rows = 6, columns = 50;
  Device device = getDevice(argc > 1 ? argv[1] : "model");
  Graph graph(device.getTarget());
  popops::addCodelets(graph);

  RemoteBuffer matrix = graph.addRemoteBuffer("matrix", FLOAT, rows * columns, blocks);
  RemoteBuffer results = graph.addRemoteBuffer("results", FLOAT, rows, blocks);
  if (matrix.numElements() != rows * columns || matrix.getRepeats() != blocks) return 1;

  Tensor block = graph.addVariable(FLOAT, {rows, columns}, VariableMappingMethod::LINEAR, "block");
  Tensor vector = graph.addVariable(FLOAT, {columns}, VariableMappingMethod::LINEAR, "vector");
  Tensor index = graph.addVariable(UNSIGNED_INT, {1}, "index"), zero = graph.addConstant(UNSIGNED_INT, {1}, 0u);
  graph.setTileMapping(index, 0);
  graph.setTileMapping(zero, 0);

  Sequence body;
  body.add(Copy(matrix, block, index, "fetch"));
  Tensor products = popops::mul(graph, block, vector, body, "products");
  Tensor sums = popops::reduce(graph, products, {1}, popops::Operation::ADD, body, "sums");
  body.add(Copy(sums, results, index, "store"));
  popops::addInPlace(graph, index, 1u, body, "next");
  Sequence multiply{Copy(zero, index), Repeat(blocks, body)};

  // Several rows with one copy: rows 7, 0 and 3 of the results, in this order.
  Tensor chosen = graph.addConstant<unsigned>(UNSIGNED_INT, {3}, {7, 0, 3});
  Tensor picked = graph.addVariable(FLOAT, {3, rows}, VariableMappingMethod::LINEAR, "picked");
  graph.setTileMapping(chosen, 0);
  Sequence pick{Copy(results, picked, chosen)};

  graph.createHostWrite("vector", vector);
  graph.createHostRead("picked", picked);
  Engine engine(graph, {multiply, pick});
  engine.load(device);

  std::vector<std::vector<float>> host(blocks, std::vector<float>(rows * columns));
  for (unsigned b = 0; b < blocks; ++b) {
    for (unsigned i = 0; i < rows * columns; ++i) host[b][i] = std::sin(0.01f * float(b * 1000 + i));
    engine.copyToRemoteBuffer(host[b].data(), "matrix", b);
  }
  std::vector<float> x(columns), y(rows), three(3 * rows);
  double error = 0;
  for (unsigned round = 0; round < 2; ++round) {
    for (unsigned i = 0; i < columns; ++i) x[i] = 1.0f / float(1 + i + round);
    engine.writeTensor("vector", x.data(), x.data() + columns);
    engine.run(0);
    engine.run(1);
    engine.readTensor("picked", three.data(), three.data() + three.size());
    for (unsigned b = 0; b < blocks; ++b) {
      engine.copyFromRemoteBuffer("results", y.data(), b);
      for (unsigned r = 0; r < rows; ++r) {
        double sum = 0;
        for (unsigned i = 0; i < columns; ++i) sum += double(host[b][r * columns + i]) * x[i];
        error = std::max(error, std::fabs(sum - y[r]));
        for (unsigned p = 0; p < 3; ++p)
          if (b == (p == 0 ? 7u : p == 1 ? 0u : 3u)) error = std::max(error, std::fabs(sum - three[p * rows + r]));
      }
    }
  }
  std::cout << "largest error " << error << '\n';
  return error < 1e-5 ? 0 : 1;
}
