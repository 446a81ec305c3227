#ifndef POPGRAPH_IPU_BUILTINS_H
#define POPGRAPH_IPU_BUILTINS_H
// Short vectors and the processor's own functions, __builtin_ipu_*.
#include <ipudef.h>
#ifdef __cplusplus
#include <popgraph/Builtins.h>
#endif
#endif
