#pragma once
// One compile, from sources to module: what both the command line and the server do.
#include "codelets/frontend/FrontEnd.hpp"

namespace popgraph::codelets {

struct BuildSource {
  std::string name, text;
  enum Kind { Cpp, C, Ir, Assembly } kind = Cpp;
};

struct BuildRequest {
  std::vector<BuildSource> sources;
  std::vector<std::string> flags;
  std::string target = "ipu2";
  bool printIr = false; ///< module stays empty, text of the canonical IR goes to `ir`
};

struct BuildResult {
  enum Status { Ok, CompileError, LinkError } status = Ok;
  std::string text;               ///< diagnostics; also warnings of a compile that succeeded
  CodeletModule module;
  std::string ir;
  std::vector<std::string> files; ///< everything that was read besides the sources
  std::vector<std::string> absent; ///< headers that were looked for in the user's folders, and are not there
};

/// Targets in the order `popc --list-targets` prints them.
const std::vector<std::string> &knownTargets();

/// Throws std::exception only for faults that are not the source's.
BuildResult build(const BuildRequest &request);

/// Bitcode of the device mathematics library. Throws std::runtime_error with clang's text.
std::string buildDeviceLibrary(const BuildSource &source);

} // namespace popgraph::codelets
