#pragma once
#include "profiler/Model.hpp"

namespace profiler {

/// Vertex types: what they cost in memory and, once run, in issue slots.
struct VertexView {
  struct Row {
    std::string name, kind;
    std::uint64_t instances = 0;
    std::uint64_t stateBytes = 0;     ///< of one instance
    std::uint64_t totalStateBytes = 0;
    std::uint64_t codeBytes = 0;      ///< of one copy
    std::uint64_t tilesWithCode = 0, totalCodeBytes = 0;
    std::uint64_t executions = 0;     ///< of instances, over all runs
    std::uint64_t estimatedCycles = 0, derivedCycles = 0; ///< of executions for which the program gave an estimate
    std::uint64_t slots = 0;          ///< instructions issued by workers; one takes workersPerTile cycles
  };
  std::vector<Row> rows; ///< types the graph has vertices of, in the order of the compile record
  std::uint64_t totalStateBytes = 0, totalCodeBytes = 0;
};

VertexView makeVertexView(const Model &model);

} // namespace profiler
