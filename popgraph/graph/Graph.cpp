#include <poplar/Graph.hpp>

#include <algorithm>
#include <numeric>
#include <spdlog/fmt/fmt.h>

#include "popgraph/graph/Convert.hpp"
#include "popgraph/graph/GraphState.hpp"
#include "popgraph/graph/View.hpp"

namespace poplar {

using popgraph::ElementType;
using popgraph::GraphState;
using popgraph::Run;
using popgraph::TensorAccess;

struct Graph::View {
  Target target;
  std::vector<unsigned> tiles; ///< top-level tile of each tile of the view
};

namespace {

std::string_view view(StringRef text) { return {text.data(), text.size()}; }

std::shared_ptr<std::vector<char>> convert(const Type &from, const void *values, const Type &to, std::size_t count,
                                           bool broadcast, const char *what) {
  const ElementType type = popgraph::elementTypeOf(to);
  auto bytes = std::make_shared<std::vector<char>>(count * popgraph::elementBytes(type));
  popgraph::convertValues(popgraph::elementTypeOf(from), values, type, bytes->data(), count, broadcast, what);
  return bytes;
}

const GraphState &checkOwn(const GraphState &state, const Tensor &tensor, const char *function) {
  if (!tensor.valid()) throw poplar_error(fmt::format("Graph::{}: the tensor refers to no variable", function));
  if (TensorAccess::graph(tensor) != &state)
    throw poplar_error(fmt::format("Graph::{}: the tensor belongs to another graph", function));
  return state;
}

} // namespace

Graph::Graph() : Graph(Target::createCPUTarget()) {}
Graph::Graph(const Target &target, replication_factor replicationFactor)
    : state_(std::make_shared<GraphState>(target, replicationFactor.value)) {
  if (state_->replication != 1)
    throw graph_replication_error(
        fmt::format("Graph: a replication factor of {} is not supported by this version; use 1", state_->replication));
}
Graph::Graph(const Device &device, replication_factor replicationFactor)
    : Graph(device.getTarget(), replicationFactor) {}
Graph::Graph(std::shared_ptr<GraphState> state) : state_(std::move(state)) {}
Graph::Graph(Graph &&) noexcept = default;
Graph &Graph::operator=(Graph &&) noexcept = default;
Graph::~Graph() = default;

unsigned Graph::numTiles() const { return view_ ? static_cast<unsigned>(view_->tiles.size()) : state_->numTiles; }
unsigned Graph::physicalTile(unsigned tile) const { return view_ ? view_->tiles[tile] : tile; }
const Target &Graph::getTarget() const { return view_ ? view_->target : state_->target; }
unsigned Graph::getReplicationFactor() const { return state_->replication; }

Tensor Graph::addVariable(const Type &type, ArrayRef<std::size_t> shape, const DebugContext &context) {
  const std::span<const std::size_t> dims(shape.begin(), shape.size());
  if (dims.size() > 255) throw graph_object_creation_error("Graph::addVariable: more than 255 dimensions");
  std::size_t count = 1;
  for (std::size_t d : dims)
    if (__builtin_mul_overflow(count, d, &count))
      throw graph_object_creation_error("Graph::addVariable: the number of elements does not fit in 64 bits");
  const ElementType element = popgraph::elementTypeOf(type);
  return TensorAccess::whole(state_.get(), element, state_->addVariable(element, count, view(context.path()), false),
                             dims);
}

Tensor Graph::addVariable(const Type &type, ArrayRef<std::size_t> shape, VariableMappingMethod method,
                          const DebugContext &context) {
  const Tensor tensor = addVariable(type, shape, context);
  if (method == VariableMappingMethod::LINEAR) {
    const std::size_t n = tensor.numElements(), tiles = getTarget().getNumTiles();
    // Chunks of at least 128 bytes, as the libraries' linear mapping has them.
    const std::size_t least = 128 / popgraph::elementBytes(TensorAccess::type(tensor));
    const std::size_t chunk = std::max<std::size_t>({(n + tiles - 1) / tiles, least, 1});
    const Tensor flat = tensor.flatten();
    for (std::size_t begin = 0, tile = 0; begin < n; begin += chunk, ++tile)
      setTileMapping(flat.slice(begin, std::min(n, begin + chunk)), static_cast<unsigned>(tile));
  }
  return tensor;
}

Tensor Graph::addConstantFrom(const Type &type, ArrayRef<std::size_t> shape, const Type &valueType, const void *values,
                              std::size_t count, bool broadcast, const DebugContext &context) {
  const std::span<const std::size_t> dims(shape.begin(), shape.size());
  const std::size_t elements = popgraph::elementCount(dims);
  if (!broadcast && count != ~std::size_t(0) && count != elements)
    throw graph_object_creation_error(fmt::format("Graph::addConstant: {} values for {} elements", count, elements));
  auto bytes = convert(valueType, values, type, elements, broadcast, "Graph::addConstant");
  const ElementType element = popgraph::elementTypeOf(type);
  const std::uint32_t variable = state_->addVariable(element, elements, view(context.path()), true);
  state_->setInitialValue(variable, 0, static_cast<std::uint32_t>(elements), std::move(bytes));
  return TensorAccess::whole(state_.get(), element, variable, dims);
}

Tensor Graph::addConstantHalf(const Type &type, ArrayRef<std::size_t> shape, std::uint16_t value,
                              const DebugContext &context) {
  if (type != HALF)
    throw type_error(fmt::format("Graph::addConstantHalf: the type must be half, not {}", type.toString()));
  return addConstantFrom(HALF, shape, HALF, &value, 1, true, context);
}
Tensor Graph::addConstantHalf(const Type &type, ArrayRef<std::size_t> shape, const std::uint16_t *values,
                              const DebugContext &context) {
  if (type != HALF)
    throw type_error(fmt::format("Graph::addConstantHalf: the type must be half, not {}", type.toString()));
  return addConstantFrom(HALF, shape, HALF, values, ~std::size_t(0), false, context);
}

Tensor Graph::clone(const Type &type, const Tensor &tensor, const DebugContext &context, TensorCloneMethod method) {
  checkOwn(*state_, tensor, "clone");
  const ElementType element = popgraph::elementTypeOf(type);
  const std::size_t count = tensor.numElements();
  const bool aliases = tensor.containsAliases();
  const std::string name = context.path().empty() && count > 0 ? tensor.getVarStr() : context.getPathName();
  const std::vector<std::size_t> shape = tensor.shape();
  const std::vector<popgraph::Run> runs = popgraph::contiguousRuns(tensor);

  // CREATE_NEW_ORDER: a row-major variable. Otherwise the new variable keeps the memory order of the old ones: the
  // distinct elements in (variable, offset) order, seen through the same view.
  if (method == TensorCloneMethod::CREATE_NEW_ORDER ||
      (method == TensorCloneMethod::PRESERVE_ORDER_UNLESS_ALIASES && aliases) || runs.size() <= 1) {
    const std::uint32_t variable = state_->addVariable(element, count, name, false);
    std::uint32_t at = 0;
    std::size_t hint = 0;
    for (const Run &run : runs) {
      popgraph::forEachMapped(state_->tables.mappingOf(run.variable), run.offset, run.offset + run.count, hint,
                              [&](std::uint32_t begin, std::uint32_t end, std::uint32_t tile) {
                                if (tile != popgraph::kNoTile)
                                  state_->editMapping(variable).set(at, at + (end - begin), tile);
                                at += end - begin;
                              });
    }
    return TensorAccess::whole(state_.get(), element, variable, shape);
  }
  std::vector<Run> distinct = runs;
  std::sort(distinct.begin(), distinct.end(), [](const Run &a, const Run &b) {
    return a.variable != b.variable ? a.variable < b.variable : a.offset < b.offset;
  });
  std::vector<Run> merged;
  for (const Run &run : distinct) {
    if (!merged.empty() && merged.back().variable == run.variable &&
        run.offset <= merged.back().offset + merged.back().count)
      merged.back().count = std::max(merged.back().count, run.offset + run.count - merged.back().offset);
    else
      merged.push_back(run);
  }
  std::vector<std::uint32_t> starts; // place of each merged run in the new variable
  std::uint32_t total = 0;
  for (const Run &run : merged) {
    starts.push_back(total);
    total += run.count;
  }
  const std::uint32_t variable = state_->addVariable(element, total, name, false);
  std::size_t hint = 0;
  for (std::size_t i = 0; i < merged.size(); ++i) {
    std::uint32_t at = starts[i];
    popgraph::forEachMapped(state_->tables.mappingOf(merged[i].variable), merged[i].offset,
                            merged[i].offset + merged[i].count, hint,
                            [&](std::uint32_t begin, std::uint32_t end, std::uint32_t tile) {
                              if (tile != popgraph::kNoTile)
                                state_->editMapping(variable).set(at, at + (end - begin), tile);
                              at += end - begin;
                            });
  }
  std::vector<Tensor> parts;
  for (const Run &run : runs) {
    auto after = std::upper_bound(merged.begin(), merged.end(), run, [](const Run &a, const Run &b) {
      return a.variable != b.variable ? a.variable < b.variable : a.offset < b.offset;
    });
    const std::size_t i = static_cast<std::size_t>(after - merged.begin()) - 1;
    const std::size_t length[] = {run.count};
    const std::int64_t one[] = {1};
    parts.push_back(TensorAccess::affine(state_.get(), element, variable,
                                         std::int64_t(starts[i]) + (run.offset - merged[i].offset), length, one));
  }
  return TensorAccess::reshape(TensorAccess::concat(std::move(parts), 0), shape);
}

void Graph::setTensorValue(const Tensor &tensor, const Type &valueType, const void *values, std::size_t count,
                           bool broadcast) {
  checkOwn(*state_, tensor, "setInitialValue");
  if (tensor.containsConstant())
    throw poplar_error(fmt::format("Graph::setInitialValue: {} is a constant", tensor.getVarStr()));
  const std::size_t elements = tensor.numElements();
  if (!broadcast && count != elements)
    throw poplar_error(fmt::format("Graph::setInitialValue: {} values for a tensor of {} elements", count, elements));
  const auto bytes = convert(valueType, values, tensor.elementType(), elements, broadcast, "Graph::setInitialValue");
  const std::vector<Run> runs = popgraph::contiguousRuns(tensor);
  if (runs.size() == 1) {
    state_->setInitialValue(runs[0].variable, runs[0].offset, runs[0].count, bytes);
    return;
  }
  const std::size_t size = popgraph::elementBytes(TensorAccess::type(tensor));
  std::size_t at = 0;
  for (const Run &run : runs) {
    state_->setInitialValue(
        run.variable, run.offset, run.count,
        std::make_shared<std::vector<char>>(bytes->begin() + static_cast<std::ptrdiff_t>(at * size),
                                            bytes->begin() + static_cast<std::ptrdiff_t>((at + run.count) * size)));
    at += run.count;
  }
}

void Graph::setTileMapping(const Tensor &tensor, unsigned tile) {
  checkOwn(*state_, tensor, "setTileMapping");
  const unsigned tiles = numTiles();
  if (tile >= tiles)
    throw invalid_tile_mapping(
        fmt::format("Graph::setTileMapping: tile {} of '{}' does not exist: the target has {} tiles", tile,
                    tensor.numElements() ? tensor.getVarStr() : "", tiles));
  tile = physicalTile(tile);
  Run run;
  if (popgraph::singleRun(tensor, run)) {
    state_->editMapping(run.variable).set(run.offset, run.offset + run.count, tile);
    return;
  }
  for (const Run &r : popgraph::contiguousRuns(tensor))
    state_->editMapping(r.variable).set(r.offset, r.offset + r.count, tile);
}

void Graph::setTileMapping(const Tensor &tensor, const TileToTensorMapping &mapping) {
  checkOwn(*state_, tensor, "setTileMapping");
  const std::size_t elements = tensor.numElements();
  const unsigned tiles = getTarget().getNumTiles();
  const Tensor flat = tensor.flatten();
  for (std::size_t tile = 0; tile < mapping.size(); ++tile) {
    if (mapping[tile].empty()) continue;
    if (tile >= tiles)
      throw invalid_tile_mapping(
          fmt::format("Graph::setTileMapping: tile {} does not exist: the target has {} tiles", tile, tiles));
    for (const Interval &interval : mapping[tile]) {
      if (interval.end() > elements || interval.begin() > interval.end())
        throw invalid_tile_mapping(
            fmt::format("Graph::setTileMapping: interval [{}, {}) on tile {} is outside the {} elements of {}",
                        interval.begin(), interval.end(), tile, elements, tensor.getVarStr()));
      setTileMapping(flat.slice(interval.begin(), interval.end()), static_cast<unsigned>(tile));
    }
  }
}

Graph::TileToTensorMapping Graph::getTileMapping(const Tensor &tensor, bool *isComplete, bool allowExternal) const {
  checkOwn(*state_, tensor, "getTileMapping");
  TileToTensorMapping result(getTarget().getNumTiles());
  std::vector<unsigned> local; // top-level tile -> tile of the view
  if (view_) {
    local.assign(state_->target.getNumTiles(), popgraph::kNoTile);
    for (unsigned i = 0; i < view_->tiles.size(); ++i) local[view_->tiles[i]] = i;
  }
  *isComplete = true;
  std::size_t at = 0, hint = 0;
  for (const Run &run : popgraph::contiguousRuns(tensor)) {
    popgraph::forEachMapped(
        state_->tables.mappingOf(run.variable), run.offset, run.offset + run.count, hint,
        [&](std::uint32_t begin, std::uint32_t end, std::uint32_t tile) {
          const std::size_t to = at + (end - begin);
          if (tile == popgraph::kNoTile) {
            *isComplete = false;
          } else {
            if (view_ && (tile = local[tile]) == popgraph::kNoTile) {
              if (!allowExternal)
                throw invalid_tile_mapping(fmt::format(
                    "Graph::getTileMapping: '{}' is partly on a tile outside this virtual graph", tensor.getVarStr()));
            } else {
              auto &list = result[tile];
              if (!list.empty() && list.back().end() == at)
                list.back() = Interval(list.back().begin(), to);
              else
                list.emplace_back(at, to);
            }
          }
          at = to;
        });
  }
  return result;
}

Graph::TileToTensorMapping Graph::getTileMapping(const Tensor &tensor, bool requireComplete, bool allowExternal) const {
  bool complete;
  TileToTensorMapping result = getTileMapping(tensor, &complete, allowExternal);
  if (requireComplete && !complete)
    throw invalid_tile_mapping(fmt::format(
        "Graph::getTileMapping: some elements of '{}' have no tile; map them with setTileMapping", tensor.getVarStr()));
  return result;
}

Graph Graph::createVirtualGraph(const std::vector<unsigned> &tiles) {
  auto view = std::make_shared<View>();
  const unsigned all = getTarget().getNumTiles();
  for (unsigned tile : tiles) {
    if (tile >= all)
      throw invalid_tile_mapping(
          fmt::format("Graph::createVirtualGraph: tile {} does not exist: the target has {} tiles", tile, all));
    view->tiles.push_back(view_ ? view_->tiles[tile] : tile);
  }
  view->target = state_->target.createVirtualTarget(1, static_cast<unsigned>(tiles.size()));
  Graph result(state_);
  result.view_ = std::move(view);
  return result;
}

Graph Graph::createVirtualGraph(unsigned lowerTile, unsigned upperTile) {
  if (lowerTile > upperTile || upperTile > getTarget().getNumTiles())
    throw invalid_tile_mapping(
        fmt::format("Graph::createVirtualGraph: tiles [{}, {}) do not exist: the target has {} tiles", lowerTile,
                    upperTile, getTarget().getNumTiles()));
  std::vector<unsigned> tiles(upperTile - lowerTile);
  std::iota(tiles.begin(), tiles.end(), lowerTile);
  return createVirtualGraph(tiles);
}
Graph Graph::createVirtualGraph(unsigned numTiles) { return createVirtualGraph(0, numTiles); }

void Graph::createHostWrite(StringRef handle, const Tensor &tensor, bool) {
  checkOwn(*state_, tensor, "createHostWrite");
  if (state_->hasHandle(view(handle)))
    throw poplar_error(fmt::format("Graph::createHostWrite: the handle '{}' is in use", view(handle)));
  if (!tensor.isParallelWriteable())
    throw poplar_error(
        fmt::format("Graph::createHostWrite: {} has constants or an element more than once", tensor.getDebugStr()));
  state_->tables.hostHandles.push_back({handle.cloneAsString(), tensor, false});
}

void Graph::createHostRead(StringRef handle, const Tensor &tensor, bool) {
  checkOwn(*state_, tensor, "createHostRead");
  if (state_->hasHandle(view(handle)))
    throw poplar_error(fmt::format("Graph::createHostRead: the handle '{}' is in use", view(handle)));
  state_->tables.hostHandles.push_back({handle.cloneAsString(), tensor, true});
}

namespace {

void checkStreamOptions(const OptionFlags &options) {
  for (const auto &option : options)
    if (option.first != "bufferingDepth" && option.first != "splitLimit")
      throw invalid_option(
          fmt::format("Unrecognised stream option '{}'; known are bufferingDepth and splitLimit", option.first));
}

DataStream addStream(GraphState &state, StringRef handle, const Type &type, std::size_t numElements,
                     ReplicatedStreamMode mode, bool toDevice) {
  if (state.hasHandle(view(handle)))
    throw poplar_error(fmt::format("Graph: the stream handle '{}' is in use", view(handle)));
  popgraph::elementTypeOf(type);
  const DataStream stream(static_cast<unsigned>(state.tables.streams.size()), handle.cloneAsString(), type, numElements,
                          state.replication, mode, toDevice);
  state.tables.streams.push_back(stream);
  return stream;
}

} // namespace

DataStream Graph::addHostToDeviceFIFO(StringRef handle, const Type &type, std::size_t numElements,
                                      ReplicatedStreamMode mode, const OptionFlags &options) {
  checkStreamOptions(options);
  return addStream(*state_, handle, type, numElements, mode, true);
}
DataStream Graph::addDeviceToHostFIFO(StringRef handle, const Type &type, std::size_t numElements,
                                      const OptionFlags &options) {
  checkStreamOptions(options);
  return addStream(*state_, handle, type, numElements, ReplicatedStreamMode::REPLICATE, false);
}

Function Graph::addFunction(const program::Program &program) {
  state_->tables.functions.push_back(program);
  return Function(static_cast<unsigned>(state_->tables.functions.size() - 1));
}

Tensor Graph::getVariable(VariableRef variable) const {
  if (variable.id() >= state_->tables.variables.size()) throw poplar_error("Graph::getVariable: no such variable");
  const popgraph::VariableRow &row = state_->tables.variables[variable.id()];
  const std::size_t dims[] = {row.elements};
  return TensorAccess::whole(state_.get(), row.type, variable.id(), dims);
}

bool Graph::isConstant(VariableRef variable) const {
  if (variable.id() >= state_->tables.variables.size()) throw poplar_error("Graph::isConstant: no such variable");
  return state_->isConstant(variable.id());
}

} // namespace poplar
