#include "libs/popops/detail/IndexVectors.hpp"
#include <poputil/detail/ShapeText.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>

namespace popops::detail {

using poplar::Tensor;
using poputil::poplibs_error;
using poputil::detail::shapeText;

Tensor indexVectors(const std::string &function, const Tensor &indices, std::size_t indexVectorDim,
                    std::size_t entries) {
  const poplar::Type type = indices.elementType();
  const std::size_t found = indexVectorDim < indices.rank() ? indices.dim(static_cast<unsigned>(indexVectorDim)) : 1;
  if (indexVectorDim > indices.rank() || found != entries || (type != poplar::INT && type != poplar::UNSIGNED_INT))
    throw poplibs_error(function + ": indices of shape " + indices.shapeToString() + " and type " + type.toString() +
                        " with vectors along dimension " + std::to_string(indexVectorDim) + "; " +
                        std::to_string(entries) + " entries of int or unsigned int would be right");
  const Tensor last = indexVectorDim < indices.rank()
                          ? indices.dimRoll(static_cast<unsigned>(indexVectorDim), indices.rank() - 1)
                          : indices;
  const Tensor vectors = last.reshape({entries == 0 ? 0 : indices.numElements() / entries, entries});
  return type == poplar::UNSIGNED_INT ? vectors : vectors.reinterpret(poplar::UNSIGNED_INT);
}

void checkWindow(const std::string &function, const std::vector<std::size_t> &shape,
                 const std::vector<std::size_t> &sizes, const std::vector<unsigned> &map) {
  bool fits = sizes.size() == shape.size() && !map.empty();
  for (std::size_t d = 0; fits && d != shape.size(); ++d) fits = sizes[d] <= shape[d];
  for (std::size_t j = 0; fits && j != map.size(); ++j)
    fits = map[j] < shape.size() && std::count(map.begin(), map.end(), map[j]) == 1 && sizes[map[j]] != 0;
  if (!fits)
    throw poplibs_error(function + ": slices of shape " + shapeText(sizes) + " with starts along dimensions " +
                        shapeText(std::vector<std::size_t>(map.begin(), map.end())) + " of a tensor of shape " +
                        shapeText(shape));
}

SlicedDims slicedDims(const std::vector<std::size_t> &sizes, const std::vector<unsigned> &map) {
  SlicedDims result;
  for (unsigned d : map) {
    result.dims.push_back(d);
    result.sizes.push_back(sizes[d]);
  }
  return result;
}

Tensor cropOthers(const Tensor &t, const std::vector<std::size_t> &sizes, const std::vector<unsigned> &map) {
  Tensor view = t;
  for (unsigned d = 0; d != t.rank(); ++d)
    if (std::find(map.begin(), map.end(), d) == map.end()) view = view.slice(0, sizes[d], d);
  return view;
}

} // namespace popops::detail
