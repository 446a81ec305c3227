#pragma once
#include <popops/Expr.hpp>
#include <popops/ExprOp.hpp>
#include <popops/ExprOpUtils.hpp>
#include <popops/detail/Operators.hpp>
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/Program.hpp>
#include <poplar/Target.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/Api.hpp>
#include <iosfwd>
#include <type_traits>
#include <vector>

/// Element-wise operations. All append to `prog`. Operands are broadcast to a common shape as in numpy: right-aligned,
/// sizes equal or 1. Options (true or false): enableGenerateCodelet, forceGenerateCodelet,
/// enableVectorBroadcastOptimisations, enableExpressionOptimizations (default true); other names throw
/// poplar::invalid_option. Shapes that do not fit, operands of different types, types an operator does not take, and
/// results that cannot be written (repeated elements, constants) throw poputil::poplibs_error.
namespace popops {

/// The value of `expr` with operand i of the expression taken from ts[i - 1], as a new tensor laid out like the best
/// of the operands of full shape.
POPLAR_API poplar::Tensor map(poplar::Graph &graph, const expr::Expr &expr, const std::vector<poplar::Tensor> &ts,
                              poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},
                              const poplar::OptionFlags &options = {});
/// One operator applied to a tensor.
POPLAR_API poplar::Tensor map(poplar::Graph &graph, expr::UnaryOpType op, const poplar::Tensor &t,
                              poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},
                              const poplar::OptionFlags &options = {});
/// One operator applied to two tensors.
POPLAR_API poplar::Tensor map(poplar::Graph &graph, expr::BinaryOpType op, const poplar::Tensor &a,
                              const poplar::Tensor &b, poplar::program::Sequence &prog,
                              const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {});
/// One operator applied to three tensors.
POPLAR_API poplar::Tensor map(poplar::Graph &graph, expr::TernaryOpType op, const poplar::Tensor &a,
                              const poplar::Tensor &b, const poplar::Tensor &c, poplar::program::Sequence &prog,
                              const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {});
/// One result for each expression, all over the same operands.
POPLAR_API std::vector<poplar::Tensor> map(poplar::Graph &graph, const std::vector<expr::Any> &exprs,
                                           const std::vector<poplar::Tensor> &ts, poplar::program::Sequence &prog,
                                           const poplar::DebugContext &debugContext = {},
                                           const poplar::OptionFlags &options = {});

/// The value of `expr`, stored to ts[0], which must have the result's shape and type.
POPLAR_API void mapInPlace(poplar::Graph &graph, const expr::Expr &expr, const std::vector<poplar::Tensor> &ts,
                           poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},
                           const poplar::OptionFlags &options = {});
/// One operator applied to a tensor, stored to it.
POPLAR_API void mapInPlace(poplar::Graph &graph, expr::UnaryOpType op, const poplar::Tensor &t,
                           poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},
                           const poplar::OptionFlags &options = {});
/// One operator applied to two tensors, stored to the first.
POPLAR_API void mapInPlace(poplar::Graph &graph, expr::BinaryOpType op, const poplar::Tensor &a,
                           const poplar::Tensor &b, poplar::program::Sequence &prog,
                           const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {});
/// One operator applied to three tensors, stored to the first.
POPLAR_API void mapInPlace(poplar::Graph &graph, expr::TernaryOpType op, const poplar::Tensor &a,
                           const poplar::Tensor &b, const poplar::Tensor &c, poplar::program::Sequence &prog,
                           const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {});
/// Several expressions over the same operands, evaluated before any is stored; result i goes to ts[i].
POPLAR_API void mapInPlace(poplar::Graph &graph, const std::vector<expr::Any> &exprs,
                           const std::vector<poplar::Tensor> &ts, poplar::program::Sequence &prog,
                           const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {});

/// The value of `expr`, stored to `out`, which must have the result's shape and type.
POPLAR_API void mapWithOutput(poplar::Graph &graph, const expr::Expr &expr, const std::vector<poplar::Tensor> &ts,
                              const poplar::Tensor &out, poplar::program::Sequence &prog,
                              const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {});
