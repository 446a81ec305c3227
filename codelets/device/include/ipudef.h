#ifndef POPGRAPH_IPUDEF_H
#define POPGRAPH_IPUDEF_H
// Short vector types of codelets.
#include <poplar/HalfFloat.hpp>

#define POPGRAPH_VECTORS(T, name)                               \
  typedef T name##2 __attribute__((ext_vector_type(2)));        \
  typedef T name##4 __attribute__((ext_vector_type(4)));
POPGRAPH_VECTORS(float, float)
POPGRAPH_VECTORS(int, int)
POPGRAPH_VECTORS(unsigned, uint)
POPGRAPH_VECTORS(short, short)
POPGRAPH_VECTORS(unsigned short, ushort)
POPGRAPH_VECTORS(char, char)
POPGRAPH_VECTORS(signed char, schar)
POPGRAPH_VECTORS(unsigned char, uchar)
POPGRAPH_VECTORS(long long, longlong)
#undef POPGRAPH_VECTORS

typedef unsigned int rptsize_t;

// half is a class, so its vectors are too: computed in float, rounded per operation.
template <unsigned N> struct popgraphHalfVector {
  half lane[N];

  popgraphHalfVector() = default;
  popgraphHalfVector(float all) {
    for (unsigned i = 0; i != N; ++i) lane[i] = half(all);
  }
  template <class A, class B, class... Rest>
  popgraphHalfVector(A a, B b, Rest... rest) : lane{half(a), half(b), half(rest)...} {
    static_assert(sizeof...(Rest) + 2 == N, "one initial value, or one for each element");
  }
  half &operator[](unsigned i) { return lane[i]; }
  const half &operator[](unsigned i) const { return lane[i]; }

#define POPGRAPH_OPERATOR(op)                                                                              \
  friend popgraphHalfVector operator op(const popgraphHalfVector &a, const popgraphHalfVector &b) {        \
    popgraphHalfVector result;                                                                             \
    for (unsigned i = 0; i != N; ++i) result.lane[i] = half(float(a.lane[i]) op float(b.lane[i]));         \
    return result;                                                                                         \
  }                                                                                                        \
  popgraphHalfVector &operator op##=(const popgraphHalfVector & other) { return *this = *this op other; }
  POPGRAPH_OPERATOR(+)
  POPGRAPH_OPERATOR(-)
  POPGRAPH_OPERATOR(*)
  POPGRAPH_OPERATOR(/)
#undef POPGRAPH_OPERATOR
  popgraphHalfVector operator-() const {
    popgraphHalfVector result;
    for (unsigned i = 0; i != N; ++i) result.lane[i] = half(-float(lane[i]));
    return result;
  }
} __attribute__((aligned(2 * N)));
typedef popgraphHalfVector<2> half2;
typedef popgraphHalfVector<4> half4;
typedef popgraphHalfVector<8> half8;

#endif
