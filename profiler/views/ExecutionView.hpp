#pragma once
#include "profiler/Model.hpp"
#include <array>

namespace profiler {

/// Where the cycles of all runs went. Cycles are those of the critical path: a phase lasts until its slowest tile ends.
struct ExecutionView {
  struct ProgramRuns { std::string name; std::uint32_t programIndex = 0; std::uint64_t runs = 0, cycles = 0; };
  struct ComputeSet {
    std::uint32_t id = 0;
    std::string name;
    std::uint64_t vertices = 0, executions = 0, cycles = 0;
    std::uint64_t tileCycles = 0;     ///< summed over tiles
    std::uint64_t maxTileCycles = 0;  ///< largest of one tile in one execution
    std::uint32_t slowestTile = 0;
    double balance = 0;               ///< tileCycles / (cycles * tiles): 1 when no tile waits
  };
  bool executed = false;
  std::uint64_t runs = 0, incompleteRuns = 0;
  std::uint64_t totalCycles = 0;
  double totalMicroseconds = 0;                 ///< simulated time; 0 without a clock
  std::array<std::uint64_t, 5> cyclesByKind{};  ///< index: StepKind
  double computeBalance = 0;                    ///< mean of tiles' compute cycles / compute cycles
  std::uint64_t bytesExchanged = 0;             ///< sent by tiles in the kept steps
  std::vector<ProgramRuns> programs;            ///< consecutive runs of one program are one row
  std::vector<ComputeSet> computeSets;          ///< in the order of the compile record
  double percent(std::uint64_t cycles) const { return totalCycles ? 100.0 * double(cycles) / double(totalCycles) : 0; }
};

ExecutionView makeExecutionView(const Model &model);

/// One line of the program tree with the critical cycles of its own steps in one run.
struct ProgramLine {
  std::uint32_t depth = 0;
  std::string kind, name;
  std::uint64_t executions = 0, cycles = 0;
  std::array<std::uint64_t, 5> cyclesByKind{}; ///< index: StepKind
};

/// The program tree of the last run whose steps were kept, or of program 0 when there is none; at most `maxLines`.
std::vector<ProgramLine> makeProgramTree(const Model &model, std::size_t maxLines = 100000);

} // namespace profiler
