#pragma once
// What the user built: variables, vertices, edges, compute sets, programs, in flat tables indexed by 32-bit ids.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <poplar/DataStream.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Program.hpp>
#include <poplar/RemoteBuffer.hpp>
#include <poplar/Target.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "codelets/client/Codelet.hpp"
#include "popgraph/graph/ChunkedTable.hpp"
#include "popgraph/graph/Mapping.hpp"
#include "popgraph/graph/View.hpp"

namespace popgraph {

inline poplar::Type typeOf(ElementType type) { return poplar::Type::fromId(static_cast<unsigned>(type)); }
/// Throws poplar::type_error for a default-constructed Type.
ElementType elementTypeOf(const poplar::Type &type);
inline std::string_view textOf(poplar::StringRef text) { return {text.data(), text.size()}; }

struct VariableRow {
  std::uint32_t elements;
  std::uint32_t name; ///< into GraphTables::names; 0: none
  ElementType type;
  bool isConstant;
  /// Unnamed variables come in millions; a profile names what has a name or is large.
  bool isReported() const { return name != 0 || elements >= 1024; }
};

struct VertexRow {
  std::uint32_t codelet;
  std::uint32_t computeSet;
  std::uint32_t tile;       ///< kNoTile until mapped
  std::uint32_t firstEdge;  ///< one row for each edge field, in field order
  std::uint32_t firstState; ///< into GraphTables::state
};

/// What an edge field is connected to.
//   Run   variable | offset             | count            consecutive elements of a variable
//   View  first run in viewRuns | runs  | elements         anything else of rank 1
//   List  -        | first sub-edge     | sub-edges        rank 2: rows of subEdges
//   None                                                   not connected
struct EdgeRow {
  enum Kind : std::uint32_t { Run = 0, View = 1, List = 2, None = 3 };
  std::uint32_t reference, a, b;
  Kind kind() const { return static_cast<Kind>(reference >> 30); }
  std::uint32_t id() const { return reference & 0x3fffffffu; }
  static EdgeRow none() { return {std::uint32_t(None) << 30, 0, 0}; }
  static EdgeRow run(std::uint32_t variable, std::uint32_t offset, std::uint32_t count) {
    return {variable, offset, count};
  }
  static EdgeRow view(std::uint32_t first, std::uint32_t runs, std::uint32_t elements) {
    return {(std::uint32_t(View) << 30) | first, runs, elements};
  }
  static EdgeRow list(std::uint32_t first, std::uint32_t count) { return {std::uint32_t(List) << 30, first, count}; }
  /// Elements of a Run or View.
  std::uint32_t elements() const { return b; }
};

/// A strided run in 16 bytes.
struct ViewRun {
  std::uint32_t variable, offset, count;
  std::int32_t stride;
};

/// A vertex type that has been loaded.
struct CodeletInfo {
  std::shared_ptr<const codelets::CodeletModule> module;
  std::uint32_t moduleIndex = 0; ///< into GraphTables::modules
  std::uint32_t indexInModule = 0;
  const codelets::Codelet *pointer = nullptr; ///< into the module, which never changes
  const codelets::Codelet &codelet() const { return *pointer; }
  /// For each field: its number among the edges, or the first of its words in the state.
  std::vector<std::uint32_t> place;
  std::uint32_t edges = 0, stateWords = 0;
  /// Codelet `index` of a module, with the places of its fields.
  static CodeletInfo of(std::shared_ptr<const codelets::CodeletModule> module, std::uint32_t moduleIndex,
                        std::uint32_t index);
};

inline unsigned rankOf(const codelets::Field &field) {
  return field.shape == codelets::FieldShape::Scalar ? 0 : field.shape == codelets::FieldShape::Vector ? 1 : 2;
}
/// Number of a field. Throws poplar::unknown_field that lists the fields there are.
std::uint32_t fieldNamed(const codelets::Codelet &codelet, std::string_view name);

/// Values set at load.
struct InitialValue {
  std::uint32_t variable, offset, count;
  std::shared_ptr<const std::vector<char>> bytes;
  std::uint32_t replica = kEveryReplica; ///< the only one that gets them
  static constexpr std::uint32_t kEveryReplica = 0xffffffffu;
};

struct HostHandle {
  std::string name;
  poplar::Tensor tensor;
  bool isRead;
};

/// A function of the host: names and what it takes and gives.
struct HostFunctionRow {
  struct Argument {
    ElementType type;
    std::uint64_t elements;
  };
  std::string name;
  std::vector<Argument> inputs, outputs;
};

struct PerfEstimateRow {
  std::uint32_t vertex;
  std::uint64_t cycles, flops;
};

/// The part that compiling takes a snapshot of: copying it shares all chunks.
struct GraphTables {
  ChunkedTable<VariableRow> variables;
  std::vector<std::shared_ptr<Mapping>> mappings; ///< by variable; null: nothing mapped
  ChunkedTable<VertexRow> vertices;
  ChunkedTable<EdgeRow> edges;
  ChunkedTable<EdgeRow> subEdges;
  ChunkedTable<ViewRun> viewRuns;
  /// Words; a state vector is {index into stateArrays, length}. Index 0 is that of a vector without a size.
  ChunkedTable<std::uint32_t> state;
  std::vector<std::shared_ptr<const std::vector<char>>> stateArrays{std::make_shared<std::vector<char>>()};
  std::vector<std::string> names{std::string()};
  std::vector<std::uint32_t> computeSets; ///< names
  std::vector<CodeletInfo> codelets;
  std::vector<std::shared_ptr<const codelets::CodeletModule>> modules;
  std::vector<InitialValue> initialValues;
  std::vector<std::uint32_t> replicationIndices; ///< constants whose value is the replica's number
  std::vector<poplar::DataStream> streams;
  std::vector<std::uint32_t> bufferingDepths;     ///< by stream
  std::vector<poplar::RemoteBuffer> remoteBuffers;
  std::vector<HostFunctionRow> hostFunctions;
  std::vector<std::uint32_t> functionBuffers;     ///< functions
  std::vector<HostHandle> hostHandles;
  std::vector<poplar::program::Program> functions;
  std::vector<PerfEstimateRow> perfEstimates; ///< in the order they were set

