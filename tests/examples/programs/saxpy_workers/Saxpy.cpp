// All worker threads of all tiles: a vertex per tile, whose compute() runs once per worker.
//
// Build: g++ -std=c++11 Saxpy.cpp -lpoplar -lpoputil -o saxpy
// Run: ./saxpy
// Run: ./saxpy cpu
#include <poplar/DeviceManager.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poputil/TileMapping.hpp>
#include <poputil/VertexTemplates.hpp>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <vector>

using namespace poplar;
using namespace poplar::program;

static const float a = 0.75f;

// Half numbers travel as 16-bit words; the target converts them.
static void toDevice(const Target &target, const Type &type, const std::vector<float> &from, std::vector<char> &to) {
  to.resize(from.size() * target.getTypeSize(type));
  if (type == HALF)
    copyFloatToDeviceHalf(target, from.data(), to.data(), from.size());
  else
    std::copy(from.begin(), from.end(), reinterpret_cast<float *>(to.data()));
}

static double run(const Device &device, const Type &type, bool contiguous) {
  const std::size_t n = 1001;
  const Target &target = device.getTarget();
  Graph graph(target);
  graph.addCodelets("SaxpyCodelets.cpp", CodeletFileType::Auto, "-O3 -Wdouble-promotion -Werror");
  Tensor x = graph.addVariable(type, {n}, "x"), y = graph.addVariable(type, {n}, "y");
  poputil::mapTensorLinearly(graph, x, 16, 4);
  poputil::mapTensorLinearly(graph, y, 16, 4);
  ComputeSet cs = graph.addComputeSet("saxpy");
  const auto mapping = graph.getTileMapping(y);
  for (unsigned tile = 0; tile < mapping.size(); ++tile)
    for (const auto &region : mapping[tile]) {
      const std::string name = poputil::templateVertex("Saxpy", type, contiguous);
      VertexRef v = graph.addVertex(cs, name, {{"x", x.slice(region)}, {"y", y.slice(region)}});
      graph.setInitialValue(v["n"], region.size());
      graph.setInitialValue(v["a"], a);
      graph.setTileMapping(v, tile);
      graph.setPerfEstimate(v, 20 + 2 * region.size(), 2 * region.size());
    }
  DataStream xIn = graph.addHostToDeviceFIFO("x", type, n), yIn = graph.addHostToDeviceFIFO("y", type, n);
  DataStream out = graph.addDeviceToHostFIFO("out", type, n);
  Engine engine(graph, Sequence{Copy(xIn, x), Copy(yIn, y), Repeat(3, Execute(cs)), Copy(y, out)});
  engine.load(device);

  std::vector<float> hx(n), hy(n), result(n);
  for (std::size_t i = 0; i < n; ++i) {
    hx[i] = float(i % 16) / 8; // short fractions, so that halves hold everything exactly
    hy[i] = float(i % 7) - 3;
  }
  std::vector<char> rawX, rawY, rawOut(n * target.getTypeSize(type));
  toDevice(target, type, hx, rawX);
  toDevice(target, type, hy, rawY);
  engine.connectStream("x", rawX.data(), rawX.data() + rawX.size());
  engine.connectStream("y", rawY.data(), rawY.data() + rawY.size());
  engine.connectStream("out", rawOut.data(), rawOut.data() + rawOut.size());
  engine.run();
  if (type == HALF)
    copyDeviceHalfToFloat(target, rawOut.data(), result.data(), n);
  else
    std::copy_n(reinterpret_cast<const float *>(rawOut.data()), n, result.begin());
  double error = 0;
  for (std::size_t i = 0; i < n; ++i) error = std::max(error, std::fabs(result[i] - (hy[i] + 3.0 * a * hx[i])));
  return error;
}

int main(int argc, char **) {
  IPUModel model;
  model.tilesPerIPU = 10;
  const Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  const double errors[] = {run(device, FLOAT, false), run(device, FLOAT, true), run(device, HALF, true)};
  std::cout << "errors: " << errors[0] << ' ' << errors[1] << ' ' << errors[2] << '\n';
  return errors[0] == 0 && errors[1] == 0 && errors[2] == 0 ? 0 : 1;
}
