// An executable that one process compiles and saves and another one loads and runs, without graph and sources.
//
// Build: g++ -std=c++17 Filter.cpp -lpoplar -o filter
// Run: ./filter --save filter.exe --taps 5
// Run: mv FilterCodelet.cpp gone && PATH=/usr/bin:/bin ./filter --load filter.exe --taps 5
// Run: mv gone FilterCodelet.cpp && ./filter --save cpu.exe --taps 3 --device cpu
// Run: ./filter --load cpu.exe --taps 3 --device cpu
// Run: head -c 1000 filter.exe > part.exe && ! ./filter --load part.exe --taps 5
#include <poplar/Engine.hpp>
#include <poplar/Executable.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace poplar;
using namespace poplar::program;

namespace {

constexpr std::size_t kSamples = 64;

enum Programs { LOAD_COEFFICIENTS, FILTER, COUNT };

Executable compile(const Target &target, std::size_t taps) {
  Graph graph(target);
  graph.addCodelets("FilterCodelet.cpp");
  Tensor signal = graph.addVariable(FLOAT, {kSamples + taps - 1}, "signal");
  Tensor coefficients = graph.addVariable(FLOAT, {taps}, "coefficients");
  Tensor filtered = graph.addVariable(FLOAT, {kSamples}, "filtered");
  Tensor runs = graph.addVariable(UNSIGNED_INT, {1}, "runs");
  graph.setInitialValue(runs[0], 0u);
  graph.setTileMapping(signal, 0);
  graph.setTileMapping(coefficients, 0);
  graph.setTileMapping(runs, 0);
  ComputeSet cs = graph.addComputeSet("filter");
  const auto tiles = graph.getTarget().getNumTiles();
  for (unsigned tile = 0; tile < tiles; ++tile) {
    const std::size_t begin = kSamples * tile / tiles, end = kSamples * (tile + 1) / tiles;
    auto v = graph.addVertex(
        cs, "Fir",
        {{"in", signal.slice(begin, end + taps - 1)}, {"taps", coefficients}, {"out", filtered.slice(begin, end)}});
    graph.setTileMapping(v, tile);
    graph.setTileMapping(filtered.slice(begin, end), tile);
  }
  ComputeSet count = graph.addComputeSet("count");
  auto v = graph.addVertex(count, "Increment", {{"value", runs[0]}});
  graph.setTileMapping(v, 0);

  auto coefficientStream = graph.addHostToDeviceFIFO("coefficients", FLOAT, taps);
  auto signalStream = graph.addHostToDeviceFIFO("signal", FLOAT, signal.numElements());
  auto filteredStream = graph.addDeviceToHostFIFO("filtered", FLOAT, kSamples);
  graph.createHostRead("runs", runs);
  std::vector<Program> programs(COUNT);
  programs[LOAD_COEFFICIENTS] = Copy(coefficientStream, coefficients);
  programs[FILTER] =
      Sequence({Copy(signalStream, signal), Execute(cs), Execute(count), Copy(filtered, filteredStream)});
  int progress = 0;
  auto executable = compileGraph(graph, programs, {{"target.saveArchive", "filter.a"}}, [&](int done, int all) {
    progress = std::max(progress, 100 * done / std::max(all, 1));
  });
  std::cout << "Compiled, progress " << progress << " %\n";
  return executable;
}

} // namespace

int main(int argc, char **argv) {
  std::map<std::string, std::string> options;
  for (int i = 1; i + 1 < argc; i += 2) options[argv[i]] = argv[i + 1];
  const std::size_t taps = std::stoul(options.at("--taps"));
  IPUModel model;
  model.tilesPerIPU = 4;
  Device device = options["--device"] == "cpu" ? Device::createCPUDevice() : model.createDevice();

  if (options.count("--save")) {
    std::ofstream file(options["--save"], std::ios::binary);
    compile(device.getTarget(), taps).serialize(file);
    return file.good() ? 0 : 1;
  }

  std::optional<Executable> executable;
  try {
    std::ifstream file(options.at("--load"), std::ios::binary);
    executable = Executable::deserialize(file);
  } catch (const poplar_error &error) {
    std::cerr << "Not an executable: " << error.what() << '\n';
    return 3;
  }
  Engine engine(std::move(*executable));
  engine.load(device);
  std::vector<float> coefficients(taps), signal(kSamples + taps - 1), filtered(kSamples);
  for (std::size_t t = 0; t < taps; ++t) coefficients[t] = 1.0f / float(t + 1);
  engine.connectStream("coefficients", coefficients.data());
  engine.connectStream("signal", signal.data());
  engine.connectStream("filtered", filtered.data());
  engine.run(LOAD_COEFFICIENTS);
  double error = 0;
  for (unsigned run = 0; run < 3; ++run) {
    for (std::size_t i = 0; i < signal.size(); ++i) signal[i] = std::cos(0.3f * i * (run + 1));
    engine.run(FILTER);
    for (std::size_t i = 0; i < kSamples; ++i) {
      double sum = 0;
      for (std::size_t t = 0; t < taps; ++t) sum += double(coefficients[t]) * signal[i + t];
      error = std::max(error, std::fabs(sum - filtered[i]));
    }
  }
  unsigned runs = 0;
  engine.readTensor("runs", &runs, &runs + 1);
  std::cout << runs << " runs, largest error " << error << '\n';
  return error < 1e-5 && runs == 3 ? 0 : 1;
}
