#include <popnn/NonLinearity.hpp>
#include <popnn/NonLinearityDefUtil.hpp>
#include <popops/ElementWise.hpp>
#include <popops/ElementWiseUtil.hpp>
#include <popops/Reduce.hpp>
#include <popops/detail/MapInto.hpp>
#include <poputil/exceptions.hpp>
#include <istream>
#include <ostream>

namespace popnn {

using namespace popops::expr;
using poplar::DebugContext;
using poplar::Graph;
using poplar::Tensor;
using poplar::program::Sequence;
using poputil::poplibs_error;

namespace {

constexpr const char *kNames[] = {"sigmoid", "hard_sigmoid", "relu",    "tanh",           "gelu",
                                  "gelu_erf", "swish",       "softmax", "softmax_stable", "softmax_scaled"};
// The largest factor that keeps half sums of a softmax row finite with some room.
constexpr float kSoftmaxScaling = 62000.0f;

bool isSoftmax(NonLinearityType type) {
  return type == NonLinearityType::SOFTMAX || type == NonLinearityType::SOFTMAX_STABLE ||
         type == NonLinearityType::SOFTMAX_SCALED;
}

void check(const char *function, NonLinearityType type, const Tensor &t) {
  if (t.elementType() != poplar::HALF && t.elementType() != poplar::FLOAT)
    throw poplibs_error(std::string(function) + ": " + asString(type) + " of a tensor of type " +
                        t.elementType().toString() + "; half and float would be right");
  if (isSoftmax(type) && t.rank() == 0)
    throw poplibs_error(std::string(function) + ": " + asString(type) +
                        " of a scalar; it works along the innermost dimension");
}

// gelu(x) = 0.5 x (1 + tanh(kA (x + kB x^3)))
constexpr float kGeluA = 0.7978845608f, kGeluB = 0.044715f;

/// f(_1) for everything but softmax.
Any function(NonLinearityType type) {
  switch (type) {
  case NonLinearityType::SIGMOID:
    return Sigmoid(_1);
  case NonLinearityType::HARD_SIGMOID:
    return Clamp(_1 * 0.2f + 0.5f, Const(0.0f), Const(1.0f));
  case NonLinearityType::RELU:
    return Relu(_1);
  case NonLinearityType::TANH:
    return Tanh(_1);
  case NonLinearityType::GELU:
    return _1 * 0.5f * (Tanh((_1 + Square(_1) * _1 * kGeluB) * kGeluA) + 1.0f);
  case NonLinearityType::GELU_ERF:
    return GeluErf(_1);
  default:
    return _1 * Sigmoid(_1); // SWISH
  }
}

/// The gradient from act = _1 and the gradient at the output = _2.
Any gradient(NonLinearityType type) {
  switch (type) {
  case NonLinearityType::SIGMOID:
    return _2 * _1 * (1.0f - _1);
  case NonLinearityType::HARD_SIGMOID:
    return Select(_2 * 0.2f, Const(0.0f), _1 > 0.0f && _1 < 1.0f);
  case NonLinearityType::RELU:
    return Select(_2, Const(0.0f), _1 > 0.0f);
  case NonLinearityType::TANH:
    return _2 * (1.0f - Square(_1));
  case NonLinearityType::GELU: {
    const Any t = Tanh((_1 + Square(_1) * _1 * kGeluB) * kGeluA);
    return _2 * (0.5f * (t + 1.0f) +
                 0.5f * _1 * (1.0f - Square(t)) * (Square(_1) * (3.0f * kGeluB) + 1.0f) * kGeluA);
  }
  case NonLinearityType::GELU_ERF: // Phi(x) + x phi(x)
    return _2 * (0.5f * (Erf(_1 * 0.7071067812f) + 1.0f) + _1 * 0.3989422804f * Exp(Square(_1) * -0.5f));
  default: { // SWISH
    const Any s = Sigmoid(_1);
    return _2 * s * (_1 * (1.0f - s) + 1.0f);
  }
  }
}

std::size_t innermost(const Tensor &t) { return t.rank() - 1; }

void softmaxInPlace(Graph &graph, NonLinearityType type, const Tensor &t, Sequence &prog,
                    const DebugContext &debugContext) {
  const DebugContext context(debugContext, asString(type));
  if (t.numElements() == 0)
    return;
  const std::size_t last = innermost(t);
  if (type == NonLinearityType::SOFTMAX) {
    popops::expInPlace(graph, t, prog, context);
  } else {
    const Tensor most = popops::reduce(graph, t, {last}, popops::Operation::MAX, prog, context).expand({last});
    popops::mapInPlace(graph, Exp(_1 - _2), {t, most}, prog, context);
  }
  const Tensor sum =
      popops::reduce(graph, t, poplar::FLOAT, {last}, popops::Operation::ADD, prog, context).expand({last});
  const float scaling = type == NonLinearityType::SOFTMAX_SCALED ? kSoftmaxScaling : 1.0f;
  if (t.elementType() == poplar::FLOAT)
    popops::mapInPlace(graph, scaling == 1.0f ? Any(_1 / _2) : Any(_1 * scaling / _2), {t, sum}, prog, context);
  else
    popops::mapInPlace(graph, Cast(Cast(_1, poplar::FLOAT) * scaling / _2, poplar::HALF), {t, sum}, prog, context);
}

Tensor softmaxGradient(Graph &graph, NonLinearityType type, const Tensor &act, const Tensor &outGradient,
                       Sequence &prog, const DebugContext &debugContext) {
  // dx = y (g - sum(y g)); the scaled form holds y times the scaling.
  const DebugContext context(debugContext, asString(type));
  const std::size_t last = innermost(act);
  const float inverse = type == NonLinearityType::SOFTMAX_SCALED ? 1.0f / kSoftmaxScaling : 1.0f;
  const Tensor weighted = popops::map(graph, Cast(_1, poplar::FLOAT) * inverse * Cast(_2, poplar::FLOAT),
                                      {act, outGradient}, prog, context);
  const Tensor sum = popops::reduce(graph, weighted, {last}, popops::Operation::ADD, prog, context).expand({last});
  return popops::map(graph,
                     Cast(Cast(_1, poplar::FLOAT) * inverse * (Cast(_2, poplar::FLOAT) - _3), act.elementType()),
                     {act, outGradient, sum}, prog, context);
}

float scalingOf(NonLinearityType type) {
  return type == NonLinearityType::SOFTMAX_SCALED ? kSoftmaxScaling : 1.0f;
}

} // namespace

const char *asString(const NonLinearityType &type) { return kNames[static_cast<std::size_t>(type)]; }

std::ostream &operator<<(std::ostream &os, const NonLinearityType &type) { return os << asString(type); }

std::istream &operator>>(std::istream &in, NonLinearityType &type) {
  std::string word;
  in >> word;
  for (std::size_t i = 0; i != std::size(kNames); ++i)
    if (word == kNames[i]) {
      type = static_cast<NonLinearityType>(i);
      return in;
    }
  throw poplibs_error("popnn::NonLinearityType: '" + word + "' is not the name of a non-linearity");
}

void nonLinearityInPlace(Graph &graph, NonLinearityType type, const Tensor &t, Sequence &prog,
                         const DebugContext &debugContext) {
  check("popnn::nonLinearityInPlace", type, t);
  if (isSoftmax(type))
    softmaxInPlace(graph, type, t, prog, debugContext);
  else
    popops::mapInPlace(graph, function(type), {t}, prog, {debugContext, asString(type)});
}

void nonLinearityInPlace(Graph &graph, NonLinearityType type, const Tensor &t, poplar::ComputeSet &cs,
                         const DebugContext &) {
  check("popnn::nonLinearityInPlace", type, t);
  if (isSoftmax(type))
    throw poplibs_error("popnn::nonLinearityInPlace: softmax takes several steps and cannot be put in one compute set");
  popops::detail::mapIntoComputeSet("popnn::nonLinearityInPlace", graph, function(type), {t}, t, cs);
}

void nonLinearityInPlace(Graph &graph, NonLinearityType type, const Tensor &t, float &nonLinearityScaling,
                         Sequence &prog, const DebugContext &debugContext) {
  nonLinearityScaling = scalingOf(type);
  nonLinearityInPlace(graph, type, t, prog, debugContext);
}

void nonLinearityInPlace(Graph &graph, NonLinearityType type, const Tensor &t, float &nonLinearityScaling,
                         poplar::ComputeSet &cs, const DebugContext &debugContext) {
  nonLinearityScaling = scalingOf(type);
  nonLinearityInPlace(graph, type, t, cs, debugContext);
}

Tensor nonLinearity(Graph &graph, NonLinearityType type, const Tensor &t, Sequence &prog,
                    const DebugContext &debugContext) {
  check("popnn::nonLinearity", type, t);
  if (!isSoftmax(type))
    return popops::map(graph, function(type), {t}, prog, {debugContext, asString(type)});
  const Tensor result =
      popops::createOutputForElementWiseOp(graph, {t}, t.elementType(), {debugContext, asString(type)});
  prog.add(poplar::program::Copy(t, result, false, debugContext));
  softmaxInPlace(graph, type, result, prog, debugContext);
  return result;
}

Tensor nonLinearity(Graph &graph, NonLinearityType type, const Tensor &t, float &nonLinearityScaling, Sequence &prog,
                    const DebugContext &debugContext) {
  nonLinearityScaling = scalingOf(type);
  return nonLinearity(graph, type, t, prog, debugContext);
}

Tensor nonLinearityInputGradient(Graph &graph, NonLinearityType type, const Tensor &act, const Tensor &outGradient,
                                 Sequence &prog, const DebugContext &debugContext) {
  check("popnn::nonLinearityInputGradient", type, act);
  if (act.shape() != outGradient.shape())
    throw poplibs_error("popnn::nonLinearityInputGradient: activations of shape " + act.shapeToString() +
                        " with a gradient of shape " + outGradient.shapeToString() + "; they must be equal");
  if (isSoftmax(type))
    return softmaxGradient(graph, type, act, outGradient, prog, debugContext);
  return popops::map(graph, gradient(type), {act, outGradient}, prog, {debugContext, asString(type)});
}

Tensor nonLinearityInputGradient(Graph &graph, NonLinearityType type, const Tensor &act, const Tensor &outGradient,
                                 poplar::ComputeSet &cs, const DebugContext &debugContext) {
  check("popnn::nonLinearityInputGradient", type, act);
  if (isSoftmax(type))
    throw poplibs_error("popnn::nonLinearityInputGradient: softmax takes several steps and cannot be put in one "
                        "compute set");
  const Tensor result = popops::createOutputForElementWiseOp(graph, {act, outGradient}, act.elementType(),
                                                             {debugContext, asString(type)});
  popops::detail::mapIntoComputeSet("popnn::nonLinearityInputGradient", graph, gradient(type), {act, outGradient},
                                    result, cs);
  return result;
}

} // namespace popnn
