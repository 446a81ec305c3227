// Counts of elements between levels.
#include <hand_scheduled.h>
#include <poplar/HalfFloat.hpp>
#include <poplar/Vertex.hpp>

using namespace poplar;

namespace popops {

/// Elements of a run that are below a level.
template <bool absolute, class T> unsigned below(const T *in, unsigned n, float level) {
  constexpr unsigned kExact = 1u << 23; // a float counts so far
  unsigned total = 0;
  for (unsigned first = 0; first < n; first += kExact) {
    const T *const part = in + first;
    const unsigned end = n - first < kExact ? n - first : kExact;
    float count = 0;
    for (unsigned i = 0; i < end; ++i) {
      const float x = absolute ? __builtin_fabsf(float(part[i])) : float(part[i]);
      count += x < level ? 1.0f : 0.0f;
    }
    total += unsigned(count);
  }
  return total;
}

/// counts[i]: elements that reach i of the ascending levels, and no more.
template <class T> class Histogram : public Vertex {
public:
  Vector<Input<Vector<T>>> in;
  Input<Vector<T>> levels;
  Output<Vector<unsigned, VectorLayout::ONE_PTR>> counts;
  const bool absolute;

  bool compute() {
    popgraph::handScheduled();
    // To compare all elements with each level takes fewer cycles than to search among few levels for each.
    constexpr unsigned kFewLevels = 16;
    const unsigned n = levels.size();
    if (n <= kFewLevels) {
      unsigned sum = 0;
      for (unsigned i = 0; i < n; ++i) {
        const float level = float(levels[i]);
        unsigned count = 0;
        for (unsigned r = 0; r < in.size(); ++r)
          count += absolute ? below<true>(&in[r][0], in[r].size(), level)
                            : below<false>(&in[r][0], in[r].size(), level);
        counts[i] = count - sum;
        sum = count;
      }
      unsigned all = 0;
      for (unsigned r = 0; r < in.size(); ++r) all += in[r].size();
      counts[n] = all - sum;
      return true;
    }
    for (unsigned i = 0; i <= n; ++i) counts[i] = 0;
    for (unsigned r = 0; r < in.size(); ++r)
      for (unsigned i = 0; i < in[r].size(); ++i) {
        float x = float(in[r][i]);
        if (absolute && x < 0) x = -x;
        unsigned low = 0, high = n;
        while (low < high) {
          const unsigned middle = (low + high) / 2;
          if (x < float(levels[middle]))
            high = middle;
          else
            low = middle + 1;
        }
        counts[low] += 1;
      }
    return true;
  }
};
template class Histogram<half>;
template class Histogram<float>;

/// Copies runs of rows, `columns` elements each: lengths[i] rows from row from[i] of `in` to row to[i] of `out`. Rows
/// outside either are left out.
template <class T> class SequenceSlice : public Vertex {
public:
  Input<Vector<T>> in;
  InOut<Vector<T>> out;
  Input<Vector<unsigned>> lengths;
  Input<Vector<unsigned, VectorLayout::ONE_PTR>> from, to;
  const unsigned columns, inRows, outRows;
  const bool zeroUnused;

  bool compute() {
    popgraph::handScheduled();
    if (zeroUnused)
      for (unsigned i = 0; i < out.size(); ++i) out[i] = 0;
    for (unsigned s = 0; s < lengths.size(); ++s) {
      const unsigned begin = from[s], end = to[s];
      unsigned rows = lengths[s];
      if (begin >= inRows || end >= outRows) continue;
      rows = rows < inRows - begin ? rows : inRows - begin;
      rows = rows < outRows - end ? rows : outRows - end;
      const T *source = &in[0] + begin * columns;
      T *target = &out[0] + end * columns;
      for (unsigned i = 0; i < rows * columns; ++i) target[i] = source[i];
    }
    return true;
  }
};
template class SequenceSlice<unsigned char>;
template class SequenceSlice<unsigned short>;
template class SequenceSlice<unsigned>;

} // namespace popops
