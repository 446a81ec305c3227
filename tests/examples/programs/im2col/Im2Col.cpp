// A convolution as a matrix product of views: patches of the image become rows without a copy being written anywhere in
// the program, by slices, concatenation, reshapes and shuffles of dimensions.
//
// Build: g++ -std=c++11 Im2Col.cpp -lpoplar -lpoplin -lpopops -lpoputil -o im2col
// Run: ./im2col
// Run: ./im2col cpu
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poplin/MatMul.hpp>
#include <poplin/codelets.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Reduce.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <cmath>
#include <iostream>
#include <vector>

using namespace poplar;
using namespace poplar::program;

int main(int argc, char **) {
  const std::size_t batch = 2, channels = 3, height = 8, width = 7, filters = 4, k = 3, stride = 2;
  const std::size_t outHeight = (height - k) / stride + 1, outWidth = (width - k) / stride + 1;
  IPUModel model;
  model.tilesPerIPU = 8;
  Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device);
  popops::addCodelets(graph);
  poplin::addCodelets(graph);

  // Images come with the channel last; {batch, channels, height, width} is a view.
  Tensor nhwc = graph.addVariable(FLOAT, {batch, height, width, channels}, VariableMappingMethod::LINEAR, "image");
  Tensor image = nhwc.dimRoll(3, 1);
  if (image.shape() != std::vector<std::size_t>{batch, channels, height, width}) return 1;
  std::vector<Tensor> taps;
  for (std::size_t dy = 0; dy < k; ++dy)
    for (std::size_t dx = 0; dx < k; ++dx) {
      Tensor shifted =
          image.slice(dy, dy + (outHeight - 1) * stride + 1, 2).slice(dx, dx + (outWidth - 1) * stride + 1, 3);
      taps.push_back(shifted.subSample(stride, 2).subSample(stride, 3).expand({2}));
    }
  // {batch, channels, k * k, outHeight, outWidth} -> {batch * outHeight * outWidth, channels * k * k}
  Tensor patches = concat(taps, 2).dimShuffle({0, 3, 4, 1, 2}).flatten(0, 3).flatten(1, 3);
  if (patches.rank() != 2 || patches.dim(1) != channels * k * k) return 1;
  Tensor weights = graph.addVariable(FLOAT, {filters, channels, k, k}, "weights");
  poputil::mapTensorLinearly(graph, weights);
  Tensor bias = graph.addVariable(FLOAT, {filters}, "bias");
  graph.setTileMapping(bias, 0);

  Sequence prog;
  Tensor product =
      poplin::matMul(graph, patches, weights.reshapePartial(1, 4, {channels * k * k}).transpose(), prog, "product");
  popops::addInPlace(graph, product, bias, prog, "bias");
  Tensor out = product.reshape({batch, outHeight * outWidth, filters}).dimShufflePartial({2}, {1});
  Tensor pooled = popops::reduce(graph, out, {2}, popops::Operation::MAX, prog, "pooled");
  graph.createHostWrite("image", nhwc);
  graph.createHostWrite("weights", weights);
  graph.createHostWrite("bias", bias);
  graph.createHostRead("out", out.reshapePartial(2, 3, {outHeight, outWidth}));
  graph.createHostRead("pooled", pooled.expand({0, 2}).squeeze({0, 3}));
  Engine engine(graph, prog);
  engine.load(device);

  std::vector<float> hi(nhwc.numElements()), hw(weights.numElements()), hb(filters),
      ho(batch * filters * outHeight * outWidth), hp(batch * filters);
  for (std::size_t i = 0; i < hi.size(); ++i) hi[i] = std::sin(0.9f * float(i));
  for (std::size_t i = 0; i < hw.size(); ++i) hw[i] = std::cos(1.7f * float(i));
  for (std::size_t i = 0; i < filters; ++i) hb[i] = 0.1f * float(i);
  engine.writeTensor("image", hi.data(), hi.data() + hi.size());
  engine.writeTensor("weights", hw.data(), hw.data() + hw.size());
  engine.writeTensor("bias", hb.data(), hb.data() + hb.size());
  engine.run();
  engine.readTensor("out", ho.data(), ho.data() + ho.size());
  engine.readTensor("pooled", hp.data(), hp.data() + hp.size());
  double error = 0;
  for (std::size_t n = 0; n < batch; ++n)
    for (std::size_t f = 0; f < filters; ++f) {
      double largest = -1e30;
      for (std::size_t y = 0; y < outHeight; ++y)
        for (std::size_t x = 0; x < outWidth; ++x) {
          double sum = hb[f];
          for (std::size_t c = 0; c < channels; ++c)
            for (std::size_t dy = 0; dy < k; ++dy)
              for (std::size_t dx = 0; dx < k; ++dx)
                sum += double(hw[((f * channels + c) * k + dy) * k + dx]) *
                       hi[((n * height + y * stride + dy) * width + x * stride + dx) * channels + c];
          error = std::fmax(error, std::fabs(sum - ho[((n * filters + f) * outHeight + y) * outWidth + x]));
          largest = std::fmax(largest, sum);
        }
      error = std::fmax(error, std::fabs(largest - hp[n * filters + f]));
    }
  std::cout << "largest error " << error << '\n';
  return error < 1e-4 ? 0 : 1;
}
