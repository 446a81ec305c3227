#include <poplar/Vertex.hpp>
#include <cmath>

// A block with its halo comes as rows; the result has no halo. The largest change of the block is reported.
template <typename T> class JacobiBlock : public poplar::Vertex {
public:
  poplar::Vector<poplar::Input<poplar::Vector<T, poplar::VectorLayout::ONE_PTR>>> in;
  poplar::Vector<poplar::Output<poplar::Vector<T>>> out;
  poplar::Output<T> change;

  bool compute() {
    T largest = 0;
    for (unsigned y = 0; y < out.size(); ++y)
      for (unsigned x = 0; x < out[y].size(); ++x) {
        T value = T(0.25) * (in[y][x + 1] + in[y + 2][x + 1] + in[y + 1][x] + in[y + 1][x + 2]);
        T difference = std::fabs(value - in[y + 1][x + 1]);
        if (difference > largest) largest = difference;
        out[y][x] = value;
      }
    *change = largest;
    return true;
  }
};

template class JacobiBlock<float>;

// True while the largest change is above the tolerance and steps remain.
class GoOn : public poplar::Vertex {
public:
  poplar::Input<poplar::Vector<float>> changes;
  poplar::InOut<unsigned> steps;
  poplar::Output<bool> goOn;
  float tolerance;
  unsigned maxSteps;

  bool compute() {
    bool above = *steps == 0;
    for (float change : changes) above = above || change > tolerance;
    *goOn = above && *steps < maxSteps;
    *steps = *steps + 1;
    return true;
  }
};
