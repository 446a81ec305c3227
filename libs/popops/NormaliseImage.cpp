#include <popops/NormaliseImage.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Zero.hpp>
#include <poputil/TileMapping.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/detail/ShapeText.hpp>
#include <poputil/exceptions.hpp>

namespace popops {

using poplar::DebugContext;
using poplar::Graph;
using poplar::Tensor;
using poplar::Type;
using poputil::poplibs_error;

namespace {

constexpr std::size_t kChannels = 3, kPaddedChannels = 4;

bool isImage(Type type) { return type == poplar::UNSIGNED_CHAR || type == poplar::HALF || type == poplar::FLOAT; }

void mapByPixels(Graph &graph, const Tensor &t, std::size_t channels) {
  const Tensor pixels = t.reshape({t.numElements() / channels, channels});
  const auto mapping = poputil::calcLinearTileMapping(graph, {pixels.dim(0)}, 32, 4);
  for (unsigned tile = 0; tile != mapping.size(); ++tile)
    for (const poplar::Interval &interval : mapping[tile]) graph.setTileMapping(pixels.slice(interval), tile);
}

} // namespace

Tensor createNormaliseImageInput(Graph &graph, const Type &type, const poplar::ArrayRef<std::size_t> shape,
                                 const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, type, shape);
  const std::vector<std::size_t> sizes(shape.begin(), shape.end());
  if (sizes.empty() || sizes.back() != kChannels || !isImage(type))
    throw poplibs_error("popops::createNormaliseImageInput: a shape of " + poputil::detail::shapeText(sizes) +
                        " and type " + type.toString() +
                        "; an innermost dimension of 3 and unsigned char, half or float would be right");
  const Tensor result = graph.addVariable(type, shape, di.context());
  mapByPixels(graph, result, kChannels);
  return di.output(result);
}

Tensor normaliseImage(Graph &graph, poplar::program::Sequence &seq, const Tensor &tIn, float inScale,
                      const Tensor &offsets, const Tensor &scales, const DebugContext &debugContext) {
  POPLIBS_OP_RECORD(di, graph, debugContext, tIn, inScale, offsets, scales);
  using namespace expr;
  const Type type = scales.elementType(), inType = tIn.elementType();
  const std::vector<std::size_t> perChannel{kChannels};
  if (tIn.rank() == 0 || tIn.dim(tIn.rank() - 1) != kChannels || offsets.shape() != perChannel ||
      scales.shape() != perChannel || offsets.elementType() != type ||
      (type != poplar::HALF && type != poplar::FLOAT) || (inType != poplar::UNSIGNED_CHAR && inType != type))
    throw poplibs_error("popops::normaliseImage: an image of shape " + tIn.shapeToString() + " and type " +
                        inType.toString() + " with offsets of shape " + offsets.shapeToString() + " and type " +
                        offsets.elementType().toString() + " and scales of shape " + scales.shapeToString() + " and type " + type.toString() +
                        "; [..,3], [3] and [3] of half or float would be right");
  const DebugContext context(di.context(), "NormaliseImage");
  std::vector<std::size_t> shape = tIn.shape();
  shape.back() = kPaddedChannels;
  const Tensor result = graph.addVariable(type, shape, {context, "out"});
  if (result.numElements() == 0) return di.output(result);
  mapByPixels(graph, result, kPaddedChannels);
  const unsigned inner = tIn.rank() - 1;
  const Any x = Cast(_1, poplar::FLOAT);
  mapWithOutput(graph, Cast(Mul(Sub(Mul(x, Const(inScale)), Cast(_2, poplar::FLOAT)), Cast(_3, poplar::FLOAT)), type),
                {tIn, offsets, scales}, result.slice(0, kChannels, inner), seq, context);
  zero(graph, result.slice(kChannels, kPaddedChannels, inner), seq, context);
  return di.output(result);
}

} // namespace popops
