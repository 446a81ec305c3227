// What views mean, element by element, from the definitions alone.
#include <functional>
#include <numeric>

#include "tests/fuzz/Script.hpp"

namespace fuzz {

std::size_t bytesOf(Type type) {
  static constexpr std::size_t sizes[] = {
#define X(name, cpp, computes) sizeof(cpp),
      FUZZ_TYPES(X)
#undef X
  };
  return sizes[static_cast<unsigned>(type)];
}

bool computes(Type type) {
  static constexpr bool yes[] = {
#define X(name, cpp, computes) computes != 0,
      FUZZ_TYPES(X)
#undef X
  };
  return yes[static_cast<unsigned>(type)];
}

namespace {

std::size_t product(const Shape &shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t(1), std::multiplies<>());
}

std::size_t flatIndex(const Shape &index, const Shape &shape) {
  std::size_t flat = 0;
  for (std::size_t d = 0; d < shape.size(); ++d) flat = flat * shape[d] + index[d];
  return flat;
}

/// A view of `shape` whose element at an index is the element of `of` at another.
Elements select(const Elements &of, Shape shape, const std::function<void(Shape &)> &toSource) {
  Elements result{std::move(shape), {}};
  const std::size_t count = product(result.shape);
  for (std::size_t flat = 0; flat < count; ++flat) {
    Shape index(result.shape.size());
    for (std::size_t d = index.size(), rest = flat; d-- > 0; rest /= result.shape[d]) index[d] = rest % result.shape[d];
    toSource(index);
    result.places.push_back(of.places[flatIndex(index, of.shape)]);
  }
  return result;
}

Elements concatenate(const std::vector<Elements> &of, std::size_t dimension) {
  Shape shape = of[0].shape;
  shape[dimension] = 0;
  for (const Elements &part : of) shape[dimension] += part.shape[dimension];
  Elements result{shape, std::vector<Place>(product(shape))};
  std::size_t start = 0;
  for (const Elements &part : of) {
    for (std::size_t flat = 0; flat < part.places.size(); ++flat) {
      Shape index(shape.size());
      for (std::size_t d = index.size(), rest = flat; d-- > 0; rest /= part.shape[d]) index[d] = rest % part.shape[d];
      index[dimension] += start;
      result.places[flatIndex(index, shape)] = part.places[flat];
    }
    start += part.shape[dimension];
  }
  return result;
}

} // namespace

Elements apply(const View &view, const std::vector<Elements> &of, const std::vector<Variable> &variables) {
  const auto &n = view.numbers;
  if (view.op == View::Op::Whole) {
    Elements result{variables[n[0]].shape, {}};
    for (std::size_t i = 0; i < variables[n[0]].elements(); ++i) result.places.push_back({n[0], i});
    return result;
  }
  Shape shape = of[0].shape;
  switch (view.op) {
  case View::Op::Whole: break;
  case View::Op::Slice: // dimension, begin, end
    shape[n[0]] = n[2] - n[1];
    return select(of[0], shape, [&](Shape &index) { index[n[0]] += n[1]; });
  case View::Op::Index: // index of dimension 0
    shape.erase(shape.begin());
    return select(of[0], shape, [&](Shape &index) { index.insert(index.begin(), n[0]); });
  case View::Op::Shuffle: // permutation
    for (std::size_t d = 0; d < n.size(); ++d) shape[d] = of[0].shape[n[d]];
    return select(of[0], shape, [&](Shape &index) {
      const Shape old = index;
      for (std::size_t d = 0; d < n.size(); ++d) index[n[d]] = old[d];
    });
  case View::Op::Reverse: // dimension
    return select(of[0], shape, [&](Shape &index) { index[n[0]] = shape[n[0]] - 1 - index[n[0]]; });
  case View::Op::SubSample: // dimension, stride
    shape[n[0]] = (shape[n[0]] + n[1] - 1) / n[1];
    return select(of[0], shape, [&](Shape &index) { index[n[0]] *= n[1]; });
  case View::Op::Upsample: // dimension, scale
    shape[n[0]] *= n[1];
    return select(of[0], shape, [&](Shape &index) { index[n[0]] /= n[1]; });
  case View::Op::Broadcast: { // dimension, times
    const std::size_t old = shape[n[0]];
    shape[n[0]] *= n[1];
    return select(of[0], shape, [&](Shape &index) { index[n[0]] %= old; });
  }
  case View::Op::Reshape: return {n, of[0].places};
  case View::Op::Expand: // before which dimension
    shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(n[0]), 1);
    return {shape, of[0].places};
  case View::Op::Squeeze: // which dimension, of size 1
    shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(n[0]));
    return {shape, of[0].places};
  case View::Op::Concat: return concatenate(of, n[0]);
  }
  return {};
}

Elements elementsOf(const View &view, const std::vector<Variable> &variables) {
  std::vector<Elements> of;
  for (const View &part : view.of) of.push_back(elementsOf(part, variables));
  return apply(view, of, variables);
}

} // namespace fuzz
