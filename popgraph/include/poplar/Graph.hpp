#ifndef poplar_Graph_hpp
#define poplar_Graph_hpp
/// \file
/// The graph: variables, vertices, edges, compute sets, and where they are.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <poplar/ArrayRef.hpp>
#include <poplar/CodeletFileType.hpp>
#include <poplar/ConnectionDesc.hpp>
#include <poplar/DataStream.hpp>
#include <poplar/DebugContext.hpp>
#include <poplar/Device.hpp>
#include <poplar/FunctionBufferMappingType.hpp>
#include <poplar/GraphElements.hpp>
#include <poplar/Interval.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/PerfEstimate.hpp>
#include <poplar/Program.hpp>
#include <poplar/RemoteBuffer.hpp>
#include <poplar/SerializationFormat.hpp>
#include <poplar/StringRef.hpp>
#include <poplar/Target.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/TensorCloneMethod.hpp>
#include <poplar/TensorRearranger.hpp>
#include <poplar/Type.hpp>
#include <poplar/TypeTraits.hpp>
#include <poplar/VariableMappingMethod.hpp>
#include <poplar/VariableRef.hpp>
#include <poplar/Version.hpp>
#include <poplar/VertexIntrospector.hpp>
#include <poplar/detail/Api.hpp>
#include <poplar/exceptions.hpp>
#include <poplar/replication_factor.hpp>

namespace popgraph {
class GraphState;
struct GraphAccess;
} // namespace popgraph

namespace poplar {

/// A graph for one target. Movable, not copyable. A moved-from graph may only be destroyed or assigned to. Not
/// thread-safe: one thread at a time may change a graph.
class POPLAR_API Graph {
public:
  /// For each tile the intervals of the flattened view that it holds; may be shorter than the number of tiles.
  using TileToTensorMapping = std::vector<std::vector<Interval>>;

  /// A graph for a CPU.
  Graph();
  /// A graph for a target, or for the target of a device. Throws graph_replication_error for a replication factor that
  /// the target's IPUs do not allow.
  explicit Graph(const Target &target, replication_factor replicationFactor = replication_factor(1));
  explicit Graph(const Device &device, replication_factor replicationFactor = replication_factor(1));
  Graph(Graph &&) noexcept;
  Graph &operator=(Graph &&) noexcept;
  Graph(const Graph &) = delete;
  Graph &operator=(const Graph &) = delete;
  ~Graph();

  /// The target; of a virtual graph, a target with that graph's tiles.
  const Target &getTarget() const;
  /// Copies of the graph that run on IPUs of their own.
  unsigned getReplicationFactor() const;

  /// \name Codelets
  /// @{
  /// Compiles a source file (C++ or C), or loads a `.gp` file, and makes its vertex types known. `path` is relative to
  /// the working directory and may be __FILE__. `flags` are compiler flags. Returns true. Throws
  /// graph_program_compilation_error with the compiler's text, link_error, or file_load_error.
  bool addCodelets(StringRef path, CodeletFileType type = CodeletFileType::Auto, StringRef flags = "",
                   StringRef targetName = "");
  /// Compiles several files together.
  bool addCodelets(ArrayRef<std::string> paths, StringRef flags = "", StringRef targetName = "") {
    const std::vector<StringRef> views(paths.begin(), paths.end());
    return addCodeletFiles(views, flags, targetName);
  }
  bool addCodelets(std::initializer_list<std::string> paths, StringRef flags = "", StringRef targetName = "") {
    return addCodelets(ArrayRef<std::string>(paths.begin(), paths.size()), flags, targetName);
  }
  /// Compiles source text.
  bool addCodelets(std::stringstream &source, StringRef flags = "",
                   CodeletFileType type = CodeletFileType::CppSource, StringRef targetName = "") {
    return addCodeletText(source.str(), nullptr, flags, type, targetName);
  }
  /// As above; the compiler's messages are also written to `compileOutput`.
  bool addCodelets(std::stringstream &source, std::ostream &compileOutput, StringRef flags = "",
                   CodeletFileType type = CodeletFileType::CppSource, StringRef targetName = "") {
    return addCodeletText(source.str(), &compileOutput, flags, type, targetName);
  }
  /// True when a vertex type of this name has been loaded.
  bool hasCodelet(StringRef vertexName) const;
  /// @}

