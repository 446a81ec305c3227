// Renders frames of a small scene by sphere tracing: the camera moves from frame to frame, images leave through a
// callback and the last one is written as a PGM file.
//
// Build: g++ -std=c++17 RayMarcher.cpp -lpoplar -o march
// Run: ./march ball.pgm
// Run: ./march ball.pgm cpu
// Run: head -c 9 ball.pgm | grep -q P5
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iostream>
#include <vector>

namespace {

constexpr unsigned kWidth = 48, kHeight = 36, kFrames = 4;

struct Vec {
  double x, y, z;
};
double dot(Vec a, Vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
Vec unit(Vec v) {
  const double length = std::sqrt(dot(v, v));
  return {v.x / length, v.y / length, v.z / length};
}

// The scene by formulas: where the ray meets ball or floor, not by marching.
double brightness(Vec camera, unsigned px, unsigned py) {
  const Vec d = unit({(px + 0.5) / kWidth - 0.5, 0.5 - (py + 0.5) / kHeight, 1.0}), light = unit({0.6, 0.8, -0.5});
  const double b = dot(camera, d), discriminant = b * b - dot(camera, camera) + 1;
  Vec normal;
  double t;
  if (discriminant >= 0 && -b - std::sqrt(discriminant) > 0) {
    t = -b - std::sqrt(discriminant);
    normal = {camera.x + t * d.x, camera.y + t * d.y, camera.z + t * d.z};
  } else if (d.y < 0) {
    t = (-1.2 - camera.y) / d.y;
    normal = {0, 1, 0};
  } else {
    return 0;
  }
  if (camera.z + t * d.z > 19) return -1; // near the horizon the marcher may stop early
  return 0.15 + 0.85 * std::max(0.0, dot(normal, light));
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  poplar::Device device;
  if (argc > 2 && !std::strcmp(argv[2], "cpu")) {
    device = poplar::Device::createCPUDevice();
  } else {
    poplar::IPUModel model;
    model.tilesPerIPU = 12;
    device = model.createDevice();
  }
  poplar::Graph graph{device.getTarget()};
  graph.addCodelets("MarchCodelets.cpp", poplar::CodeletFileType::Auto, "-O3 -Wall -Werror");

  auto camera = graph.addVariable(poplar::FLOAT, {3}, "camera");
  auto image = graph.addVariable(poplar::UNSIGNED_CHAR, {kWidth * kHeight}, "image");
  graph.setTileMapping(camera, 0);
  auto frame = graph.addComputeSet("frame");
  const auto tiles = graph.getTarget().getNumTiles();
  for (unsigned tile = 0; tile < tiles; ++tile) {
    const std::size_t begin = image.numElements() * tile / tiles, end = image.numElements() * (tile + 1) / tiles;
    auto pixels = image.slice(begin, end);
    auto v = graph.addVertex(frame, "March", {{"camera", camera}, {"pixels", pixels}});
    graph.setInitialValue(v["first"], begin);
    graph.setInitialValue(v["width"], kWidth);
    graph.setInitialValue(v["height"], kHeight);
    graph.setTileMapping(pixels, tile);
    graph.setTileMapping(v, tile);
  }
  auto cameraStream = graph.addHostToDeviceFIFO("camera", poplar::FLOAT, 3);
  auto imageStream = graph.addDeviceToHostFIFO("image", poplar::UNSIGNED_CHAR, image.numElements());
  namespace program = poplar::program;
  poplar::Engine engine(
      graph, program::Repeat{kFrames, program::Sequence{program::Copy(cameraStream, camera), program::Execute(frame),
                                                        program::Copy(image, imageStream)}});
  engine.load(device);

  // All frames' cameras lie one after the other; the stream walks through them.
  std::vector<float> cameras;
  for (unsigned f = 0; f < kFrames; ++f)
    for (float coordinate : {-0.6f + 0.4f * f, 0.3f, -4.0f + 0.2f * f}) cameras.push_back(coordinate);
  engine.connectStream("camera", cameras.data(), cameras.data() + cameras.size());
  std::vector<std::vector<unsigned char>> frames;
  engine.connectStreamToCallback("image", [&](void *p) {
    const auto *pixels = static_cast<const unsigned char *>(p);
    frames.emplace_back(pixels, pixels + kWidth * kHeight);
  });
  engine.run();
  if (frames.size() != kFrames) return 1;

  unsigned wrong = 0, compared = 0;
  for (unsigned f = 0; f < kFrames; ++f)
    for (unsigned i = 0; i < kWidth * kHeight; ++i) {
      const double expected =
          brightness({cameras[3 * f], cameras[3 * f + 1], cameras[3 * f + 2]}, i % kWidth, i / kWidth);
      if (expected < 0) continue;
      ++compared;
      wrong += std::fabs(frames[f][i] - 255 * expected) > 4;
    }
  std::ofstream file(argv[1], std::ios::binary);
  file << "P5\n" << kWidth << ' ' << kHeight << "\n255\n";
  file.write(reinterpret_cast<const char *>(frames.back().data()), frames.back().size());
  std::cout << compared << " pixels compared, " << wrong << " differ\n";
  // Silhouettes, where marching ends a little before the surface, may differ.
  return compared > kFrames * kWidth * kHeight / 2 && wrong < compared / 50 ? 0 : 1;
}
