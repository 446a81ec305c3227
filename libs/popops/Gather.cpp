#include <popops/Gather.hpp>
#include "libs/popops/detail/IndexVectors.hpp"
#include "libs/popops/detail/SliceLayout.hpp"
#include <popops/DynamicSlice.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/detail/ShapeText.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>

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

void checkAxis(const char *function, const Shape &shape, unsigned axis) {
  if (axis >= shape.size())
    throw poplibs_error(std::string(function) + ": axis " + std::to_string(axis) + " of a tensor of shape " +
                        shapeText(shape));
}

bool contains(const Shape &list, std::size_t value) { return std::find(list.begin(), list.end(), value) != list.end(); }

} // namespace

Tensor createGatherInput(Graph &graph, const poplar::Type &type, const Shape &operandShape, unsigned axis, GatherParams,
                         const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, type, operandShape, axis);
  checkAxis("popops::createGatherInput", operandShape, axis);
  return di.output(createSliceableTensor(graph, type, operandShape, {axis}, {1}, 0, di.context()));
}

Tensor gather(Graph &graph, const Tensor &input, const Tensor &indices, unsigned axis, Sequence &prog, GatherParams,
              const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, input, indices, axis, options);
  detail::parseSliceOptions("popops::gather", options);
  checkAxis("popops::gather", input.shape(), axis);
  const Tensor starts = detail::indexVectors("popops::gather", indices, indices.rank(), 1);
  const Tensor slices =
      multiSlice(graph, input, starts, {axis}, {1}, prog, SlicePlan(), options, {di.context(), "Gather"});
  return di.output(slices.squeeze({axis + 1}).dimRoll(0, axis).reshapePartial(axis, axis + 1, indices.shape()));
}

Tensor createGatherInput(Graph &graph, const poplar::Type &type, const Shape &inputShape, const Shape &sliceSizes,
                         const std::vector<unsigned> &startIndexMap, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, type, inputShape, sliceSizes, startIndexMap);
  detail::checkWindow("popops::createGatherInput", inputShape, sliceSizes, startIndexMap);
  const auto sliced = detail::slicedDims(sliceSizes, startIndexMap);
  return di.output(createSliceableTensor(graph, type, inputShape, sliced.dims, sliced.sizes, 0, di.context()));
}

Tensor gather(Graph &graph, const Tensor &input, const Tensor &indices, std::size_t indexVectorDim,
              const Shape &offsetDims, const Shape &sliceSizes, const Shape &collapsedSliceDims,
              const std::vector<unsigned> &startIndexMap, Sequence &prog, const DebugContext &debugContext,
              const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, input, indices, indexVectorDim, offsetDims, sliceSizes, collapsedSliceDims,
                    startIndexMap, options);
  const std::string function = "popops::gather";
  detail::parseSliceOptions(function, options);
  detail::checkWindow(function, input.shape(), sliceSizes, startIndexMap);
  const Tensor starts = detail::indexVectors(function, indices, indexVectorDim, startIndexMap.size());
  Shape batch = indices.shape(), window;
  if (indexVectorDim < batch.size()) batch.erase(batch.begin() + static_cast<std::ptrdiff_t>(indexVectorDim));
  for (std::size_t d = 0; d != sliceSizes.size(); ++d)
    if (!contains(collapsedSliceDims, d))
      window.push_back(sliceSizes[d]);
    else if (sliceSizes[d] != 1)
      throw poplibs_error(function + ": dimension " + std::to_string(d) + " of slices of shape " +
                          shapeText(sliceSizes) + " is collapsed; only dimensions of size 1 can be");
  const std::size_t rank = batch.size() + window.size();
  if (offsetDims.size() != window.size() ||
      std::any_of(offsetDims.begin(), offsetDims.end(), [&](std::size_t d) { return d >= rank; }))
    throw poplibs_error(function + ": offsetDims " + shapeText(offsetDims) + " for " + std::to_string(window.size()) +
                        " dimensions of slices and a result of rank " + std::to_string(rank));
  const auto sliced = detail::slicedDims(sliceSizes, startIndexMap);
  const Tensor slices = multiSlice(graph, detail::cropOthers(input, sliceSizes, startIndexMap), starts, sliced.dims,
                                   sliced.sizes, prog, SlicePlan(), options, {di.context(), "Gather"});
  Shape shape = batch;
  shape.insert(shape.end(), window.begin(), window.end());
  std::vector<unsigned> order;
  unsigned nextBatch = 0, nextWindow = static_cast<unsigned>(batch.size());
  for (std::size_t d = 0; d != rank; ++d) order.push_back(contains(offsetDims, d) ? nextWindow++ : nextBatch++);
  return di.output(slices.reshape(shape).dimShuffle(order));
}

} // namespace popops
