#pragma once
// The elements of a view, one by one.
#include <poplar/Graph.hpp>
#include <utility>
#include <vector>

/// (variable, element) at each position of the flattened view.
inline std::vector<std::pair<unsigned, std::size_t>> elementsOf(const poplar::Tensor &t) {
  std::vector<std::pair<unsigned, std::size_t>> result;
  for (const poplar::VariableInterval &region : t.getVarRegions())
    for (std::size_t i = region.interval.begin(); i < region.interval.end(); ++i)
      result.emplace_back(region.var.id(), i);
  return result;
}

/// The tile at each position, from a mapping; ~0 for none.
inline std::vector<unsigned> tilesOf(const poplar::Graph::TileToTensorMapping &mapping, std::size_t elements) {
  std::vector<unsigned> result(elements, ~0u);
  for (unsigned tile = 0; tile < mapping.size(); ++tile)
    for (const poplar::Interval &interval : mapping[tile])
      for (std::size_t i = interval.begin(); i < interval.end(); ++i) result[i] = tile;
  return result;
}
