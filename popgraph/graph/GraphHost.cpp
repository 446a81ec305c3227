// What a graph shares with the host: streams, remote buffers and functions; and functions of the device.
#include <poplar/Graph.hpp>

#include <spdlog/fmt/fmt.h>

#include "popgraph/api/OptionTable.hpp"
#include "popgraph/graph/GraphState.hpp"

namespace poplar {

using popgraph::ElementType;
using popgraph::GraphState;
using popgraph::HostFunctionRow;
using popgraph::textOf;

namespace {

void checkFree(const GraphState &state, StringRef handle, const char *function) {
  if (state.hasHandle(textOf(handle)))
    throw poplar_error(fmt::format("Graph::{}: the handle '{}' is in use", function, textOf(handle)));
}

/// Checks the options of a stream; returns the bufferingDepth.
std::uint32_t bufferingDepth(StringRef handle, const OptionFlags &options) {
  constexpr std::uint32_t kDeepest = 1024;
  popgraph::checkOptions(popgraph::kStreamOptions, options, fmt::format("stream '{}'", textOf(handle)));
  if (options.find("bufferingDepth") == options.end()) return 1;
  const std::string value = options.at("bufferingDepth");
  const std::uint64_t depth = popgraph::optionNumber(value);
  if (depth == 0 || depth > kDeepest)
    throw invalid_option(fmt::format("option 'bufferingDepth' of stream '{}' is '{}'; it must be from 1 to {}",
                                     textOf(handle), value, kDeepest));
  return static_cast<std::uint32_t>(depth);
}

DataStream addStream(GraphState &state, StringRef handle, const Type &type, std::size_t numElements,
                     ReplicatedStreamMode mode, bool toDevice, const OptionFlags &options) {
  const std::uint32_t depth = bufferingDepth(handle, options);
  checkFree(state, handle, toDevice ? "addHostToDeviceFIFO" : "addDeviceToHostFIFO");
  popgraph::elementTypeOf(type);
  const DataStream stream(static_cast<unsigned>(state.tables.streams.size()), handle, type, numElements,
                          state.replication, mode, toDevice);
  state.tables.streams.push_back(stream);
  state.tables.bufferingDepths.push_back(depth);
  return stream;
}

} // namespace

DataStream Graph::addHostToDeviceFIFO(StringRef handle, const Type &type, std::size_t numElements,
                                      ReplicatedStreamMode mode, const OptionFlags &options) {
  return addStream(*state_, handle, type, numElements, mode, true, options);
}
DataStream Graph::addDeviceToHostFIFO(StringRef handle, const Type &type, std::size_t numElements,
                                      const OptionFlags &options) {
  return addStream(*state_, handle, type, numElements, ReplicatedStreamMode::REPLICATE, false, options);
}

RemoteBuffer Graph::addRemoteBuffer(StringRef handle, const Type &type, std::size_t numElements, std::size_t repeats,
                                    bool rearrangeOnHost, bool optimiseMemory) {
  checkFree(*state_, handle, "addRemoteBuffer");
  const std::size_t size = popgraph::elementBytes(popgraph::elementTypeOf(type));
  std::size_t bytes;
  if (__builtin_mul_overflow(numElements, repeats, &bytes) || __builtin_mul_overflow(bytes, size, &bytes) ||
      bytes > std::size_t(1) << 46)
    throw graph_object_creation_error(
        fmt::format("Graph::addRemoteBuffer: {} rows of {} elements of type {} of '{}' are more than 64 TiB", repeats,
                    numElements, type.toString(), textOf(handle)));
  const RemoteBuffer buffer(static_cast<unsigned>(state_->tables.remoteBuffers.size()), handle, type, numElements,
                            repeats, rearrangeOnHost, optimiseMemory);
  state_->tables.remoteBuffers.push_back(buffer);
  return buffer;
}

HostFunction Graph::addHostFunction(StringRef handle, ArrayRef<std::tuple<Type, std::size_t>> inputs,
                                    ArrayRef<std::tuple<Type, std::size_t>> outputs) {
  checkFree(*state_, handle, "addHostFunction");
  HostFunctionRow row;
  row.name = handle.cloneAsString();
  const auto convert = [](ArrayRef<std::tuple<Type, std::size_t>> given, auto &arguments) {
    for (const auto &argument : given)
      arguments.push_back({popgraph::elementTypeOf(std::get<0>(argument)), std::get<1>(argument)});
  };
  convert(inputs, row.inputs);
  convert(outputs, row.outputs);
  state_->tables.hostFunctions.push_back(std::move(row));
  return HostFunction(static_cast<unsigned>(state_->tables.hostFunctions.size() - 1));
}

Function Graph::addFunction(const program::Program &program) {
  state_->tables.functions.push_back(program);
  return Function(static_cast<unsigned>(state_->tables.functions.size() - 1));
}

FunctionBuffer Graph::addFunctionBuffer(const Function &function, FunctionBufferMappingType) {
  if (function.getId() >= state_->tables.functions.size())
    throw poplar_error("Graph::addFunctionBuffer: the function does not belong to this graph");
  state_->tables.functionBuffers.push_back(function.getId());
  return FunctionBuffer(static_cast<unsigned>(state_->tables.functionBuffers.size() - 1));
}

} // namespace poplar
