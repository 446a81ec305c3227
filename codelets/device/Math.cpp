// The mathematics library of codelets. Compiled by popc and linked into codelets that use it, so that results depend
// on neither the host's C library nor its processor. Single precision is computed in double precision and rounded
// once, but for exp, log, sigmoid and tanh, which networks spend their time in: errors stay below one unit in the last
// place. Code selects rather than branches where it can, so that loops over these functions vectorise. Only additions,
// multiplications, fused ones, divisions, square roots and roundings are used.
#include <popgraph/VertexContext.h>

namespace {

typedef long long Int64;
typedef unsigned long long Word64;
typedef unsigned int Word32;

inline Word64 bitsOf(double x) { return __builtin_bit_cast(Word64, x); }
inline double fromBits(Word64 x) { return __builtin_bit_cast(double, x); }
inline double magnitude(double x) { return __builtin_fabs(x); }
inline double withSign(double x, double sign) { return __builtin_copysign(x, sign); }

constexpr double kInfinity = __builtin_huge_val();
constexpr double kNan = __builtin_nan("");
constexpr double kPi = 0x1.921fb54442d18p+1, kHalfPi = 0x1.921fb54442d18p+0, kQuarterPi = 0x1.921fb54442d18p-1;
constexpr double kHalfPiRest = 0x1.1a62633145c07p-54; // pi/2 - kHalfPi
constexpr double kLog2E = 0x1.71547652b82fep+0, kLog10E = 0x1.bcb7b1526e50ep-2, kLn10 = 0x1.26bb1bbb55516p+1;
constexpr double kLn2 = 0x1.62e42fefa39efp-1, kLn2High = 0x1.62e42fefa0000p-1, kLn2Low = 0x1.cf79abc9e3b3ap-40;
constexpr double kLog2Of10 = 0x1.a934f0979a371p+1;
constexpr double kLog10Of2High = 0x1.34413509f0000p-2, kLog10Of2Low = 0x1.e7fbcc47c4acdp-40;
// Added and subtracted, it rounds to an integer, which the low bits of the sum hold. Unlike a conversion to integer
// it is defined for NaN.
constexpr double kRounder = 0x1.8p52;

// sum of r^i / i! for i in [I, N), divided by r^I
constexpr double factorial(int n) { return n < 2 ? 1 : n * factorial(n - 1); }
template <int I, int N> inline double exponentialSeries(double r) {
  constexpr double term = 1 / factorial(I);
  if constexpr (I + 1 == N) return term;
  else return term + r * exponentialSeries<I + 1, N>(r);
}
// sum of (-1)^i z^i / (First + 2 i)!: sine and cosine in z = r^2
template <int First, int N, int I = 0> inline double circularSeries(double z) {
  constexpr double term = (I % 2 ? -1 : 1) / factorial(First + 2 * I);
  if constexpr (I + 1 == N) return term;
  else return term + z * circularSeries<First, N, I + 1>(z);
}
// sum of z^i / (2 i + 3), alternating for arctangent
template <int N, bool alternating, int I = 0> inline double oddSeries(double z) {
  constexpr double term = (alternating && I % 2 == 0 ? -1.0 : 1.0) / (2 * I + 3);
  if constexpr (I + 1 == N) return term;
  else return term + z * oddSeries<N, alternating, I + 1>(z);
}

// Terms for |r| <= ln(2)/2: error below 2^-34 (single precision results) and 2^-58.
template <bool wide> inline double expOfSmall(double r) { return exponentialSeries<0, wide ? 15 : 9>(r); }
template <bool wide> inline double expm1OfSmall(double r) { return r * exponentialSeries<1, wide ? 16 : 11>(r); }

// x * 2^k for |k| <= 2100, rounded once.
inline double scale(double x, int k) {
  const int first = k >> 1, second = k - first;
  return x * fromBits(static_cast<Word64>(first + 1023) << 52) * fromBits(static_cast<Word64>(second + 1023) << 52);
}

inline double clampTo(double x, double low, double high) { // NaN stays
  x = x > high ? high : x;
  return x < low ? low : x;
}

template <bool wide> inline double expOf(double x) {
  x = clampTo(x, -800, 800);
  const double shifted = x * kLog2E + kRounder, k = shifted - kRounder;
  const double r = (x - k * kLn2High) - k * kLn2Low;
  return scale(expOfSmall<wide>(r), static_cast<int>(bitsOf(shifted)));
}

template <bool wide> inline double exp2Of(double x) {
  x = clampTo(x, -1100, 1100);
  const double shifted = x + kRounder, k = shifted - kRounder;
  return scale(expOfSmall<wide>((x - k) * kLn2), static_cast<int>(bitsOf(shifted)));
}

template <bool wide> inline double exp10Of(double x) {
  x = clampTo(x, -350, 350);
  const double shifted = x * kLog2Of10 + kRounder, k = shifted - kRounder;
  const double r = ((x - k * kLog10Of2High) - k * kLog10Of2Low) * kLn10;
  return scale(expOfSmall<wide>(r), static_cast<int>(bitsOf(shifted)));
}

template <bool wide> inline double expm1Of(double x) {
  const double clamped = clampTo(x, -60, 709.5);
  const double shifted = clamped * kLog2E + kRounder, k = shifted - kRounder;
  const double r = (clamped - k * kLn2High) - k * kLn2Low;
  // 2^k (e^r - 1) + (2^k - 1), halved so that 2^1024 is never needed
  const double half = fromBits(static_cast<Word64>(static_cast<int>(bitsOf(shifted)) + 1022) << 52);
  const double value = 2 * (half * expm1OfSmall<wide>(r) + (half - 0.5));
  const double large = x > 709.5 ? expOf<wide>(x) : value;
  return x == 0 ? x : large;
}

// log(m) for m in [sqrt(1/2), sqrt(2)], as m - 1 less a correction: exact in the leading term near 1
template <bool wide> inline double logOfMantissa(double m) {
  const double s = (m - 1) / (m + 1), z = s * s;
  return 2 * s + 2 * s * z * oddSeries<wide ? 11 : 6, false>(z);
}

struct Split { double mantissa, exponent; };
inline Split split(double x) {
  const bool tiny = x < 0x1p-1022;
  const double scaled = tiny ? x * 0x1p54 : x;
  // Mantissas above sqrt(2) count as those below sqrt(1/2) of the next exponent.
  const Word64 bits = bitsOf(scaled) + (0x3ff0000000000000u - 0x3fe6a09e667f3bcdu);
  const double exponent = static_cast<double>(static_cast<int>(bits >> 52) - 1023) - (tiny ? 54 : 0);
  return {fromBits((bits & 0xfffffffffffffu) + 0x3fe6a09e667f3bcdu), exponent};
}

// What every logarithm gives where its argument is not a positive number.
inline double logLimits(double x, double value) {
  value = x == kInfinity ? x : value;
  value = x == 0 ? -kInfinity : value;
  return x >= 0 ? value : kNan;
}

template <bool wide> inline double logOf(double x) {
  const Split s = split(x);
  return logLimits(x, s.exponent * kLn2High + (s.exponent * kLn2Low + logOfMantissa<wide>(s.mantissa)));
}
template <bool wide> inline double log2Of(double x) {
  const Split s = split(x);
  return logLimits(x, s.exponent + logOfMantissa<wide>(s.mantissa) * kLog2E);
}
template <bool wide> inline double log10Of(double x) {
  const Split s = split(x);
  return logLimits(x, s.exponent * kLog10Of2High +
                          (s.exponent * kLog10Of2Low + logOfMantissa<wide>(s.mantissa) * kLog10E));
}
template <bool wide> inline double log1pOf(double x) {
  const double s = x / (2 + x), z = s * s;
  const double small = 2 * s + 2 * s * z * oddSeries<wide ? 11 : 6, false>(z);
  const double value = magnitude(x) < 0.4 ? small : logOf<wide>(1 + x);
  return x == 0 ? x : value;
}

// Angle = r + n pi/2 with |r| <= pi/4 (about).
struct Angle { double r; Word64 quadrant; };

// 2/pi in binary: enough for the largest float.
constexpr Word32 kTwoOverPi[] = {0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0,
                                 0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561};

// x is a float with |x| >= 2^26. The product of its integer mantissa and a 96-bit window of 2/pi, modulo 4.
inline Angle reduceLarge(double x) {
  const Word64 bits = bitsOf(x);
  const int exponent = static_cast<int>((bits >> 52) & 0x7ff) - 1023 - 23; // of the last mantissa bit, >= 3
  const Word64 mantissa = ((bits & 0xfffffffffffffu) | 0x10000000000000u) >> 29;
  const int skip = exponent - 2; // bits of 2/pi that only give multiples of 4
  const int first = (skip > 0 && skip < 160 ? skip : 0) >> 5, shift = skip & 31;
  const Word64 words0 = Word64(kTwoOverPi[first]) << 32 | kTwoOverPi[first + 1];
  const Word64 words2 = Word64(kTwoOverPi[first + 2]) << 32 | kTwoOverPi[first + 3];
  const Word64 high = words0 << shift | (words2 >> 32 << shift) >> 32;
  const Word64 low = words2 << shift >> 32;
  // high has weight 2^-62 at its last bit: the top two bits are the quadrant.
  const Word64 product = mantissa * high + ((mantissa * low) >> 32);
  const Word64 quadrant = (product + 0x2000000000000000u) >> 62;
  const double r = static_cast<double>(static_cast<Int64>(product - (quadrant << 62))) * (kHalfPi * 0x1p-62);
  return x < 0 ? Angle{-r, 0 - quadrant} : Angle{r, quadrant};
}

inline Angle reduceSmall(double x) { // |x| <= 2^26: three parts of pi/2, the first two exact in products
  const double shifted = x * (2 / kPi) + kRounder, k = shifted - kRounder;
  const double r = ((x - k * 0x1.921fb54p+0) - k * 0x1.10b461p-30) - k * 0x1.a62633145c06ep-58;
  return {r, bitsOf(shifted)};
}

inline Angle reduceFloat(double x) {
  const Angle small = reduceSmall(x), large = reduceLarge(x);
  return magnitude(x) < 0x1p26 ? small : large;
}

inline Angle reduceDouble(double x) {
  if (!(magnitude(x) >= 0x1p26)) return reduceSmall(x);
  // As the sum of three floats, each reduced alone.
  const double a = static_cast<float>(x), b = static_cast<float>(x - a), c = (x - a) - b;
  const Angle ra = reduceFloat(a), rb = reduceFloat(b), rc = reduceFloat(c), rest = reduceSmall(ra.r + rb.r + rc.r);
  return {rest.r, ra.quadrant + rb.quadrant + rc.quadrant + rest.quadrant};
}

template <bool wide> inline Angle reduce(double x) {
  if constexpr (wide) return reduceDouble(x);
  else return reduceFloat(x);
}
template <bool wide> inline double sinOfSmall(double r) {
  const double z = r * r;
  return r - r * z * circularSeries<3, wide ? 9 : 6>(z);
}
template <bool wide> inline double cosOfSmall(double r) {
  const double z = r * r;
  return 1 - z * circularSeries<2, wide ? 9 : 7>(z);
}
// NaN for infinities, whose reduction means nothing.
inline double finite(double x, double value) { return magnitude(x) < kInfinity ? value : x - x; }

template <bool wide> inline double circular(double x, Word64 advance) {
  const Angle a = reduce<wide>(x);
  const Word64 quadrant = a.quadrant + advance;
  const double value = quadrant & 1 ? cosOfSmall<wide>(a.r) : sinOfSmall<wide>(a.r);
  return finite(x, quadrant & 2 ? -value : value);
}
template <bool wide> inline double sinOf(double x) { return x == 0 ? x : circular<wide>(x, 0); }
template <bool wide> inline double cosOf(double x) { return circular<wide>(x, 1); }
template <bool wide> inline double tanOf(double x) {
  const Angle a = reduce<wide>(x);
  const double s = sinOfSmall<wide>(a.r), c = cosOfSmall<wide>(a.r);
  const bool odd = a.quadrant & 1;
  return x == 0 ? x : finite(x, (odd ? -c : s) / (odd ? s : c));
}

// atan(t) for t in [0, 1]
template <bool wide> inline double atanOfUnit(double t) {
  const bool upper = t > 0.41421356237309503;
  const double u = upper ? (t - 1) / (t + 1) : t, z = u * u;
  const double value = u + u * z * oddSeries<wide ? 22 : 13, true>(z);
  return upper ? kQuarterPi + value : value;
}
template <bool wide> inline double atanOf(double x) {
  const double a = magnitude(x);
  const double core = atanOfUnit<wide>(a > 1 ? 1 / a : a);
  return withSign(a > 1 ? (kHalfPi - core) + kHalfPiRest : core, x);
}
template <bool wide> inline double atan2Of(double y, double x) {
  const double ax = magnitude(x), ay = magnitude(y);
  const double high = ax > ay ? ax : ay, low = ax > ay ? ay : ax;
  double ratio = low / high;
  ratio = high == 0 ? 0 : ratio;
  ratio = low == kInfinity ? 1 : ratio;
  double angle = atanOfUnit<wide>(ratio);
  angle = ay > ax ? (kHalfPi - angle) + kHalfPiRest : angle;
  angle = (bitsOf(x) >> 63) != 0 ? (kPi - angle) + 2 * kHalfPiRest : angle;
  return ax + ay != ax + ay ? ax + ay : withSign(angle, y);
}
template <bool wide> inline double asinOf(double x) {
  const double value = atan2Of<wide>(x, __builtin_sqrt((1 - x) * (1 + x)));
  return x == 0 ? x : value;
}
template <bool wide> inline double acosOf(double x) { return atan2Of<wide>(__builtin_sqrt((1 - x) * (1 + x)), x); }

template <bool wide> inline double sinhOf(double x) {
  const double a = magnitude(x), e = expm1Of<wide>(a < 700 ? a : 700);
  const double large = expOf<wide>(a - kLn2);
  return withSign(a < 700 ? 0.5 * (e + e / (e + 1)) : large, x);
}
template <bool wide> inline double coshOf(double x) {
  const double a = magnitude(x), e = expOf<wide>(a < 700 ? a : 700);
  const double large = expOf<wide>(a - kLn2);
  return a < 700 ? 0.5 * (e + 1 / e) : a != a ? x : large;
}
template <bool wide> inline double tanhOf(double x) {
  const double e = expm1Of<wide>(-2 * magnitude(x));
  return withSign(-e / (e + 2), x);
}
template <bool wide> inline double asinhOf(double x) {
  const double a = magnitude(x);
  const double value = log1pOf<wide>(a + a * a / (1 + __builtin_sqrt(a * a + 1)));
  return withSign(a > 1e100 ? logOf<wide>(a) + kLn2 : value, x);
}
template <bool wide> inline double acoshOf(double x) {
  const double t = x - 1, value = log1pOf<wide>(t + __builtin_sqrt(2 * t + t * t));
  return x > 1e100 ? logOf<wide>(x) + kLn2 : x >= 1 ? value : kNan;
}
template <bool wide> inline double atanhOf(double x) {
  return x == 0 ? x : 0.5 * log1pOf<wide>(2 * x / (1 - x));
}

template <bool wide> inline double powOf(double x, double y) {
  const double a = magnitude(x);
  // Both steps in full precision: y multiplies the error of the logarithm.
  double value = expOf<wide>(y * logOf<true>(a));
  value = a == 1 ? 1 : value;
  const double truncated = __builtin_trunc(y);
  const bool integer = truncated == y;
  const double half = 0.5 * y;
  const bool odd = integer && __builtin_trunc(half) != half && magnitude(y) < 0x1p53;
  const bool negative = (bitsOf(x) >> 63) != 0;
  value = negative && odd ? -value : value;
  value = x < 0 && !integer && magnitude(x) < kInfinity ? kNan : value;
  value = x != x || y != y ? x + y : value;
  // An infinite exponent of a base on the unit circle, and the exponent 0, give 1 whatever the other one is.
  value = a == 1 && magnitude(y) == kInfinity ? 1 : value;
  return x == 1 || y == 0 ? 1 : value;
}

// |x| mod |y| with integers: exact. Values are m 2^e.
inline double modOfMagnitudes(double x, double y) {
  const auto exponentOf = [](Word64 bits) { return bits >> 52 ? static_cast<int>(bits >> 52) : 1; };
  const auto mantissaOf = [](Word64 bits) {
    return (bits & 0xfffffffffffffu) | (bits >> 52 ? Word64(1) << 52 : 0);
  };
  const Word64 divisor = mantissaOf(bitsOf(y));
  Word64 rest = mantissaOf(bitsOf(x));
  int steps = exponentOf(bitsOf(x)) - exponentOf(bitsOf(y));
  rest %= divisor;
  while (steps > 0 && rest) {
    const int shift = steps < 11 ? steps : 11; // 53 + 11 bits
    rest = (rest << shift) % divisor;
    steps -= shift;
  }
  // Exact: fewer than 53 bits, and not below y's last place.
  return scale(static_cast<double>(rest), exponentOf(bitsOf(y)) - 1075);
}
template <bool wide> inline double fmodOf(double x, double y) {
  if (!(magnitude(x) < kInfinity) || y == 0 || y != y) return kNan;
  const double ax = magnitude(x), ay = magnitude(y);
  return ax < ay ? x : withSign(modOfMagnitudes(ax, ay), x);
}
template <bool wide> inline double remainderOf(double x, double y) {
  if (!(magnitude(x) < kInfinity) || y == 0 || y != y) return kNan;
  const double ay = magnitude(y);
  double ax = magnitude(x);
  if (ay < 0x1p1023) ax = fmodOf<wide>(ax, 2 * ay);
  // Of two multiples at the same distance the even one is taken.
  if (ax + ax > ay) {
    ax -= ay;
    if (ax + ax >= ay) ax -= ay;
  }
  return ax == 0 ? withSign(0, x) : x < 0 ? -ax : ax;
}

template <bool wide> inline double cbrtOf(double x) {
  const double a = magnitude(x);
  const double scaled = a < 0x1p-1000 ? a * 0x1p54 : a;
  double t = expOf<wide>(logOf<wide>(scaled) * (1.0 / 3));
  t -= (t * t * t - scaled) / (3 * (t * t));
  t = a < 0x1p-1000 ? t * 0x1p-18 : t;
  return x == 0 || !(a < kInfinity) ? x : withSign(t, x);
}

// erfc(x) exp(x^2) (x + 1) on [0.75, 28] as a polynomial in (x - 3) / (x + 3): interpolation at Chebyshev nodes.
constexpr double kErfc[] = {
    0x1.6e9827d229d2dp-1,   -0x1.d8f06dfac7993p-3,  0x1.9596c92adaff9p-4,   -0x1.4f64aa4a9ec8fp-7,
    -0x1.8600d91462f11p-6,  0x1.67c18994a7c33p-6,   -0x1.3f82b5d003942p-7,  0x1.a84c5644fb569p-10,
    0x1.5297b6b093692p-11,  -0x1.812151e2d2f60p-12, -0x1.58cbaa4930315p-16, 0x1.d6c7063e59f3fp-15,
    -0x1.96f5ad3df0e68p-20, -0x1.2ddf572474e9bp-17, 0x1.20917fbd3dbfbp-22,  0x1.ae49bfeedc5ffp-20,
    0x1.474305c330212p-25,  -0x1.4b48c188c348cp-22, -0x1.a41b5940a301dp-27, 0x1.c50928d32b904p-25,
    -0x1.10ebc1df9b806p-27};
constexpr int kErfcTerms = sizeof kErfc / sizeof kErfc[0];
template <int I> inline double erfcSeries(double u) {
  if constexpr (I + 1 == kErfcTerms) return kErfc[I];
  else return kErfc[I] + u * erfcSeries<I + 1>(u);
}
template <bool wide> inline double erfcOfLarge(double a) { // a >= 0.75
  const double c = a > 28 ? 28 : a;
  const double square = c * c, rest = __builtin_fma(c, c, -square);
  return expOf<wide>(-square) * (1 - rest) * erfcSeries<0>((c - 3) / (c + 3)) / (c + 1);
}
// sum of (-1)^i z^i / (i! (2 i + 1)), for |x| < 0.75
template <int N, int I = 0> inline double erfSeries(double z) {
  constexpr double term = (I % 2 ? -1 : 1) / (factorial(I) * (2 * I + 1));
  if constexpr (I + 1 == N) return term;
  else return term + z * erfSeries<N, I + 1>(z);
}
template <bool wide> inline double erfOfSmall(double x) { return 0x1.20dd750429b6dp+0 * (x * erfSeries<17>(x * x)); }
template <bool wide> inline double erfOf(double x) {
  const double a = magnitude(x);
  const double small = erfOfSmall<wide>(a), large = 1 - erfcOfLarge<wide>(a < 0.75 ? 0.75 : a);
  return x != x ? x : withSign(a < 0.75 ? small : large, x);
}
template <bool wide> inline double erfcOf(double x) {
  const double a = magnitude(x);
  const double small = 1 - erfOfSmall<wide>(x), large = erfcOfLarge<wide>(a < 0.75 ? 0.75 : a);
  return x != x ? x : a < 0.75 ? small : x < 0 ? 2 - large : large;
}

template <bool wide> inline double hypotOf(double x, double y) {
  const double ax = magnitude(x), ay = magnitude(y), high = ax > ay ? ax : ay;
  // Squares of floats fit into doubles; those of doubles are scaled by powers of two.
  const double up = wide ? (high > 0x1p500 ? 0x1p-600 : high < 0x1p-500 ? 0x1p600 : 1) : 1;
  const double sx = ax * up, sy = ay * up;
  const double value = __builtin_sqrt(sx * sx + sy * sy) / up;
  return ax == kInfinity || ay == kInfinity ? kInfinity : value;
}

// log(gamma(1 + z)) / z as a power series: minus Euler's constant, then (-1)^k zeta(k) / k. For |z| <= 1/4.
constexpr double kLogGamma[] = {
    -0x1.2788cfc6fb619p-1, 0x1.a51a6625307d3p-1, -0x1.9a4d55beab2d7p-2, 0x1.151322ac7d848p-2,
    -0x1.a8b9c17aa6149p-3, 0x1.5b40cb100c306p-3, -0x1.2703a1dcea3aep-3, 0x1.010b36af86397p-3,
    -0x1.c806706d57db4p-4, 0x1.9a01e385d5f8fp-4, -0x1.748c33114c6d6p-4, 0x1.556ad63243bc4p-4,
    -0x1.3b1d971fc5985p-4, 0x1.2496df8320c5fp-4, -0x1.11133476e7fe0p-4, 0x1.00010064cdeb2p-4,
    -0x1.e1e2d311e8abdp-5, 0x1.c71ce3a20b419p-5, -0x1.af28a1b5688a0p-5, 0x1.9999b3352d5bap-5,
    -0x1.86186db77bfbfp-5, 0x1.745d1d1778df9p-5, -0x1.642c88591b66dp-5, 0x1.555556aaafdcdp-5,
    -0x1.47ae151eb9fb7p-5, 0x1.3b13b189d925ep-5, -0x1.2f684c00002bcp-5, 0x1.24924936db7bcp-5,
    -0x1.1a7b961a7b9aap-5};
constexpr int kLogGammaTerms = sizeof kLogGamma / sizeof kLogGamma[0];
inline double logGammaNearOne(double z) {
  double sum = 0;
  for (int i = kLogGammaTerms; i-- != 0;) sum = kLogGamma[i] + z * sum;
  return z * sum;
}
// Stirling's series, for x >= 10.
constexpr double kHalfLog2Pi = 0x1.d67f1c864beb5p-1;
inline double stirling(double x) {
  const double y = 1 / x, z = y * y;
  constexpr double terms[] = {691.0 / 360360, 1.0 / 1188, 1.0 / 1680, 1.0 / 1260, 1.0 / 360, 1.0 / 12};
  double series = 1.0 / 156;
  for (const double term : terms) series = term - z * series;
  return (x - 0.5) * logOf<true>(x) - x + (kHalfLog2Pi + y * series);
}
// x >= 10, and what gamma(x) has to be divided by to get gamma of the x before.
struct Raised { double x, product; };
inline Raised raise(double x) {
  double product = 1;
  for (; x < 10; x += 1) product *= x;
  return {x, product};
}
// sin(pi x), exact where it is zero
inline double sinOfPi(double x) {
  const double nearest = __builtin_rint(x), value = sinOf<true>(kPi * (x - nearest));
  return __builtin_trunc(0.5 * nearest) != 0.5 * nearest ? -value : value;
}
inline double logGammaOfPositive(double x) {
  if (magnitude(x - 1) <= 0.25) return logGammaNearOne(x - 1);
  if (magnitude(x - 2) <= 0.25) return log1pOf<true>(x - 2) + logGammaNearOne(x - 2);
  const Raised up = raise(x);
  return stirling(up.x) - logOf<true>(up.product);
}
template <bool wide> inline double lgammaOf(double x) {
  if (x != x) return x;
  if (magnitude(x) == kInfinity || (x <= 0 && __builtin_trunc(x) == x)) return kInfinity;
  if (x > 1e300) return x * (logOf<true>(x) - 1);
  if (x >= 0.5) return logGammaOfPositive(x);
  if (magnitude(x) < 1e-20) return -logOf<true>(magnitude(x));
  return logOf<true>(kPi / magnitude(sinOfPi(x))) - logGammaOfPositive(1 - x);
}
template <bool wide> inline double tgammaOf(double x) {
  if (magnitude(x) < 1e-20) return 1 / x;
  if (x != x || (x < 0 && __builtin_trunc(x) == x)) return x == x || x == -kInfinity ? kNan : x;
  if (x > 172) return kInfinity;
  if (x < -184) return withSign(0, sinOfPi(x));
  // In two factors: the exponential overflows before the function does.
  const Raised up = raise(x >= 0.5 ? x : 1 - x);
  const double half = expOf<true>(0.5 * stirling(up.x));
  return x >= 0.5 ? half / up.product * half : kPi / sinOfPi(x) * up.product / half / half;
}

template <bool wide> inline double sigmoidOf(double x) { return 1 / (1 + expOf<wide>(-x)); }
template <bool wide> inline double rsqrtOf(double x) { return 1 / __builtin_sqrt(x); }

// Functions in single precision throughout, with corrections for what each rounding loses. Coefficients: interpolation
// at Chebyshev nodes.
inline float fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline float floatFromBits(Word32 x) { return __builtin_bit_cast(float, x); }
inline Word32 bitsOfFloat(float x) { return __builtin_bit_cast(Word32, x); }
/// c0 + x (c1 + x (c2 + ...))
inline float horner(float, float c) { return c; }
template <class... More> inline float horner(float x, float c, More... more) { return fma(horner(x, more...), x, c); }
/// 2^k of a normal number.
inline float floatPower(Word32 k) { return floatFromBits((k + 127) << 23); }
/// x * 2^k for |k| <= 250, rounded once.
inline float floatScale(float x, int k) {
  const int first = k >> 1, second = k - first;
  return x * floatPower(static_cast<Word32>(first)) * floatPower(static_cast<Word32>(second));
}

constexpr float kFloatRounder = 0x1.8p23f;                               // as kRounder
constexpr float kFloatLn2High = 0x1.62e4p-1f, kFloatLn2Low = 0x1.7f7d1cp-20f; // products with exponents are exact

/// e^x = (high + low) 2^k for |x| <= 105.
struct FloatExp { float high, low; int k; };
inline FloatExp floatExpOf(float x) {
  const float shifted = fma(x, 0x1.715476p+0f, kFloatRounder), k = shifted - kFloatRounder;
  const float rest = fma(-k, kFloatLn2High, x), r = fma(-k, kFloatLn2Low, rest);
  const float rLow = fma(-k, kFloatLn2Low, rest - r);
  const float series = horner(r, 0x1p-1f, 0x1.555556p-3f, 0x1.5554e8p-5f, 0x1.1110ep-7f, 0x1.6d43aep-10f, 0x1.a1256cp-13f);
  const float sum = 1 + r, more = fma(r * r, series, (r - (sum - 1)) + rLow), high = sum + more;
  return {high, more - (high - sum), static_cast<int>(bitsOfFloat(shifted) - bitsOfFloat(kFloatRounder))};
}

inline float floatExp(float x) {
  x = x > 89 ? 89 : x;
  x = x < -105 ? -105 : x;
  const FloatExp e = floatExpOf(x);
  return floatScale(e.high, e.k);
}

inline float floatTanh(float x) {
  const float a = __builtin_fabsf(x), z = a * a;
  const float series = horner(z, -0x1.555556p-2f, 0x1.1110ecp-3f, -0x1.ba0dbep-5f, 0x1.65505cp-6f, -0x1.1988c6p-7f,
                              0x1.81d422p-9f, -0x1.4022fp-11f); // (tanh(a) - a) / a^3
  const float small = fma(a * z, series, a);
  // 1 - 2 / (e^2a + 1); from 10 on the quotient does not count.
  const FloatExp e = floatExpOf(2 * (a > 10 ? 10 : a));
  const float power = floatPower(static_cast<Word32>(e.k)), high = e.high * power, sum = high + 1;
  const float sumLow = fma(e.low, power, high - (sum - 1)), q = 2 / sum;
  const float large = 1 - fma(fma(-q, sum, 2.0f) - q * sumLow, q * 0.5f, q);
  return __builtin_copysignf(a < 0.65f ? small : large, x);
}

inline float floatSigmoid(float x) { // 1 / (1 + e^-x), and e^x / (1 + e^x) below zero
  const float a = __builtin_fabsf(x);
  const FloatExp e = floatExpOf(a > 105 ? -105 : -a);
  const float high = floatScale(e.high, e.k), low = floatScale(e.low, e.k);
  const float sum = 1 + high, sumLow = (high - (sum - 1)) + low, q = 1 / sum;
  const float qLow = (fma(-q, sum, 1.0f) - q * sumLow) * q;
  const float above = x < 0 ? high : 1, aboveLow = x < 0 ? low : 0;
  return fma(above, q, fma(above, qLow, aboveLow * q));
}

inline float floatLog(float x) {
  const bool tiny = x < 0x1p-126f;
  // Mantissas above sqrt(2) count as those below sqrt(1/2) of the next exponent.
  const Word32 bits = bitsOfFloat(tiny ? x * 0x1p23f : x) + (0x3f800000u - 0x3f3504f3u);
  const float k = static_cast<float>(static_cast<int>(bits >> 23) - 127) - (tiny ? 23.0f : 0.0f);
  const float f = floatFromBits((bits & 0x7fffffu) + 0x3f3504f3u) - 1;
  const float series = horner(f, 0x1.555556p-2f, -0x1.fffff2p-3f, 0x1.9999a8p-3f, -0x1.555c54p-3f, 0x1.249688p-3f,
                              -0x1.fdfb82p-4f, 0x1.c41b8cp-4f, -0x1.b4117p-4f, 0x1.af581ep-4f, -0x1.fc06e2p-5f);
  // k ln 2 + (f - f^2 / 2 + f^3 series), the largest terms first and what their sums lose at the end
  const float z = f * f, half = 0.5f * z, halfLow = 0.5f * fma(f, f, -z);
  const float mantissa = f - half, mantissaLow = fma(f * z, series, ((f - mantissa) - half) - halfLow);
  const float exponent = k * kFloatLn2High, sum = exponent + mantissa, sumLow = (exponent - sum) + mantissa;
  float value = sum + (sumLow + fma(k, kFloatLn2Low, mantissaLow));
  value = x == __builtin_huge_valf() ? x : value;
  value = x == 0 ? -__builtin_huge_valf() : value;
  return x >= 0 ? value : __builtin_nanf("");
}

// Exponent of a finite number that is not zero.
inline int exponentOf(double x) {
  const bool tiny = magnitude(x) < 0x1p-1022;
  return static_cast<int>((bitsOf(tiny ? x * 0x1p54 : x) >> 52) & 0x7ff) - 1023 - (tiny ? 54 : 0);
}
template <bool wide> inline double logbOf(double x) {
  if (x == 0) return -kInfinity;
  return magnitude(x) < kInfinity ? exponentOf(x) : x * x;
}
inline int ilogbOf(double x) {
  if (x == 0 || x != x) return -2147483647 - 1;
  return magnitude(x) == kInfinity ? 2147483647 : exponentOf(x);
}

// The number after x on the way to y, in the order of the representations.
template <class T, class Word> inline T nextAfter(T x, T y) {
  if (x != x || y != y) return x + y;
  if (x == y) return y;
  constexpr Word kSign = Word(1) << (8 * sizeof(T) - 1);
  const Word bits = __builtin_bit_cast(Word, x);
  if (x == 0) return __builtin_bit_cast(T, static_cast<Word>((y < 0 ? kSign : 0) | 1));
  const bool away = (x < y) == ((bits & kSign) == 0);
  return __builtin_bit_cast(T, static_cast<Word>(away ? bits + 1 : bits - 1));
}

// The remainder, and the low bits of the quotient that was rounded to nearest.
inline double remquoOf(double x, double y, int *quotient) {
  *quotient = 0;
  const double rest = remainderOf<true>(x, y);
  if (rest != rest) return rest;
  // x - rest is a multiple of y; modulo 8 y few enough of them are left to divide exactly.
  const double ay = magnitude(y);
  double multiple = magnitude(x);
  if (ay < 0x1p1019) multiple = fmodOf<true>(multiple, 8 * ay);
  const double away = x < 0 ? -rest : rest;
  const int low = static_cast<int>(__builtin_rint((multiple - away) / ay)) & 7;
  *quotient = (bitsOf(x) ^ bitsOf(y)) >> 63 ? -low : low;
  return rest;
}

} // namespace

