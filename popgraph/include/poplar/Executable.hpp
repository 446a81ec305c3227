#ifndef poplar_Executable_hpp
#define poplar_Executable_hpp
/// \file
/// A compiled graph with its programs, in memory and as a file.

#include <iosfwd>
#include <memory>
#include <poplar/detail/Api.hpp>

namespace popgraph {
struct Module;
struct ExecutableAccess;
} // namespace popgraph

namespace poplar {

/// Everything an Engine needs to run, with no reference to the graph it was made from. Immutable; copies share.
class POPLAR_API Executable {
public:
  /// An empty executable; loading an engine made of it throws poplar_error.
  Executable() = default;

  /// Writes the executable, all of it: deserialize() needs no graph, source, compiler or codelet file. Throws
  /// poplar_error for an empty executable and when the stream does not take all bytes.
  void serialize(std::ostream &stream) const;
  /// Reads what serialize() wrote, and leaves the stream behind its end. Throws file_load_error when the stream cannot
  /// be read, parse_error when it holds anything else than a whole, unaltered executable or one of a newer format, and
  /// poplar_error when it was made by another version of popgraph; `checkPackageHash` = false skips that check.
  /// Reading is safe whatever the stream holds. Running is not: an executable is a program, with code for the host, and
  /// can do all that its user may do. Run only what you would run as a program.
  static Executable deserialize(std::istream &stream, bool checkPackageHash = true);
  /// The same.
  static Executable deserialize(std::unique_ptr<std::istream> stream, bool checkPackageHash = true);

private:
  friend struct popgraph::ExecutableAccess;
  std::shared_ptr<const popgraph::Module> module_;
};

} // namespace poplar

#endif
