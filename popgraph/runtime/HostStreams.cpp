#include "popgraph/runtime/HostStreams.hpp"

#include <algorithm>
#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>

#include "popgraph/base/Nearest.hpp"

namespace popgraph {

HostStreams::HostStreams(const Module &module, bool prefetch)
    : module_(module), prefetch_(prefetch), ends_(module.tables.streams.size()) {
  for (End &end : ends_) end.sides.resize(module.replication);
}

std::uint32_t HostStreams::find(std::string_view handle) const {
  std::vector<std::string> names;
  for (const auto &stream : module_.tables.streams) {
    if (stream.handle() == handle) return stream.getId();
    names.push_back(stream.handle());
  }
  std::string known;
  for (const std::string &name : names) known += (known.empty() ? "" : ", ") + name;
  throw poplar::stream_connection_error(fmt::format("there is no stream '{}'{}; the program's streams are: {}", handle,
                                                    didYouMean(handle, names), known));
}

void HostStreams::connect(std::string_view handle, void *begin, void *end) {
  const std::uint32_t stream = find(handle);
  const auto &info = module_.tables.streams[stream];
  const std::size_t bytes = info.numElements() * elementBytes(elementTypeOf(info.elementType()));
  const auto *first = static_cast<char *>(begin), *last = static_cast<char *>(end);
  if (end && (last < first || bytes == 0 ? last != first
                                         : static_cast<std::size_t>(last - first) % bytes != 0 || last == first))
    throw poplar::stream_connection_error(
        fmt::format("stream '{}' moves {} bytes at a time; a buffer of {} bytes is no multiple of that", handle, bytes,
                    last - first));
  End &e = ends_[stream];
  rewind(e);
  for (Side &side : e.sides) side.callback = nullptr;
  e.begin = static_cast<char *>(begin);
  e.end = static_cast<char *>(end);
}

void HostStreams::connect(std::string_view handle, std::uint32_t replica,
                          std::unique_ptr<poplar::StreamCallback> callback) {
  End &e = ends_[find(handle)];
  if (replica >= module_.replication)
    throw poplar::graph_replication_error(
        fmt::format("stream '{}': the program has {} replica{}, there is no replica {}", handle, module_.replication,
                    module_.replication == 1 ? "" : "s", replica));
  rewind(e);
  e.begin = e.end = nullptr;
  e.sides[replica].callback = std::move(callback);
}

void HostStreams::rewind(End &end) {
  for (Side &side : end.sides) {
    if (!side.ahead.empty()) side.callback->invalidatePrefetched();
    side.ahead.clear();
    side.turn = 0;
  }
  end.shared.clear();
  end.firstShared = 0;
}

void HostStreams::rewind() {
  for (End &end : ends_) rewind(end);
}

void HostStreams::fetch(std::uint32_t stream, Side &side, Piece &piece) {
  poplar::StreamCallback &callback = *side.callback;
  if (side.ahead.empty()) {
    callback.fetch(piece.data());
  } else {
    piece.swap(side.ahead.front());
    side.ahead.pop_front();
  }
  callback.complete();
  if (!prefetch_) return;
  while (side.ahead.size() + 1 < module_.tables.bufferingDepths[stream]) {
    Piece next(piece.size());
    if (callback.prefetch(next.data()) != poplar::StreamCallback::Result::Success) return;
    side.ahead.push_back(std::move(next));
  }
}

const HostStreams::Piece &HostStreams::sharedPiece(std::uint32_t stream, std::uint32_t replica, std::size_t bytes) {
  End &end = ends_[stream];
  std::uint64_t oldest = end.sides[replica].turn;
  for (const Side &side : end.sides) oldest = std::min(oldest, side.turn);
  for (; !end.shared.empty() && end.firstShared < oldest; ++end.firstShared) end.shared.pop_front();
  end.firstShared = std::max(end.firstShared, oldest);
  while (end.firstShared + end.shared.size() <= end.sides[replica].turn) {
    Piece piece(bytes);
    fetch(stream, end.sides[0], piece);
    end.shared.push_back(std::move(piece));
  }
  return end.shared[end.sides[replica].turn - end.firstShared];
}

void HostStreams::transfer(const TransferPlan &plan, Storage &storage, std::uint32_t replica) {
  const auto &stream = module_.tables.streams[plan.id];
  const std::size_t size = elementBytes(plan.type), bytes = plan.elements * size;
  if (bytes == 0) return;
  End &end = ends_[plan.id];
  Side &side = end.sides[replica];
  const bool broadcast = stream.replicatedMode() == poplar::ReplicatedStreamMode::BROADCAST;
  poplar::StreamCallback *callback = end.sides[broadcast ? 0 : replica].callback.get();
  if (end.begin) {
    // Replicas take pieces in turn; a broadcast is one turn for all.
    std::uint64_t piece = broadcast ? 0 : replica;
    if (end.end)
      piece = (broadcast ? side.turn : side.turn * module_.replication + replica) %
              (static_cast<std::size_t>(end.end - end.begin) / bytes);
    char *host = end.begin + piece * bytes;
    if (plan.toDevice)
      storage.scatter(plan.runs, size, host);
    else
      storage.gather(plan.runs, size, host);
  } else if (!callback) {
    throw poplar::stream_connection_error(
        fmt::format("stream '{}'{} is not connected; call Engine::connectStream before run", stream.handle(),
                    module_.replication > 1 && !broadcast ? fmt::format(" of replica {}", replica) : ""));
  } else if (broadcast) {
    storage.scatter(plan.runs, size, sharedPiece(plan.id, replica, bytes).data());
  } else {
    buffer_.resize(bytes);
    if (plan.toDevice) {
      fetch(plan.id, side, buffer_);
      storage.scatter(plan.runs, size, buffer_.data());
    } else {
      storage.gather(plan.runs, size, buffer_.data());
      callback->fetch(buffer_.data());
      callback->complete();
    }
  }
  ++side.turn;
}

} // namespace popgraph