#define ONE(name)                                                                                       \
  extern "C" float __popgraph_##name##f(float x) { return static_cast<float>(name##Of<false>(x)); }     \
  extern "C" double __popgraph_##name(double x) { return name##Of<true>(x); }
// In single precision by a function of its own.
#define ONE_EACH(name, float_)                                                                          \
  extern "C" float __popgraph_##name##f(float x) { return float_(x); }                                  \
  extern "C" double __popgraph_##name(double x) { return name##Of<true>(x); }
#define TWO(name)                                                                                       \
  extern "C" float __popgraph_##name##f(float x, float y) { return static_cast<float>(name##Of<false>(x, y)); } \
  extern "C" double __popgraph_##name(double x, double y) { return name##Of<true>(x, y); }
ONE_EACH(exp, floatExp) ONE_EACH(log, floatLog) ONE_EACH(sigmoid, floatSigmoid) ONE_EACH(tanh, floatTanh)
ONE(exp2) ONE(exp10) ONE(expm1) ONE(log2) ONE(log10) ONE(log1p) ONE(sin) ONE(cos) ONE(tan)
ONE(asin) ONE(acos) ONE(atan) ONE(sinh) ONE(cosh) ONE(asinh) ONE(acosh) ONE(atanh) 
ONE(cbrt) ONE(erf) ONE(erfc) ONE(lgamma) ONE(tgamma) ONE(rsqrt) ONE(logb)
TWO(atan2) TWO(pow) TWO(fmod) TWO(remainder) TWO(hypot)

