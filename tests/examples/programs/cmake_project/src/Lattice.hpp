#pragma once
#include <poplar/Graph.hpp>
#include <poplar/Program.hpp>
#include <array>

namespace lattice {

// An Ising model on a torus. Cells of one colour of the checkerboard are updated at a time, row by row.
class Lattice {
public:
  Lattice(poplar::Graph &graph, std::size_t size, unsigned threshold);

  // One sweep over both colours.
  poplar::program::Sequence sweep();
  // The sum of all spins.
  poplar::Tensor magnetisation(poplar::program::Sequence &prog);
  poplar::Tensor spins() const { return spins_; }
  poplar::Tensor states() const { return states_; }

private:
  poplar::Graph &graph_;
  std::size_t size_;
  poplar::Tensor spins_, states_;
  std::array<poplar::ComputeSet, 4> phases_;
};

} // namespace lattice
