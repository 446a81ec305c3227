#include <popops/Expr.hpp>
#include <popops/ExprOpUtils.hpp>
#include <poplar/IeeeHalf.hpp>
#include <poputil/exceptions.hpp>
#include <cstring>
#include <ostream>
#include <sstream>

namespace popops::expr {

using poputil::poplibs_error;

namespace {

#define POPOPS_NAME(name, cls, function, result, operands) #name,
#define POPOPS_CLASS_NAME(name, cls, function, result, operands) #cls,
constexpr const char *kUnaryNames[] = {POPOPS_UNARY_OPERATORS(POPOPS_NAME)};
constexpr const char *kBinaryNames[] = {POPOPS_BINARY_OPERATORS(POPOPS_NAME)};
constexpr const char *kTernaryNames[] = {POPOPS_TERNARY_OPERATORS(POPOPS_NAME)};
constexpr const char *kUnaryClasses[] = {POPOPS_UNARY_OPERATORS(POPOPS_CLASS_NAME)};
constexpr const char *kBinaryClasses[] = {POPOPS_BINARY_OPERATORS(POPOPS_CLASS_NAME)};
constexpr const char *kTernaryClasses[] = {POPOPS_TERNARY_OPERATORS(POPOPS_CLASS_NAME)};
#undef POPOPS_NAME
#undef POPOPS_CLASS_NAME

template <class T> T read(const char *data) {
  T value;
  std::memcpy(&value, data, sizeof(T));
  return value;
}

} // namespace

namespace detail {
const char *nameOf(UnaryOpType op) noexcept { return kUnaryNames[static_cast<std::size_t>(op)]; }
const char *nameOf(BinaryOpType op) noexcept { return kBinaryNames[static_cast<std::size_t>(op)]; }
const char *nameOf(TernaryOpType op) noexcept { return kTernaryNames[static_cast<std::size_t>(op)]; }
} // namespace detail

namespace ostream_ext {
std::ostream &operator<<(std::ostream &os, UnaryOpType t) { return os << toString(t); }
std::ostream &operator<<(std::ostream &os, BinaryOpType t) { return os << toString(t); }
std::ostream &operator<<(std::ostream &os, TernaryOpType t) { return os << toString(t); }
} // namespace ostream_ext

Expr::~Expr() = default;

PlaceHolder::PlaceHolder(unsigned index) : index_(index) {
  if (index == 0) throw poplibs_error("popops::expr::PlaceHolder: index 0; operands are counted from 1");
}

Const::Const(poplar::TypeTraits traits, poplar::Type type, const char *data, bool isHalf)
    : traits_(traits), type_(type), fixed_(true), real_(0), bits_(0) {
  if (isHalf || (type == poplar::HALF && traits.size == 2)) {
    real_ = poplar::IeeeHalf::fromBits(read<std::uint16_t>(data));
    traits_ = poplar::TypeTraits::make<float>();
  } else if (traits.isFloatingPoint) {
    if (traits.size != 4 && traits.size != 8)
      throw poplibs_error("popops::expr::Const: a floating point number of " + std::to_string(traits.size) +
                          " bytes; 4 or 8 would be right");
    real_ = traits.size == 4 ? read<float>(data) : read<double>(data);
  } else {
    std::int64_t value = 0;
    switch (traits.size) {
    case 1: value = traits.isSigned ? read<std::int8_t>(data) : read<std::uint8_t>(data); break;
    case 2: value = traits.isSigned ? read<std::int16_t>(data) : read<std::uint16_t>(data); break;
    case 4: value = traits.isSigned ? read<std::int32_t>(data) : read<std::uint32_t>(data); break;
    case 8: value = read<std::int64_t>(data); break;
    default:
      throw poplibs_error("popops::expr::Const: an integer of " + std::to_string(traits.size) +
                          " bytes; 1, 2, 4 or 8 would be right");
    }
    bits_ = static_cast<std::uint64_t>(value);
    real_ = traits.isSigned ? static_cast<double>(value) : static_cast<double>(bits_);
  }
}

void Expr::print(std::ostream &os) const {
  if (const auto *p = getAs<PlaceHolder>()) {
    os << '_' << p->getIndex();
  } else if (const auto *c = getAs<Const>()) {
    os << "Const(";
    if (c->isFloatingPoint())
      os << c->getDataAsDouble();
    else if (c->getTypeTraits().isSigned)
      os << static_cast<std::int64_t>(c->getDataAsUnsignedInteger());
    else
      os << c->getDataAsUnsignedInteger();
    os << ')';
  } else if (const auto *cast = getAs<Cast>()) {
    os << "Cast(";
    cast->getLHS().print(os);
    os << ',' << cast->getRHSType() << ')';
  } else if (const auto *u = getAs<UnaryOp>()) {
    os << kUnaryClasses[static_cast<std::size_t>(u->getOpType())] << '(';
    u->getArg().print(os);
    os << ')';
  } else if (const auto *b = getAs<BinaryOp>()) {
    os << kBinaryClasses[static_cast<std::size_t>(b->getOpType())] << '(';
    b->getLHS().print(os);
    os << ',';
    b->getRHS().print(os);
    os << ')';
  } else if (const auto *t = getAs<TernaryOp>()) {
    os << kTernaryClasses[static_cast<std::size_t>(t->getOpType())] << '(';
    t->getArg0().print(os);
    os << ',';
    t->getArg1().print(os);
    os << ',';
    t->getArg2().print(os);
    os << ')';
  }
}

poplar::detail::OwnedText Expr::nameText(const std::vector<poplar::Tensor> &inputs) const {
  std::ostringstream text;
  text.precision(17);
  print(text);
  for (const poplar::Tensor &input : inputs) text << '_' << input.elementType();
  std::string result = text.str();
  for (char &c : result)
    if (c == ' ') c = '_';
  return result;
}

bool Expr::deepEquals(const Expr &other) const {
  if (const auto *p = getAs<PlaceHolder>()) {
    const auto *q = other.getAs<PlaceHolder>();
    return q && p->getIndex() == q->getIndex();
  }
  if (const auto *p = getAs<Const>()) {
    const auto *q = other.getAs<Const>();
    return q && p->getType() == q->getType() && p->isTypeFixed() == q->isTypeFixed() &&
           p->getDataAsDouble() == q->getDataAsDouble() &&
           p->getDataAsUnsignedInteger() == q->getDataAsUnsignedInteger();
  }
  if (const auto *p = getAs<Cast>()) {
    const auto *q = other.getAs<Cast>();
    return q && p->getRHSType() == q->getRHSType() && p->getLHS().deepEquals(q->getLHS());
  }
  if (const auto *p = getAs<UnaryOp>()) {
    const auto *q = other.getAs<UnaryOp>();
    return q && p->getOpType() == q->getOpType() && p->getArg().deepEquals(q->getArg());
  }
  if (const auto *p = getAs<BinaryOp>()) {
    const auto *q = other.getAs<BinaryOp>();
    return q && p->getOpType() == q->getOpType() && p->getLHS().deepEquals(q->getLHS()) &&
           p->getRHS().deepEquals(q->getRHS());
  }
  const auto *p = getAs<TernaryOp>();
  const auto *q = other.getAs<TernaryOp>();
  return p && q && p->getOpType() == q->getOpType() && p->getArg0().deepEquals(q->getArg0()) &&
         p->getArg1().deepEquals(q->getArg1()) && p->getArg2().deepEquals(q->getArg2());
}

} // namespace popops::expr

template <> poplar::ProfileValue poputil::toProfileValue(const popops::expr::Expr &t) {
  std::ostringstream text;
  t.print(text);
  return text.str();
}

template <> poplar::ProfileValue poputil::toProfileValue(const popops::expr::Any &t) { return toProfileValue(t.get()); }
