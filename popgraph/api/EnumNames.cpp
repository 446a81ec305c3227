#include "poplar/TargetType.hpp"
#include "poplar/FieldLayout.hpp"

namespace poplar {

const char *toString(TargetType type) {
  switch (type) {
  case TargetType::IPU: return "IPU";
  case TargetType::IPU_MODEL: return "IPU_MODEL";
  case TargetType::CPU: return "CPU";
  }
  return "unknown target type";
}
std::ostream &operator<<(std::ostream &stream, TargetType type) { return stream << toString(type); }

namespace layout {

const char *to_string(Vector layout) {
  switch (layout) {
  case Vector::NotAVector: return "NotAVector";
  case Vector::Span: return "Span";
  case Vector::ShortSpan: return "ShortSpan";
  case Vector::OnePtr: return "OnePtr";
  case Vector::ScaledPtr32: return "ScaledPtr32";
  case Vector::ScaledPtr64: return "ScaledPtr64";
  case Vector::ScaledPtr128: return "ScaledPtr128";
  }
  return "unknown vector layout";
}
const char *to_string(VectorList layout) {
  switch (layout) {
  case VectorList::NotAVector: return "NotAVector";
  case VectorList::OnePtr: return "OnePtr";
  case VectorList::ScaledPtr32: return "ScaledPtr32";
  case VectorList::ScaledPtr64: return "ScaledPtr64";
  case VectorList::ScaledPtr128: return "ScaledPtr128";
  case VectorList::DeltaN: return "DeltaN";
  case VectorList::DeltaNElements: return "DeltaNElements";
  }
  return "unknown vector list layout";
}
std::ostream &operator<<(std::ostream &stream, Vector layout) { return stream << to_string(layout); }
std::ostream &operator<<(std::ostream &stream, VectorList layout) { return stream << to_string(layout); }

} // namespace layout
} // namespace poplar
