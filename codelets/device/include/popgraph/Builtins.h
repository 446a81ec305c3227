#ifndef POPGRAPH_BUILTINS_H
#define POPGRAPH_BUILTINS_H
// Host models of the processor's own functions, `__builtin_ipu_*`. The codelet compiler includes this file by itself
// where they are used. Those that move packed addresses, load the matrix unit or talk to the exchange have no model.
#include <poplar/TileConstants.hpp>
#include <popgraph/VectorMath.h>
#include <popgraph/VertexContext.h>

extern "C" {
popgraph::VertexContext *__popgraph_context() __attribute__((const, nothrow));
unsigned long long __popgraph_cycles() __attribute__((nothrow));
struct PopgraphPair { float first, second; };
unsigned long __popgraph_random_bits(void *context) __attribute__((nothrow));
unsigned __popgraph_random_word(void *context) __attribute__((nothrow));
struct PopgraphPair __popgraph_random_uniforms(void *context) __attribute__((nothrow));
struct PopgraphPair __popgraph_random_normals(void *context) __attribute__((nothrow));
struct PopgraphPair __popgraph_random_mask(void *context, struct PopgraphPair a, float keep) __attribute__((nothrow));
unsigned __popgraph_random_get(void *context, unsigned index) __attribute__((nothrow));
void __popgraph_random_put(void *context, unsigned index, unsigned value) __attribute__((nothrow));
}

