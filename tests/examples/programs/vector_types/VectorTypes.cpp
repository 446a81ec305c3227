// Codelets with vector types and intrinsics where there is an IPU, and portable code elsewhere; data in pairs and
// quadruples of floats and halves.
//
// Build: g++ -std=c++11 VectorTypes.cpp -lpoplar -lpoputil -o vectors
// Run: ./vectors
// Run: ./vectors cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poputil/VertexTemplates.hpp>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <vector>

using namespace poplar;
using namespace poplar::program;

int main(int argc, char **) {
  const std::size_t n = 64;
  IPUModel model;
  model.tilesPerIPU = 2;
  Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  const Target &target = device.getTarget();
  Graph graph(target);
  graph.addCodelets("VectorCodelets.cpp", CodeletFileType::Auto, "-O3 -std=c++17");
  ComputeSet cs = graph.addComputeSet("cs");
  Tensor x[2], y[2];
  for (unsigned i = 0; i < 2; ++i) {
    const Type type = i == 0 ? FLOAT : HALF;
    x[i] = graph.addVariable(type, {n}, "x");
    y[i] = graph.addVariable(type, {n}, "y");
    graph.setTileMapping(x[i], 0);
    graph.setTileMapping(y[i], 0);
    VertexRef v = graph.addVertex(cs, poputil::templateVertex("Polynomial", type), {{"x", x[i]}, {"y", y[i]}});
    graph.setTileMapping(v, 0);
    graph.createHostWrite("x" + std::to_string(i), x[i]);
    graph.createHostRead("y" + std::to_string(i), y[i]);
  }
  Engine engine(graph, Execute(cs));
  engine.load(device);
  std::vector<float> hx(n), hy(n), hyHalf(n);
  for (std::size_t i = 0; i < n; ++i) hx[i] = float(i) / 32 - 1;
  std::vector<std::uint16_t> raw(n);
  copyFloatToDeviceHalf(target, hx.data(), raw.data(), n);
  engine.writeTensor("x0", hx.data(), hx.data() + n);
  engine.writeTensor("x1", raw.data(), raw.data() + n);
  engine.run();
  engine.readTensor("y0", hy.data(), hy.data() + n);
  engine.readTensor("y1", raw.data(), raw.data() + n);
  copyDeviceHalfToFloat(target, raw.data(), hyHalf.data(), n);
  double error = 0, errorHalf = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double x = hx[i], expected = std::fabs(2 * x * x - 3 * x) + 0.5;
    error = std::fmax(error, std::fabs(expected - hy[i]));
    errorHalf = std::fmax(errorHalf, std::fabs(expected - hyHalf[i]));
  }
  std::cout << "errors " << error << ' ' << errorHalf << '\n';
  return error < 1e-6 && errorHalf < 1e-2 ? 0 : 1;
}
