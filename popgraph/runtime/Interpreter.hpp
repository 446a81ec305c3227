#pragma once
// Walks the steps of a program for one replica.
#include <atomic>
#include <functional>
#include <vector>

#include "popgraph/backends/Backend.hpp"
#include "popgraph/runtime/HostFunctions.hpp"
#include "popgraph/runtime/HostStreams.hpp"
#include "popgraph/runtime/RemoteMemory.hpp"

namespace popgraph {

/// What a replica's program works on.
struct InterpreterHost {
  std::uint32_t replica;
  Backend &backend;
  Storage &storage;
  HostStreams &streams;
  RemoteMemory &remote;
  HostFunctions &functions;
  const std::atomic<bool> &stop;
  std::function<void(const PrintPlan &, const Storage &)> print; ///< PrintTensor
};

class Interpreter {
public:
  static constexpr std::uint32_t kEnded = ~0u;

  Interpreter(const Module &module, std::uint32_t program, InterpreterHost host)
      : module_(module), host_(std::move(host)), at_(module.entries[program]) {}

  /// Goes on until the program ends (kEnded) or comes to a step that all replicas do together (its number); the next
  /// call goes on after that step. Throws poplar::application_runtime_error for Abort and its kin.
  std::uint32_t run();

private:
  void stamp(const StampPlan &plan);
  void transfer(const TransferPlan &plan);
  void access(const RegisterPlan &plan);

  const Module &module_;
  InterpreterHost host_;
  std::uint32_t at_;
  std::vector<std::uint32_t> loops_, calls_; ///< turns left; return steps
};

} // namespace popgraph
