// Look-ups and updates of many slices in a block of a table: `entries` entries from number `first` on, each of `columns`
// elements, one after the other. A slice has `rows` entries; those of which one lies outside are left out.
#include "libs/popops/codelets/ElementTypes.hpp"
#include <hand_scheduled.h>
#include <poplar/Vertex.hpp>

using namespace poplar;

namespace popops {

/// Entries at which a slice of `rows` entries can begin, of `entries`.
inline unsigned places(unsigned entries, unsigned rows) { return rows <= entries ? entries - rows + 1 : 0; }

/// What a worker does of n things: `step` of them, or all when step is 0.
struct SliceShare {
  unsigned begin, end;
  SliceShare(unsigned n, unsigned step, unsigned worker) {
    begin = worker * step;
    end = step == 0 || begin + step > n ? n : begin + step;
  }
};

template <class T> class MultiSlice : public MultiVertex {
public:
  Input<Vector<unsigned>> offsets;
  Input<Vector<T, VectorLayout::ONE_PTR>> table;
  Output<Vector<T, VectorLayout::ONE_PTR>> slices;
  const unsigned first, entries, rows, columns;
  const unsigned lookupStep, elementStep;
  const bool zero; ///< whether slices that are left out become 0

  bool compute(unsigned worker) {
    popgraph::handScheduled();
    const unsigned length = rows * columns, count = places(entries, rows);
    const SliceShare lookups(offsets.size(), lookupStep, worker), elements(length, elementStep, worker);
    for (unsigned i = lookups.begin; i < lookups.end; ++i) {
      const unsigned at = offsets[i] - first;
      T *to = &slices[0] + i * length;
      if (at < count) {
        const T *from = &table[0] + at * columns;
        for (unsigned c = elements.begin; c < elements.end; ++c) to[c] = from[c];
      } else if (zero) {
        for (unsigned c = elements.begin; c < elements.end; ++c) to[c] = T(0);
      }
    }
    return true;
  }
};

/// Of each look-up the part from the block that has the entry: blocks of `blockEntries` of `entries` entries.
template <class T> class MultiSlicePick : public MultiVertex {
public:
  Input<Vector<unsigned>> offsets;
  Vector<Input<Vector<T, VectorLayout::ONE_PTR>>, VectorLayout::ONE_PTR> parts;
  Output<Vector<T, VectorLayout::ONE_PTR>> slices;
  const unsigned entries, blockEntries, columns, lookupStep;

  bool compute(unsigned worker) {
    popgraph::handScheduled();
    const SliceShare lookups(offsets.size(), lookupStep, worker);
    for (unsigned i = lookups.begin; i < lookups.end; ++i) {
      T *to = &slices[0] + i * columns;
      if (offsets[i] < entries) {
        const T *from = &parts[offsets[i] / blockEntries][0] + i * columns;
        for (unsigned c = 0; c < columns; ++c) to[c] = from[c];
      } else {
        for (unsigned c = 0; c < columns; ++c) to[c] = T(0);
      }
    }
    return true;
  }
};

enum class UpdateOp { Store, Add, Max, Mul };

/// Workers share the entries, or the elements of slices. Sums of halves with a float scale are rounded once.
template <class T, UpdateOp op, class Scale> class MultiUpdate : public MultiVertex {
public:
  Input<Vector<unsigned>> offsets;
  InOut<Vector<T, VectorLayout::ONE_PTR>> table;
  Input<Vector<T, VectorLayout::ONE_PTR>> slices;
  Input<Scale> scale;
  const unsigned first, entries, rows, columns;
  const unsigned entryStep, elementStep;

  bool compute(unsigned worker) {
    popgraph::handScheduled();
    const unsigned length = rows * columns;
    const SliceShare mine(places(entries, rows), entryStep, worker), elements(length, elementStep, worker);
    if (mine.begin >= mine.end) return true;
    // Every worker sees all offsets: one comparison tells those of its entries.
    const unsigned base = first + mine.begin, count = mine.end - mine.begin, n = offsets.size();
    const Scale factor = *scale;
    T *const begin = &table[0] + mine.begin * columns;
    for (unsigned i = 0; i < n; ++i) {
      const unsigned at = offsets[i] - base;
      if (at >= count) continue;
      T *to = begin + at * columns;
      const T *from = &slices[0] + i * length;
      for (unsigned c = elements.begin; c < elements.end; ++c) {
        if constexpr (op == UpdateOp::Store)
          to[c] = from[c];
        else if constexpr (op == UpdateOp::Add)
          to[c] = T(Scale(to[c]) + factor * Scale(from[c]));
        else if constexpr (op == UpdateOp::Max)
          to[c] = to[c] < from[c] ? from[c] : to[c];
        else
          to[c] = T(to[c] * from[c]);
      }
    }
    return true;
  }
};

#define INSTANTIATE(T)                                                                                                 \
  template class MultiSlice<T>;                                                                                        \
  template class MultiSlicePick<T>;                                                                                    \
  template class MultiUpdate<T, UpdateOp::Store, T>;
POPOPS_ELEMENT_TYPES(INSTANTIATE)
#undef INSTANTIATE
#define INSTANTIATE(T)                                                                                                 \
  template class MultiUpdate<T, UpdateOp::Add, T>;                                                                     \
  template class MultiUpdate<T, UpdateOp::Max, T>;                                                                     \
  template class MultiUpdate<T, UpdateOp::Mul, T>;
INSTANTIATE(int)
INSTANTIATE(unsigned int)
INSTANTIATE(half)
INSTANTIATE(float)
template class MultiUpdate<half, UpdateOp::Add, float>;

} // namespace popops
