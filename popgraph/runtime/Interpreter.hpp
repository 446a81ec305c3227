#pragma once
// Walks the steps of a program.
#include <functional>

#include "popgraph/backends/Backend.hpp"
#include "popgraph/runtime/HostIo.hpp"

namespace popgraph {

struct InterpreterHost {
  Backend &backend;
  Storage &storage;
  HostStreams &streams;
  std::function<void(const PrintPlan &)> print; ///< PrintTensor
};

/// Runs program `entry` to its end. Throws poplar::application_runtime_error for Abort and its kin.
void interpret(const Module &module, std::uint32_t entry, InterpreterHost &host);

} // namespace popgraph