namespace popgraph {
namespace math {

// Bits of a value and back: masks and logic on floating-point registers.
template <class Number> struct Bits;
#define POPGRAPH_BITS(type, bits)                                                    \
  template <> struct Bits<type> {                                                    \
    typedef bits Type;                                                               \
    static bits of(const type &a) { return __builtin_bit_cast(bits, a); }            \
    static type from(const bits &a) { return __builtin_bit_cast(type, a); }          \
  };
POPGRAPH_BITS(float, int)
POPGRAPH_BITS(float2, int2)
POPGRAPH_BITS(float4, int4)
POPGRAPH_BITS(half, short)
POPGRAPH_BITS(half2, short2)
POPGRAPH_BITS(half4, short4)
POPGRAPH_BITS(int, int)
POPGRAPH_BITS(unsigned, unsigned)
POPGRAPH_BITS(int2, int2)
POPGRAPH_BITS(uint2, uint2)
#undef POPGRAPH_BITS

#define POPGRAPH_LOGIC(name, expression)                                                        \
  template <class Number> inline Number name(const Number &a, const typename Value<Number>::Type &b) { \
    const auto x = Bits<Number>::of(a), y = Bits<Number>::of(b);                                \
    return Bits<Number>::from(static_cast<typename Bits<Number>::Type>(expression));            \
  }
POPGRAPH_LOGIC(bitAnd, x & y)
POPGRAPH_LOGIC(andc, x & ~y)
POPGRAPH_LOGIC(bitOr, x | y)
POPGRAPH_LOGIC(bitXnor, ~(x ^ y))
#undef POPGRAPH_LOGIC
template <class Number> inline Number bitNot(const Number &a) {
  return Bits<Number>::from(static_cast<typename Bits<Number>::Type>(~Bits<Number>::of(a)));
}

// All bits where it holds, none elsewhere.
inline int mask(bool value) { return value ? -1 : 0; }
template <class MaskValue> inline MaskValue mask(const MaskValue &value) { return value; }
#define POPGRAPH_COMPARE(name, op)                                                                     \
  template <class Number> inline Number name(const Number &a, const typename Value<Number>::Type &b) { \
    const auto holds = math::mask(Value<Number>::own(a) op Value<Number>::own(b));                     \
    return Bits<Number>::from(static_cast<typename Bits<Number>::Type>(holds));                        \
  }
POPGRAPH_COMPARE(cmpeq, ==)
POPGRAPH_COMPARE(cmpne, !=)
POPGRAPH_COMPARE(cmplt, <)
POPGRAPH_COMPARE(cmple, <=)
POPGRAPH_COMPARE(cmpgt, >)
POPGRAPH_COMPARE(cmpge, >=)
#undef POPGRAPH_COMPARE

/// 1 / a and 1 / sqrt(a).
template <class Number> inline Number oox(const Number &a) {
  return Value<Number>::narrow(typename Value<Number>::Wide(1) / Value<Number>::wide(a));
}
template <class Number> inline Number oorx(const Number &a) { return math::rsqrt(a); }
template <class Number> inline Number sigm(const Number &a) { return math::sigmoid(a); }

// 32-bit words taken apart and put together. "lo" is the half with the lesser address.
inline unsigned roll16(unsigned a, unsigned b) { return a >> 16 | b << 16; }
inline unsigned roll8r(unsigned a, unsigned b) { return a >> 8 | b << 24; }
inline unsigned roll8l(unsigned a, unsigned b) { return b << 8 | a >> 24; }
inline unsigned sort4x16lo(unsigned a, unsigned b) { return (a & 0xffffu) | b << 16; }
inline unsigned sort4x16hi(unsigned a, unsigned b) { return a >> 16 | (b & 0xffff0000u); }
inline unsigned shuf8x8lo(unsigned a, unsigned b) {
  return (a & 0xffu) | (b & 0xffu) << 8 | (a & 0xff00u) << 8 | (b & 0xff00u) << 16;
}
inline unsigned shuf8x8hi(unsigned a, unsigned b) { return math::shuf8x8lo(a >> 16, b >> 16); }
inline unsigned swap8(unsigned a) { return (a & 0x00ff00ffu) << 8 | (a >> 8 & 0x00ff00ffu); }
inline unsigned bitrev8(unsigned a) { return __builtin_bswap32(__builtin_bitreverse32(a)); }
inline unsigned clz(unsigned a) { return a ? static_cast<unsigned>(__builtin_clz(a)) : 32; }
inline unsigned popc(unsigned a) { return static_cast<unsigned>(__builtin_popcount(a)); }

// Conversions.
inline float f16tof32(half a) { return a; }
inline half f32tof16(float a) { return half(a); }
inline float2 f16v2tof32(half2 a) { return a.floats(); }
inline half2 f32v2tof16(float2 a) { return half2(a); }
inline float f32fromi32(int a) { return static_cast<float>(a); }
inline float f32fromui32(unsigned a) { return static_cast<float>(a); }

/// Cycles of this worker, or of the supervisor, since its compute() began. Only differences within a call mean anything.
inline unsigned get_scount_l() { return static_cast<unsigned>(__popgraph_cycles()); }
inline unsigned get_scount_u() { return static_cast<unsigned>(__popgraph_cycles() >> 32); }
/// Tile that runs this vertex.
inline unsigned get_tile_id() { return __popgraph_context()->tile; }
/// Worker context that runs this vertex, from 0.
inline unsigned get_worker_id() { return __popgraph_context()->worker; }

/// 64 random bits of this worker: xoroshiro128+.
inline unsigned long long urand64() { return __popgraph_random_bits(__popgraph_context()); }
/// 32 random bits.
inline unsigned urand32() { return __popgraph_random_word(__popgraph_context()); }
/// Two numbers uniform in [-0.5, 0.5).
inline float2 f32v2urand() {
  const PopgraphPair drawn = __popgraph_random_uniforms(__popgraph_context());
  return float2{drawn.first, drawn.second};
}
inline float urand_f32() { return __popgraph_random_uniforms(__popgraph_context()).first; }
inline half urand_f16() {
  return half(static_cast<float>(static_cast<int>(math::urand32() >> 21) - (1 << 10)) * 0x1p-11f);
}
/// Two nearly standard normal numbers, each a scaled sum of six uniform ones.
inline float2 f32v2grand() {
  const PopgraphPair drawn = __popgraph_random_normals(__popgraph_context());
  return float2{drawn.first, drawn.second};
}
inline float f32grand() { return __popgraph_random_normals(__popgraph_context()).first; }
inline half2 f16v2grand() { return half2(math::f32v2grand()); }
/// Each element kept with probability `keep`, else zero.
inline float2 rmask(const float2 &a, float keep) {
  const PopgraphPair kept = __popgraph_random_mask(__popgraph_context(), PopgraphPair{a[0], a[1]}, keep);
  return float2{kept.first, kept.second};
}
template <class Number> inline Number rmask(const Number &a, float keep) {
  Number result = a;
  for (unsigned i = 0; i != sizeof(Number) / sizeof a[0]; ++i)
    if (static_cast<float>(math::urand32() >> 8) * 0x1p-24f >= keep) result[i] = 0;
  return result;
}

// Registers of a worker that later instructions read.
struct WorkerRegisters {
  float accumulators[2]; // what vector products are summed in
  float2 axpy;           // result that the next f32v2axpy returns
  unsigned scale;        // $TAS
};
inline WorkerRegisters &registers() {
  static WorkerRegisters all[6];
  return all[math::get_worker_id()];
}

/// Adds the products of the elements to the accumulators.
inline void f32v2mac(float2 a, float2 b) {
  WorkerRegisters &own = math::registers();
  own.accumulators[0] += a[0] * b[0];
  own.accumulators[1] += a[1] * b[1];
}
/// Adds the scalar product to the first accumulator.
inline void f16v2cmac(half2 a, half2 b) { math::registers().accumulators[0] += math::dot(a, b); }
inline void f16v4cmac(half4 a, half4 b) { math::registers().accumulators[0] += math::dot(a, b); }
inline void cmac(half2 a, half2 b) { math::f16v2cmac(a, b); }
inline void cmac(half4 a, half4 b) { math::f16v4cmac(a, b); }
inline void mac(float2 a, float2 b) { math::f32v2mac(a, b); }
/// Returns the first pair of accumulators and puts `next` there.
inline float2 f32v2gina(float2 next, int pair) {
  WorkerRegisters &own = math::registers();
  if (pair) __builtin_trap(); // only the first pair is summed in
  const float2 old{own.accumulators[0], own.accumulators[1]};
  own.accumulators[0] = next[0];
  own.accumulators[1] = next[1];
  return old;
}
inline float2 gina(float2 next, int pair) { return math::f32v2gina(next, pair); }
inline half2 f16v2gina(half2 next, int pair) { return half2(math::f32v2gina(next.floats(), pair)); }
inline half2 gina(half2 next, int pair) { return math::f16v2gina(next, pair); }
/// $TAS * a + b, which the next call returns: the result is one instruction late.
inline float2 f32v2axpy(float2 a, float2 b) {
  WorkerRegisters &own = math::registers();
  const float2 old = own.axpy;
  own.axpy = __builtin_bit_cast(float, own.scale) * a + b;
  return old;
}

/// Register `index`: what is modelled of it, else 0.
inline unsigned get(unsigned index) {
  switch (index) {
  case CSR_W_WSR__INDEX: return math::get_worker_id() << CSR_W_WSR__CTXTID_M1__SHIFT;
  case CSR_S_SCOUNT_L__INDEX: return math::get_scount_l();
  case CSR_S_SCOUNT_U__INDEX: return math::get_scount_u();
  default: return 0;
  }
}
inline unsigned uget(unsigned index) {
  switch (index) {
  case CSR_W_TAS__INDEX: return math::registers().scale;
  case CSR_W_PRNG_0_0__INDEX: return __popgraph_random_get(__popgraph_context(), 0);
  case CSR_W_PRNG_0_1__INDEX: return __popgraph_random_get(__popgraph_context(), 1);
  case CSR_W_PRNG_1_0__INDEX: return __popgraph_random_get(__popgraph_context(), 2);
  case CSR_W_PRNG_1_1__INDEX: return __popgraph_random_get(__popgraph_context(), 3);
  default: return 0;
  }
}
/// Modes of rounding and of exceptions cannot be set: other registers ignore what is written to them.
template <class Number> inline void put(Number, unsigned) {}
template <class Number> inline void uput(Number given, unsigned index) {
  const unsigned value = __builtin_bit_cast(unsigned, given);
  switch (index) {
  case CSR_W_TAS__INDEX: math::registers().scale = value; break;
  case CSR_W_FP_CLR__INDEX:
    if (value >> CSR_W_FP_CLR__ZAACC__SHIFT & CSR_W_FP_CLR__ZAACC__MASK)
      math::registers().accumulators[0] = math::registers().accumulators[1] = 0;
    break;
  case CSR_W_PRNG_0_0__INDEX: __popgraph_random_put(__popgraph_context(), 0, value); break;
  case CSR_W_PRNG_0_1__INDEX: __popgraph_random_put(__popgraph_context(), 1, value); break;
  case CSR_W_PRNG_1_0__INDEX: __popgraph_random_put(__popgraph_context(), 2, value); break;
  case CSR_W_PRNG_1_1__INDEX: __popgraph_random_put(__popgraph_context(), 3, value); break;
  default: break;
  }
}

} // namespace math
} // namespace popgraph

