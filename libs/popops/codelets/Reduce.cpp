// One step of a reduction on one tile: a block of rows x cols elements becomes cols results.
#include <hand_scheduled.h>
#include <poplar/HalfFloat.hpp>
#include <poplar/Vertex.hpp>
#include <cstddef>

using namespace poplar;

namespace popops {

enum class Operation { ADD, MUL, MIN, MAX, LOGICAL_AND, LOGICAL_OR, SQUARE_ADD, LOG_ADD };

template <class T> struct Accumulator { using type = T; };
template <> struct Accumulator<half> { using type = float; };

template <Operation op, class A> struct Combine;
template <class A> struct Combine<Operation::ADD, A> {
  static constexpr A neutral() { return A(0); }
  static A apply(A a, A x) { return a + x; }
};
// Signed sums and products wrap.
template <> struct Combine<Operation::ADD, int> {
  static constexpr int neutral() { return 0; }
  static int apply(int a, int x) { return int(unsigned(a) + unsigned(x)); }
};
template <class A> struct Combine<Operation::MUL, A> {
  static constexpr A neutral() { return A(1); }
  static A apply(A a, A x) { return a * x; }
};
template <> struct Combine<Operation::MUL, int> {
  static constexpr int neutral() { return 1; }
  static int apply(int a, int x) { return int(unsigned(a) * unsigned(x)); }
};
template <class A> struct Limits;
template <> struct Limits<float> {
  static constexpr float low() { return -__builtin_inff(); }
  static constexpr float high() { return __builtin_inff(); }
};
template <> struct Limits<int> {
  static constexpr int low() { return -2147483647 - 1; }
  static constexpr int high() { return 2147483647; }
};
template <> struct Limits<unsigned> {
  static constexpr unsigned low() { return 0; }
  static constexpr unsigned high() { return 0xffffffffu; }
};
template <class A> struct Combine<Operation::MIN, A> {
  static constexpr A neutral() { return Limits<A>::high(); }
  static A apply(A a, A x) { return x < a ? x : a; }
};
template <class A> struct Combine<Operation::MAX, A> {
  static constexpr A neutral() { return Limits<A>::low(); }
  static A apply(A a, A x) { return a < x ? x : a; }
};
template <class A> struct Combine<Operation::LOGICAL_AND, A> {
  static constexpr A neutral() { return true; }
  static A apply(A a, A x) { return a & x; }
};
template <class A> struct Combine<Operation::LOGICAL_OR, A> {
  static constexpr A neutral() { return false; }
  static A apply(A a, A x) { return a | x; }
};
template <class A> struct Combine<Operation::SQUARE_ADD, A> {
  static constexpr A neutral() { return A(0); }
  static A apply(A a, A x) { return Combine<Operation::ADD, A>::apply(a, Combine<Operation::MUL, A>::apply(x, x)); }
};
template <class A> struct Combine<Operation::LOG_ADD, A> {
  static constexpr A neutral() { return Limits<A>::low(); }
  static A apply(A a, A x) {
    const A high = a < x ? x : a;
    const A below = __builtin_expf(a == x ? A(0) : -__builtin_fabsf(a - x)); // infinities have no distance
    const A sum = 1 + below;
    return high + (__builtin_logf(sum) + (below - (sum - 1))); // with what the sum has lost
  }
};

/// Combines the partial sums of lanes: as apply, but elements are not squared again.
template <Operation op, class A> A merge(A a, A x) {
  return Combine<op == Operation::SQUARE_ADD ? Operation::ADD : op, A>::apply(a, x);
}

/// Sums of neighbouring elements, named lane by lane. Where a vector adds floats or halves, it accumulates 128 bits at
/// once.
template <Operation op, class In> struct Sums {
  using A = typename Accumulator<In>::type;
  using C = Combine<op, A>;
  static constexpr unsigned kLanes = 4;
  A s0 = C::neutral(), s1 = C::neutral(), s2 = C::neutral(), s3 = C::neutral();
  void take(const In *in) {
    s0 = C::apply(s0, A(in[0]));
    s1 = C::apply(s1, A(in[1]));
    s2 = C::apply(s2, A(in[2]));
    s3 = C::apply(s3, A(in[3]));
  }
  void store(A *to) const { to[0] = s0, to[1] = s1, to[2] = s2, to[3] = s3; }
  A joined() const { return merge<op>(merge<op>(s0, s1), merge<op>(s2, s3)); }
};

template <unsigned lanes> struct VectorOf {
  typedef float Floats __attribute__((ext_vector_type(lanes), aligned(4)));
  typedef _Float16 Halves __attribute__((ext_vector_type(lanes), aligned(2)));
  static Floats load(const float *in) { return *reinterpret_cast<const Floats *>(in); }
  static Floats load(const half *in) {
    return __builtin_convertvector(*reinterpret_cast<const Halves *>(in), Floats);
  }
};
template <Operation op, class In, unsigned lanes> struct FloatSums {
  static constexpr unsigned kLanes = lanes;
  typename VectorOf<lanes>::Floats sums = Combine<op, float>::neutral();
  void take(const In *in) {
    const auto x = VectorOf<lanes>::load(in);
    if constexpr (op == Operation::ADD)
      sums = sums + x;
    else if constexpr (op == Operation::SQUARE_ADD)
      sums = sums + x * x;
    else if constexpr (op == Operation::MUL)
      sums = sums * x;
    else if constexpr (op == Operation::MIN)
      sums = x < sums ? x : sums;
    else
      sums = sums < x ? x : sums;
  }
  void store(float *to) const {
    to[0] = sums[0], to[1] = sums[1], to[2] = sums[2], to[3] = sums[3];
    if constexpr (lanes == 8) to[4] = sums[4], to[5] = sums[5], to[6] = sums[6], to[7] = sums[7];
  }
  float joined() const {
    const float low = merge<op>(merge<op>(sums[0], sums[1]), merge<op>(sums[2], sums[3]));
    if constexpr (lanes == 4)
      return low;
    else
      return merge<op>(low, merge<op>(merge<op>(sums[4], sums[5]), merge<op>(sums[6], sums[7])));
  }
};
/// The least or the greatest of halves is one of them: they stay halves.
template <Operation op> struct HalfExtremes {
  static constexpr unsigned kLanes = 8;
  using Halves = typename VectorOf<kLanes>::Halves;
  Halves sums = static_cast<_Float16>(Combine<op, float>::neutral());
  void take(const half *in) {
    const Halves x = *reinterpret_cast<const Halves *>(in);
    if constexpr (op == Operation::MIN)
      sums = x < sums ? x : sums;
    else
      sums = sums < x ? x : sums;
  }
  void store(float *to) const {
    const auto s = __builtin_convertvector(sums, VectorOf<kLanes>::Floats);
    to[0] = s[0], to[1] = s[1], to[2] = s[2], to[3] = s[3], to[4] = s[4], to[5] = s[5], to[6] = s[6], to[7] = s[7];
  }
  float joined() const {
    float s[kLanes];
    store(s);
    return merge<op>(merge<op>(merge<op>(s[0], s[1]), merge<op>(s[2], s[3])),
                     merge<op>(merge<op>(s[4], s[5]), merge<op>(s[6], s[7])));
  }
};
#define SUM_IN_VECTORS(op, lanesOfHalves)                                                                            \
  template <> struct Sums<Operation::op, float> : FloatSums<Operation::op, float, 4> {};                             \
  template <> struct Sums<Operation::op, half> : FloatSums<Operation::op, half, lanesOfHalves> {};
SUM_IN_VECTORS(ADD, 8)
SUM_IN_VECTORS(SQUARE_ADD, 4)
SUM_IN_VECTORS(MUL, 4)
/// Eight of them in two words, each 0 or 1.
template <Operation op> struct BoolSums {
  static constexpr unsigned kLanes = 8;
  typedef unsigned Word __attribute__((aligned(1), may_alias));
  static constexpr unsigned kNeutral = Combine<op, bool>::neutral() ? 0x01010101u : 0u;
  unsigned low = kNeutral, high = kNeutral;
  static unsigned apply(unsigned a, unsigned x) { return op == Operation::LOGICAL_AND ? a & x : a | x; }
  void take(const bool *in) {
    const Word *words = reinterpret_cast<const Word *>(in);
    low = apply(low, words[0]);
    high = apply(high, words[1]);
  }
  void store(bool *to) const {
    to[0] = low & 1, to[1] = low >> 8 & 1, to[2] = low >> 16 & 1, to[3] = low >> 24;
    to[4] = high & 1, to[5] = high >> 8 & 1, to[6] = high >> 16 & 1, to[7] = high >> 24;
  }
  bool joined() const {
    const unsigned both = apply(low, high), half = apply(both, both >> 16);
    return apply(half, half >> 8) & 1;
  }
};
template <> struct Sums<Operation::LOGICAL_AND, bool> : BoolSums<Operation::LOGICAL_AND> {};
template <> struct Sums<Operation::LOGICAL_OR, bool> : BoolSums<Operation::LOGICAL_OR> {};
template <> struct Sums<Operation::MIN, float> : FloatSums<Operation::MIN, float, 4> {};
template <> struct Sums<Operation::MAX, float> : FloatSums<Operation::MAX, float, 4> {};
template <> struct Sums<Operation::MIN, half> : HalfExtremes<Operation::MIN> {};
template <> struct Sums<Operation::MAX, half> : HalfExtremes<Operation::MAX> {};

/// sums[0..count) of columns c.. of a block stored row after row, in[r * cols + c], or column after column,
/// in[c * rows + r] (in lanes). Out of line: many vertices share it.
template <Operation op, class In, bool rowMajor>
[[gnu::noinline]] void reduceGroup(const In *in, unsigned rows, unsigned cols, unsigned c, unsigned count,
                                   typename Accumulator<In>::type *sums) {
  using A = typename Accumulator<In>::type;
  using C = Combine<op, A>;
  popgraph::handScheduled();
  if constexpr (rowMajor) {
    const In *element = in + c;
    if (count == Sums<op, In>::kLanes) {
      Sums<op, In> lanes;
      for (unsigned r = 0; r != rows; ++r, element += cols)
        lanes.take(element);
      lanes.store(sums);
      return;
    }
    for (unsigned k = 0; k < count; ++k) {
      A sum = C::neutral();
      const In *item = element + k;
      for (unsigned r = 0; r != rows; ++r, item += cols)
        sum = C::apply(sum, A(*item));
      sums[k] = sum;
    }
  } else {
    for (unsigned k = 0; k < count; ++k) {
      const In *column = in + (c + k) * rows;
      Sums<op, In> lanes;
      constexpr unsigned width = Sums<op, In>::kLanes;
      const unsigned whole = rows / width;
      for (unsigned i = 0; i != whole; ++i)
        lanes.take(column + i * width);
      A sum = lanes.joined();
      for (unsigned r = whole * width; r != rows; ++r)
        sum = C::apply(sum, A(column[r]));
      sums[k] = sum;
    }
  }
}

// Codelets of a CPU target see the whole memory of a processor, where it pays to read in the order of addresses. On the
// tiles of an IPU any order costs the same.
constexpr bool kReadsInOrder = __POPGRAPH_NUM_WORKERS__ == 1;
constexpr unsigned kWide = 1024; ///< columns whose sums stay in the nearest cache
constexpr unsigned kRowsAtOnce = 8;

/// sums[0..count) of columns c.. of a block stored row after row, some rows at a time. The order in which each sum takes
/// its elements is that of reduceGroup.
template <Operation op, class In>
[[gnu::noinline]] void reduceRowsInOrder(const In *__restrict in, unsigned rows, unsigned cols, unsigned count,
                                         typename Accumulator<In>::type *__restrict sums) {
  using A = typename Accumulator<In>::type;
  using C = Combine<op, A>;
  for (unsigned k = 0; k < count; ++k)
    sums[k] = C::neutral();
  unsigned r = 0;
  for (; r + kRowsAtOnce <= rows; r += kRowsAtOnce) {
    const In *a = in + std::size_t(r) * cols;
    const In *b = a + cols, *c = b + cols, *d = c + cols, *e = d + cols, *f = e + cols, *g = f + cols, *h = g + cols;
    for (unsigned k = 0; k < count; ++k) {
      A sum = C::apply(C::apply(C::apply(C::apply(sums[k], A(a[k])), A(b[k])), A(c[k])), A(d[k]));
      sums[k] = C::apply(C::apply(C::apply(C::apply(sum, A(e[k])), A(f[k])), A(g[k])), A(h[k]));
    }
  }
  for (; r < rows; ++r)
    for (unsigned k = 0; k < count; ++k)
      sums[k] = C::apply(sums[k], A(in[std::size_t(r) * cols + k]));
}

constexpr unsigned kLanes = 32;

/// The sum of n elements in a row, in kLanes lanes; lane l has elements l, l + kLanes, ...
template <Operation op, class In>
[[gnu::noinline]] typename Accumulator<In>::type reduceInLanes(const In *in, std::size_t n) {
  using A = typename Accumulator<In>::type;
  using C = Combine<op, A>;
  A lanes[kLanes];
  for (unsigned l = 0; l < kLanes; ++l)
    lanes[l] = C::neutral();
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes)
    for (unsigned l = 0; l < kLanes; ++l)
      lanes[l] = C::apply(lanes[l], A(in[i + l]));
  for (unsigned l = 0; i < n; ++i, ++l)
    lanes[l] = C::apply(lanes[l], A(in[i]));
  for (unsigned width = kLanes / 2; width != 0; width /= 2)
    for (unsigned l = 0; l < width; ++l)
      lanes[l] = merge<op, A>(lanes[l], lanes[l + width]);
  return lanes[0];
}

