#include <cstring>
#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>

#include "popgraph/runtime/HostIo.hpp"

namespace popgraph {

HostStreams::End &HostStreams::find(std::string_view handle) {
  const auto &streams = module_.tables.streams;
  for (std::size_t i = 0; i < streams.size(); ++i)
    if (streams[i].handle() == handle) return ends_[i];
  std::string known;
  for (const auto &stream : streams) known += (known.empty() ? "" : ", ") + stream.handle();
  throw poplar::stream_connection_error(
      fmt::format("there is no stream '{}'; the program's streams are: {}", handle, known));
}

void HostStreams::connect(std::string_view handle, void *begin, void *end) {
  End &stream = find(handle);
  const auto &info = module_.tables.streams[static_cast<std::size_t>(&stream - ends_.data())];
  const std::size_t bytes = info.numElements() * elementBytes(elementTypeOf(info.elementType()));
  const auto *first = static_cast<char *>(begin), *last = static_cast<char *>(end);
  if (end && (last < first || bytes == 0 ? last != first
                                         : static_cast<std::size_t>(last - first) % bytes != 0 || last == first))
    throw poplar::stream_connection_error(
        fmt::format("stream '{}' moves {} bytes at a time; a buffer of {} bytes is no multiple of that", handle, bytes,
                    last - first));
  stream = End{static_cast<char *>(begin), static_cast<char *>(end), static_cast<char *>(begin), nullptr};
}

void HostStreams::connect(std::string_view handle, std::unique_ptr<poplar::StreamCallback> callback) {
  find(handle) = End{nullptr, nullptr, nullptr, std::move(callback)};
}

void HostStreams::rewind() {
  for (End &end : ends_) end.position = end.begin;
}

void HostStreams::transfer(const TransferPlan &plan, Storage &storage) {
  End &end = ends_[plan.stream];
  const auto &stream = module_.tables.streams[plan.stream];
  const std::size_t size = elementBytes(plan.type), bytes = plan.elements * size;
  if (!end.begin && !end.callback && bytes > 0)
    throw poplar::stream_connection_error(
        fmt::format("stream '{}' is not connected; call Engine::connectStream before run", stream.handle()));
  char *host = end.position;
  if (end.callback) {
    if (buffer_.size() < bytes) buffer_.resize(bytes);
    host = buffer_.data();
  }
  if (stream.isHostToDevice()) {
    if (end.callback) {
      end.callback->fetch(host);
      end.callback->complete();
    }
    storage.scatter(plan.runs, size, host);
  } else {
    storage.gather(plan.runs, size, host);
    if (end.callback) {
      end.callback->fetch(host);
      end.callback->complete();
    }
  }
  if (end.end) {
    end.position += bytes;
    if (end.position >= end.end) end.position = end.begin;
  }
}

} // namespace popgraph
