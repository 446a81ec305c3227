#pragma once
#include "popgraph/profile/Records.hpp"
#include <memory>
#include <string>

namespace popgraph::profile {

struct WriterOptions {
  std::uint32_t keepRunsPerProgram = 2; ///< autoReport.executionProfileProgramRunCount
  bool execution = true;                ///< autoReport.outputExecutionProfile; false: compile part only
};

/// Opens PATH (replacing it only once the compile part is complete) and returns the sink that fills it.
/// Throws std::runtime_error naming the path when it cannot be written.
std::unique_ptr<Sink> writeProfile(const std::string &path, const WriterOptions &options);

} // namespace popgraph::profile
