#pragma once
// A Module as the bytes of a `.pgx` file and back.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "popgraph/ir/Module.hpp"

namespace popgraph {

inline constexpr const char *kExecutableKind = "pgx";
inline constexpr std::uint32_t kExecutableVersion = 3;

/// What made an executable.
struct ExecutableOrigin {
  std::string version, packageHash;
};

/// All that running and profiling need; not what only compiling needs (programs, unused code, small mappings).
std::string writeExecutable(const Module &module);

/// Throws SealError when the bytes are no sealed executable of a version that this popgraph reads, ArchiveError when
/// its parts are not tables of a Module. Ids in the tables are not checked here:
/// verifyExecutable() in passes does that. `name` is used in texts.
std::shared_ptr<Module> readExecutable(std::string_view bytes, const std::string &name);

/// Who made the executable; checks no more than the seal.
ExecutableOrigin originOfExecutable(std::string_view bytes, const std::string &name);

} // namespace popgraph
