#pragma once
// What host functions are connected to, and their arguments on the way.
#include <memory>
#include <poplar/HostFunctionCallback.hpp>
#include <string_view>
#include <vector>

#include "popgraph/ir/Module.hpp"
#include "popgraph/runtime/Storage.hpp"

namespace popgraph {

class HostFunctions {
public:
  explicit HostFunctions(const Module &module);
  /// Throws poplar::stream_connection_error for an unknown handle and graph_replication_error for a replica that does
  /// not exist.
  void connect(std::string_view handle, std::uint32_t replica, std::unique_ptr<poplar::HostCallback> callback);
  /// Moves one argument of a replica.
  void transfer(const TransferPlan &plan, Storage &storage, std::uint32_t replica);
  /// Calls a function with the arguments moved before. Throws poplar::stream_connection_error when it is not connected.
  void call(std::uint32_t function, std::uint32_t replica);

private:
  struct End {
    std::unique_ptr<poplar::HostCallback> callback;
    std::vector<std::vector<char>> inputs, outputs;
  };
  End &end(std::uint32_t function, std::uint32_t replica) { return ends_[function * module_.replication + replica]; }

  const Module &module_;
  std::vector<End> ends_; ///< by function and replica
};

} // namespace popgraph
