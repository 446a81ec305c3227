#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/GraphElements.hpp>
#include <poplar/Interval.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace popops {

namespace detail {
/// A host number of any type.
struct FillValue {
  double real;
  std::uint64_t integer; ///< its bits; `real` has the sign
  bool isReal;
};
template <class Value> FillValue fillValue(Value value) {
  static_assert(std::is_arithmetic<Value>::value, "popops::fill takes a number");
  return FillValue{static_cast<double>(value),
                   std::is_floating_point<Value>::value ? std::uint64_t(0) : static_cast<std::uint64_t>(value),
                   std::is_floating_point<Value>::value};
}
POPLAR_API void fill(poplar::Graph &graph, const poplar::Tensor &t, const std::vector<poplar::Interval> &tileRegions,
                     unsigned tile, poplar::ComputeSet fillCS, FillValue value);
POPLAR_API void fill(poplar::Graph &graph, const poplar::Tensor &t,
                     const std::vector<std::vector<poplar::Interval>> &mapping, poplar::ComputeSet fillCS,
                     FillValue value);
POPLAR_API void fill(poplar::Graph &graph, const poplar::Tensor &t, poplar::program::Sequence &prog, FillValue value,
                     const poplar::DebugContext &debugContext);
} // namespace detail

/// Adds vertices on `tile` that set the elements of `t` in `tileRegions` (of its flattened view) to `fillValue`. The
/// value is converted to the element type; one that does not fit throws.
template <class FillValueType>
void fill(poplar::Graph &graph, const poplar::Tensor &t, const std::vector<poplar::Interval> &tileRegions,
          unsigned tile, poplar::ComputeSet fillCS, FillValueType fillValue) {
  detail::fill(graph, t, tileRegions, tile, fillCS, detail::fillValue(fillValue));
}
/// Adds vertices on `tile` that set all elements of `t`.
template <class FillValueType>
void fill(poplar::Graph &graph, const poplar::Tensor &t, unsigned tile, poplar::ComputeSet fillCS,
          FillValueType fillValue) {
  detail::fill(graph, t, std::vector<poplar::Interval>(1, poplar::Interval(0, t.numElements())), tile, fillCS,
               detail::fillValue(fillValue));
}
/// Adds vertices that set the elements of `t` named by `mapping`, one list of regions for each tile.
template <class FillValueType>
void fill(poplar::Graph &graph, const poplar::Tensor &t, const std::vector<std::vector<poplar::Interval>> &mapping,
          poplar::ComputeSet fillCS, FillValueType fillValue) {
  detail::fill(graph, t, mapping, fillCS, detail::fillValue(fillValue));
}
/// Sets all elements of `t`, each on its tile.
template <class FillValueType>
void fill(poplar::Graph &graph, const poplar::Tensor &t, poplar::program::Sequence &prog, FillValueType fillValue,
          const poplar::DebugContext &debugContext = {}) {
  detail::fill(graph, t, prog, detail::fillValue(fillValue), debugContext);
}

} // namespace popops
