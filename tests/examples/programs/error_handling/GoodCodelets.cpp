#include <poplar/Vertex.hpp>

class Double : public poplar::Vertex {
public:
  poplar::InOut<poplar::Vector<float>> data;

  bool compute() {
    for (float &x : data) x *= 2;
    return true;
  }
};
