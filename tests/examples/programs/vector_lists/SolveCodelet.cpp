#include <poplar/Vertex.hpp>

class SolveLower : public poplar::Vertex {
public:
  poplar::Input<poplar::VectorList<float, poplar::VectorListLayout::DELTANELEMENTS>> rows;
  poplar::InOut<poplar::Vector<float>> x; // the right-hand side, then the solution

  bool compute() {
    for (unsigned i = 0; i < rows.size(); ++i) {
      float value = x[i];
      const auto row = rows[i];
      for (unsigned j = 0; j + 1 < row.size(); ++j) value -= row[j] * x[j];
      x[i] = value / row[row.size() - 1];
    }
    return true;
  }
};
