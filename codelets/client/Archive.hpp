#pragma once
// `.gp` files: written CodeletModules, one or more for each target; linking .gp files puts their modules together.
#include "codelets/client/Codelet.hpp"
#include <string>
#include <string_view>
#include <vector>

namespace popgraph::codelets {

std::string writeArchive(const std::vector<CodeletModule> &modules);

/// The part for `target`; ipu1 and ipu21 fall back on ipu2, "ipu2:cpp" on "ipu2". Throws FileError.
std::vector<CodeletModule> readArchive(const std::string &path, const std::string &target);
/// The same of a file's bytes; `path` is only used in texts.
std::vector<CodeletModule> readArchive(std::string_view bytes, const std::string &path, const std::string &target);

/// The targets that the file has parts for. Throws FileError.
std::vector<std::string> archiveTargets(const std::string &path);

/// Words of a command line, with the shell's quotes and backslashes.
std::vector<std::string> splitFlags(const std::string &flags);

} // namespace popgraph::codelets