// Every model by the name of the builtin. Second list: where the name is a word of the language or says the type.
#define POPGRAPH_BUILTINS(X)                                                                                     \
  X(exp) X(exp2) X(ln) X(log2) X(sqrt) X(rsqrt) X(oox) X(oorx) X(tanh) X(sigm) X(sigmoid) X(min) X(max) X(clamp)  \
  X(absadd) X(absmax) X(sum) X(fma) X(floor) X(ceil) X(trunc) X(rint) X(fabs) X(abs)                             \
  X(cmpeq) X(cmpne) X(cmplt) X(cmple) X(cmpgt) X(cmpge) X(andc)                                                  \
  X(roll16) X(roll8l) X(roll8r) X(sort4x16lo) X(sort4x16hi) X(shuf8x8lo) X(shuf8x8hi) X(swap8) X(bitrev8)        \
  X(clz) X(popc) X(f16tof32) X(f32tof16) X(f16v2tof32) X(f32v2tof16) X(f32fromi32) X(f32fromui32)                \
  X(get_scount_l) X(get_scount_u) X(get_tile_id) X(get_worker_id)                                                \
  X(urand32) X(urand64) X(urand_f32) X(urand_f16) X(f32grand) X(f32v2grand) X(f16v2grand) X(rmask)               \
  X(f32v2mac) X(f16v2cmac) X(f16v4cmac) X(mac) X(cmac) X(f32v2gina) X(f16v2gina) X(gina) X(f32v2axpy)            \
  X(get) X(uget) X(put) X(uput)
