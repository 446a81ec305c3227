// Patterns of the Gray-Scott equations, sharded over two IPUs: two fields, halo rows by copies between the shards, an
// in-place update that keeps the last rows aside.
//
// Build: g++ -std=c++14 GrayScott.cpp -lpoplar -lpoputil -o patterns
// Run: ./patterns model
// Run: ./patterns cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poputil/TileMapping.hpp>
#include <cmath>
#include <iostream>
#include <string>
#include <vector>

using namespace poplar;
using namespace poplar::program;

constexpr std::size_t kSize = 24, kSteps = 40;
constexpr float kFeed = 0.04f, kKill = 0.06f;

int main(int argc, char **argv) {
  IPUModel model;
  model.numIPUs = 2;
  model.tilesPerIPU = 4;
  Device device = argc > 1 && std::string(argv[1]) == "cpu" ? Device::createCPUDevice(2) : model.createDevice();
  Graph graph(device);
  graph.addCodelets("GrayScottCodelet.cpp");
  const std::size_t tiles = graph.getTarget().getNumTiles();
  if (tiles < 2) return 1;

  struct Strip {
    Tensor uv; // {2, rows + 2, size}: the first and last row of each field are halos
    unsigned tile;
  };
  std::vector<Strip> strips;
  ComputeSet step = graph.addComputeSet("step");
  for (std::size_t tile = 0; tile < tiles; ++tile) {
    const std::size_t rows = kSize * (tile + 1) / tiles - kSize * tile / tiles;
    Tensor uv = graph.addVariable(FLOAT, {2, rows + 2, kSize}, "strip" + std::to_string(tile));
    Tensor kept = graph.addVariable(FLOAT, {4, kSize}, "kept");
    graph.setTileMapping(uv, tile);
    graph.setTileMapping(kept, tile);
    VertexRef v = graph.addVertex(step, "GrayScott");
    graph.connect(v["u"], uv[0]);
    graph.connect(v["v"], uv[1]);
    graph.connect(v["kept"], kept);
    graph.setInitialValue(v["feed"], kFeed);
    graph.setInitialValue(v["kill"], kKill);
    graph.setTileMapping(v, tile);
    strips.push_back({uv, unsigned(tile)});
  }
  // All halos of both fields with one copy.
  std::vector<Tensor> from, to, inner;
  for (std::size_t s = 0; s < strips.size(); ++s) {
    const Tensor &here = strips[s].uv, &below = strips[(s + 1) % strips.size()].uv;
    const std::size_t last = here.dim(1) - 1;
    for (unsigned field = 0; field < 2; ++field) {
      from.push_back(here[field][last - 1]);
      to.push_back(below[field][0]);
      from.push_back(below[field][1]);
      to.push_back(here[field][last]);
    }
    inner.push_back(here.slice(1, last, 1));
  }
  Tensor all = concat(inner, 1);
  graph.createHostWrite("in", all);
  graph.createHostRead("out", all);
  Engine engine(graph,
                Repeat(kSteps, Sequence{Copy(concat(from), concat(to)), Sync(SyncType::EXTERNAL), Execute(step)}));
  engine.load(device);

  std::vector<float> host(2 * kSize * kSize), result(host.size());
  for (std::size_t i = 0; i < kSize * kSize; ++i) {
    const bool seed = i / kSize > 8 && i / kSize < 14 && i % kSize > 9 && i % kSize < 16;
    host[i] = seed ? 0.5f : 1.0f;
    host[kSize * kSize + i] = seed ? 0.25f : 0.0f;
  }
  engine.writeTensor("in", host.data(), host.data() + host.size());
  engine.run();
  engine.readTensor("out", result.data(), result.data() + result.size());

  std::vector<double> now(host.begin(), host.end()), next(host.size());
  auto at = [&](std::size_t field, std::size_t y, std::size_t x) {
    return now[(field * kSize + y % kSize) * kSize + x % kSize];
  };
  for (std::size_t s = 0; s < kSteps; ++s) {
    for (std::size_t y = 0; y < kSize; ++y)
      for (std::size_t x = 0; x < kSize; ++x) {
        double laplace[2];
        for (std::size_t f = 0; f < 2; ++f)
          laplace[f] =
              at(f, y + 1, x) + at(f, y + kSize - 1, x) + at(f, y, x + 1) + at(f, y, x + kSize - 1) - 4 * at(f, y, x);
        const double u = at(0, y, x), v = at(1, y, x), reaction = u * v * v;
        next[y * kSize + x] = u + 0.2 * laplace[0] - reaction + double(kFeed) * (1 - u);
        next[(kSize + y) * kSize + x] = v + 0.1 * laplace[1] + reaction - (double(kFeed) + kKill) * v;
      }
    now.swap(next);
  }
  double error = 0, pattern = 0;
  for (std::size_t i = 0; i < now.size(); ++i) {
    error = std::fmax(error, std::fabs(now[i] - result[i]));
    if (i >= kSize * kSize) pattern = std::fmax(pattern, result[i]);
  }
  std::cout << tiles << " tiles, largest v " << pattern << ", error " << error << '\n';
  return error < 1e-4 && pattern > 0.1 ? 0 : 1;
}
