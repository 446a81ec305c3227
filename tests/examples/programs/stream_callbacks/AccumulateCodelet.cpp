#include <poplar/Vertex.hpp>

class Accumulate : public poplar::Vertex {
public:
  poplar::InOut<int> sum;
  poplar::Input<int> value;
  poplar::Input<int> sign;

  bool compute() {
    *sum = *sum + *value * *sign;
    return true;
  }
};
