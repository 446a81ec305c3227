#include <poplar/Vertex.hpp>
#include <algorithm>
#include <array>

using namespace poplar;

class EditBlock : public Vertex {
public:
  Input<Vector<unsigned char>> a, b;
  Input<int> corner;
  Input<Vector<int>> above, left;
  Output<Vector<int>> below, right;

  bool compute() {
    std::array<int, 8> row{};
    for (unsigned j = 0; j < b.size(); ++j) row[j] = above[j];
    int start = *corner;
    for (unsigned i = 0; i < a.size(); ++i) {
      int diagonal = start, before = left[i];
      start = left[i];
      for (unsigned j = 0; j < b.size(); ++j) {
        const int here = std::min({row[j] + 1, before + 1, diagonal + (a[i] != b[j])});
        diagonal = row[j];
        row[j] = before = here;
      }
      right[i] = before;
    }
    for (unsigned j = 0; j < b.size(); ++j) below[j] = row[j];
    return true;
  }
};