  const std::vector<MappedRange> &mappingOf(std::uint32_t variable) const {
    static const std::vector<MappedRange> nothing;
    return mappings[variable] ? mappings[variable]->ranges() : nothing;
  }
  /// Name for messages: the debug name, or "variable 12".
  std::string variableName(std::uint32_t variable) const;
  std::string computeSetName(std::uint32_t computeSet) const;
  const codelets::Codelet &codeletOf(const VertexRow &vertex) const { return codelets[vertex.codelet].codelet(); }
  /// "vertex 7 of type X in compute set Y", for messages.
  std::string describeVertex(std::uint32_t vertex) const;
};

class GraphState {
public:
  GraphState(poplar::Target target, unsigned replication)
      : target(std::move(target)), numTiles(this->target.getNumTiles()), replication(replication) {}

  poplar::Target target;
  std::uint32_t numTiles; ///< of the target: every mapping asks
  unsigned replication;
  GraphTables tables;

  /// Of a variable: offsets past its end must fit in 32 bits.
  static constexpr std::uint64_t kMaxElements = 0xfffffffeull;
  std::uint32_t addVariable(ElementType type, std::uint64_t elements, std::string_view name, bool isConstant);
  bool isConstant(std::uint32_t variable) const { return tables.variables[variable].isConstant; }
  std::string variableName(std::uint32_t variable) const { return tables.variableName(variable); }
  /// Values of a constant; null when the variable is none, or one that differs between replicas.
  const char *constantData(std::uint32_t variable) const;
  void setInitialValue(InitialValue value);
  Mapping &editMapping(std::uint32_t variable);

  void addModule(std::shared_ptr<const codelets::CodeletModule> module);
  /// Index of a loaded codelet; -1 when there is none.
  std::int64_t findCodelet(std::string_view name) const;
  /// Throws poplar::unknown_vertex_type that lists what has been loaded.
  std::uint32_t codeletNamed(std::string_view name) const;

  std::uint32_t addVertex(std::uint32_t computeSet, std::uint32_t codelet);
  /// Where the edge row of a field is, in tables.edges.
  std::uint32_t edgeAt(std::uint32_t vertex, std::uint32_t field) const {
    const VertexRow &row = tables.vertices[vertex];
    return row.firstEdge + tables.codelets[row.codelet].place[field];
  }
  /// An edge row (not a list) for a view.
  EdgeRow makeEdge(const poplar::Tensor &tensor);
  /// Of rank 1 fields that are connected element by element: how many are missing, by edge. Until none is, the edge is a
  /// List.
  std::unordered_map<std::uint32_t, std::uint32_t> missingElements;
  /// One more element of such an edge is connected; after the last one the edge becomes what one connect makes.
  void elementConnected(std::uint32_t edge);
  /// Of QUARTER variables: format and scale.
  std::unordered_map<std::uint32_t, poplar::Tensor> metadata;
  /// Constants made for input fields, by vertex.
  std::unordered_multimap<std::uint32_t, std::uint32_t> edgeConstants;

  void setPerfEstimator(std::string_view vertexType, poplar::PerfEstimateFunc estimator);
  /// The estimator of a codelet, or null.
  const poplar::PerfEstimateFunc *perfEstimator(std::uint32_t codelet) const;

  std::uint32_t addName(std::string_view name);
  bool hasHandle(std::string_view name) const;
  /// The same for a tensor of the host; one name may both read and write.
  bool hasHostHandle(std::string_view name, bool isRead) const;

private:
  std::unordered_map<std::string, std::uint32_t> codeletByName_;
  // Loops add vertices of one type.
  mutable std::string lastCodeletName_;
  mutable std::int64_t lastCodelet_ = -1;
  std::map<std::string, poplar::PerfEstimateFunc> perfEstimators_;      // by normalised name
  std::unordered_map<std::uint32_t, std::uint32_t> constantValueIndex_; // variable -> initial value
};

/// Calls emit(count, tile) for the elements of a view in their order; kNoTile for those that have none.
void forEachTile(const GraphTables &tables, const poplar::Tensor &tensor,
                 const std::function<void(std::size_t count, std::uint32_t tile)> &emit);

/// Throws poplar_error naming a function of Graph unless the tensor is a view of this graph's variables.
void checkOwn(const GraphState &state, const poplar::Tensor &tensor, const char *function);

/// Opens poplar::Graph to the core.
struct GraphAccess {
  static GraphState &state(const poplar::Graph &graph) { return *graph.state_; }
};

} // namespace popgraph
