#pragma once
// The replicas of a loaded program: copies that run side by side and meet where they exchange data.
#include <functional>
#include <memory>
#include <vector>

#include "popgraph/backends/Backend.hpp"
#include "popgraph/runtime/Interpreter.hpp"

namespace popgraph {

class Replicas {
public:
  /// What all replicas share on the host.
  struct Host {
    HostStreams &streams;
    RemoteMemory &remote;
    HostFunctions &functions;
    const std::atomic<bool> &stop;
    std::function<void(const PrintPlan &, const Storage &)> print;
  };

  /// `print` receives printf text of codelets.
  Replicas(std::shared_ptr<const Module> module, const TileDefaults &defaults,
           const std::function<void(const std::string &)> &print);
  /// As after loading.
  void reset();
  /// Runs a program on all replicas, one after the other up to where they meet. Fills in the cycles: those of the
  /// slowest replica; `sink` gets the steps of replica 0. Throws poplar::application_runtime_error when some replicas
  /// come to a copy between replicas and others do not.
  void run(std::uint32_t program, const Host &host, profile::Sink *sink, profile::RunRecord &record);

  Storage &storage(std::size_t replica) { return *replicas_[replica].storage; }
  std::size_t size() const { return replicas_.size(); }
  /// Cycles since loading.
  std::uint64_t clock() const;
  const profile::TotalsRecord &totals() const { return replicas_[0].backend->totals(); }
  void resetTotals();

private:
  struct Replica {
    std::unique_ptr<Storage> storage;
    std::unique_ptr<Backend> backend;
  };
  void runToEnd(std::vector<Interpreter> &interpreters);
  void crossCopy(const Step &step);
  [[noreturn]] void throwApart(const std::vector<std::uint32_t> &at) const;

  std::shared_ptr<const Module> module_;
  std::vector<Replica> replicas_;
};

} // namespace popgraph
