#ifndef POPGRAPH_VECTORS_H
#define POPGRAPH_VECTORS_H
// Short vectors of codelets, by names that leave the global namespace alone: <ipudef.h> gives them theirs.

// The vectors that are the compiler's own. `long` has 32 bits on a tile.
//  element          name
#define POPGRAPH_VECTOR_NAMES(X) \
  X(float,          float)       \
  X(int,            int)         \
  X(unsigned,       uint)        \
  X(int,            long)        \
  X(unsigned,       ulong)       \
  X(short,          short)       \
  X(unsigned short, ushort)      \
  X(char,           char)        \
  X(signed char,    schar)       \
  X(unsigned char,  uchar)       \
  X(long long,      longlong)    \
  X(unsigned long long, ulonglong)

#ifdef __cplusplus
#include <poplar/HalfFloat.hpp>

namespace popgraph {

#define POPGRAPH_VECTOR(element, name)                         \
  typedef element name##2 __attribute__((ext_vector_type(2))); \
  typedef element name##4 __attribute__((ext_vector_type(4)));
POPGRAPH_VECTOR_NAMES(POPGRAPH_VECTOR)
#undef POPGRAPH_VECTOR

template <class Number> struct IsNumber { static constexpr bool value = __is_arithmetic(Number); };
template <> struct IsNumber<half> { static constexpr bool value = true; };
template <bool, class Number = int> struct OnlyIf {};
template <class Number> struct OnlyIf<true, Number> { typedef Number type; };

/// Halves. `half` is a class, so its vectors are too: each operation rounds once per element. One number stands for
/// a vector of it. Comparisons give -1 where they hold and 0 elsewhere, as those of the compiler's vectors do.
template <unsigned length> class HalfVector {
public:
  typedef _Float16 Lanes __attribute__((ext_vector_type(length)));
  typedef float Floats __attribute__((ext_vector_type(length)));
  typedef short Mask __attribute__((ext_vector_type(length)));

  HalfVector() = default;
  HalfVector(Lanes lanes) : lanes_(lanes) {}
  template <class Single, typename OnlyIf<IsNumber<Single>::value>::type = 0>
  HalfVector(Single all) : lanes_(static_cast<_Float16>(static_cast<float>(half(all)))) {}
  /// Rounds each element.
  explicit HalfVector(Floats floats) : lanes_(__builtin_convertvector(floats, Lanes)) {}
  template <class First, class Second, class... Rest> HalfVector(First a, Second b, Rest... rest) {
    static_assert(sizeof...(Rest) + 2 == length, "one initial value, or one for each element");
    const half values[] = {half(a), half(b), half(rest)...};
    __builtin_memcpy(&lanes_, values, sizeof values);
  }

  half &operator[](unsigned i) { return reinterpret_cast<half *>(&lanes_)[i]; }
  const half &operator[](unsigned i) const { return reinterpret_cast<const half *>(&lanes_)[i]; }

  Lanes lanes() const { return lanes_; }
  /// Exact.
  Floats floats() const { return __builtin_convertvector(lanes_, Floats); }
  explicit operator Floats() const { return floats(); }

#define POPGRAPH_OPERATOR(op)                                                                                      \
  friend HalfVector operator op(HalfVector a, HalfVector b) { return HalfVector(Lanes(a.lanes_ op b.lanes_)); } \
  HalfVector &operator op##=(HalfVector other) { return *this = *this op other; }
  POPGRAPH_OPERATOR(+)
  POPGRAPH_OPERATOR(-)
  POPGRAPH_OPERATOR(*)
  POPGRAPH_OPERATOR(/)
#undef POPGRAPH_OPERATOR
#define POPGRAPH_OPERATOR(op) \
  friend Mask operator op(HalfVector a, HalfVector b) { return a.lanes_ op b.lanes_; }
  POPGRAPH_OPERATOR(==)
  POPGRAPH_OPERATOR(!=)
  POPGRAPH_OPERATOR(<)
  POPGRAPH_OPERATOR(>)
  POPGRAPH_OPERATOR(<=)
  POPGRAPH_OPERATOR(>=)
#undef POPGRAPH_OPERATOR
  HalfVector operator-() const { return HalfVector(Lanes(-lanes_)); }
  HalfVector operator+() const { return *this; }

private:
  Lanes lanes_;
};
typedef HalfVector<2> half2;
typedef HalfVector<4> half4;
typedef HalfVector<8> half8;

template <class To, class From> struct ConvertVector {
  static To convert(const From &from) { return __builtin_convertvector(from, To); }
};
template <class To, unsigned length> struct ConvertVector<To, HalfVector<length>> {
  static To convert(const HalfVector<length> &from) { return __builtin_convertvector(from.lanes(), To); }
};
template <unsigned length, class From> struct ConvertVector<HalfVector<length>, From> {
  static HalfVector<length> convert(const From &from) {
    return HalfVector<length>(__builtin_convertvector(from, typename HalfVector<length>::Lanes));
  }
};
template <unsigned length> struct ConvertVector<HalfVector<length>, HalfVector<length>> {
  static HalfVector<length> convert(const HalfVector<length> &from) { return from; }
};
/// Element by element, between all vectors of the same number of elements.
template <class To, class From> inline To convertVector(const From &from) {
  return ConvertVector<To, From>::convert(from);
}

} // namespace popgraph

// The compiler's operator does not know vectors of half.
#define __builtin_convertvector(vector, type) (::popgraph::convertVector<type>(vector))
#endif
#endif
