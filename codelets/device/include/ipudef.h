#ifndef POPGRAPH_IPUDEF_H
#define POPGRAPH_IPUDEF_H
// Short vectors of codelets in the global namespace: float2, float4, half2, half4, int2, uint2, ..., char4. They have
// elements v[0], are initialised as {a, b}, and all operators work element by element, also with a scalar.
#include <popgraph/Vectors.h>

typedef unsigned int rptsize_t;

#ifdef __cplusplus
#define POPGRAPH_VECTOR_NAME(element, name) \
  using popgraph::name##2; \
  using popgraph::name##4;
POPGRAPH_VECTOR_NAMES(POPGRAPH_VECTOR_NAME)
#undef POPGRAPH_VECTOR_NAME
using popgraph::half2;
using popgraph::half4;
using popgraph::half8;

// as_float2(v): the bits of v as another type of the same size.
#define POPGRAPH_AS(type) \
  template <class From> inline type as_##type(const From &value) { return __builtin_bit_cast(type, value); }
#define POPGRAPH_VECTOR_NAME(element, name) POPGRAPH_AS(name##2) POPGRAPH_AS(name##4)
POPGRAPH_VECTOR_NAMES(POPGRAPH_VECTOR_NAME)
#undef POPGRAPH_VECTOR_NAME
POPGRAPH_AS(half2)
POPGRAPH_AS(half4)
POPGRAPH_AS(float)
POPGRAPH_AS(half)
POPGRAPH_AS(int)
POPGRAPH_AS(short)
template <class From> inline unsigned as_uint(const From &value) { return __builtin_bit_cast(unsigned, value); }
template <class From> inline unsigned short as_ushort(const From &value) {
  return __builtin_bit_cast(unsigned short, value);
}
#undef POPGRAPH_AS
#else
#define POPGRAPH_VECTOR_NAME(element, name)                    \
  typedef element name##2 __attribute__((ext_vector_type(2))); \
  typedef element name##4 __attribute__((ext_vector_type(4)));
POPGRAPH_VECTOR_NAMES(POPGRAPH_VECTOR_NAME)
#undef POPGRAPH_VECTOR_NAME
#endif
#undef POPGRAPH_VECTOR_NAMES
#endif