/// One operator applied to a tensor, stored to `out`.
POPLAR_API void mapWithOutput(poplar::Graph &graph, expr::UnaryOpType op, const poplar::Tensor &in,
                              const poplar::Tensor &out, poplar::program::Sequence &prog,
                              const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {});
/// One operator applied to two tensors, stored to `out`.
POPLAR_API void mapWithOutput(poplar::Graph &graph, expr::BinaryOpType op, const poplar::Tensor &a,
                              const poplar::Tensor &b, const poplar::Tensor &out, poplar::program::Sequence &prog,
                              const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {});
/// One operator applied to three tensors, stored to `out`.
POPLAR_API void mapWithOutput(poplar::Graph &graph, expr::TernaryOpType op, const poplar::Tensor &a,
                              const poplar::Tensor &b, const poplar::Tensor &c, const poplar::Tensor &out,
                              poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},
                              const poplar::OptionFlags &options = {});
/// Several expressions over the same operands; result i goes to outs[i].
POPLAR_API void mapWithOutput(poplar::Graph &graph, const std::vector<expr::Any> &exprs,
                              const std::vector<poplar::Tensor> &ts, const std::vector<poplar::Tensor> &outs,
                              poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},
                              const poplar::OptionFlags &options = {});

namespace detail {
/// Warns of a double that becomes a constant of this type.
POPLAR_API void warnOfNarrowing(const poplar::Type &elementType);
} // namespace detail

/// What the functions below do with a host number before it becomes a constant beside elements of `elementType`: of a
/// double that is narrowed to HALF or FLOAT they warn, on standard error, if the environment variable
/// POPLIBS_POPOPS_LOG_LEVEL, or else POPLIBS_LOG_LEVEL, is WARN, INFO, DEBUG or TRACE.
template <typename constType> void checkTypes(poplar::Type, constType) {}
template <> inline void checkTypes<double>(poplar::Type elementType, double) {
  if (elementType == poplar::HALF || elementType == poplar::FLOAT) detail::warnOfNarrowing(elementType);
}

namespace detail {
template <class Number> using EnableIfNumber = typename std::enable_if<std::is_arithmetic<Number>::value, int>::type;
} // namespace detail

// The named functions, for each operator: f(in1) a new tensor; fInPlace stores to in1; fWithOutput stores to `out`.
#define POPOPS_UNARY_FUNCTION(name, cls, function, result, operands)                                                   \
  /** The operator of this name applied to in1; a new tensor. */                                                       \
  inline poplar::Tensor function(poplar::Graph &graph, const poplar::Tensor &in1, poplar::program::Sequence &prog,     \
                                 const poplar::DebugContext &debugContext = {},                                        \
                                 const poplar::OptionFlags &options = {}) {                                            \
    return map(graph, expr::UnaryOpType::name, in1, prog, debugContext, options);                                      \
  }                                                                                                                    \
  /** The same, stored to in1. */                                                                                      \
  inline void function##InPlace(poplar::Graph &graph, const poplar::Tensor &in1, poplar::program::Sequence &prog,      \
                                const poplar::DebugContext &debugContext = {},                                         \
                                const poplar::OptionFlags &options = {}) {                                             \
    mapInPlace(graph, expr::UnaryOpType::name, in1, prog, debugContext, options);                                      \
  }                                                                                                                    \
  /** The same, stored to out. */                                                                                      \
  inline void function##WithOutput(poplar::Graph &graph, const poplar::Tensor &in1, const poplar::Tensor &out,         \
                                   poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},     \
                                   const poplar::OptionFlags &options = {}) {                                          \
    mapWithOutput(graph, expr::UnaryOpType::name, in1, out, prog, debugContext, options);                              \
  }
POPOPS_UNARY_OPERATORS(POPOPS_UNARY_FUNCTION)
#undef POPOPS_UNARY_FUNCTION

