// 3 x 3 filters over an image with several channels; the borders are padded by concatenation with constants.
//
// Build: g++ -std=c++11 Conv.cpp -lpoplar -o conv
// Run: ./conv
// Run: ./conv cpu
#include <poplar/DeviceManager.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <vector>

using namespace poplar;
using namespace poplar::program;

const std::size_t channels = 3, filters = 4, height = 10, width = 14;

static Tensor pad(Graph &graph, Tensor t, unsigned dim) {
  std::vector<std::size_t> shape = t.shape();
  shape[dim] = 1;
  Tensor zeros = graph.addConstant(t.elementType(), shape, 0, "padding");
  graph.setTileMapping(zeros, 0);
  return concat({zeros, t, zeros}, dim);
}

int main(int argc, char **) {
  IPUModel model;
  model.tilesPerIPU = filters * 5;
  Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device);
  graph.addCodelets("ConvCodelets.cpp");
  const unsigned numTiles = graph.getTarget().getNumTiles();

  Tensor image = graph.addVariable(FLOAT, {channels, height, width}, "image");
  Tensor weights = graph.addVariable(FLOAT, {filters, channels, 3, 3}, "weights");
  Tensor bias = graph.addVariable(FLOAT, {filters}, "bias");
  Tensor out = graph.addVariable(FLOAT, {filters, height, width}, "out");
  for (std::size_t y = 0; y < height; ++y) graph.setTileMapping(image.slice(y, y + 1, 1), y % numTiles);
  graph.setTileMapping(weights, 1 % numTiles);
  graph.setTileMapping(bias, 0);

  Tensor padded = pad(graph, pad(graph, image, 1), 2);
  ComputeSet conv = graph.addComputeSet("conv");
  for (std::size_t f = 0; f < filters; ++f)
    for (std::size_t y = 0; y < height; y += 2) {
      const unsigned tile = (f * height / 2 + y / 2) % numTiles;
      // All rows that two rows of output need, channel by channel: channels x 4 rows.
      Tensor rows = padded.slice(y, y + 4, 1).flatten(0, 2);
      VertexRef v = graph.addVertex(
          conv, "Filter3x3",
          {{"rows", rows}, {"weights", weights[f].flatten()}, {"bias", bias[f]}, {"out", out[f].slice(y, y + 2)}});
      graph.setTileMapping(v, tile);
      graph.setTileMapping(out[f].slice(y, y + 2), tile);
    }
  graph.createHostWrite("image", image);
  graph.createHostWrite("weights", weights);
  graph.createHostWrite("bias", bias);
  graph.createHostRead("out", out);
  Engine engine(graph, Execute(conv));
  engine.load(device);

  std::vector<float> hImage(image.numElements()), hWeights(weights.numElements()), hBias(filters),
      hOut(out.numElements());
  for (float &x : hImage) x = float(std::rand()) / float(RAND_MAX);
  for (float &x : hWeights) x = float(std::rand()) / float(RAND_MAX) - 0.5f;
  for (float &x : hBias) x = float(std::rand()) / float(RAND_MAX) - 0.8f;
  engine.writeTensor("image", hImage.data(), hImage.data() + hImage.size());
  engine.writeTensor("weights", hWeights.data(), hWeights.data() + hWeights.size());
  engine.writeTensor("bias", hBias.data(), hBias.data() + hBias.size());
  engine.run();
  engine.readTensor("out", hOut.data(), hOut.data() + hOut.size());

  unsigned positive = 0;
  for (std::size_t f = 0; f < filters; ++f)
    for (std::size_t y = 0; y < height; ++y)
      for (std::size_t x = 0; x < width; ++x) {
        double sum = hBias[f];
        for (std::size_t c = 0; c < channels; ++c)
          for (std::size_t dy = 0; dy < 3; ++dy)
            for (std::size_t dx = 0; dx < 3; ++dx)
              if (y + dy >= 1 && y + dy <= height && x + dx >= 1 && x + dx <= width)
                sum += double(hWeights[((f * channels + c) * 3 + dy) * 3 + dx]) *
                       hImage[(c * height + y + dy - 1) * width + x + dx - 1];
        const double expected = sum > 0 ? sum : 0;
        positive += expected > 0;
        if (std::fabs(expected - hOut[(f * height + y) * width + x]) > 1e-5) {
          std::cerr << "filter " << f << ", row " << y << ", column " << x << " is wrong\n";
          return EXIT_FAILURE;
        }
      }
  std::cout << positive << " of " << hOut.size() << " outputs are active\n";
  return positive > 0 && positive < hOut.size() ? EXIT_SUCCESS : EXIT_FAILURE;
}
