// Constant and counting contents, and one-hot rows.
#include "libs/popops/codelets/ElementTypes.hpp"
#include <hand_scheduled.h>
#include <poplar/Vertex.hpp>

using namespace poplar;

namespace popops {

/// The elements of one worker: `step` each (rounded by the host so that no two workers store to one word).
struct Share {
  unsigned begin, end;
  Share(unsigned n, unsigned step, unsigned worker) {
    begin = worker * step;
    end = begin + step < n ? begin + step : n;
  }
};

/// One run of memory, shared by the workers.
template <class T> class Fill : public MultiVertex {
public:
  Output<Vector<T>> out;
  const T value;
  const unsigned step;

  bool compute(unsigned worker) {
    popgraph::handScheduled();
    const Share share(out.size(), step, worker);
    T *element = &out[0];
    const T contents = value;
    for (unsigned i = share.begin; i < share.end; ++i)
      element[i] = contents;
    return true;
  }
};

/// Several runs, one worker.
template <class T> class Fill2d : public Vertex {
public:
  Vector<Output<Vector<T>>> out;
  const T value;

  bool compute() {
    popgraph::handScheduled();
    const T contents = value;
    for (unsigned r = 0; r < out.size(); ++r) {
      T *element = &out[r][0];
      const unsigned n = out[r].size();
      for (unsigned i = 0; i < n; ++i)
        element[i] = contents;
    }
    return true;
  }
};

#define INSTANTIATE(T)                                                                                               \
  template class Fill<T>;                                                                                            \
  template class Fill2d<T>;
POPOPS_ELEMENT_TYPES(INSTANTIATE)
#undef INSTANTIATE

/// start, start + 1, ...
template <class T> class Iota : public MultiVertex {
public:
  Output<Vector<T>> out;
  const T start;
  const unsigned step;

  bool compute(unsigned worker) {
    popgraph::handScheduled();
    const Share share(out.size(), step, worker);
    T *element = &out[0];
    const unsigned first = unsigned(start);
    for (unsigned i = share.begin; i < share.end; ++i)
      element[i] = T(first + i);
    return true;
  }
};
template class Iota<int>;
template class Iota<unsigned int>;

/// A run of a [rows x classes] matrix that starts in column `column` of the row of indices[0].
template <class Index, class T> class EncodeOneHot : public MultiVertex {
public:
  Input<Vector<Index, VectorLayout::ONE_PTR>> indices;
  Output<Vector<T>> out;
  Input<T> on, off;
  const unsigned column, classes, step;

  bool compute(unsigned worker) {
    popgraph::handScheduled();
    const Share share(out.size(), step, worker);
    if (share.begin >= share.end)
      return true;
    T *element = &out[0];
    const T hot = *on, cold = *off;
    for (unsigned i = share.begin; i < share.end; ++i)
      element[i] = cold;
    // The one element of each row, if it is in the share. Rows count from the first one's column 0.
    unsigned row = (column + share.begin) / classes;
    for (unsigned start = row * classes; start < column + share.end; start += classes) {
      const unsigned index = unsigned(indices[row++]), at = start + index - column;
      if (index < classes && at - share.begin < share.end - share.begin)
        element[at] = hot;
    }
    return true;
  }
};
#define INSTANTIATE(T)                                                                                               \
  template class EncodeOneHot<int, T>;                                                                               \
  template class EncodeOneHot<unsigned int, T>;
INSTANTIATE(half)
INSTANTIATE(float)
INSTANTIATE(int)
INSTANTIATE(unsigned int)
INSTANTIATE(bool)
INSTANTIATE(char)
INSTANTIATE(signed char)
INSTANTIATE(unsigned char)

} // namespace popops
