#ifndef poplar_GraphElements_hpp
#define poplar_GraphElements_hpp
/// \file
/// Handles of a graph's elements: vertices and their fields, compute sets, functions. Cheap values.

#include <cstddef>
#include <cstdint>
#include <poplar/StringRef.hpp>
#include <poplar/detail/Api.hpp>

namespace popgraph {
class GraphState;
}

namespace poplar {

class VertexRef;

/// One field of a vertex, or with an index one sub-vector of a rank 2 field or one element of a rank 1 field.
class FieldRef {
public:
  FieldRef() : graph_(nullptr), vertex_(0), field_(0), index_(kNoIndex) {}
  /// Sub-vector or element `index` of a field whose size was set with Graph::setFieldSize.
  FieldRef operator[](std::size_t index) const {
    FieldRef result(*this);
    result.index_ = index < kNoIndex ? static_cast<std::uint32_t>(index) : kNoIndex - 1;
    return result;
  }
  /// Whether an index was given.
  bool isIndexed() const { return index_ != kNoIndex; }
  /// The index that was given.
  std::size_t getIndex() const { return index_; }
  /// For the library's own use.
  FieldRef(popgraph::GraphState *graph, std::uint32_t vertex, std::uint32_t field)
      : graph_(graph), vertex_(vertex), field_(field), index_(kNoIndex) {}
  popgraph::GraphState *graphState() const { return graph_; }
  std::uint32_t vertexId() const { return vertex_; }
  std::uint32_t fieldNumber() const { return field_; }

private:
  static const std::uint32_t kNoIndex = 0xffffffffu;
  popgraph::GraphState *graph_;
  std::uint32_t vertex_, field_, index_;
};

/// A vertex of a graph.
class VertexRef {
public:
  VertexRef() : graph_(nullptr), id_(0) {}
  /// The field of this name. Throws unknown_field naming the vertex type and its fields.
  POPLAR_API FieldRef operator[](StringRef fieldName) const;
  /// Number of the vertex in its graph.
  unsigned getId() const { return id_; }
  friend bool operator==(const VertexRef &a, const VertexRef &b) { return a.graph_ == b.graph_ && a.id_ == b.id_; }
  friend bool operator!=(const VertexRef &a, const VertexRef &b) { return !(a == b); }
  friend bool operator<(const VertexRef &a, const VertexRef &b) { return a.id_ < b.id_; }
  /// For the library's own use.
  VertexRef(popgraph::GraphState *graph, std::uint32_t id) : graph_(graph), id_(id) {}
  popgraph::GraphState *graphState() const { return graph_; }

private:
  popgraph::GraphState *graph_;
  std::uint32_t id_;
};

namespace detail {

/// A number that names an element of a graph; no number names none.
template <typename Derived> class Numbered {
public:
  Numbered() : id_(~0u) {}
  explicit Numbered(unsigned id) : id_(id) {}
  /// Number of the element in its graph.
  unsigned getId() const { return id_; }
  friend bool operator==(const Derived &a, const Derived &b) { return a.getId() == b.getId(); }
  friend bool operator!=(const Derived &a, const Derived &b) { return a.getId() != b.getId(); }
  friend bool operator<(const Derived &a, const Derived &b) { return a.getId() < b.getId(); }

private:
  unsigned id_;
};

} // namespace detail

/// A set of vertices that run in one superstep.
class ComputeSet : public detail::Numbered<ComputeSet> {
  using Numbered::Numbered;
};

/// A program that is stored once and may be called from several places.
class Function : public detail::Numbered<Function> {
  using Numbered::Numbered;
};

/// A place for the code of a function outside the tiles' memory.
class FunctionBuffer : public detail::Numbered<FunctionBuffer> {
  using Numbered::Numbered;
};

/// A function of the host that a program calls; see Graph::addHostFunction.
class HostFunction : public detail::Numbered<HostFunction> {
  using Numbered::Numbered;
};

} // namespace poplar

#endif
