// Look-ups and updates of many slices of `rows` rows in a table {entries, columns}, of which a vertex holds some
// columns, row after row. Offsets of which a row lies outside are left out.
#include "libs/popops/codelets/ElementTypes.hpp"
#include <hand_scheduled.h>
#include <poplar/Vertex.hpp>

using namespace poplar;

namespace popops {

template <class T> class MultiSlice : public Vertex {
public:
  Input<Vector<unsigned>> offsets;
  Input<Vector<T, VectorLayout::ONE_PTR>> table;
  Output<Vector<T, VectorLayout::ONE_PTR>> slices;
  const unsigned entries, rows, columns;

  bool compute() {
    popgraph::handScheduled();
    const unsigned length = rows * columns;
    T *to = &slices[0];
    for (unsigned i = 0; i < offsets.size(); ++i, to += length) {
      const bool inside = offsets[i] < entries && rows <= entries - offsets[i];
      const T *from = &table[0] + (inside ? offsets[i] * columns : 0);
      for (unsigned c = 0; c < length; ++c)
        to[c] = inside ? from[c] : T(0);
    }
    return true;
  }
};

enum class UpdateOp { Store, Add, Max };

template <class T, UpdateOp op> class MultiUpdate : public Vertex {
public:
  Input<Vector<unsigned>> offsets;
  InOut<Vector<T, VectorLayout::ONE_PTR>> table;
  Input<Vector<T, VectorLayout::ONE_PTR>> slices;
  Input<T> scale;
  const unsigned entries, rows, columns;

  bool compute() {
    popgraph::handScheduled();
    const unsigned length = rows * columns;
    const T *from = &slices[0];
    for (unsigned i = 0; i < offsets.size(); ++i, from += length) {
      if (!(offsets[i] < entries && rows <= entries - offsets[i]))
        continue;
      T *to = &table[0] + offsets[i] * columns;
      if constexpr (op == UpdateOp::Store) {
        for (unsigned c = 0; c < length; ++c)
          to[c] = from[c];
      } else if constexpr (op == UpdateOp::Add) {
        const auto factor = *scale;
        for (unsigned c = 0; c < length; ++c)
          to[c] = T(to[c] + factor * from[c]);
      } else {
        for (unsigned c = 0; c < length; ++c)
          to[c] = to[c] < from[c] ? from[c] : to[c];
      }
    }
    return true;
  }
};

#define INSTANTIATE(T)                                                                                               \
  template class MultiSlice<T>;                                                                                      \
  template class MultiUpdate<T, UpdateOp::Store>;
POPOPS_ELEMENT_TYPES(INSTANTIATE)
#undef INSTANTIATE
#define INSTANTIATE(T)                                                                                               \
  template class MultiUpdate<T, UpdateOp::Add>;                                                                      \
  template class MultiUpdate<T, UpdateOp::Max>;
INSTANTIATE(int)
INSTANTIATE(unsigned int)
INSTANTIATE(half)
INSTANTIATE(float)

} // namespace popops
