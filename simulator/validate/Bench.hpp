#pragma once
// What the experiments share: a graph on a machine, and the two ways to measure it.
#include <poplar/Device.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Program.hpp>
#include <string>

#include "profiler/Model.hpp"

namespace popgraph::validate {

class Bench {
public:
  explicit Bench(const char *machine, unsigned ipus = 1);
  Bench(const Bench &) = delete;

  poplar::Graph &graph() { return *graph_; }
  unsigned tiles() const { return graph_->getTarget().getNumTiles(); }
  double clock() const { return graph_->getTarget().getTileClockFrequency(); }
  /// Codelets from their source; poplar/Vertex.hpp is included before it.
  void codelets(const std::string &source);
  /// A variable on one tile.
  poplar::Tensor data(const poplar::Type &type, std::size_t elements, unsigned tile = 0);
  /// A vertex of its own compute set.
  poplar::VertexRef vertex(poplar::ComputeSet &set, const std::string &name, unsigned tile = 0);

  /// Cycles between two readings of a tile's counter that the program stands between, with those of the readings.
  double cycles(const poplar::program::Program &program, unsigned tile = 0);
  /// Runs the program once with a full profile.
  profiler::Model profile(const poplar::program::Program &program);

private:
  poplar::Device device_;
  std::unique_ptr<poplar::Graph> graph_;
};

/// Active cycles of each tile in the n-th step of a kind.
std::vector<std::uint32_t> tileCycles(const profiler::Model &model, popgraph::profile::StepKind kind, unsigned n = 0);
/// Their mean over all tiles and steps.
double meanCycles(const profiler::Model &model, popgraph::profile::StepKind kind);

/// Cycles that two readings of a counter, back to back, are apart (C1): what cycles() counts beside the program.
inline constexpr double kReading = 45;

} // namespace popgraph::validate
