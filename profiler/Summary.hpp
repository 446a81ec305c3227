#pragma once
#include "profiler/Model.hpp"
#include <iosfwd>

namespace profiler {

struct SummaryOptions {
  bool showExecutionSteps = false;   ///< the program tree with cycles
  bool showVarStorage = false;       ///< the largest variables
  bool showPerIpuMemoryUsage = false;
  std::size_t maxRows = 20;          ///< of each table; the rest is counted in one line
};

/// The text summary: target, graph, memory, vertices, execution. Meant to be read; programs read the JSON.
void writeSummary(std::ostream &out, const Model &model, const SummaryOptions &options = {});

/// Every number of the summary as one JSON object; keys end in their unit (_bytes, _cycles, _us, _percent).
void writeSummaryJson(std::ostream &out, const Model &model);

} // namespace profiler
