#include <popops/ScaledAdd.hpp>
#include <popops/ElementWise.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/detail/Options.hpp>
#include <poputil/exceptions.hpp>
#include <optional>
#include <vector>

namespace popops {

using namespace expr;
using poplar::DebugContext;
using poplar::Graph;
using poplar::OptionFlags;
using poplar::Tensor;
using poplar::program::Sequence;
using poputil::poplibs_error;

namespace {

bool isReal(poplar::Type type) { return type == poplar::HALF || type == poplar::FLOAT; }

/// A scale: absent (one), a number, or operand number `index`.
struct Scale {
  std::optional<float> number;
  Tensor tensor;
};

class Builder {
public:
  Builder(const char *function, const Tensor &a, const Tensor &b) : function_(function), ts_{a, b} {
    const poplar::Type typeA = a.elementType(), typeB = b.elementType();
    if (a.shape() != b.shape())
      throw poplibs_error(function_ + ": A has the shape " + a.shapeToString() + " and B " + b.shapeToString() +
                          "; they must be equal");
    const bool integers = typeA == typeB && (typeA == poplar::INT || typeA == poplar::UNSIGNED_INT);
    if (!integers && !(isReal(typeA) && isReal(typeB)))
      throw poplibs_error(function_ + ": A has the type " + typeA.toString() + " and B " + typeB.toString() +
                          "; half and float, or twice int or unsigned int, would be right");
    compute_ = isReal(typeA) ? poplar::FLOAT : typeA;
  }

  Any operandA() const { return in(_1, ts_[0]); }
  Any operandB() const { return in(_2, ts_[1]); }

  Any scale(const Scale &scale) {
    if (scale.number) return Cast(Const(*scale.number), compute_);
    if (scale.tensor.numElements() != 1)
      throw poplibs_error(function_ + ": a scale of shape " + scale.tensor.shapeToString() +
                          "; it must have one element");
    if (isReal(compute_) != isReal(scale.tensor.elementType()))
      throw poplibs_error(function_ + ": a scale of type " + scale.tensor.elementType().toString() +
                          " for data of type " + ts_[0].elementType().toString());
    ts_.push_back(scale.tensor);
    return in(PlaceHolder(static_cast<unsigned>(ts_.size())), scale.tensor);
  }

  void store(Graph &graph, const Any &value, Sequence &prog, const DebugContext &debugContext) {
    mapInPlace(graph, Cast(value, ts_[0].elementType()), ts_, prog, debugContext);
  }

private:
  Any in(const PlaceHolder &place, const Tensor &t) const {
    return t.elementType() == compute_ ? Any(place) : Any(Cast(place, compute_));
  }

