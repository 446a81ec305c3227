// Look-ups of many rows. Vertices take columns of the table, where its first row lies, with all offsets; a table made
// by createSliceableTensor has whole columns on a tile, so that only offsets and slices move.
#include <popops/DynamicSlice.hpp>
#include <poputil/TileMapping.hpp>
#include <poputil/Util.hpp>
#include <poputil/VertexTemplates.hpp>
#include <poputil/detail/Options.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>
#include <limits>
#include <ostream>

namespace popops {

using poplar::DebugContext;
using poplar::Graph;
using poplar::Interval;
using poplar::OptionFlags;
using poplar::Tensor;
using poplar::program::Sequence;
using poputil::poplibs_error;
using Shape = std::vector<std::size_t>;

namespace {

void checkOptions(const std::string &function, const OptionFlags &options) {
  using namespace poputil::detail;
  bool flag = false;
  double proportion = 0;
  std::string choice;
  parseOptions(function, options,
               {{"usedForSlice", boolOption(flag)},
                {"usedForUpdate", boolOption(flag)},
                {"indicesAreSorted", boolOption(flag)},
                {"validateIndices", boolOption(flag)},
                {"remapOutOfBoundIndices", boolOption(flag)},
                {"paddingIndexUsed", boolOption(flag)},
                {"operationForUpdate", choiceOption(choice, {"none", "add", "max", "mul"})},
                {"availableMemoryProportion",
                 numberOption(proportion, std::numeric_limits<double>::min(), 1)},
                {"partialType", choiceOption(choice, {"half", "float"})},
                {"indicesDistribution", choiceOption(choice, {"uniform", "onePoint"})},
                {"planConstraints", ignoredOption()},
                {"internal.alwaysIncludeBaseRearrangementCost", boolOption(flag)}});
}

struct Table {
  Tensor rows;         ///< {entries, columns}
  std::size_t entries, columns, sliceRows;
  std::vector<std::vector<Interval>> mapping; ///< of the columns
};

Table describe(const std::string &function, const Graph &graph, const Tensor &t, const Tensor &offsets,
               const Shape &dims, const Shape &sizes) {
  if (dims.size() != 1 || sizes.size() != 1 || dims[0] >= t.rank() || sizes[0] == 0 ||
      sizes[0] > t.dim(static_cast<unsigned>(dims[0])))
    throw poplibs_error(function + ": slices of a tensor of shape " + t.shapeToString() +
                        "; one of its dimensions and one size within it would be right");
  if (offsets.rank() != 2 || offsets.dim(1) != 1 || offsets.elementType() != poplar::UNSIGNED_INT)
    throw poplibs_error(function + ": offsets of shape " + offsets.shapeToString() + " and type " +
                        offsets.elementType().toString() + "; [n,1] of unsigned int would be right");
  const unsigned d = static_cast<unsigned>(dims[0]);
  Table table;
  table.entries = t.dim(d);
  table.columns = t.numElements() / table.entries;
  table.sliceRows = sizes[0];
  table.rows = t.dimRoll(d, 0).reshape({table.entries, table.columns});
  table.mapping = graph.getTileMapping(table.rows[0]);
  return table;
}

/// Calls f(vertex, columns) for the vertices of one compute set.
template <class F>
void addVertices(Graph &graph, const Table &table, const Tensor &offsets, const std::string &name, Sequence &prog,
                 const DebugContext &context, F f) {
  const poplar::ComputeSet cs = graph.addComputeSet(context);
  const unsigned grain =
      std::max<unsigned>(1, static_cast<unsigned>(8 / graph.getTarget().getTypeSize(table.rows.elementType())));
  for (unsigned tile = 0; tile != table.mapping.size(); ++tile)
    for (const auto &share : poputil::splitRegionsBetweenWorkers(graph.getTarget(), table.mapping[tile], grain))
      for (const Interval &columns : share) {
        const poplar::VertexRef vertex = graph.addVertex(cs, name);
        graph.setTileMapping(vertex, tile);
        graph.connect(vertex["offsets"], offsets.flatten());
        graph.connect(vertex["table"], table.rows.slice(columns, 1).flatten());
        graph.setInitialValue(vertex["entries"], static_cast<unsigned>(table.entries));
        graph.setInitialValue(vertex["rows"], static_cast<unsigned>(table.sliceRows));
        graph.setInitialValue(vertex["columns"], static_cast<unsigned>(columns.size()));
        f(vertex, columns, tile);
      }
  prog.add(poplar::program::Execute(cs, context));
}

void update(const std::string &function, const char *op, Graph &graph, const Tensor &t, const Tensor &s,
            const Tensor &offsets, const Tensor *scale, const Shape &dims, const Shape &sizes, Sequence &prog,
            const OptionFlags &options, const DebugContext &debugContext) {
  checkOptions(function, options);
  const Table table = describe(function, graph, t, offsets, dims, sizes);
  Shape shape = t.shape();
  shape[dims[0]] = sizes[0];
  shape.insert(shape.begin(), offsets.dim(0));
  if (s.shape() != shape || s.elementType() != t.elementType())
    throw poplibs_error(function + ": updates of shape " + s.shapeToString() + " and type " +
                        s.elementType().toString() + " for " + std::to_string(offsets.dim(0)) +
                        " slices of a tensor of shape " + t.shapeToString() + " and type " +
                        t.elementType().toString());
  const poplar::Type type = t.elementType();
  const bool computes = std::string(op) != "Store";
  if (computes && type != poplar::HALF && type != poplar::FLOAT && type != poplar::INT && type != poplar::UNSIGNED_INT)
    throw poplibs_error(function + ": a tensor of type " + type.toString() +
                        "; half, float, int or unsigned int would be right");
  if (scale && (scale->numElements() != 1 || scale->elementType() != type))
    throw poplibs_error(function + ": a scale of shape " + scale->shapeToString() + " and type " +
                        scale->elementType().toString() + "; one element of type " + type.toString() +
                        " would be right");
  if (!t.isParallelWriteable())
    throw poplibs_error(function + ": the tensor of shape " + t.shapeToString() +
                        " contains constants or an element more than once");
  if (s.numElements() == 0)
    return;
  const Tensor slices = s.dimRoll(static_cast<unsigned>(dims[0]) + 1, 1)
                            .reshape({offsets.dim(0) * table.sliceRows, table.columns});
  addVertices(graph, table, offsets,
              poputil::templateVertex("popops::MultiUpdate", type, std::string("popops::UpdateOp::") + op), prog,
              {debugContext, "MultiUpdate"}, [&](poplar::VertexRef vertex, const Interval &columns, unsigned) {
                graph.connect(vertex["slices"], slices.slice(columns, 1).flatten());
                if (scale)
                  graph.connect(vertex["scale"], scale->reshape({}));
                else
                  graph.connect(vertex["scale"], 1);
              });
}

} // namespace

std::ostream &operator<<(std::ostream &os, const SlicePlan &plan) {
  if (plan.entries_ == 0)
    return os << "SlicePlan(as the table lies)";
  return os << "SlicePlan(table of " << plan.entries_ << " x " << plan.columns_ << ", columns spread over tiles)";
}

SlicePlan embedding::plan(const Graph &, const poplar::Type &, std::size_t numEntries, std::size_t outputSize,
                          const std::vector<std::size_t> &, const OptionFlags &options) {
  checkOptions("popops::embedding::plan", options);
  return SlicePlan(numEntries, outputSize);
}

Tensor createSliceableTensor(Graph &graph, const poplar::Type &type, const Shape &shape, const Shape &dims,
                             const Shape &sizes, const SlicePlan &, const OptionFlags &options,
                             const DebugContext &debugContext) {
  checkOptions("popops::createSliceableTensor", options);
  return createSliceableTensor(graph, type, shape, dims, sizes, 0, debugContext);
}

Tensor createSliceTensor(Graph &graph, const poplar::Type &type, const Shape &shape, const Shape &dims,
                         const Shape &sizes, std::size_t numIndices, const SlicePlan &, const OptionFlags &options,
                         const DebugContext &debugContext) {
  checkOptions("popops::createSliceTensor", options);
  // Like the table with an entry for each slice: its columns lie on the table's tiles.
  Shape stacked{numIndices};
  for (std::size_t d = 0; d != shape.size(); ++d) {
    const auto at = std::find(dims.begin(), dims.end(), d);
    stacked.push_back(at == dims.end() ? shape[d] : sizes[static_cast<std::size_t>(at - dims.begin())]);
  }
  Shape own{0}, ownSizes{1};
  for (std::size_t i = 0; i != dims.size(); ++i) {
    own.push_back(dims[i] + 1);
    ownSizes.push_back(sizes[i]);
  }
  if (numIndices == 0)
    return graph.addVariable(type, stacked, debugContext);
  return createSliceableTensor(graph, type, stacked, own, ownSizes, 0, debugContext);
}

Tensor createIndicesTensor(Graph &graph, const Shape &dims, std::size_t numIndices, const SlicePlan &,
                           const OptionFlags &options, const DebugContext &debugContext) {
  checkOptions("popops::createIndicesTensor", options);
  const Tensor result = graph.addVariable(poplar::UNSIGNED_INT, {numIndices, dims.size()}, debugContext);
  poputil::mapTensorLinearly(graph, result);
  return result;
}

Tensor multiSlice(Graph &graph, const Tensor &t, const Tensor &offsets, const Shape &dims, const Shape &sizes,
                  Sequence &prog, const SlicePlan &, const OptionFlags &options, const DebugContext &debugContext) {
  const std::string function = "popops::multiSlice";
  checkOptions(function, options);
  const Table table = describe(function, graph, t, offsets, dims, sizes);
  const std::size_t n = offsets.dim(0);
  Shape rolled{n, table.sliceRows};
  for (unsigned d = 0; d != t.rank(); ++d)
    if (d != dims[0])
      rolled.push_back(t.dim(d));
  const DebugContext context(debugContext, "MultiSlice");
  if (n == 0 || table.columns == 0)
    return graph.addVariable(t.elementType(), rolled, context).dimRoll(1, static_cast<unsigned>(dims[0]) + 1);
  // One variable for each vertex, so that its slices are one run of memory; in order of the columns.
  std::vector<std::pair<std::size_t, Tensor>> parts;
  addVertices(graph, table, offsets, poputil::templateVertex("popops::MultiSlice", t.elementType()), prog, context,
              [&](poplar::VertexRef vertex, const Interval &columns, unsigned tile) {
                const Tensor part =
                    graph.addVariable(t.elementType(), {n * table.sliceRows, columns.size()}, {context, "slices"});
                graph.setTileMapping(part, tile);
                graph.connect(vertex["slices"], part.flatten());
                parts.emplace_back(columns.begin(), part);
              });
  std::sort(parts.begin(), parts.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
  std::vector<Tensor> ordered;
  for (const auto &part : parts)
    ordered.push_back(part.second);
  return poplar::concat(ordered, 1).reshape(rolled).dimRoll(1, static_cast<unsigned>(dims[0]) + 1);
}

void multiUpdate(Graph &graph, const Tensor &t, const Tensor &s, const Tensor &offsets, const Shape &dims,
                 const Shape &sizes, Sequence &prog, const SlicePlan &, const OptionFlags &options,
                 const DebugContext &debugContext) {
  update("popops::multiUpdate", "Store", graph, t, s, offsets, nullptr, dims, sizes, prog, options, debugContext);
}

void multiUpdateAdd(Graph &graph, const Tensor &t, const Tensor &s, const Tensor &offsets, const Tensor &scale,
                    const Shape &dims, const Shape &sizes, Sequence &prog, const SlicePlan &,
                    const OptionFlags &options, const DebugContext &debugContext) {
  update("popops::multiUpdateAdd", "Add", graph, t, s, offsets, &scale, dims, sizes, prog, options, debugContext);
}

void multiUpdateMax(Graph &graph, const Tensor &t, const Tensor &s, const Tensor &offsets, const Shape &dims,
                    const Shape &sizes, Sequence &prog, const SlicePlan &, const OptionFlags &options,
                    const DebugContext &debugContext) {
  update("popops::multiUpdateMax", "Max", graph, t, s, offsets, nullptr, dims, sizes, prog, options, debugContext);
}

} // namespace popops
