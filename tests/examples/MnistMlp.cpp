// Trains a 784-128-10 perceptron on the MNIST digits and says what that costs on the machine.
//
//   MnistMlp [--seed N] [--epochs N] [--batch N] [--device ipu|cpu] [--tiles N] [--data DIR] [--report DIR]
//
// A plain Poplar program: it uses nothing but public headers. With --device ipu it runs on a simulated IPU of
// --tiles tiles, with --device cpu on the host; both compute the same kind of network, the IPU also counts cycles.
#include <poplar/CycleCount.hpp>
#include <poplar/DeviceManager.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poplar/Program.hpp>
#include <poplin/MatMul.hpp>
#include <poplin/codelets.hpp>
#include <popnn/Loss.hpp>
#include <popnn/NonLinearity.hpp>
#include <popnn/codelets.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Reduce.hpp>
#include <popops/ScaledAdd.hpp>
#include <popops/Zero.hpp>
#include <popops/codelets.hpp>
#include <poprand/RandomGen.hpp>
#include <poprand/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <numeric>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>
#include <zlib.h>

using poplar::FLOAT;
using poplar::Tensor;
using poplar::UNSIGNED_INT;
using namespace poplar::program;

#ifndef MNIST_DATA_DIR
#define MNIST_DATA_DIR "tests/examples/data/mnist"
#endif

namespace {

const std::size_t kPixels = 784, kHidden = 128, kClasses = 10;
const float kLearningRate = 0.2f;

struct Options {
  unsigned seed = 1, epochs = 8, batch = 50, tiles = 1472;
  std::string device = "ipu", data = MNIST_DATA_DIR, report = "mnist-report";
};

Options parse(int argc, char **argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i], value = i + 1 < argc ? argv[i + 1] : "";
    if (name == "--seed")
      options.seed = static_cast<unsigned>(std::stoul(value));
    else if (name == "--epochs")
      options.epochs = static_cast<unsigned>(std::stoul(value));
    else if (name == "--batch")
      options.batch = static_cast<unsigned>(std::stoul(value));
    else if (name == "--tiles")
      options.tiles = static_cast<unsigned>(std::stoul(value));
    else if (name == "--device" && (value == "ipu" || value == "cpu"))
      options.device = value;
    else if (name == "--data")
      options.data = value;
    else if (name == "--report")
      options.report = value;
    else
      throw std::runtime_error("usage: MnistMlp [--seed N] [--epochs N] [--batch N] [--device ipu|cpu] [--tiles N] "
                               "[--data DIR] [--report DIR]");
  }
  return options;
}

// --- data -----------------------------------------------------------------------------------------------------

