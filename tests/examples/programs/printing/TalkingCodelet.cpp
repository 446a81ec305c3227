#include <poplar/Vertex.hpp>
#include <print.h>

class Talking : public poplar::Vertex {
public:
  poplar::InOut<poplar::Vector<float>> values;
  unsigned name;

  bool compute() {
    printf("vertex %u: %u values, the first is %.3f\n", name, values.size(), static_cast<double>(values[0]));
    for (auto &value : values) value *= 2;
    return true;
  }
};