// x * 2^n, rounded once. Beyond the clamped range the result is a limit anyway.
extern "C" double __popgraph_ldexp(double x, int n) {
  n = n > 2100 ? 2100 : n < -2200 ? -2200 : n;
  // Three steps keep each power of two a normal number; only the last can round.
  const int third = n / 3;
  const auto power = [](int k) { return fromBits(static_cast<Word64>(k + 1023) << 52); };
  if (n >= 0) return x * power(third) * power(third) * power(n - 2 * third);
  // Downwards, the value is brought near 1 first, so that all but the last step are exact.
  if (x == 0 || !(magnitude(x) < kInfinity)) return x;
  const bool tiny = magnitude(x) < 0x1p-1022;
  const double normal = tiny ? x * 0x1p54 : x;
  const int exponent = static_cast<int>((bitsOf(normal) >> 52) & 0x7ff) - 1023 - (tiny ? 54 : 0);
  const double mantissa = fromBits((bitsOf(normal) & 0x800fffffffffffffu) | 0x3ff0000000000000u);
  const int sum = exponent + n;
  if (sum >= -1022) return mantissa * power(sum);
  return sum < -1080 ? mantissa * 0x1p-1000 * 0x1p-1000 : mantissa * power(sum + 100) * 0x1p-100;
}
extern "C" float __popgraph_ldexpf(float x, int n) {
  n = n > 300 ? 300 : n < -300 ? -300 : n;
  return static_cast<float>(x * fromBits(static_cast<Word64>(n + 1023) << 52));
}
extern "C" double __popgraph_scalbn(double x, int n) { return __popgraph_ldexp(x, n); }
extern "C" float __popgraph_scalbnf(float x, int n) { return __popgraph_ldexpf(x, n); }

