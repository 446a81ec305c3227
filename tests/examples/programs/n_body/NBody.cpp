// Gravity between all pairs of bodies: every tile moves its bodies and reads those of all tiles.
//
// Build: g++ -std=c++11 -O2 NBody.cpp -lpoplar -lpoputil -o nbody
// Run: NBODY_DEVICE=model ./nbody
// Run: NBODY_DEVICE=cpu ./nbody
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poputil/Util.hpp>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

using namespace poplar;
using namespace poplar::program;

const std::size_t numBodies = 120;
const unsigned steps = 20;
const float dt = 0.01f, softening = 0.05f;

static void simulate(std::vector<double> &bodies, std::vector<double> &velocities) {
  for (unsigned s = 0; s < steps; ++s) {
    for (std::size_t i = 0; i < numBodies; ++i)
      for (std::size_t j = 0; j < numBodies; ++j) {
        double d[3], square = softening;
        for (int k = 0; k < 3; ++k) {
          d[k] = bodies[4 * j + k] - bodies[4 * i + k];
          square += d[k] * d[k];
        }
        for (int k = 0; k < 3; ++k)
          velocities[3 * i + k] += dt * bodies[4 * j + 3] * d[k] / (square * std::sqrt(square));
      }
    for (std::size_t i = 0; i < numBodies; ++i)
      for (int k = 0; k < 3; ++k) bodies[4 * i + k] += dt * velocities[3 * i + k];
  }
}

int main() {
  const char *kind = std::getenv("NBODY_DEVICE");
  IPUModel model;
  model.tilesPerIPU = 8;
  Device device = kind && std::string(kind) == "cpu" ? Device::createCPUDevice() : model.createDevice();
  const Target &target = device.getTarget();
  Graph graph(target);
  graph.addCodelets("NBodyCodelets.cpp");

  Tensor bodies = graph.addVariable(FLOAT, {numBodies, 4}, "bodies");
  Tensor velocities = graph.addVariable(FLOAT, {numBodies, 3}, "velocities");
  ComputeSet gravity = graph.addComputeSet("gravity"), move = graph.addComputeSet("move");
  const std::size_t share = (numBodies + target.getNumTiles() - 1) / target.getNumTiles();
  for (unsigned tile = 0; tile * share < numBodies; ++tile) {
    const std::size_t begin = tile * share, end = std::min(numBodies, begin + share);
    Tensor ownBodies = bodies.slice(begin, end), ownVelocities = velocities.slice(begin, end);
    graph.setTileMapping(ownBodies, tile);
    graph.setTileMapping(ownVelocities, tile);

    VertexRef g = graph.addVertex(gravity, "nbody::Gravity");
    graph.connect(g["all"], bodies.flatten());
    graph.connect(g["own"], ownBodies.flatten());
    graph.connect(g["velocities"], ownVelocities.flatten());
    graph.setInitialValue(g["dt"], dt);
    graph.setInitialValue(g["softening"], softening);
    graph.setTileMapping(g, tile);

    VertexRef m = graph.addVertex(
        move, "nbody::Move", {{"bodies", ownBodies.flatten()}, {"velocities", ownVelocities.flatten()}, {"dt", dt}});
    graph.setTileMapping(m, tile);
  }

  auto bodiesIn = graph.addHostToDeviceFIFO("bodiesIn", FLOAT, bodies.numElements());
  auto velocitiesIn = graph.addHostToDeviceFIFO("velocitiesIn", FLOAT, velocities.numElements());
  auto bodiesOut = graph.addDeviceToHostFIFO("bodiesOut", FLOAT, bodies.numElements());
  std::vector<Program> programs(3);
  programs[0] = Sequence{Copy(bodiesIn, bodies), Copy(velocitiesIn, velocities)};
  programs[1] = Sequence{Execute(gravity), Execute(move)};
  programs[2] = Sequence{Copy(bodies, bodiesOut)};
  Engine engine(graph, programs);
  engine.load(device);

  std::mt19937 random(11);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> hostBodies(4 * numBodies), hostVelocities(3 * numBodies);
  for (std::size_t i = 0; i < numBodies; ++i) {
    for (int k = 0; k < 3; ++k) {
      hostBodies[4 * i + k] = uniform(random);
      hostVelocities[3 * i + k] = 0.1f * uniform(random);
    }
    hostBodies[4 * i + 3] = 0.02f + 0.01f * uniform(random);
  }
  std::vector<double> expected(hostBodies.begin(), hostBodies.end());
  std::vector<double> expectedVelocities(hostVelocities.begin(), hostVelocities.end());
  engine.connectStream("bodiesIn", hostBodies.data(), hostBodies.data() + hostBodies.size());
  engine.connectStream("velocitiesIn", hostVelocities.data(), hostVelocities.data() + hostVelocities.size());
  engine.connectStream("bodiesOut", hostBodies.data(), hostBodies.data() + hostBodies.size());
  engine.run(0);
  for (unsigned s = 0; s < steps; ++s) engine.run(1);
  engine.run(2);

  simulate(expected, expectedVelocities);
  double error = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) error = std::max(error, std::fabs(expected[i] - hostBodies[i]));
  std::cout << numBodies << " bodies, " << steps << " steps, error " << error << "\n";
  return error < 1e-4 ? 0 : 1;
}
