#pragma once
#include <poplar/Graph.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>
#include <cstddef>
#include <vector>

/// Views of a tensor with more elements before and after each dimension, or, where the number is negative, with as many
/// fewer. Nothing is copied. Misuse throws poputil::poplibs_error.
namespace popops {
namespace padding {

/// What added elements are. EDGE: the outermost element. REFLECT: the elements beside it, mirrored at it.
enum class Type { EDGE, REFLECT };
/// Where constants of the padding lie. NONE: the caller maps them. ZERO: on tile 0. EDGE: with the nearest element.
enum class MappingMethod { NONE, ZERO, EDGE };

} // namespace padding

/// \name Padding with a value
/// One entry of paddingLower and paddingUpper for each dimension. The value is converted to the element type; a tensor
/// has one element of that type.
/// @{
/// A host number.
POPLAR_API poplar::Tensor pad(poplar::Graph &graph, const poplar::Tensor &t,
                              const std::vector<std::ptrdiff_t> &paddingLower,
                              const std::vector<std::ptrdiff_t> &paddingUpper, float val = 0.0f,
                              padding::MappingMethod mappingMethod = padding::MappingMethod::ZERO);
/// A host integer.
POPLAR_API poplar::Tensor pad(poplar::Graph &graph, const poplar::Tensor &t,
                              const std::vector<std::ptrdiff_t> &paddingLower,
                              const std::vector<std::ptrdiff_t> &paddingUpper, int val,
                              padding::MappingMethod mappingMethod = padding::MappingMethod::ZERO);
/// A tensor of one element.
POPLAR_API poplar::Tensor pad(poplar::Graph &graph, const poplar::Tensor &t,
                              const std::vector<std::ptrdiff_t> &paddingLower,
                              const std::vector<std::ptrdiff_t> &paddingUpper, const poplar::Tensor &val,
                              padding::MappingMethod mappingMethod = padding::MappingMethod::ZERO);
/// Along one dimension.
POPLAR_API poplar::Tensor pad(poplar::Graph &graph, const poplar::Tensor &t, std::ptrdiff_t paddingLower,
                              std::ptrdiff_t paddingUpper, unsigned dim, float val = 0.0f,
                              padding::MappingMethod mappingMethod = padding::MappingMethod::ZERO);
POPLAR_API poplar::Tensor pad(poplar::Graph &graph, const poplar::Tensor &t, std::ptrdiff_t paddingLower,
                              std::ptrdiff_t paddingUpper, unsigned dim, int val,
                              padding::MappingMethod mappingMethod = padding::MappingMethod::ZERO);
POPLAR_API poplar::Tensor pad(poplar::Graph &graph, const poplar::Tensor &t, std::ptrdiff_t paddingLower,
                              std::ptrdiff_t paddingUpper, unsigned dim, const poplar::Tensor &val,
                              padding::MappingMethod mappingMethod = padding::MappingMethod::ZERO);
/// @}

/// \name Padding with elements of the tensor
/// @{
/// One entry of paddingLower and paddingUpper for each dimension.
POPLAR_API poplar::Tensor pad(const poplar::Tensor &t, const std::vector<std::ptrdiff_t> &paddingLower,
                              const std::vector<std::ptrdiff_t> &paddingUpper, padding::Type type);
/// Along one dimension.
POPLAR_API poplar::Tensor pad(const poplar::Tensor &t, std::ptrdiff_t paddingLower, std::ptrdiff_t paddingUpper,
                              unsigned dim, padding::Type type);
/// @}

} // namespace popops