inline int cut(long n) { return n > 3000 ? 3000 : n < -3000 ? -3000 : static_cast<int>(n); }
extern "C" double __popgraph_scalbln(double x, long n) { return __popgraph_ldexp(x, cut(n)); }
extern "C" float __popgraph_scalblnf(float x, long n) { return __popgraph_ldexpf(x, cut(n)); }
extern "C" int __popgraph_ilogb(double x) { return ilogbOf(x); }
extern "C" int __popgraph_ilogbf(float x) { return ilogbOf(x); }
extern "C" double __popgraph_nextafter(double x, double y) { return nextAfter<double, Word64>(x, y); }
extern "C" float __popgraph_nextafterf(float x, float y) { return nextAfter<float, Word32>(x, y); }
extern "C" double __popgraph_remquo(double x, double y, int *quotient) { return remquoOf(x, y, quotient); }
extern "C" float __popgraph_remquof(float x, float y, int *quotient) {
  return static_cast<float>(remquoOf(x, y, quotient));
}

extern "C" double __popgraph_frexp(double x, int *exponent) {
  *exponent = 0;
  if (x == 0 || !(magnitude(x) < kInfinity)) return x;
  const bool tiny = magnitude(x) < 0x1p-1022;
  const Word64 bits = bitsOf(tiny ? x * 0x1p54 : x);
  *exponent = static_cast<int>((bits >> 52) & 0x7ff) - 1022 - (tiny ? 54 : 0);
  return fromBits((bits & 0x800fffffffffffffu) | 0x3fe0000000000000u);
}
extern "C" float __popgraph_frexpf(float x, int *exponent) { return static_cast<float>(__popgraph_frexp(x, exponent)); }