  /// \name Variables and constants
  /// @{
  /// A new variable; its contents are undefined and it is on no tile. `{}` is the shape of a scalar.
  Tensor addVariable(const Type &type, ArrayRef<std::size_t> shape, const DebugContext &debugContext = {});
  /// As above, spread over all tiles for VariableMappingMethod::LINEAR.
  Tensor addVariable(const Type &type, ArrayRef<std::size_t> shape, VariableMappingMethod mappingMethod,
                     const DebugContext &debugContext = {});
  /// A QUARTER variable whose format and scale are those in `metadata`, one element of type QUARTER_METADATA. Throws
  /// tensor_metadata_error for another type or metadata.
  Tensor addVariable(const Type &type, const Tensor &metadata, ArrayRef<std::size_t> shape,
                     const DebugContext &debugContext = {});
  /// A constant with one value for each element. Values are converted to `type`; one that does not fit throws
  /// overflow_error. Constants need a tile mapping like variables.
  template <typename Value, typename = typename std::enable_if<TypeTraits::isSimpleType<Value>()>::type>
  Tensor addConstant(const Type &type, ArrayRef<std::size_t> shape, ArrayRef<Value> values,
                     const DebugContext &debugContext = {}) {
    return addConstantFrom(type, shape, equivalent_device_type<Value>().value, values.data(), values.size(), false,
                           debugContext);
  }
  template <typename Value, typename = typename std::enable_if<TypeTraits::isSimpleType<Value>()>::type>
  Tensor addConstant(const Type &type, ArrayRef<std::size_t> shape, const std::vector<Value> &values,
                     const DebugContext &debugContext = {}) {
    return addConstant(type, shape, ArrayRef<Value>(values), debugContext);
  }
  template <typename Value, typename = typename std::enable_if<TypeTraits::isSimpleType<Value>()>::type>
  Tensor addConstant(const Type &type, ArrayRef<std::size_t> shape, std::initializer_list<Value> values,
                     const DebugContext &debugContext = {}) {
    return addConstant(type, shape, ArrayRef<Value>(values.begin(), values.size()), debugContext);
  }
  template <typename Value, typename = typename std::enable_if<TypeTraits::isSimpleType<Value>()>::type>
  Tensor addConstant(const Type &type, ArrayRef<std::size_t> shape, const Value *values,
                     const DebugContext &debugContext = {}) {
    return addConstantFrom(type, shape, equivalent_device_type<Value>().value, values, ~std::size_t(0), false,
                           debugContext);
  }
  /// A constant with one value for all elements.
  template <typename Value, typename = typename std::enable_if<TypeTraits::isSimpleType<Value>()>::type>
  Tensor addConstant(const Type &type, ArrayRef<std::size_t> shape, Value value,
                     const DebugContext &debugContext = {}) {
    return addConstantFrom(type, shape, equivalent_device_type<Value>().value, &value, 1, true, debugContext);
  }
  /// A constant of type HALF from the bits of a half, one for all elements or one for each.
  Tensor addConstantHalf(const Type &type, ArrayRef<std::size_t> shape, std::uint16_t value,
                         const DebugContext &debugContext = {});
  Tensor addConstantHalf(const Type &type, ArrayRef<std::size_t> shape, const std::uint16_t *values,
                         const DebugContext &debugContext = {});
  /// A new variable with the shape and the tile mapping of a tensor; data is not copied. See TensorCloneMethod.
  Tensor clone(const Tensor &tensor, const DebugContext &debugContext = {},
               TensorCloneMethod method = TensorCloneMethod::PRESERVE_ORDER_UNLESS_ALIASES) {
    return clone(tensor.elementType(), tensor, debugContext, method);
  }
  Tensor clone(const Type &type, const Tensor &tensor, const DebugContext &debugContext = {},
               TensorCloneMethod method = TensorCloneMethod::PRESERVE_ORDER_UNLESS_ALIASES);
  /// `n` clones side by side: a new outermost dimension of size `n`. See TensorCloneDuplicationMethod.
  Tensor cloneN(const Tensor &tensor, std::size_t n, const DebugContext &debugContext = {},
                TensorCloneMethod method = TensorCloneMethod::PRESERVE_ORDER_UNLESS_ALIASES,
                TensorCloneDuplicationMethod duplication =
                    TensorCloneDuplicationMethod::DUPLICATE_BY_OUTER_DIMENSION) {
    return cloneN(tensor.elementType(), tensor, n, debugContext, method, duplication);
  }
  Tensor cloneN(const Type &type, const Tensor &tensor, std::size_t n, const DebugContext &debugContext = {},
                TensorCloneMethod method = TensorCloneMethod::PRESERVE_ORDER_UNLESS_ALIASES,
                TensorCloneDuplicationMethod duplication =
                    TensorCloneDuplicationMethod::DUPLICATE_BY_OUTER_DIMENSION);
  /// The value of a variable after each Engine::load, converted like those of a constant.
  template <typename Value, typename = typename std::enable_if<TypeTraits::isSimpleType<Value>()>::type>
  void setInitialValue(const Tensor &tensor, Value value) {
    setTensorValue(tensor, equivalent_device_type<Value>().value, &value, 1, true);
  }
  template <typename Value> void setInitialValue(const Tensor &tensor, ArrayRef<Value> values) {
    setTensorValue(tensor, equivalent_device_type<Value>().value, values.data(), values.size(), false);
  }
  template <typename Value> void setInitialValue(const Tensor &tensor, const std::vector<Value> &values) {
    setInitialValue(tensor, ArrayRef<Value>(values));
  }
  template <typename Value> void setInitialValue(const Tensor &tensor, std::initializer_list<Value> values) {
    setInitialValue(tensor, ArrayRef<Value>(values.begin(), values.size()));
  }
  /// One value for all elements in each replica: from the replica's number to its value. Throws
  /// graph_replication_error for a replica that does not exist.
  void setInitialValue(const Tensor &tensor, const std::map<unsigned, unsigned> &valueOfReplica);
  /// As setInitialValue, for a tensor of type HALF from the bits of halves.
  void setInitialValueHalf(const Tensor &tensor, std::uint16_t value);
  void setInitialValueHalf(const Tensor &tensor, ArrayRef<std::uint16_t> values);
  /// A constant of type UNSIGNED_INT and rank 0 that holds the number of the replica.
  Tensor addReplicationIndexConstant(const DebugContext &debugContext = {});
  /// @}

