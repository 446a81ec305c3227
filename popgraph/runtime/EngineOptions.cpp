#include "popgraph/runtime/EngineOptions.hpp"

#include <algorithm>
#include <charconv>
#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>

#include "popgraph/base/Nearest.hpp"

namespace popgraph {

namespace {

struct Known {
  const char *name, *fallback, *kind, *effect;
};
constexpr Known kKnown[] = {
#define X(name, fallback, kind, effect) {name, fallback, kind, effect},
    POPGRAPH_ENGINE_OPTIONS(X)
#undef X
};

bool asBool(const std::string &name, const std::string &value) {
  if (value == "true" || value == "1") return true;
  if (value == "false" || value == "0") return false;
  throw poplar::invalid_option(fmt::format("option '{}' is '{}'; it must be true or false", name, value));
}

std::uint32_t asNumber(const std::string &name, const std::string &value) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size())
    throw poplar::invalid_option(fmt::format("option '{}' is '{}'; it must be a whole number", name, value));
  return number;
}

} // namespace

EngineOptions EngineOptions::parse(const poplar::OptionFlags &given, bool checkNames) {
  poplar::OptionFlags flags = given;
  poplar::readJSONFromEnv("POPLAR_ENGINE_OPTIONS", flags);
  for (const auto &[name, value] : flags) {
    const auto known =
        std::find_if(std::begin(kKnown), std::end(kKnown), [&](const Known &k) { return name == k.name; });
    if (known == std::end(kKnown)) {
      if (!checkNames) continue;
      std::vector<std::string> names;
      for (const Known &k : kKnown) names.emplace_back(k.name);
      throw poplar::invalid_option(fmt::format("Unrecognised option '{}'{}", name, didYouMean(name, names)));
    }
    if (known->kind == std::string_view("bool")) asBool(name, value);
    if (known->kind == std::string_view("number")) asNumber(name, value);
  }
  EngineOptions result;
  const auto value = [&](const char *name) {
    const auto found = flags.find(name);
    if (found != flags.end()) return found->second;
    return std::string(std::find_if(std::begin(kKnown), std::end(kKnown), [&](const Known &k) {
                         return std::string_view(name) == k.name;
                       })->fallback);
  };
  const auto isTrue = [&](const char *name) { return asBool(name, value(name)); };
  const bool all = isTrue("autoReport.all");
  const auto report = [&](const char *name) { return flags.find(name) != flags.end() ? isTrue(name) : all; };
  result.reportGraph = report("autoReport.outputGraphProfile");
  result.reportExecution = report("autoReport.outputExecutionProfile");
  result.reportDirectory = value("autoReport.directory");
  result.keepRuns =
      asNumber("autoReport.executionProfileProgramRunCount", value("autoReport.executionProfileProgramRunCount"));
  result.verify = isTrue("debug.verify");
  result.enablePrefetch = isTrue("exchange.enablePrefetch");
  result.floatExceptions = isTrue("debug.floatPointOpException");
  result.seed = asNumber("prng.seed", value("prng.seed"));
  if (flags.find("debug.allowOutOfMemory") != flags.end()) result.allowOutOfMemory = isTrue("debug.allowOutOfMemory");
  for (const Known &known : kKnown) {
    const auto found = flags.find(known.name);
    result.all.push_back({known.name, found != flags.end() ? found->second : known.fallback, found == flags.end()});
  }
  return result;
}

} // namespace popgraph
