#include "profiler/ChromeTrace.hpp"
#include "popgraph/profile/Schema.hpp"
#include "profiler/render/SummaryJson.hpp"
#include <ostream>

namespace profiler {

using popgraph::profile::kNumStepKinds, popgraph::profile::stepKindName;
using Json = nlohmann::ordered_json;

std::size_t writeChromeTrace(std::ostream &out, const Model &model, std::size_t maxSteps) {
  const double clockHz = model.compile.target.clockHz;
  const double microseconds = clockHz > 0 ? 1e6 / clockHz : 1; // without a clock a cycle is shown as a microsecond
  std::size_t written = 0;
  out << "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[";
  const char *separator = "\n";
  auto write = [&](const Json &event) {
    out << separator << dumpJson(event);
    separator = ",\n";
  };
  double runStart = 0;
  for (std::size_t i = 0; i < model.runs.size(); ++i) {
    const Run &run = model.runs[i];
    if (!run.steps.empty()) {
      write({{"ph", "M"}, {"pid", i}, {"name", "process_name"},
             {"args", {{"name", "run " + std::to_string(i) + " " + run.record.name}}}});
      for (std::size_t kind = 0; kind < kNumStepKinds; ++kind)
        write({{"ph", "M"}, {"pid", i}, {"tid", kind}, {"name", "thread_name"},
               {"args", {{"name", stepKindName(kind)}}}});
    }
    for (const Step &step : run.steps) {
      if (written == maxSteps)
        break;
      std::string name;
      if (step.program < model.compile.programs.size()) {
        const popgraph::profile::ProgramRecord &program = model.compile.programs[step.program];
        name = program.name.empty() ? program.kind : program.name;
      }
      const auto kind = static_cast<std::size_t>(step.kind);
      write({{"ph", "X"}, {"pid", i}, {"tid", kind}, {"name", name}, {"cat", stepKindName(kind)},
             {"ts", runStart + double(step.start) * microseconds}, {"dur", double(step.duration) * microseconds},
             {"args", {{"cycles", step.duration}, {"bytes_sent", step.bytesSent}}}});
      ++written;
    }
    // Simulated time: pauses of the host between runs are not shown.
    runStart += double(run.record.cycles) * microseconds;
  }
  out << "\n]}\n";
  return written;
}

} // namespace profiler
