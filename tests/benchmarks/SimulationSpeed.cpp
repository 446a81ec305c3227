// What counting cycles costs: programs of 1,472 tiles, each run on the simulator and on the CPU backend by turns, from one
// executable in one process. Prints JSON: the median time of each and their ratio, and host seconds for a simulated cycle
// of a tile.
//
//   simulation_speed [supersteps [elements of a vertex [batches]]]        default 1,000 of 64, and 100
//
//   stencil   one-dimensional, six vertices on each tile
//   mnist     training steps of the perceptron of the demo (784-128-10, batches of 50), on random digits
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
#include <poplin/MatMul.hpp>
#include <poplin/codelets.hpp>
#include <popnn/Loss.hpp>
#include <popnn/NonLinearity.hpp>
#include <popnn/codelets.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Reduce.hpp>
#include <popops/ScaledAdd.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <random>
#include <sstream>
#include <stdexcept>
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

/// Runs the program on both backends; `result` is what they must agree in.
nlohmann::ordered_json compare(const Device &device, Graph &graph, program::Sequence program, const Tensor &result) {
  const Tensor count = cycleCount(graph, program, 0, SyncType::INTERNAL);
  graph.createHostRead("cycles", count);
  graph.createHostRead("result", result);
  const Executable executable = compileGraph(graph, {program});
  std::vector<double> seconds[2];
  const std::size_t n = result.numElements();
  std::vector<float> values[2] = {std::vector<float>(n), std::vector<float>(n)};
  std::uint64_t cycles = 0;
  for (unsigned repeat = 0; repeat != 5; ++repeat)
    for (unsigned counting = 0; counting != 2; ++counting) {
      setenv("POPGRAPH_BACKEND", counting ? "simulator" : "cpu", 1);
      Engine engine(executable);
      engine.load(device);
      const auto begin = std::chrono::steady_clock::now();
      engine.run();
      seconds[counting].push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
      engine.readTensor("result", values[counting].data(), values[counting].data() + n);
      if (counting) engine.readTensor("cycles", &cycles, &cycles + 1);
    }
  if (values[0] != values[1]) throw std::runtime_error("the backends differ");
  const double cpu = median(seconds[0]), simulator = median(seconds[1]);
  return {{"cpu_seconds", cpu},
          {"simulator_seconds", simulator},
          {"simulator_to_cpu", simulator / cpu},
          {"simulated_cycles", cycles},
          {"seconds_per_tile_cycle", simulator / (double(cycles) * device.getTarget().getNumTiles())}};
}

nlohmann::ordered_json stencil(const Device &device, unsigned steps, std::size_t width) {
  Graph graph(device.getTarget());
  std::stringstream source(kCodelet);
  graph.addCodelets(source);
  const unsigned tiles = device.getTarget().getNumTiles(), vertices = 6 * tiles;
  const std::size_t n = vertices * width;
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
  auto out = compare(device, graph, program::Sequence{program::Repeat(steps / 2, both)}, grids[0]);
  out["supersteps"] = steps;
  out["vertices"] = vertices;
  out["elements_per_vertex"] = width;
  return out;
}

nlohmann::ordered_json mnist(const Device &device, unsigned batches) {
  constexpr std::size_t batch = 50, pixels = 784, hidden = 128, classes = 10;
  Graph graph(device.getTarget());
  popops::addCodelets(graph);
  poplin::addCodelets(graph);
  popnn::addCodelets(graph);
  std::mt19937 random(1);
  const auto fill = [&](const Tensor &tensor, float scale) {
    std::vector<float> values(tensor.numElements());
    for (float &value : values) value = scale * (static_cast<float>(random() >> 8) * 0x1p-24f - 0.5f);
    graph.setInitialValue(tensor, ArrayRef<float>(values));
  };
  const OptionFlags train{{"fullyConnectedPass", "TRAINING_FWD"}}, back{{"fullyConnectedPass", "TRAINING_BWD"}},
      update{{"fullyConnectedPass", "TRAINING_WU"}};
  const Tensor images = poplin::createMatMulInputLHS(graph, FLOAT, {batch, pixels}, {pixels, hidden}, "images", train),
               weights1 = poplin::createMatMulInputRHS(graph, FLOAT, {batch, pixels}, {pixels, hidden}, "w1", train),
               weights2 = poplin::createMatMulInputRHS(graph, FLOAT, {batch, hidden}, {hidden, classes}, "w2", train),
               bias1 = graph.addVariable(FLOAT, {hidden}, "b1"), bias2 = graph.addVariable(FLOAT, {classes}, "b2"),
               losses = graph.addVariable(FLOAT, {batch}, "losses"),
               labels = graph.addVariable(UNSIGNED_INT, {batch}, "labels");
  for (const Tensor &tensor : {bias1, bias2, losses, labels}) poputil::mapTensorLinearly(graph, tensor);
  fill(images, 1);
  fill(weights1, 0.1f);
  fill(weights2, 0.3f);
  fill(bias1, 0);
  fill(bias2, 0);
  std::vector<unsigned> digits(batch);
  for (unsigned &digit : digits) digit = random() % classes;
  graph.setInitialValue(labels, ArrayRef<unsigned>(digits));

  program::Sequence step;
  const auto layer = [&](const Tensor &in, const Tensor &weights, const Tensor &bias, popnn::NonLinearityType type) {
    const Tensor out = poplin::matMul(graph, in, weights, step, FLOAT, "forward", train);
    popops::addInPlace(graph, out, bias, step);
    popnn::nonLinearityInPlace(graph, type, out, step);
    return out;
  };
  const Tensor middle = layer(images, weights1, bias1, popnn::NonLinearityType::RELU);
  const Tensor out = layer(middle, weights2, bias2, popnn::NonLinearityType::SOFTMAX_STABLE);
  const Tensor deltas = graph.clone(out, "deltas");
  step.add(popnn::calcLoss(graph, out, labels, losses, deltas, popnn::CROSS_ENTROPY_LOSS));
  const Tensor middleDeltas = popnn::nonLinearityInputGradient(
      graph, popnn::NonLinearityType::RELU, middle,
      poplin::matMul(graph, deltas, weights2.transpose(), step, FLOAT, "backward", back), step);
  const float rate = -0.2f / float(batch);
  poplin::matMulAcc(graph, weights2, rate, middle.transpose(), deltas, step, "update", update);
  poplin::matMulAcc(graph, weights1, rate, images.transpose(), middleDeltas, step, "update", update);
  popops::scaledAddTo(graph, bias2, popops::reduce(graph, deltas, {0}, popops::Operation::ADD, step), rate, step);
  popops::scaledAddTo(graph, bias1, popops::reduce(graph, middleDeltas, {0}, popops::Operation::ADD, step), rate, step);
  auto result = compare(device, graph, program::Sequence{program::Repeat(batches, step)}, weights1);
  result["batches"] = batches;
  return result;
}

} // namespace

int main(int argc, char **argv) {
  const unsigned steps = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000;
  const std::size_t width = std::max(2ul, argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 64);
  const unsigned batches = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 100;
  Device device = DeviceManager().getDevice(0);
  device.attach();
  try {
    nlohmann::ordered_json out;
    if (steps) out["stencil"] = stencil(device, steps, width);
    if (batches) out["mnist"] = mnist(device, batches);
    std::cout << out.dump(2) << '\n';
  } catch (const std::exception &error) {
    std::cerr << "simulation_speed: " << error.what() << '\n';
    return 1;
  }
}
