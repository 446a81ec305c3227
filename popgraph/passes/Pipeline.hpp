#pragma once
// From a graph and programs to a Module.
#include <functional>
#include <memory>
#include <poplar/Graph.hpp>
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

} // namespace popgraph
