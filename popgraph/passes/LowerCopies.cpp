#include "popgraph/passes/LowerCopies.hpp"

#include <algorithm>
#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>

namespace popgraph {

namespace {

using poplar::Tensor;
using Peer = TransferPlan::Peer;

/// Pairs the runs of two views of equal size into blocks, joining pairs that repeat at constant distances.
void appendBlocks(const Tensor &source, const Tensor &destination, std::vector<CopyBlock> &blocks) {
  const std::vector<StridedRun> from = stridedRuns(source), to = stridedRuns(destination);
  const std::size_t first = blocks.size();
  const auto push = [&](CopyBlock block) {
    if (blocks.size() > first) {
      CopyBlock &last = blocks.back();
      const bool same = last.sourceVariable == block.sourceVariable && last.length == block.length &&
                        last.destinationVariable == block.destinationVariable && block.count == 1;
      if (same) {
        const auto lastSource =
            static_cast<std::int64_t>(last.source) + last.sourceStride * static_cast<std::int64_t>(last.count - 1);
        const auto lastDestination = static_cast<std::int64_t>(last.destination) +
                                     last.destinationStride * static_cast<std::int64_t>(last.count - 1);
        const std::int64_t ds = static_cast<std::int64_t>(block.source) - lastSource;
        const std::int64_t dd = static_cast<std::int64_t>(block.destination) - lastDestination;
        if (last.count == 1 || (ds == last.sourceStride && dd == last.destinationStride)) {
          last.sourceStride = ds;
          last.destinationStride = dd;
          ++last.count;
          return;
        }
      }
    }
    blocks.push_back(block);
  };
  std::size_t i = 0, j = 0;
  std::uint64_t usedFrom = 0, usedTo = 0;
  while (i < from.size() && j < to.size()) {
    const StridedRun &a = from[i], &b = to[j];
    const std::uint64_t n = std::min(a.count - usedFrom, b.count - usedTo);
    const auto sourceAt = static_cast<std::uint64_t>(a.offset + static_cast<std::int64_t>(usedFrom) * a.stride);
    const auto destinationAt = static_cast<std::uint64_t>(b.offset + static_cast<std::int64_t>(usedTo) * b.stride);
    if (n == 1 || (a.stride == 1 && b.stride == 1))
      push({a.variable, b.variable, sourceAt, destinationAt, n, 1, 0, 0});
    else
      push({a.variable, b.variable, sourceAt, destinationAt, 1, n, a.stride, b.stride});
    usedFrom += n;
    usedTo += n;
    if (usedFrom == a.count) ++i, usedFrom = 0;
    if (usedTo == b.count) ++j, usedTo = 0;
  }
}

TransferPlan transfer(Peer peer, bool toDevice, const ProgramNode &node, const Tensor &tensor) {
  TransferPlan plan{};
  plan.peer = peer;
  plan.toDevice = toDevice;
  plan.id = node.id;
  plan.runs = contiguousRuns(tensor);
  plan.type = TensorAccess::type(tensor);
  plan.elements = tensor.numElements();
  return plan;
}

std::uint32_t add(Module &module, TransferPlan plan) {
  module.transfers.push_back(std::move(plan));
  return static_cast<std::uint32_t>(module.transfers.size() - 1);
}

[[noreturn]] void throwForeign(const char *program, const char *what) {
  throw poplar::control_program_error(
      fmt::format("{}: the {} does not belong to the graph that is compiled", program, what));
}

} // namespace

std::uint32_t lowerCopy(Module &module, const ProgramNode &node) {
  const Tensor &from = node.tensors[0], &to = node.tensors[1];
  CopyPlan plan;
  plan.firstBlock = static_cast<std::uint32_t>(module.copyBlocks.size());
  appendBlocks(from, to, module.copyBlocks);
  plan.blocks = static_cast<std::uint32_t>(module.copyBlocks.size()) - plan.firstBlock;
  plan.type = TensorAccess::type(from);
  plan.elements = from.numElements();
  std::vector<std::uint32_t> sources;
  for (std::size_t b = plan.firstBlock; b < module.copyBlocks.size(); ++b)
    sources.push_back(module.copyBlocks[b].sourceVariable);
  std::sort(sources.begin(), sources.end());
  plan.overlaps =
      std::any_of(module.copyBlocks.begin() + plan.firstBlock, module.copyBlocks.end(), [&](const CopyBlock &block) {
        return std::binary_search(sources.begin(), sources.end(), block.destinationVariable);
      });
  module.copies.push_back(plan);
  return static_cast<std::uint32_t>(module.copies.size() - 1);
}

std::uint32_t lowerStream(Module &module, const ProgramNode &node) {
  const bool toDevice = node.kind == ProgramKind::StreamToDevice;
  const auto &streams = module.tables.streams;
  if (node.id >= streams.size() || streams[node.id].isHostToDevice() != toDevice ||
      streams[node.id].numElements() != node.tensors[0].numElements() ||
      streams[node.id].elementType() != node.tensors[0].elementType())
    throwForeign("Copy", "stream");
  return add(module, transfer(Peer::Stream, toDevice, node, node.tensors[0]));
}

std::uint32_t lowerRemote(Module &module, const ProgramNode &node) {
  const Tensor &tensor = node.tensors[0];
  const bool hasOffset = node.tensors.size() > 1;
  const std::size_t rows = hasOffset ? node.tensors[1].numElements() : 1;
  const auto &buffers = module.tables.remoteBuffers;
  if (node.id >= buffers.size() || buffers[node.id].elementType() != tensor.elementType() ||
      buffers[node.id].numElements() * rows != tensor.numElements())
    throwForeign("Copy", "remote buffer");
  TransferPlan plan = transfer(Peer::RemoteBuffer, node.kind == ProgramKind::RemoteToDevice, node, tensor);
  plan.hasOffset = hasOffset;
  if (hasOffset) {
    plan.offset = contiguousRuns(node.tensors[1]);
    plan.offsetIsSigned = TensorAccess::type(node.tensors[1]) == ElementType::Int;
  }
  return add(module, std::move(plan));
}

std::uint32_t lowerCrossReplica(Module &module, const ProgramNode &node) {
  std::vector<bool> receives(module.replication, false);
  for (const auto &[from, to] : node.replicas) {
    if (from >= module.replication || to >= module.replication)
      throw poplar::control_program_error(
          fmt::format("CrossReplicaCopy: replica {} cannot send to replica {}: the graph has {} replicas", from, to,
                      module.replication));
    if (receives[to])
      throw poplar::control_program_error(
          fmt::format("CrossReplicaCopy: replica {} receives from more than one replica", to));
    receives[to] = true;
  }
  module.crossCopies.push_back({contiguousRuns(node.tensors[0]), contiguousRuns(node.tensors[1]),
                                TensorAccess::type(node.tensors[0]), node.tensors[0].numElements(), node.replicas});
  return static_cast<std::uint32_t>(module.crossCopies.size() - 1);
}

std::vector<std::uint32_t> lowerHostCall(Module &module, const ProgramNode &node) {
  if (node.id >= module.tables.hostFunctions.size()) throwForeign("Call", "host function");
  const HostFunctionRow &function = module.tables.hostFunctions[node.id];
  const std::size_t outputs = node.tensors.size() - node.inputs;
  if (node.inputs != function.inputs.size() || outputs != function.outputs.size())
    throw poplar::control_program_error(
        fmt::format("Call: host function '{}' has {} inputs and {} outputs, {} and {} tensors are given", function.name,
                    function.inputs.size(), function.outputs.size(), node.inputs, outputs));
  std::vector<std::uint32_t> result;
  for (std::uint32_t i = 0; i < node.tensors.size(); ++i) {
    const bool isInput = i < node.inputs;
    const std::uint32_t argument = isInput ? i : i - node.inputs;
    const HostFunctionRow::Argument &wanted = (isInput ? function.inputs : function.outputs)[argument];
    const Tensor &tensor = node.tensors[i];
    if (TensorAccess::type(tensor) != wanted.type || tensor.numElements() != wanted.elements)
      throw poplar::control_program_error(
          fmt::format("Call: {} {} of host function '{}' has {} elements of type {}, the tensor has {} of type {}",
                      isInput ? "input" : "output", argument, function.name, wanted.elements, elementName(wanted.type),
                      tensor.numElements(), tensor.elementType().toString()));
    TransferPlan plan = transfer(Peer::HostFunction, !isInput, node, tensor);
    plan.argument = argument;
    result.push_back(add(module, std::move(plan)));
  }
  return result;
}

} // namespace popgraph
