#pragma once
#include <cstdint>
#include <spdlog/fmt/fmt.h>
#include <stdexcept>

#include "popgraph/ir/Module.hpp"

namespace popgraph {

/// Throws std::logic_error with the text when the condition does not hold.
template <typename... Args> void require(bool condition, const char *format, const Args &...args) {
  if (!condition) throw std::logic_error("internal error: " + fmt::format(fmt::runtime(format), args...));
}

/// Whether [first, first + count) lies within `size` things.
inline bool within(std::uint64_t first, std::uint64_t count, std::uint64_t size) {
  return first <= size && count <= size - first;
}

/// The run lies within its variable.
inline void verifyRun(const Module &module, const Run &run) {
  require(run.variable < module.tables.variables.size(), "variable {} does not exist", run.variable);
  require(within(run.offset, run.count, module.tables.variables[run.variable].elements),
          "[{}, +{}) is outside variable {}", run.offset, run.count, run.variable);
}

} // namespace popgraph
