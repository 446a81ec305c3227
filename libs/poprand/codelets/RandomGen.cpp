// Random numbers by counting: element i of a run on a tile is a function of (seed, modifier, tile, run, i), computed
// with the ten-round Philox generator of four 32-bit words. No state passes from element to element, so that the
// workers need nothing of each other.
#include <hand_scheduled.h>
#include <poplar/HalfFloat.hpp>
#include <poplar/Vertex.hpp>

using namespace poplar;

namespace poprand {

struct Words {
  unsigned w[4];
};

inline Words philox(unsigned c0, unsigned c1, unsigned c2, unsigned c3, unsigned k0, unsigned k1) {
  for (int round = 0; round != 10; ++round) {
    const unsigned long long p0 = 0xD2511F53ull * c0, p1 = 0xCD9E8D57ull * c2;
    const unsigned n0 = unsigned(p1 >> 32) ^ c1 ^ k0, n2 = unsigned(p0 >> 32) ^ c3 ^ k1;
    c1 = unsigned(p1);
    c3 = unsigned(p0);
    c0 = n0;
    c2 = n2;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

/// [0, 1) in steps of 2^-24.
inline float unit(unsigned word) { return float(word >> 8) * 5.9604644775390625e-8f; }

/// Two normal numbers from two words.
inline void normalPair(unsigned a, unsigned b, float &x, float &y) {
  const float radius = __builtin_sqrtf(-2.0f * __builtin_logf(unit(a) + 5.9604644775390625e-8f));
  const float angle = 6.28318530718f * unit(b);
  x = radius * __builtin_cosf(angle);
  y = radius * __builtin_sinf(angle);
}

/// Calls f(i, words, lane) for the elements of one worker; element i takes lane i % 4 of block i / 4.
template <class F>
inline void forElements(unsigned n, unsigned worker, const unsigned *seed, unsigned modifier, unsigned tile,
                        unsigned run, F f) {
  const unsigned blocks = (n + 3) / 4;
  const unsigned per = (blocks + MultiVertex::numWorkers() - 1) / MultiVertex::numWorkers();
  const unsigned first = worker * per;
  const unsigned last = first + per < blocks ? first + per : blocks;
  for (unsigned block = first; block < last; ++block) {
    const Words words = philox(block, run, tile, modifier, seed[0], seed[1]);
    const unsigned left = n - block * 4;
    f(block * 4, left < 4 ? left : 4u, words);
  }
}

template <class T> class Uniform : public MultiVertex {
public:
  Output<Vector<T>> out;
  Input<Vector<unsigned, VectorLayout::ONE_PTR>> seed;
  const float low, range, high;
  const unsigned modifier, tile, run;

  bool compute(unsigned worker) {
    popgraph::handScheduled();
    const float base = low, width = range, most = high;
    forElements(out.size(), worker, &seed[0], modifier, tile, run, [&](unsigned at, unsigned count,
                                                                       const Words &words) {
      for (unsigned j = 0; j < count; ++j) {
        const float value = base + width * unit(words.w[j]);
        out[at + j] = T(value < most ? value : most);
      }
    });
    return true;
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
    forElements(out.size(), worker, &seed[0], modifier, tile, run, [&](unsigned at, unsigned count,
                                                                       const Words &words) {
      for (unsigned j = 0; j < count; ++j)
        out[at + j] = int(base + unsigned((count64 * words.w[j]) >> 32));
    });
    return true;
  }
};

template <class T> class Bernoulli : public MultiVertex {
public:
  Output<Vector<T>> out;
  Input<Vector<unsigned, VectorLayout::ONE_PTR>> seed;
  const float probability;
  const unsigned modifier, tile, run;

  bool compute(unsigned worker) {
    popgraph::handScheduled();
    const float limit = probability;
    forElements(out.size(), worker, &seed[0], modifier, tile, run, [&](unsigned at, unsigned count,
                                                                       const Words &words) {
      for (unsigned j = 0; j < count; ++j)
        out[at + j] = unit(words.w[j]) < limit ? T(1) : T(0);
    });
    return true;
  }
};
template class Bernoulli<float>;
template class Bernoulli<half>;
template class Bernoulli<int>;

template <class T> class Normal : public MultiVertex {
public:
  Output<Vector<T>> out;
  Input<Vector<unsigned, VectorLayout::ONE_PTR>> seed;
  const float mean, deviation;
  const unsigned modifier, tile, run;

  bool compute(unsigned worker) {
    popgraph::handScheduled();
    const float centre = mean, scale = deviation;
    forElements(out.size(), worker, &seed[0], modifier, tile, run, [&](unsigned at, unsigned count,
                                                                       const Words &words) {
      float values[4];
      normalPair(words.w[0], words.w[1], values[0], values[1]);
      normalPair(words.w[2], words.w[3], values[2], values[3]);
      for (unsigned j = 0; j < count; ++j)
        out[at + j] = T(centre + scale * values[j]);
    });
    return true;
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
    const unsigned k0 = seed[0], k1 = seed[1];
    forElements(out.size(), worker, &seed[0], modifier, tile, run, [&](unsigned at, unsigned count,
                                                                       const Words &first) {
      // Values outside are drawn again, from words no other element sees (the top bit marks them).
      for (unsigned j = 0; j < count; ++j) {
        float value, other;
        normalPair(first.w[j & 2], first.w[(j & 2) + 1], value, other);
        if (j & 1)
          value = other;
        for (unsigned attempt = 0; !(__builtin_fabsf(value) <= limit); ++attempt) {
          const Words words = philox(at + j, run | 0x80000000u, tile ^ (attempt << 16), modifier, k0, k1);
          normalPair(words.w[0], words.w[1], value, other);
          if (!(__builtin_fabsf(value) <= limit))
            value = other;
          if (attempt == 64) // only for a narrow interval, over which the density is flat
            value = limit * (2.0f * unit(words.w[2]) - 1.0f);
        }
        out[at + j] = T(centre + scale * value);
      }
    });
    return true;
  }
};
template class TruncatedNormal<float>;
template class TruncatedNormal<half>;

template <class T> class Dropout : public MultiVertex {
public:
  Input<Vector<T, VectorLayout::ONE_PTR>> in;
  Output<Vector<T>> out;
  Input<Vector<unsigned, VectorLayout::ONE_PTR>> seed;
  const float probability, scale;
  const unsigned modifier, tile, run;

  bool compute(unsigned worker) {
    popgraph::handScheduled();
    const float limit = probability, factor = scale;
    forElements(out.size(), worker, &seed[0], modifier, tile, run, [&](unsigned at, unsigned count,
                                                                       const Words &words) {
      for (unsigned j = 0; j < count; ++j)
        out[at + j] = unit(words.w[j]) < limit ? T(float(in[at + j]) * factor) : T(0.0f);
    });
    return true;
  }
};
template class Dropout<float>;
template class Dropout<half>;

/// The generator of a tile: a key and how many seeds it has given out. One copy on each tile.
static unsigned generatorKey[2] = {0x243F6A88u, 0x85A308D3u};
static unsigned generatorCount = 0;

/// Seeds the generator of a tile.
class SetSeed : public Vertex {
public:
  Input<Vector<unsigned, VectorLayout::ONE_PTR>> seed;
  const unsigned modifier;

  bool compute() {
    popgraph::handScheduled();
    generatorKey[0] = seed[0];
    generatorKey[1] = seed[1] ^ (modifier * 0x9E3779B9u);
    generatorCount = 0;
    return true;
  }
};

/// The next seed of a tile's generator.
class NextSeed : public Vertex {
public:
  Output<Vector<unsigned>> seed;
  const unsigned tile;

  bool compute() {
    popgraph::handScheduled();
    const Words words = philox(generatorCount, 0x5eed5eedu, tile, 0, generatorKey[0], generatorKey[1]);
    seed[0] = words.w[0];
    seed[1] = words.w[1];
    ++generatorCount;
    return true;
  }
};

} // namespace poprand
