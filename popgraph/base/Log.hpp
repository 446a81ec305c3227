#pragma once
// The library's log. POPLAR_LOG_LEVEL: TRACE, DEBUG, INFO, WARN, ERR or OFF (default WARN); POPLAR_LOG_DEST: stderr
// (default), stdout or a file's name.
#include <spdlog/logger.h>

namespace popgraph {

/// Made at the first call, from the environment; safe from any thread.
spdlog::logger &log();

} // namespace popgraph
