#include <poplar/Vertex.hpp>

using namespace poplar;

// One explicit Euler step on the inner cells of a chunk; the first and last cell are copies of the neighbours' cells.
class HeatStep : public Vertex {
public:
  Input<Vector<float>> in;
  Output<Vector<float>> out;
  const float r;

  bool compute() {
    for (unsigned i = 0; i < out.size(); ++i) out[i] = in[i + 1] + r * (in[i] - 2.0f * in[i + 1] + in[i + 2]);
    return true;
  }
};
