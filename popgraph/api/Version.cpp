#include "poplar/Version.hpp"

namespace poplar::detail {

const char *versionText() noexcept { return POPGRAPH_VERSION; }
// Executables depend on the version and on the compiler, not on the hour of the build: builds stay reproducible.
const char *packageHashText() noexcept { return POPGRAPH_VERSION "-" __VERSION__; }

} // namespace poplar::detail
