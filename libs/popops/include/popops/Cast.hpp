#pragma once
#include <poplar/DebugContext.hpp>
#include <poplar/Graph.hpp>
#include <poplar/GraphElements.hpp>
#include <poplar/Program.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/Api.hpp>

/// Conversions between half, float, bool and the integer types. Real to integer truncates and saturates; anything but
/// zero becomes true. A conversion to the same type is a copy. QUARTER converts from and to half and float, and between
/// its formats; a result of that type takes the metadata that is given, or that of the tensor that is given.
namespace popops {

/// `src` as a new tensor of `dstType`, laid out like `src`.
POPLAR_API poplar::Tensor cast(poplar::Graph &graph, const poplar::Tensor &src, const poplar::Type &dstType,
                               poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {});
/// `src`, HALF, FLOAT or QUARTER, as a new QUARTER tensor with this metadata (one element of QUARTER_METADATA).
POPLAR_API poplar::Tensor cast(poplar::Graph &graph, const poplar::Tensor &src, const poplar::Type &dstType,
                               const poplar::Tensor &metadata, poplar::program::Sequence &prog,
                               const poplar::DebugContext &debugContext = {});
/// A program that converts `src` to `dst`, which must have the same shape.
POPLAR_API poplar::program::Program cast(poplar::Graph &graph, const poplar::Tensor &src, const poplar::Tensor &dst,
                                         const poplar::DebugContext &debugContext = {});
/// Adds the conversion of `src` to `dst` to a compute set.
POPLAR_API void cast(poplar::Graph &graph, const poplar::Tensor &src, const poplar::Tensor &dst, poplar::ComputeSet cs);
/// Adds the conversion to a compute set and returns the new tensor of `dstType`.
POPLAR_API poplar::Tensor cast(poplar::Graph &graph, const poplar::Tensor &src, const poplar::Type &dstType,
                               poplar::ComputeSet cs, const poplar::DebugContext &debugContext = {});
/// The same to a new QUARTER tensor with this metadata.
POPLAR_API poplar::Tensor cast(poplar::Graph &graph, const poplar::Tensor &src, const poplar::Type &dstType,
                               const poplar::Tensor &metadata, poplar::ComputeSet cs,
                               const poplar::DebugContext &debugContext = {});
/// Converts `src` to `dst`, which must have the same shape.
POPLAR_API void castWithOutput(poplar::Graph &graph, const poplar::Tensor &src, const poplar::Tensor &dst,
                               poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {});
/// Whether `input`, FLOAT of one element, keeps its value in `outputType` (HALF or FLOAT) within this relative tolerance,
/// found out when the program runs: a BOOL of one element. Use poputil::checkAccuracyWhenCast for numbers that the host
/// knows.
POPLAR_API poplar::Tensor checkAccuracyWhenCast(poplar::Graph &graph, const poplar::Tensor &input,
                                                poplar::Type outputType, double tolerance,
                                                poplar::program::Sequence &prog,
                                                const poplar::DebugContext &debugContext = {});

} // namespace popops
