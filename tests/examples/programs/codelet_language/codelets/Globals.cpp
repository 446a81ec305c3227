#include "Shared.hpp"
#include <poplar/Vertex.hpp>
#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <limits>

// Each tile has a copy of its own.
static int calls = 0;

struct CountCalls : poplar::Vertex {
  poplar::Output<int> number;
  bool compute() {
    number = ++calls;
    return true;
  }
};

struct Median : poplar::Vertex {
  poplar::Input<poplar::Vector<float, poplar::VectorLayout::ONE_PTR>> values;
  poplar::Output<float> median;
  unsigned short count;

  bool compute() {
    assert(count <= kMost);
    std::array<float, kMost> sorted;
    sorted.fill(std::numeric_limits<float>::max());
    std::memcpy(sorted.data(), &values[0], count * sizeof(float));
    std::sort(sorted.begin(), sorted.begin() + count);
    *median = middle(sorted.data(), count);
    return true;
  }
};

// 64-bit arithmetic.
struct Factorials : poplar::Vertex {
  poplar::Output<poplar::Vector<long long>> out;
  bool compute() {
    long long product = 1;
    for (unsigned i = 0; i < out.size(); ++i) out[i] = product *= static_cast<long long>(i + 1);
    return true;
  }
};
