// Random numbers from the workers' generators. A vertex with a seed sets the generator of each worker from (seed,
// modifier, tile, worker, run), draws, and leaves it as it was.
#include <hand_scheduled.h>
#include <ipu_builtins.h>
#include <ipudef.h>
#include <poplar/HalfFloat.hpp>
#include <poplar/Vertex.hpp>

using namespace poplar;

namespace poprand {

/// A bijection of words that spreads each bit over all.
inline unsigned mixed(unsigned x) {
  x = (x ^ x >> 16) * 0x85ebca6bu;
  x = (x ^ x >> 13) * 0xc2b2ae35u;
  return x ^ x >> 16;
}

/// The generator's registers.
struct State {
  unsigned words[4];
  static State now() {
    return {{__builtin_ipu_uget(CSR_W_PRNG_0_0__INDEX), __builtin_ipu_uget(CSR_W_PRNG_0_1__INDEX),
             __builtin_ipu_uget(CSR_W_PRNG_1_0__INDEX), __builtin_ipu_uget(CSR_W_PRNG_1_1__INDEX)}};
  }
  /// Each argument alone makes another state.
  static State of(const unsigned *seed, unsigned modifier, unsigned tile, unsigned worker, unsigned run) {
    const unsigned a = mixed(seed[0] + mixed(modifier + 0x9e3779b9u)), b = mixed(seed[1] + mixed(tile * 64 + worker));
    const unsigned c = mixed(a + mixed(run + b));
    return {{a, b, c, mixed(c + (a ^ b) + 0x9e3779b9u)}};
  }
  void use() const {
    __builtin_ipu_uput(words[0], CSR_W_PRNG_0_0__INDEX);
    __builtin_ipu_uput(words[1], CSR_W_PRNG_0_1__INDEX);
    __builtin_ipu_uput(words[2], CSR_W_PRNG_1_0__INDEX);
    __builtin_ipu_uput(words[3], CSR_W_PRNG_1_1__INDEX);
  }
};

/// Calls f(i, count) for one worker's elements [i, i + count), two at a time. Workers share no word: they take whole
/// multiples of four.
template <class F>
inline void forPairs(unsigned n, unsigned worker, const unsigned *seed, unsigned modifier, unsigned tile, unsigned run,
                     F f) {
  const unsigned blocks = (n + 3) / 4;
  const unsigned per = (blocks + MultiVertex::numWorkers() - 1) / MultiVertex::numWorkers() * 4;
  const unsigned first = worker * per;
  const unsigned last = first + per < n ? first + per : n;
  if (first >= last) return;
  const State before = State::now();
  State::of(seed, modifier, tile, worker, run).use();
  const unsigned pairs = (last - first) / 2;
  for (unsigned i = 0; i != pairs; ++i)
    f(first + 2 * i, 2u);
  if ((last - first) % 2) f(last - 1, 1u);
  before.use();
}

// Pairs of elements as one access; a tile's memory keeps pairs of floats at multiples of 8 bytes.
inline void putPair(float *out, float2 values) { *reinterpret_cast<float2 *>(out) = values; }
inline void putPair(half *out, float2 values) { *reinterpret_cast<half2 *>(out) = half2(values); }
inline void putPair(int *out, float2 values) {
  out[0] = int(values[0]);
  out[1] = int(values[1]);
}
inline float2 getPair(const float *in) { return *reinterpret_cast<const float2 *>(in); }
inline float2 getPair(const half *in) { return reinterpret_cast<const half2 *>(in)->floats(); }

/// Writes what `draw` gives for pairs of elements.
#define POPRAND_FILL(draw)                                                                                           \
  forPairs(out.size(), worker, &seed[0], modifier, tile, run, [&](unsigned at, unsigned count) {                     \
    const float2 values = draw;                                                                                      \
    if (count == 2)                                                                                                  \
      putPair(&out[at], values);                                                                                     \
    else                                                                                                             \
      out[at] = T(values[0]);                                                                                        \
  })

template <class T> class Uniform : public MultiVertex {
public:
  Output<Vector<T, VectorLayout::SPAN, 8>> out;
  Input<Vector<unsigned, VectorLayout::ONE_PTR>> seed;
  /// centre - width / 2 is not below the lowest value.
  const float centre, width, high;
  const unsigned modifier, tile, run;

  bool compute(unsigned worker) {
    popgraph::handScheduled();
    const float middle = centre, scale = width, most = high;
    POPRAND_FILL(uniform(middle, scale, most));
    return true;
  }

private:
  static float2 uniform(float middle, float scale, float most) {
    return __builtin_elementwise_min(popgraph::math::f32v2urand() * scale + middle, float2{most, most});
  }
};
template class Uniform<float>;
template class Uniform<half>;

/// low + [0, span], both ends included; span 0xffffffff is every integer.
class UniformInt : public MultiVertex {
public:
  Output<Vector<int>> out;
  Input<Vector<unsigned, VectorLayout::ONE_PTR>> seed;
  const int low;
  const unsigned span;
  const unsigned modifier, tile, run;

