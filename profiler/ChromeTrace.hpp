#pragma once
#include "profiler/Model.hpp"
#include <iosfwd>

namespace profiler {

/// The kept steps as trace events in JSON, as chrome://tracing and the Perfetto UI open them: a process for each run,
/// a thread for each kind of phase, times in microseconds of the simulated clock. Returns how many steps it wrote;
/// at most `maxSteps`, because those viewers stop working at about a million events.
std::size_t writeChromeTrace(std::ostream &out, const Model &model, std::size_t maxSteps = 1000000);

} // namespace profiler
