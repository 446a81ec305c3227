#include <poplar/Vertex.hpp>

using namespace poplar;

template <typename T> class Clamp : public Vertex {
public:
  Vector<InOut<Vector<T>>> data;
  T low, high;

  bool compute() {
    for (auto &part : data)
      for (unsigned i = 0; i < part.size(); ++i) part[i] = part[i] < low ? low : part[i] > high ? high : part[i];
    return true;
  }
};

template class Clamp<int>;
template class Clamp<short>;