/// Columns [begin, end); `store(c, value)` takes the results.
template <Operation op, class In, bool rowMajor, class Store>
void reduceBlock(const In *in, unsigned rows, unsigned cols, unsigned begin, unsigned end, Store store) {
  if constexpr (kReadsInOrder && rowMajor) {
    for (unsigned c = begin; c < end; c += kWide) {
      typename Accumulator<In>::type sums[kWide];
      const unsigned count = end - c < kWide ? end - c : kWide;
      reduceRowsInOrder<op, In>(in + c, rows, cols, count, sums);
      for (unsigned k = 0; k < count; ++k)
        store(c + k, sums[k]);
    }
    return;
  } else if constexpr (kReadsInOrder) {
    for (unsigned c = begin; c < end; ++c)
      store(c, reduceInLanes<op, In>(in + std::size_t(c) * rows, rows));
    return;
  }
  constexpr unsigned width = Sums<op, In>::kLanes;
  for (unsigned c = begin; c < end; c += width) {
    typename Accumulator<In>::type sums[width];
    const unsigned count = end - c < width ? end - c : width;
    reduceGroup<op, In, rowMajor>(in, rows, cols, c, count, sums);
    for (unsigned k = 0; k < count; ++k)
      store(c + k, sums[k]);
  }
}

