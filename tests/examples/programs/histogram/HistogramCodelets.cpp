#include <poplar/Vertex.hpp>

class CountBytes : public poplar::MultiVertex {
public:
  poplar::Input<poplar::Vector<unsigned char>> data;
  poplar::Vector<poplar::InOut<poplar::Vector<unsigned, poplar::VectorLayout::ONE_PTR>>> counts; // one for each worker
  unsigned short shift;

  bool compute(unsigned workerId) {
    // A CPU has one worker, an IPU six.
    for (unsigned i = workerId; i < data.size(); i += numWorkers())
      ++counts[workerId % counts.size()][data[i] >> shift];
    return true;
  }
};
