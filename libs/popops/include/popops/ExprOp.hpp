#pragma once
#include <popops/detail/Operators.hpp>

namespace popops {
namespace expr {

#define POPOPS_ENUMERATOR(name, cls, function, result, operands) name,
/// Operators of one operand.
enum class UnaryOpType { POPOPS_UNARY_OPERATORS(POPOPS_ENUMERATOR) };
/// Operators of two operands.
enum class BinaryOpType { POPOPS_BINARY_OPERATORS(POPOPS_ENUMERATOR) };
/// Operators of three operands: CLAMP(value, low, high), SELECT(whenTrue, whenFalse, condition).
enum class TernaryOpType { POPOPS_TERNARY_OPERATORS(POPOPS_ENUMERATOR) };
#undef POPOPS_ENUMERATOR

} // namespace expr
} // namespace popops
