#pragma once
// The mathematics functions of codelets, once: name in C (single precision; double without the final f), LLVM
// intrinsic that means the same, and cost row of the float version. Device code is `__popgraph_<name>`.
#include "popgraph/machine/CostTable.hpp"

//  single      double    intrinsic or none   arguments  cost
#define POPGRAPH_MATH_FUNCTIONS(X)                  \
  X(expf,       exp,      exp,                1, FloatExp)      \
  X(exp2f,      exp2,     exp2,               1, FloatExp)      \
  X(exp10f,     exp10,    exp10,              1, FloatExp)      \
  X(expm1f,     expm1,    not_intrinsic,      1, FloatFunction) \
  X(logf,       log,      log,                1, FloatLog)      \
  X(log2f,      log2,     log2,               1, FloatLog)      \
  X(log10f,     log10,    log10,              1, FloatLog)      \
  X(log1pf,     log1p,    not_intrinsic,      1, FloatFunction) \
  X(sinf,       sin,      sin,                1, FloatFunction) \
  X(cosf,       cos,      cos,                1, FloatFunction) \
  X(tanf,       tan,      tan,                1, FloatFunction) \
  X(asinf,      asin,     asin,               1, FloatAsin) \
  X(acosf,      acos,     acos,               1, FloatAsin) \
  X(atanf,      atan,     atan,               1, FloatAsin) \
  X(atan2f,     atan2,    not_intrinsic,      2, FloatAtan2) \
  X(sinhf,      sinh,     sinh,               1, FloatFunction) \
  X(coshf,      cosh,     cosh,               1, FloatFunction) \
  X(tanhf,      tanh,     tanh,               1, FloatTanh)     \
  X(powf,       pow,      pow,                2, FloatPower) \
  X(fmodf,      fmod,     not_intrinsic,      2, FloatRemainder) \
  X(cbrtf,      cbrt,     not_intrinsic,      1, FloatFunction) \
  X(erff,       erf,      not_intrinsic,      1, FloatErf) \
  X(erfcf,      erfc,     not_intrinsic,      1, FloatErf) \
  X(hypotf,     hypot,    not_intrinsic,      2, FloatFunction) \
  X(asinhf,     asinh,    not_intrinsic,      1, FloatFunction) \
  X(acoshf,     acosh,    not_intrinsic,      1, FloatFunction) \
  X(atanhf,     atanh,    not_intrinsic,      1, FloatFunction) \
  X(remainderf, remainder, not_intrinsic,     2, FloatRemainder) \
  X(lgammaf,    lgamma,   not_intrinsic,      1, FloatFunction) \
  X(tgammaf,    tgamma,   not_intrinsic,      1, FloatFunction) \
  X(logbf,      logb,     not_intrinsic,      1, FloatFunction) \
  X(nextafterf, nextafter, not_intrinsic,     2, FloatFunction) \
  X(sigmoidf,   sigmoid,  not_intrinsic,      1, FloatSigmoid)  \
  X(rsqrtf,     rsqrt,    not_intrinsic,      1, FloatRsqrt)

// Functions that are one exact instruction on every host: calls become the intrinsic.
//  single        double       intrinsic    arguments
#define POPGRAPH_EXACT_FUNCTIONS(X)        \
  X(fabsf,      fabs,      fabs,      1)   \
  X(sqrtf,      sqrt,      sqrt,      1)   \
  X(floorf,     floor,     floor,     1)   \
  X(ceilf,      ceil,      ceil,      1)   \
  X(truncf,     trunc,     trunc,     1)   \
  X(rintf,      rint,      rint,      1)   \
  X(nearbyintf, nearbyint, nearbyint, 1)   \
  X(roundf,     round,     round,     1)   \
  X(roundevenf, roundeven, roundeven, 1)   \
  X(copysignf,  copysign,  copysign,  2)   \
  X(fminf,      fmin,      minnum,    2)   \
  X(fmaxf,      fmax,      maxnum,    2)   \
  X(fmaf,       fma,       fma,       3)

// Other C functions the device library has, with their own signatures; each costs as a library function.
#define POPGRAPH_LIBRARY_FUNCTIONS(X) \
  X(ldexpf) X(ldexp) X(scalbnf) X(scalbn) X(frexpf) X(frexp) X(modff) X(modf) \
  X(scalblnf) X(scalbln) X(ilogbf) X(ilogb) X(remquof) X(remquo) \
  X(fdimf) X(fdim) X(memcmp) X(bcmp) X(strlen) X(strcmp) X(strncmp) X(div)

// Steps of the matrix unit, popgraph/MatrixUnit.h: one instruction sequence each, that reads and writes what it is
// given.
#define POPGRAPH_MATRIX_STEPS(X)                                                                                  \
  X(matrix_f16_f16_4) X(matrix_f16_f16_8) X(matrix_f16_f16_16) X(matrix_f16_f16_32)                               \
  X(matrix_f16_f32_4) X(matrix_f16_f32_8) X(matrix_f16_f32_16) X(matrix_f16_f32_32)                               \
  X(matrix_f32_f32_2) X(matrix_f32_f32_4) X(matrix_f32_f32_8) X(matrix_f32_f32_16)

// The worker's random number generator, popgraph/Builtins.h: they read and write its state in the context.
#define POPGRAPH_RANDOM_FUNCTIONS(X)                                                                              \
  X(random_bits, Random) X(random_word, Random) X(random_uniforms, Random) X(random_normals, RandomNormal)        \
  X(random_mask, Random) X(random_get, RandomState) X(random_put, RandomState)
