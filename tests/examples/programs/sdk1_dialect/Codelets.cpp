#include <cmath>
#include <ipu_memory_intrinsics>
#include <ipu_vector_math>
#include <ipudef.h>
#include <poplar/HalfFloat.hpp>
#include <poplar/Vertex.hpp>
#include <print.h>

using namespace poplar;

// Pairs of floats at a time, through a cast of the aligned field.
class AddPairs : public Vertex {
public:
  Input<Vector<float, VectorLayout::ONE_PTR, 8>> a;
  Input<Vector<float, VectorLayout::ONE_PTR, 8>> b;
  Output<Vector<float, VectorLayout::SPAN, 8>> out;

  bool compute() {
    const float2 *pa = reinterpret_cast<const float2 *>(&a[0]);
    const float2 *pb = reinterpret_cast<const float2 *>(&b[0]);
    float2 *po = reinterpret_cast<float2 *>(&out[0]);
    const float2 half = {0.5f, 0.5f};
    for (unsigned i = 0; i < out.size() / 2; i++) po[i] = (pa[i] + pb[i]) * half;
    return true;
  }
};

// Rows of different lengths in a compressed list.
class RowSums : public Vertex {
public:
  Input<VectorList<float, VectorListLayout::COMPACT_DELTAN>> rows;
  Output<Vector<float>> sums;

  bool compute() {
    for (unsigned r = 0; r < rows.size(); r++) {
      float sum = 0;
      for (unsigned i = 0; i < rows[r].size(); i++) sum += rows[r][i];
      sums[r] = sum;
    }
    return true;
  }
};
