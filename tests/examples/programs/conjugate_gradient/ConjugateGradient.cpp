// Solves A x = b for the 2-D Poisson matrix by conjugate gradients; scalars of the method stay on the device, which
// also decides when to stop.
//
// Build: g++ -std=c++11 ConjugateGradient.cpp -lpopops -lpoputil -lpoplar -o cg
// Run: ./cg
// Run: ./cg --cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Reduce.hpp>
#include <popops/Zero.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <vector>

namespace pe = popops::expr;
using poplar::FLOAT;
using poplar::Graph;
using poplar::Tensor;
using poplar::program::Copy;
using poplar::program::Execute;
using poplar::program::Sequence;

static const std::size_t kGrid = 16, kUnknowns = kGrid * kGrid;

// out = A in: one vertex for each row of the grid.
static void applyMatrix(Graph &graph, Tensor in, Tensor out, Sequence &prog) {
  Tensor zeros = graph.addConstant(FLOAT, {kGrid}, 0.0f, "zeros");
  graph.setTileMapping(zeros, 0);
  Tensor grid = in.reshape({kGrid, kGrid}), result = out.reshape({kGrid, kGrid});
  poplar::ComputeSet cs = graph.addComputeSet({"applyMatrix"});
  for (std::size_t y = 0; y < kGrid; ++y) {
    auto v = graph.addVertex(cs, "PoissonRow");
    graph.connect(v["above"], y == 0 ? zeros : grid[y - 1]);
    graph.connect(v["row"], grid[y]);
    graph.connect(v["below"], y + 1 == kGrid ? zeros : grid[y + 1]);
    graph.connect(v["out"], result[y]);
    graph.setTileMapping(v, y % graph.getTarget().getNumTiles());
  }
  prog.add(Execute(cs));
}

static Tensor dot(Graph &graph, Tensor a, Tensor b, Sequence &prog, const poplar::DebugContext &name) {
  Tensor products = popops::mul(graph, a, b, prog, {name, "products"});
  return popops::reduce(graph, products, FLOAT, {0}, popops::Operation::ADD, prog, {name, "sum"});
}

int main(int argc, char **argv) {
  const bool cpu = argc > 1 && std::strcmp(argv[1], "--cpu") == 0;
  poplar::IPUModel model;
  model.tilesPerIPU = 16;
  auto device = cpu ? poplar::Device::createCPUDevice() : model.createDevice();
  Graph graph(device.getTarget());
  popops::addCodelets(graph);
  graph.addCodelets("PoissonCodelet.cpp");

  auto vector = [&](const std::string &name) {
    return graph.addVariable(FLOAT, {kUnknowns}, poplar::VariableMappingMethod::LINEAR, {name});
  };
  Tensor b = vector("b"), x = vector("x"), r = vector("r"), p = vector("p"), ap = vector("ap");
  Tensor rr = graph.addVariable(FLOAT, {}, "rr"),
         iterations = graph.addVariable(poplar::UNSIGNED_INT, {}, "iterations");
  graph.setTileMapping(rr, 0);
  graph.setTileMapping(iterations, 0);

  Sequence start;
  popops::zero(graph, x, start, "x");
  popops::zero(graph, iterations, start, "iterations");
  start.add(Copy(b, r));
  start.add(Copy(r, p));
  start.add(Copy(dot(graph, r, r, start, "rr"), rr));

  Sequence test;
  Tensor goOn =
      popops::map(graph, (pe::_1 > pe::Const(1e-10f)) && (pe::_2 < pe::Const(500u)), {rr, iterations}, test, "goOn");

  Sequence step;
  applyMatrix(graph, p, ap, step);
  Tensor alpha = popops::div(graph, rr, dot(graph, p, ap, step, "pAp"), step, "alpha");
  popops::mapInPlace(graph, pe::_1 + pe::_3 * pe::_2, {x, p, alpha}, step, "x");
  popops::mapInPlace(graph, pe::_1 - pe::_3 * pe::_2, {r, ap, alpha}, step, "r");
  Tensor rrNew = dot(graph, r, r, step, "rrNew");
  Tensor beta = popops::div(graph, rrNew, rr, step, "beta");
  popops::mapInPlace(graph, pe::_3 * pe::_1 + pe::_2, {p, r, beta}, step, "p");
  step.add(Copy(rrNew, rr));
  popops::mapInPlace(graph, pe::_1 + pe::Const(1u), {iterations}, step, "count");

  graph.createHostWrite("b", b);
  graph.createHostRead("x", x);
  graph.createHostRead("iterations", iterations);
  poplar::Engine engine(graph, Sequence{start, poplar::program::RepeatWhileTrue(test, goOn.reshape({}), step)});
  engine.load(device);

  std::vector<float> hb(kUnknowns), hx(kUnknowns);
  for (std::size_t i = 0; i < kUnknowns; ++i) hb[i] = std::sin(0.37 * i) + (i == 40 ? 5.0f : 0.0f);
  engine.writeTensor("b", hb.data(), hb.data() + hb.size());
  engine.run();
  engine.readTensor("x", hx.data(), hx.data() + hx.size());
  unsigned hIterations;
  engine.readTensor("iterations", &hIterations, &hIterations + 1);

  // The residual in double precision says how good the solution is.
  double worst = 0;
  for (std::size_t y = 0; y < kGrid; ++y)
    for (std::size_t c = 0; c < kGrid; ++c) {
      auto at = [&](std::size_t i, std::size_t j) { return i < kGrid && j < kGrid ? double(hx[i * kGrid + j]) : 0.0; };
      const double value = 4 * at(y, c) - at(y - 1, c) - at(y + 1, c) - at(y, c - 1) - at(y, c + 1);
      worst = std::max(worst, std::fabs(value - hb[y * kGrid + c]));
    }
  std::cout << hIterations << " iterations, largest residual " << worst << std::endl;
  return worst < 1e-4 && hIterations > 10 && hIterations < 100 ? EXIT_SUCCESS : EXIT_FAILURE;
}
