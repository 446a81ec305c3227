#pragma once
#include <cstdint>
#include <memory>
#include <pva/Report.hpp>
#include <vector>

#include "profiler/Model.hpp"
#include "profiler/views/MemoryView.hpp"

namespace pva::detail {

/// What all objects of one report look at.
struct ReportData {
  explicit ReportData(profiler::Model profile);

  profiler::Model model;
  profiler::MemoryView memory;

  /// All steps of all runs, in order.
  struct StepPlace {
    std::uint32_t run, step;
    std::uint32_t program; ///< index into `programs`
  };
  std::vector<StepPlace> steps;
  std::vector<std::size_t> firstStep; ///< of each run, and the end

  /// The programs of the profile, then one for each kind of step that a program causes beside what it is for: the
  /// exchange and the synchronisation before a compute set are programs of their own to those who read reports.
  struct ProgramEntry {
    Program::Type type;
    std::string kind, name;
    std::uint32_t of; ///< the profile's program
  };
  std::vector<ProgramEntry> programs;

  const profiler::Step &step(std::size_t index) const { return model.runs[steps[index].run].steps[steps[index].step]; }
  std::vector<std::uint64_t> cyclesByTile(std::size_t step) const;

private:
  void addPrograms();
  void addSteps();
};

/// The report of a profile in memory; for libpoplar, which makes them.
PVA_API Report makeReport(profiler::Model profile);

} // namespace pva::detail