extern "C" double __popgraph_modf(double x, double *whole) {
  *whole = __builtin_trunc(x);
  return withSign(magnitude(x) < kInfinity ? x - *whole : x != x ? x : 0, x);
}
extern "C" float __popgraph_modff(float x, float *whole) {
  double part;
  const double fraction = __popgraph_modf(x, &part);
  *whole = static_cast<float>(part);
  return static_cast<float>(fraction);
}
extern "C" double __popgraph_fdim(double x, double y) { return x <= y ? 0 : x - y; }
extern "C" float __popgraph_fdimf(float x, float y) { return x <= y ? 0 : x - y; }

extern "C" int __popgraph_memcmp(const void *a, const void *b, unsigned long count) {
  const auto *x = static_cast<const unsigned char *>(a), *y = static_cast<const unsigned char *>(b);
  for (unsigned long i = 0; i != count; ++i)
    if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
  return 0;
}
extern "C" int __popgraph_bcmp(const void *a, const void *b, unsigned long count) {
  return __popgraph_memcmp(a, b, count);
}
extern "C" unsigned long __popgraph_strlen(const char *text) {
  unsigned long length = 0;
  while (text[length]) ++length;
  return length;
}
extern "C" int __popgraph_strcmp(const char *a, const char *b) {
  while (*a && *a == *b) ++a, ++b;
  return static_cast<unsigned char>(*a) - static_cast<unsigned char>(*b);
}
extern "C" int __popgraph_strncmp(const char *a, const char *b, unsigned long count) {
  for (; count && *a && *a == *b; --count) ++a, ++b;
  return count ? static_cast<unsigned char>(*a) - static_cast<unsigned char>(*b) : 0;
}
struct Division { int quotient, remainder; };
extern "C" Division __popgraph_div(int a, int b) { return {a / b, a % b}; }

