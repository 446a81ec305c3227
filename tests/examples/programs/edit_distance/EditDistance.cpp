// The edit distance of two texts along anti-diagonals: all blocks of a diagonal run in parallel on their tiles, each with
// the borders that its neighbours left.
//
// Build: g++ -std=c++11 EditDistance.cpp -lpoplar -o distance
// Run: ./distance "the simulation of interconnected processors" "a stimulation of inter-collected possessors"
// Run: ./distance kitten sitting cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <algorithm>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

using namespace poplar;
using namespace poplar::program;

static int reference(const std::string &a, const std::string &b) {
  std::vector<int> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    int diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const int here = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = row[j];
      row[j] = here;
    }
  }
  return row.back();
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  const std::string a = argv[1], b = argv[2];
  const std::size_t block = 5;
  IPUModel model;
  model.tilesPerIPU = 8;
  Device device = argc > 3 ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device);
  graph.addCodelets("BlockCodelet.cpp");
  const unsigned tiles = graph.getTarget().getNumTiles();

  Tensor ta = graph.addVariable(UNSIGNED_CHAR, {a.size()}, "a"), tb = graph.addVariable(UNSIGNED_CHAR, {b.size()}, "b");
  graph.setTileMapping(ta, 0);
  graph.setTileMapping(tb, tiles - 1);
  const std::size_t rows = (a.size() + block - 1) / block, columns = (b.size() + block - 1) / block;
  // The border of row i of blocks above, and of column j to the left; corners are kept by themselves.
  Tensor table = graph.addVariable(INT, {rows + 1, b.size() + 1}, "horizontal");
  Tensor vertical = graph.addVariable(INT, {columns + 1, a.size() + 1}, "vertical");
  for (std::size_t i = 0; i <= rows; ++i) graph.setTileMapping(table[i], i % tiles);
  for (std::size_t j = 0; j <= columns; ++j) graph.setTileMapping(vertical[j], j % tiles);
  std::vector<int> numbers(std::max(a.size(), b.size()) + 1);
  std::iota(numbers.begin(), numbers.end(), 0);
  graph.setInitialValue(table[0], ArrayRef<int>(numbers.data(), b.size() + 1));
  graph.setInitialValue(vertical[0], ArrayRef<int>(numbers.data(), a.size() + 1));

  Sequence prog;
  for (std::size_t diagonal = 0; diagonal + 1 < rows + columns; ++diagonal) {
    ComputeSet cs = graph.addComputeSet("diagonal" + std::to_string(diagonal));
    for (std::size_t i = 0; i < rows; ++i) {
      if (diagonal < i || diagonal - i >= columns) continue;
      const std::size_t j = diagonal - i;
      const std::size_t a0 = i * block, a1 = std::min(a.size(), a0 + block), b0 = j * block,
                        b1 = std::min(b.size(), b0 + block);
      VertexRef v = graph.addVertex(cs, "EditBlock");
      graph.connect(v["a"], ta.slice(a0, a1));
      graph.connect(v["b"], tb.slice(b0, b1));
      graph.connect(v["corner"], j == 0 ? vertical[0][a0] : table[i][b0]);
      graph.connect(v["above"], table[i].slice(b0 + 1, b1 + 1));
      graph.connect(v["left"], vertical[j].slice(a0 + 1, a1 + 1));
      graph.connect(v["below"], table[i + 1].slice(b0 + 1, b1 + 1));
      graph.connect(v["right"], vertical[j + 1].slice(a0 + 1, a1 + 1));
      graph.setTileMapping(v, i % tiles);
    }
    prog.add(Execute(cs));
  }
  graph.createHostWrite("a", ta);
  graph.createHostWrite("b", tb);
  graph.createHostRead("distance", table[rows][b.size()]);
  Engine engine(graph, prog);
  engine.load(device);
  engine.writeTensor("a", a.data(), a.data() + a.size());
  engine.writeTensor("b", b.data(), b.data() + b.size());
  engine.run();
  int distance = -1;
  engine.readTensor("distance", &distance, &distance + 1);
  std::cout << "distance " << distance << '\n';
  return distance == reference(a, b) ? 0 : 1;
}
