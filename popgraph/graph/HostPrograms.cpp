// Programs that move data to and from places outside the graph: host, remote buffers, other replicas.
#include <poplar/Program.hpp>

#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>

#include "popgraph/graph/ProgramNode.hpp"

namespace poplar {
namespace program {

using popgraph::checkDestination;
using popgraph::makeNode;
using popgraph::ProgramKind;

namespace {

void checkStream(const DataStream &stream, const Tensor &t, bool toDevice) {
  if (!stream.valid()) throw control_program_error("Copy: the stream was not made by a graph");
  if (!t.valid()) throw control_program_error(fmt::format("Copy: no tensor for stream '{}'", stream.handle()));
  if (stream.isHostToDevice() != toDevice)
    throw control_program_error(fmt::format("Copy: stream '{}' goes the other way, {} the device", stream.handle(),
                                            stream.isHostToDevice() ? "to" : "from"));
  if (stream.elementType() != t.elementType() || stream.numElements() != t.numElements())
    throw control_program_error(fmt::format(
        "Copy: stream '{}' moves {} elements of type {}, the tensor has {} of type {}", stream.handle(),
        stream.numElements(), stream.elementType().toString(), t.numElements(), t.elementType().toString()));
}

/// `offset` null: row 0.
std::vector<Tensor> checkRows(const RemoteBuffer &buffer, const Tensor &t, const Tensor *offset) {
  if (!buffer.valid()) throw control_program_error("Copy: the remote buffer was not made by a graph");
  if (!t.valid()) throw control_program_error(fmt::format("Copy: no tensor for remote buffer '{}'", buffer.handle()));
  std::size_t rows = 1;
  if (offset) {
    if (!offset->valid())
      throw control_program_error(
          fmt::format("Copy: the offset into remote buffer '{}' refers to no variable", buffer.handle()));
    const Type type = offset->elementType();
    if (offset->rank() > 1 || (type != INT && type != UNSIGNED_INT))
      throw control_program_error(fmt::format(
          "Copy: the offset into remote buffer '{}' must be of type int or unsigned int and of rank 0 or 1, not {} {}",
          buffer.handle(), type.toString(), offset->shapeToString()));
    rows = offset->numElements();
  } else if (buffer.getRepeats() == 0) {
    throw control_program_error(fmt::format("Copy: remote buffer '{}' has no rows", buffer.handle()));
  }
  if (buffer.elementType() != t.elementType() || buffer.numElements() * rows != t.numElements())
    throw control_program_error(fmt::format(
        "Copy: {} row{} of remote buffer '{}' {} {} elements of type {}, the tensor has {} of type {}", rows,
        rows == 1 ? "" : "s", buffer.handle(), rows == 1 ? "has" : "have", buffer.numElements() * rows,
        buffer.elementType().toString(), t.numElements(), t.elementType().toString()));
  return offset ? std::vector<Tensor>{t, *offset} : std::vector<Tensor>{t};
}

void checkCode(const FunctionBuffer &buffer, const Function &function) {
  if (buffer == FunctionBuffer() || function == Function())
    throw control_program_error(fmt::format("Copy: the {} is default-constructed; make it with Graph::{}",
                                            function == Function() ? "function" : "function buffer",
                                            function == Function() ? "addFunction" : "addFunctionBuffer"));
}

} // namespace

Copy::Copy(const DataStream &stream, const Tensor &destination, bool, const DebugContext &context)
    : Program(makeNode(ProgramKind::StreamToDevice, context)) {
  checkStream(stream, destination, true);
  checkDestination(destination);
  node_->tensors = {destination};
  node_->id = stream.getId();
}

Copy::Copy(const Tensor &source, const DataStream &stream, bool, const DebugContext &context)
    : Program(makeNode(ProgramKind::StreamToHost, context)) {
  checkStream(stream, source, false);
  node_->tensors = {source};
  node_->id = stream.getId();
}

Copy::Copy(const RemoteBuffer &buffer, const Tensor &destination, const DebugContext &context)
    : Program(makeNode(ProgramKind::RemoteToDevice, context)) {
  node_->tensors = checkRows(buffer, destination, nullptr);
  checkDestination(destination);
  node_->id = buffer.getId();
}
Copy::Copy(const RemoteBuffer &buffer, const Tensor &destination, const Tensor &offset, const DebugContext &context)
    : Program(makeNode(ProgramKind::RemoteToDevice, context)) {
  node_->tensors = checkRows(buffer, destination, &offset);
  checkDestination(destination);
  node_->id = buffer.getId();
}
Copy::Copy(const Tensor &source, const RemoteBuffer &buffer, const DebugContext &context)
    : Program(makeNode(ProgramKind::DeviceToRemote, context)) {
  node_->tensors = checkRows(buffer, source, nullptr);
  node_->id = buffer.getId();
}
Copy::Copy(const Tensor &source, const RemoteBuffer &buffer, const Tensor &offset, const DebugContext &context)
    : Program(makeNode(ProgramKind::DeviceToRemote, context)) {
  node_->tensors = checkRows(buffer, source, &offset);
  node_->id = buffer.getId();
}

Copy::Copy(const FunctionBuffer &buffer, const Function &function, const DebugContext &context)
    : Program(makeNode(ProgramKind::FunctionCopy, context)) {
  checkCode(buffer, function);
}
Copy::Copy(const Function &function, const FunctionBuffer &buffer, const DebugContext &context)
    : Program(makeNode(ProgramKind::FunctionCopy, context)) {
  checkCode(buffer, function);
}

CrossReplicaCopy::CrossReplicaCopy(const Tensor &source, const Tensor &destination,
                                   const std::map<unsigned, unsigned> &destinationOfSource, const DebugContext &context)
    : Program(makeNode(ProgramKind::CrossReplicaCopy, context)) {
  if (!source.valid() || !destination.valid())
    throw control_program_error(
        fmt::format("CrossReplicaCopy: the {} refers to no variable", source.valid() ? "destination" : "source"));
  if (source.elementType() != destination.elementType() || source.numElements() != destination.numElements())
    throw control_program_error(fmt::format(
        "CrossReplicaCopy: the source has {} elements of type {}, the destination {} of type {}", source.numElements(),
        source.elementType().toString(), destination.numElements(), destination.elementType().toString()));
  checkDestination(destination);
  node_->tensors = {source, destination};
  node_->replicas.assign(destinationOfSource.begin(), destinationOfSource.end());
}

Call::Call(HostFunction function, ArrayRef<Tensor> inputs, ArrayRef<Tensor> outputs, const DebugContext &context)
    : Program(makeNode(ProgramKind::HostCall, context)) {
  if (function == HostFunction())
    throw control_program_error("Call: the host function is default-constructed; make it with Graph::addHostFunction");
  for (const ArrayRef<Tensor> &list : {inputs, outputs})
    for (std::size_t i = 0; i < list.size(); ++i)
      if (!list[i].valid())
        throw control_program_error(fmt::format("Call: {} {} of the host function refers to no variable",
                                                list.data() == inputs.data() ? "input" : "output", i));
  for (const Tensor &output : outputs) checkDestination(output);
  node_->id = function.getId();
  node_->inputs = static_cast<std::uint32_t>(inputs.size());
  node_->tensors.assign(inputs.begin(), inputs.end());
  node_->tensors.insert(node_->tensors.end(), outputs.begin(), outputs.end());
}

} // namespace program
} // namespace poplar
