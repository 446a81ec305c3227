#include <poplar/HalfFloat.hpp>
#include <poplar/Vertex.hpp>

using namespace poplar;

// y += a x, shared between workers in two ways: element by element in turn, or in contiguous parts.
template <typename T, bool contiguous> class [[poplar::constraint("elem(*x) != elem(*y)")]] Saxpy : public MultiVertex {
public:
  Input<Vector<T, VectorLayout::ONE_PTR, 8>> x;
  InOut<Vector<T, VectorLayout::ONE_PTR, 8>> y;
  const unsigned n;
  const float a;

  bool compute(unsigned workerId) {
    unsigned begin = workerId, end = n, step = numWorkers();
    if (contiguous) {
      // Shares of a multiple of four elements: no two workers write the same word.
      const unsigned share = ((n + numWorkers() - 1) / numWorkers() + 3) / 4 * 4;
      begin = workerId * share;
      end = begin + share < n ? begin + share : n;
      step = 1;
    }
    for (unsigned i = begin; i < end; i += step) y[i] = static_cast<T>(float(y[i]) + a * float(x[i]));
    return true;
  }
};

template class Saxpy<float, false>;
template class Saxpy<float, true>;
template class Saxpy<half, true>;
