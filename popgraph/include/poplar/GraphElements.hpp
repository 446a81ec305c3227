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

/// One field of a vertex, or with an index one sub-vector of a rank 2 field.
class FieldRef {
public:
  FieldRef() : graph_(nullptr), vertex_(0), field_(0), index_(kNoIndex) {}
  /// Sub-vector `index` of a rank 2 field whose size was set with Graph::setFieldSize.
  FieldRef operator[](std::size_t index) const {
    FieldRef result(*this);
    result.index_ = static_cast<std::uint32_t>(index);
    return result;
  }
  bool isIndexed() const { return index_ != kNoIndex; }
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

/// A set of vertices that run in one superstep.
class ComputeSet {
public:
  ComputeSet() : id_(~0u) {}
  explicit ComputeSet(unsigned id) : id_(id) {}
  unsigned getId() const { return id_; }
  friend bool operator==(const ComputeSet &a, const ComputeSet &b) { return a.id_ == b.id_; }
  friend bool operator!=(const ComputeSet &a, const ComputeSet &b) { return a.id_ != b.id_; }
  friend bool operator<(const ComputeSet &a, const ComputeSet &b) { return a.id_ < b.id_; }

private:
  unsigned id_;
};

/// A program that is stored once and may be called from several places.
class Function {
public:
  Function() : id_(~0u) {}
  explicit Function(unsigned id) : id_(id) {}
  unsigned getId() const { return id_; }
  friend bool operator==(const Function &a, const Function &b) { return a.id_ == b.id_; }
  friend bool operator!=(const Function &a, const Function &b) { return a.id_ != b.id_; }
  friend bool operator<(const Function &a, const Function &b) { return a.id_ < b.id_; }

private:
  unsigned id_;
};

} // namespace poplar

#endif
