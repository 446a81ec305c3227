#include <poplar/Vertex.hpp>

struct Complex {
  float re, im;
};

inline Complex operator*(Complex a, Complex b) { return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }
inline Complex operator+(Complex a, Complex b) { return {a.re + b.re, a.im + b.im}; }
inline Complex operator-(Complex a, Complex b) { return {a.re - b.re, a.im - b.im}; }

// low, high <- low + w high, low - w high.
class Butterfly : public poplar::Vertex {
  template <typename Field> static Complex *complex(Field &field) { return reinterpret_cast<Complex *>(&field[0]); }

public:
  poplar::InOut<poplar::Vector<float, poplar::VectorLayout::SPAN, 8>> low;
  poplar::InOut<poplar::Vector<float, poplar::VectorLayout::ONE_PTR, 8>> high;
  poplar::Input<poplar::Vector<float, poplar::VectorLayout::ONE_PTR, 8>> twiddle;

  bool compute() {
    Complex *a = complex(low), *b = complex(high);
    const auto *w = reinterpret_cast<const Complex *>(&twiddle[0]);
    for (unsigned i = 0; i < low.size() / 2; ++i) {
      const Complex turned = w[i] * b[i];
      b[i] = a[i] - turned;
      a[i] = a[i] + turned;
    }
    return true;
  }
};
