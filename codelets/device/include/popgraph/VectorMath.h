#ifndef POPGRAPH_VECTOR_MATH_H
#define POPGRAPH_VECTOR_MATH_H
// Mathematics on numbers and short vectors, element by element. The type of the first argument decides: the others
// are converted to it, so that max(v, 0) works.
#include <popgraph/Vectors.h>

namespace poplar {
template <class Number> class Input;
template <class Number> class Output;
template <class Number> class InOut;
} // namespace poplar

extern "C" {
float __popgraph_sigmoidf(float) __attribute__((const, nothrow));
float __popgraph_rsqrtf(float) __attribute__((const, nothrow));
}

namespace popgraph {
namespace math {

// How a type is computed with. Own: by operations that are exact or rounded once. Wide: by functions, in float.
template <class Number, class Function> struct Plain {
  typedef Number Type, Own;
  typedef Function Wide;
  static Number own(const Number &a) { return a; }
  static Number back(const Number &a) { return a; }
  static Function wide(const Number &a) { return a; }
  static Number narrow(const Function &a) { return static_cast<Number>(a); }
};
template <class Number> struct Value : Plain<Number, typename OnlyIf<__is_arithmetic(Number), float>::type> {};
template <> struct Value<double> : Plain<double, double> {};
template <> struct Value<float2> : Plain<float2, float2> {};
template <> struct Value<float4> : Plain<float4, float4> {};
template <> struct Value<half> {
  typedef half Type;
  typedef _Float16 Own;
  typedef float Wide;
  static _Float16 own(const half &a) { return __builtin_bit_cast(_Float16, a); }
  static half back(_Float16 a) { return __builtin_bit_cast(half, a); }
  static float wide(const half &a) { return a; }
  static half narrow(float a) { return half(a); }
};
template <unsigned length> struct Value<HalfVector<length>> {
  typedef HalfVector<length> Type;
  typedef typename Type::Lanes Own;
  typedef typename Type::Floats Wide;
  static Own own(const Type &a) { return a.lanes(); }
  static Type back(Own a) { return Type(a); }
  static Wide wide(const Type &a) { return a.floats(); }
  static Type narrow(Wide a) { return Type(a); }
};
// Vectors of integers, as far as an operation makes sense for them.
#define POPGRAPH_INTEGERS(name)                                \
  template <> struct Value<name##2> : Plain<name##2, float2> {}; \
  template <> struct Value<name##4> : Plain<name##4, float4> {};
POPGRAPH_INTEGERS(int)
POPGRAPH_INTEGERS(uint)
POPGRAPH_INTEGERS(short)
POPGRAPH_INTEGERS(ushort)
POPGRAPH_INTEGERS(char)
POPGRAPH_INTEGERS(schar)
POPGRAPH_INTEGERS(uchar)
#undef POPGRAPH_INTEGERS
// An edge of a vertex stands for what it is connected to.
template <class Number> struct Value<poplar::Input<Number>> : Value<Number> {};
template <class Number> struct Value<poplar::Output<Number>> : Value<Number> {};
template <class Number> struct Value<poplar::InOut<Number>> : Value<Number> {};

// A function of each element where the compiler has no operation for vectors.
template <class Function> inline float each(Function f, float a) { return f(a); }
template <class Function> inline double each(Function f, double a) { return f(static_cast<float>(a)); }
template <class Function, class Numbers> inline Numbers each(Function f, Numbers a) {
  for (unsigned i = 0; i != sizeof(Numbers) / sizeof a[0]; ++i) a[i] = f(a[i]);
  return a;
}
template <class Function> inline float each2(Function f, float a, float b) { return f(a, b); }
template <class Function> inline double each2(Function f, double a, double b) {
  return f(static_cast<float>(a), static_cast<float>(b));
}
template <class Function, class Numbers> inline Numbers each2(Function f, Numbers a, Numbers b) {
  for (unsigned i = 0; i != sizeof(Numbers) / sizeof a[0]; ++i) a[i] = f(a[i], b[i]);
  return a;
}

#define POPGRAPH_ONE(name, to, from, expression)                               \
  template <class Number> inline typename Value<Number>::Type name(const Number &a) { \
    const auto x = Value<Number>::to(a);                                       \
    return Value<Number>::from(expression);                                    \
  }
#define POPGRAPH_TWO(name, to, from, expression)                                                                       \
  template <class Number>                                                                                              \
  inline typename Value<Number>::Type name(const Number &a, const typename Value<Number>::Type &b) {                   \
    const auto x = Value<Number>::to(a), y = Value<Number>::to(b);                                                     \
    return Value<Number>::from(expression);                                                                            \
  }
#define POPGRAPH_OWN(name, expression) POPGRAPH_ONE(name, own, back, expression)
#define POPGRAPH_WIDE(name, expression) POPGRAPH_ONE(name, wide, narrow, expression)
#define POPGRAPH_OWN2(name, expression) POPGRAPH_TWO(name, own, back, expression)
#define POPGRAPH_WIDE2(name, expression) POPGRAPH_TWO(name, wide, narrow, expression)
#define POPGRAPH_EACH(name, builtin) \
  POPGRAPH_WIDE(name, math::each([](float value) -> float { return builtin(value); }, x))
#define POPGRAPH_EACH2(name, builtin) \
  POPGRAPH_WIDE2(name, math::each2([](float one, float two) -> float { return builtin(one, two); }, x, y))
POPGRAPH_OWN(fabs, __builtin_elementwise_abs(x))
POPGRAPH_OWN(abs, __builtin_elementwise_abs(x))
POPGRAPH_OWN(floor, __builtin_elementwise_floor(x))
POPGRAPH_OWN(ceil, __builtin_elementwise_ceil(x))
POPGRAPH_OWN(trunc, __builtin_elementwise_trunc(x))
POPGRAPH_OWN(round, __builtin_elementwise_round(x))
POPGRAPH_OWN(rint, __builtin_elementwise_rint(x))
POPGRAPH_OWN(nearbyint, __builtin_elementwise_nearbyint(x))
POPGRAPH_WIDE(sqrt, __builtin_elementwise_sqrt(x))
POPGRAPH_WIDE(rsqrt, math::each(__popgraph_rsqrtf, x))
POPGRAPH_WIDE(exp, __builtin_elementwise_exp(x))
POPGRAPH_WIDE(exp2, __builtin_elementwise_exp2(x))
POPGRAPH_EACH(exp10, __builtin_exp10f)
POPGRAPH_EACH(expm1, __builtin_expm1f)
POPGRAPH_WIDE(log, __builtin_elementwise_log(x))
POPGRAPH_WIDE(ln, __builtin_elementwise_log(x))
POPGRAPH_WIDE(log2, __builtin_elementwise_log2(x))
POPGRAPH_WIDE(log10, __builtin_elementwise_log10(x))
POPGRAPH_EACH(log1p, __builtin_log1pf)
POPGRAPH_WIDE(sin, __builtin_elementwise_sin(x))
POPGRAPH_WIDE(cos, __builtin_elementwise_cos(x))
POPGRAPH_WIDE(tan, __builtin_elementwise_tan(x))
POPGRAPH_EACH(asin, __builtin_asinf)
POPGRAPH_EACH(acos, __builtin_acosf)
POPGRAPH_EACH(atan, __builtin_atanf)
POPGRAPH_EACH(sinh, __builtin_sinhf)
POPGRAPH_EACH(cosh, __builtin_coshf)
POPGRAPH_EACH(tanh, __builtin_tanhf)
POPGRAPH_EACH(cbrt, __builtin_cbrtf)
POPGRAPH_EACH(erf, __builtin_erff)
POPGRAPH_WIDE(sigmoid, math::each(__popgraph_sigmoidf, x))
POPGRAPH_OWN2(min, __builtin_elementwise_min(x, y))
POPGRAPH_OWN2(max, __builtin_elementwise_max(x, y))
POPGRAPH_OWN2(fmin, __builtin_elementwise_min(x, y))
POPGRAPH_OWN2(fmax, __builtin_elementwise_max(x, y))
POPGRAPH_OWN2(copysign, __builtin_elementwise_copysign(x, y))
/// |a| + |b| and the greater of |a| and |b|.
POPGRAPH_OWN2(absadd, __builtin_elementwise_abs(x) + __builtin_elementwise_abs(y))
POPGRAPH_OWN2(absmax, __builtin_elementwise_max(__builtin_elementwise_abs(x), __builtin_elementwise_abs(y)))
POPGRAPH_WIDE2(pow, __builtin_elementwise_pow(x, y))
POPGRAPH_EACH2(fmod, __builtin_fmodf)
POPGRAPH_EACH2(atan2, __builtin_atan2f)
POPGRAPH_EACH2(hypot, __builtin_hypotf)
#undef POPGRAPH_EACH
#undef POPGRAPH_EACH2
#undef POPGRAPH_OWN
#undef POPGRAPH_WIDE
#undef POPGRAPH_OWN2
#undef POPGRAPH_WIDE2
#undef POPGRAPH_ONE
#undef POPGRAPH_TWO

/// a * b + c.
template <class Number>
inline typename Value<Number>::Type fma(const Number &a, const typename Value<Number>::Type &b,
                                        const typename Value<Number>::Type &c) {
  typedef Value<Number> Numbers;
  return Numbers::narrow(__builtin_elementwise_fma(Numbers::wide(a), Numbers::wide(b), Numbers::wide(c)));
}

/// `low` where a is less, `high` where it is greater.
template <class Number>
inline typename Value<Number>::Type clamp(const Number &a, const typename Value<Number>::Type &low,
                                     const typename Value<Number>::Type &high) {
  return math::max(math::min(a, high), low);
}
// With both limits in a pair, as the instruction takes them.
inline float clamp(float a, float2 limits) { return math::clamp(a, limits[0], limits[1]); }
inline float2 clamp(float2 a, float2 limits) { return math::clamp(a, float2(limits[0]), float2(limits[1])); }
inline float4 clamp(float4 a, float2 limits) { return math::clamp(a, float4(limits[0]), float4(limits[1])); }
inline half clamp(half a, half2 limits) { return math::clamp(a, limits[0], limits[1]); }
template <unsigned length> inline HalfVector<length> clamp(const HalfVector<length> &a, const half2 &limits) {
  return math::clamp(a, HalfVector<length>(limits[0]), HalfVector<length>(limits[1]));
}

/// Sum of the elements, in float.
inline float sum(float2 v) { return v[0] + v[1]; }
inline float sum(float4 v) { return (v[0] + v[1]) + (v[2] + v[3]); }
inline float sum(half2 v) { return math::sum(v.floats()); }
inline float sum(half4 v) { return math::sum(v.floats()); }
/// Scalar product, in float.
template <class Numbers> inline float dot(const Numbers &a, const typename Value<Numbers>::Type &b) {
  return math::sum(Value<Numbers>::wide(a) * Value<Numbers>::wide(b));
}

/// Whether an element is not a number, infinite, or neither: 1 or 0 for a number, -1 or 0 for elements of a vector.
template <class Number> inline auto isnan(const Number &a) -> decltype(Value<Number>::own(a) != Value<Number>::own(a)) {
  return Value<Number>::own(a) != Value<Number>::own(a);
}
template <class Number> inline auto isinf(const Number &a) -> decltype(math::fabs(a) == math::fabs(a)) {
  return math::fabs(a) == typename Value<Number>::Type(__builtin_huge_valf());
}
template <class Number> inline auto isfinite(const Number &a) -> decltype(math::fabs(a) < math::fabs(a)) {
  return math::fabs(a) < typename Value<Number>::Type(__builtin_huge_valf());
}

} // namespace math
} // namespace popgraph

#endif