/// The columns of one worker: `step` each (rounded by the host so that no two workers store to one word).
struct Share {
  unsigned begin, end;
  Share(unsigned cols, unsigned step, unsigned worker) {
    begin = worker * step;
    end = begin + step < cols ? begin + step : cols;
  }
};

/// Workers share the columns.
template <Operation op, class In, class Out, bool rowMajor> class Reduce : public MultiVertex {
public:
  Input<Vector<In, VectorLayout::ONE_PTR>> in;
  Output<Vector<Out>> out;
  const unsigned rows, step;

  bool compute(unsigned worker) {
    popgraph::handScheduled();
    const Share share(out.size(), step, worker);
    Out *result = &out[0];
    reduceBlock<op, In, rowMajor>(&in[0], rows, out.size(), share.begin, share.end,
                                  [=](unsigned c, auto value) { result[c] = Out(value); });
    return true;
  }
};

/// One worker; several of these share a tile by rows.
template <Operation op, class In, class Out, bool rowMajor> class ReducePartial : public Vertex {
public:
  Input<Vector<In, VectorLayout::ONE_PTR>> in;
  Output<Vector<Out>> out;
  const unsigned rows;

  bool compute() {
    popgraph::handScheduled();
    Out *result = &out[0];
    reduceBlock<op, In, rowMajor>(&in[0], rows, out.size(), 0u, out.size(),
                                  [=](unsigned c, auto value) { result[c] = Out(value); });
    return true;
  }
};

