#include <poplar/Vertex.hpp>
#include <cmath>

class SquareSum : public poplar::Vertex {
public:
  poplar::Input<poplar::Vector<float>> x;
  poplar::Output<float> sum;

  bool compute() {
    float s = 0;
    for (float value : x) s += value * value;
    *sum = s;
    return true;
  }
};

class RootOfSum : public poplar::Vertex {
public:
  poplar::Vector<poplar::Input<float>> sums;
  poplar::Output<float> root;

  bool compute() {
    float s = 0;
    for (unsigned i = 0; i < sums.size(); ++i) s += sums[i];
    *root = std::sqrt(s);
    return true;
  }
};