#define POPOPS_BINARY_FUNCTION(name, cls, function, result, operands)                                                  \
  /** The operator of this name applied to in1 and in2; a new tensor. */                                               \
  inline poplar::Tensor function(poplar::Graph &graph, const poplar::Tensor &in1, const poplar::Tensor &in2,           \
                                 poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},       \
                                 const poplar::OptionFlags &options = {}) {                                            \
    return map(graph, expr::BinaryOpType::name, in1, in2, prog, debugContext, options);                                \
  }                                                                                                                    \
  /** The same with a host number. */                                                                                  \
  template <class Number, detail::EnableIfNumber<Number> = 0>                                                          \
  inline poplar::Tensor function(poplar::Graph &graph, const poplar::Tensor &in1, Number in2,                          \
                                 poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},       \
                                 const poplar::OptionFlags &options = {}) {                                            \
    checkTypes(in1.elementType(), in2);                                                                                \
    return map(graph, expr::cls(expr::_1, expr::Const(in2)), {in1}, prog, debugContext, options);                      \
  }                                                                                                                    \
  /** The same with a host number. */                                                                                  \
  template <class Number, detail::EnableIfNumber<Number> = 0>                                                          \
  inline poplar::Tensor function(poplar::Graph &graph, Number in1, const poplar::Tensor &in2,                          \
                                 poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},       \
                                 const poplar::OptionFlags &options = {}) {                                            \
    checkTypes(in2.elementType(), in1);                                                                                \
    return map(graph, expr::cls(expr::Const(in1), expr::_1), {in2}, prog, debugContext, options);                      \
  }                                                                                                                    \
  /** The same, stored to in1. */                                                                                      \
  inline void function##InPlace(poplar::Graph &graph, const poplar::Tensor &in1, const poplar::Tensor &in2,            \
                                poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},        \
                                const poplar::OptionFlags &options = {}) {                                             \
    mapInPlace(graph, expr::BinaryOpType::name, in1, in2, prog, debugContext, options);                                \
  }                                                                                                                    \
  /** The same with a host number, stored to in1. */                                                                   \
  template <class Number, detail::EnableIfNumber<Number> = 0>                                                          \
  inline void function##InPlace(poplar::Graph &graph, const poplar::Tensor &in1, Number in2,                           \
                                poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},        \
                                const poplar::OptionFlags &options = {}) {                                             \
    checkTypes(in1.elementType(), in2);                                                                                \
    mapInPlace(graph, expr::cls(expr::_1, expr::Const(in2)), {in1}, prog, debugContext, options);                      \
  }                                                                                                                    \
  /** The same, stored to out. */                                                                                      \
  inline void function##WithOutput(poplar::Graph &graph, const poplar::Tensor &in1, const poplar::Tensor &in2,         \
                                   const poplar::Tensor &out, poplar::program::Sequence &prog,                         \
                                   const poplar::DebugContext &debugContext = {},                                      \
                                   const poplar::OptionFlags &options = {}) {                                          \
    mapWithOutput(graph, expr::BinaryOpType::name, in1, in2, out, prog, debugContext, options);                        \
  }                                                                                                                    \
  /** The same with a host number, stored to out. */                                                                   \
  template <class Number, detail::EnableIfNumber<Number> = 0>                                                          \
  inline void function##WithOutput(poplar::Graph &graph, const poplar::Tensor &in1, Number in2,                        \
                                   const poplar::Tensor &out, poplar::program::Sequence &prog,                         \
                                   const poplar::DebugContext &debugContext = {},                                      \
                                   const poplar::OptionFlags &options = {}) {                                          \
    checkTypes(in1.elementType(), in2);                                                                                \
    mapWithOutput(graph, expr::cls(expr::_1, expr::Const(in2)), {in1}, out, prog, debugContext, options);              \
  }                                                                                                                    \
  /** The same with a host number, stored to out. */                                                                   \
  template <class Number, detail::EnableIfNumber<Number> = 0>                                                          \
  inline void function##WithOutput(poplar::Graph &graph, Number in1, const poplar::Tensor &in2,                        \
                                   const poplar::Tensor &out, poplar::program::Sequence &prog,                         \
                                   const poplar::DebugContext &debugContext = {},                                      \
                                   const poplar::OptionFlags &options = {}) {                                          \
    checkTypes(in2.elementType(), in1);                                                                                \
    mapWithOutput(graph, expr::cls(expr::Const(in1), expr::_1), {in2}, out, prog, debugContext, options);              \
  }
