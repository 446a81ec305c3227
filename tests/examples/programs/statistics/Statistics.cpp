// Statistics of a table by reductions over views: columns through a transpose, every other row through subSample, a
// mirrored copy, blocks through reshape.
//
// Build: g++ -std=c++11 Statistics.cpp -lpoplar -lpopops -lpoputil -o statistics
// Run: ./statistics
// Run: ./statistics cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Reduce.hpp>
#include <popops/codelets.hpp>
#include <poputil/Broadcast.hpp>
#include <poputil/TileMapping.hpp>
#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>
#include <vector>

using namespace poplar;
using namespace poplar::program;
using namespace popops;

int main(int argc, char **) {
  const std::size_t rows = 24, columns = 10;
  IPUModel model;
  model.tilesPerIPU = 6;
  Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device);
  popops::addCodelets(graph);
  Tensor table = graph.addVariable(FLOAT, {rows, columns}, "table");
  poputil::mapTensorLinearly(graph, table);

  Sequence prog({}, {"statistics"});
  Tensor mean = popops::reduce(graph, table, {0}, ReduceParams(Operation::ADD), prog, "sum");
  popops::mulInPlace(graph, mean, 1.0f / rows, prog, "mean");
  Tensor centred = popops::sub(graph, table, mean, prog, "centred");
  Tensor variance = popops::reduce(graph, centred.transpose(), {1}, Operation::SQUARE_ADD, prog, "variance");
  Tensor smallest = popops::reduce(graph, table.subSample(2, 0), {0, 1}, Operation::MIN, prog, "smallest");
  Tensor largest =
      popops::reduce(graph, table.reshape({4, rows / 4, columns}), {1, 2}, Operation::MAX, prog, "largest");
  Tensor product = popops::reduce(graph, table[0].slice(0, 4), {0}, Operation::MUL, prog, "product");
  Tensor positive = popops::gt(graph, table, 0.0f, prog, "positive");
  Tensor all = popops::reduce(graph, positive, {0}, Operation::LOGICAL_AND, prog, "all");
  Tensor mirrored = graph.addVariable(FLOAT, {rows, columns}, VariableMappingMethod::LINEAR, "mirrored");
  prog.add(Copy(table.reverse(1), mirrored));
  Tensor palindrome = popops::add(graph, table, mirrored, prog, "palindrome");
  Tensor difference = popops::sub(graph, palindrome.slice(0, columns / 2, 1),
                                  palindrome.slice(columns / 2, columns, 1).reverse(1), prog);
  popops::absInPlace(graph, difference, prog);
  Tensor asymmetry = popops::reduce(graph, difference.flatten(), {0}, Operation::ADD, prog);

  graph.createHostWrite("table", table);
  const std::vector<std::pair<std::string, Tensor>> results = {{"mean", mean},         {"variance", variance},
                                                               {"smallest", smallest}, {"largest", largest},
                                                               {"product", product},   {"asymmetry", asymmetry}};
  for (const auto &result : results) graph.createHostRead(result.first, result.second);
  graph.createHostRead("all", all);
  Engine engine(graph, prog);
  engine.load(device);

  std::vector<float> t(rows * columns);
  for (std::size_t i = 0; i < t.size(); ++i)
    t[i] = i % columns == 3 ? 1.0f + 0.1f * float(i) : std::sin(float(i)) * 5 + float(i) / 50;
  engine.writeTensor("table", t.data(), t.data() + t.size());
  engine.run();

  auto at = [&](std::size_t r, std::size_t c) { return double(t[r * columns + c]); };
  std::vector<std::vector<double>> expected(6);
  std::vector<char> allExpected(columns, 1);
  for (std::size_t c = 0; c < columns; ++c) {
    double sum = 0, squares = 0;
    for (std::size_t r = 0; r < rows; ++r) {
      sum += at(r, c);
      allExpected[c] = allExpected[c] && at(r, c) > 0;
    }
    for (std::size_t r = 0; r < rows; ++r) squares += std::pow(at(r, c) - sum / rows, 2);
    expected[0].push_back(sum / rows);
    expected[1].push_back(squares);
  }
  expected[2] = {std::numeric_limits<double>::max()};
  expected[3].assign(4, -1e30);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) {
      if (r % 2 == 0) expected[2][0] = std::min(expected[2][0], at(r, c));
      expected[3][r / (rows / 4)] = std::max(expected[3][r / (rows / 4)], at(r, c));
    }
  expected[4] = {at(0, 0) * at(0, 1) * at(0, 2) * at(0, 3)};
  expected[5] = {0};
  bool right = true;
  for (std::size_t i = 0; i < results.size(); ++i) {
    std::vector<float> host(results[i].second.numElements());
    engine.readTensor(results[i].first, host.data(), host.data() + host.size());
    double error = host.size() == expected[i].size() ? 0 : 1e9;
    for (std::size_t j = 0; j < std::min(host.size(), expected[i].size()); ++j)
      error = std::max(error, std::fabs(host[j] - expected[i][j]) / (1 + std::fabs(expected[i][j])));
    std::cout << results[i].first << ": error " << error << '\n';
    right = right && error < 1e-5;
  }
  std::vector<char> hostAll(columns);
  engine.readTensor("all", hostAll.data(), hostAll.data() + columns);
  right = right && hostAll == allExpected && std::count(hostAll.begin(), hostAll.end(), 1) > 0 &&
          std::count(hostAll.begin(), hostAll.end(), 0) > 0;
  return right ? 0 : 1;
}
