#pragma once
// The engine of sort and topK: rows of keys brought into order.
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <cstddef>
#include <string>

namespace popops::detail {

/// The first `keep` of each row in order: keys, their numbers in the row and, when values were given, the values; each
/// {rows, keep}.
struct SortedRows {
  poplar::Tensor keys, numbers, values;
};

/// Sorts `keys` {rows, n}, n > 0; `values` is invalid or of the same shape. Equal keys keep their order.
SortedRows sortRows(const std::string &function, poplar::Graph &graph, const poplar::Tensor &keys,
                    const poplar::Tensor &values, std::size_t keep, bool descending, poplar::program::Sequence &prog,
                    const poplar::DebugContext &context);

/// Throws poplibs_error unless keys of this type can be sorted and the values, if valid, go with them.
void checkSortable(const std::string &function, const poplar::Tensor &keys, const poplar::Tensor &values);

} // namespace popops::detail
