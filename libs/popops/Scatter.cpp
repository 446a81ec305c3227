#include <popops/Scatter.hpp>
#include "libs/popops/detail/IndexVectors.hpp"
#include "libs/popops/detail/SliceLayout.hpp"
#include <popops/DynamicSlice.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Loop.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/detail/ShapeText.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>
#include <limits>

namespace popops {

using poplar::DebugContext;
using poplar::Graph;
using poplar::OptionFlags;
using poplar::Tensor;
using poplar::program::Sequence;
using poputil::poplibs_error;
using poputil::detail::shapeText;
using Shape = std::vector<std::size_t>;

namespace {

const char kFunction[] = "popops::scatter";

/// Scattering, as updates of many slices.
struct Updates {
  Tensor table, slices, starts; ///< the part of the operand that is written; {n, window}; {n, dims}
  detail::SlicedDims sliced;
};

Updates prepare(const Tensor &operand, const Tensor &indices, const Tensor &updates, std::size_t indexVectorDim,
                const std::vector<unsigned> &windowDims, const Shape &insertWindowDims,
                const std::vector<unsigned> &map, const OptionFlags &options) {
  detail::parseSliceOptions(kFunction, options);
  Updates result;
  if (operand.elementType() != updates.elementType())
    throw poplibs_error(std::string(kFunction) + ": updates of type " + updates.elementType().toString() +
                        " for an operand of type " + operand.elementType().toString() + "; they must be equal");
  result.starts = detail::indexVectors(kFunction, indices, indexVectorDim, map.size());
  const std::size_t n = result.starts.dim(0);
  // Batch dimensions first, then those of the window, then the ones of size 1 in between.
  std::vector<unsigned> order;
  Shape window;
  for (unsigned d = 0; d != updates.rank(); ++d)
    if (std::find(windowDims.begin(), windowDims.end(), d) == windowDims.end()) order.push_back(d);
  for (unsigned d : windowDims) {
    if (d >= updates.rank())
      throw poplibs_error(std::string(kFunction) + ": updateWindowDims name dimension " + std::to_string(d) +
                          " of updates of shape " + updates.shapeToString());
    order.push_back(d);
    window.push_back(updates.dim(d));
  }
  Shape inserted = insertWindowDims;
  std::sort(inserted.begin(), inserted.end());
  for (std::size_t d : inserted)
    if (d <= window.size()) window.insert(window.begin() + static_cast<std::ptrdiff_t>(d), 1);
  Shape shape{n};
  shape.insert(shape.end(), window.begin(), window.end());
  std::size_t elements = 1;
  for (std::size_t size : shape) elements *= size;
  if (order.size() != updates.rank() || elements != updates.numElements())
    throw poplibs_error(std::string(kFunction) + ": updates of shape " + updates.shapeToString() + " for " +
                        std::to_string(n) + " slices of shape " + shapeText(window) + " at indices of shape " +
                        indices.shapeToString());
  detail::checkWindow(std::string(kFunction) + ": updates of shape " + updates.shapeToString(), operand.shape(), window,
                      map);
  result.slices = updates.dimShuffle(order).reshape(shape);
  result.table = detail::cropOthers(operand, window, map);
  result.sliced = detail::slicedDims(window, map);
  return result;
}

} // namespace

void scatter(Graph &graph, const Tensor &operand, const Tensor &indices, const Tensor &updates,
             std::size_t indexVectorDim, const std::vector<unsigned> &updateWindowDims, const Shape &insertWindowDims,
             const std::vector<unsigned> &scatterDimsToOperandDims, Sequence &prog, const DebugContext &debugContext,
             const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, operand, indices, updates, indexVectorDim, updateWindowDims,
                    insertWindowDims, scatterDimsToOperandDims, options);
  const Updates u = prepare(operand, indices, updates, indexVectorDim, updateWindowDims, insertWindowDims,
                            scatterDimsToOperandDims, options);
  multiUpdate(graph, u.table, u.slices, u.starts, u.sliced.dims, u.sliced.sizes, prog, SlicePlan(), options,
              {di.context(), "Scatter"});
}

void scatter(Graph &graph, const Tensor &operand, const Tensor &indices, const Tensor &updates,
             std::size_t indexVectorDim, const std::vector<unsigned> &updateWindowDims, const Shape &insertWindowDims,
             const std::vector<unsigned> &scatterDimsToOperandDims, const UpdateComputationFunc &updateComputation,
             Sequence &prog, const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, operand, indices, updates, indexVectorDim, updateWindowDims,
                    insertWindowDims, scatterDimsToOperandDims, options);
  using namespace expr;
  const Updates u = prepare(operand, indices, updates, indexVectorDim, updateWindowDims, insertWindowDims,
                            scatterDimsToOperandDims, options);
  if (u.slices.numElements() == 0) return;
  const DebugContext context(di.context(), "Scatter");
  // Starts of slices that do not lie inside become too large, so that their updates do nothing.
  std::vector<Tensor> ts;
  Any inside = Const(true);
  for (unsigned j = 0; j != u.sliced.dims.size(); ++j) {
    ts.push_back(u.starts.slice(j, j + 1, 1));
    const std::size_t room = u.table.dim(static_cast<unsigned>(u.sliced.dims[j])) - u.sliced.sizes[j];
    const Any fits = PlaceHolder(j + 1) <= Const(static_cast<unsigned>(room));
    inside = j == 0 ? fits : Any(And(inside, fits));
  }
  const Tensor valid = map(graph, inside, ts, prog, context);
  const Tensor starts =
      map(graph, Select(_1, Const(std::numeric_limits<unsigned>::max()), _2), {u.starts, valid}, prog, context);
  prog.add(countedLoop(
      graph, u.slices.dim(0),
      [&](const Tensor &i) {
        Sequence body;
        const Tensor start = dynamicSlice(graph, starts, i, {0}, {1}, body, context).flatten();
        Tensor update = dynamicSlice(graph, u.slices, i, {0}, {1}, body, context)[0];
        Tensor present = dynamicSlice(graph, u.table, start, u.sliced.dims, u.sliced.sizes, body, context);
        const Tensor result = updateComputation(graph, present, update, body);
        dynamicUpdate(graph, u.table, result, start, u.sliced.dims, u.sliced.sizes, body, context);
        return body;
      },
      context));
}

} // namespace popops
