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

template <class T> inline void copyRow(const T *from, T *to, unsigned columns) {
  for (unsigned c = 0; c < columns; ++c)
    to[c] = from[c];
}

template <class T> class DynamicSlice : public Vertex {
public:
  Input<unsigned> offset;
  Input<Vector<T, VectorLayout::ONE_PTR>> table;
  InOut<Vector<T, VectorLayout::ONE_PTR>> window;
  const unsigned entries, rows, columns;
  const bool remap;

  bool compute() {
    popgraph::handScheduled();
    forEachRow(*offset, entries, rows, remap, [&](unsigned row, unsigned r) {
      copyRow(&table[0] + row * columns, &window[0] + r * columns, columns);
    });
    return true;
  }
};

template <class T> class DynamicUpdate : public Vertex {
public:
  Input<unsigned> offset;
  InOut<Vector<T, VectorLayout::ONE_PTR>> table;
  Input<Vector<T, VectorLayout::ONE_PTR>> window;
  const unsigned entries, rows, columns;
  const bool remap;

  bool compute() {
    popgraph::handScheduled();
    forEachRow(*offset, entries, rows, remap, [&](unsigned row, unsigned r) {
      copyRow(&window[0] + r * columns, &table[0] + row * columns, columns);
    });
    return true;
  }
};

#define INSTANTIATE(T)                                                                                               \
  template class DynamicSlice<T>;                                                                                    \
  template class DynamicUpdate<T>;
POPOPS_ELEMENT_TYPES(INSTANTIATE)

} // namespace popops