  std::string function_;
  std::vector<Tensor> ts_;
  poplar::Type compute_;
};

void checkOptions(const char *function, const OptionFlags &options) {
  bool speed = false;
  double tolerance = 0;
  poputil::detail::parseOptions(function, options,
                                {{"optimizeForSpeed", poputil::detail::boolOption(speed)},
                                 {"scaleFloatToHalfTolerance", poputil::detail::numberOption(tolerance, 0, 1)}});
}

void apply(const char *function, Graph &graph, const Tensor &a, const std::optional<Scale> &scaleA, const Tensor &b,
           const Scale &scaleB, bool subtract, bool fromX, Sequence &prog, const DebugContext &debugContext,
           const OptionFlags &options) {
  checkOptions(function, options);
  Builder builder(function, a, b);
  Any left = builder.operandA();
  if (scaleA) {
    const Any scaled = Mul(builder.scale(*scaleA), left);
    left = fromX ? Any(Sub(left, scaled)) : scaled;
  }
  const Any right = Mul(builder.scale(scaleB), builder.operandB());
  builder.store(graph, subtract ? Any(Sub(left, right)) : Any(Add(left, right)), prog, debugContext);
}

constexpr char kAdd[] = "popops::scaledAddTo";
constexpr char kSubtract[] = "popops::scaledSubtractFrom";

Scale number(float value) { return {value, Tensor()}; }
Scale tensor(const Tensor &t) { return {std::nullopt, t}; }

} // namespace

void scaledAddTo(Graph &graph, Tensor A, Tensor B, float scaleB, Sequence &prog, const DebugContext &debugContext,
                 const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, A, B, scaleB, options);
  apply(kAdd, graph, A, std::nullopt, B, number(scaleB), false, false, prog, di.context(), options);
}
void scaledAddTo(Graph &graph, Tensor A, Tensor B, Tensor scaleB, Sequence &prog, const DebugContext &debugContext,
                 const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, A, B, scaleB, options);
  apply(kAdd, graph, A, std::nullopt, B, tensor(scaleB), false, false, prog, di.context(), options);
}
void scaledAddTo(Graph &graph, Tensor A, Tensor scaleA, Tensor B, Tensor scaleB, Sequence &prog,
                 const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, A, scaleA, B, scaleB, options);
  apply(kAdd, graph, A, tensor(scaleA), B, tensor(scaleB), false, false, prog, di.context(), options);
}
void scaledAddTo(Graph &graph, Tensor A, Tensor scaleA, Tensor B, Tensor scaleB, Sequence &prog,
                 ScaledAddSpecialisation speciality, const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, A, scaleA, B, scaleB, speciality, options);
  apply(kAdd, graph, A, tensor(scaleA), B, tensor(scaleB), false,
        speciality == ScaledAddSpecialisation::X_MINUS_AX_PLUS_BY, prog, di.context(), options);
}
void scaledAddTo(Graph &graph, Tensor A, float scaleA, Tensor B, float scaleB, Sequence &prog,
                 const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, A, scaleA, B, scaleB, options);
  apply(kAdd, graph, A, number(scaleA), B, number(scaleB), false, false, prog, di.context(), options);
}
void scaledAddTo(Graph &graph, Tensor A, float scaleA, Tensor B, float scaleB, Sequence &prog,
                 ScaledAddSpecialisation speciality, const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, A, scaleA, B, scaleB, speciality, options);
  apply(kAdd, graph, A, number(scaleA), B, number(scaleB), false,
        speciality == ScaledAddSpecialisation::X_MINUS_AX_PLUS_BY, prog, di.context(), options);
}
void scaledSubtractFrom(Graph &graph, Tensor A, Tensor B, float scaleB, Sequence &prog,
                        const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, A, B, scaleB, options);
  apply(kSubtract, graph, A, std::nullopt, B, number(scaleB), true, false, prog, di.context(), options);
}
void scaledSubtractFrom(Graph &graph, Tensor A, Tensor B, Tensor scaleB, Sequence &prog,
                        const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, A, B, scaleB, options);
  apply(kSubtract, graph, A, std::nullopt, B, tensor(scaleB), true, false, prog, di.context(), options);
}
void scaledSubtractFrom(Graph &graph, Tensor A, Tensor scaleA, Tensor B, Tensor scaleB, Sequence &prog,
                        const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, A, scaleA, B, scaleB, options);
  apply(kSubtract, graph, A, tensor(scaleA), B, tensor(scaleB), true, false, prog, di.context(), options);
}
void scaledSubtractFrom(Graph &graph, Tensor A, float scaleA, Tensor B, float scaleB, Sequence &prog,
                        const DebugContext &debugContext, const OptionFlags &options) {
  POPLIBS_OP_RECORD(di, graph, debugContext, A, scaleA, B, scaleB, options);
  apply(kSubtract, graph, A, number(scaleA), B, number(scaleB), true, false, prog, di.context(), options);
}

} // namespace popops

template <> poplar::ProfileValue poputil::toProfileValue(const popops::ScaledAddSpecialisation &t) {
  return t == popops::ScaledAddSpecialisation::DEFAULT ? "DEFAULT" : "X_MINUS_AX_PLUS_BY";
}
