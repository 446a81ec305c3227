// Prices of options by the formula of Black and Scholes as expressions of popops, which become fused codelets.
//
// Build: g++ -std=c++11 BlackScholes.cpp -lpoplar -lpopops -lpoputil -o prices
// Run: ./prices
// Run: ./prices cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Expr.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <cmath>
#include <iostream>
#include <vector>

using namespace poplar;
using namespace poplar::program;
namespace pe = popops::expr;
using pe::_1;
using pe::_2;
using pe::_3;

// The distribution function of the normal distribution, by the logistic approximation 1 / (1 + exp(-1.5976 x - 0.07056 x^3)).
static double logisticCdf(double x) { return 1 / (1 + std::exp(-1.5976 * x - 0.07056 * x * x * x)); }

int main(int argc, char **) {
  const std::size_t n = 300;
  const float rate = 0.02f, years = 0.75f;
  IPUModel model;
  model.tilesPerIPU = 12;
  Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device.getTarget());
  popops::addCodelets(graph);
  Tensor spot = graph.addVariable(FLOAT, {n}, VariableMappingMethod::LINEAR, "spot");
  Tensor strike = graph.clone(spot, "strike"), volatility = graph.clone(spot, "volatility");

  Sequence prog;
  const auto spread = _3 * pe::Const(std::sqrt(years));
  Tensor d1 = popops::map(
      graph, (pe::Log(_1 / _2) + (pe::Square(_3) * pe::Const(0.5f) + pe::Const(rate)) * pe::Const(years)) / spread,
      {spot, strike, volatility}, prog, "d1");
  Tensor d2 = popops::map(graph, _1 - _2 * pe::Const(std::sqrt(years)), {d1, volatility}, prog, "d2");
  auto cdf = [&](Tensor d, const char *name) {
    return popops::map(graph, pe::Sigmoid(pe::Const(1.5976f) * _1 + pe::Const(0.07056f) * _1 * _1 * _1), {d}, prog,
                       name);
  };
  Tensor n1 = cdf(d1, "n1"), n2 = cdf(d2, "n2");
  Tensor discounted = popops::mul(graph, strike, std::exp(-rate * years), prog, "discounted");
  Tensor call =
      popops::map(graph, pe::Max(_1 * pe::_4 - _2 * _3, pe::Const(0.0f)), {spot, discounted, n2, n1}, prog, "call");
  // Options that are worth next to nothing are set to zero in place; how many is a cast away.
  popops::mapInPlace(graph, pe::Select(_1, pe::Const(0.0f), _1 > pe::Const(0.01f)), {call}, prog, "clean");
  Tensor worthless = popops::map(graph, pe::Cast(pe::Not(_1 > pe::Const(0.0f)) && _2 < _3, INT), {call, spot, strike},
                                 prog, "worthless");

  graph.createHostWrite("spot", spot);
  graph.createHostWrite("strike", strike);
  graph.createHostWrite("volatility", volatility);
  graph.createHostRead("call", call);
  graph.createHostRead("worthless", worthless);
  Engine engine(graph, prog);
  engine.load(device);
  std::vector<float> s(n), k(n), v(n), c(n);
  std::vector<int> w(n);
  for (std::size_t i = 0; i < n; ++i) {
    s[i] = 60.0f + float(i % 80);
    k[i] = 100.0f;
    v[i] = 0.1f + 0.3f * float(i) / n;
  }
  engine.writeTensor("spot", s.data(), s.data() + n);
  engine.writeTensor("strike", k.data(), k.data() + n);
  engine.writeTensor("volatility", v.data(), v.data() + n);
  engine.run();
  engine.readTensor("call", c.data(), c.data() + n);
  engine.readTensor("worthless", w.data(), w.data() + n);

  double error = 0;
  int zeros = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double root = v[i] * std::sqrt(double(years));
    const double d1 = (std::log(double(s[i]) / k[i]) + (0.5 * double(v[i]) * v[i] + rate) * years) / root;
    double price =
        std::fmax(s[i] * logisticCdf(d1) - k[i] * std::exp(-double(rate) * years) * logisticCdf(d1 - root), 0);
    if (std::fabs(price - 0.01) < 1e-4) continue; // either side may be right
    price = price > 0.01 ? price : 0;
    error = std::fmax(error, std::fabs(price - c[i]));
    zeros += price == 0;
    if (w[i] != (price == 0 && s[i] < k[i])) {
      std::cerr << "option " << i << " is wrong\n";
      return 1;
    }
  }
  std::cout << zeros << " options are worth nothing, largest error " << error << '\n';
  return error < 1e-4 && zeros > 0 && zeros < int(n) ? 0 : 1;
}
