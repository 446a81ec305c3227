#include "libs/popops/detail/ExprTypes.hpp"
#include <popops/ExprOpUtils.hpp>
#include <poputil/exceptions.hpp>
#include <bit>
#include <sstream>

namespace popops::detail {

using namespace popops::expr;
using poplar::Tensor;
using poplar::Type;
using poputil::poplibs_error;
using Tensors = std::vector<Tensor>;

namespace {

enum class Result { Same, Bool };
enum class Operands { Number, Real, Integer, Bool, Any };
struct Rule {
  Result result;
  Operands operands;
};
#define POPOPS_RULE(name, cls, function, result, operands) {Result::result, Operands::operands},
constexpr Rule kUnaryRules[] = {POPOPS_UNARY_OPERATORS(POPOPS_RULE)};
constexpr Rule kBinaryRules[] = {POPOPS_BINARY_OPERATORS(POPOPS_RULE)};
constexpr Rule kTernaryRules[] = {POPOPS_TERNARY_OPERATORS(POPOPS_RULE)};
#undef POPOPS_RULE

Rule ruleOf(const Expr &node) {
  if (const auto *u = node.getAs<UnaryOp>())
    return kUnaryRules[static_cast<std::size_t>(u->getOpType())];
  if (const auto *b = node.getAs<BinaryOp>())
    return kBinaryRules[static_cast<std::size_t>(b->getOpType())];
  return kTernaryRules[static_cast<std::size_t>(node.getAs<TernaryOp>()->getOpType())];
}

std::string text(const Expr &e) {
  std::ostringstream out;
  e.print(out);
  return out.str();
}

constexpr Type kUnknown = Type();

Type common(const std::string &function, const Expr &node, Type a, Type b) {
  if (a == kUnknown || b == kUnknown || a == b)
    return a == kUnknown ? b : a;
  throw poplibs_error(function + ": the operands of " + text(node) + " have the types " + a.toString() + " and " +
                      b.toString() + "; they must be equal, use Cast");
}

} // namespace

bool isReal(Type type) { return type == poplar::HALF || type == poplar::FLOAT; }

bool isInteger(Type type) {
  using namespace poplar;
  for (Type integer : {CHAR, SIGNED_CHAR, UNSIGNED_CHAR, SHORT, UNSIGNED_SHORT, INT, UNSIGNED_INT, LONGLONG,
                       UNSIGNED_LONGLONG})
    if (type == integer)
      return true;
  return false;
}

unsigned bitsOf(Type integer) {
  using namespace poplar;
  if (integer == LONGLONG || integer == UNSIGNED_LONGLONG) return 64;
  if (integer == INT || integer == UNSIGNED_INT) return 32;
  return integer == SHORT || integer == UNSIGNED_SHORT ? 16 : 8;
}

void checkOperand(const std::string &function, const Expr &node, Type operand) {
  const Operands takes = ruleOf(node).operands;
  bool right = false;
  const char *wanted = "";
  switch (takes) {
  case Operands::Number:
    right = isReal(operand) || isInteger(operand);
    wanted = "numbers";
    break;
  case Operands::Real:
    right = isReal(operand);
    wanted = "half and float";
    break;
  case Operands::Integer:
    right = isInteger(operand);
    wanted = "integers";
    break;
  case Operands::Bool:
    right = operand == poplar::BOOL;
    wanted = "bool";
    break;
  case Operands::Any:
    right = isReal(operand) || isInteger(operand) || operand == poplar::BOOL;
    wanted = "half, float, integers and bool";
    break;
  }
  if (!right)
    throw poplibs_error(function + ": " + text(node) + " has an operand of type " + operand.toString() +
                        "; it takes " + wanted);
}

Type inferType(const std::string &function, const Expr &e, const Tensors &ts) {
  if (const auto *p = e.getAs<PlaceHolder>()) {
    if (p->getIndex() > ts.size())
      throw poplibs_error(function + ": the expression uses _" + std::to_string(p->getIndex()) + " but " +
                          std::to_string(ts.size()) + " tensors were given");
    return ts[p->getIndex() - 1].elementType();
  }
  if (const auto *c = e.getAs<Const>())
    return c->isTypeFixed() ? c->getType() : kUnknown;
  if (const auto *cast = e.getAs<Cast>()) {
    inferType(function, cast->getLHS(), ts);
    return cast->getRHSType();
  }
  Type operand = kUnknown;
  if (const auto *u = e.getAs<UnaryOp>()) {
    operand = inferType(function, u->getArg(), ts);
  } else if (const auto *b = e.getAs<BinaryOp>()) {
    operand = common(function, e, inferType(function, b->getLHS(), ts), inferType(function, b->getRHS(), ts));
  } else if (const auto *t = e.getAs<TernaryOp>()) {
    operand = common(function, e, inferType(function, t->getArg0(), ts), inferType(function, t->getArg1(), ts));
    const Type third = inferType(function, t->getArg2(), ts);
    if (t->getOpType() == TernaryOpType::CLAMP)
      operand = common(function, e, operand, third);
    else if (third != poplar::BOOL && third != kUnknown)
      throw poplibs_error(function + ": the condition of " + text(e) + " has the type " + third.toString() +
                          "; it must be bool");
  }
  if (operand != kUnknown)
    checkOperand(function, e, operand);
  return ruleOf(e).result == Result::Bool ? poplar::BOOL : operand;
}

Type operandType(const std::string &function, const Expr &operand, const Expr &sibling, const Tensors &ts,
                 Type wanted) {
  Type type = inferType(function, operand, ts);
  if (type == kUnknown)
    type = inferType(function, sibling, ts);
  if (type == kUnknown)
    type = wanted;
  if (type == kUnknown)
    throw poplibs_error(function + ": the type of " + text(operand) +
                        " cannot be told, as only constants are around it; use Cast");
  return type;
}

namespace {

bool isValue(const Expr &e, double value) {
  const auto *c = e.getAs<Const>();
  return c && c->getDataAsDouble() == value;
}

std::unique_ptr<Expr> simplifyBinary(const std::string &function, BinaryOpType op, const Expr &a, const Expr &b,
                                     const Tensors &ts) {
  const Type type = inferType(function, a, ts);
  // A typed constant beside it could still change which types are legal, so only placeholders and casts decide.
  if (op == BinaryOpType::POWER && isReal(type)) {
    if (isValue(b, 0.5))
      return Sqrt(a).clone();
    if (isValue(b, -0.5))
      return Rsqrt(a).clone();
    if (isValue(b, 1))
      return a.clone();
    if (isValue(b, -1))
      return Inv(a).clone();
    if (isValue(b, 2))
      return Square(a).clone();
  }
  const auto *c = b.getAs<Const>();
  const bool isUnsigned = isInteger(type) && (type == poplar::UNSIGNED_CHAR || type == poplar::UNSIGNED_SHORT ||
                                              type == poplar::UNSIGNED_INT || type == poplar::UNSIGNED_LONGLONG);
  if (c && isUnsigned && !c->isFloatingPoint() && std::has_single_bit(c->getDataAsUnsignedInteger())) {
    const std::uint64_t value = c->getDataAsUnsignedInteger();
    if (op == BinaryOpType::DIVIDE)
      return Shr(a, Const(static_cast<unsigned>(std::countr_zero(value)))).clone();
    if (op == BinaryOpType::REMAINDER)
      return BitwiseAnd(a, Const(value - 1)).clone();
  }
  // x + 0 is left alone for floats: it turns -0 into 0.
  const bool neutral = ((op == BinaryOpType::MULTIPLY || op == BinaryOpType::DIVIDE) && isValue(b, 1)) ||
                       (op == BinaryOpType::SUBTRACT && isValue(b, 0)) ||
                       (op == BinaryOpType::ADD && isInteger(type) && isValue(b, 0)) ||
                       ((op == BinaryOpType::SHIFT_LEFT || op == BinaryOpType::SHIFT_RIGHT ||
                         op == BinaryOpType::SHIFT_RIGHT_SIGN_EXTEND) &&
                        isValue(b, 0));
  if (neutral && type != kUnknown)
    return a.clone();
  return BinaryOp(op, a, b).clone();
}

} // namespace

std::unique_ptr<Expr> simplify(const std::string &function, const Expr &e, const Tensors &ts) {
  if (const auto *cast = e.getAs<Cast>()) {
    const auto inner = simplify(function, cast->getLHS(), ts);
    if (!inner->isA<Const>() && inferType(function, *inner, ts) == cast->getRHSType())
      return inner->clone();
    return Cast(*inner, cast->getRHSType()).clone();
  }
  if (const auto *u = e.getAs<UnaryOp>())
    return UnaryOp(u->getOpType(), *simplify(function, u->getArg(), ts)).clone();
  if (const auto *b = e.getAs<BinaryOp>())
    return simplifyBinary(function, b->getOpType(), *simplify(function, b->getLHS(), ts),
                          *simplify(function, b->getRHS(), ts), ts);
  if (const auto *t = e.getAs<TernaryOp>()) {
    const auto a0 = simplify(function, t->getArg0(), ts), a1 = simplify(function, t->getArg1(), ts),
               a2 = simplify(function, t->getArg2(), ts);
    if (t->getOpType() == TernaryOpType::SELECT)
      if (const auto *c = a2->getAs<Const>()) {
        const Expr &chosen = c->getDataAsDouble() != 0 ? *a0 : *a1;
        if (inferType(function, chosen, ts) != kUnknown)
          return chosen.clone();
      }
    return TernaryOp(t->getOpType(), *a0, *a1, *a2).clone();
  }
  return e.clone();
}

} // namespace popops::detail
