#include <popops/CircBuf.hpp>
#include <popops/DynamicSlice.hpp>
#include <popops/ElementWise.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/detail/ShapeText.hpp>
#include <poputil/exceptions.hpp>

namespace popops {

using poplar::DebugContext;
using poplar::Graph;
using poplar::Tensor;
using poplar::program::Sequence;
using poputil::poplibs_error;

CircBuf::CircBuf(Graph &graph, const poplar::Type &dataType, unsigned size, const std::vector<std::size_t> &shape,
                 const DebugContext &debugContext)
    : graph_(graph), size_(size), shape_(shape) {
  POPLIBS_OP_RECORD(di, graph_, debugContext, dataType, size, shape);
  if (size == 0) throw poplibs_error("popops::CircBuf: a size of 0; it must be at least 1");
  std::vector<std::size_t> stacked = shape;
  stacked.insert(stacked.begin(), size);
  history_ = createSliceableTensor(graph, dataType, stacked, {0}, {1}, 0, {di.context(), "history"});
  index_ = graph.addVariable(poplar::UNSIGNED_INT, {1}, {di.context(), "index"});
  graph.setTileMapping(index_, 0);
  graph.setInitialValue(index_, size - 1);
}

Tensor CircBuf::prev(unsigned i, Sequence &seq, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph_, debugContext, i);
  if (i >= size_)
    throw poplibs_error("popops::CircBuf::prev: " + std::to_string(i) + " adds back in a buffer of " +
                        std::to_string(size_));
  const Tensor place =
      map(graph_, expr::Rem(expr::_1 + expr::Const(size_ - i), expr::Const(size_)), {index_}, seq, di.context());
  return dynamicSlice(graph_, history_, place, {0}, {1}, seq, di.context())[0];
}

void CircBuf::add(const Tensor &t, Sequence &seq, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph_, debugContext, t);
  if (t.shape() != shape_ || t.elementType() != history_.elementType())
    throw poplibs_error("popops::CircBuf::add: a tensor of shape " + t.shapeToString() + " and type " +
                        t.elementType().toString() + " for a buffer of tensors of shape " +
                        poputil::detail::shapeText(shape_) + " and type " + history_.elementType().toString());
  mapInPlace(graph_, expr::Rem(expr::_1 + expr::Const(1u), expr::Const(size_)), {index_}, seq, di.context());
  dynamicUpdate(graph_, history_, t.expand({0}), index_, {0}, {1}, seq, di.context());
}

Graph::TileToTensorMapping CircBuf::getTileMapping() const { return graph_.getTileMapping(history_[0]); }

} // namespace popops
