#include <poplar/Vertex.hpp>
#include <cmath>

using namespace poplar;

namespace nbody {

struct Body {
  float x, y, z, mass;
};

// Accelerations of some bodies by all; positions come as x, y, z, mass of each body, read through a cast.
class Gravity : public MultiVertex {
public:
  Input<Vector<float, VectorLayout::SPAN, 8>> all;
  Input<Vector<float, VectorLayout::ONE_PTR, 8>> own;
  InOut<Vector<float>> velocities;
  float dt;
  float softening;

  bool compute(unsigned worker) {
    const auto *bodies = reinterpret_cast<const Body *>(&all[0]);
    const auto *mine = reinterpret_cast<const Body *>(&own[0]);
    const unsigned count = all.size() / 4;
    for (unsigned i = worker; i < velocities.size() / 3; i += numWorkers()) {
      float ax = 0, ay = 0, az = 0;
      for (unsigned j = 0; j < count; ++j) {
        const float dx = bodies[j].x - mine[i].x, dy = bodies[j].y - mine[i].y, dz = bodies[j].z - mine[i].z;
        const float inverse = 1.0f / std::sqrt(dx * dx + dy * dy + dz * dz + softening);
        const float factor = bodies[j].mass * inverse * inverse * inverse;
        ax += factor * dx;
        ay += factor * dy;
        az += factor * dz;
      }
      velocities[3 * i] += dt * ax;
      velocities[3 * i + 1] += dt * ay;
      velocities[3 * i + 2] += dt * az;
    }
    return true;
  }
};

class Move : public Vertex {
public:
  InOut<Vector<float>> bodies;
  Input<Vector<float, VectorLayout::ONE_PTR>> velocities;
  float dt;

  bool compute() {
    for (unsigned i = 0; i < bodies.size() / 4; ++i)
      for (unsigned k = 0; k < 3; ++k) bodies[4 * i + k] += dt * velocities[3 * i + k];
    return true;
  }
};

} // namespace nbody
