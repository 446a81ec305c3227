#include <poplar/Vertex.hpp>

class Fir : public poplar::Vertex {
public:
  poplar::Input<poplar::Vector<float>> in;
  poplar::Input<poplar::Vector<float>> taps;
  poplar::Output<poplar::Vector<float>> out;

  bool compute() {
    for (unsigned i = 0; i < out.size(); ++i) {
      float sum = 0;
      for (unsigned t = 0; t < taps.size(); ++t) sum += taps[t] * in[i + t];
      out[i] = sum;
    }
    return true;
  }
};

class Increment : public poplar::Vertex {
public:
  poplar::InOut<unsigned> value;

  bool compute() {
    ++*value;
    return true;
  }
};
