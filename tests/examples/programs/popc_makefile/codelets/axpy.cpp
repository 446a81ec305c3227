#include <poplar/Vertex.hpp>
#include <shared.h>

class Axpy : public poplar::Vertex {
public:
  poplar::Input<float> alpha;
  poplar::Input<poplar::Vector<float>> x;
  poplar::InOut<poplar::Vector<float>> y;

  bool compute() {
    for (unsigned i = 0; i < x.size() && i < CHUNK; ++i) y[i] += alpha * x[i];
    return true;
  }
};
