// Copies along one dimension between a table of `entries` rows and a window of `rows` rows at a run-time offset. Both
// are matrices {rows, columns}, of which a vertex holds some columns, row after row.
#include <poplar/HalfFloat.hpp>
#include <poplar/Vertex.hpp>

using namespace poplar;

namespace popops {

/// The first row, or `entries` when nothing is to be copied.
inline unsigned firstRow(unsigned offset, unsigned entries, bool remap) {
  return offset < entries ? offset : remap ? 0u : entries;
}

template <class T> class DynamicSlice : public Vertex {
public:
  Input<unsigned> offset;
  Input<Vector<T, VectorLayout::ONE_PTR>> table;
  InOut<Vector<T, VectorLayout::ONE_PTR>> window;
  const unsigned entries, rows, columns;
  const bool remap;

  bool compute() {
    unsigned row = firstRow(*offset, entries, remap);
    if (row == entries)
      return true;
    for (unsigned r = 0; r < rows; ++r) {
      const T *from = &table[0] + row * columns;
      T *to = &window[0] + r * columns;
      for (unsigned c = 0; c < columns; ++c)
        to[c] = from[c];
      row = row + 1 == entries ? 0 : row + 1;
    }
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
    unsigned row = firstRow(*offset, entries, remap);
    if (row == entries)
      return true;
    for (unsigned r = 0; r < rows; ++r) {
      const T *from = &window[0] + r * columns;
      T *to = &table[0] + row * columns;
      for (unsigned c = 0; c < columns; ++c)
        to[c] = from[c];
      row = row + 1 == entries ? 0 : row + 1;
    }
    return true;
  }
};

#define INSTANTIATE(T)                                                                                               \
  template class DynamicSlice<T>;                                                                                    \
  template class DynamicUpdate<T>;
INSTANTIATE(bool)
INSTANTIATE(char)
INSTANTIATE(signed char)
INSTANTIATE(unsigned char)
INSTANTIATE(short)
INSTANTIATE(unsigned short)
INSTANTIATE(int)
INSTANTIATE(unsigned int)
INSTANTIATE(long long)
INSTANTIATE(unsigned long long)
INSTANTIATE(half)
INSTANTIATE(float)

} // namespace popops
