// Fourier transforms of rows by radix-2 butterflies: bit reversal is a view, each stage a compute set, twiddle factors
// are constants. Forward and inverse transform are two programs that share vertices.
//
// Build: g++ -std=c++17 Fft.cpp -lpoplar -lpoputil -o fft
// Run: ./fft 32
// Run: ./fft 16 cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poputil/TileMapping.hpp>
#include <cmath>
#include <complex>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

using namespace poplar;
using namespace poplar::program;
using Complex = std::complex<double>;

namespace {

constexpr std::size_t kRows = 4;

// Views of the columns in bit-reversed order.
Tensor bitReversed(const Tensor &t) {
  const std::size_t n = t.dim(1);
  std::vector<Tensor> columns;
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t reversed = 0;
    for (std::size_t bit = 1, top = n / 2; bit < n; bit *= 2, top /= 2)
      if (i & bit) reversed |= top;
    columns.push_back(t.slice(reversed, reversed + 1, 1));
  }
  return concat(columns, 1);
}

// t is {rows, n, 2}: real and imaginary parts.
Sequence transform(Graph &graph, const Tensor &t, bool inverse) {
  const std::size_t n = t.dim(1);
  Tensor work = graph.clone(t, "work");
  Sequence prog{Copy(bitReversed(t), work)};
  for (std::size_t half = 1; half < n; half *= 2) {
    ComputeSet cs = graph.addComputeSet("stage" + std::to_string(half));
    std::vector<float> factors;
    for (std::size_t k = 0; k < half; ++k) {
      const auto w = std::polar(1.0, (inverse ? M_PI : -M_PI) * k / half);
      factors.push_back(float(w.real()));
      factors.push_back(float(w.imag()));
    }
    Tensor twiddle = graph.addConstant(FLOAT, {2 * half}, ArrayRef<float>(factors), "twiddle");
    graph.setTileMapping(twiddle, 0);
    for (std::size_t row = 0; row < kRows; ++row)
      for (std::size_t begin = 0; begin < n; begin += 2 * half) {
        auto v = graph.addVertex(cs, "Butterfly");
        graph.connect(v["low"], work[row].slice(begin, begin + half).flatten());
        graph.connect(v["high"], work[row].slice(begin + half, begin + 2 * half).flatten());
        graph.connect(v["twiddle"], twiddle);
        graph.setTileMapping(v, row % graph.getTarget().getNumTiles());
      }
    prog.add(Execute(cs));
  }
  prog.add(Copy(work, t));
  return prog;
}

} // namespace

int main(int argc, char **argv) {
  const std::size_t n = argc > 1 ? std::stoul(argv[1]) : 16;
  IPUModel model;
  model.tilesPerIPU = kRows;
  Device device = argc > 2 ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device.getTarget());
  graph.addCodelets("Butterfly.cpp");
  Tensor signal = graph.addVariable(FLOAT, {kRows, n, 2}, "signal");
  for (std::size_t row = 0; row < kRows; ++row)
    graph.setTileMapping(signal[row], row % graph.getTarget().getNumTiles());
  auto in = graph.addHostToDeviceFIFO("in", FLOAT, signal.numElements());
  auto out = graph.addDeviceToHostFIFO("out", FLOAT, signal.numElements());
  Engine engine(graph, {Sequence{Copy(in, signal), transform(graph, signal, false), Copy(signal, out)},
                        Sequence{transform(graph, signal, true), Copy(signal, out)}});
  engine.load(device);
  std::vector<float> host(kRows * n * 2), result(host.size());
  for (std::size_t i = 0; i < host.size(); ++i) host[i] = std::sin(0.7f * float(i)) + float(i % 5);
  engine.connectStream("in", host.data(), host.data() + host.size());
  engine.connectStream("out", result.data(), result.data() + result.size());
  engine.run(0);
  double error = 0;
  for (std::size_t row = 0; row < kRows; ++row)
    for (std::size_t k = 0; k < n; ++k) {
      Complex sum = 0;
      for (std::size_t i = 0; i < n; ++i)
        sum += Complex(host[(row * n + i) * 2], host[(row * n + i) * 2 + 1]) *
               std::polar(1.0, -2 * M_PI * double(i * k) / n);
      error = std::max(error, std::abs(sum - Complex(result[(row * n + k) * 2], result[(row * n + k) * 2 + 1])));
    }
  engine.run(1);
  double back = 0;
  for (std::size_t i = 0; i < host.size(); ++i) back = std::max(back, std::abs(double(host[i]) - result[i] / n));
  std::cout << "error of the transform " << error << ", of there and back " << back << '\n';
  return error < 1e-3 && back < 1e-5 ? 0 : 1;
}
