#include "wave.hpp"
#include <poplar/Vertex.hpp>

using namespace poplar;
static constexpr auto SPAN = VectorLayout::SPAN;
static constexpr auto ONE_PTR = VectorLayout::ONE_PTR;

// Leapfrog: `previous` becomes the next time level, in place. The six workers share the rows of a strip of the membrane,
// which has an extra row above and below.
class WaveStrip : public MultiVertex {
public:
  Input<Vector<float, ONE_PTR, 8>> now;
  InOut<Vector<float, SPAN, 8>> previous;
  unsigned width;

  bool compute(unsigned worker) {
    const unsigned rows = previous.size() / width;
    for (unsigned y = worker; y < rows; y += MultiVertex::numWorkers()) {
      const float *above = &now[y * width], *here = above + width, *below = here + width;
      float *next = &previous[y * width];
      for (unsigned x = 1; x + 1 < width; ++x)
        next[x] =
            2.0f * here[x] - next[x] + kCourant2 * (above[x] + below[x] + here[x - 1] + here[x + 1] - 4.0f * here[x]);
    }
    return true;
  }
};