// The generator of the worker that runs (popgraph/Builtins.h): xoroshiro128+ of 64 bits.
namespace {
struct Pair { float first, second; };
inline unsigned long randomBits(unsigned long *state) {
  const unsigned long a = state[0], b = state[1], mixed = a ^ b;
  state[0] = (a << 24 | a >> 40) ^ mixed ^ mixed << 16;
  state[1] = mixed << 37 | mixed >> 27;
  return a + b;
}
inline unsigned long *generator(void *context) { return static_cast<popgraph::VertexContext *>(context)->rng; }
/// [-0.5, 0.5) in steps of 2^-24.
inline float uniform(unsigned bits) { return static_cast<float>(static_cast<int>(bits >> 8) - (1 << 23)) * 0x1p-24f; }
/// The sum of six uniform numbers of 21 bits, which has a variance of a half, scaled to 1.
inline float normal(unsigned long *state) {
  constexpr unsigned long bits = (1ul << 21) - 1;
  int sum = -6 * (1 << 20);
  for (int word = 0; word != 2; ++word) {
    const unsigned long drawn = randomBits(state) >> 1;
    sum += static_cast<int>((drawn & bits) + (drawn >> 21 & bits) + (drawn >> 42 & bits));
  }
  return static_cast<float>(sum) * 0x1p-21f * 1.41421356f;
}
} // namespace
extern "C" unsigned long __popgraph_random_bits(void *context) { return randomBits(generator(context)); }
extern "C" unsigned __popgraph_random_word(void *context) {
  return static_cast<unsigned>(randomBits(generator(context)) >> 32);
}
extern "C" Pair __popgraph_random_uniforms(void *context) {
  const unsigned long bits = randomBits(generator(context));
  return {uniform(static_cast<unsigned>(bits >> 32)), uniform(static_cast<unsigned>(bits))};
}
extern "C" Pair __popgraph_random_normals(void *context) {
  unsigned long *state = generator(context);
  const float first = normal(state);
  return {first, normal(state)};
}
extern "C" Pair __popgraph_random_mask(void *context, Pair a, float keep) {
  const Pair drawn = __popgraph_random_uniforms(context);
  return {drawn.first + 0.5f < keep ? a.first : 0.0f, drawn.second + 0.5f < keep ? a.second : 0.0f};
}
extern "C" unsigned __popgraph_random_get(void *context, unsigned index) {
  return static_cast<unsigned>(generator(context)[index / 2] >> index % 2 * 32);
}
extern "C" void __popgraph_random_put(void *context, unsigned index, unsigned value) {
  unsigned long &word = generator(context)[index / 2];
  const unsigned shift = index % 2 * 32;
  word = (word & ~(0xfffffffful << shift)) | static_cast<unsigned long>(value) << shift;
}