/// The reduced value with its scale; among logarithms a factor is a summand.
template <Operation op> float scaled(float scale, float value) {
  return op == Operation::LOG_ADD ? scale + value : scale * value;
}

/// out = scaled(reduced), combined with out when `update` is set.
template <Operation op, class In, class Out, bool rowMajor> class ReduceScaled : public MultiVertex {
public:
  Input<Vector<In, VectorLayout::ONE_PTR>> in;
  InOut<Vector<Out>> out;
  Input<float> scale;
  const unsigned rows, step;
  const bool update;

  bool compute(unsigned worker) {
    popgraph::handScheduled();
    const Share share(out.size(), step, worker);
    Out *result = &out[0];
    const float factor = *scale;
    if (update)
      reduceBlock<op, In, rowMajor>(&in[0], rows, out.size(), share.begin, share.end, [=](unsigned c, auto value) {
        result[c] = Out(merge<op>(float(result[c]), scaled<op>(factor, float(value))));
      });
    else
      reduceBlock<op, In, rowMajor>(&in[0], rows, out.size(), share.begin, share.end,
                                    [=](unsigned c, auto value) { result[c] = Out(scaled<op>(factor, float(value))); });
    return true;
  }
};

#define INSTANTIATE_KINDS(op, In, Out)                                                                               \
  template class Reduce<Operation::op, In, Out, true>;                                                               \
  template class Reduce<Operation::op, In, Out, false>;                                                              \
  template class ReducePartial<Operation::op, In, Out, true>;                                                        \
  template class ReducePartial<Operation::op, In, Out, false>;
