// What counting cycles costs: a one-dimensional stencil, six vertices on each of 1,472 tiles, run on the simulator and on
// the CPU backend by turns, from one executable in one process. Prints JSON: the median time of each and their ratio, and
// host seconds for a simulated cycle of a tile.
//
//   simulation_speed [supersteps [elements of a vertex]]        default 1,000 of 64
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <poplar/CycleCount.hpp>
#include <poplar/DeviceManager.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <sstream>
#include <vector>

namespace {

using namespace poplar;

const char *const kCodelet = R"(
#include <poplar/Vertex.hpp>
struct Diffuse : public poplar::Vertex {
  poplar::Input<poplar::Vector<float>> in;
  poplar::Input<float> left, right;
  poplar::Output<poplar::Vector<float>> out;
  bool compute() {
    const unsigned n = in.size();
    out[0] = 0.25f * *left + 0.5f * in[0] + 0.25f * in[1];
    for (unsigned i = 1; i + 1 < n; ++i) out[i] = 0.25f * in[i - 1] + 0.5f * in[i] + 0.25f * in[i + 1];
    out[n - 1] = 0.25f * in[n - 2] + 0.5f * in[n - 1] + 0.25f * *right;
    return true;
  }
};
)";

double median(std::vector<double> seconds) {
  std::nth_element(seconds.begin(), seconds.begin() + seconds.size() / 2, seconds.end());
  return seconds[seconds.size() / 2];
}

} // namespace

int main(int argc, char **argv) {
  const unsigned steps = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000;
  const unsigned width = std::max(2ul, argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 64);
  Device device = DeviceManager().getDevice(0);
  device.attach();
  Graph graph(device.getTarget());
  std::stringstream source(kCodelet);
  graph.addCodelets(source);
  const unsigned tiles = device.getTarget().getNumTiles(), vertices = 6 * tiles;
  const std::size_t n = std::size_t(vertices) * width;
  const Tensor grids[] = {graph.addVariable(FLOAT, {n}, "a"), graph.addVariable(FLOAT, {n}, "b")};
  const Tensor border = graph.addConstant(FLOAT, {}, 1.0f);
  graph.setTileMapping(border, 0);
  program::Sequence both;
  for (unsigned turn = 0; turn != 2; ++turn) {
    const ComputeSet set = graph.addComputeSet(turn ? "back" : "there");
    const Tensor &from = grids[turn], &to = grids[1 - turn];
    for (unsigned v = 0; v != vertices; ++v) {
      const std::size_t begin = std::size_t(v) * width, end = begin + width;
      graph.setTileMapping(from.slice(begin, end), v / 6);
      const VertexRef vertex = graph.addVertex(set, "Diffuse",
                                               {{"in", from.slice(begin, end)},
                                                {"left", v ? from[begin - 1] : border},
                                                {"right", end < n ? from[end] : border},
                                                {"out", to.slice(begin, end)}});
      graph.setTileMapping(vertex, v / 6);
    }
    both.add(program::Execute(set));
  }
  graph.setInitialValue(grids[0], ArrayRef<float>(std::vector<float>(n, 0.5f)));
  program::Sequence all{program::Repeat(steps / 2, both)};
  const Tensor count = cycleCount(graph, all, 0, SyncType::INTERNAL);
  graph.createHostRead("cycles", count);
  graph.createHostRead("grid", grids[0]);
  const Executable executable = compileGraph(graph, {all});

  std::vector<double> seconds[2];
  std::vector<float> grid[2] = {std::vector<float>(n), std::vector<float>(n)};
  std::uint64_t cycles = 0;
  for (unsigned repeat = 0; repeat != 5; ++repeat)
    for (unsigned counting = 0; counting != 2; ++counting) {
      setenv("POPGRAPH_BACKEND", counting ? "simulator" : "cpu", 1);
      Engine engine(executable);
      engine.load(device);
      const auto begin = std::chrono::steady_clock::now();
      engine.run();
      seconds[counting].push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
      engine.readTensor("grid", grid[counting].data(), grid[counting].data() + n);
      if (counting) engine.readTensor("cycles", &cycles, &cycles + 1);
    }
  if (grid[0] != grid[1]) {
    std::cerr << "simulation_speed: the backends differ\n";
    return 1;
  }
  const double cpu = median(seconds[0]), simulator = median(seconds[1]);
  std::cout << nlohmann::json{{"supersteps", steps},
                              {"vertices", vertices},
                              {"elements_per_vertex", width},
                              {"cpu_seconds", cpu},
                              {"simulator_seconds", simulator},
                              {"simulator_to_cpu", simulator / cpu},
                              {"simulated_cycles", cycles},
                              {"seconds_per_tile_cycle", simulator / (double(cycles) * tiles)}}
                   .dump(2)
            << '\n';
}
