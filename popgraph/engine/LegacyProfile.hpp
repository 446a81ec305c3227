#pragma once
// What older programs ask an engine for instead of a profile file.
#include <iosfwd>
#include <poplar/ProfileValue.hpp>

#include "profiler/Model.hpp"

namespace popgraph {

/// What was compiled: target, graph, memory, vertices, variables.
poplar::ProfileValue graphProfile(const profiler::Model &model);
/// What ran: cycles in all and the steps of the last run.
poplar::ProfileValue executionProfile(const profiler::Model &model);
/// A CSV table of the last run: how many tiles do what between two moments, in cycles.
void writeIntervals(std::ostream &out, const profiler::Model &model);

} // namespace popgraph