/// The bytes of an IDX file, compressed or not, without its header of 4 * (1 + rank) bytes.
std::vector<unsigned char> readIdx(const std::string &path, std::size_t headerBytes) {
  gzFile file = gzopen(path.c_str(), "rb");
  if (!file)
    throw std::runtime_error("cannot open " + path);
  std::vector<unsigned char> bytes(std::size_t(1) << 26);
  const int read = gzread(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  if (read < static_cast<int>(headerBytes))
    throw std::runtime_error(path + " is not an IDX file");
  return std::vector<unsigned char>(bytes.begin() + static_cast<std::ptrdiff_t>(headerBytes), bytes.begin() + read);
}

struct Digits {
  std::vector<float> images;    // from 0 to 1
  std::vector<unsigned> labels;
  std::size_t size() const { return labels.size(); }
};

Digits readDigits(const std::string &folder, const std::string &name) {
  Digits digits;
  for (unsigned char pixel : readIdx(folder + "/" + name + "-images-idx3-ubyte.gz", 16))
    digits.images.push_back(static_cast<float>(pixel) / 255.0f);
  for (unsigned char label : readIdx(folder + "/" + name + "-labels-idx1-ubyte.gz", 8))
    digits.labels.push_back(label);
  if (digits.images.size() != digits.labels.size() * kPixels)
    throw std::runtime_error("images and labels of " + name + " do not belong together");
  return digits;
}

Digits shuffled(const Digits &digits, std::mt19937 &generator) {
  std::vector<std::size_t> order(digits.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  for (std::size_t i = order.size() - 1; i > 0; --i) // the same on every standard library
    std::swap(order[i], order[generator() % (i + 1)]);
  Digits result;
  for (std::size_t i : order) {
    result.images.insert(result.images.end(), digits.images.begin() + static_cast<std::ptrdiff_t>(i * kPixels),
                         digits.images.begin() + static_cast<std::ptrdiff_t>((i + 1) * kPixels));
    result.labels.push_back(digits.labels[i]);
  }
  return result;
}

// --- network --------------------------------------------------------------------------------------------------

struct Network {
  Tensor images, labels;                                       // one batch
  Tensor hiddenWeights, hiddenBias, outputWeights, outputBias; // the parameters
  Tensor hidden, probabilities;                                // activations
};

const poplar::OptionFlags kTrain{{"fullyConnectedPass", "TRAINING_FWD"}};
poplin::matmul::PlanningCache planningCache;

Tensor layer(poplar::Graph &graph, const Tensor &in, const Tensor &weights, const Tensor &bias, Sequence &program,
             const char *name) {
  Tensor out = poplin::matMul(graph, in, weights, program, FLOAT, name, kTrain, &planningCache);
  popops::addInPlace(graph, out, bias, program, name);
  return out;
}

/// Variables, their places, and the forward pass.
Network build(poplar::Graph &graph, std::size_t batch, Sequence &forward) {
  Network net;
  net.images = poplin::createMatMulInputLHS(graph, FLOAT, {batch, kPixels}, {kPixels, kHidden}, "images", kTrain,
                                            &planningCache);
  net.labels = graph.addVariable(UNSIGNED_INT, {batch}, "labels");
  poputil::mapTensorLinearly(graph, net.labels);
  net.hiddenWeights = poplin::createMatMulInputRHS(graph, FLOAT, {batch, kPixels}, {kPixels, kHidden},
                                                   "hidden/weights", kTrain, &planningCache);
  net.outputWeights = poplin::createMatMulInputRHS(graph, FLOAT, {batch, kHidden}, {kHidden, kClasses},
                                                   "output/weights", kTrain, &planningCache);
  net.hiddenBias = graph.addVariable(FLOAT, {kHidden}, "hidden/bias");
  net.outputBias = graph.addVariable(FLOAT, {kClasses}, "output/bias");
  poputil::mapTensorLinearly(graph, net.hiddenBias);
  poputil::mapTensorLinearly(graph, net.outputBias);

  net.hidden = layer(graph, net.images, net.hiddenWeights, net.hiddenBias, forward, "hidden");
  popnn::nonLinearityInPlace(graph, popnn::NonLinearityType::RELU, net.hidden, forward, "hidden");
  net.probabilities = layer(graph, net.hidden, net.outputWeights, net.outputBias, forward, "output");
  popnn::nonLinearityInPlace(graph, popnn::NonLinearityType::SOFTMAX_STABLE, net.probabilities, forward, "output");
  return net;
}

/// Random weights of the size that keeps activations alive through a rectifier, zero biases.
void initialise(poplar::Graph &graph, const Network &net, const Tensor &seed, Sequence &program) {
  unsigned modifier = 0;
  for (const Tensor &weights : {net.hiddenWeights, net.outputWeights}) {
    const double deviation = std::sqrt(2.0 / static_cast<double>(weights.dim(0)));
    const Tensor random =
        poprand::truncatedNormal(graph, &seed, modifier++, weights, FLOAT, 0.0, deviation, 2.0, program, "initialise");
    program.add(Copy(random, weights));
  }
  popops::zero(graph, net.hiddenBias, program, "initialise");
  popops::zero(graph, net.outputBias, program, "initialise");
}

/// Gradients by hand and one step of gradient descent. `loss` {1} is increased by the loss of the batch.
void learn(poplar::Graph &graph, const Network &net, const Tensor &loss, Sequence &program) {
  const std::size_t batch = net.images.dim(0);
  Tensor losses = graph.addVariable(FLOAT, {batch}, "losses");
  poputil::mapTensorLinearly(graph, losses);
  Tensor deltas = graph.clone(net.probabilities, "deltas");
  program.add(popnn::calcLoss(graph, net.probabilities, net.labels, losses, deltas, popnn::CROSS_ENTROPY_LOSS, "loss"));
  popops::reduceWithOutput(graph, losses, loss.reshape({}), {0}, {popops::Operation::ADD, true}, program, "loss");

  const poplar::OptionFlags backward{{"fullyConnectedPass", "TRAINING_BWD"}};
  const poplar::OptionFlags update{{"fullyConnectedPass", "TRAINING_WU"}};
  Tensor hiddenDeltas = poplin::matMul(graph, deltas, net.outputWeights.transpose(), program, FLOAT, "output/backward",
                                       backward, &planningCache);
  hiddenDeltas = popnn::nonLinearityInputGradient(graph, popnn::NonLinearityType::RELU, net.hidden, hiddenDeltas,
                                                  program, "hidden/backward");

  const float step = -kLearningRate / static_cast<float>(batch);
  poplin::matMulAcc(graph, net.outputWeights, step, net.hidden.transpose(), deltas, program, "output/update", update,
                    &planningCache);
  poplin::matMulAcc(graph, net.hiddenWeights, step, net.images.transpose(), hiddenDeltas, program, "hidden/update",
                    update, &planningCache);
  const Tensor outputSums = popops::reduce(graph, deltas, {0}, popops::Operation::ADD, program, "output/update");
  const Tensor hiddenSums = popops::reduce(graph, hiddenDeltas, {0}, popops::Operation::ADD, program, "hidden/update");
  popops::scaledAddTo(graph, net.outputBias, outputSums, step, program, "output/update");
  popops::scaledAddTo(graph, net.hiddenBias, hiddenSums, step, program, "hidden/update");
}

std::uint64_t hashOf(const std::vector<float> &values, std::uint64_t hash) {
  const unsigned char *bytes = reinterpret_cast<const unsigned char *>(values.data());
  for (std::size_t i = 0; i != values.size() * sizeof(float); ++i)
    hash = (hash ^ bytes[i]) * 0x100000001b3ull; // FNV-1a
  return hash;
}

poplar::Device makeDevice(const Options &options) {
  if (options.device == "cpu")
    return poplar::Device::createCPUDevice();
  poplar::IPUModel model;
  model.tilesPerIPU = options.tiles;
  return model.createDevice();
}

enum Programs { kInitialise, kTrainEpoch, kTest };

void run(const Options &options) {
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  const Digits training = readDigits(options.data, "train"), held = readDigits(options.data, "t10k");
  const std::size_t batch = options.batch;
  if (batch == 0 || training.size() % batch != 0 || held.size() % batch != 0)
    throw std::runtime_error("--batch must divide " + std::to_string(training.size()) + " and " +
                             std::to_string(held.size()));
  const unsigned batches = static_cast<unsigned>(training.size() / batch);
  const unsigned testBatches = static_cast<unsigned>(held.size() / batch);

  const poplar::Device device = makeDevice(options);
  poplar::Graph graph(device.getTarget());
  popops::addCodelets(graph);
  poplin::addCodelets(graph);
  poprand::addCodelets(graph);
  popnn::addCodelets(graph);

  Sequence forward;
  const Network net = build(graph, batch, forward);
  const Tensor seed = graph.addVariable(UNSIGNED_INT, {2}, "seed");
  const Tensor loss = graph.addVariable(FLOAT, {1}, "loss");
  const Tensor correct = graph.addVariable(UNSIGNED_INT, {1}, "correct");
  const Tensor total = graph.addVariable(UNSIGNED_INT, {1}, "total");
  for (const Tensor &scalar : {seed, loss, correct, total})
    graph.setTileMapping(scalar, 0);

  const auto images = graph.addHostToDeviceFIFO("images", FLOAT, batch * kPixels);
  const auto labels = graph.addHostToDeviceFIFO("labels", UNSIGNED_INT, batch);
  const auto testImages = graph.addHostToDeviceFIFO("test-images", FLOAT, batch * kPixels);
  const auto testLabels = graph.addHostToDeviceFIFO("test-labels", UNSIGNED_INT, batch);

  Sequence initialiseProgram;
  initialise(graph, net, seed, initialiseProgram);

  Sequence trainStep{forward};
  learn(graph, net, loss, trainStep);
  const Tensor cycles = poplar::cycleCount(graph, trainStep, 0, poplar::SyncType::INTERNAL, "batch");
  Sequence trainProgram;
  popops::zero(graph, loss, trainProgram, "loss");
  trainProgram.add(Repeat(batches, Sequence{Copy(images, net.images), Copy(labels, net.labels), trainStep}));

  Sequence testStep{Copy(testImages, net.images), Copy(testLabels, net.labels), forward};
  testStep.add(popnn::calcAccuracy(graph, net.probabilities, net.labels, correct, "test"));
  popops::addInPlace(graph, total, correct, testStep, "test");
  Sequence testProgram;
  popops::zero(graph, total, testProgram, "test");
  testProgram.add(Repeat(testBatches, testStep));

  graph.createHostWrite("seed", seed);
  graph.createHostRead("loss", loss);
  graph.createHostRead("total", total);
  graph.createHostRead("cycles", cycles);
  const std::pair<const char *, Tensor> parameters[] = {{"hidden-weights", net.hiddenWeights},
                                                        {"hidden-bias", net.hiddenBias},
                                                        {"output-weights", net.outputWeights},
                                                        {"output-bias", net.outputBias}};
  for (const auto &parameter : parameters)
    graph.createHostRead(parameter.first, parameter.second);
  std::printf("graph built after %.2f s\n", seconds());

  poplar::Engine engine(graph, {initialiseProgram, trainProgram, testProgram},
                        {{"autoReport.all", "true"}, {"autoReport.directory", options.report}});
  engine.load(device);
  std::printf("compiled and loaded after %.2f s\n", seconds());

  const unsigned seeds[2] = {options.seed, 0};
  engine.writeTensor("seed", seeds, seeds + 2);
  engine.run(kInitialise, "initialise");

  std::mt19937 generator(options.seed);
  Digits held2 = held; // streams take memory that may be written
  engine.connectStream("test-images", held2.images.data(), held2.images.data() + held2.images.size());
  engine.connectStream("test-labels", held2.labels.data(), held2.labels.data() + held2.labels.size());
  double trainSeconds = 0;
  for (unsigned epoch = 1; epoch <= options.epochs; ++epoch) {
    Digits order = shuffled(training, generator);
    engine.connectStream("images", order.images.data(), order.images.data() + order.images.size());
    engine.connectStream("labels", order.labels.data(), order.labels.data() + order.labels.size());
    const double before = seconds();
    engine.run(kTrainEpoch, "train");
    trainSeconds += seconds() - before;
    engine.run(kTest, "test");
    float lossSum;
    unsigned right;
    engine.readTensor("loss", &lossSum, &lossSum + 1);
    engine.readTensor("total", &right, &right + 1);
    std::printf("epoch %u  loss %.4f  held-back digits %.1f %%  (%.1f s)\n", epoch,
                static_cast<double>(lossSum) / static_cast<double>(training.size()),
                100.0 * right / static_cast<double>(held.size()), seconds());
    std::fflush(stdout);
  }

  unsigned words[2];
  engine.readTensor("cycles", words, words + 2);
  const double batchCycles = words[0] + 4294967296.0 * words[1];
  if (batchCycles > 0)
    std::printf("one batch takes %.0f cycles, %.1f us at %.2f GHz\n", batchCycles,
                1e6 * batchCycles / device.getTarget().getTileClockFrequency(),
                device.getTarget().getTileClockFrequency() / 1e9);
  std::uint64_t hash = 0xcbf29ce484222325ull;
  for (const auto &parameter : parameters) {
    std::vector<float> values(parameter.second.numElements());
    engine.readTensor(parameter.first, values.data(), values.data() + values.size());
    hash = hashOf(values, hash);
  }
  std::printf("weights %016llx\n", static_cast<unsigned long long>(hash));
  std::printf("%u epochs of %u batches in %.2f s of host time, %.2f s in all\n\n", options.epochs, batches,
              trainSeconds, seconds());
  std::fflush(stdout);
  std::ostringstream summary;
  engine.printProfileSummary(summary, {{"showExecutionSteps", "false"}, {"showVarStorage", "false"}});
  const std::string text = summary.str(), mark = "Maximum:";
  const std::size_t worst = text.find(mark);
  if (batchCycles > 0 && worst != std::string::npos) {
    const std::size_t begin = text.find_first_not_of(' ', worst + mark.size());
    std::cout << "memory of the fullest tile: " << text.substr(begin, text.find('\n', begin) - begin) << "\n\n";
  }
  std::cout << text;

  const std::string html = options.report + "/report.html";
  const std::string command =
      "popgraph html '" + options.report + "/profile.pgprof' -o '" + html + "' --force";
  std::cout << std::flush;
  if (std::system(command.c_str()) == 0)
    std::cout << "\nreport: " << html << "\n";
  else
    std::cout << "\nprofile: " << options.report << "/profile.pgprof (popgraph was not found to make a page of it)\n";
}

} // namespace

int main(int argc, char **argv) {
  try {
    run(parse(argc, argv));
    return 0;
  } catch (const std::exception &error) {
    std::cerr << "MnistMlp: " << error.what() << "\n";
    return 1;
  }
}
