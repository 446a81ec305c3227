#ifndef pva_ComputeSet_hpp
#define pva_ComputeSet_hpp
/// \file
/// Vertex types and compute sets of a compiled graph.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <pva/detail/Part.hpp>

namespace pva {

/// A type of vertex and what it costs.
class PVA_API VertexType : protected detail::Part {
public:
  using Part::Part;
  /// Its name, as in the program: "popops::Fill<float>".
  std::string name() const;
  /// Bytes of the state of one vertex.
  std::uint64_t size() const;
  /// Bytes of one copy of its code; every tile with such a vertex has one.
  std::uint64_t codeBytes() const;
  /// Vertices of this type in the graph.
  std::uint64_t count() const;
  /// Tiles that hold its code.
  std::uint64_t numTiles() const;

  /// Access in the manner of a pointer.
  const VertexType *operator->() const { return this; }
};

/// The vertices of one type in a compute set.
class PVA_API VertexInstances {
public:
  VertexInstances(VertexType type, std::uint64_t count) : type_(std::move(type)), count_(count) {}
  /// Their type.
  const VertexType &type() const { return type_; }
  /// How many there are.
  std::uint64_t count() const { return count_; }

private:
  VertexType type_;
  std::uint64_t count_;
};

/// Vertices that run together.
class PVA_API ComputeSet : protected detail::Part {
public:
  using Part::Part;
  /// Its number: position in CompilationReport::computeSets().
  std::size_t id() const { return index_; }
  /// Its debug name.
  std::string name() const;
  /// The vertices in it, by type.
  std::vector<VertexInstances> vertices() const;
  /// How often it ran, over all runs.
  std::uint64_t executions() const;
  /// Cycles it took, over all runs: those of the slowest tile each time.
  std::uint64_t cycles() const;

  /// Access in the manner of a pointer.
  const ComputeSet *operator->() const { return this; }
  /// Access in the manner of a pointer.
  const ComputeSet &operator*() const { return *this; }
};

} // namespace pva

#endif
