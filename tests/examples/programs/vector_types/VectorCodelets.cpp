#include <cmath>
#include <ipudef.h>
#include <poplar/HalfFloat.hpp>
#include <poplar/Vertex.hpp>
#include <type_traits>

#ifdef __IPU__
#include <ipu_memory_intrinsics>
#include <ipu_vector_math>
#endif

using namespace poplar;

// y = |2 x^2 - 3 x| + 1/2, a vector of 64 bits at a time.
template <typename T> class Polynomial : public Vertex {
  using VectorType = typename std::conditional<std::is_same<T, float>::value, float2, half4>::type;
  static constexpr unsigned kWidth = sizeof(VectorType) / sizeof(T);

public:
  Input<Vector<T, VectorLayout::ONE_PTR, 8>> x;
  Output<Vector<T, VectorLayout::SPAN, 8>> y;

  bool compute() {
    const VectorType *in = reinterpret_cast<const VectorType *>(&x[0]);
    VectorType *out = reinterpret_cast<VectorType *>(&y[0]);
    for (unsigned i = 0; i < y.size() / kWidth; ++i) {
      const VectorType v = in[i];
      VectorType p = (v + v) * v - v - v - v;
#ifdef __IPU__
      p = ipu::fabs(p);
#else
      for (unsigned k = 0; k < kWidth; ++k) p[k] = std::fabs(p[k]);
#endif
      for (unsigned k = 0; k < kWidth; ++k) p[k] = p[k] + T(0.5f);
      out[i] = p;
    }
    return true;
  }
};

template class Polynomial<float>;
template class Polynomial<half>;
