#pragma once
// Element types of expression nodes, and rewriting of expressions before code is generated.
#include <popops/Expr.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/Type.hpp>
#include <memory>
#include <string>
#include <vector>

namespace popops::detail {

/// The type of an expression, or Type() when it consists of constants without a type. Throws poplibs_error (starting
/// with `function`) for placeholders beyond `ts`, operands of different types and types an operator does not take.
poplar::Type inferType(const std::string &function, const expr::Expr &e, const std::vector<poplar::Tensor> &ts);

/// The types of a node's operands, once the type wanted of the node is known.
poplar::Type operandType(const std::string &function, const expr::Expr &operand, const expr::Expr &sibling,
                         const std::vector<poplar::Tensor> &ts, poplar::Type wanted);

/// Throws unless the operator takes the type.
void checkOperand(const std::string &function, const expr::Expr &node, poplar::Type operand);

/// Simpler expressions of the same value: powers with a constant exponent, unsigned division by powers of two, neutral
/// elements, selection by a constant.
std::unique_ptr<expr::Expr> simplify(const std::string &function, const expr::Expr &e,
                                     const std::vector<poplar::Tensor> &ts);

/// Whether the type is an integer.
bool isInteger(poplar::Type type);
/// Bits of an integer.
unsigned bitsOf(poplar::Type integer);
/// Whether the type is half or float.
bool isReal(poplar::Type type);

} // namespace popops::detail
