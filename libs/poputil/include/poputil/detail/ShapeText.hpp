#ifndef poputil_detail_ShapeText_hpp
#define poputil_detail_ShapeText_hpp

#include <cstddef>
#include <string>
#include <vector>

namespace poputil {
namespace detail {

/// "[2,3]", as Tensor::shapeToString writes it, for shapes that no tensor has.
inline std::string shapeText(const std::vector<std::size_t> &shape) {
  std::string text = "[";
  for (std::size_t i = 0; i != shape.size(); ++i)
    text.append(i ? "," : "").append(std::to_string(shape[i]));
  return text + "]";
}

} // namespace detail
} // namespace poputil

#endif
