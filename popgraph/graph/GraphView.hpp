#pragma once
// What a virtual graph adds to the graph that it is a view of.
#include <poplar/Graph.hpp>
#include <vector>

namespace poplar {

struct Graph::View {
  Target target;
  std::vector<unsigned> tiles; ///< top-level tile of each tile of the view
};

} // namespace poplar
