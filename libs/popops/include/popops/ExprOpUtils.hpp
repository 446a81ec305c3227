#pragma once
#include <popops/ExprOp.hpp>
#include <poplar/detail/Api.hpp>
#include <poputil/DebugInfo.hpp>
#include <poputil/VertexTemplates.hpp>
#include <iosfwd>
#include <string>

namespace popops {
namespace expr {

namespace detail {
POPLAR_API const char *nameOf(UnaryOpType op) noexcept;
POPLAR_API const char *nameOf(BinaryOpType op) noexcept;
POPLAR_API const char *nameOf(TernaryOpType op) noexcept;
} // namespace detail
/// The enumerator's name, "ADD".
inline std::string toString(UnaryOpType op) { return detail::nameOf(op); }
/// The enumerator's name.
inline std::string toString(BinaryOpType op) { return detail::nameOf(op); }
/// The enumerator's name.
inline std::string toString(TernaryOpType op) { return detail::nameOf(op); }

namespace ostream_ext {
/// Writes the enumerator's name.
POPLAR_API std::ostream &operator<<(std::ostream &os, UnaryOpType t);
/// Writes the enumerator's name.
POPLAR_API std::ostream &operator<<(std::ostream &os, BinaryOpType t);
/// Writes the enumerator's name.
POPLAR_API std::ostream &operator<<(std::ostream &os, TernaryOpType t);
} // namespace ostream_ext

} // namespace expr
} // namespace popops

namespace poputil {
template <> struct VertexTemplateToString<popops::expr::UnaryOpType> {
  static std::string to_string(const popops::expr::UnaryOpType &op) {
    return "popops::expr::UnaryOpType::" + popops::expr::toString(op);
  }
};
template <> struct VertexTemplateToString<popops::expr::BinaryOpType> {
  static std::string to_string(const popops::expr::BinaryOpType &op) {
    return "popops::expr::BinaryOpType::" + popops::expr::toString(op);
  }
};
template <> struct VertexTemplateToString<popops::expr::TernaryOpType> {
  static std::string to_string(const popops::expr::TernaryOpType &op) {
    return "popops::expr::TernaryOpType::" + popops::expr::toString(op);
  }
};
/// The enumerator's name.
template <> inline poplar::ProfileValue toProfileValue(const popops::expr::UnaryOpType &op) {
  return poplar::ProfileValue(popops::expr::toString(op));
}
/// The enumerator's name.
template <> inline poplar::ProfileValue toProfileValue(const popops::expr::BinaryOpType &op) {
  return poplar::ProfileValue(popops::expr::toString(op));
}
/// The enumerator's name.
template <> inline poplar::ProfileValue toProfileValue(const popops::expr::TernaryOpType &op) {
  return poplar::ProfileValue(popops::expr::toString(op));
}
} // namespace poputil
