// The part of poplar::Graph about codelets, vertices and edges.
#include <poplar/Graph.hpp>

#include <algorithm>
#include <cstring>
#include <ostream>
#include <spdlog/fmt/fmt.h>

#include "codelets/client/Compiler.hpp"
#include "popgraph/graph/Convert.hpp"
#include "popgraph/graph/GraphState.hpp"

namespace poplar {

using codelet_t = popgraph::codelets::Codelet;
using popgraph::EdgeRow;
using popgraph::ElementType;
using popgraph::GraphState;
using popgraph::TensorAccess;
using popgraph::codelets::Access;
using popgraph::codelets::Field;
using popgraph::codelets::FieldShape;

namespace {

std::string_view view(StringRef text) { return {text.data(), text.size()}; }

popgraph::codelets::SourceKind sourceKind(CodeletFileType type) {
  using popgraph::codelets::SourceKind;
  switch (type) {
  case CodeletFileType::Auto: return SourceKind::Auto;
  case CodeletFileType::CppSource: return SourceKind::Cpp;
  case CodeletFileType::CSource: return SourceKind::C;
  case CodeletFileType::IrSource: return SourceKind::Ir;
  case CodeletFileType::Object: return SourceKind::Object;
  default: break;
  }
  throw graph_program_compilation_error("Graph::addCodelets: IPU assembly cannot be compiled; give a C++ or C codelet");
}

void load(GraphState &state, popgraph::codelets::CompileRequest request, StringRef flags, StringRef target) {
  request.flags = flags.cloneAsString();
  request.target = target.empty() ? state.target.getTargetArchString().cloneAsString() : target.cloneAsString();
  try {
    state.addModule(popgraph::codelets::compile(request));
  } catch (const popgraph::codelets::CompileError &error) {
    throw graph_program_compilation_error(error.what());
  } catch (const popgraph::codelets::LinkError &error) {
    throw link_error(error.what(), error.output);
  } catch (const popgraph::codelets::FileError &error) {
    throw file_load_error(error.path, error.what());
  } catch (const popgraph::codelets::HelperError &error) {
    throw no_environment(error.what());
  }
}

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

unsigned rankOf(const Field &field) {
  return field.shape == FieldShape::Scalar ? 0 : field.shape == FieldShape::Vector ? 1 : 2;
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

[[noreturn]] void connectedTwice(const GraphState &state, const FieldRef &ref, const Field &field) {
  throw graph_connection_error(fmt::format("{} is connected already", describe(state, ref, field)));
}

} // namespace

bool Graph::addCodelets(StringRef path, CodeletFileType type, StringRef flags, StringRef targetName) {
  popgraph::codelets::CompileRequest request;
  request.sources.push_back({path.cloneAsString(), "", false, sourceKind(type)});
  load(*state_, std::move(request), flags, targetName);
  return true;
}

bool Graph::addCodelets(ArrayRef<std::string> paths, StringRef flags, StringRef targetName) {
  popgraph::codelets::CompileRequest request;
  for (const std::string &path : paths)
    request.sources.push_back({path, "", false, popgraph::codelets::SourceKind::Auto});
  load(*state_, std::move(request), flags, targetName);
  return true;
}

bool Graph::addCodelets(std::stringstream &source, StringRef flags, CodeletFileType type, StringRef targetName) {
  popgraph::codelets::CompileRequest request;
  request.sources.push_back({"codelet.cpp", source.str(), true, sourceKind(type)});
  load(*state_, std::move(request), flags, targetName);
  return true;
}

bool Graph::addCodelets(std::stringstream &source, std::ostream &compileOutput, StringRef flags, CodeletFileType type,
                        StringRef targetName) {
  try {
    return addCodelets(source, flags, type, targetName);
  } catch (const graph_program_compilation_error &error) {
    compileOutput << error.what();
    throw;
  }
}

bool Graph::hasCodelet(StringRef vertexName) const { return state_->findCodelet(view(vertexName)) >= 0; }

ComputeSet Graph::addComputeSet(const DebugContext &context) {
  state_->tables.computeSets.push_back(state_->addName(view(context.path())));
  return ComputeSet(static_cast<unsigned>(state_->tables.computeSets.size() - 1));
}

VertexRef Graph::addVertex(ComputeSet computeSet, StringRef vertexType) {
  const std::int64_t codelet = state_->findCodelet(view(vertexType));
  if (codelet < 0) {
    std::string known;
    for (const auto &info : state_->tables.codelets) {
      if (known.size() > 400) {
        known += ", …";
        break;
      }
      known += (known.empty() ? "" : ", ") + info.codelet().name;
    }
    throw unknown_vertex_type(fmt::format("Graph::addVertex: no codelet '{}' has been loaded{}", view(vertexType),
                                          known.empty() ? "; use addCodelets" : "; loaded are: " + known));
  }
  if (computeSet.getId() >= state_->tables.computeSets.size())
    throw graph_object_creation_error("Graph::addVertex: the compute set does not belong to this graph");
  return VertexRef(state_.get(), state_->addVertex(computeSet.getId(), static_cast<std::uint32_t>(codelet)));
}

VertexRef Graph::addVertex(ComputeSet computeSet, StringRef vertexType, ArrayRef<ConnectionDesc> connections) {
  const VertexRef vertex = addVertex(computeSet, vertexType);
  for (const ConnectionDesc &c : connections) {
    const FieldRef field = vertex[c.field_];
    if (c.hasValue_) {
      const bool isState = place(*state_, field, "addVertex").field.access == Access::State;
      const Type type = c.isInteger_ ? LONGLONG : DOUBLE;
      const void *value = c.isInteger_ ? static_cast<const void *>(&c.integer_) : &c.value_;
      if (isState)
        setFieldValue(field, type, value, 1, false);
      else
        connectConstant(field, type, value, 1, false);
    } else if (c.list_) {
      connect(field, c.tensors_);
    } else {
      connect(field, c.tensors_.front());
    }
  }
  return vertex;
}

FieldRef VertexRef::operator[](StringRef fieldName) const {
  if (!graph_) throw unknown_field("(no vertex)", fieldName.cloneAsString());
  const codelet_t &codelet = graph_->tables.codeletOf(graph_->tables.vertices[id_]);
  const std::string_view name = view(fieldName);
  for (std::uint32_t i = 0; i < codelet.fields.size(); ++i)
    if (codelet.fields[i].name == name) return FieldRef(graph_, id_, i);
  std::string known;
  for (const Field &field : codelet.fields) known += (known.empty() ? "" : ", ") + field.name;
  throw unknown_field(codelet.name, fmt::format("{}' (its fields: {})", name, known));
}

void Graph::connect(FieldRef ref, const Tensor &tensor) {
  const Field &field = place(*state_, ref, "connect").field;
  const unsigned rank = rankOf(field);
  if (rank == 2 || ref.isIndexed() || field.access == Access::State) return connectRare(ref, tensor);
  checkEdge(*state_, ref, field, tensor, rank);
  const std::uint32_t at = state_->edgeAt(ref.vertexId(), ref.fieldNumber());
  if (state_->tables.edges[at].kind() != EdgeRow::None) connectedTwice(*state_, ref, field);
  state_->tables.edges.edit(at) = makeEdge(*state_, ref, field, tensor);
}

void Graph::connectRare(FieldRef ref, const Tensor &tensor) {
  const Field &field = place(*state_, ref, "connect").field;
  if (field.access == Access::State)
    throw graph_connection_error(
        fmt::format("{} is no edge; set it with setInitialValue", describe(*state_, ref, field)));
  if (rankOf(field) != 2)
    throw graph_connection_error(
        fmt::format("{} is not of rank 2 and has no sub-vectors", describe(*state_, ref, field)));
  if (!ref.isIndexed()) {
    checkEdge(*state_, ref, field, tensor, 2);
    std::vector<Tensor> rows;
    for (std::size_t i = 0; i < tensor.dim(0); ++i) rows.push_back(tensor[i]);
    return connect(ref, rows);
  }
  checkEdge(*state_, ref, field, tensor, 1);
  const EdgeRow list = state_->tables.edges[state_->edgeAt(ref.vertexId(), ref.fieldNumber())];
  if (list.kind() != EdgeRow::List)
    throw no_size_specified(
        fmt::format("{}: call setFieldSize before connecting sub-vectors", describe(*state_, ref, field)));
  if (ref.getIndex() >= list.b)
    throw index_error(fmt::format("{}: its size is {}", describe(*state_, ref, field), list.b));
  const std::uint32_t sub = list.a + static_cast<std::uint32_t>(ref.getIndex());
  if (state_->tables.subEdges[sub].kind() != EdgeRow::None) connectedTwice(*state_, ref, field);
  state_->tables.subEdges.edit(sub) = makeEdge(*state_, ref, field, tensor);
}

void Graph::connect(FieldRef ref, ArrayRef<Tensor> tensors) {
  const Field &field = place(*state_, ref, "connect").field;
  if (field.access == Access::State || rankOf(field) != 2 || ref.isIndexed())
    throw graph_connection_error(
        fmt::format("{} cannot be connected with a list of {} tensors: it is not an edge of rank 2",
                    describe(*state_, ref, field), tensors.size()));
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
  if (rankOf(field) != (isArray ? 1u : 0u))
    throw graph_connection_error(fmt::format("{} has rank {}, the value has rank {}", describe(*state_, ref, field),
                                             rankOf(field), isArray ? 1 : 0));
  const std::size_t shape[] = {count};
  const Tensor constant = addConstantFrom(popgraph::typeOf(field.type), ArrayRef<std::size_t>(shape, isArray ? 1 : 0),
                                          valueType, values, count, false, DebugContext("constant edge"));
  const std::uint32_t tile = state_->tables.vertices[ref.vertexId()].tile;
  if (tile != popgraph::kNoTile)
    state_->editMapping(TensorAccess::variable(constant)).set(0, static_cast<std::uint32_t>(count), tile);
  connect(ref, constant);
}

void Graph::setFieldSize(FieldRef ref, std::size_t size) {
  const Field &field = place(*state_, ref, "setFieldSize").field;
  if (rankOf(field) != 2 || field.access == Access::State)
    throw graph_connection_error(
        fmt::format("{} is not an edge of rank 2; its size comes from the tensor", describe(*state_, ref, field)));
  if (state_->tables.edges[state_->edgeAt(ref.vertexId(), ref.fieldNumber())].kind() != EdgeRow::None)
    throw graph_connection_error(fmt::format("{} has its size already", describe(*state_, ref, field)));
  const std::uint32_t first = state_->tables.subEdges.appendN(static_cast<std::uint32_t>(size), EdgeRow::none());
  state_->tables.edges.edit(state_->edgeAt(ref.vertexId(), ref.fieldNumber())) =
      EdgeRow::list(first, static_cast<std::uint32_t>(size));
}

std::size_t Graph::getFieldSize(FieldRef ref) const {
  const Field &field = place(*state_, ref, "getFieldSize").field;
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
  if (rankOf(field) != (isArray ? 1u : 0u))
    throw graph_connection_error(fmt::format("{} has rank {}, the value has rank {}", describe(*state_, ref, field),
                                             rankOf(field), isArray ? 1 : 0));
  std::vector<char> bytes(count * popgraph::elementBytes(field.type));
  popgraph::convertValues(popgraph::elementTypeOf(valueType), values, field.type, bytes.data(), count, false,
                          describe(*state_, ref, field).c_str());
  const popgraph::VertexRow &vertex = state_->tables.vertices[ref.vertexId()];
  const std::uint32_t word = vertex.firstState + state_->tables.codelets[vertex.codelet].place[ref.fieldNumber()];
  if (isArray) {
    state_->tables.state.edit(word) = static_cast<std::uint32_t>(state_->tables.stateArrays.size());
    state_->tables.state.edit(word + 1) = static_cast<std::uint32_t>(count);
    state_->tables.stateArrays.push_back(std::make_shared<std::vector<char>>(std::move(bytes)));
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
}

void Graph::setPerfEstimate(const VertexRef &vertex, std::uint64_t cycles, std::uint64_t flops) {
  if (vertex.graphState() != state_.get())
    throw poplar_error("Graph::setPerfEstimate: the vertex belongs to another graph");
  state_->tables.perfEstimates.push_back({vertex.getId(), cycles, flops});
}

VertexPerfEstimate Graph::getPerfEstimate(const VertexRef &vertex) const {
  const auto &rows = state_->tables.perfEstimates;
  for (auto row = rows.rbegin(); row != rows.rend(); ++row)
    if (row->vertex == vertex.getId()) return VertexPerfEstimate(row->cycles, row->flops);
  throw missing_perf_estimate(fmt::format("no estimate was set for {}", state_->tables.describeVertex(vertex.getId())));
}

std::size_t Graph::getNumVertices() const { return state_->tables.vertices.size(); }

} // namespace poplar
