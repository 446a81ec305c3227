#include <poplar/Vertex.hpp>

class ArgMax : public poplar::Vertex {
public:
  poplar::Input<poplar::Vector<float>> values;
  poplar::InOut<poplar::Vector<float>> penalty;
  poplar::Output<unsigned> index;

  bool compute() {
    unsigned best = 0;
    for (unsigned i = 1; i < values.size(); ++i)
      if (values[i] > values[best]) best = i;
    *index = best;
    penalty[best] = -1000.0f;
    return true;
  }
};
