// Conversions to and from 8-bit floating point numbers, whose bits are unsigned chars here: one sign, then exponent and
// mantissa as the metadata says; 0x80 is the only NaN, and there are no infinities.
#include <poplar/HalfFloat.hpp>
#include <poplar/Vertex.hpp>

using namespace poplar;

namespace popops {

/// QuarterMetadata::bits().
struct QuarterFormat {
  int mantissaBits, bias, scale;
  explicit QuarterFormat(unsigned char metadata) {
    const bool isF152 = metadata & 0x40;
    mantissaBits = isF152 ? 2 : 3;
    bias = isF152 ? 16 : 8; // one more than IEEE's, as no exponent is set aside for infinities
    scale = (metadata & 0x1f) - (metadata & 0x20);
  }
};

inline unsigned bitsOf(float x) {
  unsigned bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits;
}
/// 2^exponent, of a normal number.
inline float power(int exponent) {
  const unsigned bits = unsigned(exponent + 127) << 23;
  float x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x;
}

inline float fromQuarter(unsigned char bits, const QuarterFormat &format) {
  if (bits == 0x80) return __builtin_nanf("");
  const int exponent = (bits & 0x7f) >> format.mantissaBits;
  int mantissa = bits & ((1 << format.mantissaBits) - 1);
  if (exponent) mantissa |= 1 << format.mantissaBits;
  const float x = float(mantissa) * power((exponent ? exponent : 1) - format.bias - format.mantissaBits + format.scale);
  return bits & 0x80 ? -x : x;
}

/// To the nearest, ties to even; what is too large becomes the largest of its sign.
inline unsigned char toQuarter(float x, const QuarterFormat &format) {
  const unsigned magnitude = bitsOf(x) & 0x7fffffff;
  if (magnitude > 0x7f800000) return 0x80;
  int code = 0x7f;
  // Subnormals and zero share the smallest exponent.
  int exponent = int(magnitude >> 23) - 127 - format.scale;
  if (exponent < 1 - format.bias) exponent = 1 - format.bias;
  if (exponent <= 31 - format.bias) {
    float scaled = (x < 0 ? -x : x);
    // In units of the last place, at most 16, which two factors reach without leaving the normal numbers.
    const int shift = format.mantissaBits - exponent - format.scale;
    scaled = scaled * power(shift / 2) * power(shift - shift / 2);
    const float whole = (scaled + 8388608.0f) - 8388608.0f; // to an integer, ties to even
    code = int(whole) + ((exponent + format.bias - 1) << format.mantissaBits);
    if (code > 0x7f) code = 0x7f;
  }
  // There is no negative zero: its bits are the NaN.
  return code != 0 && x < 0 ? code | 0x80 : code;
}

template <class T> inline float load(T x, const QuarterFormat &) { return float(x); }
template <> inline float load(unsigned char bits, const QuarterFormat &format) { return fromQuarter(bits, format); }
template <class T> struct Converted {
  static T from(float x, const QuarterFormat &) { return T(x); }
};
template <> struct Converted<unsigned char> {
  static unsigned char from(float x, const QuarterFormat &format) { return toQuarter(x, format); }
};

/// out = in, of which one or both are quarters; the metadata of what is none is not used.
template <class In, class Out> class CastQuarter : public Vertex {
public:
  Vector<Input<Vector<In>>> in;
  Vector<Output<Vector<Out, VectorLayout::ONE_PTR>>, VectorLayout::ONE_PTR> out;
  Input<unsigned char> inMetadata, outMetadata;

  bool compute() {
    const QuarterFormat from(*inMetadata), to(*outMetadata);
    for (unsigned r = 0; r < in.size(); ++r)
      for (unsigned i = 0; i < in[r].size(); ++i)
        out[r][i] = Converted<Out>::from(load(In(in[r][i]), from), to);
    return true;
  }
};
template class CastQuarter<float, unsigned char>;
template class CastQuarter<half, unsigned char>;
template class CastQuarter<unsigned char, float>;
template class CastQuarter<unsigned char, half>;
template class CastQuarter<unsigned char, unsigned char>;

} // namespace popops