POPOPS_BINARY_OPERATORS(POPOPS_BINARY_FUNCTION)
#undef POPOPS_BINARY_FUNCTION

#define POPOPS_TERNARY_FUNCTION(name, cls, function, result, operands)                                                 \
  /** The operator of this name applied to in1, in2 and in3; a new tensor. clamp(value, low, high);                    \
      select(in1, in2, in3) is in1 where in3 is true, else in2. */                                                     \
  inline poplar::Tensor function(poplar::Graph &graph, const poplar::Tensor &in1, const poplar::Tensor &in2,           \
                                 const poplar::Tensor &in3, poplar::program::Sequence &prog,                           \
                                 const poplar::DebugContext &debugContext = {},                                        \
                                 const poplar::OptionFlags &options = {}) {                                            \
    return map(graph, expr::TernaryOpType::name, in1, in2, in3, prog, debugContext, options);                          \
  }                                                                                                                    \
  /** The same, stored to in1. */                                                                                      \
  inline void function##InPlace(poplar::Graph &graph, const poplar::Tensor &in1, const poplar::Tensor &in2,            \
                                const poplar::Tensor &in3, poplar::program::Sequence &prog,                            \
                                const poplar::DebugContext &debugContext = {},                                         \
                                const poplar::OptionFlags &options = {}) {                                             \
    mapInPlace(graph, expr::TernaryOpType::name, in1, in2, in3, prog, debugContext, options);                          \
  }                                                                                                                    \
  /** The same, stored to out. */                                                                                      \
  inline void function##WithOutput(poplar::Graph &graph, const poplar::Tensor &in1, const poplar::Tensor &in2,         \
                                   const poplar::Tensor &in3, const poplar::Tensor &out,                               \
                                   poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},     \
                                   const poplar::OptionFlags &options = {}) {                                          \
    mapWithOutput(graph, expr::TernaryOpType::name, in1, in2, in3, out, prog, debugContext, options);                  \
  }
POPOPS_TERNARY_OPERATORS(POPOPS_TERNARY_FUNCTION)
#undef POPOPS_TERNARY_FUNCTION

/// Writes the source of the vertex that map() would make of `expr` over operands of full shape (or of one element).
/// Throws like map().
POPLAR_API void outputGeneratedCodelet(const poplar::Target &target, const expr::Expr &expr,
                                       const std::vector<poplar::Tensor> &ts, const poplar::OptionFlags &options,
                                       std::ostream &os);

/// varianceToInvStdDev with an epsilon of one element and a result of type `dstType`: 1 / sqrt(src + epsilon).
POPLAR_API poplar::Tensor varianceToInvStdDev(poplar::Graph &graph, const poplar::Tensor &src,
                                              const poplar::Tensor &epsilon, poplar::program::Sequence &prog,
                                              const poplar::Type &dstType,
                                              const poplar::DebugContext &debugContext = {});
/// invStdDevToVariance with an epsilon of one element and a result of type `dstType`: 1 / (src * src) - epsilon.
POPLAR_API poplar::Tensor invStdDevToVariance(poplar::Graph &graph, const poplar::Tensor &src,
                                              const poplar::Tensor &epsilon, poplar::program::Sequence &prog,
                                              const poplar::Type &dstType,
                                              const poplar::DebugContext &debugContext = {});
/// varianceToInvStdDev with a constant epsilon and a result of type `dstType`: 1 / sqrt(src + epsilon).
POPLAR_API poplar::Tensor varianceToInvStdDev(poplar::Graph &graph, const poplar::Tensor &src, float epsilon,
                                              poplar::program::Sequence &prog, const poplar::Type &dstType,
                                              const poplar::DebugContext &debugContext = {});
/// invStdDevToVariance with a constant epsilon and a result of type `dstType`: 1 / (src * src) - epsilon.
POPLAR_API poplar::Tensor invStdDevToVariance(poplar::Graph &graph, const poplar::Tensor &src, float epsilon,
                                              poplar::program::Sequence &prog, const poplar::Type &dstType,
                                              const poplar::DebugContext &debugContext = {});

} // namespace popops
