#pragma once
// The vertices that random programs are made of, and in Reference.cpp what they compute.

namespace fuzz {

inline const char *const kCodelets = R"(
#include <poplar/HalfFloat.hpp>
#include <poplar/Vertex.hpp>
#include <type_traits>
using namespace poplar;

// Whole numbers wrap.
template <typename T> static T add(T a, T b) {
  if constexpr (std::is_same<T, float>::value) return a + b;
  else return T((unsigned long long)a + (unsigned long long)b);
}
template <typename T> static T times(T a, T b) {
  if constexpr (std::is_same<T, float>::value) return a * b;
  else return T((unsigned long long)a * (unsigned long long)b);
}

template <typename T> struct Add : public Vertex {
  Input<Vector<T>> a; Input<Vector<T, VectorLayout::ONE_PTR, 8>> b; Output<Vector<T, VectorLayout::SPAN, 16>> out;
  bool compute() { for (unsigned i = 0; i < out.size(); ++i) out[i] = add<T>(a[i], b[i]); return true; }
};
template <typename T> struct Scale : public Vertex {
  InOut<Vector<T>> x; T factor; T step;
  bool compute() {
    for (unsigned i = 0; i < x.size(); ++i) x[i] = add<T>(times<T>(x[i], factor), step);
    step = add<T>(step, T(1));
    return true;
  }
};
template <typename T> struct RowSums : public Vertex {
  Vector<Input<Vector<T>>> rows; Output<Vector<T>> sums;
  void compute() {
    for (unsigned r = 0; r < rows.size(); ++r) {
      T sum = T(0);
      for (unsigned i = 0; i < rows[r].size(); ++i) sum = add<T>(sum, rows[r][i]);
      sums[r] = sum;
    }
  }
};
template <typename T> struct ListSums : public Vertex {
  Input<VectorList<T, VectorListLayout::DELTANELEMENTS>> rows; Output<Vector<T>> sums;
  auto compute() -> bool {
    for (unsigned r = 0; r < rows.size(); ++r) {
      T sum = T(0);
      for (unsigned i = 0; i < rows[r].size(); ++i) sum = add<T>(sum, rows[r][i]);
      sums[r] = sum;
    }
    return true;
  }
};
template <typename T> struct RowAdd : public Vertex {
  Vector<InOut<Vector<T, VectorLayout::SPAN, 4>>> rows; Vector<T> table;
  bool compute() {
    for (unsigned r = 0; r < rows.size(); ++r)
      for (unsigned i = 0; i < rows[r].size(); ++i) rows[r][i] = add<T>(rows[r][i], table[(r + i) % table.size()]);
    return true;
  }
};
template <typename T> struct Workers : public MultiVertex {
  Input<Vector<T, VectorLayout::ONE_PTR>> in; Output<Vector<T>> out;
  bool compute(unsigned worker) {
    for (unsigned i = worker; i < out.size(); i += numWorkers()) out[i] = times<T>(in[i], T(i));
    return true;
  }
};
template <typename T> struct Larger : public Vertex {
  Input<T> a; Input<T> b; Output<T> out;
  bool compute() { *out = *a > *b ? *a : *b; return true; }
};
template <typename T> struct Negate : public SupervisorVertex {
  Input<Vector<T>> in; Output<Vector<T>> out;
  __attribute__((target("supervisor"))) bool compute() {
    for (unsigned i = 0; i < out.size(); ++i) out[i] = times<T>(in[i], T(-1));
    return true;
  }
};
struct Less : public Vertex {
  Input<int> a; Input<int> b; Output<bool> out;
  bool compute() { *out = *a < *b; return true; }
};
struct CountDown : public Vertex {
  InOut<int> n; Output<bool> flag; bool inverted;
  bool compute() { *n -= 1; *flag = (*n > 0) != inverted; return true; }
};
#define VERTICES(T) template struct Add<T>; template struct Scale<T>; template struct RowSums<T>; \
  template struct ListSums<T>; template struct RowAdd<T>; template struct Workers<T>; template struct Larger<T>; \
  template struct Negate<T>;
VERTICES(float) VERTICES(int) VERTICES(unsigned short) VERTICES(signed char) VERTICES(bool) VERTICES(long long)
)";

} // namespace fuzz
