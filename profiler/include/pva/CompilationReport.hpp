#ifndef pva_CompilationReport_hpp
#define pva_CompilationReport_hpp
/// \file
/// What was known when a graph had been compiled.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <pva/ComputeSet.hpp>
#include <pva/Memory.hpp>
#include <pva/Program.hpp>
#include <pva/detail/Part.hpp>

namespace pva {

/// The machine that a graph was compiled for.
class PVA_API Target : protected detail::Part {
public:
  /// Kinds of target.
  enum class Type { Ipu, IpuModel, Cpu, Unknown };

  using Part::Part;
  /// Its kind.
  Type type() const;
  /// Its architecture: "ipu2".
  std::string architecture() const;
  /// IPUs, of all replicas.
  std::size_t numIPUs() const;
  /// Tiles of one IPU.
  std::size_t tilesPerIpu() const;
  /// Tiles of all IPUs.
  std::size_t numTiles() const;
  /// Bytes of one tile.
  std::uint64_t bytesPerTile() const;
  /// Bytes of the tiles of one IPU.
  std::uint64_t bytesPerIPU() const;
  /// Bytes of all tiles.
  std::uint64_t totalMemory() const;
  /// Clock in hertz.
  double clockFrequency() const;
  /// Replicas of the program.
  std::size_t numReplicas() const;
  /// IPUs of one replica.
  std::size_t ipusPerReplica() const;
  /// Tiles of one replica.
  std::size_t tilesPerReplica() const;
  /// Bytes of the tiles of one replica.
  std::uint64_t memoryPerReplica() const;
};

/// How large a graph is.
class PVA_API Graph : protected detail::Part {
public:
  using Part::Part;
  /// Compute sets that have vertices.
  std::size_t numComputeSets() const;
  /// Vertices.
  std::size_t numVertices() const;
  /// Edges between vertices and tensors.
  std::size_t numEdges() const;
  /// Variables.
  std::size_t numVars() const;
};

/// A variable of the graph that has a name or is large.
class PVA_API Variable : protected detail::Part {
public:
  using Part::Part;
  /// Its debug name.
  std::string name() const;
  /// Its element type: "float".
  std::string type() const;
  /// Bytes of all its elements.
  std::uint64_t bytes() const;
  /// Tiles that hold a part of it.
  std::size_t numTiles() const;
  /// Whether it is a constant.
  bool isConstant() const;
};

/// What compilation knew.
class PVA_API CompilationReport : protected detail::Part {
public:
  using Part::Part;
  /// The machine.
  Target target() const;
  /// The size of the graph.
  Graph graph() const;
  /// All IPUs.
  std::vector<Ipu> ipus() const;
  /// All tiles.
  std::vector<Tile> tiles() const;
  /// All compute sets, by number.
  std::vector<ComputeSet> computeSets() const;
  /// The types of the graph's vertices.
  std::vector<VertexType> vertexTypes() const;
  /// The variables that have a name or are large.
  std::vector<Variable> variables() const;
  /// All programs, by number: those of the graph, then the exchanges, synchronisations and copies inside tiles that
  /// they need.
  std::vector<Program> programs() const;
  /// The programs that Engine::run takes the number of.
  std::vector<Program> controlPrograms() const;
};

} // namespace pva

#endif
