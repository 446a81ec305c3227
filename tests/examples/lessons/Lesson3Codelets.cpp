// Codelets of lesson 3. This file is compiled by the graph while the host program runs, or by popc beforehand.
#include <poplar/Vertex.hpp>

// A vertex is a class whose fields are its edges (tensors connected by the graph) and its state, and whose compute()
// does the work of one execution.
class SumVertex : public poplar::Vertex {
public:
  poplar::Input<poplar::Vector<float>> in;
  poplar::Output<float> out;

  bool compute() {
    *out = 0;
    for (const auto &v : in) *out += v;
    return true;
  }
};

// A template serves several types; each instance that graphs may name is instantiated explicitly.
template <typename T> class ScaleVertex : public poplar::Vertex {
public:
  poplar::InOut<poplar::Vector<T>> data;
  T factor; // state: set once while the graph is built

  bool compute() {
    for (unsigned i = 0; i < data.size(); ++i) data[i] = data[i] * factor;
    return true;
  }
};

template class ScaleVertex<float>;
template class ScaleVertex<int>;
