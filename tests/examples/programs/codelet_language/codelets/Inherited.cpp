#include "Shared.hpp"
#include <poplar/Vertex.hpp>
#include <tuple>

// Fields of a base class are fields of the vertex.
class Unary : public poplar::Vertex {
protected:
  poplar::Input<poplar::Vector<int>> in;
  poplar::Output<poplar::Vector<int>> out;

  template <typename F> bool apply(F f) {
    for (unsigned i = 0; i < in.size(); ++i) out[i] = f(in[i]);
    return true;
  }
};

class PopCount : public Unary {
public:
  bool compute() {
    return apply([](int x) { return __builtin_popcount(static_cast<unsigned>(x)); });
  }
};

class FromTable : public Unary {
  static constexpr int kTable[5] = {3, 1, 4, 1, 5};
  int offset;

public:
  auto compute() -> bool {
    const int shift = offset;
    return apply([shift](int x) { return kTable[((x % 5) + 5) % 5] + shift; });
  }
};

class DigitSum : public Unary {
  static std::tuple<int, int> split(int x) { return std::make_tuple(x / 10, x % 10); }
  // Recursion is fine.
  static int digits(int x) {
    int rest, last;
    std::tie(rest, last) = split(x < 0 ? -x : x);
    return rest == 0 ? last : last + digits(rest);
  }

public:
  bool compute() { return apply(digits); }
};
