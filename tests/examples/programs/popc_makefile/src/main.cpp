#include <blas1.hpp>
#include <poplar/Engine.hpp>
#include <poputil/TileMapping.hpp>
#include <cmath>
#include <iostream>
#include <vector>

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  const std::size_t n = 333;
  poplar::Device device = blas1::openDevice(argv[2]);
  poplar::Graph graph(device.getTarget());
  if (!graph.addCodelets(argv[1])) return 3;

  poplar::Tensor x = graph.addVariable(poplar::FLOAT, {n}, "x"), y = graph.addVariable(poplar::FLOAT, {n}, "y");
  poplar::Tensor alpha = graph.addVariable(poplar::FLOAT, {}, "alpha");
  poputil::mapTensorLinearly(graph, x);
  poputil::mapTensorLinearly(graph, y);
  graph.setTileMapping(alpha, 0);
  poplar::program::Sequence prog;
  blas1::axpy(graph, alpha, x, y, prog);
  poplar::Tensor norm = blas1::nrm2(graph, y, prog, "norm");
  graph.createHostWrite("x", x);
  graph.createHostWrite("y", y);
  graph.createHostWrite("alpha", alpha);
  graph.createHostRead("result", y);
  graph.createHostRead("norm", norm);
  poplar::Engine engine(graph, prog);
  engine.load(device);

  std::vector<float> hx(n), hy(n), result(n);
  for (std::size_t i = 0; i < n; ++i) {
    hx[i] = 0.01f * float(i);
    hy[i] = 1.0f - 0.5f * float(i % 7);
  }
  float hAlpha = -1.5f, hNorm = 0;
  engine.writeTensor("x", hx.data(), hx.data() + n);
  engine.writeTensor("y", hy.data(), hy.data() + n);
  engine.writeTensor("alpha", &hAlpha, &hAlpha + 1);
  engine.run();
  engine.readTensor("result", result.data(), result.data() + n);
  engine.readTensor("norm", &hNorm, &hNorm + 1);
  double error = 0, squares = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double expected = hy[i] + double(hAlpha) * hx[i];
    error = std::max(error, std::fabs(expected - result[i]));
    squares += expected * expected;
  }
  error = std::max(error, std::fabs(std::sqrt(squares) - hNorm) / std::sqrt(squares));
  std::cout << "norm " << hNorm << ", largest error " << error << '\n';
  return error < 1e-5 ? 0 : 1;
}
