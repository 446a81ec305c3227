#include <poplar/Vertex.hpp>

class LifeRow : public poplar::Vertex {
  // Private fields are as good as public ones.
  poplar::Input<poplar::Vector<unsigned char>> above, row, below;
  poplar::Output<poplar::Vector<unsigned char>> out;

  unsigned around(unsigned left, unsigned middle, unsigned right) const {
    return above[left] + above[middle] + above[right] + row[left] + row[right] + below[left] + below[middle] +
           below[right];
  }

public:
  auto compute() -> bool {
    const auto width = row.size();
    for (auto x = 0u; x < width; ++x) {
      const auto alive = around(x == 0 ? width - 1 : x - 1, x, x + 1 == width ? 0 : x + 1);
      out[x] = (alive == 3) | ((alive == 2) & row[x]);
    }
    return true;
  }
};