  /// \name Tile mapping
  /// @{
  /// Places the elements of a view on a tile; the last call wins. Throws invalid_tile_mapping for a tile that the
  /// target does not have.
  void setTileMapping(const Tensor &tensor, unsigned tile);
  void setTileMapping(VertexRef vertex, unsigned tile);
  void setTileMapping(const Tensor &tensor, const TileToTensorMapping &mapping);
  /// Where the elements of a view are; one entry for each tile of the graph. Throws invalid_tile_mapping when an
  /// element has no tile and `requireComplete` is set, or when it is on a tile outside a virtual graph.
  TileToTensorMapping getTileMapping(const Tensor &tensor, bool requireComplete = true,
                                     bool allowExternal = false) const;
  TileToTensorMapping getTileMapping(const Tensor &tensor, bool *isComplete, bool allowExternal = false) const;
  /// As getTileMapping, for a whole variable.
  TileToTensorMapping getVariableTileMapping(VariableRef variable, bool requireComplete = true,
                                             bool allowExternal = false) const {
    return getTileMapping(getVariable(variable), requireComplete, allowExternal);
  }
  /// A view of this graph on some of its tiles, renumbered from 0; both share everything else.
  Graph createVirtualGraph(unsigned numTiles);
  Graph createVirtualGraph(unsigned lowerTile, unsigned upperTile);
  Graph createVirtualGraph(const std::vector<unsigned> &tiles);
  /// The graph that this one is a view of; another handle of this graph when it is none.
  Graph getTopLevelGraph();
  /// The number in the top-level graph of a tile of this graph. Throws invalid_tile_mapping for one that it lacks.
  unsigned convertTileToTopLevelGraphTile(unsigned tile) const;
  /// The number on the device, counted over its IPUs, of a tile of this graph.
  unsigned convertVirtualTileToPhysicalTile(unsigned tile) const { return convertTileToTopLevelGraphTile(tile); }
  /// The opposite of convertVirtualTileToPhysicalTile(). Throws invalid_tile_mapping for a tile outside this graph.
  unsigned convertPhysicalTileToVirtualTile(unsigned physicalTile) const;
  unsigned convertPhysicalTileToVirtualTile(unsigned ipu, unsigned physicalTileOnIpu) const;
  /// @}

