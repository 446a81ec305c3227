#ifndef POPGRAPH_IPU_BUILTINS_H
#define POPGRAPH_IPU_BUILTINS_H
// Processor state and random numbers, as functions. Register access has no effect here.
#include <ipudef.h>
#include <popgraph/VertexContext.h>

extern "C" popgraph::VertexContext *__popgraph_context() __attribute__((const, nothrow));

/// Tile that runs this vertex.
inline unsigned __builtin_ipu_get_tile_id() { return __popgraph_context()->tile; }

/// 64 random bits of this worker: xoroshiro128+.
inline unsigned long long __builtin_ipu_urand64() {
  unsigned long *state = __popgraph_context()->rng;
  const unsigned long a = state[0], b = state[1], result = a + b, mixed = a ^ b;
  state[0] = (a << 24 | a >> 40) ^ mixed ^ mixed << 16;
  state[1] = mixed << 37 | mixed >> 27;
  return result;
}
/// 32 random bits.
inline unsigned __builtin_ipu_urand32() { return static_cast<unsigned>(__builtin_ipu_urand64() >> 32); }
/// Uniform in [-0.5, 0.5).
inline float __builtin_ipu_urand_f32() {
  return static_cast<float>(static_cast<int>(__builtin_ipu_urand32() >> 8) - (1 << 23)) * 0x1p-24f;
}
inline half __builtin_ipu_urand_f16() {
  return half(static_cast<float>(static_cast<int>(__builtin_ipu_urand32() >> 21) - (1 << 10)) * 0x1p-11f);
}
/// Nearly standard normal: a scaled sum of uniform numbers.
inline float __builtin_ipu_f32grand() {
  float sum = 0;
  for (int i = 0; i != 6; ++i) sum += __builtin_ipu_urand_f32();
  return sum * 1.41421356f;
}
inline float2 __builtin_ipu_f32v2grand() {
  const float first = __builtin_ipu_f32grand();
  return float2{first, __builtin_ipu_f32grand()};
}

inline void __builtin_ipu_put(int, int) {}
inline void __builtin_ipu_uput(unsigned, int) {}
inline int __builtin_ipu_get(int) { return 0; }
inline unsigned __builtin_ipu_uget(int) { return 0; }

#endif
