// The product of two blocks on one tile.
#include <poplar/HalfFloat.hpp>
#include <poplar/Vertex.hpp>

using namespace poplar;

namespace poplin {

/// `width` sums that stay in registers: written out by the compiler, with no loop and no array in memory.
template <unsigned width> struct Sums {
  float first = 0.0f;
  Sums<width - 1> rest;
  template <class In> void add(float factor, const In *weights) {
    first += factor * float(weights[0]);
    rest.add(factor, weights + 1);
  }
  template <class Out> void store(Out *out) const {
    out[0] = Out(first);
    rest.store(out + 1);
  }
};
template <> struct Sums<0> {
  template <class In> void add(float, const In *) {}
  template <class Out> void store(Out *) const {}
};

/// Results [0, width) of one row: out = sum over k of a[k] * b[k * n + ...], summed in order of k.
template <unsigned width, class In, class Out>
inline void rowPart(const In *__restrict__ a, const In *__restrict__ b, Out *__restrict__ out, unsigned k, unsigned n) {
  Sums<width> sums;
  for (unsigned i = 0; i != k; ++i, b += n)
    sums.add(float(a[i]), b);
  sums.store(out);
}

/// out {m,n} = a {m,k} * b {k,n}, all row after row. Workers share the rows, or the columns when there are few rows.
template <class In, class Out> class MatMulBlock : public MultiVertex {
public:
  Input<Vector<In, VectorLayout::ONE_PTR>> a, b;
  Output<Vector<Out, VectorLayout::ONE_PTR>> out;
  const unsigned m, k, n;

  bool compute(unsigned worker) {
    const unsigned workers = numWorkers();
    const bool byRows = m >= workers || n < 4 * workers;
    const unsigned count = byRows ? m : (n + 3) / 4; // columns in grains of 4, so that workers share no word
    const unsigned per = (count + workers - 1) / workers;
    const unsigned begin = worker * per < count ? worker * per : count;
    const unsigned end = begin + per < count ? begin + per : count;
    const unsigned rowBegin = byRows ? begin : 0, rowEnd = byRows ? end : m;
    const unsigned columnBegin = byRows ? 0 : begin * 4;
    const unsigned columnEnd = byRows ? n : end * 4 < n ? end * 4 : n;
    for (unsigned r = rowBegin; r < rowEnd; ++r) {
      const In *row = &a[0] + r * k;
      const In *weights = &b[0];
      Out *result = &out[0] + r * n;
      unsigned c = columnBegin;
      for (; c + 8 <= columnEnd; c += 8)
        rowPart<8>(row, weights + c, result + c, k, n);
      for (; c + 4 <= columnEnd; c += 4)
        rowPart<4>(row, weights + c, result + c, k, n);
      for (; c < columnEnd; ++c)
        rowPart<1>(row, weights + c, result + c, k, n);
    }
    return true;
  }
};
template class MatMulBlock<float, float>;
template class MatMulBlock<float, half>;
template class MatMulBlock<half, float>;
template class MatMulBlock<half, half>;

} // namespace poplin
