// The part of poplar::Graph about codelets, vertices and edges.
#include <poplar/Graph.hpp>

#include <algorithm>
#include <cstring>
#include <spdlog/fmt/fmt.h>

#include "popgraph/graph/Convert.hpp"
#include "popgraph/graph/Edges.hpp"

namespace poplar {

using codelet_t = popgraph::codelets::Codelet;
using popgraph::EdgeRow;
using popgraph::ElementType;
using popgraph::GraphState;
using popgraph::TensorAccess;
using popgraph::codelets::Access;
using popgraph::codelets::Field;

namespace {

/// The vertex and field that a reference names.
struct FieldPlace {
  const codelet_t &codelet;
  const Field &field;
};

FieldPlace place(const GraphState &state, const FieldRef &ref, const char *function) {
  if (ref.graphState() != &state)
    throw graph_connection_error(
        fmt::format("Graph::{}: the field belongs to another graph or to no vertex", function));
  const codelet_t &codelet = state.tables.codeletOf(state.tables.vertices[ref.vertexId()]);
  return {codelet, codelet.fields[ref.fieldNumber()]};
}

std::string describe(const GraphState &state, const FieldRef &ref, const Field &field) {
  std::string text = fmt::format("field '{}'", field.name);
  if (ref.isIndexed()) text += fmt::format("[{}]", ref.getIndex());
  return text + " of " + state.tables.describeVertex(ref.vertexId());
}

void checkEdge(const GraphState &state, const FieldRef &ref, const Field &field, const Tensor &tensor, unsigned rank) {
  if (!tensor.valid())
    throw graph_connection_error(fmt::format("{}: the tensor refers to no variable", describe(state, ref, field)));
  if (TensorAccess::graph(tensor) != &state)
    throw graph_connection_error(fmt::format("{}: the tensor belongs to another graph", describe(state, ref, field)));
  if (TensorAccess::type(tensor) != field.type)
    throw graph_connection_error(fmt::format("{} has element type {}, the tensor {} has {}",
                                             describe(state, ref, field), popgraph::elementName(field.type),
                                             tensor.shapeToString(), tensor.elementType().toString()));
  if (tensor.rank() != rank)
    throw graph_connection_error(fmt::format("{} has rank {}, the tensor has shape {}; use reshape, flatten or [0]",
                                             describe(state, ref, field), rank, tensor.shapeToString()));
}

EdgeRow makeEdge(GraphState &state, const FieldRef &ref, const Field &field, const Tensor &tensor) {
  const EdgeRow row = state.makeEdge(tensor);
  if (field.access != Access::Input) {
    const bool writeable =
        row.kind() == EdgeRow::Run ? row.elements() == 0 || !state.isConstant(row.id()) : tensor.isParallelWriteable();
    if (!writeable)
      throw graph_connection_error(
          fmt::format("{} is written, but the tensor {} contains constants or an element more than once",
                      describe(state, ref, field), tensor.getDebugStr()));
  }
  return row;
}

/// First word of a state field.
std::uint32_t stateWord(const GraphState &state, const FieldRef &ref) {
  const popgraph::VertexRow &vertex = state.tables.vertices[ref.vertexId()];
  return vertex.firstState + state.tables.codelets[vertex.codelet].place[ref.fieldNumber()];
}
bool hasStateArray(const GraphState &state, const FieldRef &ref) {
  return state.tables.state[stateWord(state, ref)] != 0;
}
std::uint32_t stateLength(const GraphState &state, const FieldRef &ref) {
  return state.tables.state[stateWord(state, ref) + 1];
}
void setStateArray(GraphState &state, const FieldRef &ref, std::vector<char> bytes, std::uint32_t length) {
  const std::uint32_t word = stateWord(state, ref);
  state.tables.state.edit(word) = static_cast<std::uint32_t>(state.tables.stateArrays.size());
  state.tables.state.edit(word + 1) = length;
  state.tables.stateArrays.push_back(std::make_shared<std::vector<char>>(std::move(bytes)));
}

/// An edge that was connected element by element may be written only if no element is in it twice.
void checkWriteable(const GraphState &state, const FieldRef &ref, const Field &field, const EdgeRow &edge) {
  if (edge.kind() != EdgeRow::View) return;
  std::vector<popgraph::Run> runs;
  popgraph::forEachRunOf(state.tables, edge, [&](const popgraph::Run &run) { runs.push_back(run); });
  std::sort(runs.begin(), runs.end(), popgraph::inMemoryOrder);
  for (std::size_t i = 1; i < runs.size(); ++i)
    if (runs[i].variable == runs[i - 1].variable && runs[i].offset < runs[i - 1].offset + runs[i - 1].count)
      throw graph_connection_error(fmt::format("{} is written, but has element {} of '{}' more than once",
                                               describe(state, ref, field), runs[i].offset,
                                               state.variableName(runs[i].variable)));
}

[[noreturn]] void connectedTwice(const GraphState &state, const FieldRef &ref, const Field &field) {
  throw graph_connection_error(fmt::format("{} is connected already", describe(state, ref, field)));
}

} // namespace

ComputeSet Graph::addComputeSet(const DebugContext &context) {
  state_->tables.computeSets.push_back(state_->addName(popgraph::textOf(context.path())));
  return ComputeSet(static_cast<unsigned>(state_->tables.computeSets.size() - 1));
}

VertexRef Graph::addVertex(ComputeSet computeSet, StringRef vertexType) {
  const std::int64_t known = state_->findCodelet(popgraph::textOf(vertexType));
  const std::uint32_t codelet =
      known >= 0 ? static_cast<std::uint32_t>(known) : state_->codeletNamed(popgraph::textOf(vertexType));
  if (computeSet.getId() >= state_->tables.computeSets.size())
    throw graph_object_creation_error("Graph::addVertex: the compute set does not belong to this graph");
  return VertexRef(state_.get(), state_->addVertex(computeSet.getId(), codelet));
}

VertexRef Graph::addVertex(ComputeSet computeSet, StringRef vertexType, ArrayRef<ConnectionDesc> connections) {
  const VertexRef vertex = addVertex(computeSet, vertexType);
  for (const ConnectionDesc &c : connections) {
    const FieldRef field = vertex[c.field()];
    switch (c.kind_) {
    case ConnectionDesc::Kind::Tensor: connect(field, c.tensor_); break;
    case ConnectionDesc::Kind::Tensors:
      // `{"in", {t}}` may mean the tensor t or a list of one, and which it is depends on the language's version.
      if (c.tensors_.size() == 1 && popgraph::rankOf(place(*state_, field, "addVertex").field) == c.tensors_[0].rank())
        connect(field, c.tensors_[0]);
      else
        connect(field, c.tensors_);
      break;
    case ConnectionDesc::Kind::Value: setFieldValue(field, c.type_, c.value_, 1, false); break;
    case ConnectionDesc::Kind::Values: setFieldValue(field, c.type_, c.values_.data(), c.count_, true); break;
    }
  }
  return vertex;
}

FieldRef VertexRef::operator[](StringRef fieldName) const {
  if (!graph_) throw unknown_field("(no vertex)", fieldName.cloneAsString());
  const codelet_t &codelet = graph_->tables.codeletOf(graph_->tables.vertices[id_]);
  return FieldRef(graph_, id_, popgraph::fieldNamed(codelet, popgraph::textOf(fieldName)));
}

void Graph::connect(FieldRef ref, const Tensor &tensor) {
  const Field &field = place(*state_, ref, "connect").field;
  const unsigned rank = popgraph::rankOf(field);
  if (rank == 2 || ref.isIndexed() || field.access == Access::State) return connectRare(ref, tensor);
  checkEdge(*state_, ref, field, tensor, rank);
  const std::uint32_t at = state_->edgeAt(ref.vertexId(), ref.fieldNumber());
  if (state_->tables.edges[at].kind() != EdgeRow::None) connectedTwice(*state_, ref, field);
  state_->tables.edges.edit(at) = makeEdge(*state_, ref, field, tensor);
}

void Graph::connectRare(FieldRef ref, const Tensor &tensor) {
  const Field &field = place(*state_, ref, "connect").field;
  const unsigned rank = popgraph::rankOf(field);
  if (field.access == Access::State)
    throw graph_connection_error(
        fmt::format("{} is no edge; set it with setInitialValue", describe(*state_, ref, field)));
  if (rank == 0)
    throw graph_connection_error(fmt::format("{} is a single value and has no parts", describe(*state_, ref, field)));
  if (!ref.isIndexed()) {
    checkEdge(*state_, ref, field, tensor, 2);
    std::vector<Tensor> rows;
    for (std::size_t i = 0; i < tensor.dim(0); ++i) rows.push_back(tensor[i]);
    return connect(ref, rows);
  }
  checkEdge(*state_, ref, field, tensor, rank - 1);
  const std::uint32_t edge = state_->edgeAt(ref.vertexId(), ref.fieldNumber());
  const EdgeRow list = state_->tables.edges[edge];
  if (list.kind() == EdgeRow::None)
    throw no_size_specified(
        fmt::format("{}: call setFieldSize before connecting one by one", describe(*state_, ref, field)));
  if (list.kind() != EdgeRow::List) connectedTwice(*state_, ref, field);
  if (ref.getIndex() >= list.b)
    throw index_error(fmt::format("{}: its size is {}", describe(*state_, ref, field), list.b));
  const std::uint32_t sub = list.a + static_cast<std::uint32_t>(ref.getIndex());
  if (state_->tables.subEdges[sub].kind() != EdgeRow::None) connectedTwice(*state_, ref, field);
  state_->tables.subEdges.edit(sub) = makeEdge(*state_, ref, field, tensor);
  if (rank == 1) state_->elementConnected(edge);
  if (rank == 1 && field.access != Access::Input) checkWriteable(*state_, ref, field, state_->tables.edges[edge]);
}

void Graph::connect(FieldRef ref, ArrayRef<Tensor> tensors) {
  const Field &field = place(*state_, ref, "connect").field;
  const unsigned rank = popgraph::rankOf(field);
  if (field.access == Access::State || rank == 0 || ref.isIndexed())
    throw graph_connection_error(
        fmt::format("{} cannot be connected with a list of {} tensors: it is not an edge of rank 1 or 2",
                    describe(*state_, ref, field), tensors.size()));
  if (rank == 1) {
    std::vector<Tensor> elements;
    for (const Tensor &tensor : tensors) {
      if (tensor.valid() && tensor.rank() != 0)
        throw graph_connection_error(
            fmt::format("{} has rank 1; a list of tensors for it holds single elements, but one has shape {}",
                        describe(*state_, ref, field), tensor.shapeToString()));
      checkEdge(*state_, ref, field, tensor, 0);
      elements.push_back(tensor.reshape({1}));
    }
    // A list of nothing still needs an element type, which the field has.
    return connect(ref, elements.empty() ? addVariable(popgraph::typeOf(field.type), {0}) : concat(elements));
  }
  if (state_->tables.edges[state_->edgeAt(ref.vertexId(), ref.fieldNumber())].kind() != EdgeRow::None)
    connectedTwice(*state_, ref, field);
  std::vector<EdgeRow> rows;
  rows.reserve(tensors.size());
  for (const Tensor &tensor : tensors) {
    checkEdge(*state_, ref, field, tensor, 1);
    rows.push_back(makeEdge(*state_, ref, field, tensor));
  }
  const std::uint32_t first = state_->tables.subEdges.size();
  for (const EdgeRow &row : rows) state_->tables.subEdges.append(row);
  state_->tables.edges.edit(state_->edgeAt(ref.vertexId(), ref.fieldNumber())) =
      EdgeRow::list(first, static_cast<std::uint32_t>(rows.size()));
}

void Graph::connectConstant(FieldRef ref, const Type &valueType, const void *values, std::size_t count, bool isArray) {
  const Field &field = place(*state_, ref, "connect").field;
  if (field.access != Access::Input)
    throw graph_connection_error(
        fmt::format("{} is not an input, so it cannot be connected with a value", describe(*state_, ref, field)));
  if (popgraph::rankOf(field) != (isArray ? 1u : 0u))
    throw graph_connection_error(fmt::format("{} has rank {}, the value has rank {}", describe(*state_, ref, field),
                                             popgraph::rankOf(field), isArray ? 1 : 0));
  // Converted here, so that a value that does not fit is told with its field.
  std::vector<char> converted(count * popgraph::elementBytes(field.type));
  popgraph::convertValues(popgraph::elementTypeOf(valueType), values, field.type, converted.data(), count, false,
                          describe(*state_, ref, field).c_str());
  const Type type = popgraph::typeOf(field.type);
  const std::size_t shape[] = {count};
  const Tensor constant = addConstantFrom(type, ArrayRef<std::size_t>(shape, isArray ? 1 : 0), type, converted.data(),
                                          count, false, DebugContext("constant edge"));
  const std::uint32_t tile = state_->tables.vertices[ref.vertexId()].tile;
  if (tile != popgraph::kNoTile)
    state_->editMapping(TensorAccess::variable(constant)).set(0, static_cast<std::uint32_t>(count), tile);
  // Wherever the vertex goes, the constant goes too.
  state_->edgeConstants.emplace(ref.vertexId(), TensorAccess::variable(constant));
  connect(ref, constant);
}

void Graph::setFieldSize(FieldRef ref, std::size_t size) {
  const Field &field = place(*state_, ref, "setFieldSize").field;
  if (popgraph::rankOf(field) == 0 || ref.isIndexed())
    throw graph_connection_error(fmt::format("{} has no size that could be set", describe(*state_, ref, field)));
  if (size >= 0xffffffffull)
    throw graph_connection_error(fmt::format("{}: the size {} is too large", describe(*state_, ref, field), size));
  if (field.access == Access::State) {
    if (hasStateArray(*state_, ref))
      throw graph_connection_error(fmt::format("{} has its size already", describe(*state_, ref, field)));
    setStateArray(*state_, ref, std::vector<char>(size * popgraph::elementBytes(field.type)),
                  static_cast<std::uint32_t>(size));
    return;
  }
  const std::uint32_t edge = state_->edgeAt(ref.vertexId(), ref.fieldNumber());
  if (state_->tables.edges[edge].kind() != EdgeRow::None)
    throw graph_connection_error(fmt::format("{} has its size already", describe(*state_, ref, field)));
  const auto n = static_cast<std::uint32_t>(size);
  if (n == 0 && popgraph::rankOf(field) == 1) {
    state_->tables.edges.edit(edge) = EdgeRow::view(0, 0, 0);
    return;
  }
  const std::uint32_t first = state_->tables.subEdges.appendN(n, EdgeRow::none());
  state_->tables.edges.edit(edge) = EdgeRow::list(first, n);
  if (popgraph::rankOf(field) == 1) state_->missingElements[edge] = n;
}

std::size_t Graph::getFieldSize(FieldRef ref) const {
  const Field &field = place(*state_, ref, "getFieldSize").field;
  if (field.access == Access::State && popgraph::rankOf(field) == 1 && hasStateArray(*state_, ref))
    return stateLength(*state_, ref);
  if (field.access != Access::State) {
    const EdgeRow row = state_->tables.edges[state_->edgeAt(ref.vertexId(), ref.fieldNumber())];
    if (row.kind() != EdgeRow::None) return row.b;
  }
  throw no_size_specified(fmt::format("{} has no size yet", describe(*state_, ref, field)));
}

void Graph::setFieldValue(FieldRef ref, const Type &valueType, const void *values, std::size_t count, bool isArray) {
  const Field &field = place(*state_, ref, "setInitialValue").field;
  if (field.access != Access::State) {
    if (field.access == Access::Input) return connectConstant(ref, valueType, values, count, isArray);
    throw graph_connection_error(fmt::format("{} is an edge; connect it with a tensor", describe(*state_, ref, field)));
  }
  const unsigned rank = isArray ? 1 : 0;
  if (popgraph::rankOf(field) != rank + (ref.isIndexed() ? 1 : 0))
    throw graph_connection_error(fmt::format("{} has rank {}, the value has rank {}", describe(*state_, ref, field),
                                             popgraph::rankOf(field), rank));
  std::vector<char> bytes(count * popgraph::elementBytes(field.type));
  popgraph::convertValues(popgraph::elementTypeOf(valueType), values, field.type, bytes.data(), count, false,
                          describe(*state_, ref, field).c_str());
  if (isArray) return setStateArray(*state_, ref, std::move(bytes), static_cast<std::uint32_t>(count));
  const std::uint32_t word = stateWord(*state_, ref);
  if (ref.isIndexed()) {
    if (!hasStateArray(*state_, ref))
      throw no_size_specified(
          fmt::format("{}: call setFieldSize before setting elements", describe(*state_, ref, field)));
    const std::uint32_t length = stateLength(*state_, ref);
    if (ref.getIndex() >= length)
      throw index_error(fmt::format("{}: its size is {}", describe(*state_, ref, field), length));
    auto array = std::make_shared<std::vector<char>>(*state_->tables.stateArrays[state_->tables.state[word]]);
    std::memcpy(array->data() + ref.getIndex() * bytes.size(), bytes.data(), bytes.size());
    state_->tables.stateArrays[state_->tables.state[word]] = std::move(array);
    return;
  }
  std::uint32_t words[2] = {0, 0};
  std::memcpy(words, bytes.data(), bytes.size());
  state_->tables.state.edit(word) = words[0];
  if (bytes.size() > 4) state_->tables.state.edit(word + 1) = words[1];
}

void Graph::setInitialValueHalf(FieldRef field, std::uint16_t value) { setFieldValue(field, HALF, &value, 1, false); }
void Graph::setInitialValueHalf(FieldRef field, ArrayRef<std::uint16_t> values) {
  setFieldValue(field, HALF, values.data(), values.size(), true);
}

void Graph::setTileMapping(VertexRef vertex, unsigned tile) {
  if (vertex.graphState() != state_.get())
    throw poplar_error("Graph::setTileMapping: the vertex belongs to another graph");
  const unsigned tiles = numTiles();
  if (tile >= tiles)
    throw invalid_tile_mapping(
        fmt::format("Graph::setTileMapping: tile {} for {} does not exist: the target has {} tiles", tile,
                    state_->tables.describeVertex(vertex.getId()), tiles));
  state_->tables.vertices.edit(vertex.getId()).tile = physicalTile(tile);
  if (state_->edgeConstants.empty()) return;
  const auto [begin, end] = state_->edgeConstants.equal_range(vertex.getId());
  for (auto constant = begin; constant != end; ++constant)
    state_->editMapping(constant->second)
        .set(0, state_->tables.variables[constant->second].elements, physicalTile(tile));
}

void Graph::setPerfEstimate(const VertexRef &vertex, std::uint64_t cycles, std::uint64_t flops) {
  if (vertex.graphState() != state_.get())
    throw poplar_error("Graph::setPerfEstimate: the vertex belongs to another graph");
  state_->tables.perfEstimates.push_back({vertex.getId(), cycles, flops});
}

void Graph::registerPerfEstimator(StringRef vertexType, PerfEstimateFunc estimator) {
  state_->setPerfEstimator(popgraph::textOf(vertexType), std::move(estimator));
}

VertexPerfEstimate Graph::getPerfEstimate(const VertexRef &vertex) const {
  if (vertex.graphState() != state_.get())
    throw poplar_error("Graph::getPerfEstimate: the vertex belongs to another graph");
  const auto &rows = state_->tables.perfEstimates;
  for (auto row = rows.rbegin(); row != rows.rend(); ++row)
    if (row->vertex == vertex.getId()) return VertexPerfEstimate(row->cycles, row->flops);
  if (const PerfEstimateFunc *estimator = state_->perfEstimator(state_->tables.vertices[vertex.getId()].codelet))
    return (*estimator)(VertexIntrospector(state_.get(), vertex.getId()), getTarget());
  throw missing_perf_estimate(fmt::format("no estimate was set for {}", state_->tables.describeVertex(vertex.getId())));
}

std::size_t Graph::getNumVertices() const { return state_->tables.vertices.size(); }

} // namespace poplar
