#ifndef poplar_Version_hpp
#define poplar_Version_hpp

#include "poplar/detail/Api.hpp"

#include <string>

namespace poplar {

namespace detail {
POPLAR_API const char *versionText() noexcept;
POPLAR_API const char *packageHashText() noexcept;
} // namespace detail

/// Version of the library, such as "0.1.0".
inline std::string versionString() { return detail::versionText(); }
/// A text that differs between builds whose executables may differ.
inline std::string packageHash() { return detail::packageHashText(); }

} // namespace poplar

#endif
