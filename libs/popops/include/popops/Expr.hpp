#pragma once
#include <popops/ExprOp.hpp>
#include <popops/detail/Operators.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/Type.hpp>
#include <poplar/TypeTraits.hpp>
#include <poplar/detail/Api.hpp>
#include <poplar/detail/OwnedText.hpp>
#include <poputil/DebugInfo.hpp>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

/// Expressions over tensors, evaluated element by element by map, mapInPlace and mapWithOutput (ElementWise.hpp).
/// Both operands of a node must have the same element type; a Const takes the type of its sibling, a Cast changes the
/// type, comparisons, logical operators and isX give BOOL.
namespace popops {
namespace expr {

/// A node of an expression. The C++ operators build nodes: use deepEquals to compare expressions.
class POPLAR_API Expr {
public:
  virtual ~Expr();
  /// A copy of the whole expression.
  virtual std::unique_ptr<Expr> clone() const = 0;
  /// Whether this node is of class Node.
  template <class Node> bool isA() const { return dynamic_cast<const Node *>(this) != nullptr; }
  /// This node as a Node, or null when it is something else.
  template <class Node> const Node *getAs() const { return dynamic_cast<const Node *>(this); }
  /// This node as a Node, or null when it is something else.
  template <class Node> Node *getAs() { return dynamic_cast<Node *>(this); }
  /// A text without spaces that tells the expression and the types of its inputs apart from others.
  std::string name(const std::vector<poplar::Tensor> &inputs) const { return nameText(inputs).str(); }
  /// Whether both are the same expression, constants included.
  bool deepEquals(const Expr &other) const;
  /// Writes the expression, "Add(_1,Const(2))".
  void print(std::ostream &os) const;

private:
  poplar::detail::OwnedText nameText(const std::vector<poplar::Tensor> &inputs) const;
};

/// Gives a concrete node its clone function.
template <class Node> class ExprType : public Expr {
public:
  std::unique_ptr<Expr> clone() const override {
    return std::unique_ptr<Expr>(new Node(static_cast<const Node &>(*this)));
  }
};

/// Holds any expression by value.
class POPLAR_API Any {
public:
  /// Copies an expression.
  Any(const Expr &expr) : expr_(expr.clone()) {}
  Any(const Any &other) : expr_(other.expr_->clone()) {}
  Any(Any &&other) noexcept : expr_(std::move(other.expr_)) {}
  Any &operator=(const Any &other) {
    expr_ = other.expr_->clone();
    return *this;
  }
  Any &operator=(Any &&other) noexcept {
    expr_ = std::move(other.expr_);
    return *this;
  }
  /// The expression.
  operator const Expr &() const { return *expr_; }
  /// The expression.
  const Expr &get() const { return *expr_; }

private:
  std::unique_ptr<Expr> expr_;
};

/// A number. Its element type comes from the operand beside it, or from a Cast around it.
class POPLAR_API Const : public ExprType<Const> {
public:
  /// From a host number.
  template <class Value, class = typename std::enable_if<std::is_arithmetic<Value>::value>::type>
  Const(Value value)
      : traits_(poplar::TypeTraits::make<Value>()), type_(poplar::equivalent_device_type<Value>().value), fixed_(false),
        real_(static_cast<double>(value)), bits_(static_cast<std::uint64_t>(integer(value))) {}
  /// From raw bytes of a host type described by `traits`, as a constant of element type `type`.
  /// `isHalf`: the bytes are an IEEE half. Throws poplibs_error for a size that is not 1, 2, 4 or 8.
  Const(poplar::TypeTraits traits, poplar::Type type, const char *data, bool isHalf = false);
  /// The element type given, else the equivalent of the host type.
  poplar::Type getType() const { return type_; }
  /// Whether the element type is part of the constant rather than taken from its surroundings.
  bool isTypeFixed() const { return fixed_; }
  /// The host type.
  const poplar::TypeTraits &getTypeTraits() const { return traits_; }
  /// The value.
  double getDataAsDouble() const { return real_; }
  /// The value as a 64-bit integer (two's complement); meaningful for integer constants.
  std::uint64_t getDataAsUnsignedInteger() const { return bits_; }
  /// Whether the host type was a floating point type.
  bool isFloatingPoint() const { return traits_.isFloatingPoint; }

protected:
  struct HalfTag {};
  Const(HalfTag, float value)
      : traits_(poplar::TypeTraits::make<float>()), type_(poplar::HALF), fixed_(true), real_(value), bits_(0) {}

private:
  template <class Value>
  static typename std::enable_if<std::is_integral<Value>::value, std::int64_t>::type integer(Value value) {
    return static_cast<std::int64_t>(value);
  }
  template <class Value>
  static typename std::enable_if<std::is_floating_point<Value>::value, std::int64_t>::type integer(Value) {
    return 0;
  }
  poplar::TypeTraits traits_;
  poplar::Type type_;
  bool fixed_;
  double real_;
  std::uint64_t bits_;
};

/// A constant of element type HALF.
class POPLAR_API ConstHalf : public Const {
public:
  /// The value, rounded to half.
  explicit ConstHalf(float value) : Const(HalfTag(), value) {}
};

/// `1.5_half` is ConstHalf(1.5f).
inline ConstHalf operator""_half(long double value) { return ConstHalf(static_cast<float>(value)); }

/// Operand number `index`, counted from 1.
class POPLAR_API PlaceHolder : public ExprType<PlaceHolder> {
public:
  /// Throws poplibs_error for 0.
  PlaceHolder(unsigned index);
  /// Number of the operand, from 1.
  unsigned getIndex() const { return index_; }

private:
  unsigned index_;
};

#define POPOPS_PLACEHOLDERS(X)                                                                                         \
  X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16) X(17) X(18) X(19) X(20)
#define POPOPS_PLACEHOLDER(n) const PlaceHolder _##n(n);
POPOPS_PLACEHOLDERS(POPOPS_PLACEHOLDER)
#undef POPOPS_PLACEHOLDER
#undef POPOPS_PLACEHOLDERS

/// Converts its operand to another element type.
class POPLAR_API Cast : public ExprType<Cast> {
public:
  /// `expr` as `type`.
  Cast(const Expr &expr, const poplar::Type type) : expr_(expr.clone()), type_(type) {}
  Cast(const Cast &other) : ExprType<Cast>(), expr_(other.expr_->clone()), type_(other.type_) {}
  /// What is converted.
  const Expr &getLHS() const { return *expr_; }
  /// The type of the result.
  poplar::Type getRHSType() const { return type_; }

private:
  std::unique_ptr<Expr> expr_;
  poplar::Type type_;
};

/// An operator of one operand.
class POPLAR_API UnaryOp : public ExprType<UnaryOp> {
public:
  /// `type` applied to `a`.
  UnaryOp(UnaryOpType type, const Expr &a) : type_(type), a_(a.clone()) {}
  UnaryOp(const UnaryOp &other) : ExprType<UnaryOp>(), type_(other.type_), a_(other.a_->clone()) {}
  /// The operator.
  UnaryOpType getOpType() const { return type_; }
  /// The operand.
  const Expr &getArg() const { return *a_; }

private:
  UnaryOpType type_;
  std::unique_ptr<Expr> a_;
};

/// An operator of two operands.
class POPLAR_API BinaryOp : public ExprType<BinaryOp> {
public:
  /// `type` applied to `a` and `b`.
  BinaryOp(BinaryOpType type, const Expr &a, const Expr &b) : type_(type), a_(a.clone()), b_(b.clone()) {}
  BinaryOp(const BinaryOp &other)
      : ExprType<BinaryOp>(), type_(other.type_), a_(other.a_->clone()), b_(other.b_->clone()) {}
  /// The operator.
  BinaryOpType getOpType() const { return type_; }
  /// The left operand.
  const Expr &getLHS() const { return *a_; }
  /// The right operand.
  const Expr &getRHS() const { return *b_; }

private:
  BinaryOpType type_;
  std::unique_ptr<Expr> a_, b_;
};

/// An operator of three operands.
class POPLAR_API TernaryOp : public ExprType<TernaryOp> {
public:
  /// `type` applied to `a`, `b` and `c`.
  TernaryOp(TernaryOpType type, const Expr &a, const Expr &b, const Expr &c)
      : type_(type), a_(a.clone()), b_(b.clone()), c_(c.clone()) {}
  TernaryOp(const TernaryOp &other)
      : ExprType<TernaryOp>(), type_(other.type_), a_(other.a_->clone()), b_(other.b_->clone()), c_(other.c_->clone()) {
  }
  /// The operator.
  TernaryOpType getOpType() const { return type_; }
  /// The operands in order.
  const Expr &getArg0() const { return *a_; }
  const Expr &getArg1() const { return *b_; }
  const Expr &getArg2() const { return *c_; }

private:
  TernaryOpType type_;
  std::unique_ptr<Expr> a_, b_, c_;
};

#define POPOPS_CLASS(name, cls, function, result, operands)                                                            \
  /** The operator of this name; see Operators.hpp. */                                                                 \
  class cls : public UnaryOp {                                                                                         \
  public:                                                                                                              \
    explicit cls(const Expr &a) : UnaryOp(UnaryOpType::name, a) {}                                                     \
  };
POPOPS_UNARY_OPERATORS(POPOPS_CLASS)
#undef POPOPS_CLASS
#define POPOPS_CLASS(name, cls, function, result, operands)                                                            \
  /** The operator of this name; see Operators.hpp. */                                                                 \
  class cls : public BinaryOp {                                                                                        \
  public:                                                                                                              \
    cls(const Expr &a, const Expr &b) : BinaryOp(BinaryOpType::name, a, b) {}                                          \
  };
POPOPS_BINARY_OPERATORS(POPOPS_CLASS)
#undef POPOPS_CLASS
#define POPOPS_CLASS(name, cls, function, result, operands)                                                            \
  /** The operator of this name; see Operators.hpp. */                                                                 \
  class cls : public TernaryOp {                                                                                       \
  public:                                                                                                              \
    cls(const Expr &a, const Expr &b, const Expr &c) : TernaryOp(TernaryOpType::name, a, b, c) {}                      \
  };
POPOPS_TERNARY_OPERATORS(POPOPS_CLASS)
#undef POPOPS_CLASS

#define POPOPS_OPERATOR(symbol, cls)                                                                                   \
  /** Builds the node of this operator. */                                                                             \
  inline cls operator symbol(const Expr &a) { return cls(a); }
POPOPS_UNARY_SYMBOLS(POPOPS_OPERATOR)
#undef POPOPS_OPERATOR
#define POPOPS_OPERATOR(symbol, cls)                                                                                   \
  /** Builds the node of this operator; a host number becomes a Const. */                                              \
  inline cls operator symbol(const Expr &a, const Expr &b) { return cls(a, b); }                                       \
  template <class Value>                                                                                               \
  inline typename std::enable_if<std::is_arithmetic<Value>::value, cls>::type operator symbol(Value a,                 \
                                                                                              const Expr &b) {         \
    return cls(Const(a), b);                                                                                           \
  }                                                                                                                    \
  template <class Value>                                                                                               \
  inline typename std::enable_if<std::is_arithmetic<Value>::value, cls>::type operator symbol(const Expr &a,           \
                                                                                              Value b) {               \
    return cls(a, Const(b));                                                                                           \
  }
POPOPS_BINARY_SYMBOLS(POPOPS_OPERATOR)
#undef POPOPS_OPERATOR

} // namespace expr
} // namespace popops

namespace poputil {
/// The expression as print() writes it.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const popops::expr::Expr &t);
/// The expression as print() writes it.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const popops::expr::Any &t);
} // namespace poputil
