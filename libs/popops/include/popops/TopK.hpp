#pragma once
#include <popops/SortOrder.hpp>
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/Api.hpp>
#include <cstddef>
#include <iosfwd>
#include <utility>
#include <vector>

/// The k largest or smallest elements along the innermost dimension. Keys are HALF, FLOAT, INT or UNSIGNED_INT. Misuse
/// throws poputil::poplibs_error.
namespace popops {

/// What is looked for.
struct POPLAR_API TopKParams {
  /// `k` largest or smallest elements, in this order; `stableSort`: of equal ones those of lowest index first.
  TopKParams(unsigned k, bool largest, SortOrder sortOrder, bool stableSort = false) noexcept
      : k(k), largest(largest), sortOrder(sortOrder), stableSort(stableSort) {}

  unsigned k;          ///< how many
  bool largest;        ///< the largest, else the smallest
  SortOrder sortOrder; ///< order of the results
  bool stableSort;     ///< whether equal elements keep their order; they always do here
};

/// Writes the parameters.
POPLAR_API std::ostream &operator<<(std::ostream &os, const TopKParams &p);

/// A new tensor laid out for topK: rows of the innermost dimension spread over the tiles.
POPLAR_API poplar::Tensor createTopKInput(poplar::Graph &graph, const poplar::Type &type,
                                          const std::vector<std::size_t> &shape, const TopKParams &params,
                                          const poplar::DebugContext &debugContext = {});
/// The k extreme elements of `t` along its innermost dimension, which becomes k.
POPLAR_API poplar::Tensor topK(poplar::Graph &graph, poplar::program::Sequence &prog, const poplar::Tensor &t,
                               const TopKParams &params, const poplar::DebugContext &debugContext = {});
/// The k extreme keys and the values, a tensor of the shape of `keys` and a type of 2 or 4 bytes, that belong to them.
POPLAR_API std::pair<poplar::Tensor, poplar::Tensor>
topKKeyValue(poplar::Graph &graph, poplar::program::Sequence &prog, const poplar::Tensor &keys,
             const poplar::Tensor &values, const TopKParams &params, const poplar::DebugContext &debugContext = {});
/// The k extreme elements and their indices along the innermost dimension (UNSIGNED_INT).
POPLAR_API std::pair<poplar::Tensor, poplar::Tensor>
topKWithPermutation(poplar::Graph &graph, poplar::program::Sequence &prog, const poplar::Tensor &t,
                    const TopKParams &params, const poplar::DebugContext &debugContext = {});

} // namespace popops

namespace poputil {
/// The fields, by name.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const popops::TopKParams &t);
} // namespace poputil
