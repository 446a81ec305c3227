// The one file that names all backends.
#include "popgraph/engine/Backends.hpp"

#include <cstdlib>
#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>

namespace popgraph {

std::unique_ptr<Backend> makeBackend(std::shared_ptr<const Module> module, Storage &storage) {
  const char *text = std::getenv("POPGRAPH_BACKEND");
  const std::string_view name = text ? text : "";
  if (name != "" && name != "simulator" && name != "cpu")
    throw poplar::invalid_option(fmt::format("POPGRAPH_BACKEND is '{}'; this build has simulator and cpu", name));
  if (module->stage < Stage::Routed || name == "cpu") return makeCpuBackend(std::move(module), storage);
  return makeSimulatorBackend(std::move(module), storage);
}

} // namespace popgraph
