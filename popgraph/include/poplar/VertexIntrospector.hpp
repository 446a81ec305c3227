#ifndef poplar_VertexIntrospector_hpp
#define poplar_VertexIntrospector_hpp
/// \file
/// What a performance estimator can ask about a vertex.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <poplar/FieldLayout.hpp>
#include <poplar/PerfEstimate.hpp>
#include <poplar/StringRef.hpp>
#include <poplar/Target.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/Api.hpp>

namespace popgraph {
class GraphState;
}

namespace poplar {

/// One field of a vertex: its rank, its sizes and, where they are known when the graph is built, its values.
class POPLAR_API FieldData {
public:
  /// One sub-vector of a rank 2 field, or one element of a rank 1 field.
  class SizeT {
  public:
    explicit SizeT(std::size_t size) : size_(size) {}
    /// Number of elements.
    std::size_t size() const { return size_; }

  private:
    std::size_t size_;
  };

  FieldData(FieldData &&) = default;
  FieldData &operator=(FieldData &&) = default;
  FieldData(const FieldData &) = delete;
  FieldData &operator=(const FieldData &) = delete;

  /// Name of the field.
  std::string name() const { return nameText().cloneAsString(); }
  /// 0 for a single value, 1 for a vector, 2 for a vector of vectors.
  unsigned rank() const;
  /// Elements of a vector, sub-vectors of a vector of vectors, 1 for a single value.
  std::size_t size() const;
  /// Elements of sub-vector `i`; 1 for an element of a vector. Throws index_error when there is no such.
  std::size_t getSizeAtIndex(std::size_t i) const;
  SizeT operator[](std::size_t i) const { return SizeT(getSizeAtIndex(i)); }
  /// The value of a state field, or of an input connected with a constant, of rank 0. Value: an arithmetic type.
  /// Throws overflow_error when it does not fit in Value, and poplar_error when it is only known when the program runs.
  template <typename Value> Value getInitialValue(const Target &) const {
    Value value;
    readValues(0, 0, equivalent_device_type<Value>().value, &value, 1);
    return value;
  }
  /// As above for all values of a vector; with Value = std::vector<Other> for those of a vector of vectors.
  template <typename Value> std::vector<Value> getInitialValues(const Target &) const {
    return valuesOf(static_cast<Value *>(nullptr));
  }
  /// Layout of the pointers at a nesting level: 0 the vector, 1 the sub-vectors of a rank 2 field.
  layout::Vector getProfilerVectorLayout(unsigned nestingLevel) const;
  /// Layout of a compressed vector of vectors; NotAVector for other fields.
  layout::VectorList getProfilerVectorListLayout() const;

private:
  friend class VertexIntrospector;
  FieldData(const popgraph::GraphState *graph, std::uint32_t vertex, std::uint32_t field)
      : graph_(graph), vertex_(vertex), field_(field) {}
  StringRef nameText() const;
  /// Converts `count` values of (sub-)vector `sub`; throws for another rank or an unknown value.
  void readValues(unsigned rank, std::size_t sub, const Type &as, void *into, std::size_t count) const;
  template <typename Value> std::vector<Value> readVector(unsigned rank, std::size_t sub, std::size_t count) const {
    const std::unique_ptr<Value[]> values(new Value[count]);
    readValues(rank, sub, equivalent_device_type<Value>().value, values.get(), count);
    return std::vector<Value>(values.get(), values.get() + count);
  }
  template <typename Value> std::vector<Value> valuesOf(Value *) const { return readVector<Value>(1, 0, size()); }
  template <typename Value> std::vector<std::vector<Value>> valuesOf(std::vector<Value> *) const {
    std::vector<std::vector<Value>> rows;
    for (std::size_t i = 0; i != size(); ++i)
      rows.push_back(readVector<Value>(2, i, getSizeAtIndex(i)));
    return rows;
  }

  const popgraph::GraphState *graph_;
  std::uint32_t vertex_, field_;
};

/// A vertex as its performance estimator sees it, with all fields connected.
class POPLAR_API VertexIntrospector {
public:
  /// The field of this name. Throws unknown_field naming the vertex type and its fields.
  FieldData getFieldInfo(StringRef name) const;
  /// Name of the vertex type.
  std::string vertexName() const { return vertexNameText().cloneAsString(); }
  /// For the library's own use.
  VertexIntrospector(const popgraph::GraphState *graph, std::uint32_t vertex) : graph_(graph), vertex_(vertex) {}

private:
  StringRef vertexNameText() const;
  const popgraph::GraphState *graph_;
  std::uint32_t vertex_;
};

} // namespace poplar

#endif
