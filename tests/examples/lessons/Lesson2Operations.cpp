// Lesson 2: operations. The libraries add ready-made computations to a program: popops works element by element and
// reduces, poputil spreads tensors over tiles.
//
// Build: g++ -std=c++11 Lesson2Operations.cpp -lpoplar -lpopops -lpoputil -o lesson2
// Run: ./lesson2
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Reduce.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <vector>

using namespace poplar;
using namespace poplar::program;
namespace pe = popops::expr;

int main() {
  IPUModel ipuModel;
  ipuModel.tilesPerIPU = 8;
  Device device = ipuModel.createDevice();
  Graph graph(device.getTarget());

  // Each library brings vertices of its own, which the graph must know before they are used.
  popops::addCodelets(graph);

  const unsigned rows = 6, columns = 10;
  Tensor x = graph.addVariable(FLOAT, {rows, columns}, "x");
  Tensor bias = graph.addVariable(FLOAT, {columns}, "bias");
  poputil::mapTensorLinearly(graph, x);
  poputil::mapTensorLinearly(graph, bias);

  Sequence prog;

  // An operation makes its output, maps it where its inputs are and appends to the program what computes it. A smaller
  // operand is broadcast as in NumPy: here the bias is added to each row.
  Tensor shifted = popops::add(graph, x, bias, prog, "shifted");

  // Operations that end in InPlace overwrite their first operand.
  popops::tanhInPlace(graph, shifted, prog, "tanh");

  // A whole expression becomes one vertex per share of the work; _1 and _2 are the tensors of the list.
  Tensor y = popops::map(graph, pe::Select(pe::_1, pe::Const(0.5f) * pe::_2 * pe::_2, pe::_1 > pe::Const(0.0f)),
                         {shifted, x}, prog, "y");

  // Reductions name the dimensions that vanish.
  Tensor rowSums = popops::reduce(graph, y, {1}, popops::Operation::ADD, prog, "rowSums");
  Tensor largest = popops::reduce(graph, y, {0, 1}, popops::Operation::MAX, prog, "largest");

  graph.createHostWrite("x", x);
  graph.createHostWrite("bias", bias);
  graph.createHostRead("rowSums", rowSums);
  graph.createHostRead("largest", largest);

  Engine engine(graph, prog);
  engine.load(device);

  std::vector<float> hx(rows * columns), hbias(columns), hsums(rows);
  float hlargest;
  for (unsigned i = 0; i < hx.size(); ++i) hx[i] = 0.1f * i - 3.0f;
  for (unsigned i = 0; i < columns; ++i) hbias[i] = i % 2 ? 0.25f : -0.5f;
  engine.writeTensor("x", hx.data(), hx.data() + hx.size());
  engine.writeTensor("bias", hbias.data(), hbias.data() + hbias.size());
  engine.run();
  engine.readTensor("rowSums", hsums.data(), hsums.data() + rows);
  engine.readTensor("largest", &hlargest, &hlargest + 1);

  // The same on the host, in double precision.
  double worst = 0, most = -1e30;
  for (unsigned r = 0; r < rows; ++r) {
    double sum = 0;
    for (unsigned c = 0; c < columns; ++c) {
      double value = hx[r * columns + c], t = std::tanh(value + hbias[c]);
      double y = t > 0 ? t : 0.5 * value * value;
      sum += y;
      most = std::max(most, y);
    }
    worst = std::max(worst, std::fabs(sum - hsums[r]));
    std::cout << "row " << r << ": " << hsums[r] << "\n";
  }
  worst = std::max(worst, std::fabs(most - hlargest));
  std::cout << "largest element " << hlargest << ", largest error " << worst << "\n";
  return worst < 1e-4 ? EXIT_SUCCESS : EXIT_FAILURE;
}
