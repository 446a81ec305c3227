// Copies along one dimension between a table of `entries` rows and a window of `rows` rows at a run-time offset. Both
// are matrices {rows, columns}, of which a vertex holds some columns, row after row.
#include "libs/popops/codelets/ElementTypes.hpp"
#include <hand_scheduled.h>
#include <poplar/Vertex.hpp>

using namespace poplar;

namespace popops {

/// Calls f(row of the table, row of the window) for each row of a window at `offset`, which wraps around the end of the
/// table; an offset outside it means 0 with `remap`, else there is nothing to do.
template <class F> inline void forEachRow(unsigned offset, unsigned entries, unsigned rows, bool remap, F f) {
  if (entries == 0 || (offset >= entries && !remap))
    return;
  unsigned row = offset < entries ? offset : 0u;
  for (unsigned r = 0; r < rows; ++r) {
    f(row, r);
    row = row + 1 == entries ? 0 : row + 1;
  }
}

/// Workers share the columns, `step` each.
template <class T> inline void copyRow(const T *from, T *to, unsigned columns, unsigned step, unsigned worker) {
  const unsigned begin = worker * step, end = begin + step < columns ? begin + step : columns;
  for (unsigned c = begin; c < end; ++c)
    to[c] = from[c];
}

template <class T> class DynamicSlice : public MultiVertex {
public:
  Input<unsigned> offset;
  Input<Vector<T, VectorLayout::ONE_PTR>> table;
  InOut<Vector<T, VectorLayout::ONE_PTR>> window;
  const unsigned entries, rows, columns, step;
  const bool remap;

  bool compute(unsigned worker) {
    popgraph::handScheduled();
    forEachRow(*offset, entries, rows, remap, [&](unsigned row, unsigned r) {
      copyRow(&table[0] + row * columns, &window[0] + r * columns, columns, step, worker);
    });
    return true;
  }
};

template <class T> class DynamicUpdate : public MultiVertex {
public:
  Input<unsigned> offset;
  InOut<Vector<T, VectorLayout::ONE_PTR>> table;
  Input<Vector<T, VectorLayout::ONE_PTR>> window;
  const unsigned entries, rows, columns, step;
  const bool remap;

  bool compute(unsigned worker) {
    popgraph::handScheduled();
    forEachRow(*offset, entries, rows, remap, [&](unsigned row, unsigned r) {
      copyRow(&window[0] + r * columns, &table[0] + row * columns, columns, step, worker);
    });
    return true;
  }
};

#define INSTANTIATE(T)                                                                                               \
  template class DynamicSlice<T>;                                                                                    \
  template class DynamicUpdate<T>;
POPOPS_ELEMENT_TYPES(INSTANTIATE)

} // namespace popops
