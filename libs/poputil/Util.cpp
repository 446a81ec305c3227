#include <poputil/Util.hpp>
#include <poputil/detail/OpRecord.hpp>
#include <poputil/exceptions.hpp>
#include <poplar/TypeConversion.hpp>
#include <cmath>
#include <cstdint>
#include <limits>

namespace poputil {

using poplar::Graph;
using poplar::Target;
using poplar::Tensor;
using poplar::Type;

Tensor duplicate(Graph &graph, const Tensor &in, poplar::program::Sequence &prog,
                 const poplar::DebugContext &debugContext, poplar::TensorCloneMethod method) {
  POPLIBS_OP_RECORD(di, graph, debugContext, in, method);
  Tensor copy = graph.clone(in, di.context(), method);
  // With aliases kept, the repeated elements are copied once: a destination may not name an element twice.
  if (copy.containsAliases()) {
    throw poplibs_error("poputil::duplicate: a tensor of shape " + in.shapeToString() +
                        " with repeated elements cannot be duplicated with a clone method that keeps its aliases");
  }
  prog.add(poplar::program::Copy(in, copy, false, di.context()));
  return di.output(copy);
}

Tensor cloneN(Graph &graph, const Tensor &t, unsigned N, const poplar::DebugContext &debugContext,
              poplar::TensorCloneMethod method) {
  POPLIBS_OP_RECORD(di, graph, debugContext, t, N, method);
  if (N == 0) throw poplibs_error("poputil::cloneN: N is 0; it must be at least 1");
  std::vector<Tensor> clones;
  for (unsigned i = 0; i != N; ++i) clones.push_back(graph.clone(t, di.context(), method).expand({0}));
  return di.output(poplar::concat(clones));
}

std::vector<int> balancedPartition(int rangeUpperBound, int splitCount) {
  if (splitCount <= 0 || rangeUpperBound < 0)
    throw poplibs_error("poputil::balancedPartition: splitCount must be positive and the range not negative");
  std::vector<int> parts(static_cast<std::size_t>(splitCount), rangeUpperBound / splitCount);
  for (int i = 0; i != rangeUpperBound % splitCount; ++i) ++parts[static_cast<std::size_t>(i)];
  return parts;
}

double castToDeviceHalfValue(const Target &target, double input) {
  std::uint16_t half;
  double result;
  poplar::copyDoubleToDeviceHalf(target, &input, &half, 1);
  poplar::copyDeviceHalfToDouble(target, &half, &result, 1);
  return result;
}

bool checkAccuracyWhenCast(const Target &target, double input, const Type &inputType, const Type &outputType,
                           double tolerance) {
  const auto rounded = [&](double value, const Type &type) {
    if (type == poplar::HALF) return castToDeviceHalfValue(target, value);
    if (type == poplar::FLOAT) return static_cast<double>(static_cast<float>(value));
    return std::trunc(value);
  };
  const double before = rounded(input, inputType);
  const double after = rounded(before, outputType);
  if (std::isnan(before) || std::isinf(after)) return false;
  if (before == 0) return after == 0;
  return std::fabs(after - before) <= tolerance * std::fabs(before);
}

Tensor factorDims(const Tensor &t, const std::vector<std::size_t> &factors, unsigned startDim) {
  const unsigned n = static_cast<unsigned>(factors.size());
  if (startDim + n > t.rank())
    throw poplibs_error("poputil::factorDims: " + std::to_string(n) + " factors from dimension " +
                        std::to_string(startDim) + " on a tensor of shape " + t.shapeToString());
  std::vector<std::size_t> shape = t.shape(), split(shape.begin(), shape.begin() + startDim);
  for (unsigned i = 0; i != n; ++i) {
    if (factors[i] == 0 || shape[startDim + i] % factors[i] != 0)
      throw poplibs_error("poputil::factorDims: factor " + std::to_string(factors[i]) + " does not divide dimension " +
                          std::to_string(startDim + i) + " of a tensor of shape " + t.shapeToString());
    split.push_back(shape[startDim + i] / factors[i]);
    split.push_back(factors[i]);
  }
  split.insert(split.end(), shape.begin() + startDim + n, shape.end());
  std::vector<unsigned> source, destination;
  for (unsigned i = 0; i != n; ++i) {
    source.push_back(startDim + 2 * i);
    destination.push_back(startDim + i);
    source.push_back(startDim + 2 * i + 1);
    destination.push_back(startDim + n + i);
  }
  return t.reshape(split).dimShufflePartial(source, destination);
}

Tensor unfactorDims(const Tensor &t, unsigned numDims, unsigned startDim) {
  if (startDim + 2 * numDims > t.rank())
    throw poplibs_error("poputil::unfactorDims: " + std::to_string(numDims) + " factored dimensions from " +
                        std::to_string(startDim) + " on a tensor of shape " + t.shapeToString());
  std::vector<unsigned> source, destination;
  std::vector<std::size_t> shape = t.shape(), joined(shape.begin(), shape.begin() + startDim);
  for (unsigned i = 0; i != numDims; ++i) {
    source.push_back(startDim + i);
    destination.push_back(startDim + 2 * i);
    source.push_back(startDim + numDims + i);
    destination.push_back(startDim + 2 * i + 1);
    joined.push_back(shape[startDim + i] * shape[startDim + numDims + i]);
  }
  joined.insert(joined.end(), shape.begin() + startDim + 2 * numDims, shape.end());
  return t.dimShufflePartial(source, destination).reshape(joined);
}

} // namespace poputil
