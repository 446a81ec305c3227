#include <poputil/exceptions.hpp>

namespace poputil {

poplibs_error::poplibs_error(poplar::StringRef text)
    : std::runtime_error(text.cloneAsString()), type("poplibs_error") {}
poplibs_error::~poplibs_error() = default;

} // namespace poputil
