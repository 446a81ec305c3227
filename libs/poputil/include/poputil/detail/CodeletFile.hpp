#pragma once
#include <poplar/Graph.hpp>
#include <poplar/detail/Api.hpp>

namespace poputil {
namespace detail {

/// Loads `<library>.gp` into the graph unless `knownVertex` is there already: from the environment variable
/// IPU_<LIBRARY>_GP, else from the folder of the shared object that contains `anchor`.
POPLAR_API void addLibraryCodelets(poplar::Graph &graph, poplar::StringRef library, poplar::StringRef knownVertex,
                                   const void *anchor);

} // namespace detail
} // namespace poputil
