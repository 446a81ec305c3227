#include <poplar/Vertex.hpp>

class Darts : public poplar::Vertex {
public:
  poplar::Output<unsigned> hits;
  unsigned state; // survives from one execution to the next
  const unsigned darts;

  bool compute() {
    unsigned count = 0;
    for (unsigned i = 0; i < darts; ++i) {
      const float x = uniform(), y = uniform();
      count += x * x + y * y < 1.0f;
    }
    *hits = count;
    return true;
  }

private:
  float uniform() {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return static_cast<float>(state >> 8) * 0x1p-24f;
  }
};
