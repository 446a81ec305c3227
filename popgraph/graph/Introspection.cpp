// What can be asked about vertex types and vertices: limits of fields, and what performance estimators see.
#include <poplar/VertexIntrospector.hpp>

#include <limits>
#include <poplar/Graph.hpp>
#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>

#include "popgraph/graph/Convert.hpp"
#include "popgraph/graph/Edges.hpp"

namespace poplar {

using popgraph::EdgeRow;
using popgraph::GraphState;
using popgraph::codelets::Access;
using popgraph::codelets::Field;
using popgraph::codelets::FieldShape;
using popgraph::codelets::Layout;

namespace {

const Field &fieldOf(const GraphState &graph, std::uint32_t vertex, std::uint32_t field) {
  return graph.tables.codeletOf(graph.tables.vertices[vertex]).fields[field];
}

const EdgeRow &edgeOf(const GraphState &graph, std::uint32_t vertex, std::uint32_t field) {
  return graph.tables.edges[graph.edgeAt(vertex, field)];
}

const std::uint32_t *stateOf(const GraphState &graph, std::uint32_t vertex, std::uint32_t field) {
  const popgraph::VertexRow &row = graph.tables.vertices[vertex];
  return &graph.tables.state[row.firstState + graph.tables.codelets[row.codelet].place[field]];
}

/// Sizes that a layout can hold: the bits that its size has, or any.
std::size_t largestSize(Layout layout, std::size_t elementBytes) {
  switch (layout) {
  case Layout::ShortSpan: return 2047;
  case Layout::DeltaN: return ((std::size_t(1) << 14) - 1) / elementBytes;
  case Layout::DeltaNElements: return (std::size_t(1) << 14) - 1;
  case Layout::Span: return std::numeric_limits<std::uint32_t>::max();
  default: return std::numeric_limits<std::size_t>::max();
  }
}

layout::Vector vectorLayout(Layout layout) {
  switch (layout) {
  case Layout::Span: return layout::Vector::Span;
  case Layout::ShortSpan: return layout::Vector::ShortSpan;
  case Layout::OnePtr: return layout::Vector::OnePtr;
  case Layout::ScaledPtr32: return layout::Vector::ScaledPtr32;
  case Layout::ScaledPtr64: return layout::Vector::ScaledPtr64;
  case Layout::ScaledPtr128: return layout::Vector::ScaledPtr128;
  default: return layout::Vector::NotAVector;
  }
}

layout::VectorList listLayout(Layout layout) {
  switch (layout) {
  case Layout::OnePtr: return layout::VectorList::OnePtr;
  case Layout::ScaledPtr32: return layout::VectorList::ScaledPtr32;
  case Layout::ScaledPtr64: return layout::VectorList::ScaledPtr64;
  case Layout::ScaledPtr128: return layout::VectorList::ScaledPtr128;
  case Layout::DeltaN: return layout::VectorList::DeltaN;
  case Layout::DeltaNElements: return layout::VectorList::DeltaNElements;
  default: return layout::VectorList::NotAVector;
  }
}

} // namespace

FieldData VertexIntrospector::getFieldInfo(StringRef name) const {
  const auto &codelet = graph_->tables.codeletOf(graph_->tables.vertices[vertex_]);
  return FieldData(graph_, vertex_, popgraph::fieldNamed(codelet, popgraph::textOf(name)));
}

StringRef VertexIntrospector::vertexNameText() const {
  return graph_->tables.codeletOf(graph_->tables.vertices[vertex_]).name;
}

StringRef FieldData::nameText() const { return fieldOf(*graph_, vertex_, field_).name; }

unsigned FieldData::rank() const { return popgraph::rankOf(fieldOf(*graph_, vertex_, field_)); }

std::size_t FieldData::size() const {
  const Field &field = fieldOf(*graph_, vertex_, field_);
  if (field.shape == FieldShape::Scalar) return 1;
  if (field.access == Access::State) return stateOf(*graph_, vertex_, field_)[1];
  return edgeOf(*graph_, vertex_, field_).b;
}

std::size_t FieldData::getSizeAtIndex(std::size_t i) const {
  const Field &field = fieldOf(*graph_, vertex_, field_);
  if (i >= size() || field.shape == FieldShape::Scalar)
    throw index_error(
        fmt::format("field '{}' of {} has no element {}", field.name, graph_->tables.describeVertex(vertex_), i));
  if (popgraph::rankOf(field) == 1) return 1;
  const EdgeRow &list = edgeOf(*graph_, vertex_, field_);
  return graph_->tables.subEdges[list.a + static_cast<std::uint32_t>(i)].b;
}

layout::Vector FieldData::getProfilerVectorLayout(unsigned nestingLevel) const {
  const Field &field = fieldOf(*graph_, vertex_, field_);
  if (field.shape == FieldShape::VectorList) return layout::Vector::NotAVector;
  return nestingLevel == 0   ? vectorLayout(field.outer)
         : nestingLevel == 1 ? vectorLayout(field.inner)
                             : layout::Vector::NotAVector;
}

layout::VectorList FieldData::getProfilerVectorListLayout() const {
  const Field &field = fieldOf(*graph_, vertex_, field_);
  return field.shape == FieldShape::VectorList ? listLayout(field.outer) : layout::VectorList::NotAVector;
}

void FieldData::readValues(unsigned rank, std::size_t sub, const Type &as, void *into, std::size_t count) const {
  const Field &field = fieldOf(*graph_, vertex_, field_);
  const std::string what = fmt::format("field '{}' of {}", field.name, graph_->tables.describeVertex(vertex_));
  if (popgraph::rankOf(field) != rank)
    throw poplar_error(
        fmt::format("{}: asked for values of rank {}, its rank is {}", what, rank, popgraph::rankOf(field)));
  const std::size_t size = popgraph::elementBytes(field.type);
  const popgraph::ElementType to = popgraph::elementTypeOf(as);
  auto *out = static_cast<char *>(into);
  const auto read = [&](const char *values, std::size_t n) {
    popgraph::convertValues(field.type, values, to, out, n, false, what.c_str());
    out += n * popgraph::elementBytes(to);
  };
  if (count == 0) return;
  if (field.access == Access::State) {
    const std::uint32_t *words = stateOf(*graph_, vertex_, field_);
    read(rank == 0 ? reinterpret_cast<const char *>(words) : graph_->tables.stateArrays[words[0]]->data(), count);
    return;
  }
  EdgeRow edge = edgeOf(*graph_, vertex_, field_);
  if (rank == 2) edge = graph_->tables.subEdges[edge.a + static_cast<std::uint32_t>(sub)];
  popgraph::forEachRunOf(graph_->tables, edge, [&](const popgraph::Run &run) {
    const char *data = field.access == Access::Input ? graph_->constantData(run.variable) : nullptr;
    if (!data)
      throw poplar_error(fmt::format("{} is connected with '{}', whose values are known only when the program runs",
                                     what, graph_->variableName(run.variable)));
    read(data + run.offset * size, run.count);
  });
}

std::size_t Graph::getMaxFieldDim(StringRef vertexType, StringRef fieldName, unsigned dimension) const {
  const auto &codelet = state_->tables.codelets[state_->codeletNamed(popgraph::textOf(vertexType))].codelet();
  const Field &field = codelet.fields[popgraph::fieldNamed(codelet, popgraph::textOf(fieldName))];
  if (dimension >= popgraph::rankOf(field))
    throw index_error(fmt::format("Graph::getMaxFieldDim: field '{}' of '{}' has {} dimensions, not {}", field.name,
                                  codelet.name, popgraph::rankOf(field), dimension + 1));
  const std::size_t size = popgraph::elementBytes(field.type);
  // A VectorList keeps the sizes of its rows in its own layout, and their number in a word.
  if (field.shape == FieldShape::VectorList)
    return dimension == 0 ? largestSize(Layout::Span, size) : largestSize(field.outer, size);
  return largestSize(dimension == 0 ? field.outer : field.inner, size);
}

Type Graph::fieldType(StringRef vertexType, StringRef fieldName) const {
  const auto &codelet = state_->tables.codelets[state_->codeletNamed(popgraph::textOf(vertexType))].codelet();
  return popgraph::typeOf(codelet.fields[popgraph::fieldNamed(codelet, popgraph::textOf(fieldName))].type);
}

std::uint64_t Graph::getMaxVertexFieldValue(StringRef vertexType, StringRef fieldName) const {
  const Type type = fieldType(vertexType, fieldName);
  if (type.isFloatingPoint())
    throw type_error(fmt::format("Graph::getMaxVertexFieldValue: field '{}' of '{}' has type {}; only integer fields "
                                 "have a largest value that an integer holds",
                                 popgraph::textOf(fieldName), popgraph::textOf(vertexType), type.toString()));
  return getTarget().getTypeLimitsMaxAs<std::uint64_t>(type);
}

} // namespace poplar
