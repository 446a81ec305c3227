#include <poplar/Vertex.hpp>

class TileNumber : public poplar::Vertex {
public:
  poplar::Output<unsigned> out;
  unsigned tile;

  bool compute() {
    *out = tile * tile + 1;
    return true;
  }
};
