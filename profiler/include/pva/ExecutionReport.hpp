#ifndef pva_ExecutionReport_hpp
#define pva_ExecutionReport_hpp
/// \file
/// What happened when a program ran. Times on the device are cycles since its run began.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <pva/ComputeSet.hpp>
#include <pva/Program.hpp>
#include <pva/detail/Part.hpp>

namespace pva {

/// The least and the greatest of some cycles.
class PVA_API CycleRange {
public:
  CycleRange(std::uint64_t min, std::uint64_t max) : min_(min), max_(max) {}
  /// The least.
  std::uint64_t min() const { return min_; }
  /// The greatest.
  std::uint64_t max() const { return max_; }

private:
  std::uint64_t min_, max_;
};

/// When the tiles of an IPU were active in a step. Profiles record one start of a step for all tiles.
class PVA_API ActiveCycles {
public:
  ActiveCycles(CycleRange from, CycleRange to) : from_(from), to_(to) {}
  /// When active tiles began.
  CycleRange cyclesFrom() const { return from_; }
  /// When they ended.
  CycleRange cyclesTo() const { return to_; }

private:
  CycleRange from_, to_;
};

/// One IPU in one step.
class PVA_API StepOnIpu : protected detail::Part {
public:
  StepOnIpu(std::shared_ptr<const detail::ReportData> data, std::size_t step, std::size_t ipu)
      : Part(std::move(data), step), ipu_(ipu) {}
  /// Cycles of its slowest tile.
  std::uint64_t cycles() const;
  /// When its tiles were active; both ranges are the step's start if none was.
  ActiveCycles activeCycles() const;
  /// Mean cycles over all its tiles by those of the slowest, 0 to 1; 0 if none was active.
  double tileBalance() const;
  /// As tileBalance, over the tiles that were active.
  double activeTileBalance() const;

private:
  std::size_t ipu_;
};

/// A compute set in one step.
class PVA_API StepComputeSet : protected detail::Part {
public:
  using Part::Part;
  /// The compute set's name.
  std::string name() const;
  /// The compute set.
  ComputeSet computeset() const;
  /// Cycles of each tile.
  std::vector<std::uint64_t> cyclesByTile() const;
};

/// One phase of a run: a compute set, an exchange, a synchronisation, a transfer from or to the host, control.
class PVA_API Step : protected detail::Part {
public:
  using Part::Part;
  /// The program it belongs to.
  Program program() const;
  /// When its first tile began.
  std::uint64_t cyclesFrom() const;
  /// When its last tile ended.
  std::uint64_t cyclesTo() const;
  /// Active cycles of each tile. Throws Error where only the sum was kept.
  std::vector<std::uint64_t> cyclesByTile() const;
  /// The compute set that ran, or nothing.
  std::vector<StepComputeSet> computeSets() const;
  /// Each IPU in this step. Using them throws Error where cyclesByTile does.
  std::vector<StepOnIpu> ipus() const;
  /// Bytes that all tiles received.
  std::uint64_t dataIn() const;
  /// Bytes that all tiles sent.
  std::uint64_t dataOut() const;
};

/// A stretch of a run in which everything belonged to one program::Block. Iterations that follow each other directly
/// are one stretch.
class PVA_API Block {
public:
  Block(Program program, std::uint64_t from, std::uint64_t to) : program_(std::move(program)), from_(from), to_(to) {}
  /// The Block.
  const Program &program() const { return program_; }
  /// When its first step began.
  std::uint64_t cyclesFrom() const { return from_; }
  /// When its last step ended.
  std::uint64_t cyclesTo() const { return to_; }

private:
  Program program_;
  std::uint64_t from_, to_;
};

/// Host time in microseconds since the engine was made.
class PVA_API HostTime {
public:
  HostTime(double start, double end) : start_(start), end_(end) {}
  /// When Engine::run was called.
  double start() const { return start_; }
  /// When it returned.
  double end() const { return end_; }

private:
  double start_, end_;
};

/// Cycles by what they were spent on, along the critical path: the parts add up to the total.
class PVA_API Cycles : protected detail::Part {
public:
  using Part::Part;
  /// All.
  std::uint64_t total() const;
  /// Vertices and copies inside tiles.
  std::uint64_t compute() const;
  /// Between tiles.
  std::uint64_t exchange() const;
  /// Waiting for each other.
  std::uint64_t sync() const;
  /// From and to the host.
  std::uint64_t hostExchange() const;
  /// Branches and loops.
  std::uint64_t control() const;
};

/// A call of Engine::run (or several of one program, where a profile in memory made one of them).
class PVA_API Run : protected detail::Part {
public:
  using Part::Part;
  /// The name given to Engine::run.
  std::string name() const;
  /// The number given to Engine::run.
  std::size_t programIndex() const;
  /// Calls it stands for; 1 in a file.
  std::uint64_t count() const;
  /// Its single steps; none where they were not kept.
  std::vector<Step> steps() const;
  /// The stretches that belong to program::Block.
  std::vector<Block> blocks() const;
  /// Cycles it took, all calls together.
  std::uint64_t cycles() const;
  /// When it was, on the host.
  HostTime microseconds() const;
};

/// What happened.
class PVA_API ExecutionReport : protected detail::Part {
public:
  using Part::Part;
  /// Cycles of all runs.
  Cycles totalCycles() const;
  /// All runs, in order.
  std::vector<Run> runs() const;
  /// The steps of all runs, in order.
  std::vector<Step> steps() const;
  /// The stretches of all runs that belong to program::Block.
  std::vector<Block> blocks() const;
};

} // namespace pva

#endif
