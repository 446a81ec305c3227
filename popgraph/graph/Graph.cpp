#include <poplar/Graph.hpp>

#include <algorithm>
#include <spdlog/fmt/fmt.h>

#include "popgraph/api/TargetAccess.hpp"
#include "popgraph/graph/Convert.hpp"
#include "popgraph/graph/GraphState.hpp"
#include "popgraph/graph/GraphView.hpp"
#include "popgraph/graph/View.hpp"

namespace poplar {

using popgraph::ElementType;
using popgraph::GraphState;
using popgraph::Run;
using popgraph::TensorAccess;

namespace {

std::shared_ptr<std::vector<char>> convert(const Type &from, const void *values, const Type &to, std::size_t count,
                                           bool broadcast, const char *what) {
  const ElementType type = popgraph::elementTypeOf(to);
  auto bytes = std::make_shared<std::vector<char>>(count * popgraph::elementBytes(type));
  popgraph::convertValues(popgraph::elementTypeOf(from), values, type, bytes->data(), count, broadcast, what);
  return bytes;
}

/// Number of elements of a shape that a user gave.
std::size_t checkedCount(std::span<const std::size_t> dims, const char *function) {
  if (dims.size() > 255)
    throw graph_object_creation_error(fmt::format("Graph::{}: more than 255 dimensions", function));
  std::size_t count = 1;
  for (std::size_t d : dims)
    if (__builtin_mul_overflow(count, d, &count))
      throw graph_object_creation_error(
          fmt::format("Graph::{}: the number of elements does not fit in 64 bits", function));
  if (count > GraphState::kMaxElements)
    throw graph_object_creation_error(
        fmt::format("Graph::{}: {} elements are too many: at most {} are possible; split it", function, count,
                    GraphState::kMaxElements));
  return count;
}

void checkHalf(const Type &type, const char *function) {
  if (type != HALF)
    throw type_error(fmt::format("Graph::{}: the type must be half, not {}", function, type.toString()));
}

void checkNoConstant(const Tensor &tensor) {
  if (tensor.containsConstant())
    throw poplar_error(fmt::format("Graph::setInitialValue: {} is a constant", tensor.getVarStr()));
}

} // namespace

Graph::Graph() : Graph(Target::createCPUTarget()) {}
Graph::Graph(const Target &target, replication_factor replicationFactor)
    : state_(std::make_shared<GraphState>(popgraph::replicaTarget(target, replicationFactor.value),
                                          replicationFactor.value)) {}
Graph::Graph(const Device &device, replication_factor replicationFactor)
    : Graph(device.getTarget(), replicationFactor) {}
Graph::Graph(std::shared_ptr<GraphState> state) : state_(std::move(state)) {}
Graph::Graph(Graph &&) noexcept = default;
Graph &Graph::operator=(Graph &&) noexcept = default;
Graph::~Graph() = default;

unsigned Graph::getReplicationFactor() const { return state_->replication; }

Tensor Graph::addVariable(const Type &type, ArrayRef<std::size_t> shape, const DebugContext &context) {
  const std::span<const std::size_t> dims(shape.begin(), shape.size());
  const std::size_t count = checkedCount(dims, "addVariable");
  const ElementType element = popgraph::elementTypeOf(type);
  return TensorAccess::whole(state_.get(), element,
                             state_->addVariable(element, count, popgraph::textOf(context.path()), false), dims);
}

Tensor Graph::addVariable(const Type &type, const Tensor &metadata, ArrayRef<std::size_t> shape,
                          const DebugContext &context) {
  if (!type.requiresMetadata())
    throw tensor_metadata_error(
        fmt::format("Graph::addVariable: tensors of type {} have no metadata, those of QUARTER do", type.toString()));
  popgraph::checkOwn(*state_, metadata, "addVariable");
  if (metadata.elementType() != QUARTER_METADATA || metadata.numElements() != 1)
    throw tensor_metadata_error(fmt::format("Graph::addVariable: metadata is a tensor of type {} and shape {}; one "
                                            "element of QUARTER_METADATA would be right",
                                            metadata.elementType().toString(), metadata.shapeToString()));
  const Tensor tensor = addVariable(type, shape, context);
  state_->metadata[static_cast<std::uint32_t>(state_->tables.variables.size() - 1)] = metadata.reshape({});
  return tensor;
}

Tensor Graph::addVariable(const Type &type, ArrayRef<std::size_t> shape, VariableMappingMethod method,
                          const DebugContext &context) {
  const Tensor tensor = addVariable(type, shape, context);
  if (method == VariableMappingMethod::LINEAR) {
    const std::size_t n = tensor.numElements(), tiles = getTarget().getNumTiles();
    // Chunks of at least 128 bytes, as the libraries' linear mapping has them.
    const std::size_t least = 128 / popgraph::elementBytes(TensorAccess::type(tensor));
    const std::size_t chunk = std::max<std::size_t>({(n + tiles - 1) / tiles, least, 1});
    const Tensor flat = tensor.flatten();
    for (std::size_t begin = 0, tile = 0; begin < n; begin += chunk, ++tile)
      setTileMapping(flat.slice(begin, std::min(n, begin + chunk)), static_cast<unsigned>(tile));
  }
  return tensor;
}

Tensor Graph::addConstantFrom(const Type &type, ArrayRef<std::size_t> shape, const Type &valueType, const void *values,
                              std::size_t count, bool broadcast, const DebugContext &context) {
  const std::span<const std::size_t> dims(shape.begin(), shape.size());
  const std::size_t elements = checkedCount(dims, "addConstant");
  if (!broadcast && count != ~std::size_t(0) && count != elements)
    throw graph_object_creation_error(fmt::format("Graph::addConstant: {} values for {} elements", count, elements));
  auto bytes = convert(valueType, values, type, elements, broadcast, "Graph::addConstant");
  const ElementType element = popgraph::elementTypeOf(type);
  const std::uint32_t variable = state_->addVariable(element, elements, popgraph::textOf(context.path()), true);
  state_->setInitialValue({variable, 0, static_cast<std::uint32_t>(elements), std::move(bytes)});
  return TensorAccess::whole(state_.get(), element, variable, dims);
}

Tensor Graph::addConstantHalf(const Type &type, ArrayRef<std::size_t> shape, std::uint16_t value,
                              const DebugContext &context) {
  checkHalf(type, "addConstantHalf");
  return addConstantFrom(HALF, shape, HALF, &value, 1, true, context);
}
Tensor Graph::addConstantHalf(const Type &type, ArrayRef<std::size_t> shape, const std::uint16_t *values,
                              const DebugContext &context) {
  checkHalf(type, "addConstantHalf");
  return addConstantFrom(HALF, shape, HALF, values, ~std::size_t(0), false, context);
}

void Graph::setTensorValue(const Tensor &tensor, const Type &valueType, const void *values, std::size_t count,
                           bool broadcast) {
  popgraph::checkOwn(*state_, tensor, "setInitialValue");
  checkNoConstant(tensor);
  const std::size_t elements = tensor.numElements();
  if (!broadcast && count != elements)
    throw poplar_error(fmt::format("Graph::setInitialValue: {} values for a tensor of {} elements", count, elements));
  const auto bytes = convert(valueType, values, tensor.elementType(), elements, broadcast, "Graph::setInitialValue");
  const std::vector<Run> runs = popgraph::contiguousRuns(tensor);
  if (runs.size() == 1) {
    state_->setInitialValue({runs[0].variable, runs[0].offset, runs[0].count, bytes});
    return;
  }
  const std::size_t size = popgraph::elementBytes(TensorAccess::type(tensor));
  std::size_t at = 0;
  for (const Run &run : runs) {
    state_->setInitialValue(
        {run.variable, run.offset, run.count,
         std::make_shared<std::vector<char>>(bytes->begin() + static_cast<std::ptrdiff_t>(at * size),
                                             bytes->begin() + static_cast<std::ptrdiff_t>((at + run.count) * size))});
    at += run.count;
  }
}

void Graph::setInitialValue(const Tensor &tensor, const std::map<unsigned, unsigned> &valueOfReplica) {
  popgraph::checkOwn(*state_, tensor, "setInitialValue");
  checkNoConstant(tensor);
  for (const auto &[replica, value] : valueOfReplica) {
    if (replica >= state_->replication)
      throw graph_replication_error(fmt::format("Graph::setInitialValue: replica {} does not exist: the graph has {}",
                                                replica, state_->replication));
    for (const Run &run : popgraph::contiguousRuns(tensor))
      state_->setInitialValue(
          {run.variable, run.offset, run.count,
           convert(UNSIGNED_INT, &value, tensor.elementType(), run.count, true, "Graph::setInitialValue"), replica});
  }
}

void Graph::setInitialValueHalf(const Tensor &tensor, std::uint16_t value) {
  checkHalf(tensor.valid() ? tensor.elementType() : HALF, "setInitialValueHalf");
  setTensorValue(tensor, HALF, &value, 1, true);
}
void Graph::setInitialValueHalf(const Tensor &tensor, ArrayRef<std::uint16_t> values) {
  checkHalf(tensor.valid() ? tensor.elementType() : HALF, "setInitialValueHalf");
  setTensorValue(tensor, HALF, values.data(), values.size(), false);
}

Tensor Graph::addReplicationIndexConstant(const DebugContext &context) {
  const std::uint32_t variable =
      state_->addVariable(ElementType::UnsignedInt, 1, popgraph::textOf(context.path()), true);
  state_->tables.replicationIndices.push_back(variable);
  return TensorAccess::whole(state_.get(), ElementType::UnsignedInt, variable, {});
}

void Graph::createHostWrite(StringRef handle, const Tensor &tensor, bool) {
  popgraph::checkOwn(*state_, tensor, "createHostWrite");
  if (state_->hasHostHandle(popgraph::textOf(handle), false))
    throw poplar_error(fmt::format("Graph::createHostWrite: the handle '{}' is in use", popgraph::textOf(handle)));
  if (!tensor.isParallelWriteable())
    throw poplar_error(
        fmt::format("Graph::createHostWrite: {} has constants or an element more than once", tensor.getDebugStr()));
  state_->tables.hostHandles.push_back({handle.cloneAsString(), tensor, false});
}

void Graph::createHostRead(StringRef handle, const Tensor &tensor, bool) {
  popgraph::checkOwn(*state_, tensor, "createHostRead");
  if (state_->hasHostHandle(popgraph::textOf(handle), true))
    throw poplar_error(fmt::format("Graph::createHostRead: the handle '{}' is in use", popgraph::textOf(handle)));
  state_->tables.hostHandles.push_back({handle.cloneAsString(), tensor, true});
}

Tensor Graph::getVariable(VariableRef variable) const {
  if (variable.id() >= state_->tables.variables.size()) throw poplar_error("Graph::getVariable: no such variable");
  const popgraph::VariableRow &row = state_->tables.variables[variable.id()];
  const std::size_t dims[] = {row.elements};
  return TensorAccess::whole(state_.get(), row.type, variable.id(), dims);
}

bool Graph::isConstant(VariableRef variable) const {
  if (variable.id() >= state_->tables.variables.size()) throw poplar_error("Graph::isConstant: no such variable");
  return state_->isConstant(variable.id());
}

} // namespace poplar
