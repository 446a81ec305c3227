#include "popgraph/runtime/RemoteMemory.hpp"

#include <cstring>
#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>

#include "popgraph/base/Nearest.hpp"

namespace popgraph {

namespace {

std::size_t rowBytes(const poplar::RemoteBuffer &buffer) {
  return buffer.numElements() * elementBytes(elementTypeOf(buffer.elementType()));
}

} // namespace

RemoteMemory::RemoteMemory(const Module &module) : module_(module) {
  for (const poplar::RemoteBuffer &buffer : module.tables.remoteBuffers) {
    std::vector<Arena> replicas;
    for (std::uint32_t r = 0; r < module.replication; ++r)
      replicas.emplace_back(rowBytes(buffer) * buffer.getRepeats());
    memory_.push_back(std::move(replicas));
  }
}

RemoteMemory::Row RemoteMemory::row(std::string_view handle, std::uint64_t row, std::uint32_t replica,
                                    std::ptrdiff_t bytes, const char *function) {
  const auto &buffers = module_.tables.remoteBuffers;
  std::size_t i = 0;
  while (i < buffers.size() && buffers[i].handle() != handle) ++i;
  if (i == buffers.size()) {
    std::vector<std::string> names;
    for (const auto &buffer : buffers) names.push_back(buffer.handle());
    throw poplar::stream_connection_error(
        fmt::format("Engine::{}: there is no remote buffer '{}'{}", function, handle, didYouMean(handle, names)));
  }
  if (row >= buffers[i].getRepeats())
    throw poplar::index_error(fmt::format("Engine::{}: remote buffer '{}' has {} rows, there is no row {}", function,
                                          handle, buffers[i].getRepeats(), row));
  if (replica >= module_.replication)
    throw poplar::graph_replication_error(
        fmt::format("Engine::{}: the program has {} replica{}, there is no replica {}", function, module_.replication,
                    module_.replication == 1 ? "" : "s", replica));
  const std::size_t size = rowBytes(buffers[i]);
  if (bytes >= 0 && static_cast<std::size_t>(bytes) != size)
    throw poplar::tensor_io_state_error(fmt::format(
        "Engine::{}: a row of remote buffer '{}' has {} bytes ({} elements of type {}), the host memory has {}",
        function, handle, size, buffers[i].numElements(), buffers[i].elementType().toString(), bytes));
  return {memory_[i][replica].data() + row * size, size};
}

void RemoteMemory::transfer(const TransferPlan &plan, Storage &storage, std::uint32_t replica) {
  const poplar::RemoteBuffer &buffer = module_.tables.remoteBuffers[plan.id];
  std::vector<std::int32_t> rows(1, 0);
  if (plan.hasOffset) {
    std::size_t count = 0;
    for (const Run &run : plan.offset) count += run.count;
    rows.resize(count);
    storage.gather(plan.offset, sizeof rows[0], reinterpret_cast<char *>(rows.data()));
  }
  const std::size_t size = rowBytes(buffer);
  char *const memory = memory_[plan.id][replica].data();
  std::vector<char> data(rows.size() * size);
  if (!plan.toDevice) storage.gather(plan.runs, elementBytes(plan.type), data.data());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::int64_t row = plan.offsetIsSigned ? rows[i] : std::int64_t(static_cast<std::uint32_t>(rows[i]));
    if (row < 0 || static_cast<std::uint64_t>(row) >= buffer.getRepeats())
      throw poplar::application_runtime_error(
          fmt::format("Copy {} remote buffer '{}': element {} of the offset names row {}, the buffer has {} rows",
                      plan.toDevice ? "from" : "to", buffer.handle(), i, row, buffer.getRepeats()));
    char *const at = memory + static_cast<std::size_t>(row) * size;
    if (size == 0) continue;
    if (plan.toDevice)
      std::memcpy(data.data() + i * size, at, size);
    else
      std::memcpy(at, data.data() + i * size, size);
  }
  if (plan.toDevice) storage.scatter(plan.runs, elementBytes(plan.type), data.data());
}

} // namespace popgraph
