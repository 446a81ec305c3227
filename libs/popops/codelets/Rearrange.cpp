// Transpositions of small matrices that lie one after the other.
#include <hand_scheduled.h>
#include <poplar/Vertex.hpp>

using namespace poplar;

namespace popops {

template <class T> class Transpose : public MultiVertex {
public:
  Input<Vector<T, VectorLayout::ONE_PTR>> in;
  Output<Vector<T, VectorLayout::ONE_PTR>> out;
  const unsigned rows, columns, matrices, step;

  bool compute(unsigned worker) {
    popgraph::handScheduled();
    const unsigned begin = worker * step, end = begin + step < matrices ? begin + step : matrices,
                   size = rows * columns;
    for (unsigned m = begin; m < end; ++m) {
      const T *from = &in[0] + m * size;
      T *to = &out[0] + m * size;
      for (unsigned c = 0; c < columns; ++c)
        for (unsigned r = 0; r < rows; ++r) to[c * rows + r] = from[r * columns + c];
    }
    return true;
  }
};
template class Transpose<unsigned char>;
template class Transpose<unsigned short>;
template class Transpose<unsigned>;
template class Transpose<unsigned long long>;

} // namespace popops