#define INSTANTIATE_SCALED(op, In, Out)                                                                              \
  template class ReduceScaled<Operation::op, In, Out, true>;                                                         \
  template class ReduceScaled<Operation::op, In, Out, false>;
#define INSTANTIATE_REALS(op)                                                                                        \
  INSTANTIATE_KINDS(op, float, float)                                                                                \
  INSTANTIATE_KINDS(op, half, float)                                                                                 \
  INSTANTIATE_KINDS(op, float, half)                                                                                 \
  INSTANTIATE_KINDS(op, half, half)
#define INSTANTIATE_SCALED_REALS(op)                                                                                 \
  INSTANTIATE_SCALED(op, float, float)                                                                               \
  INSTANTIATE_SCALED(op, half, float)                                                                                \
  INSTANTIATE_SCALED(op, float, half)                                                                                \
  INSTANTIATE_SCALED(op, half, half)
#define INSTANTIATE_INTEGERS(op)                                                                                     \
  INSTANTIATE_KINDS(op, int, int)                                                                                    \
  INSTANTIATE_KINDS(op, unsigned, unsigned)

INSTANTIATE_REALS(ADD)
INSTANTIATE_REALS(MUL)
INSTANTIATE_REALS(MIN)
INSTANTIATE_REALS(MAX)
INSTANTIATE_REALS(SQUARE_ADD)
INSTANTIATE_REALS(LOG_ADD)
INSTANTIATE_SCALED_REALS(ADD)
INSTANTIATE_SCALED_REALS(SQUARE_ADD)
INSTANTIATE_SCALED_REALS(LOG_ADD)
INSTANTIATE_INTEGERS(ADD)
INSTANTIATE_INTEGERS(MUL)
INSTANTIATE_INTEGERS(MIN)
INSTANTIATE_INTEGERS(MAX)
INSTANTIATE_INTEGERS(SQUARE_ADD)
INSTANTIATE_SCALED(ADD, int, int)
INSTANTIATE_SCALED(ADD, unsigned, unsigned)
INSTANTIATE_SCALED(SQUARE_ADD, int, int)
INSTANTIATE_SCALED(SQUARE_ADD, unsigned, unsigned)
INSTANTIATE_KINDS(LOGICAL_AND, bool, bool)
INSTANTIATE_KINDS(LOGICAL_OR, bool, bool)

} // namespace popops
