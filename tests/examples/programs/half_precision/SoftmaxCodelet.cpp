#include <poplar/HalfFloat.hpp>
#include <poplar/Vertex.hpp>
#include <cmath>

class SoftmaxRow : public poplar::Vertex {
public:
  poplar::Input<poplar::Vector<half>> in;
  poplar::Input<half> scale;
  poplar::Output<poplar::Vector<half>> out;

  bool compute() {
    half largest = in[0];
    for (unsigned i = 1; i < in.size(); ++i)
      if (in[i] > largest) largest = in[i];
    float sum = 0;
    for (unsigned i = 0; i < in.size(); ++i) sum += std::exp(float(*scale) * float(in[i] - largest));
    const float inverse = 1.0f / sum;
    for (unsigned i = 0; i < in.size(); ++i) out[i] = half(std::exp(float(*scale) * float(in[i] - largest)) * inverse);
    return true;
  }
};
