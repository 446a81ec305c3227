#pragma once
#include <popops/Operation.hpp>
#include <popops/OperationDef.hpp>
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/GraphElements.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/Api.hpp>
#include <poplar/detail/OwnedText.hpp>
#include <poputil/DebugInfo.hpp>
#include <cstddef>
#include <string>
#include <vector>

namespace popops {

/// What a reduction does with the elements it combines.
struct POPLAR_API ReduceParams {
  ReduceParams() = default;
  /// `update`: combine with what the output holds already (reduceWithOutput only; ADD, SQUARE_ADD, LOG_ADD).
  ReduceParams(Operation op, bool update = false) : op(op), update(update), useScale(false) {}
  /// As above with a factor for the reduced value: a FLOAT tensor of one element (ADD, SQUARE_ADD). LOG_ADD, whose
  /// values are logarithms, takes it as a logarithm too, and adds it.
  ReduceParams(Operation op, bool update, const poplar::Tensor &scale)
      : op(op), update(update), useScale(true), scale(scale) {}
  /// A host number is not taken as scale: the bool after the operation would be ambiguous with it.
  ReduceParams(Operation op, float constantScale, bool update = false) = delete;

  Operation op = Operation::ADD; ///< how elements are combined
  bool update = false;           ///< with what the output holds, too
  bool useScale = false;         ///< whether `scale` counts
  poplar::Tensor scale;          ///< factor for the reduced value
};

/// \name Reductions
/// Combine the elements of `in` along `dims`; the result has the other dimensions, in order. Element types: HALF,
/// FLOAT, INT, UNSIGNED_INT, and BOOL for LOGICAL_AND and LOGICAL_OR. Half is summed in float. Without elements the
/// result is the neutral element. Options: accumType.interTile, accumType.inVertex (half or float).
/// The order of summation depends on the tile mapping. Misuse throws poputil::poplibs_error.
/// @{
/// A new tensor of `outType`.
POPLAR_API poplar::Tensor reduce(poplar::Graph &graph, const poplar::Tensor &in, const poplar::Type &outType,
                                 const std::vector<std::size_t> &dims, ReduceParams params,
                                 poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},
                                 const poplar::OptionFlags &options = {});
/// A new tensor of the type of `in`.
POPLAR_API poplar::Tensor reduce(poplar::Graph &graph, const poplar::Tensor &in, const std::vector<std::size_t> &dims,
                                 ReduceParams params, poplar::program::Sequence &prog,
                                 const poplar::DebugContext &debugContext = {},
                                 const poplar::OptionFlags &options = {});
/// Appends compute sets, to be executed in order, instead of a program.
POPLAR_API poplar::Tensor reduce(poplar::Graph &graph, const poplar::Tensor &in, const poplar::Type &outType,
                                 const std::vector<std::size_t> &dims, ReduceParams params,
                                 std::vector<poplar::ComputeSet> &css, const poplar::DebugContext &debugContext = {},
                                 const poplar::OptionFlags &options = {});
/// Appends compute sets, to be executed in order, instead of a program.
POPLAR_API poplar::Tensor reduce(poplar::Graph &graph, const poplar::Tensor &in, const std::vector<std::size_t> &dims,
                                 ReduceParams params, std::vector<poplar::ComputeSet> &css,
                                 const poplar::DebugContext &debugContext = {},
                                 const poplar::OptionFlags &options = {});
/// Into `out`, which must have the shape of the result.
POPLAR_API void reduceWithOutput(poplar::Graph &graph, const poplar::Tensor &in, const poplar::Tensor &out,
                                 const std::vector<std::size_t> &dims, ReduceParams params,
                                 poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {},
                                 const poplar::OptionFlags &options = {});
/// Into `out`, as compute sets to be executed in order.
POPLAR_API void reduceWithOutput(poplar::Graph &graph, const poplar::Tensor &in, const poplar::Tensor &out,
                                 const std::vector<std::size_t> &dims, ReduceParams params,
                                 std::vector<poplar::ComputeSet> &css, const poplar::DebugContext &debugContext = {},
                                 const poplar::OptionFlags &options = {});
/// @}

/// One entry of reduceMany.
struct POPLAR_API SingleReduceOp {
  /// A reduction with a result of type `outType`.
  SingleReduceOp(poplar::Tensor in, std::vector<std::size_t> dims, ReduceParams params, poplar::Type outType,
                 poplar::StringRef debugName = {})
      : in(in), dims(dims), params(params), useOutType(true), outType(outType), debugName(debugName) {}
  /// A reduction with a result of the type of `in`.
  SingleReduceOp(poplar::Tensor in, std::vector<std::size_t> dims, ReduceParams params,
                 poplar::StringRef debugName = {})
      : in(in), dims(dims), params(params), useOutType(false), outType(in.valid() ? in.elementType() : poplar::Type()),
        debugName(debugName) {}

  poplar::Tensor in;                   ///< what is reduced
  std::vector<std::size_t> dims;       ///< the dimensions that go
  ReduceParams params;                 ///< how elements are combined
  bool useOutType;                     ///< whether `outType` was given
  poplar::Type outType;                ///< type of the result
  poplar::detail::OwnedText debugName; ///< name in reports
};

/// Several independent reductions that share compute sets. `outputs` is empty, and receives the results, or holds one
/// given tensor for each reduction.
POPLAR_API void reduceMany(poplar::Graph &graph, const std::vector<SingleReduceOp> &reductions,
                           std::vector<poplar::Tensor> &outputs, poplar::program::Sequence &prog,
                           const poplar::DebugContext &debugContext = {}, const poplar::OptionFlags &options = {});

} // namespace popops

namespace poputil {
/// Operation, update and scale, by name.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const popops::ReduceParams &t);
/// Input, dimensions, parameters and type, by name.
template <> POPLAR_API poplar::ProfileValue toProfileValue(const popops::SingleReduceOp &t);
} // namespace poputil
