#include <poplar/Vertex.hpp>

template <class T> struct Relax : public poplar::Vertex {
  poplar::InOut<poplar::Vector<T>> row;
  poplar::Input<poplar::Vector<T, poplar::VectorLayout::ONE_PTR>> pivot;
  unsigned k;

  bool compute() {
    const T through = row[k];
    for (unsigned j = 0; j < row.size(); ++j) {
      const T detour = through + pivot[j];
      if (detour < row[j]) row[j] = detour;
    }
    return true;
  }
};

template struct Relax<unsigned>;
