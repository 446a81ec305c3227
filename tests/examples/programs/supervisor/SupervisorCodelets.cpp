#include <poplar/TileConstants.hpp>
#include <poplar/Vertex.hpp>

using namespace poplar;

static_assert(CTXT_WORKERS == 6 || CTXT_WORKERS == 1, "an IPU has six workers, a CPU one");

class Negate : public Vertex {
public:
  InOut<Vector<short>> data;

  bool compute() {
    for (short &x : data) x = -x;
    return true;
  }
};

template <typename T> class ReverseAndFindLargest : public SupervisorVertex {
public:
  InOut<Vector<T>> data;
  Output<T> largest;

  __attribute__((target("supervisor"))) bool compute() {
    T most = data[0];
    for (const T &x : data)
      if (x > most) most = x;
    for (unsigned i = 0, j = data.size() - 1; i < j; ++i, --j) {
      const T kept = data[i];
      data[i] = data[j];
      data[j] = kept;
    }
    *largest = most;
    return true;
  }
};
template class ReverseAndFindLargest<short>;
