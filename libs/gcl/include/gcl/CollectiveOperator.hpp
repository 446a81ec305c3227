#ifndef gcl_CollectiveOperator_hpp
#define gcl_CollectiveOperator_hpp
/// \file
/// How a collective combines elements.

#include <iosfwd>

#include <poplar/detail/Api.hpp>
#include <popops/OperationDef.hpp>

namespace gcl {

/// How a collective combines the elements of its members. MEAN divides the sum by the number of members (floating-point
/// types), SQUARE_ADD adds squares, LOCAL takes a member's own element and moves nothing.
enum class CollectiveOperator { ADD, MEAN, MUL, MIN, MAX, LOGICAL_AND, LOGICAL_OR, SQUARE_ADD, LOCAL };

/// Reads an enumerator's name. Throws poputil::poplibs_error for any other word.
POPLAR_API std::istream &operator>>(std::istream &is, CollectiveOperator &op);
/// Writes the enumerator's name.
POPLAR_API std::ostream &operator<<(std::ostream &os, const CollectiveOperator &op);
/// The operator that combines as an operation of reductions does. Throws poputil::poplibs_error for LOG_ADD.
POPLAR_API CollectiveOperator operationToCollectiveOperator(const popops::Operation &operation);

} // namespace gcl

#endif
