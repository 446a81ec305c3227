// Losses and extremes, one row of a matrix per vertex.
#include <hand_scheduled.h>
#include <poplar/HalfFloat.hpp>
#include <poplar/Vertex.hpp>

using namespace poplar;

namespace popnn {

constexpr unsigned kMasked = 0xffffffffu;

/// The sum of term(0) to term(n - 1), in four lanes.
template <class F> inline float sumOf(unsigned n, F term) {
  float s0 = 0.0f, s1 = 0.0f, s2 = 0.0f, s3 = 0.0f;
  const unsigned quads = n / 4;
  for (unsigned q = 0; q != quads; ++q) {
    s0 += term(q * 4);
    s1 += term(q * 4 + 1);
    s2 += term(q * 4 + 2);
    s3 += term(q * 4 + 3);
  }
  for (unsigned i = quads * 4; i != n; ++i)
    s0 += term(i);
  return (s0 + s1) + (s2 + s3);
}

template <class T> unsigned largest(const T *row, unsigned n) {
  unsigned best = 0;
  for (unsigned i = 1; i < n; ++i)
    if (float(row[best]) < float(row[i]))
      best = i;
  return best;
}

/// Loss and deltas of one row against a class number.
template <class T, class Label, bool crossEntropy> class LossOfLabel : public Vertex {
public:
  Input<Vector<T>> outputs;
  Input<Label> label;
  Input<T> deltasScale, outputScaling;
  Output<Vector<T, VectorLayout::ONE_PTR>> deltas;
  Output<T> loss;

  bool compute() {
    popgraph::handScheduled();
    const unsigned classes = outputs.size(), expected = unsigned(*label);
    const float inverse = 1.0f / float(*outputScaling), scale = float(*deltasScale);
    if (expected == kMasked) {
      for (unsigned i = 0; i < classes; ++i)
        deltas[i] = T(0.0f);
      *loss = T(0.0f);
      return true;
    }
    const T *output = &outputs[0];
    T *delta = &deltas[0];
    const float sum = sumOf(classes, [=](unsigned i) {
      const float difference = float(output[i]) * inverse - (i == expected ? 1.0f : 0.0f);
      delta[i] = T(difference * scale);
      return difference * difference;
    });
    if constexpr (crossEntropy) {
      // The smallest positive normal number keeps the logarithm finite.
      const float probability = expected < classes ? float(outputs[expected]) * inverse : 1.0f;
      *loss = T(-__builtin_logf(probability > 1.17549435e-38f ? probability : 1.17549435e-38f));
    } else {
      *loss = T(0.5f * sum);
    }
    return true;
  }
};

/// Loss and deltas of one row against expected values.
template <class T, bool crossEntropy> class LossOfValues : public Vertex {
public:
  Input<Vector<T>> outputs;
  Input<Vector<T, VectorLayout::ONE_PTR>> expected;
  Input<T> deltasScale, outputScaling;
  Output<Vector<T, VectorLayout::ONE_PTR>> deltas;
  Output<T> loss;

  bool compute() {
    popgraph::handScheduled();
    const float inverse = 1.0f / float(*outputScaling), scale = float(*deltasScale);
    const T *from = &outputs[0], *to = &expected[0];
    T *delta = &deltas[0];
    *loss = T(sumOf(outputs.size(), [=](unsigned i) {
      const float output = float(from[i]) * inverse, wanted = float(to[i]);
      const float difference = output - wanted;
      delta[i] = T(difference * scale);
      if constexpr (crossEntropy)
        return -wanted * __builtin_logf(output > 1.17549435e-38f ? output : 1.17549435e-38f);
      else
        return 0.5f * difference * difference;
    }));
    return true;
  }
};

/// Whether the largest output of a row is the expected class.
template <class T, class Label> class IsCorrect : public Vertex {
public:
  Input<Vector<T>> outputs;
  Input<Label> label;
  Output<unsigned> correct;

  bool compute() {
    popgraph::handScheduled();
    const unsigned expected = unsigned(*label);
    *correct = expected != kMasked && largest(&outputs[0], outputs.size()) == expected;
    return true;
  }
};

#define INSTANTIATE(T)                                                                                               \
  template class LossOfLabel<T, int, true>;                                                                          \
  template class LossOfLabel<T, int, false>;                                                                         \
  template class LossOfLabel<T, unsigned, true>;                                                                     \
  template class LossOfLabel<T, unsigned, false>;                                                                    \
  template class LossOfValues<T, true>;                                                                              \
  template class LossOfValues<T, false>;                                                                             \
  template class IsCorrect<T, int>;                                                                                  \
  template class IsCorrect<T, unsigned>;
INSTANTIATE(float)
INSTANTIATE(half)
#undef INSTANTIATE

/// The largest (or smallest) element of a row and where it is.
template <class T, bool maximum> class Extreme : public Vertex {
public:
  Input<Vector<T>> row;
  Output<T> value;
  Output<unsigned> index;

  bool compute() {
    popgraph::handScheduled();
    unsigned best = 0;
    for (unsigned i = 1; i < row.size(); ++i)
      if (maximum ? row[best] < row[i] : row[i] < row[best])
        best = i;
    *value = row[best];
    *index = best;
    return true;
  }
};
template class Extreme<float, true>;
template class Extreme<float, false>;
template class Extreme<half, true>;
template class Extreme<half, false>;
template class Extreme<int, true>;
template class Extreme<int, false>;
template class Extreme<unsigned, true>;
template class Extreme<unsigned, false>;

} // namespace popnn