  /// \name Vertices
  /// @{
  /// A new set of vertices that one Execute runs in one superstep.
  ComputeSet addComputeSet(const DebugContext &debugContext = {});
  /// Adds a vertex. Throws unknown_vertex_type when no codelet of this name has been loaded.
  VertexRef addVertex(ComputeSet computeSet, StringRef vertexType);
  VertexRef addVertex(ComputeSet computeSet, StringRef vertexType, ArrayRef<ConnectionDesc> connections);
  VertexRef addVertex(ComputeSet computeSet, StringRef vertexType,
                      std::initializer_list<ConnectionDesc> connections) {
    return addVertex(computeSet, vertexType, ArrayRef<ConnectionDesc>(connections.begin(), connections.size()));
  }
  /// Connects a field with a tensor of its rank and element type. Throws graph_connection_error when they differ, when
  /// the field is connected already, or when a written view has aliases or constants.
  void connect(FieldRef field, const Tensor &tensor);
  /// Connects a rank 2 field, one tensor for each sub-vector, or a rank 1 field with tensors of one element each.
  void connect(FieldRef field, ArrayRef<Tensor> tensors);
  void connect(FieldRef field, const std::vector<Tensor> &tensors) { connect(field, ArrayRef<Tensor>(tensors)); }
  void connect(FieldRef field, std::initializer_list<Tensor> tensors) {
    connect(field, ArrayRef<Tensor>(tensors.begin(), tensors.size()));
  }
  /// Connects an input field with a new constant on the vertex's tile.
  template <typename Value, typename = typename std::enable_if<TypeTraits::isSimpleType<Value>()>::type>
  void connect(FieldRef field, Value value) {
    connectConstant(field, equivalent_device_type<Value>().value, &value, 1, false);
  }
  template <typename Value, typename = typename std::enable_if<TypeTraits::isSimpleType<Value>()>::type>
  void connect(FieldRef field, ArrayRef<Value> values) {
    connectConstant(field, equivalent_device_type<Value>().value, values.data(), values.size(), true);
  }
  template <typename Value, typename = typename std::enable_if<TypeTraits::isSimpleType<Value>()>::type>
  void connect(FieldRef field, const std::vector<Value> &values) {
    connect(field, ArrayRef<Value>(values));
  }
  template <typename Value, typename = typename std::enable_if<TypeTraits::isSimpleType<Value>()>::type>
  void connect(FieldRef field, std::initializer_list<Value> values) {
    connect(field, ArrayRef<Value>(values.begin(), values.size()));
  }
  /// Number of sub-vectors of a rank 2 field, or of elements of a rank 1 field, that are connected, or for a state
  /// field set, one by one: `connect(vertex["in"][i], tensor)`.
  void setFieldSize(FieldRef field, std::size_t size);
  /// That number. Throws no_size_specified when neither set nor implied by a connection.
  std::size_t getFieldSize(FieldRef field) const;
  /// Sets a state field. The value is converted to the field's type; one that does not fit throws overflow_error.
  template <typename Value, typename = typename std::enable_if<TypeTraits::isSimpleType<Value>()>::type>
  void setInitialValue(FieldRef field, Value value) {
    setFieldValue(field, equivalent_device_type<Value>().value, &value, 1, false);
  }
  template <typename Value> void setInitialValue(FieldRef field, ArrayRef<Value> values) {
    setFieldValue(field, equivalent_device_type<Value>().value, values.data(), values.size(), true);
  }
  template <typename Value> void setInitialValue(FieldRef field, const std::vector<Value> &values) {
    setInitialValue(field, ArrayRef<Value>(values));
  }
  template <typename Value> void setInitialValue(FieldRef field, std::initializer_list<Value> values) {
    setInitialValue(field, ArrayRef<Value>(values.begin(), values.size()));
  }
  /// As setInitialValue, for a field of type half from the bits of halves.
  void setInitialValueHalf(FieldRef field, std::uint16_t value);
  void setInitialValueHalf(FieldRef field, ArrayRef<std::uint16_t> values);
  /// Overrides the cycles of a vertex, which otherwise come from its code.
  void setPerfEstimate(const VertexRef &vertex, std::uint64_t cycles, std::uint64_t flops = 0);
  void setPerfEstimate(const VertexRef &vertex, VertexPerfEstimate estimate) {
    setPerfEstimate(vertex, estimate.cycles, estimate.flops);
  }
  /// Older name of setPerfEstimate.
  void setCycleEstimate(const VertexRef &vertex, unsigned cycles) { setPerfEstimate(vertex, cycles); }
  /// A function that is asked, when the graph is compiled, for the cost of each vertex of a type that has no estimate
  /// of its own. The last function registered for a type counts; the codelet may be loaded later.
  void registerPerfEstimator(StringRef vertexType, PerfEstimateFunc estimator);
  /// The estimate set for a vertex, or that of its type's estimator. Throws missing_perf_estimate when there is neither.
  VertexPerfEstimate getPerfEstimate(const VertexRef &vertex) const;
  /// Most elements that a dimension (0 the outermost) of a vector field can have: what its layout can count to. Throws
  /// unknown_vertex_type, unknown_field, or index_error for a dimension that the field lacks.
  std::size_t getMaxFieldDim(StringRef vertexType, StringRef field, unsigned dimension) const;
  /// Largest value of an integer field. Throws type_error for another type.
  std::uint64_t getMaxVertexFieldValue(StringRef vertexType, StringRef field) const;
  /// As above, for a field of any type. Throws poplar_error when Value cannot hold it exactly.
  template <typename Value> Value getMaxVertexFieldValueAs(StringRef vertexType, StringRef field) const {
    return getTarget().getTypeLimitsMaxAs<Value>(fieldType(vertexType, field));
  }
  /// Vertices of all compute sets.
  std::size_t getNumVertices() const;
  /// @}

