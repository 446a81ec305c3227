#pragma once
#include <poplar/Graph.hpp>
#include <poplar/detail/Api.hpp>

namespace popnn {

/// Makes the vertices of this library known to a graph; call it, and popops::addCodelets, once before using the
/// library.
/// They come from the file named by the environment variable IPU_POPNN_GP, else from popnn.gp beside the shared object.
POPLAR_API void addCodelets(poplar::Graph &graph);

} // namespace popnn