// Rounding to half at random, up with the probability that makes the mean the value.
namespace {
inline _Float16 stochasticHalf(float value, unsigned long *state) {
  const unsigned bits = __builtin_bit_cast(unsigned, value), magnitude = bits & 0x7fffffffu;
  const auto random = static_cast<unsigned>(randomBits(state) >> 40);
  if (magnitude >= 0x477fe000u) return static_cast<_Float16>(value); // the largest half, infinity, NaN
  if (magnitude >= 0x38800000u)                                      // normal halves lack 13 bits
    return static_cast<_Float16>(__builtin_bit_cast(float, (bits + (random >> 11)) & ~0x1fffu));
  const float steps = __builtin_bit_cast(float, magnitude) * 0x1p24f;
  auto whole = static_cast<float>(static_cast<unsigned>(steps));
  if (static_cast<float>(random) * 0x1p-24f < steps - whole) whole += 1;
  return static_cast<_Float16>(__builtin_copysignf(whole * 0x1p-24f, value));
}
} // namespace
extern "C" _Float16 __popgraph_stochastic_half(float value, unsigned long *state) {
  return stochasticHalf(value, state);
}

// The matrix unit (popgraph/MatrixUnit.h): a row of inputs times weights, added to partial results. Outputs are
// elements of one vector, so that the sum of each is in the order of the inputs.
namespace {
template <class T, unsigned n> struct Row {
  typedef T Type __attribute__((vector_size(n * sizeof(T)), aligned(sizeof(T))));
};
template <class In, class Partial, unsigned inputs, unsigned units>
__attribute__((always_inline)) inline void matrixStep(const void *in, const void *weights, unsigned rows,
                                                      unsigned columns, const void *start, void *out,
                                                      unsigned long *random = nullptr) {
  typedef typename Row<float, units>::Type Sums;
  typedef typename Row<Partial, units>::Type Results;
  typedef typename Row<In, units>::Type Weights;
  if (rows == inputs && columns == units) {
    Sums sums = __builtin_convertvector(*static_cast<const Results *>(start), Sums);
    for (unsigned i = 0; i != inputs; ++i) {
      const auto factor = static_cast<float>(static_cast<const In *>(in)[i]);
      sums += factor * __builtin_convertvector(static_cast<const Weights *>(weights)[i], Sums);
    }
    if (random)
      for (unsigned j = 0; j != units; ++j)
        static_cast<Partial *>(out)[j] = static_cast<Partial>(stochasticHalf(sums[j], random));
    else
      *static_cast<Results *>(out) = __builtin_convertvector(sums, Results);
    return;
  }
  for (unsigned j = 0; j != columns; ++j) {
    auto sum = static_cast<float>(static_cast<const Partial *>(start)[j]);
    for (unsigned i = 0; i != rows; ++i)
      sum += static_cast<float>(static_cast<const In *>(in)[i]) *
             static_cast<float>(static_cast<const In *>(weights)[i * columns + j]);
    static_cast<Partial *>(out)[j] =
        random ? static_cast<Partial>(stochasticHalf(sum, random)) : static_cast<Partial>(sum);
  }
}
} // namespace

