#pragma once
#include <popops/OperationDef.hpp>
#include <poplar/detail/Api.hpp>
#include <poputil/DebugInfo.hpp>
#include <poputil/VertexTemplates.hpp>
#include <string>

namespace poputil {

/// The enumerator's name.
POPLAR_API const char *asString(const popops::Operation &op);

template <> struct VertexTemplateToString<popops::Operation> {
  static std::string to_string(const popops::Operation &op) {
    return std::string("popops::Operation::") + asString(op);
  }
};

/// The enumerator's name.
template <> inline poplar::ProfileValue toProfileValue(const popops::Operation &op) {
  return poplar::ProfileValue(asString(op));
}

} // namespace poputil
