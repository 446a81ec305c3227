#include <poplar/Vertex.hpp>

struct PoissonRow : public poplar::Vertex {
  poplar::Input<poplar::Vector<float>> above, row, below;
  poplar::Output<poplar::Vector<float>> out;

  bool compute() {
    const int n = row.size();
    for (int i = 0; i < n; ++i) {
      float value = 4.0f * row[i] - above[i] - below[i];
      if (i > 0) value -= row[i - 1];
      if (i + 1 < n) value -= row[i + 1];
      out[i] = value;
    }
    return true;
  }
};
