// Sparse matrix times vector in compressed rows. The rows are shared so that each tile has about the same number of
// non-zeros; values come by a stream, the structure is constant.
//
// Build: g++ -std=c++14 CsrProduct.cpp -lpoplar -lpoputil -o csr
// Run: ./csr
// Run: ./csr cpu
#include "Csr.hpp"
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poputil/TileMapping.hpp>
#include <algorithm>
#include <cmath>
#include <iostream>
#include <random>
#include <string>

using namespace poplar;
using namespace poplar::program;

int main(int argc, char **argv) {
  const auto makeDevice = [&] {
    if (argc > 1 && argv[1] == std::string{"cpu"}) return Device::createCPUDevice();
    IPUModel model;
    model.tilesPerIPU = 12;
    return model.createDevice();
  };
  Device device = makeDevice();
  Graph graph(device.getTarget());
  graph.addCodelets("CsrCodelets.cpp");

  std::mt19937 random(42);
  std::normal_distribution<float> normal;
  Csr<float> a;
  a.columns = 90;
  for (unsigned r = 0; r < 150; ++r) {
    for (unsigned c = 0; c < a.columns; ++c)
      if (random() % 100 < r / 10) a.add(c, normal(random));
    a.endRow();
  }
  const auto nonZeros = a.values.size();

  auto values = graph.addVariable(FLOAT, {nonZeros}, "values");
  auto x = graph.addVariable(FLOAT, {a.columns}, "x");
  auto y = graph.addVariable(FLOAT, {a.rows}, "y");
  poputil::mapTensorLinearly(graph, x);
  auto cs = graph.addComputeSet("spmv");
  const auto tiles = graph.getTarget().getNumTiles();
  std::size_t row = 0;
  for (unsigned tile = 0; tile < tiles; ++tile) {
    const auto begin = row;
    while (row < a.rows && (a.offsets[row + 1] <= nonZeros * (tile + 1) / tiles || tile + 1 == tiles)) ++row;
    if (begin == row) continue;
    const auto first = a.offsets[begin], last = a.offsets[row];
    std::vector<unsigned> offsets(a.offsets.begin() + begin, a.offsets.begin() + row + 1);
    for (auto &offset : offsets) offset -= first;
    auto indices = graph.addConstant(UNSIGNED_INT, {last - first}, a.indices.data() + first, "indices");
    auto part = values.slice(first, last);
    auto v =
        graph.addVertex(cs, "CsrRows", {{"indices", indices}, {"values", part}, {"x", x}, {"y", y.slice(begin, row)}});
    graph.setFieldSize(v["offsets"], offsets.size());
    graph.setInitialValue(v["offsets"], poplar::ArrayRef<unsigned>(offsets));
    graph.setTileMapping(v, tile);
    graph.setTileMapping(indices, tile);
    graph.setTileMapping(part, tile);
    graph.setTileMapping(y.slice(begin, row), tile);
  }
  auto valuesIn = graph.addHostToDeviceFIFO("values", FLOAT, nonZeros);
  auto xIn = graph.addHostToDeviceFIFO("x", FLOAT, a.columns);
  auto yOut = graph.addDeviceToHostFIFO("y", FLOAT, a.rows);
  Engine engine(graph, Sequence({Copy(valuesIn, values), Copy(xIn, x), Execute(cs), Copy(y, yOut)}));
  engine.load(device);

  std::vector<float> hx(a.columns), hy(a.rows);
  engine.connectStream("values", a.values.data());
  engine.connectStream("x", hx.data());
  engine.connectStream("y", hy.data());
  for (int run = 0; run < 3; ++run) {
    for (auto &value : hx) value = normal(random);
    for (auto &value : a.values) value *= 0.5f;
    engine.run();
    const auto expected = a.times(hx);
    for (std::size_t r = 0; r < a.rows; ++r)
      if (std::fabs(expected[r] - hy[r]) > 1e-4) {
        std::cerr << "row " << r << ": " << hy[r] << " instead of " << expected[r] << '\n';
        return EXIT_FAILURE;
      }
  }
  std::cout << nonZeros << " non-zeros\n";
  return EXIT_SUCCESS;
}
