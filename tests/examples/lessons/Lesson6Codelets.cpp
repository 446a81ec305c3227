// Codelet of lesson 6: one step of smoothing on a part of a ring of values.
#include <poplar/Vertex.hpp>

class SmoothVertex : public poplar::Vertex {
public:
  poplar::Input<float> left;
  poplar::Input<poplar::Vector<float>> in;
  poplar::Input<float> right;
  poplar::Output<poplar::Vector<float>> out;

  bool compute() {
    const unsigned n = in.size();
    for (unsigned i = 0; i < n; ++i) {
      const float before = i == 0 ? *left : in[i - 1], after = i + 1 == n ? *right : in[i + 1];
      out[i] = 0.25f * before + 0.5f * in[i] + 0.25f * after;
    }
    return true;
  }
};
