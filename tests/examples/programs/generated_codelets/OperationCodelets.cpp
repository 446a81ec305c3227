#include "Operation.hpp"
#include <poplar/Vertex.hpp>

template <typename T, Operation operation> struct Apply;
template <typename T> struct Apply<T, Operation::SQUARE> {
  static T to(T x) { return x * x < T(LIMIT) ? x * x : T(LIMIT); }
};
template <typename T> struct Apply<T, Operation::NEGATE> {
  static T to(T x) { return -x; }
};
template <typename T> struct Apply<T, Operation::HALVE> {
  static T to(T x) { return x / T(2); }
};

template <typename T, Operation operation> class ApplyOperation : public poplar::Vertex {
  ApplyOperation(); // vertices are never constructed

public:
  poplar::InOut<poplar::Vector<T>> data;
  static const bool isExternalCodelet = false;

  bool compute() {
    for (auto &x : data) x = Apply<T, operation>::to(x);
    return true;
  }
};

#define INSTANTIATE(OPERATION)                                                                                         \
  template class ApplyOperation<float, OPERATION>;                                                                     \
  template class ApplyOperation<int, OPERATION>;
#define INSTANTIATE_ALL(M) M(Operation::SQUARE) M(Operation::NEGATE) M(Operation::HALVE)
INSTANTIATE_ALL(INSTANTIATE)
