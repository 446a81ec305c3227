#ifndef poplar_VectorTypes_hpp
#define poplar_VectorTypes_hpp
/// \file
/// Short vectors of codelets: float2, float4, half2, half4, int2, ... in the global namespace.

// Host compilers have no such types: for them this file is empty.
#ifdef __POPC__
#include <ipudef.h>
#endif

#endif
