#pragma once
#include <memory>

#include "popgraph/backends/Backend.hpp"

namespace popgraph {

/// The backend for a module: IPU targets run on the simulator, or on what POPGRAPH_BACKEND (simulator, cpu) says; CPU
/// targets run on the CPU. Throws poplar::invalid_option for other values.
std::unique_ptr<Backend> makeBackend(std::shared_ptr<const Module> module, Storage &storage);

} // namespace popgraph
