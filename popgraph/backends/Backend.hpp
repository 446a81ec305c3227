#pragma once
// What runs a Module: the interpreter of steps calls a backend for everything that computes or moves data.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "popgraph/ir/Module.hpp"
#include "popgraph/profile/Records.hpp"
#include "popgraph/runtime/Storage.hpp"

namespace popgraph {

class Backend {
public:
  virtual ~Backend() = default;

  /// Runs a compute set; returns whether no compute() returned false. Codelet printf text goes to `print`, in tile
  /// order, after the superstep.
  virtual bool execute(std::uint32_t computeSet, std::uint32_t program) = 0;
  virtual void copy(std::uint32_t copy, std::uint32_t program) = 0;
  /// Accounts for a transfer with the host; the caller moves the data.
  virtual void transfer(std::uint32_t transfer, std::uint32_t program) = 0;
  virtual void sync(std::uint32_t type, std::uint32_t program) = 0;
  /// What the control program's turn depends on: nothing (loops and calls), a predicate that all tiles have to know,
  /// or the number of a switch.
  enum class Branch : std::uint8_t { Always, Predicate, Switch };
  /// A turn of the control program; `index` is that of the switch, into Module::switches.
  virtual void branch(Branch kind, std::uint32_t index, std::uint32_t program) = 0;
  /// Accounts for a copy between replicas, which all start it at the same time; the caller moves the data.
  virtual void crossReplica(std::uint32_t copy, std::uint32_t program) = 0;
  virtual void registers(std::uint32_t access, std::uint32_t program) = 0;
  /// The furthest clock of all tiles; 0 on backends without cycles.
  virtual std::uint64_t clock() const = 0;
  /// Lets all tiles wait until `clock`, as a sync.
  virtual void waitUntil(std::uint64_t clock, std::uint32_t program) = 0;
  /// Cycle counter of a tile; 0 on backends without cycles.
  virtual std::uint64_t cycles(std::uint32_t tile) = 0;
  /// Called around a run, which starts at `clock` or when the last tile is ready; `sink` may be null.
  virtual void beginRun(profile::Sink *sink, std::uint64_t clock) = 0;
  /// Fills in the cycles.
  virtual void endRun(profile::RunRecord &run) = 0;
  virtual const profile::TotalsRecord &totals() const = 0;
  virtual void resetTotals() = 0;

  std::function<void(const std::string &)> print;
};

/// Runs compute sets on the host: a parallel loop over tiles. Shared by the backends that run on the CPU.
class TileRunner {
public:
  TileRunner(std::shared_ptr<const Module> module, Storage &storage);
  ~TileRunner();
  /// Runs all tasks; returns whether no compute() returned false. With `done`, those that `counts` names (all, where it is
  /// null) count slots; done(task, slots) is called for each, from the thread that ran it, in any order.
  bool run(const ComputeSetPlan &plan, const std::function<bool(std::uint32_t)> &counts,
           const std::function<void(std::uint32_t, const std::uint32_t *)> &done,
           const std::function<void(const std::string &)> &print);

private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Host threads for codelets: POPGRAPH_THREADS, else all.
unsigned hostThreads();

std::unique_ptr<Backend> makeCpuBackend(std::shared_ptr<const Module> module, Storage &storage);
std::unique_ptr<Backend> makeSimulatorBackend(std::shared_ptr<const Module> module, Storage &storage);

} // namespace popgraph
