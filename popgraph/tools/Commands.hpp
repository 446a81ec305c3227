#pragma once
// One function per command: declares its options on `app` and what happens when it is chosen.
#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <ostream>
#include <string>

namespace popgraph::tools {

/// Set by the chosen command; run by main once the command line is parsed. Returns the exit status.
using Action = std::function<int()>;

enum ExitStatus { kFine = 0, kDifferences = 1, kUsage = 2, kCannotRead = 3 };

void addSummary(CLI::App &app, Action &action);
void addMemory(CLI::App &app, Action &action);
void addLiveness(CLI::App &app, Action &action);
void addVertices(CLI::App &app, Action &action);
void addTimeline(CLI::App &app, Action &action);
void addHtml(CLI::App &app, Action &action);
void addInfo(CLI::App &app, Action &action);
void addQuery(CLI::App &app, Action &action);
void addExport(CLI::App &app, Action &action);
void addDiff(CLI::App &app, Action &action);
void addCheck(CLI::App &app, Action &action);
void addValidate(CLI::App &app, Action &action);
void addRecord(CLI::App &app, Action &action);

/// Where a command writes: standard output, or a file that is refused when it exists unless forced.
struct Output {
  std::string path;
  bool force = false;
  void addOptions(CLI::App &command, bool required);
  /// Calls `write` with the stream; a file appears only when all of it was written. Throws std::runtime_error.
  void with(const std::function<void(std::ostream &)> &write) const;
};

} // namespace popgraph::tools
