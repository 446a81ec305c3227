// Rows of different lengths in one field: the lower triangle of a matrix as a VectorList, solved by forward
// substitution for several right-hand sides at once.
//
// Build: g++ -std=c++11 Triangles.cpp -lpoplar -o triangles
// Run: ./triangles
// Run: ./triangles cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <cmath>
#include <iostream>
#include <vector>

using namespace poplar;
using namespace poplar::program;

int main(int argc, char **) {
  const std::size_t n = 12, systems = 5;
  IPUModel model;
  model.tilesPerIPU = systems;
  Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device);
  graph.addCodelets("SolveCodelet.cpp");
  Tensor lower = graph.addVariable(FLOAT, {n, n}, "lower"), right = graph.addVariable(FLOAT, {systems, n}, "right");
  graph.setTileMapping(lower, 0);
  std::vector<Tensor> rows;
  for (std::size_t i = 0; i < n; ++i) rows.push_back(lower[i].slice(0, i + 1));
  ComputeSet cs = graph.addComputeSet("solve");
  for (std::size_t s = 0; s < systems; ++s) {
    const unsigned tile = s % graph.getTarget().getNumTiles();
    VertexRef v = graph.addVertex(cs, "SolveLower", {{"rows", rows}, {"x", right[s]}});
    graph.setTileMapping(v, tile);
    graph.setTileMapping(right[s], tile);
  }
  graph.createHostWrite("lower", lower);
  graph.createHostWrite("right", right);
  graph.createHostRead("solution", right);
  Engine engine(graph, Execute(cs));
  engine.load(device);
  std::vector<float> l(n * n, NAN), b(systems * n), x(systems * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) l[i * n + j] = i == j ? 2.0f + i % 3 : std::sin(float(i * n + j));
  for (std::size_t i = 0; i < b.size(); ++i) b[i] = float(i % 13) - 6;
  engine.writeTensor("lower", l.data(), l.data() + l.size());
  engine.writeTensor("right", b.data(), b.data() + b.size());
  engine.run();
  engine.readTensor("solution", x.data(), x.data() + x.size());
  double residual = 0;
  for (std::size_t s = 0; s < systems; ++s)
    for (std::size_t i = 0; i < n; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j <= i; ++j) sum += double(l[i * n + j]) * x[s * n + j];
      residual = std::fmax(residual, std::fabs(sum - b[s * n + i]));
    }
  std::cout << "largest residual " << residual << '\n';
  return residual < 1e-4 ? 0 : 1;
}
