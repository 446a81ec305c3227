// A program of the shape that a published profile of one Bow chip shows: tile 0 tells all tiles a number, one vertex on
// each tile throws darts, and 46 tiles collect 32 counts each for the host. Prints the recorded numbers beside the
// simulated ones as a table, and exits 1 when one that has a limit is further off.
//
//   hardware_profile
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Target.hpp>
#include <poplar/DeviceManager.hpp>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

#include "popgraph/profile/Schema.hpp"
#include "profiler/Reader.hpp"

namespace {

using popgraph::profile::MemoryCategory;
using popgraph::profile::StepKind;

const char *const kCodelet = R"(
#include <poplar/Vertex.hpp>
struct Darts : public poplar::Vertex {
  poplar::Output<poplar::Vector<int>> hits;
  int throws;
  bool compute() {
    unsigned state = 2463534242u;
    int count = 0;
    for (int i = 0; i < throws; ++i) {
      state = state * 1664525u + 1013904223u;
      const float x = (state >> 8) * (1.0f / 16777216.0f);
      state = state * 1664525u + 1013904223u;
      const float y = (state >> 8) * (1.0f / 16777216.0f);
      if (x * x + y * y < 1.0f) ++count;
    }
    hits[0] = count;
    return true;
  }
};
)";

profiler::Model profile(const std::filesystem::path &folder) {
  using namespace poplar;
  const Device device = DeviceManager().getDevice(0);
  Graph graph(device.getTarget());
  const unsigned tiles = graph.getTarget().getNumTiles(), each = 32;
  std::stringstream source(kCodelet);
  graph.addCodelets(source);
  Tensor number = graph.addVariable(INT, {1}, "number"), numbers = graph.addVariable(INT, {tiles - 1}, "numbers");
  Tensor counts = graph.addVariable(INT, {tiles}, "counts");
  graph.setTileMapping(number, 0);
  ComputeSet body = graph.addComputeSet("body");
  for (unsigned t = 0; t < tiles; ++t) {
    if (t > 0) graph.setTileMapping(numbers[t - 1], t);
    graph.setTileMapping(counts[t], t / each);
    VertexRef vertex = graph.addVertex(body, "Darts", {{"hits", counts.slice(t, t + 1)}});
    graph.setInitialValue(vertex["throws"], 60);
    graph.setTileMapping(vertex, t);
  }
  graph.createHostWrite("number", number);
  graph.createHostRead("numbers", numbers);
  const DataStream toHost = graph.addDeviceToHostFIFO("counts", INT, tiles);
  program::Sequence sequence{program::Copy(number.broadcast(tiles - 1, 0), numbers), program::Execute(body),
                             program::Copy(counts, toHost)};
  Engine engine(graph, sequence, {{"autoReport.all", "true"}, {"autoReport.directory", folder.string()}});
  engine.load(device);
  std::vector<int> host(tiles);
  engine.connectStream("counts", host.data(), host.data() + tiles);
  engine.run();
  return profiler::readProfile((folder / "profile.pgprof").string());
}

struct Table {
  bool fine = true;

  /// `limit`: how far off is too far, as a part of the recorded number; 0: none.
  void row(const char *what, double recorded, double simulated, double limit) {
    const double off = recorded == 0 ? 0 : (simulated - recorded) / recorded;
    const bool within = limit == 0 || std::abs(off) <= limit;
    fine = fine && within;
    std::printf("| %s | %.0f | %.0f | %+.1f %%%s |\n", what, recorded, simulated, 100 * off, within ? "" : " too far");
  }
};

std::vector<std::uint32_t> cyclesOf(const profiler::Model &model, StepKind kind, unsigned number) {
  for (const profiler::Step &step : model.runs.at(0).steps)
    if (step.kind == kind && number-- == 0) {
      if (step.array >= 0) return model.tileCycles(static_cast<std::size_t>(step.array));
      return std::vector<std::uint32_t>(model.numTiles(), static_cast<std::uint32_t>(step.duration));
    }
  throw std::runtime_error("the run has too few steps");
}

} // namespace

int main() {
  setenv("POPGRAPH_MACHINE", "bow", 1);
  const auto folder = std::filesystem::temp_directory_path() / ("hardware_profile." + std::to_string(getpid()));
  const profiler::Model model = profile(folder);
  const auto most = [](const std::vector<std::uint32_t> &list) { return *std::max_element(list.begin(), list.end()); };
  Table table;
  std::printf("| what | recorded | simulated | difference |\n|---|---|---|---|\n");
  const auto sync = cyclesOf(model, StepKind::Sync, 0), broadcast = cyclesOf(model, StepKind::Exchange, 0),
             gather = cyclesOf(model, StepKind::Exchange, 1);
  table.row("internal sync without late arrivals, cycles", 126, most(sync), .1);
  table.row("broadcast of 4 bytes: sender, cycles", 74, broadcast[0], .1);
  table.row("broadcast of 4 bytes: last receiver, cycles", 128, most(broadcast), .1);
  table.row("32 words from 32 tiles: first receiver, cycles", 89, gather[0], .1);
  table.row("32 words from 32 tiles: last receiver, cycles", 180, most(gather), .1);
  const auto &compile = model.compile;
  const auto bytes = [&](MemoryCategory category, unsigned tile) {
    return compile.memoryByCategory[static_cast<std::size_t>(category)][tile];
  };
  table.row("state of a vertex, bytes", 12, bytes(MemoryCategory::VertexState, 1), .25);
  table.row("code of the vertex, bytes", 92, bytes(MemoryCategory::VertexCode, 1), .25);
  table.row("stacks, bytes", 328, bytes(MemoryCategory::Stack, 1), 0);
  table.row("variables, bytes", 132, bytes(MemoryCategory::Variable, 1) + bytes(MemoryCategory::Temporary, 1), .25);
  table.row("exchange code of a collecting tile, bytes", 300, bytes(MemoryCategory::InternalExchangeCode, 1), .25);
  table.row("exchange code of another tile, bytes", 36, bytes(MemoryCategory::InternalExchangeCode, 500), .25);
  table.row("control, start-up and trap code, bytes", 292, bytes(MemoryCategory::ControlCode, 1), .25);
  table.row("host exchange code, headers and commands, bytes", 360, bytes(MemoryCategory::HostExchangeCode, 1), .25);
  unsigned always = 0;
  for (std::size_t c = 0; c < compile.memoryByCategory.size(); ++c)
    if (popgraph::profile::isAlwaysLive(c)) always += compile.memoryByCategory[c][1];
  table.row("always live on a collecting tile, bytes", 1384, always, .25);
  std::filesystem::remove_all(folder);
  return table.fine ? EXIT_SUCCESS : EXIT_FAILURE;
}
