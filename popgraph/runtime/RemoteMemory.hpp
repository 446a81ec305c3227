#pragma once
// The rows of all remote buffers, for each replica. They outlive loads.
#include <string_view>
#include <vector>

#include "popgraph/ir/Module.hpp"
#include "popgraph/runtime/Storage.hpp"

namespace popgraph {

class RemoteMemory {
public:
  explicit RemoteMemory(const Module &module);

  /// One row, for the host. Throws poplar::stream_connection_error for an unknown handle, index_error for a row and
  /// graph_replication_error for a replica that does not exist, and tensor_io_state_error when `bytes` (if not negative)
  /// is not the size of a row.
  struct Row {
    char *data;
    std::size_t bytes;
  };
  Row row(std::string_view handle, std::uint64_t row, std::uint32_t replica, std::ptrdiff_t bytes,
          const char *function);

  /// Moves one transfer of a replica. Throws poplar::application_runtime_error for a row that does not exist.
  void transfer(const TransferPlan &plan, Storage &storage, std::uint32_t replica);

private:
  const Module &module_;
  std::vector<std::vector<Arena>> memory_; ///< by buffer and replica; untouched rows take no memory
};

} // namespace popgraph
