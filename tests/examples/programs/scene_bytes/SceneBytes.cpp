// A scene that the host packs into bytes and the device reads in place: structures with alignment, offsets, and classes
// with virtual functions on both sides.
//
// Build: g++ -std=c++17 SceneBytes.cpp -lpoplar -lpoputil -o scene
// Run: ./scene
// Run: ./scene cpu
#include "Scene.hpp"
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <algorithm>
#include <iostream>
#include <vector>

using namespace poplar;
using namespace poplar::program;

static std::vector<unsigned char> pack(const std::vector<scene::Sphere> &spheres,
                                       const std::vector<scene::Material> &materials) {
  auto aligned = [](std::size_t n) { return std::uint32_t((n + 15) / 16 * 16); };
  scene::Header header;
  header.spheres = std::uint32_t(spheres.size());
  header.sphereOffset = aligned(sizeof header);
  header.materials = std::uint32_t(materials.size());
  header.materialOffset = aligned(header.sphereOffset + spheres.size() * sizeof(scene::Sphere));
  std::vector<unsigned char> bytes(aligned(header.materialOffset + materials.size() * sizeof(scene::Material)));
  std::memcpy(bytes.data(), &header, sizeof header);
  std::memcpy(bytes.data() + header.sphereOffset, spheres.data(), spheres.size() * sizeof(scene::Sphere));
  std::memcpy(bytes.data() + header.materialOffset, materials.data(), materials.size() * sizeof(scene::Material));
  return bytes;
}

int main(int argc, char **) {
  constexpr unsigned width = 40, height = 30;
  const auto bytes = pack({{0, 0, 4, 1, 0}, {0.8f, -0.5f, 3, 0.4f, 1}, {-0.9f, 0.4f, 3.5f, 0.6f, 2}, {0, 0, 6, 3, 0}},
                          {{0.9f, 0}, {1.0f, 1}, {0.4f, 0}});
  IPUModel model;
  model.tilesPerIPU = 7;
  Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device);
  graph.addCodelets("TraceCodelet.cpp", CodeletFileType::Auto, "-O3 -std=c++17 -I.");
  Tensor sceneTensor = graph.addVariable(UNSIGNED_CHAR, {bytes.size()}, "scene");
  Tensor image = graph.addVariable(FLOAT, {width * height}, "image");
  graph.setTileMapping(sceneTensor, 0);
  ComputeSet cs = graph.addComputeSet("trace");
  const auto tiles = graph.getTarget().getNumTiles();
  for (unsigned tile = 0; tile < tiles; ++tile) {
    const std::size_t begin = image.numElements() * tile / tiles, end = image.numElements() * (tile + 1) / tiles;
    auto v = graph.addVertex(cs, "TracePixels<16>", {{"bytes", sceneTensor}, {"pixels", image.slice(begin, end)}});
    graph.setInitialValue(v["first"], begin);
    graph.setInitialValue(v["width"], width);
    graph.setInitialValue(v["height"], height);
    graph.setTileMapping(v, tile);
    graph.setTileMapping(image.slice(begin, end), tile);
  }
  auto in = graph.addHostToDeviceFIFO("scene", UNSIGNED_CHAR, bytes.size());
  auto out = graph.addDeviceToHostFIFO("image", FLOAT, image.numElements());
  Engine engine(graph, Sequence({Copy(in, sceneTensor), Execute(cs), Copy(image, out)}));
  engine.load(device);
  std::vector<float> host(width * height);
  engine.connectStream("scene", const_cast<unsigned char *>(bytes.data()));
  engine.connectStream("image", host.data());
  engine.run();

  alignas(16) unsigned char copy[1024];
  if (bytes.size() > sizeof copy) return 1;
  std::copy(bytes.begin(), bytes.end(), copy);
  unsigned different = 0;
  float brightest = 0;
  for (unsigned i = 0; i < host.size(); ++i) {
    const double expected = scene::trace<double>(scene::Deserialiser<16>(copy), (i % width + 0.5) / width - 0.5,
                                                 (i / width + 0.5) / height - 0.5);
    different += std::abs(expected - host[i]) > 1e-3;
    brightest = std::max(brightest, host[i]);
  }
  std::cout << different << " pixels differ, brightest " << brightest << '\n';
  return different < 10 && brightest == 1.0f ? 0 : 1;
}
