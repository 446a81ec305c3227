#include <poputil/exceptions.hpp>

namespace poputil {

poplibs_error::poplibs_error(const std::string &text) : std::runtime_error(text), type("poplibs_error") {}
poplibs_error::poplibs_error(const char *text) : std::runtime_error(text), type("poplibs_error") {}
poplibs_error::~poplibs_error() = default;

} // namespace poputil
