#include <poplar/Vertex.hpp>

using namespace poplar;

class Blur : public Vertex {
public:
  Vector<Input<Vector<unsigned char>>, VectorLayout::ONE_PTR> in; // one more row above and below
  Vector<Output<Vector<unsigned char>>> out;

  bool compute() {
    for (auto y = 0u; y < out.size(); ++y) {
      const auto width = out[y].size();
      for (auto x = 0u; x < width; ++x) {
        unsigned sum = 0, count = 0;
        for (auto dy = 0u; dy < 3; ++dy)
          for (auto column = x == 0 ? 0u : x - 1; column <= x + 1 && column < width; ++column, ++count)
            sum += in[y + dy][column];
        out[y][x] = sum / count;
      }
    }
    return true;
  }
};
