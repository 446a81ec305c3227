#pragma once
// What streams are connected to.
#include <deque>
#include <memory>
#include <poplar/StreamCallback.hpp>
#include <string_view>
#include <vector>

#include "popgraph/ir/Module.hpp"
#include "popgraph/runtime/Storage.hpp"

namespace popgraph {

/// Host side of all streams of a program. Connections may be made before and after load; the position in a circular
/// buffer survives runs.
class HostStreams {
public:
  /// `prefetch`: ask callbacks of streams with a bufferingDepth of more than 1 for data ahead of time.
  HostStreams(const Module &module, bool prefetch);
  /// `end` null: one place, used by every copy. Throws poplar::stream_connection_error for an unknown handle and a size
  /// that is no multiple of a transfer.
  void connect(std::string_view handle, void *begin, void *end);
  /// Throws also poplar::graph_replication_error for a replica that does not exist.
  void connect(std::string_view handle, std::uint32_t replica, std::unique_ptr<poplar::StreamCallback> callback);
  /// Positions as after connecting; data fetched ahead is given up.
  void rewind();
  /// Moves one transfer of a replica. Throws poplar::stream_connection_error when the stream is not connected.
  void transfer(const TransferPlan &plan, Storage &storage, std::uint32_t replica);

private:
  using Piece = std::vector<char>;
  struct Side {
    std::uint64_t turn = 0; ///< transfers since the start
    std::unique_ptr<poplar::StreamCallback> callback;
    std::deque<Piece> ahead; ///< prefetched, the oldest first
  };
  struct End {
    char *begin = nullptr, *end = nullptr;
    std::vector<Side> sides; ///< by replica
    // Of a broadcast from a callback: what some replicas have not taken yet.
    std::deque<Piece> shared;
    std::uint64_t firstShared = 0;
  };

  std::uint32_t find(std::string_view handle) const;
  void rewind(End &end);
  /// The next data of a callback.
  void fetch(std::uint32_t stream, Side &side, Piece &piece);
  /// What a broadcast gives to a replica next.
  const Piece &sharedPiece(std::uint32_t stream, std::uint32_t replica, std::size_t bytes);

  const Module &module_;
  bool prefetch_;
  std::vector<End> ends_;
  Piece buffer_;
};

} // namespace popgraph
