// Codelets of lesson 5.
#include <poplar/Vertex.hpp>

using namespace poplar;

// One row times the vector.
class DotProductVertex : public Vertex {
public:
  Input<Vector<float>> a;
  Input<Vector<float>> b;
  Output<float> out;

  bool compute() {
    float sum = 0;
    for (unsigned i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    *out = sum;
    return true;
  }
};

// Several rows times the vector, shared between the six workers of a tile: worker w takes rows w, w + 6, ...
class RowsVertex : public MultiVertex {
public:
  Vector<Input<Vector<float, VectorLayout::ONE_PTR>>> rows;
  Input<Vector<float>> b;
  Output<Vector<float, VectorLayout::ONE_PTR>> out;

  bool compute(unsigned workerId) {
    for (unsigned r = workerId; r < rows.size(); r += numWorkers()) {
      float sum = 0;
      for (unsigned i = 0; i < b.size(); ++i) sum += rows[r][i] * b[i];
      out[r] = sum;
    }
    return true;
  }
};
