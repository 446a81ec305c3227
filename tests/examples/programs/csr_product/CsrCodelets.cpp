#include <poplar/Vertex.hpp>

using namespace poplar;

class CsrRows : public Vertex {
public:
  Input<Vector<unsigned, VectorLayout::ONE_PTR>> indices;
  Input<Vector<float, VectorLayout::ONE_PTR>> values;
  Input<Vector<float, VectorLayout::ONE_PTR>> x;
  Output<Vector<float>> y;
  Vector<unsigned, VectorLayout::ONE_PTR> offsets; // state of the vertex, not an edge

  bool compute() {
    for (unsigned r = 0; r < y.size(); ++r) {
      float sum = 0;
      for (unsigned i = offsets[r]; i < offsets[r + 1]; ++i) sum += values[i] * x[indices[i]];
      y[r] = sum;
    }
    return true;
  }
};
