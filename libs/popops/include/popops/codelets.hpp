#pragma once
#include <poplar/Graph.hpp>
#include <poplar/detail/Api.hpp>

namespace popops {

/// Makes the vertices of this library known to a graph; call it once before using the library. They come from the file
/// named by the environment variable IPU_POPOPS_GP, else from popops.gp beside the shared object.
POPLAR_API void addCodelets(poplar::Graph &graph);

} // namespace popops
