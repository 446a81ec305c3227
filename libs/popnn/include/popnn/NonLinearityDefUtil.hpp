#pragma once
#include <popnn/NonLinearityDef.hpp>
#include <poplar/detail/Api.hpp>
#include <poputil/VertexTemplates.hpp>
#include <iosfwd>
#include <string>

namespace popnn {

/// The enumerator's name in lower case, "relu".
POPLAR_API const char *asString(const NonLinearityType &type);
/// Writes asString(type).
POPLAR_API std::ostream &operator<<(std::ostream &os, const NonLinearityType &type);
/// Reads a name in lower case. Throws poputil::poplibs_error for any other word.
POPLAR_API std::istream &operator>>(std::istream &in, NonLinearityType &type);

} // namespace popnn

namespace poputil {
template <> struct VertexTemplateToString<popnn::NonLinearityType> {
  static std::string to_string(const popnn::NonLinearityType &type) {
    std::string name = popnn::asString(type);
    for (std::string::size_type i = 0; i != name.size(); ++i)
      if (name[i] >= 'a' && name[i] <= 'z')
        name[i] = static_cast<char>(name[i] - 'a' + 'A');
    return "popnn::NonLinearityType::" + name;
  }
};
} // namespace poputil