#define POPGRAPH_RENAMED_BUILTINS(X)                                                                             \
  X(and_f32, bitAnd) X(and_v2f32, bitAnd) X(andc_f32, andc) X(andc_v2f32, andc) X(or_f32, bitOr)                 \
  X(or_v2f32, bitOr) X(not_f32, bitNot) X(not_v2f32, bitNot) X(xnor_f32, bitXnor) X(xnor_v2f32, bitXnor)         \
  X(f32v2rmask, rmask) X(f16v4rmask, rmask)
#define POPGRAPH_BUILTIN(name, model)                                                                            \
  template <class... Arguments>                                                                                  \
  inline auto __builtin_ipu_##name(const Arguments &...a)->decltype(popgraph::math::model(a...)) {               \
    return popgraph::math::model(a...);                                                                          \
  }
#define POPGRAPH_BUILTIN_AS_NAMED(name) POPGRAPH_BUILTIN(name, name)
POPGRAPH_BUILTINS(POPGRAPH_BUILTIN_AS_NAMED)
#undef POPGRAPH_BUILTIN_AS_NAMED
POPGRAPH_RENAMED_BUILTINS(POPGRAPH_BUILTIN)
#undef POPGRAPH_BUILTIN
#undef POPGRAPH_BUILTINS
#undef POPGRAPH_RENAMED_BUILTINS

#endif
