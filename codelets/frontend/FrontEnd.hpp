#pragma once
// Clang as a library: one source in, LLVM IR and the vertex classes found in it out. One parse.
#include "codelets/client/Codelet.hpp"
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <memory>
#include <string>
#include <vector>

namespace popgraph::codelets {

/// Where the SDK's device files are.
struct SdkPaths {
  std::string include;        ///< <sdk>/include
  std::string deviceInclude;  ///< <sdk>/lib/popgraph/device/include
  std::string math;           ///< <sdk>/lib/popgraph/device/math.bc
};
/// Relative to the running executable.
const SdkPaths &sdkPaths();

/// A vertex class as found by the front end; `computeSymbol` is its compute() in the module.
struct FoundVertex {
  Codelet codelet;
  std::string computeSymbol;
  std::string plainSymbol;    ///< of the compute() that does not count; the same where it reads the cycle counter
  std::int64_t thisOffset = 0; ///< added to the vertex image's address: compute() may belong to a base class
};

struct ParsedSource {
  std::unique_ptr<llvm::Module> module; ///< null when there were errors
  std::vector<FoundVertex> vertices;
  std::vector<std::string> files;       ///< everything that was read besides the source, absolute paths
  std::vector<std::string> absent;      ///< looked for in the user's folders in vain, absolute paths
  std::string diagnostics;              ///< as clang prints them
};

struct SourceText {
  std::string name; ///< path, or the name that diagnostics show
  std::string text;
  bool isC = false;
};

/// Kind of the metadata of an inline assembly call: the error, with its place in the source, for when it cannot be run.
inline constexpr char kAssemblyPlace[] = "popgraph.assembly";

/// `flags`: clang driver flags of the user. `numWorkers`: what MultiVertex::numWorkers() gives.
ParsedSource parseSource(const SourceText &source, const std::vector<std::string> &flags, unsigned numWorkers,
                         llvm::LLVMContext &context, bool deviceLibrary = false);

/// What the preprocessor leaves of an assembly file. No module; diagnostics and files as above.
ParsedSource preprocessAssembly(const SourceText &source, const std::vector<std::string> &flags, unsigned numWorkers,
                                std::string &text);

} // namespace popgraph::codelets
