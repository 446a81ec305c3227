#include <poplar/Vertex.hpp>

using namespace poplar;

class Assign : public Vertex {
public:
  Input<Vector<float>> distances;
  InOut<unsigned> assignment;
  Output<Vector<float, VectorLayout::ONE_PTR>> oneHot;
  Output<bool> changed;

  bool compute() {
    unsigned nearest = 0;
    for (unsigned j = 1; j < distances.size(); ++j)
      if (distances[j] < distances[nearest]) nearest = j;
    for (unsigned j = 0; j < distances.size(); ++j) oneHot[j] = j == nearest;
    *changed = assignment != nearest;
    *assignment = nearest;
    return true;
  }
};
