#include <poplar/Vertex.hpp>

using namespace poplar;

class GrayScott : public Vertex {
public:
  Vector<InOut<Vector<float>>> u;
  Vector<InOut<Vector<float, VectorLayout::ONE_PTR>>> v;
  Vector<InOut<Vector<float, VectorLayout::ONE_PTR>>, VectorLayout::ONE_PTR> kept; // old rows: u, v before; u, v here
  float feed, kill;

  bool compute() {
    const unsigned rows = u.size(), width = u[0].size();
    for (unsigned x = 0; x < width; ++x) {
      kept[0][x] = u[0][x];
      kept[1][x] = v[0][x];
    }
    for (unsigned y = 1; y + 1 < rows; ++y) {
      for (unsigned x = 0; x < width; ++x) {
        kept[2][x] = u[y][x];
        kept[3][x] = v[y][x];
      }
      for (unsigned x = 0; x < width; ++x) {
        const unsigned left = x == 0 ? width - 1 : x - 1, right = x + 1 == width ? 0 : x + 1;
        const float a = kept[2][x], b = kept[3][x], reaction = a * b * b;
        const float spreadU = kept[0][x] + u[y + 1][x] + kept[2][left] + kept[2][right] - 4 * a;
        const float spreadV = kept[1][x] + v[y + 1][x] + kept[3][left] + kept[3][right] - 4 * b;
        u[y][x] = a + 0.2f * spreadU - reaction + feed * (1 - a);
        v[y][x] = b + 0.1f * spreadV + reaction - (feed + kill) * b;
      }
      for (unsigned x = 0; x < width; ++x) {
        kept[0][x] = kept[2][x];
        kept[1][x] = kept[3][x];
      }
    }
    return true;
  }
};
