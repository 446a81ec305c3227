#ifndef poplar_Executable_hpp
#define poplar_Executable_hpp
/// \file
/// A compiled graph with its programs.

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

private:
  friend struct popgraph::ExecutableAccess;
  std::shared_ptr<const popgraph::Module> module_;
};

} // namespace poplar

#endif