#define STEP(name, In, Partial, inputs, units)                                                                    \
  extern "C" void __popgraph_matrix_##name(const void *in, const void *weights, unsigned rows, unsigned columns,  \
                                           const void *start, void *out) {                                        \
    matrixStep<In, Partial, inputs, units>(in, weights, rows, columns, start, out);                               \
  }
STEP(f16_f16_4, _Float16, _Float16, 16, 4)
STEP(f16_f16_8, _Float16, _Float16, 16, 8)
STEP(f16_f16_16, _Float16, _Float16, 16, 16)
STEP(f16_f16_32, _Float16, _Float16, 16, 32)
STEP(f16_f32_4, _Float16, float, 16, 4)
STEP(f16_f32_8, _Float16, float, 16, 8)
STEP(f16_f32_16, _Float16, float, 16, 16)
STEP(f16_f32_32, _Float16, float, 16, 32)
STEP(f32_f32_2, float, float, 8, 2)
STEP(f32_f32_4, float, float, 8, 4)
STEP(f32_f32_8, float, float, 8, 8)
STEP(f32_f32_16, float, float, 8, 16)
#undef STEP
#define STOCHASTIC_STEP(name, units)                                                                                 \
  extern "C" void __popgraph_stochastic_matrix_##name(const void *in, const void *weights, unsigned rows,            \
                                                      unsigned columns, const void *start, void *out,                \
                                                      unsigned long *random) {                                       \
    matrixStep<_Float16, _Float16, 16, units>(in, weights, rows, columns, start, out, random);                       \
  }
STOCHASTIC_STEP(f16_f16_4, 4)
STOCHASTIC_STEP(f16_f16_8, 8)
STOCHASTIC_STEP(f16_f16_16, 16)
STOCHASTIC_STEP(f16_f16_32, 32)
#undef STOCHASTIC_STEP
extern "C" void __popgraph_matrix_load(const void *, unsigned) {}
