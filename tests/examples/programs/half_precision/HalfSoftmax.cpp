// Softmax of rows in half precision with a codelet of our own, sums kept in single precision.
//
// Build: g++ -std=c++11 HalfSoftmax.cpp -lpoplar -lpopops -lpoputil -o softmax
// Run: ./softmax
// Run: ./softmax cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <popops/Cast.hpp>
#include <popops/ElementWise.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <vector>

using namespace poplar;
using namespace poplar::program;

int main(int argc, char **) {
  const std::size_t rows = 9, columns = 33;
  IPUModel model;
  model.tilesPerIPU = 4;
  Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  const Target &target = device.getTarget();
  if (target.getTypeSize(HALF) != 2) return 1;
  Graph graph(target);
  graph.addCodelets("SoftmaxCodelet.cpp");
  popops::addCodelets(graph);

  Tensor x = graph.addVariable(HALF, {rows, columns}, "x"), y = graph.addVariable(HALF, {rows, columns}, "y");
  Tensor scale = graph.addConstant(HALF, {}, 0.5f, "scale");
  graph.setTileMapping(scale, 0);
  ComputeSet cs = graph.addComputeSet("softmax");
  for (std::size_t r = 0; r < rows; ++r) {
    const unsigned tile = r % target.getNumTiles();
    VertexRef v = graph.addVertex(cs, "SoftmaxRow", {{"in", x[r]}, {"scale", scale}, {"out", y[r]}});
    graph.setTileMapping(v, tile);
    graph.setTileMapping(x[r], tile);
    graph.setTileMapping(y[r], tile);
  }
  Sequence prog{Execute(cs)};
  Tensor single = popops::cast(graph, y, FLOAT, prog, "single");
  graph.createHostWrite("x", x);
  graph.createHostRead("y", y);
  graph.createHostRead("single", single);
  Engine engine(graph, prog);
  engine.load(device);

  std::vector<float> hx(rows * columns), hy(hx.size()), hSingle(hx.size());
  for (std::size_t i = 0; i < hx.size(); ++i) hx[i] = float(int(i * 37 % 64) - 32) / 4;
  std::vector<std::uint16_t> raw(hx.size());
  copyFloatToDeviceHalf(target, hx.data(), raw.data(), hx.size());
  engine.writeTensor("x", raw.data(), raw.data() + raw.size());
  engine.run();
  engine.readTensor("y", raw.data(), raw.data() + raw.size());
  copyDeviceHalfToFloat(target, raw.data(), hy.data(), hy.size());
  engine.readTensor("single", hSingle.data(), hSingle.data() + hSingle.size());

  double error = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    double sum = 0;
    for (std::size_t c = 0; c < columns; ++c) sum += std::exp(0.5 * hx[r * columns + c]);
    for (std::size_t c = 0; c < columns; ++c) {
      const double expected = std::exp(0.5 * hx[r * columns + c]) / sum;
      error = std::fmax(error, std::fabs(expected - hy[r * columns + c]) / (expected + 1e-4));
    }
  }
  std::cout << "largest relative error " << error << '\n';
  return error < 3e-3 && hy == hSingle ? 0 : 1;
}