  bool compute(unsigned worker) {
    popgraph::handScheduled();
    const unsigned base = unsigned(low);
    const unsigned long long count64 = 1ull + span;
    forPairs(out.size(), worker, &seed[0], modifier, tile, run, [&](unsigned at, unsigned count) {
      for (unsigned j = 0; j < count; ++j)
        out[at + j] = int(base + unsigned((count64 * __builtin_ipu_urand32()) >> 32));
    });
    return true;
  }
};

template <class T> class Bernoulli : public MultiVertex {
public:
  Output<Vector<T, VectorLayout::SPAN, 8>> out;
  Input<Vector<unsigned, VectorLayout::ONE_PTR>> seed;
  const float probability;
  const unsigned modifier, tile, run;

  bool compute(unsigned worker) {
    popgraph::handScheduled();
    const float limit = probability;
    const float2 ones{1.0f, 1.0f};
    POPRAND_FILL(__builtin_ipu_rmask(ones, limit));
    return true;
  }
};
template class Bernoulli<float>;
template class Bernoulli<half>;
template class Bernoulli<int>;

template <class T> class Normal : public MultiVertex {
public:
  Output<Vector<T, VectorLayout::SPAN, 8>> out;
  Input<Vector<unsigned, VectorLayout::ONE_PTR>> seed;
  const float mean, deviation;
  const unsigned modifier, tile, run;

  bool compute(unsigned worker) {
    popgraph::handScheduled();
    const float centre = mean, scale = deviation;
    POPRAND_FILL(normal(centre, scale));
    return true;
  }

private:
  static float2 normal(float centre, float scale) {
    return __builtin_ipu_f32v2grand() * scale + centre;
  }
};
template class Normal<float>;
template class Normal<half>;

template <class T> class TruncatedNormal : public MultiVertex {
public:
  Output<Vector<T>> out;
  Input<Vector<unsigned, VectorLayout::ONE_PTR>> seed;
  const float mean, deviation, alpha;
  const unsigned modifier, tile, run;

  bool compute(unsigned worker) {
    popgraph::handScheduled();
    const float centre = mean, scale = deviation, limit = alpha;
    forPairs(out.size(), worker, &seed[0], modifier, tile, run, [&](unsigned at, unsigned count) {
      for (unsigned j = 0; j < count; ++j)
        out[at + j] = T(centre + scale * within(limit));
    });
    return true;
  }

private:
  /// Values outside are drawn again.
  static float within(float limit) {
    for (unsigned attempt = 0; attempt != 64; ++attempt) {
      const float2 drawn = __builtin_ipu_f32v2grand();
      if (__builtin_fabsf(drawn[0]) <= limit) return drawn[0];
      if (__builtin_fabsf(drawn[1]) <= limit) return drawn[1];
    }
    // Only for a narrow interval, over which the density is flat.
    return limit * 2.0f * __builtin_ipu_urand_f32();
  }
};
template class TruncatedNormal<float>;
template class TruncatedNormal<half>;

template <class T> class Dropout : public MultiVertex {
public:
  Input<Vector<T, VectorLayout::ONE_PTR, 8>> in;
  Output<Vector<T, VectorLayout::SPAN, 8>> out;
  Input<Vector<unsigned, VectorLayout::ONE_PTR>> seed;
  const float probability, scale;
  const unsigned modifier, tile, run;

  bool compute(unsigned worker) {
    popgraph::handScheduled();
    const float limit = probability, factor = scale;
    forPairs(out.size(), worker, &seed[0], modifier, tile, run, [&](unsigned at, unsigned count) {
      if (count == 2)
        putPair(&out[at], __builtin_ipu_rmask(getPair(&in[at]), limit) * factor);
      else
        out[at] = T(__builtin_ipu_rmask((float2{float(in[at]), 0.0f}), limit)[0] * factor);
    });
    return true;
  }
};
template class Dropout<float>;
template class Dropout<half>;

/// Seeds the generators of a tile's workers.
class SetSeed : public MultiVertex {
public:
  Input<Vector<unsigned, VectorLayout::ONE_PTR>> seed;
  const unsigned modifier, tile;

  bool compute(unsigned worker) {
    popgraph::handScheduled();
    State::of(&seed[0], modifier, tile, worker, 0).use();
    return true;
  }
};

/// A seed from a worker's generator.
class NextSeed : public Vertex {
public:
  Output<Vector<unsigned>> seed;

  bool compute() {
    popgraph::handScheduled();
    seed[0] = __builtin_ipu_urand32();
    seed[1] = __builtin_ipu_urand32();
    return true;
  }
};

} // namespace poprand
