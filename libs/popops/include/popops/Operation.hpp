#pragma once
#include <popops/OperationDef.hpp>
#include <poplar/detail/Api.hpp>
#include <iosfwd>

namespace popops {

/// Reads an enumerator's name. Throws poplibs_error for any other word.
POPLAR_API std::istream &operator>>(std::istream &is, Operation &op);
/// Writes the enumerator's name.
POPLAR_API std::ostream &operator<<(std::ostream &os, const Operation &op);

} // namespace popops
