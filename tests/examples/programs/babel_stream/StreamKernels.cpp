#include <poplar/Vertex.hpp>

using namespace poplar;

constexpr auto LAYOUT = VectorLayout::SPAN;
constexpr int kScalar = 3;

template <typename T> class InitKernel : public Vertex {
public:
  Input<Vector<T, VectorLayout::ONE_PTR>> initials;
  Output<Vector<T, LAYOUT, 8>> a, b, c;
  bool compute() {
    for (unsigned i = 0; i < a.size(); i++) {
      a[i] = initials[0];
      b[i] = initials[1];
      c[i] = initials[2];
    }
    return true;
  }
};

template <typename T> class CopyKernel : public Vertex {
public:
  Input<Vector<T, LAYOUT, 8>> a;
  Output<Vector<T, LAYOUT, 8>> c;
  bool compute() {
    for (unsigned i = 0; i < a.size(); i++) c[i] = a[i];
    return true;
  }
};

template <typename T> class MulKernel : public Vertex {
public:
  Output<Vector<T, LAYOUT, 8>> b;
  Input<Vector<T, LAYOUT, 8>> c;
  bool compute() {
    for (unsigned i = 0; i < b.size(); i++) b[i] = T(kScalar) * c[i];
    return true;
  }
};

template <typename T> class AddKernel : public Vertex {
public:
  Input<Vector<T, LAYOUT, 8>> a, b;
  Output<Vector<T, LAYOUT, 8>> c;
  bool compute() {
    for (unsigned i = 0; i < a.size(); i++) c[i] = a[i] + b[i];
    return true;
  }
};

template <typename T> class TriadKernel : public Vertex {
public:
  Output<Vector<T, LAYOUT, 8>> a;
  Input<Vector<T, LAYOUT, 8>> b, c;
  bool compute() {
    for (unsigned i = 0; i < a.size(); i++) a[i] = b[i] + T(kScalar) * c[i];
    return true;
  }
};

template <typename T> class DotKernel : public Vertex {
public:
  Input<Vector<T, LAYOUT, 8>> a, b;
  Output<T> sum;
  bool compute() {
    T s = 0;
    for (unsigned i = 0; i < a.size(); i++) s += a[i] * b[i];
    *sum = s;
    return true;
  }
};

#define KERNELS(T)                                                                                                     \
  template class InitKernel<T>;                                                                                        \
  template class CopyKernel<T>;                                                                                        \
  template class MulKernel<T>;                                                                                         \
  template class AddKernel<T>;                                                                                         \
  template class TriadKernel<T>;                                                                                       \
  template class DotKernel<T>;
KERNELS(float)
KERNELS(int)
