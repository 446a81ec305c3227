#pragma once
#include <poplar/StringRef.hpp>
#include <poplar/detail/Api.hpp>
#include <poplar/detail/OwnedText.hpp>
#include <stdexcept>
#include <string>

namespace poputil {

/// Misuse of a library function. The text names the function, the argument and the shapes or types involved.
struct POPLAR_API poplibs_error : public std::runtime_error {
  /// Class of the error, for messages: "poplibs_error".
  poplar::detail::OwnedText type;
  /// An error with this text.
  explicit poplibs_error(poplar::StringRef text);
  explicit poplibs_error(const std::string &text) : poplibs_error(poplar::StringRef(text)) {}
  explicit poplibs_error(const char *text) : poplibs_error(poplar::StringRef(text)) {}
  ~poplibs_error() override;
};

} // namespace poputil
