#include <poplar/Vertex.hpp>

using namespace poplar;

// out[i] = min(own label, labels of the neighbours + distance).
class SmallestNeighbour : public Vertex {
public:
  Input<Vector<int>> all;
  Input<Vector<unsigned>> offsets;
  Input<Vector<int>> targets;
  Output<Vector<int>> out;
  Output<bool> changed;
  unsigned first;
  int distance;

  bool compute() {
    *changed = false;
    for (unsigned i = 0; i < out.size(); ++i) {
      int smallest = all[first + i];
      for (unsigned e = offsets[i]; e < offsets[i + 1]; ++e)
        if (all[targets[e]] + distance < smallest) {
          smallest = all[targets[e]] + distance;
          *changed = true;
        }
      out[i] = smallest;
    }
    return true;
  }
};
