// Laplace's equation on a square by Jacobi's iteration. Tiles hold blocks of a grid; what a block needs from its
// neighbours is connected to its vertex directly, so that the exchange happens before each compute set. The device
// decides itself when the solution no longer changes.
//
// Build: g++ -std=c++17 Jacobi2D.cpp -lpoplar -lpoputil -o jacobi
// Run: ./jacobi
// Run: ./jacobi cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poputil/TileMapping.hpp>
#include <algorithm>
#include <cmath>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

using namespace poplar;
using namespace poplar::program;

constexpr std::size_t kSize = 30, kBlocks = 5;
constexpr float kTolerance = 1e-4f;

int main(int argc, char **argv) {
  std::optional<Device> device;
  if (argc > 1 && std::string(argv[1]) == "cpu") {
    device = Device::createCPUDevice();
  } else {
    IPUModel model("ipu2");
    model.tilesPerIPU = kBlocks * kBlocks;
    device = model.createDevice();
  }
  Graph graph(*device);
  graph.addCodelets({"JacobiCodelets.cpp"}, "-O2 -DNDEBUG");
  const auto numTiles = graph.getTarget().getNumTiles();

  // Both grids have a border of fixed values.
  std::array<Tensor, 2> grid;
  for (auto &g : grid) {
    g = graph.addVariable(FLOAT, {kSize + 2, kSize + 2}, VariableMappingMethod::LINEAR, "grid");
  }
  Tensor changes = graph.addVariable(FLOAT, {kBlocks * kBlocks}, "changes");
  Tensor steps = graph.addVariable(UNSIGNED_INT, {}, "steps");
  Tensor goOn = graph.addVariable(BOOL, {}, "goOn");
  poputil::mapTensorLinearly(graph, changes);
  graph.setTileMapping(steps, 0);
  graph.setTileMapping(goOn, 0);

  std::array<ComputeSet, 2> sets{graph.addComputeSet("thither"), graph.addComputeSet("hither")};
  for (unsigned turn = 0; turn < 2; ++turn) {
    for (std::size_t block = 0; block < kBlocks * kBlocks; ++block) {
      const std::size_t y = block / kBlocks * (kSize / kBlocks), x = block % kBlocks * (kSize / kBlocks);
      const std::size_t n = kSize / kBlocks;
      Tensor out = grid[1 - turn].slice({y + 1, x + 1}, {y + 1 + n, x + 1 + n});
      auto v = graph.addVertex(
          sets[turn], "JacobiBlock<float>",
          {{"in", grid[turn].slice({y, x}, {y + n + 2, x + n + 2})}, {"out", out}, {"change", changes[block]}});
      graph.setTileMapping(v, block % numTiles);
      graph.setTileMapping(out, block % numTiles);
    }
  }

  ComputeSet check = graph.addComputeSet("check");
  auto v = graph.addVertex(check, "GoOn", {{"changes", changes}, {"steps", steps}, {"goOn", goOn}});
  graph.setInitialValue(v["tolerance"], kTolerance);
  graph.setInitialValue(v["maxSteps"], 5000u);
  graph.setTileMapping(v, 0);

  Tensor zero = graph.addConstant(UNSIGNED_INT, {}, 0);
  graph.setTileMapping(zero, 0);
  DataStream in = graph.addHostToDeviceFIFO("in", FLOAT, grid[0].numElements());
  DataStream out = graph.addDeviceToHostFIFO("out", FLOAT, grid[0].numElements());
  DataStream outSteps = graph.addDeviceToHostFIFO("outSteps", UNSIGNED_INT, 1);
  Sequence program{
      Copy(in, grid[0]),  Copy(grid[0], grid[1]), // the borders
      Copy(zero, steps),  RepeatWhileTrue(Execute(check), goOn, Sequence({Execute(sets[0]), Execute(sets[1])})),
      Copy(grid[0], out), Copy(steps, outSteps),
  };
  Engine engine(graph, program);
  engine.load(*device);

  const std::size_t width = kSize + 2;
  std::vector<float> host(width * width, 0.0f);
  for (std::size_t i = 0; i < width; ++i) {
    host[i] = 1.0f;                                        // top
    host[i * width] = std::sin(float(i));                  // left
    host[i * width + width - 1] = 0.5f - float(i) / width; // right
  }
  std::vector<double> expected(host.begin(), host.end());
  unsigned doneSteps = 0;
  engine.connectStream("in", host.data(), host.data() + host.size());
  std::vector<float> result(host.size());
  engine.connectStream("out", result.data(), result.data() + result.size());
  engine.connectStream("outSteps", &doneSteps, &doneSteps + 1);
  engine.run();

  // The same iteration in double precision, until nothing changes at all.
  for (int i = 0; i < 20000; ++i) {
    auto old = expected;
    for (std::size_t y = 1; y <= kSize; ++y)
      for (std::size_t x = 1; x <= kSize; ++x)
        expected[y * width + x] = 0.25 * (old[(y - 1) * width + x] + old[(y + 1) * width + x] + old[y * width + x - 1] +
                                          old[y * width + x + 1]);
  }
  double error = 0;
  for (std::size_t i = 0; i < result.size(); ++i) error = std::max(error, std::abs(result[i] - expected[i]));
  std::cout << "Converged after " << doneSteps << " double steps, error " << error << '\n';
  // The change of a step shrinks by a constant factor near cos(pi / 31), which bounds what is still to come.
  return error < kTolerance / (1 - std::cos(M_PI / (kSize + 1))) && doneSteps > 10 && doneSteps < 5000 ? EXIT_SUCCESS
                                                                                                       : EXIT_FAILURE;
}
