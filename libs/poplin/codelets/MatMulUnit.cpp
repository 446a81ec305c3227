// The product of two blocks on one tile, on the matrix unit.
#include <hand_scheduled.h>
#include <poplar/HalfFloat.hpp>
#include <poplar/Vertex.hpp>
#include <popgraph/MatrixUnit.h>

using namespace poplar;

namespace poplin {

template <class T, bool adds> struct Result {
  typedef Output<T> Type;
};
template <class T> struct Result<T, true> {
  typedef InOut<T> Type;
};

/// out {m,n} = a {m,k} * b {k,n}, or with `adds` out += a * b. Rows of `a` and `out` start at multiples of 8 bytes;
/// `b` lies in panels of `units` columns, the last one narrower, each row after row.
///
/// Each `inputs` x `units` piece of the weights is loaded once and all rows go through it, shared out over the workers.
template <class In, class Partial, unsigned units, unsigned loadBytes, bool adds>
class MatMulUnit : public MultiVertex {
  typedef popgraph::MatrixUnit<In, Partial, units, loadBytes> Unit;

public:
  Input<Vector<In, VectorLayout::ONE_PTR, 8>> a, b;
  typename Result<Vector<Partial, VectorLayout::ONE_PTR, 8>, adds>::Type out;
  const unsigned m, k, n;

  bool compute(unsigned worker) {
    popgraph::handScheduled();
    constexpr unsigned inAlign = 8 / sizeof(In), outAlign = 8 / sizeof(Partial);
    const unsigned workers = numWorkers();
    const unsigned aStride = (k + inAlign - 1) / inAlign * inAlign,
                   outStride = (n + outAlign - 1) / outAlign * outAlign;
    const unsigned rows = m, depth = k;
    const Partial zeros[units] = {};
    const In *weights = &b[0];
    for (unsigned c = 0; c < n; c += units) {
      const unsigned columns = n - c < units ? n - c : units;
      for (unsigned i = 0; i < depth; i += Unit::inputs) {
        const unsigned inputs = depth - i < Unit::inputs ? depth - i : Unit::inputs;
        const In *from = &a[0] + worker * aStride + i;
        Partial *to = &out[0] + worker * outStride + c;
        const bool fresh = !adds && i == 0;
        const Partial *start = fresh ? zeros : to;
        const unsigned aStep = workers * aStride, outStep = workers * outStride, startStep = fresh ? 0 : outStep;
        if (inputs == Unit::inputs && columns == units) {
          const Unit unit(weights);
          for (unsigned r = worker; r < rows; r += workers, from += aStep, start += startStep, to += outStep)
            unit.step(from, start, to);
        } else {
          const Unit unit(weights, inputs, columns);
          for (unsigned r = worker; r < rows; r += workers, from += aStep, start += startStep, to += outStep)
            unit.step(from, start, to);
        }
        weights += inputs * columns;
      }
    }
    return true;
  }
};

#define POPLIN_MATMUL_UNIT(In, Partial, units)                                                                         \
  template class MatMulUnit<In, Partial, units, 8, false>;                                                             \
  template class MatMulUnit<In, Partial, units, 8, true>;                                                              \
  template class MatMulUnit<In, Partial, units, 16, false>;                                                            \
  template class MatMulUnit<In, Partial, units, 16, true>;                                                             \
  template class MatMulUnit<In, Partial, units, 32, false>;                                                            \
  template class MatMulUnit<In, Partial, units, 32, true>;
POPLIN_MATMUL_UNIT(half, half, 4)
POPLIN_MATMUL_UNIT(half, half, 8)
POPLIN_MATMUL_UNIT(half, half, 16)
POPLIN_MATMUL_UNIT(half, half, 32)
POPLIN_MATMUL_UNIT(half, float, 4)
POPLIN_MATMUL_UNIT(half, float, 8)
POPLIN_MATMUL_UNIT(half, float, 16)
POPLIN_MATMUL_UNIT(half, float, 32)
POPLIN_MATMUL_UNIT(float, float, 2)
POPLIN_MATMUL_UNIT(float, float, 4)
POPLIN_MATMUL_UNIT(float, float, 8)
POPLIN_MATMUL_UNIT(float, float, 16)

} // namespace poplin
