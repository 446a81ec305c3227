// Builds, compiles and runs a 3-point stencil, one vertex with four edges per element, on 1,472 tiles: in blocks, or
// with neighbours on tiles far apart, so that nearly every element that a vertex reads is a message of its own. Prints
// JSON: vertices per second of each stage and bytes per vertex of process memory above the empty process, next to
// building the same bipartite graph (vertices and elements) in boost::adjacency_list in the same run.
//
//   vertex_graph [vertices [scattered]]        default 1,000,000
#include <malloc.h>

#include <boost/graph/adjacency_list.hpp>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <poplar/DeviceManager.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <sstream>
#include <string>

namespace {

using Clock = std::chrono::steady_clock;
double since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// A number of /proc/self/status, in bytes.
double statusBytes(const std::string &key) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);)
    if (line.rfind(key + ":", 0) == 0) return std::stod(line.substr(key.size() + 1)) * 1024;
  return 0;
}
/// Starts a new high-water mark.
void resetPeak() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << 5;
}

const char *const kCodelet = R"(
#include <poplar/Vertex.hpp>
struct Stencil : public poplar::Vertex {
  poplar::Input<float> left, middle, right;
  poplar::Output<float> out;
  bool compute() {
    *out = 0.25f * *left + 0.5f * *middle + 0.25f * *right;
    return true;
  }
};
)";

double buildBoost(std::size_t n) {
  const auto begin = Clock::now();
  // Nodes: n vertices, then n elements of each of the two arrays.
  using BoostGraph = boost::adjacency_list<boost::vecS, boost::vecS>;
  auto graph = std::make_unique<BoostGraph>(3 * n);
  for (std::size_t i = 0; i < n; ++i) {
    boost::add_edge(n + (i ? i - 1 : 0), i, *graph);
    boost::add_edge(n + i, i, *graph);
    boost::add_edge(n + (i + 1 < n ? i + 1 : i), i, *graph);
    boost::add_edge(i, 2 * n + i, *graph);
  }
  return since(begin);
}

} // namespace

int main(int argc, char **argv) {
  using namespace poplar;
  const std::size_t n = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1000000;
  const bool scattered = argc > 2 && std::string(argv[2]) == "scattered";
  if (n < 2 || (argc > 2 && !scattered)) {
    std::cerr << "usage: vertex_graph [vertices, at least 2 [scattered]]\n";
    return 2;
  }
  nlohmann::ordered_json out;
  out["benchmark"] = "vertex_graph";
  out["vertices"] = n;
  out["edges_per_vertex"] = 4;
  out["scattered"] = scattered;

  const Device device = DeviceManager().getDevice(0);
  const unsigned tiles = device.getTarget().getNumTiles();
  out["tiles"] = tiles;
  const double per = static_cast<double>(n);

  // Both builders run twice, alternately; the better time of each counts, so that neither pays for a cold start.
  double boost = 1e30;
  boost = std::min(boost, buildBoost(n));

  double build = 1e30;
  std::unique_ptr<Graph> kept;
  program::Sequence sequence;
  double empty = 0, built = 0;
  for (int round = 0; round < 2; ++round) {
    kept.reset();
    sequence = program::Sequence();
    std::stringstream again(kCodelet);
    kept = std::make_unique<Graph>(device.getTarget());
    kept->addCodelets(again);
    resetPeak();
    empty = statusBytes("VmRSS");
    const auto begin = Clock::now();
    Graph &g = *kept;
    Tensor a = g.addVariable(FLOAT, {n}, "a"), b = g.addVariable(FLOAT, {n}, "b");
    ComputeSet cs = g.addComputeSet("stencil");
    const std::size_t block = (n + tiles - 1) / tiles;
    for (std::size_t i = 0; i < n; ++i) {
      const unsigned tile = static_cast<unsigned>(scattered ? i * 2654435761u % tiles : i / block);
      g.setTileMapping(a[i], tile);
      g.setTileMapping(b[i], tile);
      VertexRef v = g.addVertex(cs, "Stencil");
      g.connect(v["left"], a[i ? i - 1 : 0]);
      g.connect(v["middle"], a[i]);
      g.connect(v["right"], a[i + 1 < n ? i + 1 : i]);
      g.connect(v["out"], b[i]);
      g.setTileMapping(v, tile);
    }
    g.createHostWrite("a", a);
    g.createHostRead("b", b);
    sequence.add(program::Execute(cs));
    build = std::min(build, since(begin));
    built = statusBytes("VmRSS") - empty;
    if (round == 0) boost = std::min(boost, buildBoost(n));
  }
  out["build_seconds"] = build;
  out["build_vertices_per_second"] = per / build;
  out["boost_build_seconds"] = boost;
  out["boost_build_vertices_per_second"] = per / boost;
  out["build_speed_over_boost"] = boost / build;
  out["bytes_per_vertex_built"] = built / per;

  resetPeak();
  auto begin = Clock::now();
  Executable executable = compileGraph(*kept, {sequence});
  const double compile = since(begin);
  out["compile_seconds"] = compile;
  out["compile_vertices_per_second"] = per / compile;
  out["bytes_per_vertex_compile_peak"] = (statusBytes("VmHWM") - empty) / per;
  out["bytes_per_vertex_compiled"] = (statusBytes("VmRSS") - empty) / per;

  Engine engine(executable);
  begin = Clock::now();
  engine.load(device);
  out["load_seconds"] = since(begin);
  out["bytes_per_vertex_loaded"] = (statusBytes("VmRSS") - empty) / per;

  std::vector<float> host(n), result(n);
  for (std::size_t i = 0; i < n; ++i) host[i] = static_cast<float>(i % 1000);
  engine.writeTensor("a", host.data(), host.data() + n);
  engine.run(0);
  const int runs = 10;
  begin = Clock::now();
  for (int i = 0; i < runs; ++i) engine.run(0);
  const double run = since(begin) / runs;
  out["run_seconds"] = run;
  out["run_vertices_per_second"] = per / run;
  engine.readTensor("b", result.data(), result.data() + n);
  for (std::size_t i = 0; i < n; ++i) {
    const double expected = 0.25 * host[i ? i - 1 : 0] + 0.5 * host[i] + 0.25 * host[i + 1 < n ? i + 1 : i];
    if (std::fabs(result[i] - expected) > 1e-3) {
      std::cerr << "wrong result at element " << i << ": " << result[i] << " instead of " << expected << '\n';
      return 1;
    }
  }
  std::cout << out.dump(2) << '\n';
  return 0;
}
