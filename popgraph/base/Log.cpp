#include "popgraph/base/Log.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <memory>
#include <string>

namespace popgraph {
namespace {

std::string environment(const char *name) {
  const char *value = std::getenv(name);
  return value ? value : "";
}

std::shared_ptr<spdlog::sinks::sink> makeSink(const std::string &destination, std::string &fault) {
  if (destination == "stdout")
    return std::make_shared<spdlog::sinks::stdout_sink_mt>();
  if (!destination.empty() && destination != "stderr") {
    try {
      return std::make_shared<spdlog::sinks::basic_file_sink_mt>(destination, true);
    } catch (const spdlog::spdlog_ex &error) {
      fault = error.what();
    }
  }
  return std::make_shared<spdlog::sinks::stderr_sink_mt>();
}

std::unique_ptr<spdlog::logger> makeLogger() {
  std::string fault;
  auto logger = std::make_unique<spdlog::logger>("popgraph", makeSink(environment("POPLAR_LOG_DEST"), fault));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%f popgraph %L: %v");
  std::string level = environment("POPLAR_LOG_LEVEL");
  std::transform(level.begin(), level.end(), level.begin(), [](unsigned char c) { return std::toupper(c); });
  static constexpr std::pair<const char *, spdlog::level::level_enum> kLevels[] = {
      {"", spdlog::level::warn},     {"TRACE", spdlog::level::trace}, {"DEBUG", spdlog::level::debug},
      {"INFO", spdlog::level::info}, {"WARN", spdlog::level::warn},   {"ERR", spdlog::level::err},
      {"OFF", spdlog::level::off}};
  const auto found =
      std::find_if(std::begin(kLevels), std::end(kLevels), [&](auto &entry) { return entry.first == level; });
  logger->set_level(found == std::end(kLevels) ? spdlog::level::warn : found->second);
  logger->flush_on(spdlog::level::warn);
  if (found == std::end(kLevels))
    logger->warn("POPLAR_LOG_LEVEL is \"{}\"; it can be TRACE, DEBUG, INFO, WARN, ERR or OFF", level);
  if (!fault.empty())
    logger->warn("POPLAR_LOG_DEST cannot be written, logging to stderr: {}", fault);
  return logger;
}

} // namespace

spdlog::logger &log() {
  // Never destroyed: other objects may log while the process ends.
  static spdlog::logger &logger = *makeLogger().release();
  return logger;
}

} // namespace popgraph
