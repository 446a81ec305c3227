#include "Lattice.hpp"
#include <popops/Cast.hpp>
#include <popops/Reduce.hpp>

using namespace poplar;
using namespace poplar::program;

namespace lattice {

Lattice::Lattice(Graph &graph, std::size_t size, unsigned threshold)
    : graph_(graph), size_(size), spins_(graph.addVariable(SIGNED_CHAR, {size, size}, "spins")),
      states_(graph.addVariable(UNSIGNED_INT, {size}, "states")) {
  const auto tiles = graph.getTarget().getNumTiles();
  // Even rows, then odd ones, so that no vertex reads a row that another one writes; within them first one colour.
  for (unsigned phase = 0; phase < 4; ++phase) {
    phases_[phase] = graph.addComputeSet("phase" + std::to_string(phase));
    for (std::size_t y = phase % 2; y < size; y += 2) {
      const unsigned tile = y * tiles / size;
      auto v = graph.addVertex(phases_[phase], "lattice::SweepRow",
                               {{"above", spins_[(y + size - 1) % size]},
                                {"row", spins_[y]},
                                {"below", spins_[(y + 1) % size]},
                                {"state", states_[y]}});
      graph.setInitialValue(v["parity"], (y + phase / 2) % 2);
      graph.setInitialValue(v["threshold"], threshold);
      graph.setTileMapping(v, tile);
      graph.setTileMapping(spins_[y], tile);
      graph.setTileMapping(states_[y], tile);
    }
  }
}

Sequence Lattice::sweep() {
  Sequence prog;
  for (const auto &phase : phases_) prog.add(Execute(phase));
  return prog;
}

Tensor Lattice::magnetisation(Sequence &prog) {
  auto wide = popops::cast(graph_, spins_, INT, prog, "wide");
  return popops::reduce(graph_, wide, {0, 1}, popops::Operation::ADD, prog, "magnetisation");
}

} // namespace lattice
