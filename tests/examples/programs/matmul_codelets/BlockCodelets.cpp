#include <poplar/Vertex.hpp>

using namespace poplar;

// out (m x n) = a (m x k) times b given transposed (n x k); T is the type of elements, Accumulator that of sums.
template <typename T, typename Accumulator>
class [[poplar::constraint("elem(**a) != elem(**bt)")]] BlockProduct : public MultiVertex {
public:
  Vector<Input<Vector<T, VectorLayout::ONE_PTR, 8>>> a;
  Vector<Input<Vector<T, VectorLayout::ONE_PTR, 8>>, VectorLayout::ONE_PTR> bt;
  Vector<Output<Vector<Accumulator>>, VectorLayout::ONE_PTR> out;
  unsigned short k;

  bool compute(unsigned worker) {
    for (unsigned i = worker; i < a.size(); i += numWorkers())
      for (unsigned j = 0; j < out[i].size(); ++j) {
        Accumulator sum = 0;
        for (unsigned x = 0; x < k; ++x) sum += static_cast<Accumulator>(a[i][x]) * static_cast<Accumulator>(bt[j][x]);
        out[i][j] = sum;
      }
    return true;
  }
};

template class BlockProduct<float, float>;
template class BlockProduct<int, int>;
template class BlockProduct<signed char, int>;
