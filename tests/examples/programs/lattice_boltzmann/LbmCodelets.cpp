#include "D2Q9.hpp"
#include <poplar/Vertex.hpp>

using namespace poplar;

// Stream and collide on a block of rows: pulls the nine distributions of each cell from its neighbours and relaxes them.
// `in` holds the rows of the block and one more above and below; cells lie as nine numbers side by side.
class StreamCollide : public MultiVertex {
public:
  Input<Vector<float, VectorLayout::ONE_PTR, 4>> in;
  Output<Vector<float, VectorLayout::ONE_PTR, 4>> out;
  Input<Vector<bool, VectorLayout::ONE_PTR>> walls;
  unsigned width, rows;
  float omega, force;

  bool compute(unsigned worker) {
    for (unsigned cell = worker; cell < rows * width; cell += numWorkers()) {
      const unsigned y = cell / width, x = cell % width;
      float f[9];
      for (int k = 0; k < 9; ++k) {
        const unsigned fromX = (x + width - kDx[k]) % width, fromY = y + 1 - kDy[k];
        f[k] = in[(fromY * width + fromX) * 9 + k];
      }
      float *g = &out[cell * 9];
      if (walls[cell]) {
        for (int k = 0; k < 9; ++k) g[kOpposite[k]] = f[k];
        continue;
      }
      collide(f, omega, force);
      for (int k = 0; k < 9; ++k) g[k] = f[k];
    }
    return true;
  }
};