  /// \name Host access
  /// @{
  /// Names a tensor for Engine::writeTensor and Engine::readTensor. Throws poplar_error for a name in use.
  void createHostWrite(StringRef handle, const Tensor &tensor, bool rearrangeOnHost = false);
  void createHostRead(StringRef handle, const Tensor &tensor, bool rearrangeOnHost = false);
  /// A stream from the host; each copy moves `numElements`. Options: bufferingDepth, splitLimit.
  DataStream addHostToDeviceFIFO(StringRef handle, const Type &type, std::size_t numElements,
                                 ReplicatedStreamMode mode = ReplicatedStreamMode::REPLICATE,
                                 const OptionFlags &options = {});
  /// A stream to the host.
  DataStream addDeviceToHostFIFO(StringRef handle, const Type &type, std::size_t numElements,
                                 const OptionFlags &options = {});
  /// Memory outside the device, of each replica: `repeats` rows of `numElements` elements. The last two arguments are
  /// hints without effect.
  RemoteBuffer addRemoteBuffer(StringRef handle, const Type &type, std::size_t numElements, std::size_t repeats = 1,
                               bool rearrangeOnHost = false, bool optimiseMemory = false);
  /// A function of the host that program::Call calls: the element type and count of each input and output.
  HostFunction addHostFunction(StringRef handle, ArrayRef<std::tuple<Type, std::size_t>> inputs,
                               ArrayRef<std::tuple<Type, std::size_t>> outputs);
  /// @}

