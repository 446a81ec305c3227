// A matrix product with codelets of our own for three pairs of types: the result is cut into blocks, one for each tile.
//
// Build: g++ -std=c++11 MatMulCodelets.cpp -lpoplar -lpoputil -o matmul
// Run: ./matmul
// Run: ./matmul cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poputil/TileMapping.hpp>
#include <poputil/VertexTemplates.hpp>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

using namespace poplar;
using namespace poplar::program;
using namespace poputil;

static const std::size_t M = 20, K = 17, N = 12, blocksM = 4, blocksN = 3;

template <typename T, typename Accumulator> static bool multiply(Device &device) {
  const Type type = equivalent_device_type<T>().value, outType = equivalent_device_type<Accumulator>().value;
  Graph graph(device);
  graph.addCodelets("BlockCodelets.cpp");
  Tensor a = graph.addVariable(type, {M, K}, VariableMappingMethod::LINEAR, "a");
  Tensor b = graph.addVariable(type, {K, N}, VariableMappingMethod::LINEAR, "b");
  Tensor c = graph.addVariable(outType, {M, N}, "c");
  ComputeSet cs = graph.addComputeSet("product");
  unsigned tile = 0;
  for (std::size_t i = 0; i < blocksM; ++i)
    for (std::size_t j = 0; j < blocksN; ++j) {
      Tensor block = c.slice({i * M / blocksM, j * N / blocksN}, {(i + 1) * M / blocksM, (j + 1) * N / blocksN});
      auto v = graph.addVertex(cs, templateVertex("BlockProduct", type, outType));
      graph.connect(v["a"], a.slice(i * M / blocksM, (i + 1) * M / blocksM));
      graph.connect(v["bt"], b.slice(j * N / blocksN, (j + 1) * N / blocksN, 1).transpose());
      graph.connect(v["out"], block);
      graph.setInitialValue(v["k"], K);
      graph.setTileMapping(v, tile);
      graph.setTileMapping(block, tile);
      tile = (tile + 1) % graph.getTarget().getNumTiles();
    }
  graph.createHostWrite("a", a);
  graph.createHostWrite("b", b);
  graph.createHostRead("c", c);
  Engine engine(graph, Execute(cs));
  engine.load(device);

  std::vector<T> ha(M * K), hb(K * N);
  std::vector<Accumulator> hc(M * N);
  for (T &x : ha) x = T(std::rand() % 200 - 100);
  for (T &x : hb) x = T(std::rand() % 200 - 100);
  engine.writeTensor("a", ha.data(), ha.data() + ha.size());
  engine.writeTensor("b", hb.data(), hb.data() + hb.size());
  engine.run();
  engine.readTensor("c", hc.data(), hc.data() + hc.size());
  for (std::size_t i = 0; i < M; ++i)
    for (std::size_t j = 0; j < N; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < K; ++k) sum += double(ha[i * K + k]) * double(hb[k * N + j]);
      if (double(hc[i * N + j]) != sum) { // small whole numbers are exact in every type
        std::cerr << type << ": element " << i << ", " << j << " is " << hc[i * N + j] << " instead of " << sum << '\n';
        return false;
      }
    }
  return true;
}

int main(int argc, char **argv) {
  Device device;
  if (argc == 2 && argv[1] == std::string("cpu")) {
    device = Device::createCPUDevice();
  } else {
    IPUModel model;
    model.tilesPerIPU = blocksM * blocksN;
    device = model.createDevice();
  }
  const bool right = multiply<float, float>(device) && multiply<int, int>(device) && multiply<signed char, int>(device);
  return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
