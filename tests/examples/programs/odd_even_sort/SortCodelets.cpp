#include <poplar/Vertex.hpp>
#include <algorithm>

using namespace poplar;

// Sorts a chunk in place.
class SortChunk : public Vertex {
public:
  InOut<Vector<unsigned, VectorLayout::SPAN, 4>> chunk;

  bool compute() {
    std::sort(&chunk[0], &chunk[0] + chunk.size());
    return true;
  }
};

// Two sorted chunks become the smaller and the larger half of their merge, in the scratch space of the vertex's tile.
// `swapped` says whether anything had to move.
class MergeSplit : public Vertex {
public:
  InOut<Vector<unsigned>> low;
  InOut<Vector<unsigned>> high;
  Output<Vector<unsigned>> scratch;
  Output<bool> swapped;

  bool compute() {
    *swapped = low[low.size() - 1] > high[0];
    if (!*swapped) return true;
    std::merge(low.begin(), low.end(), high.begin(), high.end(), scratch.begin());
    std::copy(scratch.begin(), scratch.begin() + low.size(), low.begin());
    std::copy(scratch.begin() + low.size(), scratch.end(), high.begin());
    return true;
  }
};