  /// Stores a program once, for program::Call.
  Function addFunction(const program::Program &program);
  /// A place outside the tiles for the code of a function; program::Copy moves it. Throws poplar_error for a function of
  /// another graph.
  FunctionBuffer addFunctionBuffer(const Function &function, FunctionBufferMappingType mappingType);

  /// \name Memory order
  /// @{
  /// Splits intervals of a flat tensor into groups that are consecutive in a variable, sorted by variable and offset.
  std::vector<std::vector<Interval>> getSortedContiguousRegions(const Tensor &tensor, ArrayRef<Interval> regions,
                                                                bool removeAliasedIntervals = false,
                                                                std::vector<std::size_t> *aliases = nullptr) const;
  /// Permutes a flat tensor, and the others alike, into the order of its variables.
  void reorderToSimplify(Tensor *tensor, ArrayRef<Tensor *> others, bool requireSimplestOrder = true) const;
  /// The permutation of reorderToSimplify, to be applied to any number of tensors.
  TensorRearranger getSimplifyingRearranger(const Tensor &tensor) const;
  /// The tensor that `tensor` may have been broadcast from: in each dimension only the part that is then repeated.
  Tensor findUnbroadcastTensor(const Tensor &tensor) const;
  /// All elements of a variable.
  Tensor getVariable(VariableRef variable) const;
  /// Whether a variable is a constant.
  bool isConstant(VariableRef variable) const;
  /// @}

  /// \name Files and pictures
  /// @{
  /// Writes tensors: shapes, types, order in memory, aliases, tile mapping, values of constants; no other values.
  void serializeTensors(std::ostream &out, ArrayRef<Tensor> tensors, SerializationFormat format) const;
  /// New tensors that are laid out as those written. Throws parse_error for anything else than what serializeTensors
  /// writes, and invalid_tile_mapping when this graph has fewer tiles.
  std::vector<Tensor> deserializeTensors(std::istream &in, SerializationFormat format);
  /// Writes the whole graph, for tools.
  void serialize(std::ostream &out, SerializationFormat format) const;
  /// Writes a picture, in the language of Graphviz, of vertices and the variables that they read and write. With
  /// programs, only of the compute sets that these execute.
  void outputVertexGraph(std::ostream &out, ArrayRef<program::Program> programs = {}) const;
  /// As above, of compute sets and variables.
  void outputComputeGraph(std::ostream &out, ArrayRef<program::Program> programs = {}) const;
  /// @}

private:
  friend struct popgraph::GraphAccess;
  explicit Graph(std::shared_ptr<popgraph::GraphState> state);
  bool addCodeletFiles(ArrayRef<StringRef> paths, StringRef flags, StringRef targetName);
  bool addCodeletText(StringRef source, std::ostream *messages, StringRef flags, CodeletFileType type,
                      StringRef targetName);
  Tensor addConstantFrom(const Type &type, ArrayRef<std::size_t> shape, const Type &valueType, const void *values,
                         std::size_t count, bool broadcast, const DebugContext &debugContext);
  void setTensorValue(const Tensor &tensor, const Type &valueType, const void *values, std::size_t count,
                      bool broadcast);
  void setFieldValue(FieldRef field, const Type &valueType, const void *values, std::size_t count, bool isArray);
  /// connect() for rank 2 fields, sub-vectors, elements, and mistakes.
  void connectRare(FieldRef field, const Tensor &tensor);
  Type fieldType(StringRef vertexType, StringRef field) const;
  void connectConstant(FieldRef field, const Type &valueType, const void *values, std::size_t count, bool isArray);

  /// Tiles of this graph.
  unsigned numTiles() const;
  /// The top-level graph's number of a tile of this graph.
  unsigned physicalTile(unsigned tile) const;

  std::shared_ptr<popgraph::GraphState> state_;
  // Of a virtual graph: its target and the tiles of the top-level graph that it stands for.
  struct View;
  std::shared_ptr<const View> view_;
};

} // namespace poplar

#endif
