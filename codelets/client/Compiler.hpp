#pragma once
// The way to compiled codelets from inside a program: disk cache first, then the helper process `popc --serve`.
#include "codelets/client/Codelet.hpp"
#include "codelets/abi/VertexContext.h"
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace popgraph::codelets {

/// The source does not compile; what() is clang's own text with file and line.
struct CompileError : std::runtime_error { using runtime_error::runtime_error; };
/// The code refers to something a codelet cannot have (heap, undefined functions). `output` names the symbols.
struct LinkError : std::runtime_error {
  LinkError(const std::string &what, std::string output) : runtime_error(what), output(std::move(output)) {}
  std::string output;
};
/// A file is missing, unreadable, damaged, or of a newer format version.
struct FileError : std::runtime_error {
  FileError(const std::string &what, std::string path) : runtime_error(what), path(std::move(path)) {}
  std::string path;
};
/// The helper process could not be started, died or exceeded its limits.
struct HelperError : std::runtime_error { using runtime_error::runtime_error; };

enum class SourceKind : std::uint8_t { Auto, Cpp, C, Ir, Assembly, Object };

struct Source {
  std::string path;      ///< file to read; or, with text set, the name used in diagnostics
  std::string text;      ///< source text when it does not come from a file
  bool fromText = false;
  SourceKind kind = SourceKind::Auto; ///< Auto: by file name suffix
};

struct CompileRequest {
  std::vector<Source> sources;  ///< compiled as one module each and linked together
  std::string flags;            ///< "-O3 -I dir -DX", split like a shell does
  std::string target = "ipu2";  ///< "cpu", "ipu1", "ipu2", "ipu21": decides MultiVertex::numWorkers() (1 or 6)
};

/// Compiled codelets for the request, whose sources are compiled together. Thread-safe. Identical requests with
/// unchanged files come from memory, then from the disk cache. Warnings of the compiler are added to `messages`, or
/// logged once when that is null. Throws CompileError, LinkError, FileError, HelperError.
std::shared_ptr<const CodeletModule> compile(const CompileRequest &request, std::string *messages = nullptr);

/// As compile(), and `.gp` files among the sources are loaded (their parts for the target).
std::vector<std::shared_ptr<const CodeletModule>> load(const CompileRequest &request,
                                                       std::string *messages = nullptr);

/// Binary form used in `.gp` files, cache entries and executables. readModule throws FileError on anything that is
/// not exactly what writeModule wrote; `path` is only used in its text.
std::string writeModule(const CodeletModule &module);
CodeletModule readModule(std::string_view bytes, const std::string &path);

/// Code of one module, relocated and executable in this process. Immutable, shared by engines.
class LoadedModule {
public:
  /// Throws LinkError when the object is malformed or refers to an unknown symbol.
  explicit LoadedModule(const CodeletModule &module);
  ~LoadedModule();
  LoadedModule(const LoadedModule &) = delete;
  LoadedModule &operator=(const LoadedModule &) = delete;
  /// Entry of module.codelets[index].
  RunRows run(std::size_t index) const { return counting_.at(index); }
  /// The one that counts nothing.
  RunRows plain(std::size_t index) const { return plain_.at(index); }
private:
  void *base_ = nullptr;
  std::size_t bytes_ = 0;
  std::vector<RunRows> counting_, plain_;
};

/// Counters a test or benchmark reads: how compile() answered.
struct CompileCounters { std::uint64_t memoryHits = 0, diskHits = 0, compiled = 0, rejectedEntries = 0; };
CompileCounters compileCounters();

} // namespace popgraph::codelets
