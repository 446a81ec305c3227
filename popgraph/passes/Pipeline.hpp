#pragma once
// The two ways to a Module: from a graph and programs, and from a file.
#include <functional>
#include <memory>
#include <poplar/Graph.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "popgraph/ir/Module.hpp"

namespace popgraph {

struct CompileOptions {
  bool verify = true;               ///< run the verifier at every stage boundary
  bool allowOutOfMemory = false;    ///< report instead of throwing when a tile is too small
  std::function<void(int, int)> progress;
};

/// Throws a poplar_error subclass that says what is wrong with the graph or the programs.
std::shared_ptr<Module> compile(const GraphState &graph, const std::vector<poplar::program::Program> &programs,
                                const CompileOptions &options);

/// The Module in the bytes of a `.pgx` file, verified. Throws poplar::parse_error, and poplar::poplar_error when another
/// version made it and this is to be checked; their texts begin with `name`.
std::shared_ptr<const Module> loadExecutable(std::string_view bytes, const std::string &name, bool checkPackageHash);

} // namespace popgraph
