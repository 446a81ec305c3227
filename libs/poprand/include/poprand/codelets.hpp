#pragma once
#include <poplar/Graph.hpp>
#include <poplar/detail/Api.hpp>

namespace poprand {

/// Makes the vertices of this library known to a graph; call it, and popops::addCodelets, once before using the
/// library.
/// They come from the file named by the environment variable IPU_POPRAND_GP, else from poprand.gp beside the shared
/// object.
POPLAR_API void addCodelets(poplar::Graph &graph);

} // namespace poprand
