// Runs of keys in order, and pairs of runs merged. Keys carry their number in the row, which decides between equal
// ones, and, in the classes with a value type, one value each.
#include <hand_scheduled.h>
#include <poplar/HalfFloat.hpp>
#include <poplar/Vertex.hpp>

using namespace poplar;

namespace popops {

/// Whether key a, number m, comes before key b, number n. NaNs come last.
template <class K> inline bool before(K a, unsigned m, K b, unsigned n, bool descending) {
  const auto x = +a, y = +b;
  if (x < y) return !descending;
  if (x > y) return descending;
  const bool isNumberX = x == x, isNumberY = y == y;
  return isNumberX == isNumberY ? m < n : isNumberX;
}
template <> inline bool before(half a, unsigned m, half b, unsigned n, bool descending) {
  return before(float(a), m, float(b), n, descending);
}

/// Heap sort: no memory of its own, and the same time whatever the keys are.
template <class K> void sortRun(K *key, unsigned *number, unsigned n, bool descending) {
  unsigned heap = n / 2, end = n;
  while (end > 1) {
    K k;
    unsigned m;
    if (heap > 0) {
      --heap;
      k = key[heap];
      m = number[heap];
    } else {
      --end;
      k = key[end];
      m = number[end];
      key[end] = key[0];
      number[end] = number[0];
    }
    unsigned at = heap;
    for (unsigned child = 2 * at + 1; child < end; child = 2 * at + 1) {
      if (child + 1 < end && before<K>(key[child], number[child], key[child + 1], number[child + 1], descending))
        ++child;
      if (!before<K>(k, m, key[child], number[child], descending)) break;
      key[at] = key[child];
      number[at] = number[child];
      at = child;
    }
    key[at] = k;
    number[at] = m;
  }
}

/// Sorts a run whose first key has the number `first`.
template <class K> class SortRun : public Vertex {
public:
  InOut<Vector<K>> key;
  Output<Vector<unsigned, VectorLayout::ONE_PTR>> number;
  const unsigned first;
  const bool descending;

  bool compute() {
    popgraph::handScheduled();
    const unsigned n = key.size();
    for (unsigned i = 0; i < n; ++i) number[i] = first + i;
    sortRun<K>(&key[0], &number[0], n, descending);
    return true;
  }
};

template <class K, class V> class SortRunWithValues : public Vertex {
public:
  InOut<Vector<K>> key;
  Output<Vector<unsigned, VectorLayout::ONE_PTR>> number;
  Input<Vector<V, VectorLayout::ONE_PTR>> given;
  Output<Vector<V, VectorLayout::ONE_PTR>> value;
  const unsigned first;
  const bool descending;

  bool compute() {
    popgraph::handScheduled();
    const unsigned n = key.size();
    for (unsigned i = 0; i < n; ++i) number[i] = first + i;
    sortRun<K>(&key[0], &number[0], n, descending);
    for (unsigned i = 0; i < n; ++i) value[i] = given[number[i] - first];
    return true;
  }
};

/// Calls f(i, fromA, index) for results [skip, skip + n) of the merger of two sorted runs.
template <class K, class F>
inline void mergeRuns(const K *keyA, const unsigned *numberA, unsigned sizeA, const K *keyB, const unsigned *numberB,
                      unsigned sizeB, unsigned skip, unsigned n, bool descending, F f) {
  unsigned a = 0, b = 0;
  for (unsigned i = 0; i < skip + n; ++i) {
    const bool fromA = b == sizeB || (a != sizeA && before<K>(keyA[a], numberA[a], keyB[b], numberB[b], descending));
    const unsigned index = fromA ? a++ : b++;
    if (i >= skip) f(i - skip, fromA, index);
  }
}

/// Results [skip, skip + size of key) of the merger of two sorted runs.
template <class K> class SortMerge : public Vertex {
public:
  Input<Vector<K>> keyA, keyB;
  Input<Vector<unsigned, VectorLayout::ONE_PTR>> numberA, numberB;
  Output<Vector<K>> key;
  Output<Vector<unsigned, VectorLayout::ONE_PTR>> number;
  const unsigned skip;
  const bool descending;

  bool compute() {
    popgraph::handScheduled();
    mergeRuns<K>(&keyA[0], &numberA[0], keyA.size(), &keyB[0], &numberB[0], keyB.size(), skip, key.size(), descending,
                 [&](unsigned i, bool fromA, unsigned index) {
                   key[i] = fromA ? keyA[index] : keyB[index];
                   number[i] = fromA ? numberA[index] : numberB[index];
                 });
    return true;
  }
};

template <class K, class V> class SortMergeWithValues : public Vertex {
public:
  Input<Vector<K>> keyA, keyB;
  Input<Vector<unsigned, VectorLayout::ONE_PTR>> numberA, numberB;
  Input<Vector<V, VectorLayout::ONE_PTR>> valueA, valueB;
  Output<Vector<K>> key;
  Output<Vector<unsigned, VectorLayout::ONE_PTR>> number;
  Output<Vector<V, VectorLayout::ONE_PTR>> value;
  const unsigned skip;
  const bool descending;

  bool compute() {
    popgraph::handScheduled();
    mergeRuns<K>(&keyA[0], &numberA[0], keyA.size(), &keyB[0], &numberB[0], keyB.size(), skip, key.size(), descending,
                 [&](unsigned i, bool fromA, unsigned index) {
                   key[i] = fromA ? keyA[index] : keyB[index];
                   number[i] = fromA ? numberA[index] : numberB[index];
                   value[i] = fromA ? valueA[index] : valueB[index];
                 });
    return true;
  }
};

#define INSTANTIATE_VALUES(K, V)                                                                                       \
  template class SortRunWithValues<K, V>;                                                                              \
  template class SortMergeWithValues<K, V>;
#define INSTANTIATE(K)                                                                                                 \
  template class SortRun<K>;                                                                                           \
  template class SortMerge<K>;                                                                                         \
  INSTANTIATE_VALUES(K, unsigned short)                                                                                \
  INSTANTIATE_VALUES(K, unsigned)
INSTANTIATE(half)
INSTANTIATE(float)
INSTANTIATE(int)
INSTANTIATE(unsigned)

} // namespace popops
