#pragma once
// `.gp` files: one section per target, each a written CodeletModule.
#include "codelets/client/Codelet.hpp"
#include <string>
#include <vector>

namespace popgraph::codelets {

std::string writeArchive(const std::vector<CodeletModule> &modules);

/// The part for `target`; ipu1 and ipu21 fall back on ipu2, "ipu2:cpp" on "ipu2". Throws FileError.
CodeletModule readArchive(const std::string &path, const std::string &target);

/// Words of a command line, with the shell's quotes and backslashes.
std::vector<std::string> splitFlags(const std::string &flags);

} // namespace popgraph::codelets
