#pragma once
// What the codelet compiler tells the rest about compiled codelets: vertex classes, their fields in both
// layouts (host: LP64, used to run; nominal: ILP32 with Poplar's vector layouts, used for bytes and cost),
// and the object code. Plain data: no LLVM, no graph.
#include "popgraph/base/Types.hpp"
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace popgraph::codelets {

enum class VertexKind : std::uint8_t { Vertex, MultiVertex, Supervisor };

/// What a field is to the graph. State fields are set by setInitialValue, the others are edges.
enum class Access : std::uint8_t { State, Input, Output, InOut };

/// Scalar: `float x`, `Input<float>`. Vector: rank 1 (`Input<Vector<float>>`, state `Vector<float>`).
/// VectorOfVectors: rank 2 as an array of edges (`Vector<Input<Vector<float>>>`).
/// VectorList: rank 2, compressed (`Input<VectorList<float>>`); on the host its image equals VectorOfVectors
/// with Span layouts.
enum class FieldShape : std::uint8_t { Scalar, Vector, VectorOfVectors, VectorList };

/// How a vector is stored in a vertex image. NotAVector for scalars. DeltaN and DeltaNElements are the nominal
/// layouts of VectorLists. On the host OnePtr is a pointer; every layout that knows its size is
/// {pointer, uint32 size, 4 bytes padding}.
enum class Layout : std::uint8_t {
  NotAVector, Span, ShortSpan, OnePtr, ScaledPtr32, ScaledPtr64, ScaledPtr128, DeltaN, DeltaNElements
};

struct Field {
  std::string name;
  ElementType type = ElementType::Float;
  Access access = Access::State;
  FieldShape shape = FieldShape::Scalar;
  Layout outer = Layout::NotAVector;  ///< of the vector, or of the outer array for rank 2
  Layout inner = Layout::NotAVector;  ///< of the sub-vectors for rank 2
  /// Bytes that element 0 (of each sub-vector) must be aligned to; at least the type's size.
  std::uint32_t alignment = 1;
  bool interleaved = false;
  std::uint32_t hostOffset = 0, hostSize = 0;       ///< in the host image
  std::uint32_t nominalOffset = 0, nominalSize = 0; ///< in the ILP32 image (descriptor tables of rank 2 not included)
  bool operator==(const Field &) const = default;
};

/// Two fields whose data must lie in different memory elements of the tile, or in different regions.
struct ApartFields {
  std::uint32_t a = 0, b = 0; ///< indexes of fields
  bool region = false;
};

struct Codelet {
  std::string name;      ///< as the graph spells it: "ns::Name<float,true>", normalised (see normaliseVertexName)
  VertexKind kind = VertexKind::Vertex;
  std::vector<Field> fields;
  std::vector<ApartFields> apart;
  std::uint32_t hostBytes = 0, hostAlign = 1;
  std::uint32_t nominalBytes = 0, nominalAlign = 4;
  std::uint32_t codeBytes = 0;   ///< estimated size of the IPU code of one copy
  std::uint32_t stackBytes = 0;  ///< per worker
  bool returnsBool = true;
  /// Slots depend on the vertex's state alone: no data and nothing that a run changes decides how compute() goes.
  bool cyclesFromState = false;
  std::string runSymbol;         ///< symbol of its RunRows function in the object
  std::string plainSymbol;       ///< of the one that counts nothing and may leave `slots` as they are
};

/// One object file's worth of codelets, compiled for one target.
struct CodeletModule {
  std::string target;            ///< "cpu", "ipu1", "ipu2", "ipu21"
  std::vector<Codelet> codelets;
  std::string object;            ///< relocatable x86-64 ELF
  std::uint32_t globalsBytes = 0, globalsAlign = 1; ///< per-tile block of mutable globals
  std::string globalsInit;       ///< its initial contents, globalsBytes long
  bool readsContext = false;     ///< whether codelets ask where they run, print, or take random numbers of their tile
};

/// Spelling used for look-up: no spaces after commas or around template brackets, `unsigned` -> `unsigned int`.
std::string normaliseVertexName(std::string_view name);

} // namespace popgraph::codelets
