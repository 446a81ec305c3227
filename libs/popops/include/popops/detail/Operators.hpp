#pragma once
/// The operators of the expression language, once. These lists drive the enumerations, the expression classes, the
/// named functions, the type rules and the code generator.
///
/// A row is X(ENUMERATOR, Class, function, Result, Operands).
/// Result: Same (the type of the operands) or Bool.
/// Operands: Number (half, float and all integers), Real (half, float), Integer, Bool, or Any.

#define POPOPS_UNARY_OPERATORS(X)                                       \
  X(ABSOLUTE, Abs, abs, Same, Number)                                   \
  X(ASIN, Asin, asin, Same, Real)                                       \
  X(BITWISE_NOT, BitwiseNot, bitwiseNot, Same, Integer)                 \
  X(CBRT, Cbrt, cbrt, Same, Real)                                       \
  X(CEIL, Ceil, ceil, Same, Real)                                       \
  X(COS, Cos, cos, Same, Real)                                          \
  X(COUNT_LEADING_ZEROS, CountLeadingZeros, countLeadingZeros, Same, Integer) \
  X(ERF, Erf, erf, Same, Real)                                          \
  X(EXPONENT, Exp, exp, Same, Real)                                     \
  X(EXPONENT_MINUS_ONE, Expm1, expm1, Same, Real)                       \
  X(EXPONENT2, Exp2, exp2, Same, Real)                                  \
  X(FLOOR, Floor, floor, Same, Real)                                    \
  X(GELU_ERF, GeluErf, geluErf, Same, Real)                             \
  X(INVERSE, Inv, inv, Same, Real)                                      \
  X(IS_FINITE, IsFinite, isFinite, Bool, Real)                          \
  X(IS_INF, IsInf, isInf, Bool, Real)                                   \
  X(IS_NAN, IsNaN, isNaN, Bool, Real)                                   \
  X(LOGARITHM, Log, log, Same, Real)                                    \
  X(LOGARITHM_ONE_PLUS, Log1p, log1p, Same, Real)                       \
  X(LOGICAL_NOT, Not, logicalNot, Bool, Bool)                           \
  X(NEARBY_INT, NearbyInt, nearbyint, Same, Real)                       \
  X(NEGATE, Neg, neg, Same, Number)                                     \
  X(POPCOUNT, Popcount, popcount, Same, Integer)                        \
  X(RELU, Relu, relu, Same, Number)                                     \
  X(ROUND, Round, round, Same, Real)                                    \
  X(RSQRT, Rsqrt, rsqrt, Same, Real)                                    \
  X(SIGMOID, Sigmoid, sigmoid, Same, Real)                              \
  X(SIGNUM, Signum, signum, Same, Number)                               \
  X(SIN, Sin, sin, Same, Real)                                          \
  X(SQRT, Sqrt, sqrt, Same, Number)                                     \
  X(SQUARE, Square, square, Same, Number)                               \
  X(TAN, Tan, tan, Same, Real)                                          \
  X(TANH, Tanh, tanh, Same, Real)                                       \
  X(TRUNC, Trunc, trunc, Same, Real)

#define POPOPS_BINARY_OPERATORS(X)                                      \
  X(ADD, Add, add, Same, Number)                                        \
  X(ATAN2, Atan2, atan2, Same, Real)                                    \
  X(BITWISE_AND, BitwiseAnd, bitwiseAnd, Same, Integer)                 \
  X(BITWISE_OR, BitwiseOr, bitwiseOr, Same, Integer)                    \
  X(BITWISE_XOR, BitwiseXor, bitwiseXor, Same, Integer)                 \
  X(BITWISE_XNOR, BitwiseXnor, bitwiseXnor, Same, Integer)              \
  X(DIVIDE, Divide, div, Same, Number)                                  \
  X(EQUAL, Equal, eq, Bool, Any)                                        \
  X(GREATER_THAN, Gt, gt, Bool, Any)                                    \
  X(GREATER_THAN_EQUAL, Gte, gteq, Bool, Any)                           \
  X(INV_STD_DEV_TO_VARIANCE, InvStdDevToVariance, invStdDevToVariance, Same, Real) \
  X(LESS_THAN, Lt, lt, Bool, Any)                                       \
  X(LESS_THAN_EQUAL, Lte, lteq, Bool, Any)                              \
  X(LOGICAL_AND, And, logicalAnd, Bool, Bool)                           \
  X(LOGICAL_OR, Or, logicalOr, Bool, Bool)                              \
  X(MAXIMUM, Max, max, Same, Number)                                    \
  X(MINIMUM, Min, min, Same, Number)                                    \
  X(MULTIPLY, Mul, mul, Same, Number)                                   \
  X(NOT_EQUAL, NotEqual, neq, Bool, Any)                                \
  X(POWER, Pow, pow, Same, Number)                                      \
  X(REMAINDER, Rem, rem, Same, Number)                                  \
  X(SHIFT_LEFT, Shl, shiftLeft, Same, Integer)                          \
  X(SHIFT_RIGHT, Shr, shiftRight, Same, Integer)                        \
  X(SHIFT_RIGHT_SIGN_EXTEND, ShrSE, shiftRightSignExtend, Same, Integer) \
  X(SUBTRACT, Sub, sub, Same, Number)                                   \
  X(VARIANCE_TO_INV_STD_DEV, VarianceToInvStdDev, varianceToInvStdDev, Same, Real)

#define POPOPS_TERNARY_OPERATORS(X)        \
  X(CLAMP, Clamp, clamp, Same, Number)     \
  X(SELECT, Select, select, Same, Any)

/// The C++ operators: X(symbol, Class).
#define POPOPS_BINARY_SYMBOLS(X)                                                                     \
  X(+, Add) X(-, Sub) X(*, Mul) X(/, Divide) X(%, Rem) X(==, Equal) X(!=, NotEqual) X(<, Lt) X(<=, Lte) X(>, Gt) \
  X(>=, Gte) X(&&, And) X(||, Or) X(&, BitwiseAnd) X(|, BitwiseOr) X(^, BitwiseXor) X(<<, Shl) X(>>, Shr)
#define POPOPS_UNARY_SYMBOLS(X) X(-, Neg) X(!, Not) X(~, BitwiseNot)
