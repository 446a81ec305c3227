#pragma once
// What streams are connected to, and the text of PrintTensor.
#include <iosfwd>
#include <memory>
#include <poplar/StreamCallback.hpp>
#include <string>
#include <vector>

#include "popgraph/ir/Module.hpp"
#include "popgraph/runtime/Storage.hpp"

namespace popgraph {

/// Host side of all streams of a program. Connections may be made before and after load; the position in a circular
/// buffer survives runs.
class HostStreams {
public:
  explicit HostStreams(const Module &module) : module_(module), ends_(module.tables.streams.size()) {}
  /// `end` null: one place, used by every copy. Throws poplar::stream_connection_error for an unknown handle and a size
  /// that is no multiple of a transfer.
  void connect(std::string_view handle, void *begin, void *end);
  void connect(std::string_view handle, std::unique_ptr<poplar::StreamCallback> callback);
  /// Positions as after connecting.
  void rewind();
  /// Moves one transfer. Throws poplar::stream_connection_error when the stream is not connected.
  void transfer(const TransferPlan &plan, Storage &storage);

private:
  struct End {
    char *begin = nullptr, *end = nullptr, *position = nullptr;
    std::unique_ptr<poplar::StreamCallback> callback;
  };
  End &find(std::string_view handle);

  const Module &module_;
  std::vector<End> ends_;
  std::vector<char> buffer_;
};

/// Writes "title: [...]" and a line end.
void printTensor(std::ostream &out, const PrintPlan &plan, const Storage &storage);

} // namespace popgraph
