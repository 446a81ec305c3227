#include <Random.h>
#include <poplar/Vertex.hpp>

#if SPIN_BITS != 1
#error "spins are -1 and 1"
#endif

namespace lattice {

class SweepRow : public poplar::Vertex {
public:
  poplar::Input<poplar::Vector<signed char>> above, below;
  poplar::InOut<poplar::Vector<signed char>> row;
  poplar::InOut<unsigned> state;
  unsigned parity;
  unsigned threshold;

  bool compute() {
    const unsigned n = row.size();
    for (unsigned x = parity; x < n; x += 2) {
      const int field = above[x] + below[x] + row[(x + n - 1) % n] + row[(x + 1) % n];
      const bool random = nextRandom(*state) % 1000 < threshold;
      if (field * row[x] <= 0 || random) row[x] = -row[x];
    }
    return true;
  }
};

} // namespace lattice
