// Clusters points by k-means: distances through a matrix product, assignment by a codelet of ours, new centres as a
// product with the one-hot assignment. The device repeats until no assignment changes.
//
// Build: g++ -std=c++11 KMeans.cpp -lpoplar -lpoplin -lpopops -lpoputil -o kmeans
// Run: ./kmeans
// Run: ./kmeans cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poplin/MatMul.hpp>
#include <poplin/codelets.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Reduce.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <algorithm>
#include <cmath>
#include <iostream>
#include <random>
#include <vector>

using namespace poplar;
using namespace poplar::program;
namespace pe = popops::expr;

static const std::size_t n = 120, dims = 3, k = 4;

int main(int argc, char **) {
  IPUModel model;
  model.tilesPerIPU = 8;
  Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device);
  popops::addCodelets(graph);
  poplin::addCodelets(graph);
  graph.addCodelets("AssignCodelet.cpp");

  Tensor points = poplin::createMatMulInputLHS(graph, FLOAT, {n, dims}, {dims, k}, "points");
  Tensor centres = graph.addVariable(FLOAT, {k, dims}, VariableMappingMethod::LINEAR, "centres");
  Tensor assignment = graph.addVariable(UNSIGNED_INT, {n}, VariableMappingMethod::LINEAR, "assignment");
  Tensor oneHot = graph.addVariable(FLOAT, {n, k}, "oneHot"), changed = graph.addVariable(BOOL, {n}, "changed");
  poputil::mapTensorLinearly(graph, oneHot, 0, k);
  poputil::mapTensorLinearly(graph, changed);

  Sequence step;
  // |p - c|^2 = |p|^2 - 2 p c + |c|^2; the first term does not matter for the nearest centre.
  Tensor products = poplin::matMul(graph, points, centres.transpose(), step, "products");
  Tensor squares = popops::reduce(graph, centres, {1}, popops::Operation::SQUARE_ADD, step, "squares");
  Tensor distances = popops::map(graph, pe::_2 - pe::Const(2.0f) * pe::_1, {products, squares}, step, "distances");
  ComputeSet assign = graph.addComputeSet("assign");
  const auto mapping = graph.getTileMapping(assignment);
  for (unsigned tile = 0; tile < mapping.size(); ++tile)
    for (const auto &range : mapping[tile])
      for (std::size_t i = range.begin(); i < range.end(); ++i) {
        VertexRef v = graph.addVertex(assign, "Assign",
                                      {{"distances", distances[i]},
                                       {"assignment", assignment[i]},
                                       {"oneHot", oneHot[i]},
                                       {"changed", changed[i]}});
        graph.setTileMapping(v, tile);
      }
  step.add(Execute(assign));
  Tensor sums = poplin::matMul(graph, oneHot.transpose(), points, step, "sums");
  Tensor counts = popops::reduce(graph, oneHot, {0}, popops::Operation::ADD, step, "counts");
  Tensor means = popops::div(graph, sums, counts.expand({1}), step, "means");
  step.add(Copy(means, centres));
  Tensor any = popops::reduce(graph, changed, {0}, popops::Operation::LOGICAL_OR, step, "any");

  graph.createHostWrite("points", points);
  graph.createHostWrite("initialCentres", centres);
  graph.createHostWrite("initialAssignment", assignment);
  graph.createHostRead("centres", centres);
  graph.createHostRead("assignment", assignment);
  Engine engine(graph, RepeatWhileTrue(step, any, Sequence{}));
  engine.load(device);

  std::vector<float> p(n * dims), c(k * dims);
  std::vector<unsigned> a(n, 99u);
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 0.8f);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t d = 0; d < dims; ++d) p[i * dims + d] = normal(random) + (i % k == d + 1 ? 3.0f : 0.0f);
  std::copy_n(p.begin(), c.size(), c.begin());
  std::vector<double> ec(c.begin(), c.end());
  engine.writeTensor("points", p.data(), p.data() + p.size());
  engine.writeTensor("initialCentres", c.data(), c.data() + c.size());
  engine.writeTensor("initialAssignment", a.data(), a.data() + n);
  engine.run();
  engine.readTensor("centres", c.data(), c.data() + c.size());
  engine.readTensor("assignment", a.data(), a.data() + n);

  std::vector<unsigned> ea(n, 99u);
  unsigned rounds = 0;
  for (bool moved = true; moved; ++rounds) {
    moved = false;
    for (std::size_t i = 0; i < n; ++i) {
      unsigned nearest = 0;
      double least = 1e30;
      for (unsigned j = 0; j < k; ++j) {
        double distance = 0;
        for (std::size_t d = 0; d < dims; ++d) distance += std::pow(p[i * dims + d] - ec[j * dims + d], 2);
        if (distance < least) {
          least = distance;
          nearest = j;
        }
      }
      moved = moved || ea[i] != nearest;
      ea[i] = nearest;
    }
    std::vector<double> sum(k * dims, 0.0), count(k, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      ++count[ea[i]];
      for (std::size_t d = 0; d < dims; ++d) sum[ea[i] * dims + d] += p[i * dims + d];
    }
    for (std::size_t j = 0; j < k * dims; ++j) ec[j] = sum[j] / count[j / dims];
  }
  double error = 0;
  for (std::size_t j = 0; j < k * dims; ++j) error = std::fmax(error, std::fabs(ec[j] - c[j]));
  std::cout << rounds << " rounds, largest error of centres " << error << '\n';
  return error < 1e-4 && a == ea && rounds > 2 ? 0 : 1;
}
