#include "popgraph/runtime/EngineOptions.hpp"

#include <algorithm>
#include <iterator>
#include <poplar/OptionFlags.hpp>

namespace popgraph {

EngineOptions EngineOptions::parse(const poplar::OptionFlags &given, bool checkNames) {
  poplar::OptionFlags flags = given;
  poplar::readJSONFromEnv("POPLAR_ENGINE_OPTIONS", flags);
  poplar::readJSONFromEnv("POPLAR_RUNTIME_OPTIONS", flags);
  checkOptions(kEngineOptions, flags, "the engine", checkNames);
  EngineOptions result;
  const auto isSet = [&](const char *name) { return flags.find(name) != flags.end(); };
  const auto value = [&](const char *name) -> std::string {
    if (isSet(name)) return flags.at(name);
    return std::find_if(std::begin(kEngineOptions), std::end(kEngineOptions), [&](const OptionRow &row) {
             return std::string_view(name) == row.name;
           })->fallback;
  };
  const auto isTrue = [&](const char *name) { return optionIsTrue(value(name)); };
  const bool all = isTrue("autoReport.all");
  const auto report = [&](const char *name) { return isSet(name) ? isTrue(name) : all; };
  result.reportGraph = report("autoReport.outputGraphProfile");
  result.reportExecution = report("autoReport.outputExecutionProfile");
  result.reportDirectory = value("autoReport.directory");
  result.keepRuns = optionNumber(value("autoReport.executionProfileProgramRunCount"));
  result.verify = isTrue("debug.verify");
  result.enablePrefetch = isTrue("exchange.enablePrefetch");
  result.stochasticRounding = isTrue("prng.enableStochasticRounding");
  result.floatExceptions = isTrue("debug.floatPointOpException");
  result.seed = optionNumber(value("prng.seed"));
  if (isSet("debug.allowOutOfMemory")) result.allowOutOfMemory = isTrue("debug.allowOutOfMemory");
  for (const OptionRow &row : kEngineOptions) result.all.push_back({row.name, value(row.name), !isSet(row.name)});
  return result;
}

} // namespace popgraph
